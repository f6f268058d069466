"""Registering and changing records: who did what when, one of two writers, duplicates, and equality fields that stay shut."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.service.makers import NOW_US, Staff, make_person, make_team
from throughcare.kernel.time import DAY_US
from throughcare.service.access.models import Restriction
from throughcare.service.audit.models import Entry
from throughcare.service.people import editing
from throughcare.service.people.equality import equality_counts
from throughcare.service.people.identifiers import IdentifierKind, Known
from throughcare.service.people.models import (
    Assignment,
    EqualityRecord,
    Identifier,
    Person,
    PersonChange,
)
from throughcare.service.people.record import changes_of, record_of
from throughcare.service.people.searching import alike
from throughcare.service.people.vocabulary import AccessNeedKind
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(staff: dict[Role, Staff], client: Client) -> Client:
    client.force_login(staff[Role.PRACTITIONER].user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(client: Client, step: str, **given: str) -> Any:
    return client.post(f"/people/register/{step}", given)


def register(client: Client, *, crn: str = "X123456", **check: str) -> Any:
    """Answer every question about Wren Hollow and send the last page."""
    team = str(make_team().pk)
    answer(client, "name", given_name="Wren", family_name="Hollow", middle_names="", preferred_name="")
    answer(client, "born", date_of_birth="1990-01-02")
    answer(client, "sex", sex="unknown")
    answer(client, "numbers", crn=crn)
    answer(client, "team", team=team, officer="")
    return client.post("/people/register/check", check)


def test_a_record_is_made_only_on_the_last_page_and_the_log_and_its_history_say_so(officer: Client) -> None:
    answer(officer, "name", given_name="Wren", family_name="Hollow")
    assert not Person.objects.exists()
    register(officer)
    person = Person.objects.get()
    assert Entry.objects.get(action="person_registered").person_ref == person.ref
    assert "Hollow" not in str(list(Entry.objects.values()))
    assert [change.after for change in changes_of(person.ref)] == ["Registered"]
    assert person.assignments.get().from_us == NOW_US
    assert "registering" not in officer.session


def test_a_question_left_out_is_asked_before_the_last_page(officer: Client) -> None:
    answer(officer, "name", given_name="Wren", family_name="Hollow")
    assert officer.get("/people/register/check").headers["Location"] == "/people/register/born"


@pytest.mark.parametrize(
    ("step", "given", "words"),
    [
        ("name", {"given_name": "", "family_name": "Hollow"}, "Enter the first name"),
        ("born", {"date_of_birth": "2026-03-10"}, "must be in the past"),
        ("born", {"date_of_birth": "1066-10-14"}, "Year must be between 1850 and 2199"),
        ("born", {"date_of_birth": "1880-10-14"}, "Check the year of birth"),
        (
            "born",
            {"date_of_birth_0": "3", "date_of_birth_1": "", "date_of_birth_2": "1990"},
            "must include a month",
        ),
        ("born", {"date_of_birth": "2001-02-29"}, "must be a real date"),
        ("sex", {}, "Select the sex"),
        ("numbers", {}, "Enter a number, or select that none is known yet"),
        ("numbers", {"crn": "123"}, "CRN must be a letter and 6 digits"),
        ("team", {"team": ""}, "Select a team"),
        ("team", {"team": "999999"}, "Select a valid choice"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field(
    officer: Client, step: str, given: dict[str, str], words: str
) -> None:
    page = answer(officer, step, **given)
    assert page.status_code == 200
    assert page.content.decode().count(words) >= 2  # in the summary and beside the field


def test_somebody_of_another_team_cannot_be_made_the_officer(
    officer: Client, staff: dict[Role, Staff]
) -> None:
    page = answer(
        officer, "team", team=str(make_team().pk), officer=str(staff[Role.MONITORING_OFFICER].user.pk)
    )
    assert "Select a valid choice" in page.content.decode()


def test_a_number_on_record_is_refused_with_the_name_where_the_record_may_be_seen(officer: Client) -> None:
    Identifier.objects.create(person=make_person("P1"), kind="crn", value="X123456")
    page = answer(officer, "numbers", crn="x123456").content.decode()
    assert "on the record of Given FamilyP1" in page


def test_of_a_closed_record_only_that_the_number_is_on_one_is_told_and_the_log_knows_which(
    officer: Client, staff: dict[Role, Staff]
) -> None:
    hidden = make_person("HIDDEN")
    far = make_person("FAR", team=make_team("South"))
    Restriction.objects.create(
        person=hidden, user=staff[Role.SENIOR].user, from_us=NOW_US - DAY_US, set_by="x"
    )
    Identifier.objects.create(person=hidden, kind="crn", value="X123456")
    Identifier.objects.create(person=far, kind="crn", value="X654321")
    closed, other_team = (
        answer(officer, "numbers", crn=crn).content.decode() for crn in ("X123456", "X654321")
    )
    words = "on a record that you cannot open"
    assert (closed.count(words), other_team.count(words)) == (2, 2)
    assert "HIDDEN" not in closed
    assert list(
        Entry.objects.filter(action="number_on_closed_record").values_list("person_ref", flat=True)
    ) == ["HIDDEN", "FAR"]


def test_who_may_be_the_same_person_must_be_looked_at_first(officer: Client) -> None:
    person = make_person("P1")
    Person.objects.filter(pk=person.pk).update(family_name="HOLLOW")
    page = register(officer)
    assert "say whether it is another person" in page.content.decode()
    assert "/casework/people/P1" in page.content.decode()
    assert Person.objects.count() == 1
    officer.post("/people/register/check", {"different": "yes"})
    assert Person.objects.count() == 2


def test_a_like_name_on_a_closed_record_is_not_told_and_is_logged(
    officer: Client, staff: dict[Role, Staff]
) -> None:
    hidden = make_person("HIDDEN")
    Person.objects.filter(pk=hidden.pk).update(family_name="Hollow")
    Restriction.objects.create(
        person=hidden, user=staff[Role.SENIOR].user, from_us=NOW_US - DAY_US, set_by="x"
    )
    register(officer)
    assert Person.objects.count() == 2
    assert Entry.objects.get(action="duplicate_suspected").person_ref == "HIDDEN"


def test_day_and_month_turned_round_with_the_same_names_are_alike(staff: dict[Role, Staff]) -> None:
    make_person("P1")  # born on 2 January 1990
    viewer = staff[Role.PRACTITIONER].viewer
    turned, other = (
        alike(
            viewer, now_us=NOW_US, given_name="given", family_name=family, date_of_birth=dt.date(1990, 2, 1)
        )
        for family in ("familyp1", "else")
    )
    assert [found.ref for found in turned.visible] == ["P1"]
    assert other.visible == ()


def test_of_two_who_change_the_same_record_the_second_is_told(officer: Client) -> None:
    make_person("P1")
    names = {"given_name": "New", "family_name": "Name", "middle_names": "", "preferred_name": ""}
    first = officer.post("/people/P1/record/name", {**names, "revision": "0"})
    second = officer.post("/people/P1/record/name", {**names, "given_name": "Lost", "revision": "0"})
    assert first.status_code == 302
    assert "Somebody else changed this record" in second.content.decode()
    assert Person.objects.get(ref="P1").given_name == "New"
    change = PersonChange.objects.get(person__ref="P1")
    assert (change.before, change.after) == ("Given FamilyP1", "New Name")
    assert Entry.objects.get(action="person_changed").subject == "person:name"
    assert "New" not in str(list(Entry.objects.values()))


def test_a_change_that_changes_nothing_leaves_no_trace_in_the_history(staff: dict[Role, Staff]) -> None:
    person = make_person("P1")
    by = staff[Role.PRACTITIONER].viewer
    editing.set_safety_note(by=by, now_us=NOW_US, person_id=person.pk, revision=0, note="")
    assert changes_of("P1") == []


def test_an_assignment_ends_the_one_before_and_both_stay_on_record(
    officer: Client, staff: dict[Role, Staff]
) -> None:
    make_person("P1")
    south = make_team("South")
    gone = officer.post(
        "/people/P1/record/team", {"team": str(south.pk), "officer": "", "revision": "0"}, follow=True
    )
    assert gone.redirect_chain[-1][0] == "/people/"  # the person is no longer of this officer's team
    spans = list(Assignment.objects.order_by("pk").values_list("team__name", "from_us", "to_us"))
    assert spans == [("North", NOW_US - DAY_US, NOW_US), ("South", NOW_US, None)]
    assert officer.get("/people/P1/record").status_code == 404


def test_parts_are_added_and_taken_away_and_the_history_keeps_them(officer: Client) -> None:
    person = make_person("P1")
    officer.post("/people/P1/record/alias", {"name": "Kestrel"})
    officer.post("/people/P1/record/alias", {"name": "kestrel"})
    officer.post("/people/P1/record/number", {"kind": "crn", "value": "x123456"})
    officer.post(
        "/people/P1/record/contact", {"kind": "mobile", "value": "07700 900123", "safe_hours": "ask first"}
    )
    shown = record_of("P1", now_us=NOW_US)
    assert ([n.words for n in shown.other_names], [n.words for n in shown.numbers]) == (
        ["Kestrel"],
        ["X123456"],
    )
    for part, rows in (("alias", shown.other_names), ("number", shown.numbers), ("contact", shown.reached)):
        officer.post(f"/people/P1/record/{part}/{rows[0].row_id}/remove")
    after = record_of("P1", now_us=NOW_US)
    assert (after.other_names, after.numbers, after.reached) == ((), (), ())
    assert [item.value for item in after.ended] == ["07700900123"]
    assert {change.before for change in changes_of("P1")} >= {"Kestrel", "CRN X123456", "Mobile 07700900123"}
    assert person.aliases.count() == 0


def test_a_row_of_somebody_else_cannot_be_taken_away_under_this_name(officer: Client) -> None:
    make_person("P1")
    number = Identifier.objects.create(person=make_person("P2"), kind="crn", value="X123456")
    officer.post(f"/people/P1/record/number/{number.pk}/remove")
    assert Identifier.objects.filter(pk=number.pk).exists()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("mobile", "0123", "Mobile must begin with 07"),
        ("phone", "12345", "Phone must begin with 0"),
        ("email", "nobody", "Email must look like"),
    ],
)
def test_a_contact_point_that_cannot_reach_anybody_is_refused(
    officer: Client, kind: str, value: str, words: str
) -> None:
    make_person("P1")
    page = officer.post(
        "/people/P1/record/contact", {"kind": kind, "value": value, "safe_hours": "ask first"}
    )
    assert words in page.content.decode()


def test_needs_are_replaced_as_a_whole(staff: dict[Role, Staff]) -> None:
    person = make_person("P1")
    by = staff[Role.PRACTITIONER].viewer
    for revision, kinds in enumerate(
        ([AccessNeedKind.VISION, AccessNeedKind.MEMORY], [AccessNeedKind.HEARING])
    ):
        editing.set_access_needs(
            by=by, now_us=NOW_US, person_id=person.pk, revision=revision, kinds=kinds, notes={}
        )
    assert [need.label for need in record_of("P1", now_us=NOW_US).needs] == ["Hearing"]


def test_equality_fields_are_kept_apart_and_no_page_of_the_person_shows_them(officer: Client) -> None:
    person = make_person("P1")
    officer.post("/people/P1/record/equality", {"religion": "sikh", "ethnicity": "asian"})
    officer.post("/people/P1/record/equality", {"religion": "", "ethnicity": "mixed"})
    held = EqualityRecord.objects.get(person=person)
    assert (held.religion, held.ethnicity) == ("sikh", "mixed")
    for path in ("/people/P1/record", "/casework/people/P1", "/people/P1/record/equality"):
        page = officer.get(path).content.decode()
        assert "selected>Sikh" not in page
        assert path.endswith("equality") or not any(word in page for word in ("Sikh", "Mixed or multiple"))
    assert not PersonChange.objects.filter(after__icontains="sikh").exists()
    assert Entry.objects.filter(action="equality_recorded").count() == 2
    assert "sikh" not in str(list(Entry.objects.values()))


def counted(field: str) -> dict[str, int | None]:
    found = next(item for item in equality_counts(below=10) if item.field == field)
    return {group.words: group.number for group in found.groups}


def test_small_groups_and_the_one_that_would_give_them_away_are_not_shown() -> None:
    for n in range(63):
        religion = "christian" if n < 40 else "muslim" if n < 60 else "sikh"
        EqualityRecord.objects.create(person=make_person(f"P{n}"), religion=religion, recorded_us=NOW_US)
    numbers = counted("Religion")
    assert (numbers["Christian"], numbers["Muslim"], numbers["Sikh"]) == (40, None, None)
    assert numbers["Hindu"] == 0


def test_one_more_person_in_a_group_does_not_show() -> None:
    for n in range(40):
        EqualityRecord.objects.create(person=make_person(f"P{n}"), disability="yes", recorded_us=NOW_US)
    before = counted("Disability")
    EqualityRecord.objects.create(person=make_person("NEW"), disability="yes", recorded_us=NOW_US)
    assert counted("Disability") == before


def test_the_same_number_at_once_is_on_one_record_only(staff: dict[Role, Staff]) -> None:
    first, second = make_person("P1"), make_person("P2")
    by, number = staff[Role.PRACTITIONER].viewer, Known(IdentifierKind.CRN, "X123456")
    editing.add_number(by=by, now_us=NOW_US, person_id=first.pk, number=number)
    with pytest.raises(editing.NumberTaken):
        editing.add_number(by=by, now_us=NOW_US, person_id=second.pk, number=number)
    assert Identifier.objects.get().person_id == first.pk
    assert not PersonChange.objects.filter(person=second).exists()
