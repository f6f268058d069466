"""The week as a ring of 10,080 minutes, and dated periods: which two overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN


def week_overlap(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the positions of two spans that share a minute of the week, or None.

    Parameters
    ----------
    spans : sequence of (start_min, end_min)
        Minutes after Monday 00:00, half-open. A start is within the week; an end may pass it, in which case
        the span goes on into Monday. Spans that only touch do not overlap.
    """
    ordered = sorted(range(len(spans)), key=lambda i: spans[i])
    for earlier, later in pairwise(ordered):
        if spans[later][0] < spans[earlier][1]:
            return earlier, later
    if len(ordered) > 1:
        first, last = ordered[0], max(ordered, key=lambda i: spans[i][1])
        if spans[last][1] > spans[first][0] + WEEK_MIN:
            return last, first
    return None


def date_overlap(periods: Sequence[tuple[dt.date, dt.date | None]]) -> tuple[int, int] | None:
    """Return the positions of two periods that share a day, or None. Ends are inclusive; None is open."""
    ordered = sorted(range(len(periods)), key=lambda i: periods[i][0])
    for earlier, later in pairwise(ordered):
        end = periods[earlier][1]
        if end is None or periods[later][0] <= end:
            return earlier, later
    return None
