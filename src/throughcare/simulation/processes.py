"""Random processes at uneven times: autocorrelated noise, and on/off spells."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.shapes import Bools, Floats


def autocorrelated(
    *, rng: np.random.Generator, t_s: Floats, tau_s: float | Floats, columns: int = 1
) -> Floats:
    """Return Ornstein-Uhlenbeck noise of mean 0 and variance 1 at the given times.

    Correlation after ``dt`` seconds is ``exp(-dt / tau_s)``; at even spacing this is an AR(1).

    Parameters
    ----------
    t_s : float64 array of shape (n,), increasing
    tau_s : float or float64 array of shape (n,)
        Seconds after which the correlation has fallen to 1/e; an array gives it for the step to each time.
    columns : int
        Number of independent series.

    Returns
    -------
    float64 array of shape (columns, n)
    """
    keep = np.exp(-np.diff(t_s, prepend=t_s[:1] - 1e9) / tau_s)
    fresh = rng.standard_normal((columns, len(t_s))) * np.sqrt(1 - keep * keep)
    return _scan(keep, fresh)


def _scan(keep: Floats, fresh: Floats) -> Floats:
    """Solve x[i] = keep[i] * x[i-1] + fresh[i] by doubling (Hillis and Steele, 1986)."""
    factor, total = keep.copy(), fresh.copy()
    reach = 1
    while reach < len(keep):
        total[:, reach:] = total[:, reach:] + factor[reach:] * total[:, :-reach]
        factor[reach:] = factor[reach:] * factor[:-reach]
        reach *= 2
        if float(factor[reach:].max(initial=0.0)) < 1e-12:
            break
    return total


def threshold(share: float) -> float:
    """Return the value that standard normal noise stays under for ``share`` of the time."""
    return NormalDist().inv_cdf(min(max(share, 1e-6), 1 - 1e-6))


def spells(
    *, rng: np.random.Generator, end_s: float, per_day: float, median_s: float, spread: float, most_s: float
) -> Floats:
    """Return (start, end) of random spells over ``[0, end_s)``: Poisson starts, log-normal lengths. Shape (k, 2)."""
    count = int(rng.poisson(per_day * end_s / 86_400.0))
    start = np.sort(rng.uniform(0.0, end_s, count))
    length = np.minimum(median_s * np.exp(spread * rng.standard_normal(count)), most_s)
    return np.column_stack([start, start + length])


def spell_of(t_s: Floats, spans: Floats) -> NDArray[np.int64]:
    """Return the row of the span that each time lies in (the latest to start), -1 for none."""
    if not len(spans):
        return np.full(len(t_s), -1, dtype=np.int64)
    row = np.searchsorted(spans[:, 0], t_s, side="right") - 1
    held = (row >= 0) & (t_s < spans[np.maximum(row, 0), 1])
    return np.where(held, row, -1)


def within(t_s: Floats, spans: Floats) -> Bools:
    """Return whether each time lies in any of the spans (k, 2), which may overlap."""
    if not len(spans):
        return np.zeros(len(t_s), dtype=bool)
    opened = np.searchsorted(np.sort(spans[:, 0]), t_s, side="right")
    closed = np.searchsorted(np.sort(spans[:, 1]), t_s, side="right")
    return np.asarray(opened > closed)
