"""Every page there is: no script or style of its own in the markup, and no complaint from axe or the policy."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from tests.service import matrix
from tests.service.makers import PASSWORD, make_user
from tests.service.matrix import Route, Seed
from throughcare.service.roles import Role

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
POLICY = {
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "frame-ancestors 'none'",
    "form-action 'self'", "base-uri 'none'",
}  # fmt: skip


class Inline(HTMLParser):
    """Collects what the policy would refuse: scripts and styles in the markup, handlers, addresses that run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = given.get("type", "") in {"application/json", "text/plain"}
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        self.found += [f"<{tag} {name}={value}>" for name, value in given.items()
                       if (value or "").strip().lower().startswith("javascript:")]  # fmt: skip


def pages(seed: Seed, client: Client) -> Iterator[tuple[Route, str, Any]]:
    """Yield every address that answers the keeper, or somebody who is not signed in, with a page of HTML."""
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    for route in matrix.routes():
        if route.for_machines:
            continue
        url = reverse(route.name, kwargs=matrix.address(route, seed))
        for each in (client, Client()):
            answer = each.get(url)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                yield route, url, answer
                break


@pytest.mark.django_db
def test_no_page_carries_script_or_style_of_its_own(client: Client) -> None:
    seen = 0
    for _, url, answer in pages(matrix.make_seed(), client):
        inline = Inline()
        inline.feed(answer.content.decode())
        assert inline.found == [], url
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY, url
        seen += 1
    assert seen > 20


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """Open an empty browser beside the running service."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    yield opened
    opened.close()


class Watched:
    """A page that keeps what axe, the content policy and the scripts complain of, by address."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}
        self.said: list[str] = []
        page.set_default_timeout(10_000)
        page.on(
            "console", lambda message: self.said.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def look(self, url: str = "") -> None:
        """Go to an address, or stay, and keep what is wrong there."""
        if url:
            self.said.clear()
            self.page.goto(url)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": RULES}}
        found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
        wrong = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found] + self.said
        if wrong:
            self.found[self.page.url] = wrong

    def press(self, name: str) -> None:
        """Press a button or a link, and look at where it leads."""
        self.said.clear()
        control = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        with self.page.expect_navigation():
            control.first.click()
        self.look()


browser_test = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: run npm ci")


@browser_test
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_axe_and_the_content_policy_complain_of_no_page(context: BrowserContext, client: Client) -> None:
    seed = matrix.make_seed()
    shown = [url for _, url, _ in pages(seed, client)]
    session = {
        "name": "sessionid",
        "value": client.cookies["sessionid"].value,
        "domain": "localhost",
        "path": "/",
    }
    context.add_cookies([session])
    watched = Watched(context.new_page())
    for url in shown:
        watched.look(url)
    assert watched.found == {}


@browser_test
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_second_factors_are_set_up_and_used_in_a_real_browser(context: BrowserContext) -> None:
    who = make_user(Role.SENIOR, name="sam")
    watched = Watched(context.new_page())
    page = watched.page
    add_security_key(context, page)
    watched.look("/account/login/")
    page.get_by_label("Username").fill("sam")
    page.get_by_label("Password").fill(PASSWORD)
    watched.press("Sign in")
    watched.look("/account/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    watched.press("Continue")
    page.get_by_label("Code").fill(code_of(page.locator(".tc-mono").inner_text()))
    watched.press("Continue")
    assert "Your recovery codes" in page.title()
    for url in ("/account/2fa/", "/account/2fa/recovery-codes/generate/", "/account/2fa/totp/deactivate/"):
        watched.look(url)
    watched.look("/account/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Blue key")
    watched.press("Add my key")
    watched.look("/account/2fa/webauthn/")
    key = Authenticator.objects.get(user=who.user, type="webauthn")
    for url in (f"keys/{key.pk}/edit/", f"keys/{key.pk}/remove/", "reauthenticate/"):
        watched.look(f"/account/2fa/webauthn/{url}")
    watched.look("/account/2fa/reauthenticate/")
    watched.look("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_label("Username").fill("sam")
    page.get_by_label("Password").fill(PASSWORD)
    watched.press("Sign in")
    watched.press("Use my security key")
    page.goto("/staff/me")
    assert "Senior probation officer" in page.inner_text("main")
    assert watched.found == {}


def add_security_key(context: BrowserContext, page: Page) -> None:
    """Give the browser a security key that needs no hand."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
