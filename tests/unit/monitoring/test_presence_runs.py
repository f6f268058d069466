"""How a change of presence is dated: back to the evidence that began it, and never over other evidence."""

from __future__ import annotations

import numpy as np

from tests.laws.monitoring.worlds import HOME, START_US, rules_for
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold, open_tail, start_carry
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.status import Statuses


def test_a_second_absence_is_not_dated_back_over_positions_inside() -> None:
    minutes = np.array([*range(20), 20, 23, *range(32, 45)])
    away = np.array([True] * 20 + [False] * 2 + [True] * 13)
    fixes = Fixes.build(
        key=np.zeros(len(minutes), np.int64),
        keys=("A0",),
        t_us=START_US + minutes * MINUTE_US,
        lat_deg=HOME[1] + np.where(away, 0.018, 0.0),
        lon_deg=np.full(len(minutes), HOME[0]),
        accuracy_m=np.full(len(minutes), 10.0),
    )
    rules = rules_for(1)
    compiled = rules.activations["A0"]
    watch = next(w for w in compiled.watches if w.kind is IncidentKind.CURFEW_ABSENCE)
    items = merge_items(fixes, Statuses.empty(), rules.parameters)
    carry, closed = fold(items, watch, start_carry(START_US), parameters=rules.parameters)
    tail = open_tail(carry, now_us=START_US + 45 * MINUTE_US, parameters=rules.parameters)
    outside = [s for s in (*closed, *tail) if s.state is Presence.OUTSIDE]
    inside_us = (START_US + 20 * MINUTE_US, START_US + 23 * MINUTE_US)
    assert len(outside) == 2
    assert not any(s.start_us <= t < (s.end_us or 2**62) for s in outside for t in inside_us)
