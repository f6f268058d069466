"""Points: radii at one level, runs and gaps."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lib import nights
from throughcare.adapters.reports.points import MapPoint, points_of_fixes, radius_at, trail
from throughcare.kernel.time import MINUTE_US, SECOND_US


def point(number: int, t_us: int, *, source: str = "gnss", used: bool | None = True) -> MapPoint:
    return MapPoint(number, t_us, source, 52.0, -1.5, 10.0, 0.68, used)


def test_a_68_percent_radius_grows_by_the_rayleigh_ratio() -> None:
    assert radius_at(10.0, 0.68) == pytest.approx(10 * math.sqrt(math.log(0.05) / math.log(0.32)))
    assert radius_at(10.0, 0.68) == pytest.approx(16.21, abs=0.01)


def test_a_95_percent_radius_stays_as_it_is() -> None:
    assert radius_at(31.0, 0.95) == pytest.approx(31.0)


def test_the_radius_holds_95_percent_of_simulated_errors() -> None:
    rng = np.random.default_rng(1)
    errors = np.hypot(*rng.normal(0, 7.0, (2, 200_000)))
    stated_m = float(np.quantile(errors, 0.68))
    assert np.mean(errors <= radius_at(stated_m, 0.68)) == pytest.approx(0.95, abs=0.003)


@pytest.mark.parametrize("level", [None, 0.0, 1.0, 1.5])
def test_a_circle_whose_level_is_not_known_stays_as_given_and_says_so(level: float | None) -> None:
    found = replace(point(1, 0), level=level)
    assert found.radius_m == 10.0
    assert not found.stated


def test_a_point_without_accuracy_has_no_circle() -> None:
    assert replace(point(1, 0), accuracy_m=None).radius_m is None


def test_a_silence_of_exactly_the_constant_is_trail_and_a_second_more_is_a_gap() -> None:
    five = 5 * MINUTE_US
    runs, gaps = trail([point(1, 0), point(2, five)], gap_us=five)
    assert [len(run) for run in runs] == [2]
    assert gaps == []
    runs, gaps = trail([point(1, 0), point(2, five + SECOND_US)], gap_us=five)
    assert [len(run) for run in runs] == [1, 1]
    assert gaps[0].seconds == 301


def test_coarse_and_unused_points_never_bridge_a_silence() -> None:
    points = [
        point(1, 0),
        point(2, 4 * MINUTE_US, source="wifi"),
        point(3, 8 * MINUTE_US, source="cell"),
        point(4, 9 * MINUTE_US, used=False),
        point(5, 12 * MINUTE_US),
    ]
    runs, gaps = trail(points, gap_us=5 * MINUTE_US)
    assert [[p.number for p in run] for run in runs] == [[1], [5]]
    assert gaps[0].others == 3


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(1, 600))
def test_no_run_holds_a_silence_longer_than_the_constant_and_no_point_is_lost(
    times_s: list[int], gap_s: int
) -> None:
    points = [point(n, t * SECOND_US) for n, t in enumerate(sorted(times_s), 1)]
    runs, gaps = trail(points, gap_us=gap_s * SECOND_US)
    assert [p for run in runs for p in run] == points
    assert len(gaps) == len(runs) - 1
    assert all(b.t_us - a.t_us <= gap_s * SECOND_US for run in runs for a, b in itertools.pairwise(run))
    assert all(gap.seconds > gap_s for gap in gaps)


def test_fixes_of_a_span_come_in_time_order_and_keep_what_was_not_said() -> None:
    view = nights.activation()
    start_us = nights.at(nights.FIRST, 18)
    shuffled = view.fixes.take(np.random.default_rng(3).permutation(len(view.fixes)))
    points = points_of_fixes(shuffled, start_us=start_us, stop_us=start_us + 14 * nights.HOUR_US)
    assert [p.t_us for p in points] == sorted(p.t_us for p in points)
    assert [p.number for p in points] == list(range(1, len(points) + 1))
    assert sum(p.level is None for p in points) == 5
    assert sum(p.accuracy_m is None for p in points) == 1
    assert {p.source for p in points} == {"gnss", "wifi", "cell"}
