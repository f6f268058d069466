"""The tables of docs/rules/monitoring-presence.md are the tests of the rule."""

from __future__ import annotations

import pytest

from tests.lib.engine_tables import (
    Clock,
    check_told,
    facts,
    final,
    night,
    order,
    places,
    rules_of,
    unknown_min,
)
from tests.lib.markdown_tables import table
from throughcare.monitoring.incidents import IncidentKind

PAGE = "monitoring-presence.md"
AT = places(PAGE)
CURFEW = {"kind": "curfew", "condition_id": "C1", "phases": [{"timetable": night()}]}
ROWS = [
    row
    for heading in ("Heard and not heard", "When a poll says nothing", "Strap and silence")
    for row in table(PAGE, heading)
]


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_radio_and_positions_say_what_the_table_says(row: dict[str, str]) -> None:
    clock = Clock()
    now_us = clock.us("Tue 08:00")
    rules = rules_of(order(CURFEW, homes={"home": AT["home"]}, clock=clock, home_unit=True), clock=clock)
    scope, found = final(
        rules, facts(row["what was received"], at=AT, clock=clock, now_us=now_us), now_us=now_us
    )
    absences = [incident for incident in found if incident.kind is IncidentKind.CURFEW_ABSENCE]

    check_told(absences, row["told"], clock)
    assert unknown_min(scope) == pytest.approx(float(row["unknown (min)"]), abs=2)
