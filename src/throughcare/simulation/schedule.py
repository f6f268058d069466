"""When an order's conditions run, in simulated seconds: the order layer's own timetables, nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from throughcare.kernel.time import FOREVER_US, Interval
from throughcare.orders.history import history_of, timeline
from throughcare.orders.model import Attendance, Curfew, Order, Zone
from throughcare.orders.timetable import ScheduledSpan, attendance_spans, curfew_spans, zone_spans
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.shapes import Floats

Spans = list[tuple[float, float]]
_Kind = TypeVar("_Kind", Curfew, Zone, Attendance)


def curfew_windows(*, orders: Iterable[Order], calendar: Calendar) -> Spans:
    """Return the curfew windows (start, end) that begin in the simulated days, version by version."""
    return _scheduled(orders, calendar, Curfew, lambda o, c, i: curfew_spans(o, c, within=i))


def zone_windows(*, orders: Iterable[Order], calendar: Calendar) -> Spans:
    """Return when the order's zone runs, over the simulated days."""
    return _scheduled(orders, calendar, Zone, lambda o, c, i: zone_spans(o, c, within=i))


def appointments(*, orders: Iterable[Order], calendar: Calendar) -> Spans:
    """Return the (start, end) of every appointment that begins in the simulated days."""
    return _scheduled(orders, calendar, Attendance, lambda o, c, i: attendance_spans(o, c, within=i))


def _scheduled(
    orders: Iterable[Order],
    calendar: Calendar,
    kind: type[_Kind],
    spans_of: Callable[[Order, _Kind, Interval], tuple[ScheduledSpan, ...]],
) -> Spans:
    whole = Interval(calendar.start_us, calendar.to_us(calendar.end_s))
    found: Spans = []
    for interval, order in timeline(history_of(orders), known_at_us=FOREVER_US):
        piece = interval.intersect(whole)
        for condition in order.conditions:
            if isinstance(condition, kind) and piece is not None:
                spans = spans_of(order, condition, piece)
                found += [(calendar.to_s(span.start_us), calendar.to_s(span.end_us)) for span in spans]
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
