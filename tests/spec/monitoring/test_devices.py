"""The tables of docs/rules/monitoring-devices.md are the tests of the rules."""

from __future__ import annotations

import pytest

from tests.lib.rule_tables import facts, instant, outcomes, table
from tests.lib.scopes import compiled, scope_of
from throughcare.monitoring.devices import device_incidents

PAGE = "monitoring-devices.md"
ROWS = [
    (row, heading == "Home unit")
    for heading in ("Battery", "Strap, case and faults", "Home unit")
    for row in table(PAGE, heading)
]


@pytest.mark.parametrize(("row", "home_unit"), ROWS, ids=[row["case"] for row, _ in ROWS])
def test_the_equipment_makes_exactly_the_incidents_of_the_table(row: dict[str, str], home_unit: bool) -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z", home_unit=home_unit)
    scope = scope_of(facts(row["what was received"]), now_us=instant(row["now"]), rules=rules)

    found = device_incidents(scope)

    told = [
        {
            "start": i.start_us,
            "end": i.end_us,
            "code": str(i.code),
            "detected": i.detected_us,
            "status": str(i.status),
        }
        for i in found
    ]
    expected = [{"detected": item["start"], **item} for item in outcomes(row["incidents"])]
    assert told == expected
    assert all(i.atv_s == 0 and i.detected_us <= scope.now_us for i in found)
