"""What stands beside a question: facts of the record, a suggestion where a fact is the answer, never an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.service.casework.cases import make_cases
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff
from tests.service.risk.cases import answered, decided, viewed
from throughcare.kernel.time import DAY_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.casework.models import Contact
from throughcare.service.people.models import Person
from throughcare.service.risk.models import AnswerRow, Assessment
from throughcare.service.risk.suggesting import Suggestion, known_about, suggestions
from throughcare.service.risk.vocabulary import Level

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
LIST = """offence_code,parent_group,category,sub_category,actuarial_category,opd_violence_sex,is_violent_sanction
02801,Theft,Burglary in a dwelling,Burglary in a dwelling with intent to steal,BURGLARY_DOMESTIC,0,0
00000,Other summary offences,Invalid Offence,Invalid Offence,UNKNOWN,0,0
"""


def beside(person: Person) -> dict[str, Suggestion]:
    return suggestions(known_about(person.pk, person.ref, now_us=NOW_US))


def test_the_order_fills_the_days_and_the_place_of_supervision(officer: Staff) -> None:
    [person] = make_cases(1, officer=officer.user)
    found = beside(person)
    assert found["date_of_birth"].value == "1990-01-02"
    assert found["follow_up_start"].fills
    assert found["supervision_status"].value == "community"
    assert not found["sex"].value  # the record says that it is not known
    Person.objects.update(sex="female")
    assert beside(person)["sex"].value == "female"


def test_contacts_and_incidents_are_facts_and_no_answer(officer: Staff, person: Person) -> None:
    Contact.objects.create(
        person=person,
        planned_us=NOW_US - DAY_US,
        channel="office",
        planned_by="user:1",
        result="did_not_come",
    )
    tell(incident("a", person_ref=person.ref, start_us=NOW_US - DAY_US, minutes=90))
    hint = beside(person)["attitudes_to_offending"]
    assert hint.value == ""
    assert hint.facts[0].endswith("1 missed without a word.")
    assert "1 incident" in hint.facts[1]


@pytest.mark.parametrize(("reports", "level"), [(1, "some"), (3, "significant")])
def test_the_alcohol_tag_suggests_and_the_officer_answers(
    signed_in: SignIn, officer: Staff, person: Person, reports: int, level: str
) -> None:
    for n in range(reports):
        kind = IncidentKind.DRINKING_EVENT
        tell(incident(f"d{n}", person_ref=person.ref, kind=kind, start_us=NOW_US - (n + 1) * DAY_US))
    assert beside(person)["alcohol_use"].value == level
    made = viewed(person, officer)
    url = reverse("risk:questions", kwargs={"assessment_id": made, "slug": "alcohol"})
    client = signed_in(officer)
    page = client.get(url).content.decode()
    assert f"Suggested: {level} problems. Answer for yourself." in page
    chosen = page.partition('name="alcohol_use"')[2].partition("</fieldset>")[0]
    assert 'value="" id="id_alcohol_use_3" checked' in chosen  # not known, until the officer says
    client.post(url, {"alcohol_use": "none"})
    row = AnswerRow.objects.get(item="alcohol_use")
    assert row.value == "none"
    assert row.shown == [beside(person)["alcohol_use"].facts[0]]


def test_the_last_assessment_is_recalled_with_its_day_and_not_filled_in(
    officer: Staff, person: Person
) -> None:
    made = answered(person, officer, {"accommodation": "some"})
    decided(made, officer, reoffending=Level.LOW, harm=Level.LOW)
    assert Assessment.objects.get().state == "decided"
    hint = beside(person)["accommodation"]
    assert hint.facts[0] == "At the assessment of 9 March 2026: some problems."
    assert (hint.value, hint.fills) == ("some", False)


@pytest.fixture
def offence_list() -> Iterator[Path]:
    path = settings.CONFIGURATION.data_dir / "offence_codes.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LIST, encoding="utf-8")
    yield path
    path.unlink()


def test_an_offence_is_found_by_words_or_code_and_answers_the_category(
    signed_in: SignIn, officer: Staff, person: Person, offence_list: Path
) -> None:
    client = signed_in(officer)
    made = viewed(person, officer)
    url = reverse("risk:offence", kwargs={"assessment_id": made})
    for text in ("dwelling steal", "0280"):
        assert "burglary of a home" in client.get(url, {"q": text}).content.decode()
    assert "Nothing found" in client.get(url, {"q": "piracy"}).content.decode()
    page = client.post(url, {"code": "00000"}, follow=True).content.decode()
    assert "The list has no category for that code" in page
    client.post(url, {"code": "02801"})
    row = AnswerRow.objects.get()
    assert (row.item, row.value, row.source) == ("offence_category", "burglary_domestic", "court_record")
    assert row.shown[0].startswith("Code 02801: Theft: Burglary in a dwelling")


def test_without_a_list_the_category_is_answered_directly(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    made = viewed(person, officer)
    page = signed_in(officer).get(reverse("risk:offence", kwargs={"assessment_id": made}))
    assert "The published list is not loaded here" in page.content.decode()
