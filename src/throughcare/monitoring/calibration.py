"""Calibration: whether stated probabilities are true, by the Brier score and by bins of what was stated.

References
----------
Brier 1950, *Monthly Weather Review* 78:1: the mean squared difference of forecast and outcome. Its parts
(reliability, resolution, uncertainty): Murphy 1973, *Journal of Applied Meteorology* 12:595.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements whose probability lies in ``[low, high)`` (the last bin holds 1 too).

    ``stated`` is their mean probability, ``happened`` the share that came true.
    """

    low: float
    high: float
    count: int
    stated: float
    happened: float


def brier_score(stated: ArrayLike, happened: ArrayLike) -> float:
    """Return the mean squared difference of probabilities (n,) and outcomes (n,); NaN where there is none.

    0 is perfect; always stating the share that happens gives that share times its rest.
    """
    p, y = _pair(stated, happened)
    return float(np.mean((p - y) ** 2)) if len(p) else float("nan")


def reliability(stated: ArrayLike, happened: ArrayLike, *, edges: Sequence[float]) -> tuple[Bin, ...]:
    """Return the bins between rising edges that hold a statement.

    Raises
    ------
    ValueError
        If a probability lies outside the edges: a statement left out would flatter.
    """
    p, y = _pair(stated, happened)
    if len(p) and (p.min() < edges[0] or p.max() > edges[-1]):
        raise ValueError(
            f"expected probabilities from {edges[0]} to {edges[-1]}; found {p.min()} to {p.max()}"
        )
    place = np.minimum(np.searchsorted(edges, p, side="right") - 1, len(edges) - 2)
    found: list[Bin] = []
    for i in np.unique(place).tolist():
        mine = place == i
        found.append(
            Bin(edges[i], edges[i + 1], int(mine.sum()), float(p[mine].mean()), float(y[mine].mean()))
        )
    return tuple(found)


def _pair(stated: ArrayLike, happened: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    p, y = np.asarray(stated, np.float64), np.asarray(happened, np.float64)
    if p.shape != y.shape or p.ndim != 1:
        raise ValueError(f"expected as many outcomes as probabilities; found {y.shape} and {p.shape}")
    return p, y
