"""The tables of docs/rules/monitoring-measures.md are the tests of the measures."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from tests.lib.rule_tables import facts, instant, spans, table
from tests.lib.scopes import compiled, scope_of
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.contact import loss_of_contact
from throughcare.monitoring.devices import device_incidents
from throughcare.monitoring.incidents import Incident, Measure
from throughcare.monitoring.measures import measures, order_violations
from throughcare.monitoring.presence import Presence, Segment

PAGE = "monitoring-measures.md"
CURFEW: dict[str, Any] = {
    "kind": "curfew",
    "condition_id": "cur-1",
    "start_date": "2026-03-02",
    "end_date": "2026-03-03",
    "phases": [
        {
            "start_date": "2026-03-02",
            "end_date": "2026-03-02",
            "timetable": [{"day": "monday", "start": "19:00", "end": "07:00", "place_ids": ["home"]}],
        }
    ],
}
STATES = {"at the place": Presence.INSIDE, "elsewhere": Presence.OUTSIDE, "unknown": Presence.UNKNOWN}


def template() -> Incident:
    """Return some incident, to be changed into others."""
    (incident,) = device_incidents(scope_of(facts("10:00 strap open"), now_us=instant("11:00")))
    return dataclasses.replace(incident, condition_id="cur-1")


def incidents_of(cell: str) -> list[Incident]:
    found: list[Incident] = []
    for part in filter(lambda item: item not in {"", "-"}, (item.strip() for item in cell.split(";"))):
        numbers = [60.0 * float(n) for n in re.findall(r"\d+", part)]
        low_s, best_s, high_s, excused_s = (*numbers, 0.0)[:4]
        found.append(
            dataclasses.replace(
                template(), low_s=low_s, best_s=best_s, high_s=high_s, atv_s=best_s - excused_s
            )
        )
    return found


def named(found: tuple[Measure, ...], condition_id: str | None) -> dict[str, Measure]:
    return {item.name: item for item in found if item.condition_id == condition_id}


@pytest.mark.parametrize("row", table(PAGE, "Accumulated Time Violation"), ids=lambda row: row["case"])
def test_the_total_and_its_bounds_are_those_of_the_table(row: dict[str, str]) -> None:
    scope = scope_of([], now_us=instant("Tue 08:00"), rules=compiled(CURFEW))

    found = measures(scope, incidents_of(row["incidents"]))

    for total in (named(found, "cur-1"), named(found, None)):
        told = total["accumulated_time_violation"]
        assert (told.value, told.low, told.high) == tuple(
            60.0 * float(row[name]) for name in ("total", "low", "high")
        )


@pytest.mark.parametrize("row", table(PAGE, "Coverage"), ids=lambda row: row["case"])
def test_coverage_is_the_share_of_demanded_time_in_which_presence_is_known(row: dict[str, str]) -> None:
    now_us = instant(row["now"])
    rules = compiled(CURFEW)
    segments = [
        Segment(start_us, end_us, STATES[words], start_us, end_us, start_us, 1, 0.9)
        for start_us, end_us, words in spans(row["where the tag was"])
    ]
    segments[-1] = dataclasses.replace(segments[-1], end_us=None)
    scope = scope_of([], now_us=now_us, rules=rules, segments={rules.watches[0].watch_id: tuple(segments)})

    found = named(measures(scope, []), "cur-1")

    assert found["demanded_time"].value == 60 * float(row["demanded (min)"])
    assert found["unknown_time"].value == 60 * float(row["unknown (min)"])
    assert found["coverage"].value == float(row["coverage"])


def test_contact_coverage_is_the_share_worn_outside_long_silences() -> None:
    said = facts("00:00-06:00 alive every 10 min; 12:00-24:00 alive every 10 min".replace("24:00", "23:50"))
    scope = scope_of(said, now_us=instant("Tue 00:00"))

    found = named(measures(scope, loss_of_contact(scope)), None)

    assert found["silent_time"].value == 6 * 3600
    assert found["contact_coverage"].value == 0.75
    assert found["accumulated_time_violation"].value == 0


def test_contact_coverage_counts_from_the_cut() -> None:
    said = facts("00:00-06:00 alive every 10 min; 12:00-23:50 alive every 10 min")
    cut_us = instant("12:00") + MINUTE_US
    scope = scope_of(said, now_us=instant("Tue 00:00"), whole_from_us=cut_us)

    assert named(measures(scope, []), None)["contact_coverage"].value == 1.0


def test_an_orders_total_adds_up_its_activations() -> None:
    scope = scope_of([], now_us=instant("Tue 08:00"), rules=compiled(CURFEW))
    one = measures(scope, incidents_of("20/25/40"))
    other = tuple(
        dataclasses.replace(item, activation_id="act-2") for item in measures(scope, incidents_of("5/10/10"))
    )

    (total,) = order_violations([*one, *other])

    assert (total.order_id, total.activation_id, total.condition_id) == ("ORD-1", "", None)
    assert (total.value, total.low, total.high) == (2100.0, 1500.0, 3000.0)


def test_before_the_activation_there_is_nothing_to_measure() -> None:
    rules = compiled(CURFEW, worn_from="2026-03-03T00:00:00Z")

    assert measures(scope_of([], now_us=instant("12:00"), rules=rules), []) == ()
