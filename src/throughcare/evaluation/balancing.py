"""Entropy balancing: weights that make every mean of the comparison group equal to the treated's, and else as even.

Of all weights that balance the columns exactly, those are taken that depart least from equal ones. Their logarithm is
linear in the columns, so a few Newton steps on as many unknowns as there are columns find them.

References
----------
Hainmueller, Political Analysis 20(1), 2012; Zhao and Percival, Journal of Causal Inference 5(1), 2017 (why the
estimate is right if either the log odds of treatment or the outcome are linear in the columns).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from throughcare.evaluation.basis import Basis
from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.regression import weighted_gram
from throughcare.kernel.errors import RefusedInput

LARGEST_DIFFERENCE: Final = 1e-6  # standard deviations: what counts as balanced
_CLOSE: Final = 1e-9
_ROUNDS: Final = 200
_STEEPEST: Final = 500.0  # of log weights: beyond it nobody else counts any more


@dataclass(frozen=True, slots=True)
class Balancing:
    """Weights that balance.

    Parameters
    ----------
    weights : float64 (n,)
        Of the comparison people, adding up to the number of treated; nought for the treated.
    largest_difference : float
        Of any column's mean between the arms, in standard deviations.
    rounds : int
        Newton steps.
    """

    weights: Floats
    largest_difference: float
    rounds: int


def balance_entropy(basis: Basis, treated: Flags) -> Balancing:
    """Return the weights that balance every column of a basis.

    Parameters
    ----------
    basis : Basis
    treated : bool (n,)

    Returns
    -------
    Balancing

    Raises
    ------
    RefusedInput
        If no weights can: the treated are, on some column or mix of columns, beyond what the comparison people reach.
        The column that stays furthest away is named.
    """
    columns = np.ascontiguousarray(basis.columns[~treated])
    target = basis.columns[treated].mean(axis=0)
    _refuse_out_of_reach(columns, target, basis.names)
    spread = np.maximum(columns.std(axis=0), 1e-12)
    columns -= target
    columns /= spread
    dual = np.zeros(columns.shape[1])
    exponent = np.zeros(len(columns))
    level, weights = _level(exponent)
    rounds = 0
    while rounds < _ROUNDS:
        rounds += 1
        slope = weights @ columns
        if np.abs(slope).max(initial=0.0) < _CLOSE:
            break
        curvature = weighted_gram(columns, weights) - np.outer(slope, slope)
        curvature[np.diag_indices_from(curvature)] += 1e-10
        step: Floats = -np.linalg.solve(curvature, slope).astype(np.float64)
        dual, exponent, level, weights, moved = _stepped(
            columns, (dual, exponent, level, weights), (step, float(slope @ step))
        )
        if not moved:
            break
    differences = np.abs(weights @ columns) * spread
    largest = float(differences.max(initial=0.0))
    if not largest < LARGEST_DIFFERENCE:
        raise _no_weights(basis.names[int(differences.argmax())], largest)
    everyone = np.zeros(len(treated))
    everyone[~treated] = weights * treated.sum()
    return Balancing(weights=everyone, largest_difference=largest, rounds=rounds)


_State = tuple[Floats, Floats, float, Floats]


def _stepped(
    columns: Floats, state: _State, direction: tuple[Floats, float]
) -> tuple[Floats, Floats, float, Floats, bool]:
    dual, exponent, level, weights = state
    step, slope_along = direction
    change = columns @ step
    share = min(1.0, 20.0 / max(float(np.abs(change).max()), 1e-300))
    for _ in range(40):
        tried = exponent + share * change
        tried_level, tried_weights = _level(tried)
        if tried_level <= level + 1e-4 * share * slope_along + 1e-14 * abs(level):
            far = np.ptp(tried) > _STEEPEST
            return dual + share * step, tried, tried_level, tried_weights, not far
        share /= 2
    return dual, exponent, level, weights, False


def _level(exponent: Floats) -> tuple[float, Floats]:
    highest = exponent.max()
    raised = np.exp(exponent - highest)
    total = raised.sum()
    return float(highest + np.log(total)), raised / total


def _refuse_out_of_reach(columns: Floats, target: Floats, names: tuple[str, ...]) -> None:
    if not len(names):
        return
    out = (target < columns.min(axis=0) - 1e-9) | (target > columns.max(axis=0) + 1e-9)
    if out.any():
        gap = np.maximum(columns.min(axis=0) - target, target - columns.max(axis=0))
        worst = int(gap.argmax())
        raise _no_weights(names[worst], float(gap[worst]))


def _no_weights(name: str, largest: float) -> RefusedInput:
    return RefusedInput(
        where=f"balancing, column '{name}'",
        expected="comparison people whose weighted mean can equal the treated's",
        found=f"a difference of {largest:.3g} standard deviations that no weights remove",
        action="Take this column out, join levels, narrow who is eligible, or use a method with a caliper.",
    )
