"""Presence: inside, outside or unknown, as segments of time with the evidence that bounds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Presence(IntEnum):
    """Where a wearer is with respect to an area. Silence is ``UNKNOWN``, never ``OUTSIDE``."""

    OUTSIDE = -1
    UNKNOWN = 0
    INSIDE = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one presence.

    Parameters
    ----------
    start_us, end_us : int
        The estimated change points; ``end_us=None`` while it lasts.
    state : Presence
    first_us, last_us : int
        First and last evidence inside the segment that speaks for it (equal to ``start_us`` for ``UNKNOWN``).
    decided_us : int
        Event time at which the evidence sufficed to say so.
    evidence : int
        Number of pieces of evidence inside the segment.
    confidence : float
        Highest probability that the segment's state reached, 0.5 to 1 (0.5 for ``UNKNOWN``).
    """

    start_us: int
    end_us: int | None
    state: Presence
    first_us: int
    last_us: int
    decided_us: int
    evidence: int
    confidence: float
