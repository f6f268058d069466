"""The tuned rule is the baseline that the engine is measured against: its evidence must be whole too."""

from __future__ import annotations

import numpy as np

from tests.lib.order_cases import make_order
from throughcare.kernel.time import MINUTE_US, Interval, parse_instant
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.rules import compile_rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import history_of

EVENING_US = parse_instant("2026-01-06T20:00:00Z")
HOME_LAT_DEG, HOME_LON_DEG = 50.9, -1.4


def presence(away: list[bool]) -> list[tuple[str, float, float, float, int]]:
    """Return segments as (presence, start, first and last evidence in minutes, evidence) of a fix a minute."""
    order = make_order(
        activations=[{"activation_id": "a1", "device_id": "d1", "from_time": "2026-01-06T20:00:00Z"}]
    )
    count = len(away)
    fixes = Fixes.build(
        key=np.zeros(count, np.int64),
        keys=("a1",),
        t_us=EVENING_US + np.arange(count) * MINUTE_US,
        lat_deg=np.where(away, HOME_LAT_DEG + 0.01, HOME_LAT_DEG),
        lon_deg=np.full(count, HOME_LON_DEG),
        accuracy_m=np.full(count, 5.0),
        level=np.full(count, 0.68),
    )
    now_us = EVENING_US + (count - 1) * MINUTE_US
    rules = compile_rules(
        [history_of([order])],
        parameters=Parameters(detector=Detector.TUNED_RULE),
        known_at_us=now_us,
        within=Interval(EVENING_US, now_us + MINUTE_US),
    )
    state, _ = advance(State(), fixes, Statuses.empty(), rules=rules, now_us=now_us)
    scope = scope_of(state.activations["a1"], compiled=rules.activations["a1"], rules=rules, now_us=now_us)
    (segments,) = scope.segments.values()
    return [
        (
            Presence(s.state).name,
            *((t_us - EVENING_US) / MINUTE_US for t_us in (s.start_us, s.first_us, s.last_us)),
            s.evidence,
        )
        for s in segments
    ]


def test_every_report_of_a_long_absence_counts_as_evidence_of_it() -> None:
    assert presence([False] * 10 + [True] * 60 + [False] * 10) == [
        ("INSIDE", 0.0, 0.0, 9.0, 10),
        ("OUTSIDE", 9.5, 10.0, 69.0, 60),
        ("INSIDE", 69.5, 70.0, 79.0, 10),
    ]


def test_absences_shorter_than_the_dwell_never_add_up() -> None:
    assert {state for state, *_ in presence(([False] * 2 + [True] * 3) * 30)} == {"INSIDE"}
