"""Calibration: whether it happens to thirty of a hundred people who were said to be at thirty percent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import (
    LEVEL,
    Estimate,
    Floats,
    around,
    clopper_pearson,
    effective_number,
    no_estimate,
    on_log_scale,
    quantile,
    wilson,
)

BINS = 10
_EDGE = 1e-9
_STEPS = 50
_GRID = 41
_COARSE = 400

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bin:
    """People of like score: how many, what was said on average, and what happened."""

    people: int
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """A smooth line through what happened at each score, with pointwise bounds; (k,) each."""

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """How probabilities compare with what happened.

    Parameters
    ----------
    ratio : Estimate
        Observed over expected (O/E): above 1 more happened than was said.
    in_the_large : Estimate
        What must be added to the log-odds so that the mean is right; 0 is right.
    intercept, slope : Estimate
        Of a logistic regression on the log-odds; 0 and 1 are right, a slope under 1 means scores too far apart.
    bins : tuple of Bin
    smooth : Curve
    error : float
        Expected calibration error: the mean distance of said and happened over the bins.
    error_by_chance : float
        What that mean would be for a perfectly calibrated score of as many people: an error near it is none.
    at_edges : int
        People with a score of 0 or 1, taken as a billionth away from it where log-odds are needed.
    """

    ratio: Estimate
    in_the_large: Estimate
    intercept: Estimate
    slope: Estimate
    bins: tuple[Bin, ...]
    smooth: Curve
    error: float
    error_by_chance: float
    at_edges: int


def calibration(cases: Cases, *, bins: int = BINS, level: float = LEVEL) -> Calibration:
    """Return everything about the calibration of probabilities."""
    groups = bins_of(cases.score, bins)
    intercept, slope = line(cases, level=level)
    error, by_chance = _errors(cases, groups)
    return Calibration(
        ratio=observed_over_expected(cases, level=level),
        in_the_large=in_the_large(cases, level=level),
        intercept=intercept,
        slope=slope,
        bins=tuple(_bin(cases.rows(groups == each), level) for each in range(int(groups.max()) + 1)),
        smooth=smooth(cases, level=level),
        error=error,
        error_by_chance=by_chance,
        at_edges=int(np.count_nonzero((cases.score <= 0.0) | (cases.score >= 1.0))),
    )


def observed_over_expected(cases: Cases, *, level: float = LEVEL) -> Estimate:
    """Return how many it happened to over how many were expected.

    Without weights the interval is exact: that of the observed share (`clopper_pearson`, which covers at least at its
    level where chances differ too) over the mean probability. With weights it is that of the logarithm.
    """
    weight = cases.weights
    expected = float(weight @ cases.score)
    if expected <= 0.0:
        return no_estimate("nothing was expected")
    if cases.weight is None:
        share = clopper_pearson(cases.events, len(cases), level=level)
        mean = expected / len(cases)
        return Estimate(share.value / mean, share.low / mean, share.high / mean, share.method)
    observed = float(weight @ cases.happened)
    if observed <= 0.0:
        return no_estimate("it happened to nobody")
    rest = weight * (cases.happened - observed / expected * cases.score)
    error = math.sqrt(float(rest @ rest)) / observed
    return on_log_scale(observed / expected, error, method="logarithm, linearised", level=level)


def expected_z(cases: Cases) -> float:
    """Return how many standard errors the observed number is from the expected, if every probability were right."""
    weight, score = cases.weights, cases.score
    spread = float(np.sum(weight * weight * score * (1.0 - score)))
    gap = float(weight @ (cases.happened - score))
    return gap / math.sqrt(spread) if spread > 0 else math.nan


def log_odds(score: Floats) -> Floats:
    """Return log-odds; 0 and 1 are taken as a billionth away."""
    held = np.clip(score, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(held) - np.log1p(-held))


def in_the_large(cases: Cases, *, level: float = LEVEL) -> Estimate:
    """Return the shift of the log-odds that makes the mean right, with its interval."""
    found = _fit(np.ones((len(cases), 1)), cases, offset=log_odds(cases.score))
    if found is None:
        return no_estimate("it happened to everybody or to nobody, or the fit did not settle")
    return around(float(found[0][0]), float(found[1][0]), method="Wald", level=level)


def line(cases: Cases, *, level: float = LEVEL) -> tuple[Estimate, Estimate]:
    """Return intercept and slope of what happened on the log-odds (D. R. Cox, Biometrika 45 (1958), 562-565)."""
    x = log_odds(cases.score)
    found = None
    if len(cases) and float(np.ptp(x)) > 0.0:
        found = _fit(np.stack([np.ones(len(x)), x], axis=1), cases, offset=np.zeros(len(x)))
    if found is None:
        none = no_estimate("all scores or all outcomes are the same, or the fit did not settle")
        return none, none
    (a, b), (error_a, error_b) = found
    return (
        around(float(a), float(error_a), method="Wald", level=level),
        around(float(b), float(error_b), method="Wald", level=level),
    )


def bins_of(score: Floats, bins: int) -> Places:
    """Return the bin of each person: as equal in number as ties allow, and equal scores are never parted."""
    edges = np.unique(np.quantile(score, np.linspace(0.0, 1.0, bins + 1)[1:-1], method="inverted_cdf"))
    found = np.searchsorted(edges, score, side="left")
    return np.unique(found, return_inverse=True)[1].reshape(-1)


def smooth(cases: Cases, *, level: float = LEVEL) -> Curve:
    """Return a local straight line on the log-odds (Gaussian kernel) from the 2nd to the 98th hundredth of people.

    People are first put into at most 400 bins, which costs no accuracy that a drawing could show. The bandwidth is half
    as much again as for a density: 1.59 standard deviations over the fifth root of the effective number (B. W.
    Silverman, 1986, equation 3.28), because a line through outcomes of 0 and 1 needs more people than a density.
    """
    weight, x = cases.weights, log_odds(cases.score)
    groups = bins_of(cases.score, _COARSE)
    total = np.bincount(groups, weight)
    kept = total > 0
    squares = np.bincount(groups, weight * weight)[kept]
    total_kept = total[kept]
    at = np.bincount(groups, weight * x)[kept] / total_kept
    happened = np.bincount(groups, weight * cases.happened)[kept] / total_kept
    middle = float(np.average(at, weights=total_kept))
    spread = math.sqrt(float(np.average((at - middle) ** 2, weights=total_kept)))
    width = max(1.5 * 1.06 * spread * effective_number(weight) ** -0.2, 1e-6)
    ends = np.quantile(x, [0.02, 0.98])
    grid = np.linspace(ends[0], ends[1], _GRID) if spread > 0 else np.array([middle])
    distance = at[None, :] - grid[:, None]
    kernel = np.exp(-0.5 * (distance / width) ** 2) * total_kept
    first, second = kernel.sum(axis=1), (kernel * distance).sum(axis=1)
    third = (kernel * distance**2).sum(axis=1)
    flat = first * third - second**2 <= 1e-12 * first * third
    lines = kernel * (third[:, None] - distance * second[:, None])
    share = np.where(flat[:, None], kernel, lines)
    share = share / share.sum(axis=1, keepdims=True)
    value = np.clip(share @ happened, 0.0, 1.0)
    error = np.sqrt((share**2 * squares / total_kept**2).sum(axis=1) * value * (1.0 - value))
    reach = quantile(level) * error
    return Curve(
        1.0 / (1.0 + np.exp(-grid)), value, np.clip(value - reach, 0.0, 1.0), np.clip(value + reach, 0.0, 1.0)
    )


def _bin(cases: Cases, level: float) -> Bin:
    weight = cases.weights
    share = float(np.average(cases.happened, weights=weight)) if weight.sum() > 0 else math.nan
    n = effective_number(weight)
    low, high = wilson(share * n, n, level=level)
    predicted = float(np.average(cases.score, weights=weight)) if weight.sum() > 0 else math.nan
    return Bin(len(cases), predicted, Estimate(share, float(low), float(high), "Wilson"))


def _errors(cases: Cases, groups: Places) -> tuple[float, float]:
    weight = cases.weights
    gap = np.abs(np.bincount(groups, weight * (cases.score - cases.happened)))
    variance = np.bincount(groups, weight * weight * cases.score * (1.0 - cases.score))
    chance = math.sqrt(2.0 / math.pi) * np.sqrt(variance)  # the mean of |normal|
    total = float(weight.sum())
    return float(gap.sum()) / total, float(chance.sum()) / total


def _fit(x: Floats, cases: Cases, *, offset: Floats) -> tuple[Floats, Floats] | None:
    """Return coefficients and standard errors of a logistic regression by Newton's method; robust with weights."""
    if not 0 < cases.events < len(cases):
        return None
    weight, y = cases.weights, cases.happened.astype(np.float64)
    coefficients = np.zeros(x.shape[1])
    if x.shape[1] == 2:
        coefficients[1] = 1.0
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ coefficients + offset, -700, 700)))
        curvature = (x * (weight * p * (1.0 - p))[:, None]).T @ x
        try:
            step = np.linalg.solve(curvature, x.T @ (weight * (y - p)))
        except np.linalg.LinAlgError:
            return None
        step *= min(1.0, 5.0 / max(float(np.max(np.abs(step))), 1e-300))
        coefficients = coefficients + step
        if float(np.max(np.abs(step))) < 1e-10:
            break
    else:
        return None
    inverse = np.linalg.inv(curvature)
    if cases.weight is not None:
        pieces = x * (weight * (y - p))[:, None]
        inverse = inverse @ (pieces.T @ pieces) @ inverse
    return coefficients, np.sqrt(np.diag(inverse))
