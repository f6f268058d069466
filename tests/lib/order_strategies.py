"""Hypothesis strategies of whole orders: any timetable, any zone, dates on both sides of the clock changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from tests.lib.order_cases import DAYS, HOME, order_json
from throughcare.orders.model import Order

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago", "UTC")
WEEK_MIN = 7 * 1440
FIRST = dt.date(2026, 1, 1)


def clock(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute % 1440 // 60:02}:{minute % 60:02}"


@st.composite
def timetables(draw: st.DrawFn, *, place: str | None = "home") -> list[dict[str, Any]]:
    """Draw a weekly timetable whose spans may touch and never overlap, Sunday into Monday included."""
    cuts = draw(st.lists(st.integers(0, WEEK_MIN // 5 - 1), min_size=2, max_size=16, unique=True))
    edges = sorted(cut * 5 for cut in cuts)
    pairs = list(zip(edges, [*edges[1:], edges[0] + WEEK_MIN], strict=True))
    chosen = [pair for pair in pairs if pair[1] - pair[0] <= 1440 and draw(st.booleans())]
    spans = chosen or [(edges[0], min(edges[0] + 60, pairs[0][1]))]
    return [
        {
            "day": DAYS[start // 1440],
            "start": clock(start),
            "end": clock(end),
            "place_ids": [] if place is None else [place],
        }
        for start, end in spans
    ]


@st.composite
def curfews(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a curfew of one to three phases, with or without a day of release, in or beyond 2026."""
    start = FIRST + dt.timedelta(days=draw(st.integers(0, 330)))
    phases = []
    first = start
    for _ in range(draw(st.integers(1, 3))):
        last = first + dt.timedelta(days=draw(st.integers(0, 40)))
        phases.append({"start_date": str(first), "end_date": str(last), "timetable": draw(timetables())})
        first = last + dt.timedelta(days=1 + draw(st.integers(0, 3)))
    end = start + dt.timedelta(days=draw(st.integers(0, 130)))
    made = {
        "kind": "curfew",
        "condition_id": "c1",
        "start_date": str(start),
        "end_date": draw(st.sampled_from([None, str(end)])),
        "phases": phases,
    }
    if draw(st.booleans()):
        made["release_day"] = {
            "release_date": str(start),
            "start": clock(draw(st.integers(0, 287)) * 5),
            "end": clock(draw(st.integers(0, 287)) * 5),
            "place_id": "home",
        }
    return made


@st.composite
def zones(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an exclusion zone, always or to a timetable."""
    return {
        "kind": "exclusion_zone",
        "condition_id": "z1",
        "name": "the town",
        "start_date": "2026-01-05",
        "end_date": draw(st.sampled_from([None, "2026-04-01", "2026-11-01"])),
        "area": HOME | {"radius_m": draw(st.integers(5, 500))},
        "buffer_m": draw(st.integers(0, 100)),
        "timetable": draw(st.one_of(st.just([]), timetables(place=None))),
    }


@st.composite
def orders(draw: st.DrawFn, *, time_zone: str | None = None) -> Order:
    """Draw a whole order with a curfew and perhaps a zone and a trail."""
    conditions = [draw(curfews())]
    if draw(st.booleans()):
        conditions.append(draw(zones()))
    if draw(st.booleans()):
        conditions.append({"kind": "trail", "condition_id": "t1", "start_date": "2026-02-01"})
    return Order.model_validate(
        order_json(
            *conditions,
            start_date="2026-01-01",
            end_date=draw(st.sampled_from([None, "2027-06-30"])),
            time_zone=time_zone or draw(st.sampled_from(ZONES)),
            convicted_on=draw(st.sampled_from([None, "2021-01-01", "2025-01-01"])),
        )
    )
