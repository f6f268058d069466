"""Weekly timetables become instants: curfews, zones and appointments, right on both nights of the clock change.

The rules, which ``docs/rules/orders-curfew-timetable.md`` shows as tables:

* A span begins on its day; an end at or before the start is on the next day.
* End dates are inclusive: a condition ends at the midnight that ends its last day, and a span that is running
  then is cut there. A condition begins at the midnight that starts its first day, so the evening before its
  first day is not part of it, nor is the rest of that night.
* Inside a condition a night belongs to the phase in which it began and runs to its end, into the next phase if
  need be; where the next phase has hours of its own, they take over from the moment they begin.
* On the day of release the day-of-release curfew replaces the spans that begin that day. Where it runs into a
  span of the next day, that span begins when it ends.
* Clock changes: hours are read off the wall clock. A span over the spring night is an hour shorter and over
  the autumn night an hour longer. A clock time that the spring night skips is the moment of the change; one
  that the autumn night repeats is the first of the two. So spans that do not overlap in the timetable never
  overlap on any night, and a span that lies wholly in the skipped hour does not exist that night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from throughcare.kernel.time import (
    DAY_US,
    MINUTE_US,
    SECOND_US,
    Interval,
    civil_day_interval,
    civil_us,
    is_skipped,
    local_datetime,
)
from throughcare.orders.model import Attendance, Condition, Curfew, Order, Span, Zone
from throughcare.orders.recurrence import occurrence_days
from throughcare.orders.week import DAY_MIN


@dataclass(frozen=True, slots=True)
class ScheduledSpan:
    """A span of a timetable at its instants ``[start_us, end_us)``, and where it comes from.

    ``place_ids`` are alternatives: any of them satisfies a curfew. Empty for a zone, whose area is its own.
    """

    start_us: int
    end_us: int
    place_ids: tuple[str, ...]
    label: str


def condition_interval(order: Order, condition: Condition) -> Interval:
    """Return when a condition runs: its own dates within the order's, both end dates inclusive.

    An order whose condition has no day in common with it cannot be constructed.
    """
    dates = civil_day_interval(condition.start_date, condition.end_date, order.time_zone)
    shared = dates.intersect(order.interval)
    assert shared is not None
    return shared


def curfew_spans(order: Order, curfew: Curfew, *, within: Interval) -> tuple[ScheduledSpan, ...]:
    """Return the curfew's spans as instants: sorted, disjoint, cut to its dates and to ``within``.

    Parameters
    ----------
    within : Interval
        Bounded; only what lies in it is returned.

    Raises
    ------
    ValueError
        If ``within`` is open-ended.
    """
    window = _window(order, curfew, within)
    if window is None:
        return ()
    weekly: list[ScheduledSpan] = []
    for number, phase in enumerate(curfew.phases, 1):
        days = _days(window, order.time_zone, phase.start_date, phase.end_date)
        weekly.extend(_weekly(phase.timetable, days, order.time_zone, f"phase {number}, "))
    weekly.sort(key=lambda item: item.start_us)
    if curfew.release_day is not None:
        weekly = _with_release_day(order, curfew, weekly)
    return _clipped(_until_next(weekly), window)


def zone_spans(order: Order, zone: Zone, *, within: Interval) -> tuple[ScheduledSpan, ...]:
    """Return when a zone applies, as instants; a zone without a timetable always applies.

    Sorted, disjoint, cut to the zone's dates and to ``within``, which must be bounded (ValueError).
    """
    window = _window(order, zone, within)
    if window is None:
        return ()
    if not zone.timetable:
        return (ScheduledSpan(window.start_us, window.stop_us, (), "always"),)
    days = _days(window, order.time_zone, zone.start_date, zone.end_date)
    weekly = sorted(_weekly(zone.timetable, days, order.time_zone, ""), key=lambda item: item.start_us)
    return _clipped(_until_next(weekly), window)


def attendance_spans(order: Order, attendance: Attendance, *, within: Interval) -> tuple[ScheduledSpan, ...]:
    """Return the appointments of a recurrence rule, whose count starts on the condition's first day.

    An appointment lasts ``duration_min`` of elapsed time from its clock time. Sorted, cut to the condition's
    dates and to ``within``, which must be bounded (ValueError).
    """
    window = _window(order, attendance, within)
    if window is None:
        return ()
    days = _days(window, order.time_zone, attendance.start_date, attendance.end_date)
    length_us = attendance.duration_min * MINUTE_US
    minute = _minute(attendance.start)
    starts = (
        _clock_us(day, minute, order.time_zone)
        for day in occurrence_days(
            attendance.recurrence,
            start=attendance.start_date,
            first=dt.date.fromordinal(days.start),
            last=dt.date.fromordinal(max(days.stop - 1, days.start)),
        )
    )
    label = f"appointment {attendance.start:%H:%M}, {attendance.duration_min} minutes"
    made = [ScheduledSpan(t, t + length_us, (attendance.place_id,), label) for t in starts]
    return _clipped(made, window)


def _window(order: Order, condition: Condition, within: Interval) -> Interval | None:
    if within.end_us is None:
        raise ValueError("within is open-ended; a timetable has no last span, so give an end")
    return condition_interval(order, condition).intersect(within)


def _days(window: Interval, zone: str, first: dt.date, last: dt.date | None) -> range:
    """Return the ordinals of the days on which a span that reaches the window may begin."""
    earliest = local_datetime(window.start_us, zone).date().toordinal() - 1
    latest = local_datetime(window.stop_us - 1, zone).date().toordinal()
    stop = latest if last is None else min(latest, last.toordinal())
    return range(max(earliest, first.toordinal()), stop + 1)


def _weekly(timetable: Sequence[Span], days: range, zone: str, prefix: str) -> Iterator[ScheduledSpan]:
    by_weekday: list[list[tuple[int, int, tuple[str, ...], str]]] = [[] for _ in range(7)]
    for item in timetable:
        start, end = item.minutes()
        by_weekday[item.day.iso - 1].append((start, end, item.place_ids, f"{prefix}{item}"))
    for ordinal in days:
        for start, end, places, label in by_weekday[(ordinal - 1) % 7]:
            start_us, end_us = _at(ordinal, start, zone), _at(ordinal, end, zone)
            if start_us < end_us:
                yield ScheduledSpan(start_us, end_us, places, label)


def _at(ordinal: int, minute: int, zone: str) -> int:
    """Return the instant of a clock minute; one of 1,440 or more is on the next day."""
    ordinal, minute = ordinal + minute // DAY_MIN, minute % DAY_MIN
    midnight_us, plain = _day(ordinal, zone)
    if plain:
        return midnight_us + minute * MINUTE_US
    return _clock_us(dt.date.fromordinal(ordinal), minute, zone)


@lru_cache(maxsize=8192)
def _day(ordinal: int, zone: str) -> tuple[int, bool]:
    """Return a civil day's first instant and whether it has 24 hours. Orders share days, so it is cached."""
    whole = civil_day_interval(dt.date.fromordinal(ordinal), dt.date.fromordinal(ordinal), zone)
    return whole.start_us, whole.stop_us - whole.start_us == DAY_US


def _clock_us(day: dt.date, minute: int, zone: str) -> int:
    at = dt.time(minute // 60, minute % 60)
    if is_skipped(dt.datetime.combine(day, at), zone):
        return _change_us(civil_us(day, at, zone, fold=1), civil_us(day, at, zone), zone)
    return civil_us(day, at, zone)


def _change_us(before_us: int, after_us: int, zone: str) -> int:
    """Return the instant between two at which the zone's offset changes, to the second, by halving."""
    low, high = before_us // SECOND_US, after_us // SECOND_US
    old = local_datetime(low * SECOND_US, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if local_datetime(middle * SECOND_US, zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high * SECOND_US


def _with_release_day(order: Order, curfew: Curfew, weekly: list[ScheduledSpan]) -> list[ScheduledSpan]:
    release = curfew.release_day
    assert release is not None
    start, end = _minute(release.start), _minute(release.end)
    ordinal = release.release_date.toordinal()
    label = f"day of release {release.start:%H:%M}-{release.end:%H:%M}"
    opening = ScheduledSpan(
        _at(ordinal, start, order.time_zone),
        _at(ordinal, end if end > start else end + DAY_MIN, order.time_zone),
        (release.place_id,),
        label,
    )
    that_day = civil_day_interval(release.release_date, release.release_date, order.time_zone)
    rest = [item for item in weekly if not that_day.contains(item.start_us)]
    later = [
        replace(item, start_us=max(item.start_us, opening.end_us))
        if item.start_us >= that_day.stop_us
        else item
        for item in rest
    ]
    return sorted([*later, opening], key=lambda item: item.start_us)


def _until_next(ordered: list[ScheduledSpan]) -> Iterator[ScheduledSpan]:
    """Cut each span where the next begins: only a new phase or the day of release can begin in one."""
    for item, following in pairwise(ordered):
        yield item if item.end_us <= following.start_us else replace(item, end_us=following.start_us)
    yield from ordered[-1:]


def _clipped(spans: Iterable[ScheduledSpan], window: Interval) -> tuple[ScheduledSpan, ...]:
    low, high = window.start_us, window.stop_us
    kept: list[ScheduledSpan] = []
    for item in spans:
        if low <= item.start_us < item.end_us <= high:
            kept.append(item)
            continue
        start, end = max(item.start_us, low), min(item.end_us, high)
        if start < end:
            kept.append(replace(item, start_us=start, end_us=end))
    return tuple(kept)


def _minute(at: dt.time) -> int:
    return at.hour * 60 + at.minute
