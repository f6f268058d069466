"""Time: UTC microseconds inside, civil time with a named zone at the edge, half-open intervals.

The one rule: an instant is an ``int`` of microseconds since 1970-01-01T00:00Z (``_us``), and an interval is
half-open ``[start, end)``, ``end=None`` meaning open. Civil time ("Monday 19:00 in London") becomes an
instant only here, so that both nights of the clock change are handled in one place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from throughcare.kernel.errors import RefusedInput

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
FOREVER_US = 2**62  # later than any instant; used in arithmetic only, never stored in place of None

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A half-open span of time ``[start_us, end_us)``; ``end_us=None`` is open-ended.

    Raises
    ------
    ValueError
        If the end is not after the start.
    """

    start_us: int
    end_us: int | None = None

    def __post_init__(self) -> None:
        if self.end_us is not None and self.end_us <= self.start_us:
            raise ValueError(f"interval ends at {self.end_us}, not after its start {self.start_us}")

    @property
    def stop_us(self) -> int:
        """The end as a number: ``FOREVER_US`` for an open interval."""
        return FOREVER_US if self.end_us is None else self.end_us

    def contains(self, t_us: int) -> bool:
        """Return whether the instant lies in ``[start, end)``."""
        return self.start_us <= t_us < self.stop_us

    def intersect(self, other: Interval) -> Interval | None:
        """Return the shared span, or None where there is none."""
        start = max(self.start_us, other.start_us)
        stop = min(self.stop_us, other.stop_us)
        return span(start, stop) if start < stop else None

    def seconds(self) -> float:
        """Return the length in seconds; infinity for an open interval."""
        return float("inf") if self.end_us is None else (self.end_us - self.start_us) / SECOND_US


def span(start_us: int, stop_us: int) -> Interval:
    """Return ``Interval``, turning ``FOREVER_US`` back into an open end."""
    return Interval(start_us, None if stop_us >= FOREVER_US else stop_us)


def merge_intervals(intervals: Iterable[Interval], *, gap_us: int = 0) -> tuple[Interval, ...]:
    """Return the union as sorted disjoint intervals; neighbours within ``gap_us`` are joined."""
    items = list(intervals)
    if len(items) < 2:  # the usual case
        return tuple(items)
    merged: list[Interval] = []
    for item in sorted(items, key=lambda i: (i.start_us, i.stop_us)):
        if merged and item.start_us <= merged[-1].stop_us + gap_us:
            merged[-1] = span(merged[-1].start_us, max(merged[-1].stop_us, item.stop_us))
        else:
            merged.append(item)
    return tuple(merged)


def intersect_intervals(first: Sequence[Interval], second: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return the spans that both sets cover. Each input may overlap itself."""
    if len(first) == 1 == len(second):  # the usual case
        only = first[0].intersect(second[0])
        return () if only is None else (only,)
    a, b = merge_intervals(first), merge_intervals(second)
    shared: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        both = a[i].intersect(b[j])
        if both is not None:
            shared.append(both)
        if a[i].stop_us <= b[j].stop_us:
            i += 1
        else:
            j += 1
    return tuple(shared)


def subtract_intervals(first: Sequence[Interval], second: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return what ``first`` covers and ``second`` does not."""
    left: list[Interval] = []
    removed = merge_intervals(second)
    for item in merge_intervals(first):
        start = item.start_us
        for gone in removed:
            if gone.stop_us <= start:
                continue
            if gone.start_us >= item.stop_us:
                break
            if gone.start_us > start:
                left.append(span(start, gone.start_us))
            start = max(start, gone.stop_us)
        if start < item.stop_us:
            left.append(span(start, item.stop_us))
    return tuple(left)


def total_us(intervals: Iterable[Interval]) -> int:
    """Return the microseconds that the union covers. Open intervals are refused."""
    total = 0
    for item in merge_intervals(intervals):
        if item.end_us is None:
            raise ValueError("an open interval has no length")
        total += item.end_us - item.start_us
    return total


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone.

    Raises
    ------
    RefusedInput
        If the name is not an IANA zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedInput(
            where="time zone",
            expected="an IANA name such as Europe/London",
            found=repr(name),
            action="Use the zone in which the order's times were written.",
        ) from None


def instant_us(moment: dt.datetime) -> int:
    """Return an aware datetime as UTC microseconds, exactly (no float on the way)."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is not an instant")
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND_US + delta.microseconds


def utc_datetime(t_us: int) -> dt.datetime:
    """Return the instant as an aware UTC datetime."""
    return _EPOCH + dt.timedelta(microseconds=t_us)


def local_datetime(t_us: int, zone: str) -> dt.datetime:
    """Return the instant as an aware datetime in the named zone."""
    return utc_datetime(t_us).astimezone(time_zone(zone))


def iso_utc(t_us: int) -> str:
    """Return the instant as ISO 8601 in UTC with a ``Z``; microseconds only when there are any."""
    return utc_datetime(t_us).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> int:
    """Return an ISO 8601 date-time with an offset (or ``Z``) as UTC microseconds.

    Raises
    ------
    RefusedInput
        If the text is not ISO 8601 or has no offset.
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        raise RefusedInput(
            where="date-time",
            expected="ISO 8601 with an offset, such as 2026-03-02T19:00:00Z",
            found=repr(text),
            action="Write the date and time in that form.",
        ) from None
    if moment.tzinfo is None:
        raise RefusedInput(
            where="date-time",
            expected="an offset (Z or +01:00) after the time",
            found=repr(text),
            action="Add the offset, or declare the file's time zone.",
        )
    return instant_us(moment)


def is_ambiguous(civil: dt.datetime, zone: str) -> bool:
    """Return whether a naive civil time happens twice (the autumn clock change)."""
    tz = time_zone(zone)
    first = civil.replace(tzinfo=tz, fold=0).utcoffset()
    second = civil.replace(tzinfo=tz, fold=1).utcoffset()
    return first is not None and second is not None and first > second


def is_skipped(civil: dt.datetime, zone: str) -> bool:
    """Return whether a naive civil time never happens (the spring clock change)."""
    tz = time_zone(zone)
    first = civil.replace(tzinfo=tz, fold=0).utcoffset()
    second = civil.replace(tzinfo=tz, fold=1).utcoffset()
    return first is not None and second is not None and first < second


def civil_us(day: dt.date, at: dt.time, zone: str, *, fold: int = 0) -> int:
    """Return the instant of a civil date and time in a zone.

    A time that never happens (01:30 on the spring night in London) is read with the offset before the
    change, so it lands one hour later on the clock; a time that happens twice is the first unless ``fold=1``.

    Parameters
    ----------
    day, at : date, time
        Civil, without a zone.
    zone : str
        IANA name.
    fold : {0, 1}
        Which of two equal clock times on the autumn night.
    """
    moment = dt.datetime.combine(day, at).replace(tzinfo=time_zone(zone), fold=fold)
    return instant_us(moment.astimezone(dt.UTC))


def civil_day_interval(first: dt.date, last: dt.date | None, zone: str) -> Interval:
    """Return ``[first 00:00, the midnight that ends last)``: the end date is inclusive.

    The day of the clock change is 23 or 25 hours long. ``last=None`` is open-ended.
    """
    start = civil_us(first, dt.time(0), zone)
    if last is None:
        return Interval(start)
    return Interval(start, civil_us(last + dt.timedelta(days=1), dt.time(0), zone))
