"""Alcohol: what a table cannot show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.lib.rule_tables import Fact, facts, instant
from tests.lib.scopes import compiled, scope_of
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, Interval, civil_us
from throughcare.monitoring.alcohol import alcohol_incidents, alcohol_measures
from throughcare.monitoring.incidents import IncidentStatus, Measure
from throughcare.monitoring.status import StatusKind

CURVE = "18:00 readings every 30 min: 0 0.02 0.03 0.025 0.015 0.005"


def condition(**changes: Any) -> dict[str, Any]:
    made = {
        "kind": "alcohol",
        "condition_id": "alc-1",
        "start_date": "2026-03-02",
        "monitoring": "abstinence",
    }
    return made | changes


def readings(start_us: int, stop_us: int, value: float = 0.0) -> list[Fact]:
    instants = range(start_us + 30 * MINUTE_US, stop_us + 1, 30 * MINUTE_US)
    return [Fact(t_us, StatusKind.ALCOHOL_READING, value, False) for t_us in instants]


def measured(said: list[Fact], now_us: int, *conditions: dict[str, Any], **order: Any) -> dict[str, Measure]:
    rules = compiled(*(conditions or (condition(),)), **order)
    return {m.name: m for m in alcohol_measures(scope_of(said, now_us=now_us, rules=rules))}


def test_an_event_says_its_peak_its_slopes_and_its_limit() -> None:
    scope = scope_of(facts(CURVE), now_us=instant("20:30"), rules=compiled(condition()))

    (incident,) = alcohol_incidents(scope)

    said = incident.reasons[0].facts
    assert incident.reasons[0].code == "rise_and_fall"
    assert said["readings"] == 3
    assert said["peak_percent"] == 0.03
    assert said["limit_percent"] == 0.02
    assert said["rise_percent_per_h"] == pytest.approx(0.03)
    assert said["fall_percent_per_h"] == pytest.approx(0.015)
    assert (incident.low_s, incident.best_s, incident.high_s) == (3600, 5400, 7200)


def test_an_event_whose_rise_was_not_seen_is_less_sure() -> None:
    rules = compiled(condition())
    whole = alcohol_incidents(scope_of(facts(CURVE), now_us=instant("20:30"), rules=rules))[0]
    headless = facts("18:30 readings every 30 min: 0.02 0.03 0.025 0.015 0.005")

    (incident,) = alcohol_incidents(scope_of(headless, now_us=instant("20:30"), rules=rules))

    assert incident.reasons[0].code == "fall_seen"
    assert incident.confidence < whole.confidence


def test_a_single_high_reading_is_counted_and_makes_no_event() -> None:
    said = facts("18:00 readings every 30 min: 0 0 0.08 0 0 0")

    assert measured(said, instant("21:00"))["alcohol_unconfirmed_high_readings"].value == 1


def test_a_reading_without_a_number_is_no_reading() -> None:
    said = [Fact(instant("12:00"), StatusKind.ALCOHOL_READING, float("nan"), False)]

    assert measured(said, instant("13:00"))["alcohol_reading_coverage"].value == 0


def test_coverage_is_the_share_of_time_that_readings_vouch_for() -> None:
    said = readings(instant("00:00"), instant("06:00")) + readings(instant("18:00"), instant("Tue 00:00"))

    found = measured(said, instant("Tue 00:00"))

    assert found["alcohol_reading_coverage"].value == pytest.approx(0.5)


def test_repeated_readings_do_not_add_coverage() -> None:
    said = readings(instant("00:00"), instant("12:00"))
    more = [Fact(fact.t_us - 60_000_000, fact.kind, fact.value, False) for fact in said]

    assert measured(said + more, instant("Tue 00:00"))["alcohol_reading_coverage"].value == pytest.approx(0.5)


def test_a_reading_that_comes_a_little_late_leaves_no_hole() -> None:
    rng = np.random.default_rng(2)
    said = [
        Fact(fact.t_us + int(rng.integers(-5, 6)) * MINUTE_US, fact.kind, fact.value, False)
        for fact in readings(instant("00:00"), instant("Tue 00:00") - HOUR_US)
    ]

    assert measured(said, instant("Tue 00:00"))["alcohol_reading_coverage"].value > 0.95


def test_a_suspended_day_is_not_counted() -> None:
    said = readings(instant("00:00"), instant("Thu 00:00"))
    suspension = {
        "suspension_id": "s-1",
        "from_time": "2026-03-03T12:00:00Z",
        "to_time": "2026-03-03T13:00:00Z",
        "reason": "In hospital",
    }

    found = measured(said, instant("Thu 00:00"), suspensions=[suspension])

    assert found["sober_days"].value == 2


def test_the_day_of_fitting_is_not_a_whole_day() -> None:
    said = readings(instant("08:00"), instant("Wed 00:00"))

    assert measured(said, instant("Wed 00:00"), worn_from="2026-03-02T08:00:00Z")["sober_days"].value == 1


@pytest.mark.parametrize(("last", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_the_clock_change_are_days(last: str, hours: int) -> None:
    day = dt.date.fromisoformat(last)
    start_us = civil_us(day, dt.time(0), "Europe/London")
    stop_us = civil_us(day + dt.timedelta(days=1), dt.time(0), "Europe/London")
    assert stop_us - start_us == hours * HOUR_US
    order = {"worn_from": f"{last}T00:00:00+01:00" if hours == 25 else f"{last}T00:00:00Z"}
    within = Interval(start_us - DAY_US, stop_us + DAY_US)
    rules = compiled(condition(), within=within, **order)

    found = alcohol_measures(scope_of(readings(start_us, stop_us), now_us=stop_us, rules=rules))

    assert {m.name: m.value for m in found}["sober_days"] == 1


def test_a_level_counts_days_within_it() -> None:
    level = condition(monitoring="level", level_limit_pct=0.05)
    said = readings(instant("00:00"), instant("Tue 00:00"), value=0.04)

    found = measured(said, instant("Tue 00:00"), level)

    assert found["days_within_level"].value == 1
    assert "sober_days" not in found


def test_an_excuse_stands_on_the_event() -> None:
    excuse = {
        "excuse_id": "e-1",
        "from_time": "2026-03-02T18:00:00Z",
        "to_time": "2026-03-02T21:00:00Z",
        "reason": "other",
        "accepted_by": "PO",
    }
    rules = compiled(condition(), reasonable_excuses=[excuse])

    (incident,) = alcohol_incidents(scope_of(facts(CURVE), now_us=instant("20:30"), rules=rules))

    assert [item.allowance_id for item in incident.allowed] == ["e-1"]


def test_without_the_condition_readings_say_nothing() -> None:
    scope = scope_of(facts(CURVE), now_us=instant("20:30"), rules=compiled())

    assert alcohol_incidents(scope) == ()
    assert alcohol_measures(scope) == ()


def test_an_event_stays_open_while_readings_that_would_join_it_are_undecided() -> None:
    rules = compiled(condition())
    said = facts(CURVE + " 0 0.02 0.03 0.03 0.03 0.025 0.015 0 0 0 0")
    told = [
        [
            (i.start_us, str(i.status))
            for i in alcohol_incidents(scope_of(said, now_us=instant(now), rules=rules))
        ]
        for now in ("22:10", "Tue 03:00")
    ]

    first = instant("18:30")
    assert told == [[(first, "open")], [(first, "closed")]]


def test_a_day_with_undecided_high_readings_is_unknown() -> None:
    said = readings(instant("00:00"), instant("23:00"))
    said += facts("23:30 readings every 30 min: 0.02 0.03")

    found = measured(said, instant("Tue 00:10"))

    assert found["sober_days"].value == 0
    assert found["alcohol_unknown_days"].value == 1


def test_drinking_is_over_when_the_activation_is() -> None:
    rules = compiled(condition(), worn_to="2026-03-02T21:00:00Z")
    said = facts("18:00 readings every 30 min: 0 0.03 0.05 0.07 0.08 0.08")

    told = [alcohol_incidents(scope_of(said, now_us=instant(now), rules=rules)) for now in ("21:01", "23:00")]

    assert told[0] == told[1]
    assert told[0][0].end_us == instant("20:30")
    assert told[0][0].status is IncidentStatus.CLOSED
