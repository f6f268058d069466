"""The tables of docs/rules/monitoring-alcohol.md are the tests of the rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.rule_tables import Fact, facts, instant, outcomes, table
from tests.lib.scopes import compiled, scope_of
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.alcohol import alcohol_incidents, alcohol_measures
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import StatusKind

PAGE = "monitoring-alcohol.md"


def condition(limit: str = "abstinence") -> dict[str, Any]:
    made: dict[str, Any] = {"kind": "alcohol", "condition_id": "alc-1", "start_date": "2026-03-02"}
    if limit == "abstinence":
        return made | {"monitoring": "abstinence"}
    return made | {"monitoring": "level", "level_limit_pct": float(limit)}


def scope_at(said: list[Fact], now: str, limit: str = "abstinence") -> Scope:
    return scope_of(said, now_us=instant(now), rules=compiled(condition(limit)))


def told(incidents: tuple[Incident, ...], kind: IncidentKind) -> list[dict[str, Any]]:
    return [
        {"start": i.start_us, "end": i.end_us, "detected": i.detected_us, "status": str(i.status)}
        for i in incidents
        if i.kind is kind
    ]


@pytest.mark.parametrize("row", table(PAGE, "Drinking events"), ids=lambda row: row["case"])
def test_drinking_is_told_exactly_when_the_table_says(row: dict[str, str]) -> None:
    scope = scope_at(facts(row["what was received"]), row["now"], row["limit"])

    found = alcohol_incidents(scope)

    assert told(found, IncidentKind.DRINKING_EVENT) == outcomes(row["incidents"])
    for incident in found:
        assert incident.atv_s == 0
        assert incident.low_s <= incident.best_s <= incident.high_s
        assert incident.condition_id == "alc-1"


@pytest.mark.parametrize("row", table(PAGE, "Covered sensor"), ids=lambda row: row["case"])
def test_a_covered_sensor_is_told_as_the_table_says(row: dict[str, str]) -> None:
    found = alcohol_incidents(scope_at(facts(row["what was received"]), row["now"]))

    assert told(found, IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED) == outcomes(row["incidents"])


def day_readings(day: str, words: str) -> list[Fact]:
    """Return half-hourly readings of one day, from 00:30 to the midnight that ends it."""
    values = [0.0] * 48
    if words == "none":
        return []
    if words.startswith("until"):
        hour = int(words.removeprefix("until ").removesuffix(":00"))
        values = values[: 2 * hour]
    if words == "drinking":
        values[30:34] = [0.02, 0.03, 0.025, 0.015]
    if words == "one high":
        values[30] = 0.09
    start_us = instant(f"{day} 00:30")
    return [
        Fact(start_us + i * 30 * MINUTE_US, StatusKind.ALCOHOL_READING, value, False)
        for i, value in enumerate(values)
    ]


@pytest.mark.parametrize("row", table(PAGE, "Days"), ids=lambda row: row["case"])
def test_a_day_is_sober_drinking_or_unknown_as_the_table_says(row: dict[str, str]) -> None:
    said = [fact for day in ("Mon", "Tue", "Wed") for fact in day_readings(day, row[day])]

    measures = {m.name: m for m in alcohol_measures(scope_at(said, "Thu 00:00"))}

    assert measures["sober_days"].value == float(row["sober"])
    assert measures["drinking_days"].value == float(row["drinking"])
    assert measures["alcohol_unknown_days"].value == float(row["unknown"])
    assert measures["sober_days"].high == float(row["sober"]) + float(row["unknown"])
