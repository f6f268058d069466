"""Regression of a rate or a number on many columns, with as much shrinkage as the people bear out.

The covariates themselves are hardly shrunk. Each generated column (a square, a product, a bin) has a shrinkage of its
own, found from the same people: where a curve or an interaction is noise it is shrunk, where it is real it is left alone.
What predicts best is then relaxed to 3 % of that shrinkage. A prediction may gain from being pulled to the middle; an
effect may not, because the chance of treatment and the outcome are pulled the same way and the errors multiply
(measured on 5,000 people in docs/benchmarks.md: the bias of the log ratio falls from 0.004 to 0.002).

All folds of a cross-fit are found together: one pass over the people gives the curvature of every block of them, and a
few passes bring the fit without each fold to rest.

References
----------
Wood and Fasiolo, Biometrics 73(4), 2017, and MacKay, Neural Computation 4(3), 1992 (how shrinkage is updated); Chernozhukov et al., Econometrics Journal 21(1),
2018 (cross-fitting).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.basis import MAIN, Groups
from throughcare.evaluation.cohort import Floats

Family = Literal["rate", "number"]

_CHUNK: Final = 8_192
_MAIN_SHRINKAGE: Final = 1.0  # of a column of standard deviation 1: a prior of log odds 0, give or take 1
_LEAST, _MOST = 1e-2, 1e6  # of shrinkage
_STEEPEST: Final = 30.0  # of a linear predictor: beyond it nothing changes in double precision
_ROUNDS: Final = 60
_SETTLED: Final = 12  # rounds after which shrinkage is left as it is
_INNER: Final = 12  # shrinkage updates a round
_FOLD_AT_REST: Final = 1e-6  # of a fold's step for one person, squared
_OLD_CURVATURE: Final = 4
RELAXED: Final = 0.03  # the share that is used of the shrinkage that predicts best
_HARDLY_USED: Final = 0.1
_AT_REST: Final = 1e-8  # of the step's size for one person, squared
_SUBSET: Final = 60_000  # people from whom a million's fit starts

Blocks = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients and what is needed to judge them.

    Parameters
    ----------
    coefficients : float64 (k + 1,)
        The intercept first.
    curvature : float64 (k + 1, k + 1)
        Of the penalised likelihood, divided by `dispersion`.
    shrinkage : float64 (k + 1,)
        Of each coefficient.
    dispersion : float
        1 for a rate; of a number, its variance over its mean.
    family : {"rate", "number"}
        Logistic, or the logarithm of an expected number.
    """

    coefficients: Floats
    curvature: Floats
    shrinkage: Floats
    dispersion: float
    family: Family

    def predict(self, design: Floats) -> Floats:
        """Return the expected rate or number of each row."""
        return mean_of(design @ self.coefficients, self.family)


def mean_of(predictor: Floats, family: Family) -> Floats:
    """Return the expected rate or number at a linear predictor."""
    bounded = np.clip(predictor, -_STEEPEST, _STEEPEST)
    if family == "number":
        return np.exp(bounded)
    return 1.0 / (1.0 + np.exp(-bounded))


def fit(
    design: Floats,
    target: Floats,
    *,
    groups: Groups,
    family: Family = "rate",
    weights: Floats | None = None,
    shrink: bool = True,
) -> Fit:
    """Return the regression of `target` on `design`.

    Parameters
    ----------
    design : float64 (n, k + 1)
        Ones, then columns of standard deviation about 1.
    target : float64 (n,)
        0 or 1, or a number of nought or more.
    groups : int8 (k,)
        Of each column: MAIN has a small shrinkage, any other kind one of its own.
    family : {"rate", "number"}
    weights : float64 (n,), optional
        What each row counts for; a row of weight 0 is not looked at.
    shrink : bool
        False for plain maximum likelihood (with a shrinkage of a millionth, so that a separated column stays finite).

    Returns
    -------
    Fit
    """
    weights = np.ones(len(target)) if weights is None else weights
    start: _Start | None = None
    if len(target) > 2 * _SUBSET:
        step = len(target) // _SUBSET
        rows = slice(None, None, step)
        first = _Newton(design[rows], target[rows], weights[rows], groups, family, shrink=shrink).run()
        start = _Start(first.coefficients, first.shrinkage)
    return _Newton(design, target, weights, groups, family, shrink=shrink).run(start)


@dataclass(frozen=True, slots=True)
class _Start:
    coefficients: Floats
    shrinkage: Floats


class _Newton:
    """Newton steps with halving; shrinkage is updated between steps."""

    def __init__(
        self, design: Floats, target: Floats, weights: Floats, groups: Groups, family: Family, *, shrink: bool
    ) -> None:
        self.design, self.target, self.weights, self.family = design, target, weights, family
        self.shrink = shrink
        size = design.shape[1]
        self.generated = np.concatenate([[False], groups != MAIN])
        self.shrinkage = np.full(size, 1e-6)
        if shrink:
            self.shrinkage[1:] = np.where(groups == MAIN, _MAIN_SHRINKAGE, 10.0)
        self.shrinkage[0] = 0.0
        self.coefficients = np.zeros(size)
        overall = float(np.average(target, weights=weights)) if weights.sum() > 0 else 0.5
        floor = 0.5 / max(float(weights.sum()), 1.0)
        overall = min(max(overall, floor), 1 - floor) if family == "rate" else max(overall, floor)
        self.coefficients[0] = np.log(overall / (1 - overall)) if family == "rate" else np.log(overall)
        self.dispersion = 1.0

    def run(self, start: _Start | None = None) -> Fit:
        if start is not None:
            self.coefficients, self.shrinkage = start.coefficients, start.shrinkage
        predictor = self.design @ self.coefficients
        settle = self.shrink
        for done in range(_ROUNDS):
            slope, curvature, pearson = self._slope_and_curvature(predictor)
            before = self.shrinkage
            aim = self._aim(slope + curvature @ self.coefficients, curvature, pearson, settle=settle)
            predictor, size = self._stepped(predictor, aim - self.coefficients)
            if size < _AT_REST and not settle:
                break
            if settle and (done >= _SETTLED or _alike(before, self.shrinkage)):
                settle = False
                self.shrinkage = np.where(self.generated, self.shrinkage * RELAXED, self.shrinkage)
        return Fit(
            coefficients=self.coefficients,
            curvature=curvature / self.dispersion + np.diag(self.shrinkage),
            shrinkage=self.shrinkage,
            dispersion=self.dispersion,
            family=self.family,
        )

    def _stepped(self, predictor: Floats, step: Floats) -> tuple[Floats, float]:
        change = self.design @ step
        before = self._loss(predictor, self.coefficients)
        share = 1.0
        for _ in range(30):
            after = self._loss(predictor + share * change, self.coefficients + share * step)
            if after <= before + 1e-9 * abs(before):
                break
            share /= 2
        self.coefficients = self.coefficients + share * step
        size = float(np.average((share * change) ** 2, weights=self.weights))
        return predictor + share * change, size

    def _loss(self, predictor: Floats, coefficients: Floats) -> float:
        bounded = np.clip(predictor, -_STEEPEST, _STEEPEST)
        if self.family == "rate":
            part = np.logaddexp(0.0, bounded) - self.target * bounded
        else:
            part = np.exp(bounded) - self.target * bounded
        return float(self.weights @ part / self.dispersion + 0.5 * self.shrinkage @ coefficients**2)

    def _slope_and_curvature(self, predictor: Floats) -> tuple[Floats, Floats, float]:
        mean = mean_of(predictor, self.family)
        variance = mean * (1 - mean) if self.family == "rate" else mean
        residual = self.target - mean
        slope = self.design.T @ (self.weights * residual)
        curvature = weighted_gram(self.design, self.weights * variance)
        pearson = float(self.weights @ (residual**2 / np.maximum(variance, 1e-12)))
        return slope, curvature, pearson

    def _aim(self, pull: Floats, curvature: Floats, pearson: float, *, settle: bool) -> Floats:
        """Return where a Newton step leads, with the shrinkage that the people bear out as things look from here."""
        for _ in range(_INNER):
            inverse = _inverse(curvature / self.dispersion + np.diag(self.shrinkage))
            if self.family == "number":
                self.dispersion = self._dispersion(inverse, pearson)
                inverse = _inverse(curvature / self.dispersion + np.diag(self.shrinkage))
            aim: Floats = inverse @ (pull / self.dispersion)
            before = self.shrinkage
            if settle:
                self.shrinkage = self._supported(np.diag(inverse), aim)
            if _alike(before, self.shrinkage):
                break
        return aim

    def _supported(self, variances: Floats, aim: Floats) -> Floats:
        """Return the shrinkage of each column: how much of it is used, over how large it is."""
        used = 1.0 - self.shrinkage * variances
        supported = used / np.maximum(aim**2, 1e-12)
        bounded = np.clip(supported, self.shrinkage / 10, self.shrinkage * 10).clip(_LEAST, _MOST)
        moves = self.generated & (used > _HARDLY_USED)  # the others are shrunk to next to nothing already
        after: Floats = np.where(moves, bounded, self.shrinkage)
        return after

    def _dispersion(self, inverse: Floats, pearson: float) -> float:
        used = len(inverse) - float(self.shrinkage @ np.diag(inverse))
        return max(pearson / max(float((self.weights > 0).sum()) - used, 1.0), 1e-3)


def _alike(before: Floats, after: Floats) -> bool:
    return bool((np.abs(after - before) <= 0.05 * before).all())


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def weighted_gram(design: Floats, weights: Floats) -> Floats:
    """Return the weighted sum of the products of every two columns, (k, k)."""
    total = np.zeros((design.shape[1], design.shape[1]))
    for start in range(0, len(design), _CHUNK):
        part = design[start : start + _CHUNK]
        total += part.T @ (part * weights[start : start + _CHUNK, None])
    return total


def without_folds(
    whole: Fit,
    design: Floats,
    target: Floats,
    *,
    weights: Floats,
    ends: Blocks,
    held_out: npt.NDArray[np.bool_],
) -> Floats:
    """Return the coefficients of the fits that leave some blocks of people out.

    Parameters
    ----------
    whole : Fit
        The fit of everybody, whose shrinkage is kept.
    design, target, weights : as in `fit`
        Rows sorted by block.
    ends : intp (b,)
        Where each block ends.
    held_out : bool (f, b)
        Which blocks each of f fits leaves out.

    Returns
    -------
    float64 (k + 1, f)

    Notes
    -----
    The curvature of each block at the fit of everybody is found once. Each fit then takes steps with its own curvature
    there, and its own exact slope, until a step moves a person by less than a thousandth; one that is not at rest after
    five steps has its curvature found anew.
    """
    predictor = design @ whole.coefficients
    mean = mean_of(predictor, whole.family)
    curve = weights * (mean * (1 - mean) if whole.family == "rate" else mean) / whole.dispersion
    starts = np.concatenate([[0], ends[:-1]])
    blocks = [weighted_gram(design[a:b], curve[a:b]) for a, b in zip(starts, ends, strict=True)]
    stacked = np.stack(blocks).reshape(len(blocks), -1)
    size = design.shape[1]
    curvatures = ((~held_out).astype(np.float64) @ stacked).reshape(-1, size, size)
    curvatures += np.diag(whole.shrinkage)
    mean_curvature = sum(blocks, np.zeros((size, size)))
    counted = max(float(curve.sum()), 1e-12)
    coefficients = np.repeat(whole.coefficients[:, None], len(held_out), axis=1)
    block_of = np.repeat(np.arange(len(ends)), ends - starts)
    for round_number in range(_ROUNDS):
        slopes = _slopes(design, target, weights, (block_of, held_out), (coefficients, whole))
        steps = np.linalg.solve(curvatures, slopes.T[:, :, None])[:, :, 0].T
        coefficients = coefficients + steps
        sizes = np.einsum("if,ij,jf->f", steps, mean_curvature, steps) / counted
        restless = np.flatnonzero(sizes > _FOLD_AT_REST)
        if not len(restless):
            break
        if round_number >= _OLD_CURVATURE:  # few people for many columns: the curvature is not what it was
            for fold in restless:
                others = weights * ~held_out[fold, block_of]
                curvatures[fold] = _curvature(whole, design, others, coefficients[:, fold])
    return coefficients


def _curvature(whole: Fit, design: Floats, weights: Floats, coefficients: Floats) -> Floats:
    mean = mean_of(design @ coefficients, whole.family)
    curve = weights * (mean * (1 - mean) if whole.family == "rate" else mean) / whole.dispersion
    return weighted_gram(design, curve) + np.diag(whole.shrinkage)


def _slopes(
    design: Floats,
    target: Floats,
    weights: Floats,
    left_out: tuple[Blocks, npt.NDArray[np.bool_]],
    at: tuple[Floats, Fit],
) -> Floats:
    block_of, held_out = left_out
    coefficients, whole = at
    slopes = -whole.shrinkage[:, None] * coefficients
    for rows in _chunks(len(design)):
        mean = mean_of(design[rows] @ coefficients, whole.family)
        counted = weights[rows, None] * ~held_out[:, block_of[rows]].T
        slopes += design[rows].T @ (counted * (target[rows, None] - mean)) / whole.dispersion
    return slopes


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, start + _CHUNK)
