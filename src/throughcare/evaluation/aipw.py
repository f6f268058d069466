"""The effect on the treated, right if either the chance of treatment or the outcome without it is learnt well.

What each treated person would have had without is predicted, and the prediction is corrected by how far the
prediction of comparison people like them was off. Both parts come from people of other folds, so that a flexible
learner may be used and the interval still holds. The folds are dealt several times; the median is the estimate, and
how far the deals differ is said.

References
----------
Robins, Rotnitzky and Zhao, JASA 89(427), 1994; Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey and Robins,
Econometrics Journal 21(1), 2018 (cross-fitting; the median over repeated splits, section 3.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.effects import NORMAL_95, Effect, Interval, effect_of
from throughcare.evaluation.folds import Folds
from throughcare.evaluation.learners import Learner
from throughcare.evaluation.propensity import odds_of
from throughcare.evaluation.regression import Family


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """The effect over several deals of folds.

    Parameters
    ----------
    effect : Effect
        The median, with an error that holds what the deals differ by.
    repeats : tuple of Effect
        Each deal's own.
    lowest, highest : float
        Ratio of the deals.
    """

    effect: Effect
    repeats: tuple[Effect, ...]
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class CrossFitPlan:
    """How to learn.

    Parameters
    ----------
    treatment, outcome : Learner
        Of the chance of treatment, and of the outcome without it.
    folds : Folds
    """

    treatment: Learner
    outcome: Learner
    folds: Folds


def cross_fit_chances(plan: CrossFitPlan, treated: Flags) -> Floats:
    """Return the chance of treatment of everybody in each deal, from other folds (repeats, n); reads no outcome."""
    everybody = np.ones(len(treated), dtype=np.bool_)
    return plan.treatment.out_of_fold(
        treated.astype(np.float64), among=everybody, family="rate", folds=plan.folds
    )


def cross_fit_effect(
    plan: CrossFitPlan,
    treated: Flags,
    target: Floats,
    *,
    method: str,
    outcome: str,
    family: Family,
    chances: Floats | None = None,
) -> CrossFitted:
    """Return the cross-fitted effect on the treated.

    Parameters
    ----------
    plan : CrossFitPlan
    treated : bool (n,)
    target : float64 (n,)
        0 or 1 for a rate, a number of nought or more for a frequency.
    method, outcome : str
        What they are called.
    family : {"rate", "number"}
    chances : float64 (repeats, n), optional
        From `cross_fit_chances`, if they are there already: several outcomes share them.
    """
    if chances is None:
        chances = cross_fit_chances(plan, treated)
    expected = plan.outcome.out_of_fold(target, among=~treated, family=family, folds=plan.folds)
    repeats = tuple(
        doubly_robust_effect(
            treated, target, chance=chance, expected=of_deal, method=method, outcome=outcome, family=family
        )
        for chance, of_deal in zip(chances, expected, strict=True)
    )
    ratios = [repeat.ratio.estimate for repeat in repeats]
    return CrossFitted(middle_of(repeats), repeats, min(ratios), max(ratios))


def doubly_robust_effect(
    treated: Flags,
    target: Floats,
    *,
    chance: Floats,
    expected: Floats,
    method: str,
    outcome: str,
    family: Family,
) -> Effect:
    """Return the effect on the treated from a chance of treatment and an expected outcome without it.

    Notes
    -----
    The correction is a weighted mean with weights e / (1 - e) that are made to add up to the number of treated (the
    Hajek form), so that a few large weights cannot carry it out of range.
    """
    count, treated_count = len(treated), float(treated.sum())
    weights = np.where(treated, 0.0, odds_of(chance))
    weights *= treated_count / max(float(weights.sum()), 1e-300)
    residual = target - expected
    with_mean = float(target[treated].mean())
    correction = float(weights @ residual) / treated_count
    without_mean = float(expected[treated].mean()) + correction
    share = count / treated_count
    with_part = np.where(treated, share * (target - with_mean), 0.0)
    without_part = np.where(
        treated, share * (expected + correction - without_mean), share * weights * (residual - correction)
    )
    return effect_of(
        method=method,
        outcome=outcome,
        means=(with_mean, without_mean),
        influence=(with_part, without_part),
        treated=treated,
        weights=weights,
        is_rate=family == "rate",
    )


def middle_of(repeats: Sequence[Effect]) -> Effect:
    """Return the median effect of several deals; its error holds their spread too."""
    odds = [repeat.odds_ratio for repeat in repeats if repeat.odds_ratio is not None]
    return replace(
        repeats[0],
        without_mean=median(repeat.without_mean for repeat in repeats),
        ratio=_middle([repeat.ratio for repeat in repeats], on_logarithm=True),
        difference=_middle([repeat.difference for repeat in repeats], on_logarithm=False),
        odds_ratio=_middle(odds, on_logarithm=True) if len(odds) == len(repeats) else None,
        effective_comparison=median(repeat.effective_comparison for repeat in repeats),
    )


def _middle(intervals: Sequence[Interval], *, on_logarithm: bool) -> Interval:
    if on_logarithm and not all(interval.estimate > 0 for interval in intervals):
        return Interval(math.nan, math.nan, math.nan, math.nan)
    places = [math.log(each.estimate) if on_logarithm else each.estimate for each in intervals]
    place = median(places)
    error = math.sqrt(
        median(
            each.standard_error**2 + (own - place) ** 2 for each, own in zip(intervals, places, strict=True)
        )
    )
    ends = (place, place - NORMAL_95 * error, place + NORMAL_95 * error)
    estimate, low, high = (math.exp(end) for end in ends) if on_logarithm else ends
    return Interval(estimate, low, high, error)
