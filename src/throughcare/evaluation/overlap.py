"""Whether there are comparison people like the treated at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from throughcare.evaluation.cohort import Flags, Floats

NEARLY_SURE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far the two arms overlap.

    Parameters
    ----------
    nearly_sure_share : float
        Of the treated: whose chance of treatment is above 0.95, so that hardly anybody like them went without.
    beyond_share : float
        Of the treated: whose chance is above every comparison person's.
    effective_comparison : float
        The size of an unweighted comparison group that would say as much (Kish): sum squared over sum of squares.
    effective_share : float
        That size over the number of treated.
    largest_weight_share : float
        Of all weight: what the heaviest comparison person has.
    """

    nearly_sure_share: float
    beyond_share: float
    effective_comparison: float
    effective_share: float
    largest_weight_share: float


def judge_overlap(chance: Floats, treated: Flags, *, weights: Floats) -> Overlap:
    """Return the overlap of two arms.

    Parameters
    ----------
    chance : float64 (n,)
        Of treatment.
    treated : bool (n,)
    weights : float64 (n,)
        What each comparison person counts for.
    """
    of_comparison = weights[~treated]
    total = of_comparison.sum()
    effective = effective_number(of_comparison)
    return Overlap(
        nearly_sure_share=float((chance[treated] > NEARLY_SURE).mean()),
        beyond_share=float((chance[treated] > chance[~treated].max()).mean()),
        effective_comparison=effective,
        effective_share=effective / float(treated.sum()),
        largest_weight_share=float(of_comparison.max() / total) if total > 0 else 1.0,
    )


def effective_number(weights: Floats) -> float:
    """Return the number of equally weighted people who would say as much (Kish 1965)."""
    return float(weights.sum() ** 2 / max(float((weights**2).sum()), 1e-300))
