"""docs/rules/orders-zones-and-appointments.md, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.markdown_tables import table
from tests.lib.order_cases import HOME, day, make_order, spans
from tests.lib.order_spans import cell, shown
from throughcare.kernel.time import Interval, civil_day_interval
from throughcare.orders.model import Attendance, Zone
from throughcare.orders.timetable import attendance_spans, zone_spans

PAGE = "orders-zones-and-appointments.md"
ZONES = table(PAGE, "Zones")
APPOINTMENTS = table(PAGE, "Appointments")


def dates(row: dict[str, str]) -> dict[str, Any]:
    start, end = row["Dates"].split(" to ")
    return {"condition_id": "c1", "start_date": start, "end_date": None if end == "open" else end}


def between(row: dict[str, str]) -> Interval:
    first, last = (day(text) for text in row["Between"].split(" to "))
    return civil_day_interval(first, last, "Europe/London")


@pytest.mark.parametrize("row", ZONES, ids=[row["Case"] for row in ZONES])
def test_the_page_says_when_a_zone_applies(row: dict[str, str]) -> None:
    timetable = [] if row["Timetable"] == "none" else spans(row["Timetable"], place=None)
    zone = {"kind": "exclusion_zone", "name": "the market", "area": HOME, "timetable": timetable}
    order = make_order(zone | dates(row), end_date="2026-12-31")
    condition = order.conditions[0]
    assert isinstance(condition, Zone)
    assert [shown(span) for span in zone_spans(order, condition, within=between(row))] == cell(row["Spans"])


@pytest.mark.parametrize("row", APPOINTMENTS, ids=[row["Case"] for row in APPOINTMENTS])
def test_the_page_says_when_an_appointment_is(row: dict[str, str]) -> None:
    rule, start = row["Rule and time"].split(" at ")
    visit = {
        "kind": "attendance",
        "purpose": "a meeting",
        "place_id": "office",
        "recurrence": rule,
        "start": start,
        "duration_min": 60,
    }
    order = make_order(visit | dates(row), end_date="2026-12-31")
    condition = order.conditions[0]
    assert isinstance(condition, Attendance)
    found = attendance_spans(order, condition, within=between(row))
    assert [shown(span) for span in found] == cell(row["Spans"])
    assert {span.place_ids for span in found} == {("office",)}
