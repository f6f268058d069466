"""The pages of orders in a real browser: every page as it is met on the way, with script and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.service.makers import Staff, make_person, make_staff
from tests.service.pages.test_every_page import browser_test
from throughcare.service.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), browser_test]


@pytest.fixture(params=["with script", "without script"])
def context(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """Open an empty browser beside the running service."""
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900},
        base_url=live_server.url,
        java_script_enabled=request.param == "with script",
    )
    yield opened
    opened.close()


def sign_in(context: BrowserContext, client: Client, who: Staff) -> None:
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "domain": "localhost",
                "path": "/",
            }
        ]
    )


def fill_day(page: Page, legend: str, day: str) -> None:
    group = page.get_by_role("group", name=legend)
    for label, part in zip(("Day", "Month", "Year"), day.split(), strict=True):
        group.get_by_label(label, exact=True).fill(part)


def go_on(page: Page, name: str = "Save and continue") -> None:
    page.get_by_role("button", name=name).first.click()


def test_an_order_is_written_signed_and_fitted(context: BrowserContext, client: Client) -> None:
    staff = make_staff()
    make_person("P1")
    sign_in(context, client, staff[Role.PRACTITIONER])
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/orders/new/P1")
    go_on(page, "Start")
    go_on(page)
    assert "Select the type of order" in page.locator(".govuk-error-summary").inner_text()
    for choice in ("Community", "Community order requirement", "Community", "Magistrates court", "Probation"):
        page.get_by_label(choice, exact=True).check()
        go_on(page)
    fill_day(page, "First day", "16 3 2026")
    fill_day(page, "Last day", "15 6 2026")
    go_on(page)
    fill_day(page, "Day of conviction", "2 3 2026")
    go_on(page)
    page.get_by_label("No", exact=True).check()
    go_on(page)
    page.get_by_label("Curfew", exact=True).check()
    page.get_by_label("Exclusion zone", exact=True).check()
    go_on(page)
    go_on(page, "Add a place")
    page.get_by_label("Name or first line").fill("1 Invented Street")
    go_on(page)
    page.get_by_label("A circle", exact=False).check()
    go_on(page)
    for label, text in (("Latitude", "54.0"), ("Longitude", "-1.5"), ("Radius in metres", "30")):
        page.get_by_label(label).fill(text)
    go_on(page)
    assert page.locator("svg[role=img]").count() == 1
    go_on(page, "Yes, continue")
    page.get_by_role("button", name="Continue", exact=True).or_(
        page.get_by_role("link", name="Continue", exact=True)
    ).first.click()
    page.get_by_role("link", name="Answer dates of Curfew").click()
    assert page.get_by_label("Year").first.input_value() == "2026"
    go_on(page)
    page.get_by_role("link", name="Answer hours of Phase 1").click()
    page.get_by_label("Monday, start of span 1").fill("7pm")
    page.get_by_label("Monday, end of span 1").fill("7am")
    page.get_by_role("button", name="Copy Monday to every day").click()
    assert page.get_by_label("Sunday, end of span 1").input_value() == "07:00"
    go_on(page)
    zone = page.get_by_role("link", name="Answer name of Exclusion zone")
    page.goto(page.url.split("/ask/")[0].split("/list/")[0])
    zone.click()
    page.get_by_label("Name of the zone").fill("The market")
    go_on(page)
    assert "The market" in page.inner_text("main")
