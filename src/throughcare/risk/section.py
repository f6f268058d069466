"""A section of the sheet: everything that is said about one score, as data."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.risk.bounds import BothWays, Bounds
from throughcare.risk.change import WhatWouldChange
from throughcare.risk.contract import Score, Spec
from throughcare.risk.correction import Correction
from throughcare.risk.explaining import Explanation
from throughcare.risk.stability import ShownBand


@dataclass(frozen=True, slots=True)
class Section:
    """What is said about one score.

    Parameters
    ----------
    spec : Spec
    score : Score
        Its band is for programs; people are shown `shown_band`.
    explanation : Explanation or None
    bounds : Bounds
    disputed : tuple of BothWays
    shown_band : ShownBand or None
        None without a score or without bands.
    correction : Correction or None
        None if no single correction within reach moves the band.
    change : WhatWouldChange or None
    words : tuple of str
        The section in sentences, for the officer.
    """

    spec: Spec
    score: Score
    explanation: Explanation | None
    bounds: Bounds
    disputed: tuple[BothWays, ...]
    shown_band: ShownBand | None
    correction: Correction | None
    change: WhatWouldChange | None
    words: tuple[str, ...] = ()
