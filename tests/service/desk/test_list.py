"""The list: what it holds, in which order, how it is narrowed, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.service.desk.tellings import incident, item_of, tell
from tests.service.makers import NOW_US, Staff, make_person, make_team
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.access.actions import exclude
from throughcare.service.audit.models import Entry
from throughcare.service.audit.shown import refs_in
from throughcare.service.desk.actions import acknowledge, put_on_desk, take_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.queries import waiting
from throughcare.service.orders.models import OrderRecord
from throughcare.service.people.models import Person
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
QUERIES_MOST = 13  # one of them counts what waits, beside the entry of the menu


def people(count: int) -> None:
    for number in range(count):
        person = make_person(f"P{number:03}")
        order(person)


def order(person: Person) -> None:
    OrderRecord.objects.create(
        order_id=f"O-{person.ref}", person=person, created_us=NOW_US, newest_version=1, starts_us=NOW_US
    )


def on_desk(count: int) -> None:
    people(count)
    kinds = list(IncidentKind)
    for number in range(count):
        tell(incident(f"inc-{number}", person_ref=f"P{number:03}", kind=kinds[number % len(kinds)]))
    take_in(now_us=NOW_US)


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(f"/desk/items/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_is_ranked_and_25_a_page(staff: dict[Role, Staff], signed_in: SignIn) -> None:
    on_desk(36)
    client = signed_in(staff[Role.MONITORING_OFFICER])
    text = page_of(client)
    assert text.count("<tr") == 26
    assert text.index("Victim proximity</a>") < text.index("Zone entry</a>") < text.index("Strap tamper</a>")
    assert "Next<span" in text
    assert page_of(client, "?page=2").count("<tr") > 1
    assert "Nothing here" in page_of(client, "?page=99")


def test_the_list_costs_as_many_queries_for_many_as_for_one(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    client = signed_in(staff[Role.MONITORING_OFFICER])
    on_desk(36)
    page_of(client)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page_of(client)
    work = [
        q["sql"] for q in asked.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))
    ]
    assert len(work) <= QUERIES_MOST, "\n".join(work)


def test_the_list_narrows_by_kind_state_owner_and_team(staff: dict[Role, Staff], signed_in: SignIn) -> None:
    south = make_team("South")
    order(make_person("A"))
    order(make_person("B", team=south))
    tell(incident("a", person_ref="A"))
    tell(incident("b", person_ref="B", kind=IncidentKind.ZONE_ENTRY))
    take_in(now_us=NOW_US)
    acknowledge(
        by=staff[Role.MONITORING_OFFICER].viewer,
        now_us=NOW_US,
        item_id=item_of("a").pk,
        revision=item_of("a").revision,
    )
    client = signed_in(staff[Role.MONITORING_OFFICER])
    found = {
        query: ("FamilyA" in page_of(client, query), "FamilyB" in page_of(client, query))
        for query in (
            "",
            "?kind=zone_entry",
            "?state=new",
            "?owner=me",
            "?owner=nobody",
            f"?team={south.pk}",
            "?state=closed",
            "?state=escalated",
        )
    }
    assert found == {
        "": (True, True), "?kind=zone_entry": (False, True), "?state=new": (False, True), "?owner=me": (True, False),
        "?owner=nobody": (False, True), f"?team={south.pk}": (False, True), "?state=closed": (False, False),
        "?state=escalated": (False, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=-1", "?team=abc", "?kind='--", "?state=nought", "?page=²"]
)
def test_a_senseless_filter_counts_as_none(query: str, staff: dict[Role, Staff], signed_in: SignIn) -> None:
    on_desk(1)
    assert "FamilyP000" in page_of(signed_in(staff[Role.MONITORING_OFFICER]), query)


def test_a_practitioner_sees_the_items_of_their_team_only(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    make_person("A")
    make_person("B", team=make_team("South"))
    for name in ("A", "B"):
        tell(incident(name, person_ref=name))
    take_in(now_us=NOW_US)
    text = page_of(signed_in(staff[Role.PRACTITIONER]))
    assert "FamilyA" in text
    assert "FamilyB" not in text
    assert "1 item," in text


def test_looking_at_the_list_is_logged_with_whom_it_showed(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    on_desk(2)
    page_of(signed_in(staff[Role.MONITORING_OFFICER]))
    entry = Entry.objects.get(action="list_viewed")
    assert refs_in(entry.shown) == ("P000", "P001")


def test_what_was_suppressed_and_merged_is_listed_with_why_and_can_be_put_on_the_desk(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    order(make_person("P1"))
    tell(incident("covered", allowed_s=3600.0))
    tell(incident("one", start_us=NOW_US - 6 * HOUR_US, minutes=30))
    tell(incident("two", start_us=NOW_US - 5 * HOUR_US, minutes=30))
    take_in(now_us=NOW_US)
    client = signed_in(staff[Role.MONITORING_OFFICER])
    assert "covers all of it" in client.get("/desk/left-out/").content.decode()
    assert "within an hour of each other" in client.get("/desk/left-out/?what=merged").content.decode()
    by, later_us = system("test"), NOW_US + MINUTE_US
    for name in ("covered", "two"):
        put_on_desk(
            by=by,
            now_us=later_us,
            item_id=item_of(name).pk,
            revision=item_of(name).revision,
            words="Look at it",
        )
        assert (item_of(name).state, item_of(name).suppressed, item_of(name).merged_into) == ("new", "", None)
        assert item_of(name).due_us == later_us + 10 * MINUTE_US
    assert "0 incidents" in client.get("/desk/left-out/").content.decode()


def test_the_number_beside_the_menu_is_what_waits_for_the_role(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    """New for the monitoring centre, decisions for a practitioner, signatures too for a senior; hidden people never."""
    for ref in ("A", "B", "C", "D"):
        order(make_person(ref))
        tell(incident(ref.lower(), person_ref=ref))
    order(make_person("S", team=make_team("South")))
    tell(incident("s", person_ref="S", kind=IncidentKind.ZONE_ENTRY))
    take_in(now_us=NOW_US)
    for name, state in (("b", "assessed"), ("c", "proposed"), ("d", "proposed"), ("s", "assessed")):
        DeskItem.objects.filter(pk=item_of(name).pk).update(state=state)
    waits = {role: waiting(staff[role].viewer, NOW_US) for role in Role}
    assert {role: number for role, number in waits.items() if number} == {
        Role.MONITORING_OFFICER: 1, Role.PRACTITIONER: 1, Role.SENIOR: 3,
    }  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        waiting(staff[Role.SENIOR].viewer, NOW_US)
    assert len(asked) == 1
    exclude(
        by=staff[Role.SENIOR].viewer,
        now_us=NOW_US,
        person_id=Person.objects.get(ref="B").pk,
        person_ref="B",
        user_id=staff[Role.PRACTITIONER].user.pk,
        from_us=NOW_US,
        to_us=None,
        message="Ask the senior.",
    )
    assert waiting(staff[Role.PRACTITIONER].viewer, NOW_US) == 0
    badge = '<span class="tc-badge">1<span class="govuk-visually-hidden"> waiting</span></span>'
    assert badge in page_of(signed_in(staff[Role.MONITORING_OFFICER]))
