"""When somebody should be assessed anew: what happened since, in words, in as many questions for one as for many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.service.casework.cases import make_cases
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff
from tests.service.risk.cases import answered, decided, viewed
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.service.casework.models import Contact
from throughcare.service.orders.queries.of_people import standing_of
from throughcare.service.people.models import Person
from throughcare.service.risk.models import Assessment
from throughcare.service.risk.prompts import prompts_for
from throughcare.service.risk.vocabulary import Level

pytestmark = pytest.mark.django_db


def said(people: list[Person], now_us: int = NOW_US) -> dict[str, tuple[str, ...]]:
    orders = standing_of([each.ref for each in people], now_us=now_us)
    return prompts_for({each.pk: each.ref for each in people}, orders, now_us=now_us)


def assess(person: Person, by: Staff, *, at_us: int) -> None:
    made = answered(person, by, {"sex": "male"})
    decided(made, by, reoffending=Level.LOW, harm=Level.LOW)
    Assessment.objects.filter(pk=made).update(decided_us=at_us)


def test_whoever_has_an_order_and_was_never_assessed_is_named(officer: Staff) -> None:
    [person] = make_cases(1, officer=officer.user)
    assert said([person]) == {"C000": ("Not assessed yet",)}
    viewed(person, officer)
    assert said([person]) == {}


def test_nobody_without_an_order_is_named(officer: Staff, person: Person) -> None:
    assert said([person]) == {}


def test_each_reason_is_in_words_and_counts_from_the_last_assessment(officer: Staff) -> None:
    [person] = make_cases(1, officer=officer.user)
    assess(person, officer, at_us=NOW_US - 4 * DAY_US)
    assert said([person]) == {}
    for days in (5, 3, 2):
        Contact.objects.create(
            person=person, planned_us=NOW_US - days * DAY_US, channel="office", planned_by="user:1",
            result="did_not_come",
        )  # fmt: skip
    tell(incident("a", person_ref=person.ref, start_us=NOW_US - 3 * DAY_US, minutes=90))
    assert said([person]) == {"C000": ("2 contacts missed",)}
    tell(incident("b", person_ref=person.ref, start_us=NOW_US - 2 * HOUR_US, minutes=60))
    assert said([person])["C000"][1] == "2 absences or entries reported by the tag"
    Assessment.objects.update(decided_us=NOW_US - 8 * DAY_US)
    assert "The order was signed or varied" in said([person])["C000"]


def test_an_old_assessment_is_said_with_its_day(officer: Staff) -> None:
    [person] = make_cases(1, officer=officer.user)
    assess(person, officer, at_us=NOW_US)
    later = NOW_US + 10 * DAY_US
    assert said([person], later) == {}
    Assessment.objects.update(decided_us=NOW_US - 174 * DAY_US)
    assert "The last assessment is of 16 September 2025" in said([person], later)["C000"]


def test_the_questions_do_not_grow_with_the_people(officer: Staff) -> None:
    people = make_cases(9, officer=officer.user)
    for each in people[:5]:
        assess(each, officer, at_us=NOW_US - DAY_US)
    counts = []
    for some in (people[:2], people):
        with CaptureQueriesContext(connection) as asked:
            said(some)
        counts.append(len(asked))
    assert counts[0] >= counts[1]


def test_the_caseload_and_the_person_page_show_it(client: Client, officer: Staff) -> None:
    make_cases(1, officer=officer.user)
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    for url in ("/casework/cases/?show=assess", "/casework/people/C000", "/risk/people/C000"):
        assert "Not assessed yet" in client.get(url).content.decode()
