"""What a study found once its gates were met: effects, how robust they are, other outcomes, periods and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from throughcare.evaluation.effects import Effect, Interval
from throughcare.evaluation.protocol import OutcomePlan
from throughcare.evaluation.sensitivity import EValue, HiddenFactor
from throughcare.evaluation.subgroups import FactorResult

Verdict = Literal["fell", "rose", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How strong something hidden would have to be.

    Parameters
    ----------
    e_value : EValue
    gamma : float or None
        Rosenbaum's, of one-to-one pairs; None where the pairs alone do not tell, or there are none.
    pairs : int
    tipping : tuple of HiddenFactor
    """

    e_value: EValue
    gamma: float | None
    pairs: int
    tipping: tuple[HiddenFactor, ...]


@dataclass(frozen=True, slots=True)
class Secondary:
    """Another outcome.

    Parameters
    ----------
    plan : OutcomePlan
    effect : Effect or None
        None where too few people would be told on.
    p_value, adjusted_p : float or None
        Of no effect, alone and after Holm over all secondary outcomes.
    why_not : str
    """

    plan: OutcomePlan
    effect: Effect | None
    p_value: float | None
    adjusted_p: float | None
    why_not: str

    @property
    def verdict(self) -> Verdict:
        """What may be said: by the adjusted p-value where there is one, by the interval otherwise."""
        if self.effect is None or (self.adjusted_p is not None and self.adjusted_p > 0.05):
            return "cannot_tell"
        return verdict_of(self.effect.ratio)


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it.

    Parameters
    ----------
    primary, partner : Effect
        By the declared method, and by the unlike one that agrees with it.
    sensitivity : Sensitivity
    secondary, periods : tuple of Secondary
    groups : tuple of FactorResult
    """

    primary: Effect
    partner: Effect
    sensitivity: Sensitivity
    secondary: tuple[Secondary, ...]
    periods: tuple[Secondary, ...]
    groups: tuple[FactorResult, ...]

    @property
    def verdict(self) -> Verdict:
        """What the primary outcome did."""
        return verdict_of(self.primary.ratio)


def verdict_of(ratio: Interval) -> Verdict:
    """Return what an interval of a ratio says: wholly below 1, wholly above, or neither."""
    if ratio.high < 1.0:
        return "fell"
    return "rose" if ratio.low > 1.0 else "cannot_tell"
