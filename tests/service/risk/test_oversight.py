"""Decisions beside scores over everybody: small cells hidden, groups only for whoever may see equality counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.service.makers import NOW_US, Staff, make_person
from tests.service.risk.cases import WHOLE, answered, decided
from throughcare.kernel.time import DAY_US
from throughcare.risk.catalogue import ITEMS
from throughcare.service.people.models import EqualityRecord, Person
from throughcare.service.people.vocabulary import EQUALITY_FIELDS
from throughcare.service.risk.forms import GroupForm
from throughcare.service.risk.grouping import ASKED, GROUPS
from throughcare.service.risk.models import Assessment
from throughcare.service.risk.oversight import EARLY, NONE, oversight
from throughcare.service.risk.suggesting import known_about, suggestions
from throughcare.service.risk.vocabulary import Level, OverrideReason
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def assess(n: int, by: Staff, *, level: Level = Level.VERY_HIGH, group: str = "") -> None:
    person = make_person(f"V{n:02}", officer=by.user)
    if group:
        EqualityRecord.objects.create(person=person, ethnicity=group, recorded_us=NOW_US)
    made = answered(person, by, WHOLE if level is Level.VERY_HIGH else {"sex": "male"})
    decided(made, by, reoffending=level, harm=level, reasons=(OverrideReason.PROTECTION,))
    Assessment.objects.filter(pk=made).update(state="decided", decided_us=NOW_US)


def test_small_counts_are_hidden_and_others_are_to_the_nearest_five(officer: Staff) -> None:
    for n in range(12):
        assess(n, officer, group="black" if n < 3 else "white")
    for n in range(12, 15):
        assess(n, officer, level=Level.LOW)
    found = oversight(now_us=NOW_US, field="ethnicity")
    counts = {row.words: row.counts[0] for row in found.directions}
    assert counts["No score to compare with"] is None
    assert found.total in {15, None}
    assert all(count is None or count % 5 == 0 for count in counts.values())
    by_group = found.tables[-1]
    assert next(row for row in by_group.rows if row.words.startswith("Black")).counts[1] is None


def test_what_came_later_is_counted_only_after_ninety_days(officer: Staff) -> None:
    for n in range(11):
        assess(n, officer)
    early = oversight(now_us=NOW_US).tables[2]
    assert {row.words for row in early.rows} == {EARLY, "All"}
    late = oversight(now_us=NOW_US + 91 * DAY_US).tables[2]
    assert {row.words for row in late.rows} == {NONE, "All"}


def test_the_page_splits_by_group_for_the_analyst_only(
    signed_in: SignIn, staff: dict[Role, Staff], officer: Staff
) -> None:
    for n in range(2):
        assess(n, officer, group="white")
    url = reverse("risk:oversight")
    analyst = signed_in(staff[Role.ANALYST]).get(url, {"by": "ethnicity"}).content.decode()
    assert "By group" in analyst
    assert "not shown" in analyst
    assert "FamilyV00" not in analyst
    senior = signed_in(staff[Role.SENIOR]).get(url, {"by": "ethnicity"}).content.decode()
    assert "By group" not in senior
    assert signed_in(officer).get(url).status_code == 403


def test_no_equality_field_is_asked_suggested_or_scored(officer: Staff, person: Person) -> None:
    EqualityRecord.objects.create(
        person=person, ethnicity="white", disability="yes", religion="sikh", gender_identity="male",
        sexual_orientation="bisexual", recorded_us=NOW_US,
    )  # fmt: skip
    names = {*EQUALITY_FIELDS, "race", "nationality"}
    assert not names & set(ITEMS)
    assert not any(name in item for name in names for item in ASKED)
    hints = suggestions(known_about(person.pk, person.ref, now_us=NOW_US))
    for group in GROUPS:
        form = GroupForm(None, now_us=NOW_US, group=group, known={}, suggested=hints)
        assert not any(name in field for name in names for field in form.fields)
    told = " ".join(fact for hint in hints.values() for fact in (*hint.facts, hint.value)).lower()
    assert not any(word in told for word in ("white", "sikh", "bisexual", "disabled"))
