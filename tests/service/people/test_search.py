"""Finding people: by whatever they are known by, among the visible only, with counts that give nothing away."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.service.makers import NOW_US, Staff, make_person, make_team
from throughcare.kernel.time import DAY_US
from throughcare.service.access.models import Exclusion, Restriction
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Alias, Identifier, Person
from throughcare.service.people.searching import PAGE, search
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> Person:
    person = make_person("P1")
    Person.objects.filter(pk=person.pk).update(
        given_name="Wren", family_name="Hollow", preferred_name="Jenny"
    )
    Alias.objects.create(person=person, name="Kestrel Ash")
    Identifier.objects.create(person=person, kind="pnc", value="26/0000123D")
    return person


def refs(staff: dict[Role, Staff], text: str, role: Role = Role.PRACTITIONER) -> list[str]:
    found = search(staff[role].viewer, text=text, now_us=NOW_US)
    assert found.total == len(found.rows)
    return [row.ref for row in found.rows]


@pytest.mark.parametrize(
    "text", ["wren", "HOLL", "jenny", "kestrel", "wren hollow", "ash hollow", "2026/123d", "p1"]
)
def test_names_other_names_numbers_and_the_reference_find_a_person(
    text: str, staff: dict[Role, Staff], known: Person
) -> None:
    assert refs(staff, text) == [known.ref]


@pytest.mark.parametrize("text", ["", "   ", "wren miller", "26/124", "%", "_"])
def test_what_fits_nobody_finds_nobody(text: str, staff: dict[Role, Staff], known: Person) -> None:
    assert refs(staff, text) == []


@pytest.mark.usefixtures("known")
def test_people_of_other_teams_and_closed_records_are_neither_found_nor_counted(
    staff: dict[Role, Staff],
) -> None:
    make_person("FAR", team=make_team("South"))
    closed, barred = make_person("CLOSED"), make_person("BARRED")
    me = staff[Role.PRACTITIONER].user
    Restriction.objects.create(
        person=closed, user=staff[Role.SENIOR].user, from_us=NOW_US - DAY_US, set_by="x"
    )
    Exclusion.objects.create(person=barred, user=me, from_us=NOW_US - DAY_US, set_by="x")
    assert refs(staff, "given") == []
    assert [refs(staff, ref) for ref in ("FAR", "CLOSED", "BARRED")] == [[], [], []]
    assert refs(staff, "given", Role.SENIOR) == ["BARRED", "CLOSED"]


@pytest.mark.usefixtures("known")
def test_pages_hold_everybody_once_and_a_page_too_far_is_the_last(staff: dict[Role, Staff]) -> None:
    for n in range(PAGE + 3):
        make_person(f"N{n:03}")
    viewer = staff[Role.PRACTITIONER].viewer
    pages = [search(viewer, text="given", now_us=NOW_US, page=n) for n in (1, 2, 99, 0)]
    assert [page.number for page in pages] == [1, 2, 2, 1]
    assert [page.total for page in pages] == [PAGE + 3] * 4
    assert len({row.ref for page in pages[:2] for row in page.rows}) == PAGE + 3


def test_the_questions_do_not_grow_with_what_is_found(staff: dict[Role, Staff], known: Person) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            search(staff[Role.PRACTITIONER].viewer, text="o", now_us=NOW_US)
        counts.append(len(asked))
        for n in range(10):
            make_person(f"O{len(counts)}{n}")
    assert counts[0] == counts[1] <= 4


def test_the_log_says_that_somebody_searched_and_not_for_what(
    staff: dict[Role, Staff], client: Client, known: Person
) -> None:
    client.force_login(staff[Role.PRACTITIONER].user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/people/", {"q": "hollow"}).content.decode()
    assert "1 person found" in page
    assert f"/casework/people/{known.ref}" in page
    entry = Entry.objects.get(action="people_searched")
    assert entry.detail == {"found": 1, "page": 1}
    assert "hollow" not in f"{entry.subject}{entry.reason}{entry.person_ref}".lower()
