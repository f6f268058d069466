"""The tables of docs/rules/monitoring-contact.md are the tests of the rule."""

from __future__ import annotations

import pytest

from tests.lib.rule_tables import Fact, facts, instant, outcomes, table
from tests.lib.scopes import compiled, scope_of
from throughcare.monitoring.contact import loss_of_contact
from throughcare.monitoring.incidents import AlertCode, IncidentKind

PAGE = "monitoring-contact.md"
WORN = {"worn_from": "2026-03-02T10:00:00Z", "home_unit": True}


@pytest.mark.parametrize("row", table(PAGE, "When contact is lost"), ids=lambda row: row["case"])
def test_contact_is_lost_exactly_when_the_table_says(row: dict[str, str]) -> None:
    scope = scope_of(facts(row["what was received"]), now_us=instant(row["now"]), rules=compiled(**WORN))

    found = loss_of_contact(scope)

    told = [
        {"start": i.start_us, "end": i.end_us, "detected": i.detected_us, "status": str(i.status)}
        for i in found
    ]
    assert told == outcomes(row["incidents"])
    for incident in found:
        assert incident.kind is IncidentKind.LOSS_OF_CONTACT
        assert incident.code is AlertCode.LOSS_OF_CONTACT
        assert incident.atv_s == 0
        assert incident.unknown_s == incident.best_s == incident.low_s == incident.high_s
        assert incident.confidence == 1.0
        assert incident.detected_us <= scope.now_us


@pytest.mark.parametrize("row", table(PAGE, "The likely cause"), ids=lambda row: row["case"])
def test_the_likely_cause_is_the_one_in_the_table(row: dict[str, str]) -> None:
    said: list[Fact] = [*facts("10:00-11:00 position every 1 min"), *facts(row["what else was received"])]

    (incident,) = loss_of_contact(scope_of(said, now_us=instant("11:45"), rules=compiled(**WORN)))

    assert str(incident.cause) == row["cause"]
