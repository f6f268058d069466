"""The tables of docs/rules/monitoring-proximity.md are the tests of the rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.rule_tables import instant, outcomes, table
from tests.lib.scopes import compiled
from tests.lib.walks import track_along
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.proximity import proximity

PAGE = "monitoring-proximity.md"
CONDITION: dict[str, Any] = {
    "kind": "victim_proximity",
    "condition_id": "vic-1",
    "start_date": "2026-03-02",
    "protected_ref": "P-77",
    "distance_m": 500,
    "warning_m": 1000,
}
ROWS = [row for heading in ("Incidents", "Sparse positions") for row in table(PAGE, heading)]


def judged(row: dict[str, str]) -> tuple[Incident, ...]:
    rules = compiled(CONDITION)
    now_us = instant(row["now"])
    return proximity(
        subject=track_along(row["wearer"], until_us=now_us),
        protected=track_along(row["protected person"], until_us=now_us),
        condition=rules.conditions[0],
        rules=rules,
        parameters=Parameters(),
        interval=rules.interval,
        now_us=now_us,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_the_distance_is_judged_as_the_table_says(row: dict[str, str]) -> None:
    found = judged(row)

    expected = outcomes(row["incidents"])
    assert [(i.code, str(i.status)) for i in found] == [(e["code"], e["status"]) for e in expected]
    for incident, outcome in zip(found, expected, strict=True):
        assert abs(incident.start_us - outcome["start"]) <= SECOND_US
        assert (incident.end_us is None) == (outcome["end"] is None)
        if incident.end_us is not None:
            assert abs(incident.end_us - outcome["end"]) <= SECOND_US
        assert incident.detected_us == outcome["detected"]
        assert incident.low_s <= incident.best_s <= incident.high_s
        assert 0.5 < incident.confidence < 0.95
