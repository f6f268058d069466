"""Invented orders for the tests: a curfew at one address, as JSON values that a test changes."""

from __future__ import annotations

from typing import Any

from tests.service.makers import NOW_US, Staff
from throughcare.kernel.time import DAY_US, HOUR_US, iso_utc
from throughcare.orders.model import Order
from throughcare.orders.vocabulary import VariationType
from throughcare.service.orders import actions
from throughcare.service.orders.reading import read_order
from throughcare.service.people.models import Person
from throughcare.service.viewer import system

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOME = {"type": "Circle", "centre": [1.5, 54.0], "radius_m": 30.0}


def nights(start: str = "19:00", end: str = "07:00") -> list[dict[str, Any]]:
    return [{"day": day, "start": start, "end": end, "place_ids": ["home"]} for day in DAYS]


def curfew(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "curfew",
        "condition_id": "c1",
        "start_date": "2026-03-02",
        "end_date": "2026-06-01",
        "phases": [{"start_date": "2026-03-02", "end_date": "2026-06-01", "timetable": nights()}],
    } | changes


def document(**changes: Any) -> dict[str, Any]:
    return {
        "order_id": "O1",
        "time_zone": "Europe/London",
        "recorded_at": iso_utc(NOW_US - 7 * DAY_US),
        "wearer_ref": "P1",
        "order_type": "community",
        "legal_basis": "community_order_requirement",
        "sentence_type": "community",
        "notifying_organisation": "magistrates_court",
        "responsible_organisation": "probation",
        "start_date": "2026-03-02",
        "end_date": "2026-06-01",
        "convicted_on": "2026-02-27",
        "ticked": ["curfew"],
        "places": [{"place_id": "home", "label": "1 Invented Street", "area": HOME}],
        "conditions": [curfew()],
    } | changes


def order(**changes: Any) -> Order:
    return read_order(document(**changes))


def activation(**changes: Any) -> dict[str, Any]:
    return {
        "activation_id": "A1",
        "device_id": "D1",
        "from_time": iso_utc(NOW_US - 6 * DAY_US),
        "home_unit_id": "U1",
        "home_unit_place_id": "home",
    } | changes


def zone(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "exclusion_zone",
        "condition_id": "zone",
        "start_date": "2026-03-02",
        "end_date": "2026-06-01",
        "name": "The centre",
        "area": {"type": "Circle", "centre": [1.52, 54.01], "radius_m": 200.0},
        "buffer_m": 100.0,
    } | changes


def make_secret_order(person: Person, author: Staff) -> str:
    """Put an order full of secrets on record, a variation of it in writing; return the variation's draft."""
    made = order(
        order_id="ORDER-SECRET",
        wearer_ref=person.ref,
        ticked=["curfew", "exclusion_zone"],
        places=[{"place_id": "home", "label": "Nightjar Street", "area": HOME}],
        conditions=[curfew(), zone(name="Crowmarsh")],
        activations=[activation(activation_id="SECRET-ACT", device_id="SECRET-DEVICE")],
    )
    actions.record_order(by=system("test"), now_us=NOW_US, person_id=person.pk, order=made)
    actions.add_authorised_absence(
        by=author.viewer,
        now_us=NOW_US,
        order_id="ORDER-SECRET",
        condition_ids=["c1"],
        from_us=NOW_US + 8 * HOUR_US,
        to_us=NOW_US + 9 * HOUR_US,
        reason="SECRET-REASON",
    )
    return actions.start_variation(
        by=author.viewer,
        now_us=NOW_US,
        order_id="ORDER-SECRET",
        types=[VariationType.CHANGE_TO_CURFEW_HOURS],
        effective_us=NOW_US + DAY_US,
        why="SECRET-REASON",
    )
