"""The desk in a real browser: axe, the keyboard alone, and whole without script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.service.conftest import Clock
from tests.service.desk.nights import MORNING_US, live_night
from tests.service.makers import Staff, make_staff
from throughcare.service.desk.actions import acknowledge, assess, make_pack, propose_decision
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.vocabulary import Assessment, DecisionOutcome
from throughcare.service.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("DESK_PICTURES", "")  # noqa: TID251 - a folder, where a person wants to look


@pytest.fixture
def night(live_server: Any, clock: Clock) -> tuple[DeskItem, dict[Role, Staff]]:
    clock.now_us = MORNING_US
    staff = make_staff()
    return live_night(), staff


def window(browser: Browser, live_server: Any, who: Staff, *, script: bool) -> BrowserContext:
    client = Client()
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    return context


def complaints(page: Page) -> list[str]:
    """Return what axe finds, one line a rule."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def worked(item: DeskItem, staff: dict[Role, Staff]) -> None:
    """Bring an item to a proposed decision, with a pack."""
    by = staff[Role.PRACTITIONER].viewer
    common = {"by": by, "now_us": MORNING_US, "item_id": item.pk}
    acknowledge(**common, revision=item.revision)
    assess(**common, revision=item.revision + 1, assessment=Assessment.NON_COMPLIANCE, words="Three calls")
    weighed = [(DecisionOutcome.NO_ACTION, "It was long")]
    propose_decision(
        **common,
        revision=item.revision + 2,
        outcome=DecisionOutcome.WARNING,
        alternatives=weighed,
        reason="Why",
    )
    make_pack(**common)


def addresses(item: DeskItem) -> Iterator[tuple[str, str]]:
    yield "list", "/desk/items/"
    yield "item", f"/desk/items/{item.pk}"
    for what in ("map", "reports", "contact", "excuse", "decision", "hand-over", "sign"):
        yield what, f"/desk/items/{item.pk}/{what}"
    yield "pack", f"/desk/packs/{item.packs.get().pk}"
    yield "suppressed", "/desk/left-out/"
    yield "workload", "/desk/workload/"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: run npm ci")
def test_axe_and_the_content_policy_complain_of_no_page_of_the_desk(
    night: tuple[DeskItem, dict[Role, Staff]], browser: Browser, live_server: Any
) -> None:
    item, staff = night
    worked(item, staff)
    context = window(browser, live_server, staff[Role.SENIOR], script=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for name, url in addresses(item):
        said.clear()
        page.goto(live_server.url + url)
        picture(page, name)
        wrong = complaints(page) + said
        if wrong:
            found[name] = wrong
    context.close()
    assert found == {}


def press_to(page: Page, selector: str) -> None:
    """Move the focus with the tabulator only, until it is on an element."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_an_item_is_taken_and_a_contact_written_with_the_keyboard_and_without_script(
    night: tuple[DeskItem, dict[Role, Staff]], browser: Browser, live_server: Any
) -> None:
    item, staff = night
    context = window(browser, live_server, staff[Role.MONITORING_OFFICER], script=False)
    page = context.new_page()
    page.goto(live_server.url + "/desk/items/")
    assert page.get_by_role("row").count() >= 2
    page.goto(f"{live_server.url}/desk/items/{item.pk}")
    page.get_by_role("button", name="Acknowledge").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("The item is yours").is_visible()
    page.get_by_role("button", name="Contact attempt").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_label("Phone", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("No answer").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Record the attempt").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("It is written").is_visible()
    assert (
        page.get_by_role("cell", name="Contact attempt")
        .or_(page.get_by_text("Contact attempt, Phone"))
        .first.is_visible()
    )
    context.close()


def test_the_keyboard_reaches_everything_in_the_order_of_the_page_and_refresh_needs_no_new_page(
    night: tuple[DeskItem, dict[Role, Staff]], browser: Browser, live_server: Any, clock: Clock
) -> None:
    _, staff = night
    context = window(browser, live_server, staff[Role.MONITORING_OFFICER], script=True)
    page = context.new_page()
    page.goto(live_server.url + "/desk/items/")
    for selector in (
        "#state",
        "#kind",
        "#team",
        "#owner",
        "button[type=submit]",
        "#refresh",
        ".tc-wide",
        "#items a",
    ):
        press_to(page, selector)
    before = page.locator("#items [role=status]").inner_text()
    clock.now_us += 60_000_000 * 5
    page.evaluate("window.stays = true")
    page.locator("#refresh").click()
    page.wait_for_function(
        "words => document.querySelector('#items [role=status]').innerText != words", arg=before
    )
    assert page.evaluate("window.stays") is True
    context.close()
