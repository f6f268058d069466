"""A local model: what was fitted on an agency's own data, one additive model a period, and what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.models.additive import AdditiveModel, Floats
from throughcare.risk.models.columns import Codes, Table, TableSpec


class ModelKind(StrEnum):
    """How a local model was found; whatever found it, it is written out as tables."""

    ADDITIVE = "additive"
    SCORECARD = "scorecard"
    LOGISTIC = "logistic"


class Layout(StrEnum):
    """Whether the periods share one model of the hazard, or each has its own."""

    POOLED = "pooled"
    YEARLY = "yearly"


class DecisionUse(StrEnum):
    """What a model may be used for."""

    SUPPORT = "support"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a scorecard: points for whoever has one of the codes of a feature."""

    feature: int
    codes: tuple[int, ...]
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """The whole points of a scorecard of one period: the log-odds are ``intercept + scale * points``.

    Parameters
    ----------
    lines : tuple of Line
    intercept, scale : float
    """

    lines: tuple[Line, ...]
    intercept: float
    scale: float

    def points(self, codes: Codes) -> Floats:
        """Return the points of each person, (n,)."""
        total = np.zeros(len(codes))
        for line in self.lines:
            total += line.points * np.isin(codes[:, line.feature], line.codes)
        return total


@dataclass(frozen=True, slots=True)
class Spread:
    """How an interval is made from fits to people drawn anew.

    Parameters
    ----------
    level : float
        The share of people whose true probability lies inside, by simulation.
    width : float
        How many standard deviations of the fits' log-odds the interval reaches to each side.
    shift : float
        The share of the fits' mean deviation (their bias) that is taken off.
    """

    level: float
    width: float
    shift: float


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model of whether an event happens in each period, given that it happened in none before.

    Parameters
    ----------
    name : str
    kind : ModelKind
    layout : Layout
    decision_use : DecisionUse
    reasons : tuple of Reason
        Why a model must never be used, and every caution about one that may.
    spec : TableSpec
        The table it was fitted on.
    reference : tuple of int
        The commonest code of each feature: the case that explanations start from.
    periods : tuple of AdditiveModel
        One a period, over ``spec.features``.
    cards : tuple of Card
        A scorecard's points, one a period; empty for another kind.
    replicates : tuple of tuple of AdditiveModel
        The same model fitted to people drawn anew; for intervals.
    spread : Spread or None
        How intervals are made of the replicates.
    record : mapping
        What it was fitted on and how (JSON values).
    """

    name: str
    kind: ModelKind
    layout: Layout
    decision_use: DecisionUse
    reasons: tuple[Reason, ...]
    spec: TableSpec
    reference: tuple[int, ...]
    periods: tuple[AdditiveModel, ...]
    cards: tuple[Card, ...] = ()
    replicates: tuple[tuple[AdditiveModel, ...], ...] = ()
    spread: Spread | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def log_odds(self, codes: Codes) -> Floats:
        """Return the log-odds of each period, (n, periods)."""
        return np.stack([model.log_odds(codes) for model in self.periods], axis=1)

    def hazards(self, codes: Codes) -> Floats:
        """Return the probability in each period, given that nothing happened before, (n, periods)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.log_odds(codes))))

    def ever(self, codes: Codes) -> Floats:
        """Return the probability that it happens by the end of each period, (n, periods)."""
        return np.asarray(1.0 - np.cumprod(1.0 - self.hazards(codes), axis=1))

    def interval(self, codes: Codes) -> tuple[Floats, Floats] | None:
        """Return the lower and upper ends of the interval of each hazard, (n, periods); None without replicates."""
        if self.spread is None or not self.replicates:
            return None
        fits = np.stack(
            [np.stack([model.log_odds(codes) for model in fit], axis=1) for fit in self.replicates]
        )
        return spread_out(self.log_odds(codes), fits, self.spread)


def spread_out(log_odds: Floats, fits: Floats, spread: Spread) -> tuple[Floats, Floats]:
    """Return the ends of intervals as probabilities.

    Parameters
    ----------
    log_odds : float64 (n, periods)
        The model's own.
    fits : float64 (fits, n, periods)
        Those of the fits to people drawn anew.
    spread : Spread
    """
    centre = log_odds - spread.shift * (fits.mean(axis=0) - log_odds)
    half = spread.width * fits.std(axis=0, ddof=1)
    return 1.0 / (1.0 + np.exp(-(centre - half))), 1.0 / (1.0 + np.exp(-(centre + half)))


def brier(hazards: Floats, table: Table) -> tuple[float, ...]:
    """Return the mean squared error of each period over those at risk in it whose outcome is known."""
    found = []
    for period in range(table.events.shape[1]):
        known = table.at_risk[:, period] & (table.events[:, period] >= 0)
        misses = (hazards[known, period] - table.events[known, period]) ** 2
        found.append(float(misses.mean()) if known.any() else float("nan"))
    return tuple(found)
