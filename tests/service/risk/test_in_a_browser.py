"""An assessment in a real browser: by keyboard alone, without a script, and without a fault for axe."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.service.makers import Staff, make_person, make_staff
from tests.service.risk.cases import answered, decided, looked
from throughcare.service.risk import actions
from throughcare.service.risk.models import Assessment, Consultation, OwnView
from throughcare.service.risk.vocabulary import Level, OverrideReason
from throughcare.service.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("RISK_PICTURES", "")  # noqa: TID251 - a folder, where a person wants to look


@pytest.fixture
def staff_here(live_server: Any) -> dict[Role, Staff]:
    return make_staff()


def page_of(browser: Browser, live_server: Any, who: Staff, *, script: bool) -> Page:
    client = Client()
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    return context.new_page()


@pytest.fixture
def plain(browser: Browser, live_server: Any, staff_here: dict[Role, Staff]) -> Iterator[Page]:
    page = page_of(browser, live_server, staff_here[Role.PRACTITIONER], script=False)
    yield page
    page.context.close()


@pytest.fixture
def scripted(browser: Browser, live_server: Any, staff_here: dict[Role, Staff]) -> Iterator[Page]:
    page = page_of(browser, live_server, staff_here[Role.PRACTITIONER], script=True)
    yield page
    page.context.close()


def press(page: Page, words: str) -> None:
    """Press a button or follow a link by keyboard: focus it, then Enter."""
    name = re.compile(r"\s*".join(re.escape(word) for word in re.split(r"(\W)", words) if word.strip()))
    control = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    control.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, question: str, answer: str) -> None:
    """Choose a radio by keyboard: focus it, then Space."""
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).focus()
    page.keyboard.press("Space")


def write(page: Page, label: str, words: str, *, last: bool = False) -> None:
    box = page.get_by_label(label)
    (box.last if last else box.first).focus()
    page.keyboard.type(words)


def test_the_whole_work_is_done_by_keyboard_without_a_script(
    plain: Page, live_server: Any, staff_here: dict[Role, Staff]
) -> None:
    make_person("K1", officer=staff_here[Role.PRACTITIONER].user)
    plain.goto(f"{live_server.url}/casework/people/K1")
    press(plain, "Risk assessments")
    press(plain, "Begin an assessment")
    choose(plain, "How likely is any reoffending", "Medium")
    write(plain, "What makes you think so?", "He lost his flat.")
    choose(plain, "How likely is serious harm", "Low")
    write(plain, "What makes you think so? Who may be harmed", "Nobody was hurt.")
    press(plain, "Record my view")
    assert OwnView.objects.get().harm_level == "low"
    press(plain, "Answer: The person and the dates")
    choose(plain, "Which form of the score applies?", "Male")
    press(plain, "Save and go on")
    assert plain.locator("h1").inner_text() == "The offence and the record"
    plain.get_by_label("On how many occasions has the person been sanctioned").focus()
    plain.keyboard.type("20")
    press(plain, "Save and go on")
    press(plain, "Back to the assessment")
    press(plain, "See the score")
    choose(plain, "Why do you need to see it?", "To finish this assessment")
    press(plain, "Show the score")
    assert plain.locator("h1").inner_text() == "Score sheet"
    assert Consultation.objects.get().purpose == "assess"
    press(plain, "Go on to the decision")
    choose(plain, "Any reoffending within two years", "Medium")
    choose(plain, "Serious harm within two years", "Low")
    write(plain, "Reasons in your own words", "Too little is known for a score.")
    press(plain, "Record the decision")
    assert Assessment.objects.get().state == "decided"
    press(plain, "The sheet for the person")
    assert plain.get_by_role("heading", name="If you think this is wrong").is_visible()
    press(plain, "Darllen hyn yn Gymraeg")
    assert plain.locator("html").get_attribute("lang") == "cy"


def test_axe_finds_nothing_on_any_page(
    scripted: Page, live_server: Any, staff_here: dict[Role, Staff]
) -> None:
    officer, senior = staff_here[Role.PRACTITIONER], staff_here[Role.SENIOR]
    person = make_person("K2", officer=officer.user)
    made = answered(person, officer)
    dispute = actions.raise_dispute(
        by=officer.viewer, now_us=1, assessment_id=made, item="unemployed", claimed="no", words="He works."
    )
    look = looked(made, officer)
    paths = [
        "people/K2", f"assessments/{made}", f"assessments/{made}/questions/person",
        f"assessments/{made}/questions/alcohol", f"assessments/{made}/offence", f"assessments/{made}/score",
        f"looks/{look}", f"looks/{look}/predictors/violent_reoffending_dynamic", f"looks/{look}/decide",
        f"assessments/{made}/disputes/temper_control", f"disputes/{dispute}", f"assessments/{made}/sheet",
        f"assessments/{made}/sheet?lang=cy", f"assessments/{made}/stop",
    ]  # fmt: skip
    found = faults(scripted, live_server, paths)
    decided(made, officer, reoffending=Level.LOW, harm=Level.LOW, reasons=(OverrideReason.PROGRESS,))
    other = page_of(scripted.context.browser, live_server, senior, script=True)  # type: ignore[arg-type]
    found |= faults(
        other, live_server, ["waiting", "oversight", f"assessments/{made}", f"disputes/{dispute}"]
    )
    other.context.close()
    assert found == {}


def faults(page: Page, live_server: Any, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        answer = page.goto(f"{live_server.url}/risk/{path}")
        assert answer is not None
        assert answer.status == 200
        if PICTURES:
            name = path.replace("/", "-").replace("?", "-")
            page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": RULES}}
        said = page.evaluate("options => axe.run(document, options)", options)["violations"]
        if said:
            found[path] = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in said]
    return found
