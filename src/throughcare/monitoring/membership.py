"""Membership: how much one fix says about being inside an area.

The error of a fix is a mixture: Gaussian with the fix's own standard error, and, for a share of fixes, a heavy
(Laplace) tail whose scale does not depend on what the fix says of itself. So the evidence depends on ``z``,
the compliance distance over the standard error, and on ``u``, that distance over the tail's scale. The
log-likelihood ratio is tabulated once; between knots it is bilinear, in plain arithmetic, so that every
implementation gives the same bits.

References
----------
Radius of a circular Gaussian that holds a share ``q`` of errors: ``sigma * sqrt(-2 ln(1 - q))`` (Rayleigh).
Heavy tails at every stated accuracy: Specht 2021 (900,000 fixes); the project's research, section C1.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints
from throughcare.monitoring.compiled import FAST
from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.parameters import Parameters

Z_LIMIT = 4.0
Z_KNOTS_PER_UNIT = 16
U_LIMIT = 8.0
U_KNOTS_PER_UNIT = 8
KNOTS = 2 * int(Z_LIMIT * Z_KNOTS_PER_UNIT) + 1  # along either side
DEFAULT_LEVEL = 0.68  # the smaller level gives the larger error: doubt goes to the wearer
RADIUS_68 = math.sqrt(-2.0 * math.log1p(-DEFAULT_LEVEL))  # radius that holds 68 % over the standard error

WIFI, CELL = int(Source.WIFI), int(Source.CELL)


@cache
def log_ratio_table(outlier_share: float) -> Floats:
    """Return the log-likelihood ratio of compliance at ``z = -4 .. 4`` and ``u = -8 .. 8``, read-only.

    Parameters
    ----------
    outlier_share : float
        Probability that the error is from the tail.

    Returns
    -------
    ndarray of shape (129, 129), float64
        ``log(P(compliant | fix) / P(not | fix))`` under even odds, by knots of ``z`` and of ``u``; odd.
    """
    half = KNOTS // 2
    table = np.empty((KNOTS, KNOTS))
    for i in range(KNOTS):
        inside = 0.5 * math.erfc(-(i - half) / Z_KNOTS_PER_UNIT / math.sqrt(2.0))
        outside = 0.5 * math.erfc((i - half) / Z_KNOTS_PER_UNIT / math.sqrt(2.0))
        for j in range(KNOTS):
            tail = 0.5 * math.exp(-abs(j - half) / U_KNOTS_PER_UNIT)
            tail_inside, tail_outside = (1.0 - tail, tail) if j >= half else (tail, 1.0 - tail)
            table[i, j] = math.log(
                ((1.0 - outlier_share) * inside + outlier_share * tail_inside)
                / ((1.0 - outlier_share) * outside + outlier_share * tail_outside)
            )
    table.flags.writeable = False
    return table


def log_ratio(z: float, u: float, table: Floats) -> float:
    """Return the tabulated log-likelihood ratio at ``z`` (clipped to 4) and ``u`` (to 8), bilinear."""
    row = (min(Z_LIMIT, max(-Z_LIMIT, z)) + Z_LIMIT) * Z_KNOTS_PER_UNIT
    column = (min(U_LIMIT, max(-U_LIMIT, u)) + U_LIMIT) * U_KNOTS_PER_UNIT
    i, j = min(int(row), KNOTS - 2), min(int(column), KNOTS - 2)
    down, across = row - i, column - j
    upper = table[i, j] + across * (table[i, j + 1] - table[i, j])
    lower = table[i + 1, j] + across * (table[i + 1, j + 1] - table[i + 1, j])
    return float(upper + down * (lower - upper))


def sigma_m(positions: Positions, parameters: Parameters) -> Floats:
    """Return the standard error of each fix along one axis.

    The radius is divided by the Rayleigh factor of its stated level; an unstated level is read as 68 %, an
    unstated radius as the default of its source. Never below ``min_sigma_m``.

    Returns
    -------
    ndarray of shape (n,), float64, metres
    """
    return errors(positions, parameters)[0]


def is_poor(positions: Positions, parameters: Parameters) -> NDArray[np.bool_]:
    """Return which fixes are too coarse to open a violation alone: Wi-Fi, cell, and any very wide radius.

    Shape (n,). A phone's cell fixes often come without a source, and say so only by their radius.
    """
    return errors(positions, parameters)[1]


def errors(positions: Positions, parameters: Parameters) -> tuple[Floats, NDArray[np.bool_]]:
    """Return :func:`sigma_m` and :func:`is_poor` in one pass."""
    sigma, poor = np.empty(len(positions)), np.empty(len(positions), np.bool_)
    assumed_m = (parameters.gnss_accuracy_m, parameters.wifi_accuracy_m, parameters.cell_accuracy_m)
    limits_m = (parameters.min_sigma_m, parameters.poor_radius_m)
    _errors(positions.accuracy_m, positions.level, positions.source, assumed_m, limits_m, sigma, poor)
    return sigma, poor


@njit(**FAST)  # type: ignore[untyped-decorator]
def _errors(
    accuracy_m: Floats,
    level: Floats,
    source: Ints,
    assumed_m: tuple[float, float, float],
    limits_m: tuple[float, float],
    found_m: Floats,
    poor: NDArray[np.bool_],
) -> None:
    seen, factor = np.nan, RADIUS_68  # the logarithm is taken anew only where the level changes
    for i in range(len(accuracy_m)):
        coarse = source[i] == WIFI or source[i] == CELL
        radius, holds = accuracy_m[i], level[i]
        if math.isnan(radius):
            radius = (
                assumed_m[1] if source[i] == WIFI else assumed_m[2] if source[i] == CELL else assumed_m[0]
            )
            holds = DEFAULT_LEVEL
        if math.isnan(holds):
            holds = DEFAULT_LEVEL
        if holds != seen:
            seen, factor = holds, math.sqrt(-2.0 * math.log1p(-holds))
        found_m[i] = max(radius / factor, limits_m[0])
        poor[i] = coarse or found_m[i] * RADIUS_68 > limits_m[1]
