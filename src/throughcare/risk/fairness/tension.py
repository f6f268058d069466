"""The tension: where base rates differ, a score cannot both mean the same for two groups and err equally on them.

A threshold's rates obey FPR = r / (1 - r) (1 - PPV) / PPV (1 - FNR) with r the base rate (A. Chouldechova, Big Data 5
(2017), 153-163; J. Kleinberg and others, ITCS 2017). So this is arithmetic and no fault of one score; which of the two
to give up is for people with authority to decide, in the open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.risk.validation.calibration import observed_over_expected
from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import Estimate, newcombe


@dataclass(frozen=True, slots=True)
class Rates:
    """One group at one threshold."""

    group: str
    base_rate: float
    false_positive: float
    false_negative: float
    predictive: float


@dataclass(frozen=True, slots=True)
class Tension:
    """Two groups at one threshold, in words and numbers.

    Parameters
    ----------
    grouping : str
    threshold : float
    group, reference : Rates
    base_rate_difference : Estimate
    implied_false_positive : float
        The false positive rate that the group would have to have with the reference's predictive value and false
        negative rate: arithmetic, whatever the score.
    words : tuple of str
        Sentences made from these numbers.
    """

    grouping: str
    threshold: float
    group: Rates
    reference: Rates
    base_rate_difference: Estimate
    implied_false_positive: float
    words: tuple[str, ...]


def rates_at(cases: Cases, threshold: float, *, group: str) -> Rates:
    """Return the rates of a group at a threshold; NaN where there is nobody to count."""
    weight = cases.weights
    above = (cases.score >= threshold) * weight
    events, total = float(weight @ cases.happened), float(weight.sum())
    hits, flagged = float(above @ cases.happened), float(above.sum())
    return Rates(
        group,
        _over(events, total),
        _over(flagged - hits, total - events),
        _over(events - hits, events),
        _over(hits, flagged),
    )


def implied_false_positive(base_rate: float, *, predictive: float, false_negative: float) -> float:
    """Return the false positive rate that the three others leave no choice about."""
    if not (0.0 < base_rate < 1.0 and predictive > 0.0):
        return math.nan
    return base_rate / (1.0 - base_rate) * (1.0 - predictive) / predictive * (1.0 - false_negative)


def tension(
    cases: Cases, reference: Cases, *, names: tuple[str, str], threshold: float, grouping: str = ""
) -> Tension:
    """Return what a threshold does to two groups, and whether anything forces it, in words from the numbers.

    Parameters
    ----------
    names : (group, reference)
    """
    one, two = rates_at(cases, threshold, group=names[0]), rates_at(reference, threshold, group=names[1])
    apart = newcombe((cases.events, len(cases)), (reference.events, len(reference)))
    implied = implied_false_positive(
        one.base_rate, predictive=two.predictive, false_negative=two.false_negative
    )
    words = [_base_words(one, two, apart), *_meaning_words(cases, reference, one, two)]
    words.append(_error_words(one, two, threshold, probability=cases.calibratable))
    words.append(_forced_words(one, two, apart, implied))
    return Tension(grouping, threshold, one, two, apart, implied, tuple(words))


def _base_words(one: Rates, two: Rates, apart: Estimate) -> str:
    told = f"It happened to {_percent(one.base_rate)} of {one.group} and {_percent(two.base_rate)} of {two.group}"
    if apart.contains(0.0):
        return f"{told}; so small a difference can be chance."
    return f"{told}: the base rates differ by {_points(apart)}."


def _meaning_words(cases: Cases, reference: Cases, one: Rates, two: Rates) -> tuple[str, ...]:
    if not cases.calibratable:
        told = (
            "The score is points and no probability, so there is no calibration to keep; the predictive value "
            "stands in its place."
        )
        return (told,)
    ratios = [(each.group, observed_over_expected(group)) for each, group in ((one, cases), (two, reference))]
    off = [(name, ratio) for name, ratio in ratios if not ratio.contains(1.0)]
    if not off:
        told = (
            f"A probability means about the same in both: observed over expected is {ratios[0][1].value:.2f} and "
            f"{ratios[1][1].value:.2f}, and both intervals contain 1."
        )
        return (told,)
    listed = " and ".join(
        f"for {name} it says too {'little' if ratio.value > 1 else 'much'} "
        f"({ratio.value:.2f}, {ratio.low:.2f} to {ratio.high:.2f})"
        for name, ratio in off
    )
    return (f"The probability does not mean the same in both: {listed}. Mend that first.",)


def _error_words(one: Rates, two: Rates, threshold: float, *, probability: bool) -> str:
    shown = _percent(threshold) if probability else f"{threshold:g}"
    return (
        f"At {shown} and above, {_percent(one.false_positive)} of {one.group} to whom it did not happen would be "
        f"flagged, and {_percent(two.false_positive)} of {two.group}; missed are {_percent(one.false_negative)} and "
        f"{_percent(two.false_negative)} of those to whom it did happen; of the flagged it happens to "
        f"{_percent(one.predictive)} and {_percent(two.predictive)}."
    )


def _forced_words(one: Rates, two: Rates, apart: Estimate, implied: float) -> str:
    if math.isnan(implied):
        return (
            "At this threshold nobody of one group is flagged, so nothing can be said about what is forced."
        )
    if apart.contains(0.0):
        return (
            "Base rates that do not differ force nothing: both kinds of equality could be had together, so any gap "
            "in errors is the score's or the threshold's own."
        )
    return (
        f"This is arithmetic: with the predictive value and the false negative rate of {two.group}, {one.group} "
        f"would have a false positive rate of {_percent(implied)}, not the {_percent(two.false_positive)} of "
        f"{two.group}. No threshold that is one for all gives equal meaning and equal errors together; which to give "
        "up is a decision for people, and thresholds that differ by group have their own questions of law."
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def _percent(share: float) -> str:
    return "none" if not np.isfinite(share) else f"{100.0 * share:.1f} %"


def _points(found: Estimate) -> str:
    return f"{100 * found.value:.1f} percentage points (95 % interval {100 * found.low:.1f} to {100 * found.high:.1f})"
