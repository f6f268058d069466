"""The tables of docs/rules/monitoring-attendance.md are the tests of the rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.rule_tables import instant, iso, outcomes, spans, table
from tests.lib.scopes import compiled, scope_of
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.attendance import attendance
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.presence import Presence, Segment

PAGE = "monitoring-attendance.md"
OFFICE = {
    "kind": "attendance",
    "condition_id": "att-1",
    "start_date": "2026-03-02",
    "end_date": "2026-03-02",
    "purpose": "Supervision",
    "place_id": "office",
    "recurrence": "FREQ=WEEKLY;BYDAY=MO",
    "start": "10:00",
    "duration_min": 60,
    "late_after_min": 10,
    "min_stay_min": 15,
}
STATES = {"at the place": Presence.INSIDE, "elsewhere": Presence.OUTSIDE, "unknown": Presence.UNKNOWN}


def segments_of(cell: str, now_us: int) -> tuple[Segment, ...]:
    """Return the stretches of a table cell as segments; the last one is open."""
    found: list[Segment] = []
    for start_us, end_us, words in spans(cell):
        state = STATES[words.removesuffix(", last heard")]
        minutes = (end_us - start_us) // MINUTE_US
        is_open = words.endswith("last heard") or end_us >= now_us
        found.append(
            Segment(start_us, None if is_open else end_us, state, start_us, end_us, start_us, minutes, 0.95)
        )
    return tuple(found)


def judged(
    cell: str, now_us: int, **order: Any
) -> tuple[str, float, list[dict[str, Any]], tuple[Incident, ...]]:
    """Return outcome, minutes stayed and incidents for presence at the office."""
    rules = compiled(OFFICE, worn_from="2026-03-01T00:00:00Z", **order)
    segments = {rules.watches[0].watch_id: segments_of(cell, now_us)}
    records, incidents = attendance(scope_of([], now_us=now_us, rules=rules, segments=segments))
    assert len(records) == 1
    told = [
        {
            "start": i.start_us,
            "end": i.end_us,
            "detected": i.detected_us,
            "code": str(i.code),
            "status": str(i.status),
        }
        for i in incidents
    ]
    return str(records[0].outcome), records[0].stayed_s / 60, told, incidents


@pytest.mark.parametrize("row", table(PAGE, "Outcomes"), ids=lambda row: row["case"])
def test_the_outcome_is_the_one_in_the_table(row: dict[str, str]) -> None:
    outcome, stayed_min, told, incidents = judged(row["where the tag was"], instant(row["now"]))

    assert outcome == row["outcome"]
    assert stayed_min == float(row["stayed (min)"])
    assert told == outcomes(row["incidents"])
    for incident in incidents:
        assert incident.low_s <= incident.best_s <= incident.high_s
        assert incident.atv_s == 0


@pytest.mark.parametrize("row", table(PAGE, "Excuses"), ids=lambda row: row["case"])
def test_an_allowance_changes_the_outcome_as_the_table_says(row: dict[str, str]) -> None:
    times = {"from_time": iso(row["from"]), "to_time": iso(row["to"])}
    given: dict[str, Any] = {
        "authorised absence": {
            "authorised_absences": [{"absence_id": "a-1", "reason": "Work", "authorised_by": "PO", **times}]
        },
        "suspension": {"suspensions": [{"suspension_id": "s-1", "reason": "In hospital", **times}]},
        "reasonable excuse": {
            "reasonable_excuses": [{"excuse_id": "e-1", "reason": "medical", "accepted_by": "PO", **times}]
        },
    }[row["allowance"]]

    outcome, _, told, incidents = judged(row["where the tag was"], instant("11:20"), **given)

    assert outcome == row["outcome"]
    assert told == outcomes(row["incidents"])
    excused = row["allowance"] == "reasonable excuse" and outcome == "excused"
    assert all(bool(incident.allowed) == excused for incident in incidents)
