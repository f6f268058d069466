"""Hidden factors: published numbers, and every sign gone through."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lib.slow_designs import chance_of_sum
from throughcare.evaluation.distributions import normal_below
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.sensitivity import (
    PairScore,
    bias_factor,
    bounds_of_binary_pairs,
    bounds_of_pairs,
    breaking_gamma,
    discordant_pairs,
    e_value,
    pair_scores,
    robustness_value,
    tipping_strength,
    tipping_table,
)
from throughcare.kernel.errors import RefusedInput


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (0.262 / 0.332, 1.849),  # the GPS study: 33.2 to 26.2 in 100
        (0.80, 1.809),
        (1.0, 1.0),
        (3.9, 7.263),  # VanderWeele and Ding 2017: 7.26
    ],
)
def test_e_value_of_published_ratios(ratio: float, expected: float) -> None:
    found = e_value(Interval(ratio, ratio * 0.99, ratio * 1.01, 0.005))
    assert round(found.point, 3) == expected


def test_e_value_of_a_limit_is_one_where_the_interval_holds_one() -> None:
    assert e_value(Interval(0.8, 0.6, 1.05, 0.1)).limit == 1.0
    # VanderWeele and Ding 2017: 3.9 (1.8 to 8.7) has 7.26, and 3.0 for the limit
    assert round(e_value(Interval(3.9, 1.8, 8.7, 0.4)).limit, 1) == 3.0
    assert round(e_value(Interval(0.789, 0.733, 0.850, 0.04)).limit, 2) == 1.63


def test_bounds_of_smoking_pairs_are_near_the_published_ones() -> None:
    # Rosenbaum 2002, section 4.3.2 (Hammond 1964: 122 pairs, 110 of them with the smoker): about .0036, .03 and .1
    # by the normal limit with continuity; the exact sums lie beside them
    bounds = bounds_of_binary_pairs(treated_only=110, comparison_only=12, gammas=(4, 5, 6))
    normal = [
        normal_below(-(110 - 0.5 - 122 * g / (1 + g)) / math.sqrt(122 * g / (1 + g) ** 2))
        for g in (4.0, 5.0, 6.0)
    ]
    assert normal == pytest.approx([0.0036, 0.03, 0.1], abs=2e-3)
    for bound, expected in zip(bounds, normal, strict=True):
        assert bound.greatest == pytest.approx(expected, abs=0.012)
        assert bound.least < 1e-15


@pytest.mark.parametrize("gamma", [1.0, 1.7, 4.0])
def test_binary_bounds_equal_every_sign_gone_through(gamma: float) -> None:
    bound = bounds_of_binary_pairs(treated_only=2, comparison_only=9, gammas=(gamma,))[0]
    assert bound.greatest == pytest.approx(
        chance_of_sum([1] * 11, least=9, chance=gamma / (1 + gamma)), rel=1e-10
    )
    assert bound.least == pytest.approx(chance_of_sum([1] * 11, least=9, chance=1 / (1 + gamma)), rel=1e-10)


@pytest.mark.parametrize("score", list(PairScore))
def test_bounds_of_numbers_are_near_every_sign_gone_through(score: PairScore) -> None:
    differences = np.array([3.1, -0.4, 2.2, 5.0, 0.0, 1.1, 0.4, 2.7, -1.9, 6.2, 4.4, 3.3, 0.9, 2.0, 1.4])
    told = differences[differences != 0]
    scores = pair_scores(told, score)
    least = float(scores[told > 0].sum())
    for bound in bounds_of_pairs(differences, gammas=(1.0, 1.5, 2.5), score=score):
        exact = chance_of_sum(list(scores), least=least, chance=bound.gamma / (1 + bound.gamma))
        assert bound.greatest == pytest.approx(exact, abs=1e-9 if score is PairScore.SIGN else 0.01)


def test_ranks_of_ties_are_shared() -> None:
    assert list(pair_scores(np.array([2.0, -2.0, 1.0, 5.0]), PairScore.RANK)) == [2.5, 2.5, 1.0, 4.0]


def test_breaking_gamma_is_where_the_bound_passes_the_level() -> None:
    gamma = breaking_gamma(lambda g: bounds_of_binary_pairs(treated_only=12, comparison_only=110, gammas=g))
    assert gamma is not None
    at, beyond = bounds_of_binary_pairs(treated_only=12, comparison_only=110, gammas=(gamma, gamma + 1e-5))
    assert at.greatest <= 0.05 < beyond.greatest
    assert (
        breaking_gamma(lambda g: bounds_of_binary_pairs(treated_only=5, comparison_only=6, gammas=g)) is None
    )
    assert (
        breaking_gamma(lambda g: bounds_of_binary_pairs(treated_only=10**5, comparison_only=0, gammas=g))
        == math.inf
    )


def test_pairs_that_differ_are_counted_by_side() -> None:
    assert discordant_pairs(np.array([True, True, False, False]), np.array([True, False, True, True])) == (
        1,
        2,
    )


def test_tipping_strength_moves_the_ratio_to_one() -> None:
    strength = tipping_strength(0.8, treated_share=0.2, comparison_share=0.5)
    assert strength is not None
    assert 0.8 / bias_factor(treated_share=0.2, comparison_share=0.5, strength=strength) == pytest.approx(1.0)
    assert tipping_strength(0.8, treated_share=0.4, comparison_share=0.5) is None
    assert tipping_strength(0.5, treated_share=0.25, comparison_share=0.5) is None
    assert tipping_strength(1.0, treated_share=0.2, comparison_share=0.5) == 1.0


def test_tipping_table_says_what_explains_the_effect() -> None:
    ratio = Interval(0.8, 0.7, 0.914, 0.07)
    table = tipping_table(ratio, shares=((0.2, 0.5), (0.5, 0.2)), strengths=(1.0, 1.5, 3.0))
    assert [row.explains_point for row in table] == [False, False, True, False, False, False]
    assert [row.explains_limit for row in table] == [False, True, True, False, False, False]
    rise = tipping_table(Interval(1.25, 1.1, 1.42, 0.07), shares=((0.5, 0.2),), strengths=(3.0,))
    assert rise[0].explains_point


def test_robustness_value_of_the_published_example() -> None:
    # Cinelli and Hazlett 2020, Darfur: t 4.18, 783 degrees: RV 13.9 %, at 5 % 7.6 %, partial R2 2.2 %
    found = robustness_value(t=4.18, freedom=783)
    assert (round(found.value, 3), round(found.value_at_level, 3), round(found.partial_r2, 3)) == (
        0.139,
        0.076,
        0.022,
    )
    assert robustness_value(t=1.0, freedom=783).value_at_level == 0.0
    assert 0.99 < robustness_value(t=400.0, freedom=10).value_at_level < 1.0


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: e_value(Interval(math.nan, math.nan, math.nan, math.nan)), "risk ratio"),
        (lambda: bounds_of_binary_pairs(treated_only=0, comparison_only=0, gammas=(1,)), "at least one pair"),
        (lambda: bounds_of_pairs(np.zeros(4), gammas=(1,)), "at least one pair"),
        (lambda: bounds_of_binary_pairs(treated_only=1, comparison_only=0, gammas=(0.5,)), "at least 1"),
        (lambda: bias_factor(treated_share=1.2, comparison_share=0.1, strength=2), "from 0 to 1"),
        (lambda: bias_factor(treated_share=0.2, comparison_share=0.1, strength=0), "above 0"),
        (lambda: robustness_value(t=2.0, freedom=1), "degree"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(call, word: str) -> None:
    with pytest.raises(RefusedInput, match=word):
        call()
