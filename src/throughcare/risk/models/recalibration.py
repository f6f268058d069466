"""Recalibration: a published instrument kept as it is, and two numbers that fit it to the people here.

The log-odds of the published probability are multiplied by a slope and moved by an intercept. A slope below one
says that the instrument is too sure of itself here; an intercept above nought that it expects too few events.

References
----------
Cox, Biometrika 45, 1958; Steyerberg, Clinical Prediction Models, 2nd ed., 2019, chapter 20 (updating a model).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.additive import Floats

FEWEST_EVENTS = 20
_EDGE = 1e-4  # a published 0 or 100 percent is taken as this far from it


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What one period needs: log-odds = intercept + slope * published log-odds.

    Parameters
    ----------
    intercept, slope : Estimate
        The slope is exactly one where there were too few events to learn it.
    shift : Estimate
        The intercept if the slope were one: the mean error of the published instrument here.
    people, events : int
    """

    intercept: Estimate
    slope: Estimate
    shift: Estimate
    people: int
    events: int

    def probability(self, published: Floats) -> Floats:
        """Return recalibrated probabilities of published ones, both from 0 to 1."""
        log_odds = self.intercept.value + self.slope.value * published_log_odds(published)
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def published_log_odds(published: Floats) -> Floats:
    """Return the log-odds of published probabilities; 0 and 1 are taken as a little inside."""
    inside = np.clip(published, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(inside / (1.0 - inside)))


def recalibrate(
    published: Floats, events: npt.NDArray[np.int8], *, level: float = 0.95, where: str = "the table"
) -> Recalibration:
    """Fit the intercept and the slope by maximum likelihood.

    Parameters
    ----------
    published : float64 (n,)
        Published probabilities from 0 to 1.
    events : int8 (n,)
        0 or 1.
    level : float
        Of the intervals (normal approximation).
    where : str
        What a refusal names.

    Raises
    ------
    RefusedInput
        With fewer than 20 events or 20 others, or published probabilities that do not differ.
    """
    ones = int((events == 1).sum())
    if min(ones, len(events) - ones) < FEWEST_EVENTS:
        raise RefusedInput(
            where=where,
            expected=f"at least {FEWEST_EVENTS} people with the event and {FEWEST_EVENTS} without",
            found=f"{ones} with and {len(events) - ones} without",
            action="Use the published instrument as it is, and collect more outcomes.",
        )
    log_odds = published_log_odds(published)
    if np.ptp(log_odds) < 1e-6:
        raise RefusedInput(
            where=where,
            expected="published probabilities that differ from person to person",
            found="one and the same",
            action="Check that the column is the instrument's percent.",
        )
    design = np.stack([np.ones(len(events)), log_odds])
    weights, covariance = newton(design, events.astype(np.float64), offset=np.zeros(len(events)))
    shift, shift_covariance = newton(design[:1], events.astype(np.float64), offset=log_odds)
    reach = NormalDist().inv_cdf(0.5 + level / 2.0)
    return Recalibration(
        intercept=_estimate(weights[0], covariance[0, 0], reach),
        slope=_estimate(weights[1], covariance[1, 1], reach),
        shift=_estimate(shift[0], shift_covariance[0, 0], reach),
        people=len(events),
        events=ones,
    )


def newton(design: Floats, target: Floats, *, offset: Floats) -> tuple[Floats, Floats]:
    """Return the weights of a logistic regression, (k,), and their covariance, (k, k).

    Parameters
    ----------
    design : float64 (k, n)
    target, offset : float64 (n,)
    """
    weights: Floats = np.zeros(len(design))
    curve = np.eye(len(design))
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(weights @ design + offset)))
        curve = (design * (p * (1.0 - p))) @ design.T
        step = np.linalg.solve(curve, design @ (target - p))
        weights = weights + step / max(1.0, float(np.abs(step).max()) / 2.0)
        if np.abs(step).max() < 1e-10:
            break
    return weights, np.asarray(np.linalg.inv(curve), dtype=np.float64)


def _estimate(value: float, variance: float, reach: float) -> Estimate:
    half = reach * float(np.sqrt(variance))
    return Estimate(float(value), float(value) - half, float(value) + half)
