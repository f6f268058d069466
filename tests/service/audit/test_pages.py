"""The pages of the log: what is shown to whom, that reading it is logged, that its CSV is safe."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from tests.service.audit.test_log import on_table
from tests.service.makers import NOW_US, Staff, make_person, make_team, make_user
from throughcare.kernel.time import DAY_US
from throughcare.service.access.models import Restriction
from throughcare.service.audit.actions import record
from throughcare.service.audit.entries import PAGE
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Person
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
YESTERDAY_US = NOW_US - DAY_US


@pytest.fixture
def auditor(signed_in: SignIn) -> Client:
    return signed_in(make_user(Role.AUDITOR))


def look(viewer: Viewer, ref: str, *, at_us: int = YESTERDAY_US, reason: str = "") -> None:
    record(
        viewer=viewer,
        action="person_viewed",
        subject="page:summary",
        at_us=at_us,
        person_ref=ref,
        reason=reason,
    )


def read(answer) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_entries_are_found_by_person_member_of_staff_action_and_day(auditor: Client) -> None:
    sam, kim = make_user(Role.SENIOR, name="sam"), make_user(Role.SENIOR, name="kim")
    look(sam.viewer, "P1", at_us=NOW_US - 3 * DAY_US)
    look(kim.viewer, "P2")
    record(viewer=kim.viewer, action="order_signed", subject="order:O1", at_us=YESTERDAY_US, person_ref="P3")
    for query, shown in (
        ("person=P1", {"P1"}), ("who=KIM", {"P2", "P3"}), ("action=order_signed", {"P3"}),
        ("first_day=2026-03-08&last_day=2026-03-08", {"P2", "P3"}), ("last_day=2026-03-07", {"P1"}), ("", {"P1", "P2", "P3"}),
    ):  # fmt: skip
        page = read(auditor.get(f"/audit/?{query}"))
        assert {ref for ref in ("P1", "P2", "P3") if f">{ref}<" in page} == shown, query
    assert "Nobody has this user name" in read(auditor.get("/audit/?who=nobody-at-all"))


def test_every_reading_of_the_log_is_in_the_log(auditor: Client) -> None:
    auditor.get("/audit/?person=P1")
    read(auditor.get("/audit/csv?person=P1"))
    auditor.post("/audit/whole")
    auditor.get("/audit/unusual")
    assert list(Entry.objects.values_list("action", "person_ref")) == [
        ("audit_log_viewed", "P1"), ("audit_log_exported", "P1"), ("audit_log_verified", ""),
        ("unusual_views_viewed", ""),
    ]  # fmt: skip


def test_a_page_of_the_log_asks_as_many_questions_for_a_hundred_entries_as_for_one(
    auditor: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(20):
        look(make_user(Role.SENIOR, name=f"s{number}").viewer, f"P{number}")
    with django_assert_max_num_queries(16):
        assert read(auditor.get("/audit/")).count("<tr") == 21


def test_the_csv_runs_no_formula_in_a_spreadsheet(auditor: Client) -> None:
    look(make_user(Role.SENIOR).viewer, "P1", reason='=HYPERLINK("http://example.org","x")')
    rows = list(csv.DictReader(read(auditor.get("/audit/csv")).splitlines()))
    assert rows[0]["reason"].startswith("'=HYPERLINK")
    assert rows[0]["at"] == "2026-03-08T12:00:00Z"


def test_older_entries_are_a_page_away(auditor: Client) -> None:
    viewer = make_user(Role.SENIOR).viewer
    for number in range(PAGE + 1):
        look(viewer, f"P{number}")
    page = read(auditor.get("/audit/?action=person_viewed"))
    assert f"action=person_viewed&amp;before={2}" in page
    assert ">P0<" not in page
    assert ">P0<" in read(auditor.get("/audit/?action=person_viewed&before=2"))


def test_of_a_record_closed_to_the_auditor_only_the_kind_of_act_is_told(auditor: Client) -> None:
    person, senior = make_person("PX"), make_user(Role.SENIOR)
    Restriction.objects.create(person=person, user=senior.user, from_us=YESTERDAY_US, set_by="x")
    record(viewer=senior.viewer, action="order_signed", subject="order:OX", at_us=YESTERDAY_US, person_ref="PX",
           reason="said PX", detail={"order": "OX"})  # fmt: skip
    for url in ("/audit/", "/audit/csv"):
        page = read(auditor.get(url))
        assert "order" in page
        assert "PX" not in page
        assert "OX" not in page
    assert "No entry fits" in read(auditor.get("/audit/?person=PX"))


def test_the_page_proves_the_log_whole_or_says_where_it_breaks(auditor: Client) -> None:
    for number in range(3):
        look(make_user(Role.SENIOR, name=f"s{number}").viewer, "P1")
    assert "The log is whole" in read(auditor.post("/audit/whole"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_no_UPDATE" + on_table())
        cursor.execute("UPDATE audit_entry SET subject = 'page:9' WHERE seq = 2")
    page = read(auditor.post("/audit/whole"))
    assert "The log is not whole" in page
    assert "entry 2 was altered" in page


def test_a_view_of_somebody_of_ones_own_name_is_told(auditor: Client) -> None:
    make_person("P1")
    who = make_user(Role.PRACTITIONER)
    who.user.last_name = "familyp1"
    who.user.save()
    look(who.viewer, "P1")
    page = read(auditor.get("/audit/unusual"))
    assert "Own family name" in page
    assert "P1" in page
    assert "Nothing on this day" in read(auditor.get("/audit/unusual?day=2026-03-01"))


@pytest.mark.parametrize(("number", "told"), [(19, False), (20, True)])
def test_many_views_of_people_of_no_team_of_theirs_are_told(auditor: Client, number: int, told: bool) -> None:
    who, south = make_user(Role.PRACTITIONER), make_team("South")
    for count in range(number):
        make_person(f"S{count}", team=south)
        look(who.viewer, f"S{count}")
    make_person("N1")
    look(who.viewer, "N1")  # one of the team's own
    assert ("Many people of no team" in read(auditor.get("/audit/unusual"))) is told


def test_the_hidden_are_counted_and_not_named_among_unusual_views(auditor: Client) -> None:
    person = make_person("PX")
    who = make_user(Role.PRACTITIONER)
    who.user.last_name = Person.objects.get(pk=person.pk).family_name
    who.user.save()
    Restriction.objects.create(person=person, user=who.user, from_us=YESTERDAY_US, set_by="x")
    look(who.viewer, "PX")
    page = read(auditor.get("/audit/unusual"))
    assert "Own family name" in page
    assert ">PX<" not in page
