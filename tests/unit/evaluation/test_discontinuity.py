"""A line: equal to rdrobust's numbers where both do the same, refusals, and a test for crowding that errs as it says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lib.slow_designs import local_polynomial
from throughcare.evaluation.discontinuity import (
    Line,
    best_bandwidth,
    crowding,
    fuzzy_jump,
    placebo_cuts,
    sharp_jump,
)
from throughcare.evaluation.ratio_sets import SetKind
from throughcare.kernel.errors import RefusedInput


def drawn(seed: int = 5, n: int = 4_000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    y = 0.5 + 0.4 * x - 0.6 * x**2 + 0.3 * x**3 + 0.2 * (x >= 0) + rng.normal(size=n) * 0.3
    tagged = rng.random(n) < np.where(x >= 0, 0.7, 0.1)
    return x, y, tagged, y + 0.3 * tagged


# rdrobust 2.1.1 on `drawn()` with h = b = 0.4, vce="hc3", masspoints="off"; made once in a scratch environment (it is
# GPL-3, was run and not read)
def test_sharp_jump_equals_rdrobust() -> None:
    x, y, _, _ = drawn()
    found = sharp_jump(Line(x, 0.0), y, bandwidth=0.4)
    assert found.estimate == pytest.approx(0.196780, abs=1e-6)
    assert found.robust.estimate == pytest.approx(0.174684, abs=1e-6)
    assert found.robust.standard_error == pytest.approx(0.045170, abs=1e-6)
    assert found.people == (796, 798)


def test_fuzzy_jump_equals_rdrobust() -> None:
    x, _, tagged, y = drawn()
    found = fuzzy_jump(Line(x, 0.0), y, tagged, bandwidth=0.4)
    assert found.effect.estimate == pytest.approx(0.598813, abs=1e-6)
    assert found.effect.robust.estimate == pytest.approx(0.554814, abs=1e-6)
    assert found.effect.robust.standard_error == pytest.approx(0.075473, abs=1e-6)
    assert not found.is_weak
    assert found.allowed.kind is SetKind.INTERVAL
    assert found.allowed.holds(found.outcome.robust.estimate / found.tagging.robust.estimate)


# rdrobust's `mserd` bandwidths; its variance is by nearest neighbours, ours by residuals
@pytest.mark.parametrize(
    ("seed", "theirs"), [(0, 0.33229), (1, 0.37582), (2, 0.30656), (3, 0.20797), (4, 0.27820), (5, 0.24675)]
)
def test_bandwidth_is_near_that_of_rdrobust(seed: int, theirs: float) -> None:
    x, y, _, _ = drawn(seed)
    assert best_bandwidth(x, y) == pytest.approx(theirs, rel=0.02)


@pytest.mark.parametrize("order", [1, 2])
def test_fits_equal_the_normal_equations(order: int) -> None:
    x, y, _, _ = drawn(8, 600)
    found = sharp_jump(Line(x, 0.0), y, bandwidth=0.5)
    slow = local_polynomial(x, y, 0.5, order)
    assert (found.estimate if order == 1 else found.robust.estimate) == pytest.approx(slow, rel=1e-8)


def test_people_in_the_donut_are_left_out() -> None:
    x, y, _, _ = drawn()
    heaped = np.where(np.abs(x) < 0.02, 50.0, y)
    kept = np.abs(x) >= 0.02
    assert sharp_jump(Line(x, 0.0, donut=0.02), heaped, bandwidth=0.4) == sharp_jump(
        Line(x[kept], 0.0), y[kept], bandwidth=0.4
    )


def test_crowding_is_found_and_quiet_people_are_not_accused() -> None:
    rng = np.random.default_rng(3)
    quiet = np.floor(rng.gamma(2.2, 70, 20_000))
    moved = (quiet >= 85) & (quiet < 91) & (rng.random(20_000) < 0.5)
    assert crowding(Line(np.where(moved, quiet + 6, quiet), 91.0)).p_value < 0.001
    alarms = [crowding(Line(np.floor(rng.gamma(2.2, 70, 4_000)), 91.0)).p_value < 0.05 for _ in range(300)]
    assert 0.01 <= np.mean(alarms) <= 0.09
    assert crowding(Line(rng.normal(size=4_000), 0.0)).p_value > 0.001


def test_lines_that_no_rule_uses_show_nothing() -> None:
    x, y, _, _ = drawn(2)
    found = placebo_cuts(Line(x, 0.0), y, cuts=(-0.5, 0.5, 0.999))
    assert [placebo.jump is None for placebo in found] == [False, False, True]
    assert all(placebo.adjusted_p is None or placebo.adjusted_p > 0.05 for placebo in found)
    with pytest.raises(RefusedInput, match="the true line"):
        placebo_cuts(Line(x, 0.0), y, cuts=(0.0,))


def test_a_line_that_hardly_moves_anybody_is_weak() -> None:
    x, y, _, _ = drawn()
    rng = np.random.default_rng(1)
    tagged = rng.random(len(x)) < np.where(x >= 0, 0.32, 0.3)
    found = fuzzy_jump(Line(x, 0.0), y, tagged, bandwidth=0.5)
    assert found.is_weak
    assert found.allowed.kind is not SetKind.INTERVAL


def test_a_rule_that_everybody_followed_gives_the_sharp_jump() -> None:
    x, y, _, _ = drawn()
    found = fuzzy_jump(Line(x, 0.0), y, x >= 0, bandwidth=0.4)
    assert found.effect.estimate == pytest.approx(sharp_jump(Line(x, 0.0), y, bandwidth=0.4).estimate)
    assert found.tagging.estimate == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("line", "bandwidth", "word"),
    [
        (Line(np.arange(100.0), 200.0), None, "above the line: expected at least 30 people"),
        (Line(np.arange(400.0), 200.0), 3.0, "2 people of 2 values"),
        (Line(np.repeat([10.0, 20.0], 50), 15.0), 100.0, "50 people of 1 values"),
        (Line(np.arange(400.0), 200.0), -1.0, "a number above 0"),
    ],
)
def test_a_line_without_people_is_refused(line: Line, bandwidth: float | None, word: str) -> None:
    outcome = np.zeros(len(line.running))
    with pytest.raises(RefusedInput, match=word):
        sharp_jump(line, outcome, bandwidth=bandwidth)


def test_missing_values_and_a_line_that_moves_nobody_are_refused() -> None:
    with pytest.raises(RefusedInput, match="1 rows without one"):
        Line(np.array([1.0, np.nan]), 0.0)
    line = Line(np.arange(400.0), 200.0)
    with pytest.raises(RefusedInput, match="1 rows without one"):
        sharp_jump(line, np.append(np.zeros(399), np.nan))
    with pytest.raises(RefusedInput, match="moves nobody"):
        fuzzy_jump(line, np.zeros(400), np.zeros(400, dtype=np.bool_), bandwidth=50.0)
