"""Limits and break-glass: what seniors set and end, what an emergency opens, what nothing opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.makers import NOW_US, Staff, make_person, make_team, make_user
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.service.access import actions
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.access.queries import Answer, check, limits_of
from throughcare.service.access.vocabulary import Purpose, ReviewOutcome
from throughcare.service.accounts.actions import Refused
from throughcare.service.accounts.models import User
from throughcare.service.accounts.queries import viewer_of
from throughcare.service.audit.models import Entry
from throughcare.service.outbox.models import OutboxItem
from throughcare.service.people.models import Person
from throughcare.service.people.queries import visible_refs
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer

pytestmark = pytest.mark.django_db


def seen(viewer: Viewer, now_us: int = NOW_US) -> set[str]:
    return set(visible_refs(viewer, now_us=now_us))


def exclude(senior: Staff, person: Person, who: Staff, *, from_us: int = NOW_US) -> int:
    return actions.exclude(
        by=senior.viewer, now_us=NOW_US, person_id=person.pk, person_ref=person.ref,
        user_id=who.user.pk, from_us=from_us, to_us=None, message="Ask the duty senior.",
    )  # fmt: skip


def restrict(senior: Staff, person: Person, *named: Staff) -> None:
    actions.restrict(
        by=senior.viewer, now_us=NOW_US, person_id=person.pk, person_ref=person.ref,
        user_ids=frozenset(each.user.pk for each in named), from_us=NOW_US, to_us=None, message="",
    )  # fmt: skip


def open_record(who: Staff, person: Person, *, now_us: int = NOW_US) -> int:
    return actions.break_glass(
        by=who.viewer, now_us=now_us, person_id=person.pk, person_ref=person.ref,
        purpose=Purpose.DANGER_TO_LIFE, reason="A threat was reported.",
    )  # fmt: skip


@pytest.fixture
def senior(db: None) -> Staff:
    return make_user(Role.SENIOR)


@pytest.fixture
def officer(db: None) -> Staff:
    return make_user(Role.PRACTITIONER)


def test_whoever_begins_a_list_stays_on_it(senior: Staff, officer: Staff) -> None:
    person = make_person()
    restrict(senior, person, officer)
    assert seen(senior.viewer) == seen(officer.viewer) == {"P1"}
    assert seen(make_user(Role.MONITORING_OFFICER).viewer) == set()


def test_the_last_name_goes_only_with_the_restriction(senior: Staff, officer: Staff) -> None:
    person = make_person()
    restrict(senior, person)
    place = limits_of(person.pk, now_us=NOW_US).places[0].limit_id
    with pytest.raises(Refused, match="last name"):
        actions.end_place(
            by=senior.viewer, now_us=NOW_US, person_id=person.pk, person_ref="P1", limit_id=place
        )
    actions.lift_restriction(by=senior.viewer, now_us=NOW_US, person_id=person.pk, person_ref="P1")
    assert seen(officer.viewer) == {"P1"}


def test_a_limit_cannot_be_ended_through_another_person(senior: Staff, officer: Staff) -> None:
    person, other = make_person(), make_person("P2")
    limit = exclude(senior, person, officer)
    actions.end_exclusion(
        by=senior.viewer, now_us=NOW_US, person_id=other.pk, person_ref="P2", limit_id=limit
    )
    assert seen(officer.viewer) == {"P2"}


def test_a_limit_set_for_tomorrow_counts_from_tomorrow(senior: Staff, officer: Staff) -> None:
    person = make_person()
    exclude(senior, person, officer, from_us=NOW_US + DAY_US)
    assert limits_of(person.pk, now_us=NOW_US).exclusions[0].state == "future"
    assert seen(officer.viewer) == {"P1"}
    assert seen(officer.viewer, NOW_US + DAY_US) == set()


def test_nobody_bars_themself(senior: Staff) -> None:
    with pytest.raises(Refused):
        exclude(senior, make_person(), senior)


def test_many_records_are_checked_in_two_questions(
    senior: Staff, officer: Staff, django_assert_num_queries
) -> None:
    people = [make_person(f"P{number}") for number in range(6)]
    exclude(senior, people[0], officer)
    restrict(senior, people[1])
    restrict(senior, people[2], officer)
    ids = [person.pk for person in people]
    with django_assert_num_queries(2):
        answers = check(user_id=officer.user.pk, person_ids=ids, now_us=NOW_US)
    assert answers[ids[0]] == Answer(excluded=True, restricted=False, message="Ask the duty senior.")
    assert [pk for pk in ids if answers[pk].blocked] == ids[:2]
    unknown = check(user_id=None, person_ids=ids, now_us=NOW_US)
    assert [pk for pk in ids if unknown[pk].blocked] == ids[:3]


def test_an_emergency_opens_one_record_for_an_hour_and_tells_a_senior(officer: Staff) -> None:
    person = make_person(team=make_team("South"))
    opening = open_record(officer, person)
    assert seen(officer.viewer, NOW_US + 59 * MINUTE_US) == {"P1"}
    assert seen(officer.viewer, NOW_US + 60 * MINUTE_US) == set()
    notice = OutboxItem.objects.get(kind="break_glass_used")
    assert notice.body["review_due_us"] == NOW_US + 24 * HOUR_US
    assert "P1" not in str(notice.body)
    assert Entry.objects.get().subject == f"break_glass:{opening}"


def test_whoever_is_barred_by_name_stays_out_in_an_emergency_too(senior: Staff, officer: Staff) -> None:
    person = make_person()
    open_record(officer, person)
    exclude(senior, person, officer)
    assert seen(officer.viewer) == set()
    with pytest.raises(Refused, match="Ask the duty senior"):
        open_record(officer, person)


def test_an_opening_is_reviewed_once_and_by_somebody_else(senior: Staff, officer: Staff) -> None:
    person = make_person()
    for who in (senior, officer):
        opening = open_record(who, person)
    own = BreakGlass.objects.get(user_id=senior.user.pk).pk
    with pytest.raises(Refused, match="yourself"):
        review(senior, own, ReviewOutcome.JUSTIFIED)
    review(senior, opening, ReviewOutcome.JUSTIFIED)
    review(make_user(Role.SENIOR, name="second"), opening, ReviewOutcome.NOT_JUSTIFIED)
    assert BreakGlass.objects.get(pk=opening).review_outcome == "justified"
    assert Entry.objects.filter(action="break_glass_reviewed").count() == 1


def review(who: Staff, opening: int, outcome: ReviewOutcome) -> None:
    actions.review(
        by=who.viewer, now_us=NOW_US, opening_id=opening, person_ref="P1", outcome=outcome, note=""
    )


# from when to when, in hours from the present, around which the edges lie
SPANS = st.tuples(st.integers(-2, 2), st.none() | st.integers(-2, 3))
RULES = st.lists(
    st.tuples(st.sampled_from(["exclusion", "restriction", "glass"]), st.integers(0, 2), SPANS), max_size=8
)


@given(rules=RULES, now_h=st.integers(-3, 4))
def test_any_rules_give_what_the_plain_words_say(
    rules: list[tuple[str, int, tuple[int, int | None]]], now_h: int
) -> None:
    """Compare with the obvious reading of the rules, for three officers, one person and any eight rules."""
    Exclusion.objects.all().delete(), Restriction.objects.all().delete(), BreakGlass.objects.all().delete()
    person = Person.objects.filter(ref="PX").first() or make_person("PX")
    officers = [known(f"officer{number}") for number in range(3)]
    now_us = NOW_US + now_h * HOUR_US
    holds: dict[str, set[int]] = {"exclusion": set(), "restriction": set(), "glass": set()}
    for kind, who, (start, stop) in rules:
        add(
            kind,
            person,
            officers[who],
            NOW_US + start * HOUR_US,
            None if stop is None else NOW_US + stop * HOUR_US,
        )
        if start <= now_h and ((stop is None and kind != "glass") or (stop is not None and now_h < stop)):
            holds[kind].add(who)
    for who, officer in enumerate(officers):
        listed = not holds["restriction"] or who in holds["restriction"]
        expected = who not in holds["exclusion"] and (listed or who in holds["glass"])
        assert ("PX" in seen(officer.viewer, now_us)) is expected


def known(name: str) -> Staff:
    found = User.objects.filter(username=name).first()
    if found is None:
        found = make_user(Role.PRACTITIONER, name=name).user
    found.grants.update(from_us=NOW_US - DAY_US)
    return Staff(found, viewer_of(found.pk, now_us=NOW_US))


def add(kind: str, person: Person, who: Staff, from_us: int, to_us: int | None) -> None:
    if kind == "glass":
        BreakGlass.objects.create(
            person=person, user=who.user, purpose="cover", reason="x", at_us=from_us,
            until_us=from_us if to_us is None else to_us, review_due_us=from_us,
        )  # fmt: skip
        return
    model = Exclusion if kind == "exclusion" else Restriction
    model.objects.create(person=person, user=who.user, from_us=from_us, to_us=to_us, set_by="x")
