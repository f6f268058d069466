"""Effects on those who got it: the ratio, the difference and the odds ratio of one outcome, with intervals.

A risk ratio and a risk difference are headlines; an odds ratio never is (it overstates), and stands here so that a
published one can be compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its standard error and 95 % interval (on the scale that it is shown on)."""

    estimate: float
    low: float
    high: float
    standard_error: float  # of the estimate itself, or of its logarithm for a ratio


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect on the treated of one outcome by one method.

    Parameters
    ----------
    method, outcome : str
    with_mean, without_mean : float
        The mean of the treated as it was, and as it would have been without (per person: a rate or a frequency).
    ratio, difference : Interval
        With over without; with minus without.
    odds_ratio : Interval or None
        For a rate only; None for a frequency.
    treated, comparison : int
        People.
    effective_comparison : float
        The size of an unweighted comparison group that would say as much (Kish).
    """

    method: str
    outcome: str
    with_mean: float
    without_mean: float
    ratio: Interval
    difference: Interval
    odds_ratio: Interval | None
    treated: int
    comparison: int
    effective_comparison: float


def effect_of(
    *,
    method: str,
    outcome: str,
    means: tuple[float, float],
    influence: tuple[Floats, Floats],
    treated: Flags,
    weights: Floats,
    is_rate: bool,
) -> Effect:
    """Return an effect from two means and their influence values.

    Parameters
    ----------
    means : (with, without)
    influence : two float64 (n,)
        Influence of each person on each mean: the mean's error is about the mean of these over the n people.
    treated : bool (n,)
    weights : float64 (n,)
        What each comparison person counted for (nought for the treated).
    is_rate : bool
        Whether the means are probabilities, so that odds exist.
    """
    with_mean, without_mean = means
    with_part, without_part = influence
    count = len(treated)
    on_ratio = (
        with_part / with_mean - without_part / without_mean if with_mean > 0 and without_mean > 0 else None
    )
    odds = None
    if is_rate and on_ratio is not None and with_mean < 1 and without_mean < 1:
        on_odds = with_part / (with_mean * (1 - with_mean)) - without_part / (
            without_mean * (1 - without_mean)
        )
        ratio_of_odds = with_mean * (1 - without_mean) / ((1 - with_mean) * without_mean)
        odds = _on_log_scale(ratio_of_odds, _standard_error(on_odds, count))
    difference_error = _standard_error(with_part - without_part, count)
    difference = with_mean - without_mean
    spread = NORMAL_95 * difference_error
    comparison_weights = weights[~treated]
    return Effect(
        method=method,
        outcome=outcome,
        with_mean=with_mean,
        without_mean=without_mean,
        ratio=_unknown_ratio()
        if on_ratio is None
        else _on_log_scale(with_mean / without_mean, _standard_error(on_ratio, count)),
        difference=Interval(difference, difference - spread, difference + spread, difference_error),
        odds_ratio=odds,
        treated=int(treated.sum()),
        comparison=int((comparison_weights > 0).sum()),
        effective_comparison=float(
            comparison_weights.sum() ** 2 / np.maximum((comparison_weights**2).sum(), 1e-300)
        ),
    )


def _on_log_scale(ratio: float, error: float) -> Interval:
    spread = NORMAL_95 * error
    return Interval(ratio, ratio * math.exp(-spread), ratio * math.exp(spread), error)


def _unknown_ratio() -> Interval:
    return Interval(math.nan, math.nan, math.nan, math.nan)


def _standard_error(influence: Floats, count: int) -> float:
    return float(np.sqrt(np.mean(influence**2) / count))
