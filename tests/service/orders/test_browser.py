"""The pages of orders in a real browser: every page as it is met on the way, with script and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.service.filling import fill_day
from tests.service.makers import Staff, make_person, make_staff
from tests.service.orders.examples import make_secret_order
from tests.service.pages.test_every_page import Watched, browser_test
from throughcare.service.orders import queries
from throughcare.service.orders.areas import corners_text
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


def go_on(page: Page, name: str = "Save and continue") -> None:
    page.get_by_role("button", name=name).first.click()


def enter_order(page: Page) -> str:
    """Write an order with a curfew and a zone, question by question; return the draft's address."""
    page.goto("/orders/new/P1")
    go_on(page, "Start")
    go_on(page)
    assert "Select the type of order" in page.locator(".govuk-error-summary").inner_text()
    for choice in ("Community", "Community order requirement", "Community", "Magistrates court", "Probation"):
        page.get_by_label(choice, exact=True).check()
        go_on(page)
    fill_day(page, "First day", "9 3 2026")
    fill_day(page, "Last day", "8 6 2026")
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
    enter_circle(page, "54.0", "30")
    draft = page.url.split("/list/")[0]
    page.get_by_text("Continue", exact=True).click()
    enter_curfew(page)
    page.goto(draft)
    page.get_by_role("link", name="Answer name of Exclusion zone").click()
    page.get_by_label("Name of the zone").fill("The market")
    go_on(page)
    page.goto(draft)
    page.get_by_role("link", name="Answer dates of Exclusion zone: The market").click()
    go_on(page)
    page.goto(draft)
    page.get_by_role("link", name="Answer area of Exclusion zone: The market").click()
    enter_circle(page, "54.02", "200")
    page.get_by_label("Width in metres").fill("100")
    go_on(page)
    page.get_by_label("Always, day and night").check()
    go_on(page)
    page.goto(draft)
    return draft


def enter_circle(page: Page, latitude: str, radius: str) -> None:
    page.get_by_label("A circle", exact=False).check()
    go_on(page)
    for label, text in (("Latitude", latitude), ("Longitude", "-1.5"), ("Radius in metres", radius)):
        page.get_by_label(label).fill(text)
    go_on(page)
    assert page.locator("svg[role=img]").count() == 1
    go_on(page, "Yes, continue")


def enter_curfew(page: Page) -> None:
    page.get_by_role("link", name="Answer dates of Curfew").click()
    assert page.get_by_label("Year").first.input_value() == "2026"
    go_on(page)
    page.get_by_role("link", name="Answer hours of Phase 1").click()
    page.get_by_label("Monday, start of span 1").fill("7pm")
    page.get_by_label("Monday, end of span 1").fill("7am")
    page.get_by_role("button", name="Copy Monday to every day").click()
    assert page.get_by_label("Sunday, end of span 1").input_value() == "07:00"
    go_on(page)
    page.goto(page.url.split("/list/")[0].split("/ask/")[0])
    page.get_by_role("link", name="Answer day of release of Curfew").click()
    page.get_by_label("No", exact=True).check()
    go_on(page)
    page.get_by_role("link", name="Answer grace of Curfew").click()
    page.get_by_label("Minutes of grace").fill("0")
    go_on(page)


def test_an_order_is_written_signed_and_fitted(context: BrowserContext, client: Client) -> None:
    staff = make_staff()
    make_person("P1")
    page = context.new_page()
    page.set_default_timeout(10_000)
    sign_in(context, client, staff[Role.PRACTITIONER])
    draft = enter_order(page)
    go_on(page, "Send for signature")
    assert "Sent for signature" in page.inner_text("main")
    sign_in(context, client, staff[Role.SENIOR])
    page.goto("/orders/drafts")
    page.get_by_role("link", name="Read and sign").click()
    assert "Do not go into the area called The market." in page.inner_text("main")
    page.get_by_role("button", name="Sign", exact=True).click()
    assert "Signed: version 1" in page.inner_text("main")
    order_id = queries.draft(draft.rpartition("/")[2]).order_id
    sign_in(context, client, staff[Role.FIELD_OFFICER])
    page.goto("/orders/installations")
    page.get_by_role("link", name="Given FamilyP1").click()
    page.get_by_role("link", name="A fitting", exact=True).click()
    page.get_by_label("Device number").fill("TAG-1")
    fill_day(page, "Day", "9 3 2026")
    page.get_by_label("Time", exact=True).fill("11:30")
    go_on(page, "Record")
    assert "Fitted: TAG-1" in page.inner_text("main")
    assert [span.device_id for span in queries.activations_of_order(order_id)] == ["TAG-1"]


def test_corners_set_on_the_map_and_corners_typed_are_the_same_form(
    browser: Browser, live_server: Any, client: Client
) -> None:
    author = make_staff()[Role.PRACTITIONER]
    draft_id = make_secret_order(make_person("P1"), author)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    sign_in(context, client, author)
    watched = Watched(context.new_page())
    page = watched.page
    watched.look(f"/orders/drafts/{draft_id}/map/conditions/zone")
    page.wait_for_selector("#area-map[data-ready=yes]")
    for x, y in ((300, 100), (500, 120), (400, 300), (10, 10)):
        page.locator("#area-map").click(position={"x": x, "y": y})
    page.get_by_role("button", name="Take back the last corner").click()
    typed = page.get_by_label("Corners of the area").input_value()
    assert page.locator("#area-map-said").inner_text() == "3 corners"
    go_on(page)
    watched.look()
    assert "An area with 3 corners" in page.inner_text("main")
    go_on(page, "Yes, continue")
    area = queries.draft(draft_id).document["conditions"][1]["area"]
    assert corners_text(area) == typed
    assert watched.found == {}
    context.close()


def test_axe_finds_nothing_on_pages_that_tell_of_mistakes(
    browser: Browser, live_server: Any, client: Client
) -> None:
    staff = make_staff()
    author = staff[Role.PRACTITIONER]
    draft_id = make_secret_order(make_person("P1"), author)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    sign_in(context, client, author)
    watched = Watched(context.new_page())
    ask = f"/orders/drafts/{draft_id}/ask"
    for url in (
        f"{ask}/dates", f"{ask}/phase-hours/c1~0", f"{ask}/device/SECRET-ACT", f"{ask}/zone-area-points/zone",
        f"{ask}/ticked", "/orders/ORDER-SECRET/vary", "/orders/ORDER-SECRET/absence",
    ):  # fmt: skip
        watched.look(url)
        for control in watched.page.locator("main input[type=text], main textarea").all():
            control.fill("!")
        for control in watched.page.locator("main input[type=checkbox]").all():
            control.uncheck()
        watched.page.locator("main form button").last.press("Enter")
        assert "There is a problem" in watched.page.inner_text("main"), url
        watched.look()
    assert watched.found == {}
    context.close()
