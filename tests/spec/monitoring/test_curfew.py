"""The tables of docs/rules/monitoring-curfew.md are the tests of the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from tests.lib.engine_tables import (
    Clock,
    check_lengths,
    check_told,
    facts,
    final,
    incidents,
    night,
    order,
    places,
    rules_of,
    unknown_min,
)
from tests.lib.markdown_tables import table
from throughcare.kernel.time import SECOND_US, iso_utc
from throughcare.monitoring.advance import advance
from throughcare.monitoring.events import EventKind, final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses

PAGE = "monitoring-curfew.md"
AT = places(PAGE)
HOMES = {name: AT[name] for name in ("home", "friend")}


def curfew(hours: str = "19:00-07:00", at: Sequence[str] = ("home",), **more: Any) -> dict[str, Any]:
    return {
        "kind": "curfew",
        "condition_id": "C1",
        "phases": [{"timetable": night(hours, places=at)}],
        **more,
    }


def absences(rules: Rules, cell: str, *, clock: Clock, now: str = "Tue 08:00") -> list[Incident]:
    now_us = clock.us(now)
    found = incidents(rules, facts(cell, at=AT, clock=clock, now_us=now_us), now_us=now_us)
    return [incident for incident in found if incident.kind is IncidentKind.CURFEW_ABSENCE]


def by_case(row: dict[str, str]) -> str:
    return row["case"]


@pytest.mark.parametrize(
    "row",
    [
        *table(PAGE, "The kinds of absence"),
        *table(PAGE, "Too short, or not sure enough"),
        *table(PAGE, "Silence"),
    ],
    ids=by_case,
)
def test_a_night_is_told_as_the_table_says(row: dict[str, str]) -> None:
    clock = Clock()
    rules = rules_of(order(curfew(), homes=HOMES, clock=clock), clock=clock)
    now_us = clock.us(row["now"])
    told = facts(row["where the tag was"], at=AT, clock=clock, now_us=now_us)
    scope, every = final(rules, told, now_us=now_us)
    found = [incident for incident in every if incident.kind is IncidentKind.CURFEW_ABSENCE]

    check_told(found, row["told"], clock)
    check_lengths(found, row["at least / likely / at most (min)"])
    known = unknown_min(scope)
    assert row["unknown (min)"] == "-" or known == pytest.approx(float(row["unknown (min)"]), abs=2)
    assert sum(incident.unknown_s for incident in found) / 60 in (0, pytest.approx(known))
    assert all(incident.atv_s == incident.best_s for incident in found)


@pytest.mark.parametrize("row", table(PAGE, "What was allowed"), ids=by_case)
def test_an_allowance_counts_as_the_table_says(row: dict[str, str]) -> None:
    clock = Clock()
    more: dict[str, Any] = {}
    condition = curfew()
    if row["allowance"] == "grace":
        condition = curfew(grace_s=15 * 60)
    else:
        times = {"from_time": clock.iso(row["from"]), "to_time": clock.iso(row["to"])}
        more = {
            "authorised absence": {
                "authorised_absences": [{"absence_id": "a", "reason": "Work", "authorised_by": "PO", **times}]
            },
            "reasonable excuse": {
                "reasonable_excuses": [{"excuse_id": "e", "reason": "medical", "accepted_by": "PO", **times}]
            },
            "suspension": {"suspensions": [{"suspension_id": "s", "reason": "In hospital", **times}]},
        }[row["allowance"]]
    rules = rules_of(order(condition, homes=HOMES, clock=clock, **more), clock=clock)
    found = absences(rules, row["where the tag was"], clock=clock)

    check_told(found, row["told"], clock)
    check_lengths(found, row["at least / likely / at most (min)"])
    for incident in found:
        assert incident.atv_s / 60 == pytest.approx(float(row["counted (min)"]), abs=2)
        allowed_s = sum(item.seconds for item in incident.allowed)
        assert allowed_s / 60 == pytest.approx(float(row["allowed (min)"]), abs=2)


@pytest.mark.parametrize("row", table(PAGE, "The nights of the clock change"), ids=by_case)
def test_the_nights_of_the_clock_change_have_their_real_length(row: dict[str, str]) -> None:
    clock = Clock(dt.date.fromisoformat(row["week of Monday"]))
    rules = rules_of(order(curfew(), homes=HOMES, clock=clock), clock=clock)
    found = absences(rules, row["where the tag was"], clock=clock, now=row["now"])

    check_told(found, row["told"], clock)
    check_lengths(found, row["at least / likely / at most (min)"])


@pytest.mark.parametrize("row", table(PAGE, "Two addresses"), ids=by_case)
def test_any_of_the_addresses_keeps_the_curfew(row: dict[str, str]) -> None:
    clock = Clock()
    rules = rules_of(order(curfew(at=("home", "friend")), homes=HOMES, clock=clock), clock=clock)
    found = absences(rules, row["where the tag was"], clock=clock)

    check_told(found, row["told"], clock)
    check_lengths(found, row["at least / likely / at most (min)"])


def versions(row: dict[str, str], clock: Clock) -> list[Any]:
    words = row["the second version"]
    changed = curfew(at=("friend",)) if words == "at the friend's" else curfew(words)
    effective = None if row["takes effect"] == "the start" else clock.iso(row["takes effect"])
    return [
        order(curfew(), homes=HOMES, clock=clock),
        order(
            changed,
            homes=HOMES,
            clock=clock,
            version=2,
            recorded_at=clock.iso(row["recorded"]),
            effective_from=effective,
        ),
    ]


@pytest.mark.parametrize("row", table(PAGE, "Variations"), ids=by_case)
def test_a_variation_governs_from_when_it_takes_effect_once_it_is_known(row: dict[str, str]) -> None:
    clock = Clock()
    rules = rules_of(*versions(row, clock), clock=clock, known_at_us=clock.us(row["known at"]))

    check_told(absences(rules, row["where the tag was"], clock=clock), row["told"], clock)


@pytest.mark.parametrize(
    "row", [row for row in table(PAGE, "Variations") if row["recorded"].startswith("Wed")], ids=by_case
)
def test_what_was_told_is_revised_or_retracted_when_a_late_variation_is_known(row: dict[str, str]) -> None:
    clock = Clock()
    orders, now_us = versions(row, clock), clock.us("Wed 12:00")
    known = [rules_of(*orders, clock=clock, known_at_us=clock.us(at)) for at in ("Tue 08:00", "Wed 10:00")]
    told = facts(row["where the tag was"], at=AT, clock=clock, now_us=now_us)

    state, first = advance(State(), *told, rules=known[0], now_us=now_us - SECOND_US)
    _, second = advance(state, Fixes.empty(), Statuses.empty(), rules=known[1], now_us=now_us)
    _, at_once = advance(State(), *told, rules=known[1], now_us=now_us)

    curfews = [
        event
        for event in second
        if event.incident is None or event.incident.kind is IncidentKind.CURFEW_ABSENCE
    ]
    assert [event.kind for event in curfews] == [EventKind.RETRACTED], iso_utc(now_us)
    left = final_incidents([*first, *second])
    assert {key: item.material for key, item in left.items()} == {
        key: item.material for key, item in final_incidents(at_once).items()
    }
