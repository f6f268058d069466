"""Invented orders for the tests: a curfew at one address, as JSON values that a test changes."""

from __future__ import annotations

from typing import Any

from tests.service.makers import NOW_US
from throughcare.kernel.time import DAY_US, iso_utc
from throughcare.orders.model import Order
from throughcare.service.orders.reading import read_order

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
