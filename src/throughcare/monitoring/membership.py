"""Membership: how much one fix says about being inside an area.

The error of a fix is taken as Gaussian about the true place with an outlier floor, so the evidence depends
only on ``z``, the compliance distance over the standard error. The log-likelihood ratio is tabulated once;
between knots it is linear, in plain arithmetic, so that every implementation gives the same bits.

References
----------
Radius of a circular Gaussian that holds a share ``q`` of errors: ``sigma * sqrt(-2 ln(1 - q))`` (Rayleigh).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.parameters import Parameters

Floats = NDArray[np.float64]

Z_LIMIT = 4.0
KNOTS_PER_UNIT = 32
DEFAULT_LEVEL = 0.68  # the smaller level gives the larger error: doubt goes to the wearer


@cache
def log_ratio_table(outlier_floor: float) -> Floats:
    """Return the log-likelihood ratio of compliance at ``z = -4 .. 4``, read-only.

    Parameters
    ----------
    outlier_floor : float
        Probability that the fix says nothing (it may be anywhere).

    Returns
    -------
    ndarray of shape (257,), float64
        ``log(P(fix | compliant) / P(fix | not))``; odd in ``z``.
    """
    half = int(Z_LIMIT * KNOTS_PER_UNIT)
    positive = []
    for knot in range(half + 1):
        inside = 0.5 * math.erfc(-knot / KNOTS_PER_UNIT / math.sqrt(2.0))
        keep = 1.0 - outlier_floor
        positive.append(
            math.log((keep * inside + outlier_floor / 2) / (keep * (1 - inside) + outlier_floor / 2))
        )
    table = np.array([-value for value in positive[:0:-1]] + positive, dtype=np.float64)
    table.flags.writeable = False
    return table


def log_ratio(z: float, table: Floats) -> float:
    """Return the tabulated log-likelihood ratio at ``z`` (clipped to ±4), linear between knots."""
    clipped = min(Z_LIMIT, max(-Z_LIMIT, z))
    place = (clipped + Z_LIMIT) * KNOTS_PER_UNIT
    knot = int(place)
    if knot >= len(table) - 1:
        return float(table[len(table) - 1])
    share = place - knot
    return float(table[knot] + share * (table[knot + 1] - table[knot]))


def sigma_m(positions: Positions, parameters: Parameters) -> Floats:
    """Return the standard error of each fix along one axis.

    The radius is divided by the Rayleigh factor of its stated level; an unstated level is read as 68 %, an
    unstated radius as the default of its source. Never below ``min_sigma_m``.

    Returns
    -------
    ndarray of shape (n,), float64, metres
    """
    level = np.where(np.isnan(positions.level), DEFAULT_LEVEL, positions.level)
    assumed = np.full(len(positions), parameters.gnss_accuracy_m)
    assumed[positions.source == Source.WIFI] = parameters.wifi_accuracy_m
    assumed[positions.source == Source.CELL] = parameters.cell_accuracy_m
    missing = np.isnan(positions.accuracy_m)
    radius = np.where(missing, assumed, positions.accuracy_m)
    level = np.where(missing, DEFAULT_LEVEL, level)
    sigma = radius / np.sqrt(-2.0 * np.log1p(-level))
    return np.asarray(np.maximum(sigma, parameters.min_sigma_m), dtype=np.float64)


def is_poor(positions: Positions) -> NDArray[np.bool_]:
    """Return which fixes come from Wi-Fi or cell: they never open a violation alone. Shape (n,)."""
    return np.asarray((positions.source == Source.WIFI) | (positions.source == Source.CELL))
