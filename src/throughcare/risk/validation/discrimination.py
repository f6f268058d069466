"""Discrimination: does a higher score go with what happens? AUC with DeLong's interval; Brier score and its skill."""

from __future__ import annotations

import math

import numpy as np

from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import (
    LEVEL,
    Bools,
    Estimate,
    Floats,
    around,
    no_estimate,
    quantile,
)


def auc(cases: Cases) -> float:
    """Return the chance that a person to whom it happened scored above one to whom it did not; ties count half.

    With weights, both people are drawn by weight. NaN unless both kinds are there.
    """
    above, weight = _placements(cases.score, cases.happened, cases.weights)
    return float(np.average(above, weights=weight)) if weight.sum() > 0 else math.nan


def auc_interval(cases: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the AUC with DeLong's interval, made on the scale of log-odds so that it stays between 0 and 1.

    References: E. R. DeLong and others, Biometrics 44 (1988), 837-845; X. Sun and W. Xu, IEEE Signal Processing Letters
    21 (2014), 1389-1393 (by ranks, n log n).
    """
    if not 0 < cases.events < len(cases):
        return no_estimate("it happened to everybody or to nobody")
    value = auc(cases)
    variance = float(_influence(cases) @ _influence(cases))
    if not 0.0 < value < 1.0 or variance == 0.0:
        return _separated(value, cases, level=level)
    error = math.sqrt(variance) / (value * (1.0 - value))
    reach, middle = quantile(level) * error, math.log(value / (1.0 - value))
    low, high = (1.0 / (1.0 + math.exp(-(middle + side))) for side in (-reach, reach))
    return Estimate(value, low, high, "DeLong, on the scale of log-odds")


def auc_error(cases: Cases) -> float:
    """Return DeLong's standard error of the AUC."""
    influence = _influence(cases)
    return math.sqrt(float(influence @ influence))


def auc_difference(first: Cases, second: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the AUC of one score less that of another **of the same people**, with DeLong's interval."""
    if len(first) != len(second) or bool(np.any(first.happened != second.happened)):
        raise ValueError("two scores of the same people, in the same order")
    difference = _influence(first) - _influence(second)
    error = math.sqrt(float(difference @ difference))
    return around(auc(first) - auc(second), error, method="DeLong, the same people", level=level)


def auc_gap(first: Cases, second: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the AUC in one group less that in another, with DeLong's interval; nobody is in both."""
    error = math.hypot(auc_error(first), auc_error(second))
    return around(auc(first) - auc(second), error, method="DeLong, two groups", level=level)


def brier_interval(cases: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the mean squared distance of the probability from what happened."""
    each = (cases.score - cases.happened) ** 2
    return weighted_mean(each, cases.weights, method="normal", level=level)


def brier_skill(cases: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the share of the Brier score of "the same for everybody" that the score takes away.

    0 is no better than the base rate of these people, 1 is perfect; below 0 is worse. The interval linearises both parts.
    """
    weight = cases.weights / cases.weights.sum()
    rate = float(weight @ cases.happened)
    plain = rate * (1.0 - rate)
    if plain == 0.0:
        return no_estimate("it happened to everybody or to nobody")
    each = (cases.score - cases.happened) ** 2
    own = float(weight @ each)
    moved = (each - own) / plain - own / plain**2 * (1.0 - 2.0 * rate) * (cases.happened - rate)
    error = math.sqrt(float(np.sum((weight * moved) ** 2)))
    return around(1.0 - own / plain, error, method="normal, linearised", level=level)


def weighted_mean(each: Floats, weight: Floats, *, method: str, level: float = LEVEL) -> Estimate:
    """Return a weighted mean with its interval."""
    share = weight / weight.sum()
    value = float(share @ each)
    correction = len(each) / max(len(each) - 1, 1)
    error = math.sqrt(correction * float(np.sum((share * (each - value)) ** 2)))
    return around(value, error, method=method, level=level)


def _placements(score: Floats, happened: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Return for each person with the event the share of the others who score below, ties half, and their weights."""
    order = np.argsort(score[~happened], kind="stable")
    others = score[~happened][order]
    running = np.concatenate([[0.0], np.cumsum(weight[~happened][order])])
    mine = score[happened]
    below = running[np.searchsorted(others, mine, side="left")]
    upto = running[np.searchsorted(others, mine, side="right")]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (below + upto) / 2.0 / running[-1], weight[happened]


def _influence(cases: Cases) -> Floats:
    """Return how far each person moves the AUC; the sum of squares is DeLong's variance."""
    weight = cases.weights
    with_event, mine = _placements(cases.score, cases.happened, weight)
    without, others = _placements(-cases.score, ~cases.happened, weight)
    found = np.zeros(len(cases))
    for where, placed, held in ((cases.happened, with_event, mine), (~cases.happened, without, others)):
        share = held / held.sum()
        correction = math.sqrt(len(held) / (len(held) - 1)) if len(held) > 1 else math.nan
        found[where] = correction * share * (placed - float(share @ placed))
    return found


def _separated(value: float, cases: Cases, *, level: float) -> Estimate:
    """Where no pair is out of order, or every placement is the same, DeLong's variance is nought and says nothing."""
    fewest = min(cases.events, len(cases) - cases.events)
    reach = 1.0 - ((1.0 - level) / 2.0) ** (1.0 / fewest)
    return Estimate(
        value,
        max(0.0, value - reach),
        min(1.0, value + reach),
        "as for a share that is 0 or 1 of the smaller kind: DeLong's variance is nought here",
    )
