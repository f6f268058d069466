"""The fair-and-accurate index of the NIJ challenge: reported, never optimised, since saying nothing wins it.

Index = (1 - Brier) (1 - |FPR of Black people - FPR of White people|), positive meaning a probability of 0.5 or more
(NIJ, Recidivism Forecasting Challenge, 2021). Whoever moves every probability above 0.4999 down to 0.4999 has nobody
positive, so both false positive rates are nought and the second factor is 1. The Brier score moves little, since few
are far above one half. Nothing became fairer: the same people stand in the same order, and a threshold at 0.4 treats
them as before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.risk.validation.intervals import Bools, Floats

POSITIVE = 0.5
CLIP = 0.4999


@dataclass(frozen=True, slots=True)
class Index:
    """The index with its parts."""

    value: float
    brier: float
    difference: float


@dataclass(frozen=True, slots=True)
class Gaming:
    """What clipping at 0.4999 does to the index, and what it leaves as it was."""

    before: Index
    after: Index
    words: str


def fair_and_accurate(score: Floats, happened: Bools, first: Bools) -> Index:
    """Return the index; `first` marks one of two groups, the rest are the other."""
    brier = float(np.mean((score - happened) ** 2))
    flagged = score >= POSITIVE
    rates = [_share(flagged[group & ~happened]) for group in (first, ~first)]
    difference = abs(rates[0] - rates[1])
    return Index((1.0 - brier) * (1.0 - difference), brier, difference)


def gaming(score: Floats, happened: Bools, first: Bools) -> Gaming:
    """Return the index as it is, and after every probability above 0.4999 was moved down to it."""
    before = fair_and_accurate(score, happened, first)
    after = fair_and_accurate(np.minimum(score, CLIP), happened, first)
    change = after.value - before.value
    verb = "rises" if change > 0 else "falls" if change < 0 else "stays"
    words = (
        f"The index is {before.value:.4f}. Moved down to {CLIP}, it {verb} to {after.value:.4f}: the gap of "
        f"{100 * before.difference:.2f} percentage points becomes nought because nobody is positive any more, and the "
        f"Brier score changes by {after.brier - before.brier:+.4f}. The order of the people, and what happens to them below "
        "one half, is the same. So the index is shown and never optimised."
    )
    return Gaming(before, after, words)


def _share(flags: Bools) -> float:
    return float(np.mean(flags)) if len(flags) else 0.0
