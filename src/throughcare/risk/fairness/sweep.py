"""The sweep: what each group would get at every threshold, since the threshold that people use decides the answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import LEVEL, Floats, effective_number, wilson

LEAST_AT_THRESHOLD = 10
"""Fewer people than this above a threshold say nothing about what follows from being above it."""


@dataclass(frozen=True, slots=True)
class Band:
    """A rate at each threshold with bounds; (k,) each, NaN where there is nobody."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a rule "score at or above the threshold" would do to one group.

    Parameters
    ----------
    threshold : float64 (k,)
    above : Band
        Share of people at or above it. Pointwise Wilson.
    false_positive : Band
        Share at or above it of those to whom it did not happen (FPR). Simultaneous.
    false_negative : Band
        Share below it of those to whom it happened (FNR). Simultaneous.
    predictive : Band
        Share to whom it happened of those at or above it (PPV). Pointwise Wilson.
    """

    threshold: Floats
    above: Band
    false_positive: Band
    false_negative: Band
    predictive: Band


BANDS = (
    "The bands of false positive and false negative rates hold at all thresholds at once, at 95 % and whatever the "
    "scores (Dvoretzky, Kiefer and Wolfowitz; Massart 1990). The intervals of the predictive value and of the share "
    "above hold at one threshold at a time (Wilson)."
)


def sweep(cases: Cases, thresholds: Floats, *, level: float = LEVEL) -> Sweep:
    """Return the rates at each threshold.

    Parameters
    ----------
    cases : Cases
        Of one group. With weights the bounds rest on Kish's effective number and are no longer exact.
    thresholds : float64 (k,)
    """
    weight = cases.weights
    everybody = _at_or_above(cases.score, weight, thresholds)
    with_event = _at_or_above(cases.score, weight * cases.happened, thresholds)
    without = everybody - with_event
    total, events = float(weight.sum()), float(weight @ cases.happened)
    shrink = effective_number(weight) / total if total > 0 else 0.0
    flagged = everybody * shrink
    enough = flagged >= LEAST_AT_THRESHOLD
    predictive = np.where(enough, _share(with_event, everybody), np.nan)
    low, high = wilson(predictive * flagged, flagged, level=level)
    above = _share(everybody, np.full_like(everybody, total))
    above_low, above_high = wilson(above * total * shrink, np.full_like(above, total * shrink), level=level)
    return Sweep(
        thresholds,
        Band(above, above_low, above_high),
        _everywhere(_share(without, np.full_like(without, total - events)), (total - events) * shrink, level),
        _everywhere(1.0 - _share(with_event, np.full_like(with_event, events)), events * shrink, level),
        Band(predictive, low, high),
    )


def all_thresholds(cases: Cases) -> Floats:
    """Return every threshold at which a rate changes: the distinct scores."""
    return np.asarray(np.unique(cases.score))


def grid(cases: Cases, *, most: int = 101) -> Floats:
    """Return thresholds for tables and drawings: every score where there are few, else whole percents or quantiles."""
    distinct = all_thresholds(cases)
    if len(distinct) <= most:
        return distinct
    if cases.calibratable:
        percents: Floats = np.arange(1, 100) / 100.0
        return np.asarray(percents[(percents >= distinct[0]) & (percents <= distinct[-1])])
    return np.asarray(np.unique(np.quantile(distinct, np.linspace(0.0, 1.0, most), method="inverted_cdf")))


def threshold_of_top(cases: Cases, share: float) -> float:
    """Return the threshold at which at most this share of people, and as near to it as ties allow, is flagged."""
    order = np.argsort(-cases.score, kind="stable")
    running = np.cumsum(cases.weights[order]) / cases.weights.sum()
    scores = cases.score[order]
    last = np.append(scores[1:] != scores[:-1], True)  # only at the last of equal scores
    fits = np.flatnonzero(last & (running <= share + 1e-12))
    return float(scores[fits[-1]]) if len(fits) else math.inf


def largest_gap(first: Floats, second: Floats) -> tuple[float, float, float]:
    """Return the largest gap over all thresholds of the shares at or above them: gap (first less second), threshold, p.

    The test is Kolmogorov and Smirnov's with two samples (M. A. Stephens' correction, JASA 69 (1974), 730-737): the
    chance of a gap this large somewhere if both groups had the same spread of scores. With ties it is too cautious.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return math.nan, math.nan, math.nan
    thresholds = np.unique(np.concatenate([first, second]))
    one = 1.0 - np.searchsorted(np.sort(first), thresholds, side="left") / n
    two = 1.0 - np.searchsorted(np.sort(second), thresholds, side="left") / m
    at = int(np.argmax(np.abs(one - two)))
    root = math.sqrt(n * m / (n + m))
    gap = float(one[at] - two[at])
    return gap, float(thresholds[at]), _kolmogorov((root + 0.12 + 0.11 / root) * abs(gap))


def _kolmogorov(x: float) -> float:
    """Return the chance that Kolmogorov's statistic is above x."""
    if x < 0.2:
        return 1.0
    terms = (2.0 * (-1.0) ** (k - 1) * math.exp(-2.0 * (k * x) ** 2) for k in range(1, 101))
    return min(max(sum(terms), 0.0), 1.0)


def _at_or_above(score: Floats, weight: Floats, thresholds: Floats) -> Floats:
    order = np.argsort(score, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(weight[order])])
    below = running[np.searchsorted(score[order], thresholds, side="left")]
    return np.asarray(np.maximum(running[-1] - below, 0.0))


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def _everywhere(value: Floats, n: float, level: float) -> Band:
    """Return the band of Dvoretzky, Kiefer and Wolfowitz with P. Massart's constant (Annals of Probability 18 (1990))."""
    reach = math.sqrt(math.log(2.0 / (1.0 - level)) / (2.0 * n)) if n > 0 else math.nan
    return Band(value, np.maximum(value - reach, 0.0), np.minimum(value + reach, 1.0))
