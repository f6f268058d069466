"""Closeness: how likely two uncertain positions are within a distance of each other.

With circular Gaussian errors the distance between two true places follows Rice's distribution. Its cumulative
function is written as one integral over the line through both places, with the chord across it in closed form,
and summed by Gauss-Legendre quadrature: every term is positive, so nothing cancels and nothing overflows.

References
----------
``P(d < D) = integral over |x| < b of phi(x - a) erf(sqrt((b^2 - x^2) / 2)) dx`` with ``a`` the distance between
the estimates and ``b = D``, both over sigma. Error function: Abramowitz and Stegun 1964, 7.1.26 (to 1.5e-7).
"""

from __future__ import annotations

import math

import numpy as np

from throughcare.kernel.columns import Floats

REACH = 8.0  # standard errors beyond which a Gaussian holds less than 1e-15
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)


def probability_within(distance_m: Floats, sigma_m: Floats, limit_m: float) -> Floats:
    """Return the probability that two places are less than ``limit_m`` apart.

    Parameters
    ----------
    distance_m : float64 array of shape (n,)
        Distance between the two estimates; at least 0.
    sigma_m : float64 array of shape (n,)
        Standard error along one axis of the difference (the root of the sum of both variances); above 0.
    limit_m : float, metres

    Returns
    -------
    float64 array of shape (n,)
        Between 0 and 1, to about 1e-6; NaN where an input is NaN.
    """
    away, limit = np.asarray(distance_m) / sigma_m, limit_m / np.asarray(sigma_m)
    found = np.where(np.isnan(away), np.nan, (away < limit).astype(np.float64))
    near = np.flatnonzero(np.abs(away - limit) < REACH)
    if len(near):
        found[near] = _rice(away[near], limit[near])
    return found


def probability_at_best(sigma_m: Floats, limit_m: float) -> Floats:
    """Return the same probability for two estimates that coincide: the most that such doubt allows. Shape (n,)."""
    return np.asarray(-np.expm1(-0.5 * (limit_m / np.asarray(sigma_m)) ** 2), dtype=np.float64)


def _rice(away: Floats, limit: Floats) -> Floats:
    # x = limit * sin(angle) takes the root singularity of the chord out of the integrand
    low = np.arcsin(np.clip((away - REACH) / limit, -1.0, 1.0))[:, None]
    high = np.arcsin(np.clip((away + REACH) / limit, -1.0, 1.0))[:, None]
    angle = (high - low) / 2 * NODES + (high + low) / 2
    chord = limit[:, None] * np.cos(angle)
    across = limit[:, None] * np.sin(angle) - away[:, None]
    terms = np.exp(-0.5 * across**2) * erf(chord / math.sqrt(2.0)) * chord
    total = (high - low)[:, 0] / 2 * (terms @ WEIGHTS) / math.sqrt(2.0 * math.pi)
    return np.asarray(np.clip(total, 0.0, 1.0), dtype=np.float64)


def erf(x: Floats) -> Floats:
    """Return the error function of numbers at or above 0, to 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(1.0 - series * np.exp(-x * x), dtype=np.float64)
