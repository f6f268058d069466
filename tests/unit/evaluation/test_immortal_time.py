"""Days that the treated could not fail in are found, and people who fail in the gap are reported."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.immortal_time import Design, cohort, log_ratio
from throughcare.evaluation.clock import Clock, LateStart
from throughcare.evaluation.immortal_time import immortal_time, require_no_immortal_time
from throughcare.kernel.errors import RefusedInput


def test_arms_that_were_decided_by_who_lasted_are_refused():
    found = cohort(np.random.default_rng(1), Design(people=20_000), arms="fitted", clock=Clock())
    looked = immortal_time(found)
    assert looked.reoffended == 0
    assert looked.expected > 50
    with pytest.raises(RefusedInput, match="no chance"):
        require_no_immortal_time(found)
    assert log_ratio(found) < -0.1


def test_arms_that_were_ordered_pass_and_the_people_of_the_gap_are_reported():
    found = cohort(np.random.default_rng(1), Design(people=20_000), arms="ordered", clock=Clock())
    looked = immortal_time(found)
    assert looked.reoffended == found.reoffended_in_gap.sum() > 50
    assert not looked.is_suspected
    require_no_immortal_time(found)
    assert abs(log_ratio(found)) < 0.06


def test_a_landmark_leaves_nobody_immortal():
    clock = Clock(landmark_days=60, late_start=LateStart.AS_AT_ZERO)
    found = cohort(np.random.default_rng(1), Design(people=20_000), arms="fitted", clock=clock)
    assert immortal_time(found).late_starters == 0
    assert immortal_time(found).sentence() == "Every treated person's tag starts by time zero."
    assert abs(log_ratio(found)) < 0.06
