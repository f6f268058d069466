"""Whose records a viewer may open: by role, less limited access, plus break-glass."""

from __future__ import annotations

import pytest

from tests.service.makers import NOW_US, make_person, make_team, make_user
from throughcare.kernel.time import HOUR_US
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.people.queries import visible_refs
from throughcare.service.roles import Role
from throughcare.service.viewer import NOBODY, Viewer

pytestmark = pytest.mark.django_db


def seen(viewer: Viewer, now_us: int = NOW_US) -> set[str]:
    return set(visible_refs(viewer, now_us=now_us))


def test_a_practitioner_sees_their_team_and_no_other() -> None:
    make_person("P1")
    make_person("P2", team=make_team("South"))
    assert seen(make_user(Role.PRACTITIONER).viewer) == {"P1"}


def test_nobody_sees_nothing() -> None:
    make_person("P1")
    assert seen(NOBODY) == set()


def test_an_excluded_officer_does_not_see_the_person_and_a_colleague_does() -> None:
    person = make_person("P1")
    barred, colleague = make_user(Role.PRACTITIONER), make_user(Role.PRACTITIONER, name="colleague")
    Exclusion.objects.create(person=person, user=barred.user, from_us=NOW_US, set_by="x")
    assert seen(barred.viewer) == set()
    assert seen(colleague.viewer) == {"P1"}


def test_a_restriction_bars_everybody_who_is_not_named() -> None:
    person = make_person("P1")
    named, other = make_user(Role.PRACTITIONER), make_user(Role.PRACTITIONER, name="other")
    Restriction.objects.create(person=person, user=named.user, from_us=NOW_US, set_by="x")
    assert seen(named.viewer) == {"P1"}
    assert seen(other.viewer) == set()


@pytest.mark.parametrize(("offset_h", "hidden"), [(-1, False), (0, True), (1, True), (2, False)])
def test_a_rule_counts_from_its_start_to_its_end(offset_h: int, hidden: bool) -> None:
    person = make_person("P1")
    barred = make_user(Role.PRACTITIONER)
    Exclusion.objects.create(
        person=person, user=barred.user, from_us=NOW_US, to_us=NOW_US + 2 * HOUR_US, set_by="x"
    )
    assert (seen(barred.viewer, NOW_US + offset_h * HOUR_US) == set()) is hidden


def test_break_glass_opens_one_record_until_it_ends() -> None:
    person = make_person("P1", team=make_team("South"))
    officer = make_user(Role.PRACTITIONER)
    BreakGlass.objects.create(
        person=person,
        user=officer.user,
        purpose="danger_to_life",
        reason="danger",
        at_us=NOW_US,
        until_us=NOW_US + HOUR_US,
        review_due_us=NOW_US + HOUR_US,
    )
    assert seen(officer.viewer) == {"P1"}
    assert seen(officer.viewer, NOW_US + HOUR_US) == set()
