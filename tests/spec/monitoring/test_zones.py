"""The tables of docs/rules/monitoring-zones.md are the tests of the rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.engine_tables import (
    ALL_DAYS,
    Clock,
    check_lengths,
    check_told,
    circle,
    facts,
    incidents,
    order,
    places,
    rules_of,
    square,
)
from tests.lib.markdown_tables import table
from throughcare.monitoring.advance import advance
from throughcare.monitoring.events import EventKind
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.state import State

PAGE = "monitoring-zones.md"
AT = places(PAGE)
CLOCK = Clock()
ZONES = (IncidentKind.ZONE_ENTRY, IncidentKind.ZONE_BUFFER, IncidentKind.ZONE_EXIT)


def exclusion(**more: Any) -> dict[str, Any]:
    area = square((3000, 0), 500, hole_m=100)
    return {"kind": "exclusion_zone", "condition_id": "Z1", "name": "Square", "area": area, **more}


def inclusion(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "condition_id": "Z1", "name": "District", "area": square((0, 0), 2000), **more}


def times(words: str) -> dict[str, str]:
    start, _, end = words.partition("-")
    return {"from_time": CLOCK.iso(start)} | ({"to_time": CLOCK.iso(end)} if end else {})


def said(words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the words of a row add to the zone and to the order."""
    what, _, when = words.rpartition(" ")
    corridor = circle(AT["road"], 60)
    if words in {"always", "no end"}:
        return {}, {}
    if words == "ended":
        return {"start_date": "2026-02-28", "end_date": "2026-03-01"}, {}
    if words == "corridor":
        return {"exemptions": [{"reason": "travel_corridor", "corridor": corridor}]}, {}
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    if what == "buffer":
        return {"buffer_m": float(when)}, {}
    if not what:
        start, end = when.split("-")
        return {"timetable": [{"day": day, "start": start, "end": end} for day in ALL_DAYS]}, {}
    found["court"] = {"exemptions": [{"reason": "court", **times(when)}]}, {}
    found["corridor"] = {"exemptions": [{"reason": "work", "corridor": corridor, **times(when)}]}, {}
    absence = {"absence_id": "a", "reason": "Work", "authorised_by": "PO", **times(when)}
    found["authorised absence"] = {}, {"authorised_absences": [absence]}
    found["suspension"] = {}, {"suspensions": [{"suspension_id": "s", "reason": "Hospital", **times(when)}]}
    excuse = {"excuse_id": "e", "reason": "medical", "accepted_by": "PO", **times(when)}
    found["excuse"] = {}, {"reasonable_excuses": [excuse]}
    return found[what]


def visits(condition: dict[str, Any], cell: str, **more: Any) -> list[Incident]:
    now_us = CLOCK.us("20:00")
    rules = rules_of(order(condition, homes={"home": AT["home"]}, clock=CLOCK, **more), clock=CLOCK)
    found = incidents(rules, facts(cell, at=AT, clock=CLOCK, now_us=now_us), now_us=now_us)
    return [incident for incident in found if incident.kind in ZONES]


def by_case(row: dict[str, str]) -> str:
    return row["case"]


@pytest.mark.parametrize("row", table(PAGE, "Exclusion zone"), ids=by_case)
def test_a_visit_to_an_exclusion_zone_is_told_as_the_table_says(row: dict[str, str]) -> None:
    found = visits(exclusion(buffer_m=100), row["where the tag was"])

    check_told(found, row["told"], CLOCK)
    check_lengths(found, row["at least / likely / at most (min)"])


@pytest.mark.parametrize("row", table(PAGE, "When an exclusion zone applies"), ids=by_case)
def test_a_zone_applies_when_the_table_says(row: dict[str, str]) -> None:
    zone, more = said(row["the zone"])
    found = visits(exclusion(**zone), row["where the tag was"], **more)

    check_told(found, row["told"], CLOCK)
    check_lengths(found, row["at least / likely / at most (min)"])
    assert all(incident.atv_s == incident.best_s for incident in found)


@pytest.mark.parametrize("kind", ["inclusion_zone", "restriction_zone"])
@pytest.mark.parametrize("row", table(PAGE, "Inclusion and restriction zones"), ids=by_case)
def test_leaving_a_zone_is_told_as_the_table_says(row: dict[str, str], kind: str) -> None:
    zone, more = said(row["the zone"])
    found = visits(inclusion(kind, **zone), row["where the tag was"], **more)

    check_told(found, row["told"], CLOCK)
    check_lengths(found, row["at least / likely / at most (min)"])
    excused = row["the zone"].startswith("excuse")
    assert all(incident.atv_s == (0 if excused else incident.best_s) for incident in found)
    assert all(bool(incident.allowed) == excused for incident in found)


def test_what_was_told_of_the_ring_is_taken_back_when_the_zone_is_entered() -> None:
    rules = rules_of(order(exclusion(buffer_m=100), homes={"home": AT["home"]}, clock=CLOCK), clock=CLOCK)
    state, told = State(), []
    for cell, now in (("13:00-15:00 home; 15:00-15:10 ring", "15:10"), ("15:11-15:40 zone", "15:40")):
        now_us = CLOCK.us(now)
        state, events = advance(
            state, *facts(cell, at=AT, clock=CLOCK, now_us=now_us), rules=rules, now_us=now_us
        )
        told.append({(event.kind, event.code) for event in events if event.code.startswith("TC-ZONE")})

    assert told[0] == {(EventKind.OPENED, "TC-ZONE-BUFFER")}
    assert told[1] == {(EventKind.RETRACTED, "TC-ZONE-BUFFER"), (EventKind.OPENED, "TC-ZONE-IN")}
