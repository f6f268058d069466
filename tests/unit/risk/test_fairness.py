"""Fairness: the audit of invented people, its words, and what is withheld."""

from __future__ import annotations

import math

import numpy as np
import pytest

from throughcare.risk.fairness.audit import Fairness, audit
from throughcare.risk.fairness.comparing import holm
from throughcare.risk.fairness.groups import Grouping, grouping_of_texts
from throughcare.risk.fairness.nij_index import CLIP, fair_and_accurate, gaming
from throughcare.risk.fairness.sweep import grid, largest_gap, sweep, threshold_of_top
from throughcare.risk.fairness.tension import tension
from throughcare.risk.validation.cases import Cases, Scale, cases_of


def invented(n: int = 6_000, *, seed: int = 1, base: float = 0.8) -> tuple[Cases, Grouping]:
    """Two groups with a probability that is right for both, and different base rates."""
    rng = np.random.default_rng(seed)
    second = rng.random(n) < 0.4
    score = np.where(second, rng.beta(2 * base, 5, n), rng.beta(3, 4, n))
    return (
        cases_of(score, rng.random(n) < score),
        grouping_of_texts("area", np.where(second, "north", "south")),
    )


@pytest.fixture(scope="module")
def found() -> Fairness:
    cases, area = invented()
    sex = grouping_of_texts("sex", np.where(np.arange(len(cases)) % 7 == 0, "woman", "man"))
    return audit(cases, [area, sex], thresholds=(0.4,))


def test_every_group_and_intersection_is_there(found: Fairness) -> None:
    assert {each.grouping for each in found.groups} == {"area", "sex", "area and sex"}
    assert len(found.groups) == 8
    assert found.withheld == ()


def test_a_right_score_is_calibrated_in_every_group_and_no_test_of_it_stands_out(found: Fairness) -> None:
    for each in found.groups:
        calibration = each.performance.calibration
        assert calibration is not None
        assert calibration.ratio.low < 1.05
        assert calibration.ratio.high > 0.95
    meaning = [each for each in found.tests if each.against == ""]
    assert len(meaning) == 16
    assert not any(each.stands_out for each in meaning)


def test_different_base_rates_make_a_gap_in_errors_that_stands_out_and_is_told_as_arithmetic(
    found: Fairness,
) -> None:
    gaps = {each.group: each for each in found.tests if each.measure == "false positive rate"}
    assert gaps["north"].stands_out
    assert gaps["north"].difference < -0.1
    assert all(each.p <= each.adjusted_p for each in found.tests)
    told = next(each for each in found.tensions if each.group.group == "north")
    assert told.words[0].startswith("It happened to ")
    assert "the base rates differ by" in told.words[0]
    assert "both intervals contain 1" in told.words[1]
    assert told.words[3].startswith("This is arithmetic")
    assert f"{100 * told.implied_false_positive:.1f} %" in told.words[3]


def test_differences_have_intervals_and_agree_with_the_sweep(found: Fairness) -> None:
    pair = next(each for each in found.comparisons if each.group == "north")
    at = pair.at[0].false_positive
    assert at.low < at.value < at.high < 0
    curves = {each.group: each.sweep for each in found.groups if each.grouping == "area"}
    place = int(np.argmin(np.abs(curves["north"].threshold - 0.4)))
    gap = curves["north"].false_positive.value[place] - curves["south"].false_positive.value[place]
    assert at.value == pytest.approx(gap)
    assert pair.ratio.contains(1.0)


def test_small_groups_are_withheld_and_one_more_with_them() -> None:
    cases, _ = invented(4_000)
    rng = np.random.default_rng(2)
    names = np.array(["few", "some", "many", "most"])[rng.choice(4, 4_000, p=[0.004, 0.05, 0.2, 0.746])]
    result = audit(cases, [grouping_of_texts("place", names)])
    assert {group for _, group in result.withheld} >= {"few"}
    assert len(result.withheld) == 2
    assert {each.group for each in result.groups} == {"many", "most"}
    assert len(result.thresholds) == 3


def test_equal_base_rates_force_nothing() -> None:
    rng = np.random.default_rng(3)
    score = rng.beta(2, 5, 4_000)
    cases = cases_of(score, rng.random(4_000) < score)
    half = np.arange(4_000) % 2 == 0
    told = tension(cases.rows(half), cases.rows(~half), names=("one", "two"), threshold=0.3)
    assert "can be chance" in told.words[0]
    assert "force nothing" in told.words[-1]


def test_a_score_that_says_too_little_for_one_group_is_to_be_mended_first() -> None:
    cases, area = invented()
    north = area.of(0)
    skewed = Cases(np.where(north, cases.score * 0.6, cases.score), cases.happened)
    told = tension(skewed.rows(north), skewed.rows(~north), names=("north", "south"), threshold=0.3)
    assert "for north it says too little" in told.words[1]
    assert "Mend that first" in told.words[1]


def test_points_and_a_threshold_that_flags_nobody_are_told() -> None:
    cases = cases_of([1, 2, 3, 4] * 30, [0, 0, 1, 1, 0, 1] * 20, scale=Scale.POINTS)
    told = tension(cases, cases, names=("one", "two"), threshold=9)
    assert "points and no probability" in told.words[1]
    assert "nobody of one group is flagged" in told.words[-1]
    assert math.isnan(told.implied_false_positive)


def test_progress_is_told_a_grouping_at_a_time() -> None:
    cases, area = invented(600)
    steps: list[tuple[int, int]] = []
    audit(cases, [area], progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 1)]


def test_weighted_bands_rest_on_the_effective_number() -> None:
    cases, _ = invented(400)
    weighted = Cases(cases.score, cases.happened, weight=np.where(np.arange(400) % 2, 5.0, 0.5))
    plain, wide = (sweep(each, np.array([0.4])).false_positive for each in (cases, weighted))
    assert wide.high[0] - wide.low[0] > plain.high[0] - plain.low[0]


def test_thresholds_are_few_scores_or_whole_percents_or_quantiles() -> None:
    few = cases_of([0.1, 0.1, 0.7], [0, 1, 1])
    assert grid(few).tolist() == [0.1, 0.7]
    many, _ = invented(3_000)
    assert np.allclose(grid(many) * 100, np.round(grid(many) * 100))
    points = cases_of(np.arange(1_000), np.arange(1_000) % 2, scale=Scale.POINTS)
    assert len(grid(points)) == 101
    assert threshold_of_top(points, 0.1) == 900
    assert threshold_of_top(points, 0.0001) == math.inf


def test_no_test_is_left_out_of_holm_but_those_that_were_not_made() -> None:
    assert holm([0.01, math.nan, 0.04, 0.03]) == pytest.approx((0.03, math.nan, 0.06, 0.06), nan_ok=True)
    assert all(math.isnan(each) for each in largest_gap(np.array([]), np.array([1.0])))


def test_clipping_at_one_half_wins_the_index_and_changes_no_order() -> None:
    rng = np.random.default_rng(5)
    first = rng.random(20_000) < 0.57
    score = np.clip(np.where(first, rng.beta(3.2, 6, 20_000), rng.beta(2.8, 6.5, 20_000)), 0, 1)
    happened = rng.random(20_000) < score
    found = gaming(score, happened, first)
    assert found.before.difference > 0.01
    assert found.after.value > found.before.value
    assert found.after.brier > found.before.brier
    assert "rises" in found.words
    clipped = np.minimum(score, CLIP)
    under = score < CLIP
    assert np.array_equal(np.argsort(clipped[under]), np.argsort(score[under]))
    nothing = fair_and_accurate(np.full(20_000, float(happened.mean())), happened, first)
    assert nothing.difference == 0.0
