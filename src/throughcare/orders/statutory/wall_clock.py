"""Curfew hours as the wall clock shows them: by civil day, by week, and in any window.

The limits are about the hours that an order specifies, so a 19:00-07:00 night counts 12 hours on both nights
of the clock change too, although 11 or 13 pass. Times are minutes since the midnight that began 1 January 1,
without any zone (a day's ordinal times 1,440).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from throughcare.kernel.time import (
    MINUTE_US,
    Interval,
    civil_day_interval,
    intersect_intervals,
    merge_intervals,
)
from throughcare.orders.model import Curfew, Order
from throughcare.orders.timetable import curfew_spans
from throughcare.orders.week import DAY_MIN

_EPOCH_MIN = dt.date(1970, 1, 1).toordinal() * DAY_MIN
_SETTLED_DAYS = 15  # after the last change of an open-ended curfew every week is the same


@dataclass(frozen=True, slots=True)
class Stretch:
    """Curfew minutes in a window that starts at a wall-clock minute."""

    start_min: int
    minutes: int

    @property
    def day(self) -> dt.date:
        """The civil day on which the window starts."""
        return dt.date.fromordinal(self.start_min // DAY_MIN)


def curfews(order: Order) -> list[tuple[int, Curfew]]:
    """Return the order's curfews with their position in ``conditions``."""
    return [(number, item) for number, item in enumerate(order.conditions) if isinstance(item, Curfew)]


def horizon(order: Order, curfew: Curfew) -> dt.date:
    """Return the last day to look at: the curfew's own, or one by which an open-ended curfew only repeats."""
    ends = [day for day in (curfew.end_date, order.end_date) if day is not None]
    if ends:
        return min(ends)
    changes = [curfew.start_date, order.start_date]
    for phase in curfew.phases:
        changes += [day for day in (phase.start_date, phase.end_date) if day is not None]
    return max(changes) + dt.timedelta(days=_SETTLED_DAYS)


def wall_clock(order: Order, curfew: Curfew) -> list[tuple[int, int]]:
    """Return the curfew's spans in wall-clock minutes, sorted and disjoint."""
    plain = order.model_copy(update={"time_zone": "UTC"})
    first = max(order.start_date, curfew.start_date)
    within = civil_day_interval(first, horizon(order, curfew), "UTC")
    return [
        (_EPOCH_MIN + item.start_us // MINUTE_US, _EPOCH_MIN + item.end_us // MINUTE_US)
        for item in curfew_spans(plain, curfew, within=within)
    ]


def union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the minutes that at least one span covers, as sorted disjoint spans."""
    return [(item.start_us, item.stop_us) for item in merge_intervals(Interval(a, b) for a, b in spans)]


def shared(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the minutes that both cover, as sorted disjoint spans."""
    both = intersect_intervals([Interval(a, b) for a, b in first], [Interval(a, b) for a, b in second])
    return [(item.start_us, item.stop_us) for item in both]


def by_day(spans: list[tuple[int, int]], first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """Return the curfew minutes of every civil day from ``first`` to ``last``, days of none included."""
    totals = dict.fromkeys(range(first.toordinal(), last.toordinal() + 1), 0)
    for start, end in spans:
        for day in range(start // DAY_MIN, (end - 1) // DAY_MIN + 1):
            if day in totals:
                totals[day] += min(end, (day + 1) * DAY_MIN) - max(start, day * DAY_MIN)
    return {dt.date.fromordinal(day): minutes for day, minutes in totals.items()}


def by_week(spans: list[tuple[int, int]], first: dt.date) -> list[Stretch]:
    """Return the curfew minutes of each week; weeks begin on the weekday of ``first``."""
    week_min, start_min = 7 * DAY_MIN, first.toordinal() * DAY_MIN
    totals: dict[int, int] = {}
    for start, end in spans:
        for week in range((start - start_min) // week_min, (end - 1 - start_min) // week_min + 1):
            low = start_min + week * week_min
            totals[low] = totals.get(low, 0) + min(end, low + week_min) - max(start, low)
    return [Stretch(low, minutes) for low, minutes in sorted(totals.items())]


def fullest(spans: list[tuple[int, int]], width_min: int) -> Stretch:
    """Return the window of ``width_min`` that holds most curfew, exactly; the earliest of equals.

    The minutes in a sliding window change their slope only where a span starts or ends at one of its edges, so
    the fullest window starts where a span starts or ends where a span ends.
    """
    best = Stretch(0, 0)
    candidates = sorted({start for start, _ in spans} | {end - width_min for _, end in spans})
    first = 0
    for low in candidates:
        high = low + width_min
        while spans[first][1] <= low:
            first += 1
        minutes = 0
        for start, end in spans[first:]:
            if start >= high:
                break
            minutes += min(end, high) - max(start, low)
        if minutes > best.minutes:
            best = Stretch(low, minutes)
    return best


def hours_words(minutes: int) -> str:
    """Return minutes as ``12 h`` or ``112 h 1 min``."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def day_words(day: dt.date) -> str:
    """Return a day as ``Monday 5 January 2026``."""
    return f"{day:%A} {day.day} {day:%B %Y}"
