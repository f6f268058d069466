"""Cases: scores of people, and what happened to them when the follow-up was over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from throughcare.orders.problem import Problem
from throughcare.risk.validation.intervals import Bools, Floats

LEAST_EVENTS = 100
"""Fewer events or non-events than this say too little about a score: Y. Vergouwe and others, Journal of Clinical
Epidemiology 58 (2005), 475-483; G. S. Collins and others, Statistics in Medicine 35 (2016), 214-226 (200 is better)."""
BETTER_EVENTS = 200


class Scale(StrEnum):
    """What a score is: a probability can be calibrated, points can only be put in order."""

    PROBABILITY = "probability"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Cases:
    """n people whose follow-up is over.

    Parameters
    ----------
    score : float64 (n,)
        Finite; probabilities from 0 to 1.
    happened : bool (n,)
    scale : Scale
    weight : float64 (n,) or None
        How many people each stands for; None: one each.
    """

    score: Floats
    happened: Bools
    scale: Scale = Scale.PROBABILITY
    weight: Floats | None = None

    def __post_init__(self) -> None:
        if self.score.shape != self.happened.shape or self.score.ndim != 1:
            raise ValueError("one score and one outcome a person")
        if not bool(np.all(np.isfinite(self.score))):
            raise ValueError("a score that is not a number")
        if self.scale is Scale.PROBABILITY and bool(np.any((self.score < 0) | (self.score > 1))):
            raise ValueError("a probability is from 0 to 1")
        if self.weight is not None:
            fits = self.weight.shape == self.score.shape and bool(np.all(np.isfinite(self.weight)))
            if not fits or bool(np.any(self.weight < 0)):
                raise ValueError("one weight a person, from 0")

    def __len__(self) -> int:
        return len(self.score)

    @property
    def weights(self) -> Floats:
        """The weights; ones where none were given."""
        return np.ones(len(self)) if self.weight is None else self.weight

    @property
    def events(self) -> int:
        """How many it happened to."""
        return int(np.count_nonzero(self.happened))

    @property
    def calibratable(self) -> bool:
        """Whether the scores are probabilities."""
        return self.scale is Scale.PROBABILITY

    def rows(self, chosen: Bools) -> Cases:
        """Return some of the people."""
        weight = None if self.weight is None else self.weight[chosen]
        return Cases(self.score[chosen], self.happened[chosen], self.scale, weight)


def cases_of(
    score: object, happened: object, *, scale: Scale = Scale.PROBABILITY, weight: object = None
) -> Cases:
    """Return cases from anything that numpy reads as numbers."""
    return Cases(
        np.asarray(score, dtype=np.float64),
        np.asarray(happened, dtype=np.bool_),
        scale,
        None if weight is None else np.asarray(weight, dtype=np.float64),
    )


def too_few(cases: Cases, *, least: int = LEAST_EVENTS) -> Problem | None:
    """Return why there are too few cases to say anything, or None."""
    events = cases.events
    if min(events, len(cases) - events) >= least:
        return None
    return Problem(
        expected=f"at least {least} people to whom it happened and {least} to whom it did not",
        found=f"{events:,} and {len(cases) - events:,}",
        action="Wait for more follow-up, or validate together with other areas.",
    )
