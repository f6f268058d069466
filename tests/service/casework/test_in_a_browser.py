"""Finding, registering and supervising somebody in a real browser: without script, by keyboard, without a fault for axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.service.casework.cases import make_cases, plan
from tests.service.conftest import Clock
from tests.service.desk.nights import MORNING_US, live_night
from tests.service.filling import fill_day
from tests.service.makers import Staff, make_staff
from throughcare.kernel.time import DAY_US
from throughcare.service.people.models import Person
from throughcare.service.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("CASEWORK_PICTURES", "")  # noqa: TID251 - a folder, where a person wants to look


class Walk:
    """A page of one member of staff, which keeps what axe complains of wherever it looks."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: dict[str, list[str]] = {}

    def go(self, path: str, name: str = "") -> None:
        self.page.goto(self.address + path)
        self.look(name)

    def press(self, words: str, name: str = "") -> None:
        control = self.page.get_by_role("button", name=words).or_(self.page.get_by_role("link", name=words))
        with self.page.expect_navigation():
            control.first.click()
        self.look(name)

    def look(self, name: str = "") -> None:
        if PICTURES and name:
            self.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": RULES}}
        found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
        if found:
            self.complaints[self.page.url] = [
                f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found
            ]


@pytest.fixture
def staff_here(live_server: Any) -> dict[Role, Staff]:
    return make_staff()


@pytest.fixture
def walk(browser: Browser, live_server: Any, staff_here: dict[Role, Staff]) -> Iterator[Walk]:
    client = Client()
    who = staff_here[Role.PRACTITIONER].user
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=True)
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    yield Walk(context.new_page(), live_server.url)
    context.close()


def test_the_caseload_is_worked_by_keyboard(walk: Walk, staff_here: dict[Role, Staff]) -> None:
    make_cases(9, officer=staff_here[Role.PRACTITIONER].user)
    walk.go("/casework/cases/", "caseload")
    page = walk.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Given Family"):
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text().startswith("Given Family")
    assert walk.complaints == {}


def test_somebody_is_registered_a_question_a_page(walk: Walk) -> None:
    page = walk.page
    walk.go("/people/?q=nobody", "search-none")
    walk.press("Register a person")
    walk.press("Start")
    walk.press("Continue", "register-name-error")
    page.get_by_label("First name").fill("Wren")
    page.get_by_label("Family name").fill("Hollow")
    walk.press("Continue")
    fill_day(page, "Date of birth", "3 feb 1994")
    walk.press("Continue")
    page.get_by_label("Female", exact=True).check()
    walk.press("Continue")
    page.get_by_label("CRN").fill("x123456")
    page.get_by_label("PNC ID").fill("26/123E")
    walk.press("Continue", "register-numbers-error")
    assert "does not fit its digits" in page.inner_text("main")
    page.get_by_label("PNC ID").fill("2026/0000123D")
    walk.press("Continue")
    page.get_by_label("Team").select_option(label="Invented Region: North")
    walk.press("Continue")
    walk.look("register-check")
    walk.press("Make the record")
    assert "Are they known by another name?" in page.inner_text("main")
    walk.press("Go on without")
    page.get_by_label("Mobile", exact=True).check()
    page.get_by_label("Number or address").fill("07700 900 123")
    page.get_by_label("Ask first").check()
    walk.press("Save and continue", "register-language")
    for _ in range(3):
        walk.press("Go on without")
    walk.look("register-equality")
    walk.press("Save and continue", "record")
    person = Person.objects.get(family_name="Hollow")
    assert sorted(person.identifiers.values_list("value", flat=True)) == ["26/0000123D", "X123456"]
    assert person.contact_points.get().value == "07700900123"
    assert walk.complaints == {}


def test_a_person_with_a_night_behind_them_and_their_trail(
    walk: Walk, staff_here: dict[Role, Staff], clock: Clock
) -> None:
    clock.now_us = MORNING_US
    item = live_night()
    person = Person.objects.get(ref="W0")
    plan(person, MORNING_US - DAY_US)
    walk.go("/casework/people/W0", "person")
    assert "Be at the curfew address" in walk.page.inner_text("main")
    walk.go("/casework/people/W0/trail", "trail-form")
    walk.page.get_by_label("Why do you need to see it?").select_option("supervision")
    walk.press("Show the trail", "trail")
    walk.press("Show map")
    walk.page.wait_for_selector("#trail-map[data-ready=yes]", timeout=20_000)
    walk.look("trail-map")
    walk.go(f"/casework/people/{item.person_ref}/contacts/plan", "contact-plan")
    assert walk.complaints == {}


def test_without_script_somebody_is_found_and_their_trail_read(
    browser: Browser, live_server: Any, staff_here: dict[Role, Staff], clock: Clock
) -> None:
    clock.now_us = MORNING_US
    live_night()
    client = Client()
    who = staff_here[Role.PRACTITIONER].user
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(java_script_enabled=False)
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/people/")
    page.get_by_label("Name, other name, reference or number").fill("familyw0")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Given FamilyW0").click()
    page.get_by_role("link", name="Trail", exact=True).click()
    page.get_by_label("Why do you need to see it?").select_option("supervision")
    page.get_by_role("button", name="Show the trail").click()
    assert page.get_by_role("region", name="Positions").locator("tbody tr").count() == 100
    assert page.get_by_role("img", name="Map of the trail").is_visible()
    context.close()
