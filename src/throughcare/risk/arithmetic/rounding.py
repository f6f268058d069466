"""Rounding half up, as the publishers' decimal arithmetic does it, for one number and for many."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_NEAR = 1e-6  # a scaled number this close to a half is settled exactly; any other rounds the same both ways


def half_up(values: Floats, decimals: int = 0, *, scale: int = 1) -> Floats:
    """Round to `decimals` places, a half away from zero, by the exact value of each binary number.

    Parameters
    ----------
    values : float64 array
        NaN stays NaN.
    decimals : int
        Places kept.
    scale : int
        A factor applied exactly before rounding (100 turns a proportion into percent).
    """
    factor = float(10**decimals)
    scaled = values * (scale * factor)
    whole = np.floor(np.abs(scaled) + 0.5) * np.sign(scaled)
    fraction = np.abs(scaled) - np.floor(np.abs(scaled))
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(np.abs(fraction - 0.5) < _NEAR)
    for index in near:
        whole[index] = _exactly(float(values[index]), decimals, scale)
    return np.asarray(whole / factor, dtype=np.float64)


def _exactly(value: float, decimals: int, scale: int) -> float:
    exact = Decimal(value) * scale * 10**decimals
    return float(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def sigmoid(log_odds: Floats) -> Floats:
    """Return the probability of each log-odds."""
    risen = np.exp(log_odds)
    return np.asarray(risen / (1.0 + risen), dtype=np.float64)
