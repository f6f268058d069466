"""Many questions of one cohort: how to keep the chance of a false finding where it was promised to be.

With twenty outcomes and no rule, two in three cohorts in which nothing happened show "something". Holm's rule needs
no assumption; the max-t rule (Romano and Wolf) knows how the answers move together and gives less away. Whichever
is used is declared in the protocol.

References
----------
Holm S. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6 (1979), 65-70.
Romano J, Wolf M. Exact and approximate stepdown methods for multiple hypothesis testing. Journal of the American
Statistical Association 100 (2005), 94-108.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Floats
from throughcare.kernel.errors import RefusedInput

_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class MaxT:
    """What the joint draw of all statistics says.

    Parameters
    ----------
    adjusted : float64 (k,)
        Step-down p-values, in the order given.
    critical : float
        How many standard errors each way make intervals that all hold at once.
    """

    adjusted: Floats
    critical: float


def holm(p_values: Floats | list[float]) -> Floats:
    """Return Holm's adjusted p-values, in the order given.

    Parameters
    ----------
    p_values : float64 (k,)
        Each from 0 to 1.

    Raises
    ------
    RefusedInput
        If one is not a probability: an outcome that could not be judged is left out by the caller, who says so.
    """
    values = np.asarray(p_values, dtype=np.float64)
    if not ((values >= 0.0) & (values <= 1.0)).all():
        bad = int(np.flatnonzero(~((values >= 0.0) & (values <= 1.0)))[0])
        raise RefusedInput(
            where=f"p-value {bad + 1}",
            expected="a number from 0 to 1",
            found=f"{values[bad]}",
            action="Leave out what could not be judged, and say that it was.",
        )
    order = np.argsort(values, kind="stable")
    steps = np.minimum(1.0, values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted


def covariance_of(influence: Floats) -> Floats:
    """Return the covariance (k, k) of estimates whose influence values are the columns of (n, k)."""
    centred = influence - influence.mean(axis=0)
    covariance: Floats = centred.T @ centred / len(influence) ** 2
    return covariance


def max_t(
    estimates: Floats,
    covariance: Floats,
    *,
    rng: np.random.Generator,
    draws: int = 20_000,
    level: float = 0.95,
) -> MaxT:
    """Return step-down p-values and the width of simultaneous intervals, by drawing all statistics together.

    Parameters
    ----------
    estimates : float64 (k,)
        On a scale whose null is 0 (a difference, a log ratio).
    covariance : float64 (k, k)
        Of the estimates: see :func:`covariance_of`.
    rng : Generator
    draws : int
        A p-value is never said to be below 1 / (draws + 1).
    """
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0).all():
        raise RefusedInput(
            where=f"estimate {int(np.flatnonzero(~(spread > 0))[0]) + 1}",
            expected="a standard error above 0",
            found="0, or none",
            action="Leave out what could not be judged, and say that it was.",
        )
    statistics = np.abs(estimates) / spread
    order = np.argsort(-statistics, kind="stable")
    root = _root(covariance / np.outer(spread, spread))[order]
    reached = np.zeros(len(statistics))
    largest: list[Floats] = []
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        drawn = np.abs(rng.standard_normal((size, root.shape[1])) @ root.T)
        left = np.maximum.accumulate(drawn[:, ::-1], axis=1)[
            :, ::-1
        ]  # the largest of this one and those after it
        reached += (left >= statistics[order]).sum(axis=0)
        largest.append(left[:, 0])
    adjusted = np.empty_like(statistics)
    adjusted[order] = np.maximum.accumulate((reached + 1.0) / (draws + 1.0))
    return MaxT(adjusted=adjusted, critical=float(np.quantile(np.concatenate(largest), level)))


def _root(correlation: npt.NDArray[np.float64]) -> Floats:
    values, vectors = np.linalg.eigh(correlation)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
