"""The caseload: what presses most first, in few questions, and nothing of anybody whom the viewer may not see."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.service.casework.cases import make_cases, plan
from tests.service.conftest import Clock
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff, make_person, make_team
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.service.access.models import Exclusion
from throughcare.service.casework.caseload import PAGE, Caseload, Show, caseload
from throughcare.service.desk.actions import take_in
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(staff: dict[Role, Staff], client: Client) -> Staff:
    client.force_login(staff[Role.PRACTITIONER].user, backend="django.contrib.auth.backends.ModelBackend")
    return staff[Role.PRACTITIONER]


def load(me: Staff, *, show: Show = Show.ALL, team: int | None = None, page: int = 1) -> Caseload:
    own = me.user.pk
    return caseload(
        me.viewer,
        now_us=NOW_US,
        user_id=own,
        officer_id=own if team is None else None,
        team_id=team,
        show=show,
        page=page,
    )


def test_what_is_overdue_comes_before_what_is_due_before_incidents_before_the_rest(me: Staff) -> None:
    make_person("QUIET", officer=me.user)
    plan(make_person("TODAY", officer=me.user), NOW_US + HOUR_US)
    plan(make_person("LATE", officer=me.user), NOW_US - 1)
    make_person("TOLD", officer=me.user)
    tell(incident("i1", person_ref="TOLD", start_us=NOW_US - 10 * DAY_US))
    take_in(now_us=NOW_US)
    cases = load(me).cases
    assert [case.ref for case in cases if case.ref != "TOLD"] == ["LATE", "TODAY", "QUIET"]
    late, today = cases[0], next(case for case in cases if case.ref == "TODAY")
    assert late.overdue == ("Say what came of a contact",)
    assert today.today == ("Contact at 13:00",)
    assert today.next_us == NOW_US + HOUR_US


def test_only_ones_own_cases_or_those_of_ones_team_are_shown(me: Staff, client: Client) -> None:
    make_person("MINE", officer=me.user)
    make_person("TEAM")
    make_person("FAR", team=make_team("South"), officer=me.user)
    barred = make_person("BARRED", officer=me.user)
    Exclusion.objects.create(person=barred, user=me.user, from_us=NOW_US - DAY_US, set_by="x")
    assert [case.ref for case in load(me).cases] == ["MINE"]
    assert {case.ref for case in load(me, team=make_team().pk).cases} == {"MINE", "TEAM"}
    south = make_team("South").pk
    page = client.get("/casework/cases/", {"team": str(south)}).content.decode()
    assert "My cases</h1>" in page  # a team that is not one's own is no choice
    assert "FamilyFAR" not in page


def test_counts_beside_the_filters_are_what_the_filters_show(me: Staff) -> None:
    make_cases(9, officer=me.user)
    counts = load(me).counts
    assert {show: load(me, show=show).total for show in Show} == counts
    assert counts[Show.OVERDUE] == counts[Show.ENDING] == 3
    assert counts[Show.LATE] == 9


def test_what_changed_is_new_until_the_page_is_opened(me: Staff, client: Client, clock: Clock) -> None:
    make_cases(2, officer=me.user)
    assert load(me).counts[Show.CHANGES] == 2
    client.get("/casework/people/C001")
    assert [case.ref for case in load(me, show=Show.CHANGES).cases] == ["C000"]
    clock.now_us += HOUR_US
    tell(incident("new", person_ref="C001"), now_us=clock.now_us)
    found = caseload(me.viewer, now_us=clock.now_us, user_id=me.user.pk, officer_id=me.user.pk, team_id=None)
    assert next(case.changes for case in found.cases if case.ref == "C001") == ("1 incident new or changed",)


def test_sixty_cases_take_no_more_questions_than_three_and_no_more_than_sixteen(
    me: Staff, client: Client
) -> None:
    make_cases(3, officer=me.user)
    client.get("/casework/cases/")  # the first request of a session writes it
    counts = []
    for more in (0, 57):
        make_cases_from(3, more, me)
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/casework/cases/")
        counts.append(len(asked))
    assert (
        counts[0] == counts[1] <= 16
    )  # five of them write into the log whom it showed, one counts what waits on the desk, one asks for assessments
    assert page.content.decode().count("/casework/people/") == 60
    assert len(gzip.compress(page.content)) <= 80 * 1024


def make_cases_from(first: int, number: int, me: Staff) -> None:
    for n in range(first, first + number):
        person = make_person(f"N{n:03}", officer=me.user)
        tell(incident(f"n{n}", person_ref=person.ref))
        plan(person, NOW_US - HOUR_US)
    take_in(now_us=NOW_US)


def test_a_long_list_has_pages(me: Staff) -> None:
    for n in range(PAGE + 1):
        make_person(f"N{n:03}", officer=me.user)
    pages = [load(me, page=n) for n in (1, 2, 9)]
    assert [(len(page.cases), page.page) for page in pages] == [(PAGE, 1), (1, 2), (1, 2)]
