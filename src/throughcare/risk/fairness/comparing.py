"""Comparing groups: differences with intervals, and how many tests were made before something looked odd."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.risk.fairness.sweep import largest_gap
from throughcare.risk.validation.calibration import expected_z, line, observed_over_expected
from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.discrimination import auc_error, auc_gap
from throughcare.risk.validation.intervals import (
    LEVEL,
    Bools,
    Estimate,
    effective_number,
    newcombe,
    no_estimate,
    on_log_scale,
    two_sided_p,
)

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Test:
    """One question to chance.

    Parameters
    ----------
    grouping, group, against : str
        `against` is empty where a group is held against the score itself.
    measure : str
        ``observed over expected``, ``slope``, ``AUC``, ``false positive rate`` or ``false negative rate``.
    difference : float
        Observed over expected, or group less the group it is held against.
    threshold : float
        Where the largest gap is; NaN for measures without one.
    p, adjusted_p : float
        `adjusted_p` after Holm, over all tests of the report.
    """

    grouping: str
    group: str
    against: str
    measure: str
    difference: float
    threshold: float
    p: float
    adjusted_p: float = math.nan

    @property
    def stands_out(self) -> bool:
        """Whether it would still be odd after all the tests that were made."""
        return self.adjusted_p < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Two groups at one threshold: group less reference, with intervals (pointwise; Newcombe)."""

    threshold: float
    false_positive: Estimate
    false_negative: Estimate
    predictive: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """A group beside the reference group."""

    grouping: str
    group: str
    against: str
    auc: Estimate
    ratio: Estimate
    at: tuple[AtThreshold, ...]


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p values adjusted for all the tests together (S. Holm, Scandinavian Journal of Statistics 6 (1979), 65-70).

    Whatever the tests have to do with each other, the chance that a true null is rejected at all is kept. NaN: no test.
    """
    adjusted = [math.nan] * len(p_values)
    tested = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    highest = 0.0
    for rank, (p, place) in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - rank) * p))
        adjusted[place] = highest
    return tuple(adjusted)


def tests_of_group(cases: Cases, *, grouping: str, group: str) -> tuple[Test, ...]:
    """Return the tests of a group against the score itself: does it mean for them what it says?"""  # noqa: D400
    if not cases.calibratable:
        return ()
    slope = line(cases)[1]
    error = (slope.high - slope.low) / 2.0 / 1.959964
    return (
        Test(
            grouping,
            group,
            "",
            "observed over expected",
            observed_over_expected(cases).value,
            math.nan,
            two_sided_p(expected_z(cases)),
        ),
        Test(grouping, group, "", "slope", slope.value, math.nan, two_sided_p((slope.value - 1.0) / error)),
    )


def tests_of_pair(
    cases: Cases, reference: Cases, *, grouping: str, group: str, against: str
) -> tuple[Test, ...]:
    """Return the tests of a group against the reference group: AUC, and the largest gaps over all thresholds."""
    error = math.hypot(auc_error(cases), auc_error(reference))
    difference = auc_gap(cases, reference).value
    p = two_sided_p(difference / error) if error > 0 else math.nan
    found = [Test(grouping, group, against, "AUC", difference, math.nan, p)]
    for measure, first, second, sign in (
        ("false positive rate", cases.score[~cases.happened], reference.score[~reference.happened], 1.0),
        ("false negative rate", cases.score[cases.happened], reference.score[reference.happened], -1.0),
    ):
        gap, threshold, chance = largest_gap(first, second)
        found.append(Test(grouping, group, against, measure, sign * gap, threshold, chance))
    return tuple(found)


def compare(
    cases: Cases,
    reference: Cases,
    *,
    grouping: str,
    group: str,
    against: str,
    thresholds: Sequence[float],
    level: float = LEVEL,
) -> Comparison:
    """Return a group beside the reference group, with intervals of the differences."""
    return Comparison(
        grouping,
        group,
        against,
        auc_gap(cases, reference, level=level),
        _ratio_of_ratios(cases, reference, level),
        tuple(_at(cases, reference, each, level) for each in thresholds),
    )


def _ratio_of_ratios(cases: Cases, reference: Cases, level: float) -> Estimate:
    if not cases.calibratable:
        return no_estimate("points are no probabilities")
    pairs = [(each, observed_over_expected(each)) for each in (cases, reference)]
    errors = []
    for each, ratio in pairs:
        if not ratio.value > 0:
            return no_estimate("nothing happened, or nothing was expected, in one of the groups")
        weight = each.weights
        share = float(np.average(each.happened, weights=weight))
        errors.append(math.sqrt((1.0 - share) / (share * effective_number(weight))))
    value = pairs[0][1].value / pairs[1][1].value
    return on_log_scale(value, math.hypot(*errors), method="ratio of the two O/E, by logarithms", level=level)


def _at(cases: Cases, reference: Cases, threshold: float, level: float) -> AtThreshold:
    first, second = _counts(cases, threshold), _counts(reference, threshold)

    def difference(measure: str) -> Estimate:
        return newcombe(first[measure], second[measure], level=level)

    return AtThreshold(
        threshold, difference("false positive"), difference("false negative"), difference("predictive")
    )


def _counts(cases: Cases, threshold: float) -> dict[str, tuple[float, float]]:
    """Return part and whole of each rate; with weights, of as many equal people as would say as much (Kish)."""
    above = cases.score >= threshold
    return {
        "false positive": _part(cases, above, of=~cases.happened),
        "false negative": _part(cases, ~above, of=cases.happened),
        "predictive": _part(cases, cases.happened, of=above),
    }


def _part(cases: Cases, part: Bools, *, of: Bools) -> tuple[float, float]:
    weight = cases.weights[of]
    n = effective_number(weight)
    return (float(weight @ part[of]) / float(weight.sum()) * n, n) if n else (0.0, 0.0)
