"""The register of installation: stages, ages against 48 hours, reasons, and what a fitting does to the order."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.service.makers import NOW_US, Staff, make_person
from tests.service.orders.examples import order
from tests.service.orders.test_journeys import SignIn, day, errors
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import HOUR_US, iso_utc
from throughcare.service.orders import actions, queries
from throughcare.service.orders.chart import counts
from throughcare.service.orders.queries import RegisterFilter
from throughcare.service.orders.queries.register import Stage
from throughcare.service.orders.views import opening
from throughcare.service.orders.views import orders as orders_pages
from throughcare.service.orders.views import register as register_pages
from throughcare.service.orders.vocabulary import AttemptOutcome, NotMonitoredReason
from throughcare.service.people.queries import visible_refs
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
WORKER = system("test")


def ordered(ref: str, hours_ago: int = 0, **changes: Any) -> str:
    person = make_person(ref)
    at_us = NOW_US - hours_ago * HOUR_US
    made = order(
        **{
            "order_id": f"O-{ref}",
            "wearer_ref": ref,
            "recorded_at": iso_utc(at_us),
            "start_date": "2026-02-20",
        }
        | changes
    )
    actions.record_order(by=WORKER, now_us=at_us, person_id=person.pk, order=made)
    return f"O-{ref}"


def shown(who: Staff, which: RegisterFilter = RegisterFilter.OPEN) -> list[str]:
    return [entry.order_id for entry in queries.register(who.viewer, now_us=NOW_US, shown=which)]


def entry(order_id: str) -> queries.RegisterEntry:
    found = queries.register_entry(order_id)
    assert found is not None
    return found


def test_an_order_is_overdue_48_hours_after_it_was_signed_or_began() -> None:
    just, over = entry(ordered("P1", 48)), entry(ordered("P2", 49))
    coming = entry(ordered("P3", 100, start_date="2026-03-09", recorded_at=iso_utc(NOW_US - 100 * HOUR_US)))
    assert [item.is_overdue(NOW_US) for item in (just, over, coming)] == [False, True, False]
    assert coming.age_us(NOW_US) == 12 * HOUR_US  # noon of its first day


def test_the_filters_show_what_they_name(staff: dict[Role, Staff]) -> None:
    fresh, late = ordered("P1"), ordered("P2", 60)
    coming = ordered("P3", 60, start_date="2026-04-01")
    done = ordered("P4", 60)
    activation = actions.record_fitting(
        by=WORKER, now_us=NOW_US, order_id=done, at_us=NOW_US - 50 * HOUR_US, device_id="D1"
    )
    actions.note_monitored(activation_id=activation, at_us=NOW_US - HOUR_US, now_us=NOW_US)
    who = staff[Role.SENIOR]
    assert shown(who) == [late, fresh, coming]
    assert shown(who, RegisterFilter.OVERDUE) == [late]
    assert shown(who, RegisterFilter.NOT_MONITORED) == [late, fresh]
    assert shown(who, RegisterFilter.MONITORED) == [done]


def test_a_visit_that_fails_says_why_nobody_is_monitored(staff: dict[Role, Staff]) -> None:
    order_id = ordered("P1")
    by = staff[Role.FIELD_OFFICER].viewer
    assert entry(order_id).reason is NotMonitoredReason.NO_VISIT_BOOKED
    actions.book_visit(by=by, now_us=NOW_US, order_id=order_id, at_us=NOW_US + HOUR_US)
    assert (entry(order_id).stage, entry(order_id).reason) == (Stage.VISIT_BOOKED, None)
    for outcome in (AttemptOutcome.NO_SHOW, AttemptOutcome.REFUSED_ACCESS):
        actions.record_attempt(by=by, now_us=NOW_US, order_id=order_id, at_us=NOW_US, outcome=outcome)
    found = entry(order_id)
    assert (found.stage, found.reason, found.attempts) == (
        Stage.ORDERED,
        NotMonitoredReason.REFUSED_ACCESS,
        2,
    )
    assert [step.outcome for step in queries.steps_of(order_id)] == ["", "no_show", "refused_access"]


def test_a_fitting_is_a_new_version_from_the_moment_of_fitting(staff: dict[Role, Staff]) -> None:
    order_id = ordered("P1", 24)
    by = staff[Role.FIELD_OFFICER].viewer
    at_us = NOW_US - 2 * HOUR_US
    activation_id = actions.record_fitting(
        by=by, now_us=NOW_US, order_id=order_id, at_us=at_us, device_id="TAG-1",
        home_unit_id="HU-1", home_unit_place_id="home",
    )  # fmt: skip
    (span,) = queries.activations_for_devices(["TAG-1"])
    assert (span.activation_id, span.interval.start_us, span.home_unit_id) == (activation_id, at_us, "HU-1")
    assert [version.order.version for version in queries.versions_of(order_id)] == [1, 2]
    assert entry(order_id).reason is NotMonitoredReason.NO_CONTACT
    actions.note_first_contact(activation_id=activation_id, at_us=NOW_US, now_us=NOW_US)
    assert entry(order_id).stage is Stage.FIRST_CONTACT


def test_a_device_that_replaces_another_ends_it_at_the_same_moment(staff: dict[Role, Staff]) -> None:
    order_id = ordered("P1", 24)
    first = actions.record_fitting(
        by=WORKER, now_us=NOW_US, order_id=order_id, at_us=NOW_US - 9 * HOUR_US, device_id="D1"
    )
    actions.record_fitting(
        by=WORKER, now_us=NOW_US, order_id=order_id, at_us=NOW_US - HOUR_US, device_id="D2", replaces=first
    )
    ends = {span.device_id: span.interval.end_us for span in queries.activations_of_order(order_id)}
    assert ends == {"D1": NOW_US - HOUR_US, "D2": None}


def test_a_device_that_somebody_else_wears_is_not_fitted() -> None:
    first, second = ordered("P1", 24), ordered("P2", 24)
    actions.record_fitting(by=WORKER, now_us=NOW_US, order_id=first, at_us=NOW_US - HOUR_US, device_id="D1")
    with pytest.raises(RefusedInput, match="nobody else wears"):
        actions.record_fitting(by=WORKER, now_us=NOW_US, order_id=second, at_us=NOW_US, device_id="D1")
    assert entry(second).fitted_us is None


def test_a_field_officer_reaches_people_while_there_is_something_to_fit(staff: dict[Role, Staff]) -> None:
    officer = staff[Role.FIELD_OFFICER].viewer
    order_id = ordered("P1", 24)
    make_person("P2")
    assert set(visible_refs(officer, now_us=NOW_US)) == {"P1"}
    activation = actions.record_fitting(
        by=officer, now_us=NOW_US, order_id=order_id, at_us=NOW_US, device_id="D1"
    )
    actions.note_monitored(activation_id=activation, at_us=NOW_US, now_us=NOW_US)
    assert set(visible_refs(officer, now_us=NOW_US)) == set()
    with pytest.raises(actions.AlreadyDone):
        actions.book_visit(by=officer, now_us=NOW_US, order_id=order_id, at_us=NOW_US)


def test_the_drawing_counts_what_the_table_shows(staff: dict[Role, Staff]) -> None:
    for number, hours in enumerate((0, 24, 25, 48, 49, 168, 169, 400)):
        ordered(f"P{number}", hours)
    entries = queries.register(staff[Role.SENIOR].viewer, now_us=NOW_US)
    assert counts(entries, now_us=NOW_US)[Stage.ORDERED] == [2, 2, 2, 2]


def test_a_field_officer_records_a_visit_and_a_fitting_on_the_pages(
    staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    order_id = ordered("P1", 24)
    client = signed_in(staff[Role.FIELD_OFFICER])
    assert client.get(f"/orders/{order_id}").status_code == 403
    page = f"/orders/installations/{order_id}"
    assert "no visit booked" in client.get(page).content.decode()
    wrong = client.post(f"{page}/visit", day("day", 2026, 3, 10))
    assert "Enter the time" in errors(wrong.content.decode())
    client.post(f"{page}/visit", day("day", 2026, 3, 10) | {"clock": "2pm"})
    assert entry(order_id).stage is Stage.VISIT_BOOKED
    client.post(f"{page}/attempt", day("day", 2026, 3, 9) | {"clock": "10:00", "outcome": "refused_access"})
    assert entry(order_id).reason is NotMonitoredReason.REFUSED_ACCESS
    half = client.post(
        f"{page}/fitting",
        day("day", 2026, 3, 9) | {"clock": "11:00", "device_id": "T1", "home_unit_id": "H1"},
    )
    assert "Select where the home unit stands" in errors(half.content.decode())
    client.post(
        f"{page}/fitting",
        day("day", 2026, 3, 9)
        | {"clock": "11:00", "device_id": "T1", "home_unit_id": "H1", "home_unit_place_id": "home"},
    )
    assert entry(order_id).stage is Stage.FITTED
    assert "T1 with home unit H1" in client.get(page).content.decode()


def test_the_register_asks_the_database_no_more_for_more_people(
    staff: dict[Role, Staff], signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client: Client = signed_in(staff[Role.SENIOR])
    for number in range(12):
        ordered(f"P{number}", number)
    for url in ("/orders/installations", "/orders/", "/orders/drafts"):
        with django_assert_max_num_queries(17):
            assert client.get(url).status_code == 200


def test_long_lists_come_in_pages(
    staff: dict[Role, Staff], signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (opening, orders_pages, register_pages):
        monkeypatch.setattr(module, "PAGE", 2)
    for number in range(3):
        ordered(f"P{number}", number)
    client = signed_in(staff[Role.SENIOR])
    for url in ("/orders/", "/orders/installations"):
        first, second = (client.get(url, {"page": page}).content.decode() for page in ("1", "2"))
        assert (first.count("Given Family"), second.count("Given Family")) == (2, 1)
        assert "?page=2" in first
        assert "?page=1" in second
        assert client.get(url, {"page": "nonsense"}).status_code == 200
