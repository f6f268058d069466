"""A roll-out: person by person, nobody to compare with, and trends before."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lib.slow_designs import group_time_effect
from throughcare.evaluation.staggered import (
    NEVER,
    BesideWhom,
    Panel,
    p_value_of,
    panel_of,
    staggered_effect,
)
from throughcare.kernel.errors import RefusedInput

BEGAN = np.array([2, 2, 3, 3, 3, NEVER, NEVER, NEVER])
NAMES = tuple(f"area {n}" for n in range(8))


def people(seed: int = 1, n: int = 4_000, *, effect: float = -0.2, drift: float = 0.0):
    rng = np.random.default_rng(seed)
    area, period = rng.integers(0, 8, n), rng.integers(0, 5, n)
    begun = (BEGAN[area] != NEVER) & (period >= BEGAN[area])
    mean = 0.5 + 0.02 * area + 0.05 * period + effect * begun + drift * period * (BEGAN[area] != NEVER)
    return area, period, mean + 0.1 * rng.normal(size=n)


def panel(**options: float) -> Panel:
    area, period, outcome = people(**options)
    return panel_of(area=area, period=period, outcome=outcome, began=BEGAN, names=NAMES)


@pytest.mark.parametrize("beside", list(BesideWhom))
def test_every_group_and_period_equals_the_sum_person_by_person(beside: BesideWhom) -> None:
    area, period, outcome = people()
    rows = list(zip(area.tolist(), period.tolist(), outcome.tolist(), strict=True))
    found = staggered_effect(panel(), beside=beside)
    assert len(found.cells) == 8
    for cell in found.cells:
        last = max(cell.period, cell.began - 1)
        waiting = {
            at
            for at, began in enumerate(BEGAN)
            if began == NEVER or (beside is BesideWhom.NOT_YET_TREATED and began > last)
        }
        group = {at for at, began in enumerate(BEGAN) if began == cell.began}
        slow = group_time_effect(
            rows, group=group, beside=waiting - group, period=cell.period, base=cell.began - 1
        )
        assert cell.effect.estimate == pytest.approx(slow, abs=1e-10)
        assert (cell.areas, cell.comparison_areas) == (len(group), len(waiting - group))


def test_the_overall_effect_is_the_mean_by_people_and_leaving_areas_out_gives_its_error() -> None:
    found = staggered_effect(panel())
    after = [cell for cell in found.cells if cell.periods_since >= 0]
    weight = sum(cell.people for cell in after)
    assert found.overall.estimate == pytest.approx(sum(c.people * c.effect.estimate for c in after) / weight)
    assert found.overall.estimate == pytest.approx(-0.2, abs=0.03)
    assert found.overall.low < -0.2 < found.overall.high
    assert found.areas == 8
    assert p_value_of(found.overall, areas=8) < 0.01


def test_with_two_groups_and_two_periods_it_is_the_plain_difference_of_differences() -> None:
    began = np.array([1, 1, NEVER, NEVER])
    means = np.array([[0.5, 0.4], [0.7, 0.5], [0.4, 0.45], [0.6, 0.65]])
    found = staggered_effect(Panel(began, means, np.full((4, 2), 10.0), ("a", "b", "c", "d")))
    assert found.overall.estimate == pytest.approx(-0.15 - 0.05)
    assert found.pre_trend.p_value is None


def test_a_trend_before_is_found_and_what_could_not_be_seen_is_said() -> None:
    beside = BesideWhom.NEVER_TREATED
    quiet = staggered_effect(panel(), beside=beside).pre_trend
    assert quiet.p_value is not None
    assert quiet.p_value > 0.05
    assert quiet.drift is not None
    assert quiet.drift.low < 0 < quiet.drift.high
    assert quiet.drift_detectable is not None
    assert quiet.bias_of_that_drift is not None
    assert quiet.bias_of_that_drift > quiet.drift_detectable > 0
    loud = staggered_effect(panel(drift=0.1), beside=beside).pre_trend
    assert loud.drift is not None
    assert loud.drift.estimate == pytest.approx(0.1, abs=0.03)
    assert loud.p_value is not None
    assert loud.p_value < 0.05


def test_anticipation_moves_the_base_back() -> None:
    found = staggered_effect(panel(), anticipation=1, beside=BesideWhom.NEVER_TREATED)
    assert {(cell.began, cell.period) for cell in found.cells if cell.began == 2} == {
        (2, 1),
        (2, 2),
        (2, 3),
        (2, 4),
    }
    with pytest.raises(RefusedInput, match="0 or more periods"):
        staggered_effect(panel(), anticipation=-1)


def test_what_cannot_be_compared_is_named() -> None:
    area, period, outcome = people()
    began = np.array([0, 0, 3, 3, 3, 2, NEVER, NEVER])
    found = staggered_effect(panel_of(area=area, period=period, outcome=outcome, began=began, names=NAMES))
    assert found.left_out[0] == "Areas that began in period 1: no period before to compare with."
    assert found.left_out[1] == "area 5: the only area that began when it did."


def test_nobody_to_compare_with_is_refused() -> None:
    area, period, outcome = people()
    all_began = np.array([2, 2, 2, 2, 2, 2, 2, 2])
    everybody = panel_of(area=area, period=period, outcome=outcome, began=all_began, names=NAMES)
    with pytest.raises(RefusedInput, match="areas that never began; found 0"):
        staggered_effect(everybody, beside=BesideWhom.NEVER_TREATED)
    with pytest.raises(RefusedInput, match="fewer than 2 areas that had not begun"):
        staggered_effect(everybody)


def test_empty_cells_and_wrong_periods_are_refused() -> None:
    with pytest.raises(RefusedInput, match="b, period 2"):
        Panel(np.array([1, NEVER]), np.zeros((2, 2)), np.array([[1.0, 1.0], [1.0, 0.0]]), ("a", "b"))
    with pytest.raises(RefusedInput, match="say never"):
        Panel(np.array([1, 2]), np.zeros((2, 2)), np.ones((2, 2)), ("a", "b"))
