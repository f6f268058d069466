"""The calendar of an order as a drawing: a square a night, seven a column, each with a letter beside its colour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from throughcare.adapters.reports.palette import INK, LINE, MIST, NAVY, PAPER, QUIET, RED
from throughcare.adapters.reports.svg import picture, tag, text
from throughcare.service.casework.calendar import Day
from throughcare.service.casework.vocabulary import DAY_WORDS, DayState

# state -> (fill, ink, letter)
LOOKS: dict[DayState, tuple[str, str, str]] = {
    DayState.COMPLIED: ("#cfe6d8", INK, "·"),
    DayState.OPEN: (RED, PAPER, "I"),
    DayState.DECIDED: (NAVY, PAPER, "D"),
    DayState.EXCUSED: ("#fff7bf", INK, "E"),
    DayState.UNKNOWN: ("#b9bfc3", INK, "?"),
    DayState.NOT_MONITORED: (PAPER, INK, "X"),
    DayState.NOT_ASKED: (MIST, QUIET, "-"),
    DayState.AHEAD: (PAPER, QUIET, ""),
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SQUARE, _STEP, _LEFT, _TOP = 20.0, 22.0, 44.0, 22.0
_WEEKS_A_BAND = 30
_LEGEND_COLUMN = 172.0


def weeks_of(days: Sequence[Day]) -> list[tuple[dt.date, list[Day | None]]]:
    """Return the nights by week, Monday first; None for a day that the order does not have."""
    if not days:
        return []
    by_date = {day.date: day for day in days}
    monday = days[0].date - dt.timedelta(days=days[0].date.weekday())
    number = (days[-1].date - monday).days // 7 + 1
    mondays = [monday + dt.timedelta(weeks=n) for n in range(number)]
    return [(first, [by_date.get(first + dt.timedelta(days=n)) for n in range(7)]) for first in mondays]


def draw_calendar(days: Sequence[Day], *, ident: str, title: str) -> str:
    """Return the drawing; the page's table holds the same."""
    weeks = weeks_of(days)
    bands = [weeks[n : n + _WEEKS_A_BAND] for n in range(0, len(weeks), _WEEKS_A_BAND)]
    band_height = _TOP + 7 * _STEP + 8
    parts = [_band(band, n * band_height) for n, band in enumerate(bands)]
    height = len(bands) * band_height
    key, tall = _legend(days, height)
    wide = max(_LEFT + min(len(weeks), _WEEKS_A_BAND) * _STEP + 8, _LEFT + 3 * _LEGEND_COLUMN)
    return picture(
        *parts,
        key,
        width=wide,
        height=height + tall,
        ident=ident,
        title=title,
        description=said(days),
        kind="tc-chart tc-calendar",
    )


def said(days: Sequence[Day]) -> str:
    """Return the calendar in one sentence of counts."""
    counted = [(state, sum(day.state is state for day in days)) for state in DayState]
    return "; ".join(f"{DAY_WORDS[state].lower()} {number}" for state, number in counted if number)


def _band(weeks: Sequence[tuple[dt.date, list[Day | None]]], top: float) -> str:
    parts = [
        text(0, top + _TOP + n * _STEP + 15, name, fill=QUIET) for n, name in enumerate(DAYS) if n % 2 == 0
    ]
    for column, (monday, week) in enumerate(weeks):
        x = _LEFT + column * _STEP
        words = _month(monday, column=column)
        if words:
            parts.append(text(x, top + 14, words))
        parts += [
            _square(day.state, x, top + _TOP + n * _STEP, title=_title(day))
            for n, day in enumerate(week)
            if day is not None
        ]
    return "".join(parts)


def _month(monday: dt.date, *, column: int) -> str:
    """Return the month to write over a week: over the first of a band with its year, then where a month begins."""
    if column == 0:
        soon = monday + dt.timedelta(weeks=2)  # the label takes the room of three weeks, and speaks for them
        return f"{monday:%b %Y}" if soon.month == monday.month else f"{monday:%b} to {soon:%b %Y}"
    return f"{monday:%b}" if monday.day <= 7 and column > 2 else ""


def _title(day: Day) -> str:
    return tag("title", f"{day.date.day} {day.date:%b %Y}: {DAY_WORDS[day.state].lower()}")


def _square(state: DayState, x: float, y: float, *, title: str = "") -> str:
    fill, ink, letter = LOOKS[state]
    dash = "3 2" if state in {DayState.NOT_MONITORED, DayState.AHEAD} else None
    box = tag(
        "rect", title, x=x, y=y, width=_SQUARE, height=_SQUARE, fill=fill,
        stroke=LINE if state is DayState.AHEAD else INK, stroke_width=2 if state is DayState.OPEN else 1,
        stroke_dasharray=dash,
    )  # fmt: skip
    if not letter:
        return box
    return box + text(x + _SQUARE / 2, y + 15, letter, text_anchor="middle", fill=ink, font_weight="bold")


def _legend(days: Sequence[Day], top: float) -> tuple[str, float]:
    seen = {day.state for day in days}
    shown = [state for state in DayState if state in seen]
    parts = []
    for n, state in enumerate(shown):
        x, y = _LEFT + (n % 3) * _LEGEND_COLUMN, top + 6 + (n // 3) * 26
        parts.append(_square(state, x, y))
        parts.append(text(x + 28, y + 15, DAY_WORDS[state], font_size=14))
    return "".join(parts), 12 + 26.0 * -(-len(shown) // 3)
