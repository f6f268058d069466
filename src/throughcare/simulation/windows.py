"""When conditions run: timetables of civil time as spans of simulated seconds."""

from __future__ import annotations

import datetime as dt

import numpy as np

from throughcare.orders.model import Curfew, Span
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.shapes import Floats

Spans = list[tuple[float, float]]


def timetable_spans(
    *, timetable: tuple[Span, ...], calendar: Calendar, first: dt.date, last: dt.date | None
) -> Spans:
    """Return the (start, end) seconds of a weekly timetable: a span belongs to the day on which it begins.

    Parameters
    ----------
    first, last : date
        Only spans that begin on these days or between are returned; ``last=None`` is open-ended.
    """
    found: Spans = []
    for day in range(calendar.days):
        date = calendar.date(day)
        if date < first or (last is not None and date > last):
            continue
        for item in timetable:
            if item.day.iso == date.isoweekday():
                found.append(_span_s(calendar, day, item))
    return sorted(found)


def _span_s(calendar: Calendar, day: int, item: Span) -> tuple[float, float]:
    start_min, end_min = item.minutes()
    over, minute = divmod(end_min, 1440)
    at = dt.time(minute // 60, minute % 60)
    assert end_min > start_min
    return calendar.civil_s(day, item.start), calendar.civil_s(day + over, at)


def curfew_spans(*, curfew: Curfew, calendar: Calendar) -> Spans:
    """Return the windows of a curfew over the simulated days, phase by phase."""
    found: Spans = []
    for phase in curfew.phases:
        ends = [date for date in (phase.end_date, curfew.end_date) if date is not None]
        found += timetable_spans(
            timetable=phase.timetable,
            calendar=calendar,
            first=max(phase.start_date, curfew.start_date),
            last=min(ends) if ends else None,
        )
    return sorted(found)


def minus(spans: Spans, gone: Spans) -> Spans:
    """Return what ``spans`` cover and ``gone`` do not."""
    left = list(spans)
    for start, end in gone:
        left = [
            (a, b)
            for begin, stop in left
            for a, b in ((begin, min(stop, start)), (max(begin, end), stop))
            if b > a
        ]
    return sorted(set(left))


def clip(spans: Spans, start_s: float, end_s: float) -> Spans:
    """Return the spans cut to ``[start_s, end_s)``."""
    cut = [(max(a, start_s), min(b, end_s)) for a, b in spans]
    return [(a, b) for a, b in cut if b > a]


def as_array(spans: Spans) -> Floats:
    """Return spans as an array (k, 2)."""
    return np.array(spans, dtype=np.float64).reshape(-1, 2)
