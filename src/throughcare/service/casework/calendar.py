"""What each night of an order came to: complied, incident, excused, unknown, not monitored, nothing asked.

A night runs from noon to noon by the clock and is named by the day it begins on, so that no curfew is cut. The
rules, which docs/service/casework.md shows as a table, in the order in which they are tried:

* A night that has not begun is to come. One in which nothing was asked is that; where leave covered all that was
  asked, it is excused.
* Where the tag was worn, and had been heard from, for less than half of the time asked, it is not monitored.
* An incident that breaks a condition decides the night, unless the engine took it back: an open one first; then one
  that was decided; then one that staff could not tell or laid to the equipment, which makes the night unknown; then
  one that is excused.
* Where nothing was heard, or nothing is evaluated yet, for half or more of the time asked, it is unknown.
* Else it is complied. Silence, batteries and warnings never count as an incident here.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from throughcare.adapters.reports.words import night_of, noon_us
from throughcare.kernel.time import (
    FOREVER_US,
    Interval,
    intersect_intervals,
    merge_intervals,
    subtract_intervals,
    total_us,
)
from throughcare.monitoring.incidents import IncidentKind
from throughcare.orders.allowances import allowances_for
from throughcare.orders.history import OrderHistory, timeline
from throughcare.orders.model import AnyCondition, Attendance, Curfew, Order, Zone
from throughcare.orders.timetable import (
    attendance_spans,
    condition_interval,
    curfew_spans,
    zone_spans,
)
from throughcare.service.casework.vocabulary import DayState

NOT_HELD_AGAINST = frozenset(
    {
        IncidentKind.LOSS_OF_CONTACT,
        IncidentKind.HOME_UNIT_SILENT,
        IncidentKind.BATTERY,
        IncidentKind.DEVICE_FAULT,
        IncidentKind.HOME_UNIT_POWER,
        IncidentKind.ZONE_BUFFER,
        IncidentKind.VICTIM_PROXIMITY_WARNING,
    }
)
SILENCES = frozenset({IncidentKind.LOSS_OF_CONTACT})
_HALF = 0.5
_GRAVEST_FIRST = (DayState.OPEN, DayState.DECIDED, DayState.UNKNOWN, DayState.EXCUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An incident as the calendar needs it: when, which kind, and what it makes of a night (None: nothing)."""

    interval: Interval
    kind: IncidentKind
    makes: DayState | None


@dataclass(frozen=True, slots=True)
class Day:
    """One night, by the day it begins on."""

    date: dt.date
    state: DayState


def days_of(
    history: OrderHistory,
    *,
    now_us: int,
    worn: Iterable[Interval],
    evaluated: Iterable[Interval],
    incidents: Iterable[Held],
) -> tuple[Day, ...]:
    """Return every night of an order from its first day to its last, or to now where it has no end.

    Parameters
    ----------
    worn : iterable of Interval
        When a tag was worn and had been heard from for the first time.
    evaluated : iterable of Interval
        What of that the engine has evaluated.
    incidents : iterable of Held
        Of this order, those that were taken back left out.
    """
    pieces = timeline(history, known_at_us=now_us)
    if not pieces:
        return ()
    zone = pieces[-1][1].time_zone
    start_us, stop_us = pieces[0][0].start_us, pieces[-1][0].stop_us
    last_us = now_us if stop_us == FOREVER_US else stop_us - 1
    first, last = night_of(start_us, zone), night_of(max(start_us, last_us), zone)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    edges = [noon_us(date, zone) for date in (*dates, last + dt.timedelta(days=1))]
    asked, needed = _asked(pieces, until_us=now_us)
    shares = _Shares.of(edges, needed=needed, worn=worn, evaluated=evaluated, incidents=incidents)
    return tuple(
        Day(date, DayState.AHEAD if edge >= now_us else shares.state(n, asked=asked_us > 0))
        for n, (date, edge, asked_us) in enumerate(zip(dates, edges, _per_night(asked, edges), strict=False))
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """Microseconds by night: asked after leave, of that worn, of that silent or not evaluated; and what incidents say."""

    needed: list[int]
    worn: list[int]
    unheard: list[int]
    told: list[set[DayState]]

    @classmethod
    def of(
        cls,
        edges: Sequence[int],
        *,
        needed: Sequence[Interval],
        worn: Iterable[Interval],
        evaluated: Iterable[Interval],
        incidents: Iterable[Held],
    ) -> _Shares:
        under_watch = intersect_intervals(needed, merge_intervals(worn))
        known = merge_intervals(evaluated)
        told: list[set[DayState]] = [set() for _ in edges]
        silent = []
        for held in incidents:
            if held.kind in SILENCES:
                silent.append(held.interval)
            if held.makes is not None and held.kind not in NOT_HELD_AGAINST:
                first, last = _nights(held.interval, edges)
                for n in range(first, last + 1):
                    told[n].add(held.makes)
        heard = subtract_intervals(intersect_intervals(under_watch, known), merge_intervals(silent))
        return cls(
            _per_night(needed, edges),
            _per_night(under_watch, edges),
            _per_night(subtract_intervals(under_watch, heard), edges),
            told,
        )

    def state(self, n: int, *, asked: bool) -> DayState:
        if not self.needed[n]:
            return DayState.EXCUSED if asked else DayState.NOT_ASKED
        if self.worn[n] < _HALF * self.needed[n]:
            return DayState.NOT_MONITORED
        gravest = next((state for state in _GRAVEST_FIRST if state in self.told[n]), None)
        if gravest is not None:
            return gravest
        return DayState.UNKNOWN if self.unheard[n] >= _HALF * self.worn[n] else DayState.COMPLIED


def _asked(
    pieces: Sequence[tuple[Interval, Order]], *, until_us: int
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """Return when anything was asked until an instant, and what of that no leave covered."""
    asked: list[Interval] = []
    needed: list[Interval] = []
    for piece, order in pieces:
        if piece.start_us >= until_us:
            continue
        within = Interval(piece.start_us, min(piece.stop_us, until_us))
        for condition in order.conditions:
            spans = merge_intervals(_spans(order, condition, within))
            leave = allowances_for(order, condition.condition_id)
            asked += subtract_intervals(
                spans, merge_intervals(item.interval for item in leave if item.kind == "suspension")
            )
            needed += subtract_intervals(spans, merge_intervals(item.interval for item in leave))
    return merge_intervals(asked), merge_intervals(needed)


def _spans(order: Order, condition: AnyCondition, within: Interval) -> list[Interval]:
    """Return when a condition asks something; one without hours asks at every hour."""
    if isinstance(condition, Curfew):
        found = curfew_spans(order, condition, within=within)
    elif isinstance(condition, Zone):
        found = zone_spans(order, condition, within=within)
    elif isinstance(condition, Attendance):
        found = attendance_spans(order, condition, within=within)
    else:
        whole = condition_interval(order, condition).intersect(within)
        return [] if whole is None else [whole]
    return [Interval(item.start_us, item.end_us) for item in found]


def _nights(interval: Interval, edges: Sequence[int]) -> tuple[int, int]:
    """Return the first and the last night that an interval touches, within those there are."""
    last = len(edges) - 2
    first = bisect_right(edges, interval.start_us) - 1
    return max(0, min(first, last)), max(0, min(bisect_right(edges, interval.stop_us - 1) - 1, last))


def _per_night(intervals: Sequence[Interval], edges: Sequence[int]) -> list[int]:
    """Return how much of disjoint intervals lies in each night."""
    found = [0] * (len(edges) - 1)
    nights = [Interval(start, stop) for start, stop in pairwise(edges)]
    for interval in intervals:
        if interval.start_us >= edges[-1] or interval.stop_us <= edges[0]:
            continue
        first, last = _nights(interval, edges)
        for n in range(first, last + 1):
            both = interval.intersect(nights[n])
            found[n] += total_us([both]) if both else 0
    return found
