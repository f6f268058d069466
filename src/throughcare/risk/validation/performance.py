"""Performance: everything that is asked of a score about one set of people, in one value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.risk.validation.calibration import BINS, Calibration, calibration
from throughcare.risk.validation.cases import BETTER_EVENTS, Cases
from throughcare.risk.validation.discrimination import (
    auc_interval,
    brier_interval,
    brier_skill,
    weighted_mean,
)
from throughcare.risk.validation.intervals import LEVEL, Estimate, clopper_pearson


@dataclass(frozen=True, slots=True)
class Performance:
    """What a score is worth for some people.

    Parameters
    ----------
    people, events : int
        Unweighted.
    base_rate : Estimate
    mean_score : float
    auc : Estimate
    brier, skill, calibration
        None where the score is points.
    cautions : tuple of str
    """

    people: int
    events: int
    base_rate: Estimate
    mean_score: float
    auc: Estimate
    brier: Estimate | None
    skill: Estimate | None
    calibration: Calibration | None
    cautions: tuple[str, ...]


def performance(cases: Cases, *, bins: int = BINS, level: float = LEVEL) -> Performance:
    """Return everything about one set of people (at least one to whom it happened and one to whom it did not)."""
    probable = cases.calibratable
    return Performance(
        len(cases),
        cases.events,
        _base_rate(cases, level),
        float(np.average(cases.score, weights=cases.weights)),
        auc_interval(cases, level=level),
        brier_interval(cases, level=level) if probable else None,
        brier_skill(cases, level=level) if probable else None,
        calibration(cases, bins=bins, level=level) if probable else None,
        _cautions(cases),
    )


def _base_rate(cases: Cases, level: float) -> Estimate:
    if cases.weight is None:
        return clopper_pearson(cases.events, len(cases), level=level)
    return weighted_mean(cases.happened.astype(np.float64), cases.weights, method="normal", level=level)


def _cautions(cases: Cases) -> tuple[str, ...]:
    fewest = min(cases.events, len(cases) - cases.events)
    found = []
    if fewest < BETTER_EVENTS:
        found.append(
            f"Only {fewest:,} of the rarer outcome: intervals are wide. {BETTER_EVENTS} and more are advised."
        )
    if cases.calibratable and bool(np.any((cases.score <= 0.0) | (cases.score >= 1.0))):
        found.append("Some people were given a probability of exactly 0 or 1: no score can be that sure.")
    return tuple(found)
