"""The drawings of the desk: the night of an incident, its map, a day of work, and the time to court packs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.adapters.reports import words
from throughcare.adapters.reports.map import draw_incident_map, no_map_words
from throughcare.adapters.reports.pack import incident_span
from throughcare.adapters.reports.palette import BLUE, INK, LINE, MIST, NAVY, ORANGE, PAPER, QUIET
from throughcare.adapters.reports.points import GAP_US
from throughcare.adapters.reports.svg import path_d, picture, tag, text
from throughcare.adapters.reports.timeline import TimelineDrawing, draw_timeline
from throughcare.kernel.time import HOUR_US
from throughcare.runners.embedded import Traced

_WIDTH, _HEIGHT = 960.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 940.0, 44.0, 280.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing, in words what it shows, and notes on it; ``svg`` is empty where there is nothing to draw."""

    svg: str
    description: str
    notes: tuple[str, ...] = ()


def night_of(traced: Traced) -> Drawn:
    """Return the timeline of an incident and of the hours asked around it."""
    view, incident = traced.activation, traced.bundle.incident
    made: TimelineDrawing = draw_timeline(
        view,
        [traced.bundle],
        shown=incident_span(incident, view),
        ident="night",
        title="Timeline of the night",
    )
    return Drawn(made.svg, made.description, made.notes)


def map_of(traced: Traced) -> Drawn:
    """Return the map of an incident; without one where positions play no part or are withheld."""
    view = traced.activation
    made = draw_incident_map(
        traced.bundle,
        places=view.places,
        time_zone=view.time_zone,
        ident="map",
        gap_us=GAP_US,
        background=None,
    )
    if made is None:
        return Drawn("", no_map_words(traced.bundle))
    return Drawn(made.svg, made.description, made.notes)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the desk: what came, what was taken, and what waited at its end."""

    start_us: int
    arrived: int
    acknowledged: int
    waiting: int


def workload_curve(hours: Sequence[Hour], *, length: int, zone: str, shift_starts: Sequence[int]) -> Drawn:
    """Return the curve of a day: bars of items that came and were acknowledged, a line of those that waited.

    Parameters
    ----------
    hours : sequence of Hour
        From the first of the day up to now.
    length : int
        How many hours the day has; those to come are left empty.
    shift_starts : sequence of int, UTC microseconds
        Where a shift begins; marked by a line.
    """
    most = max(1, *(max(h.arrived, h.acknowledged, h.waiting) for h in hours))
    wide = (_RIGHT - _LEFT) / length
    parts = [_frame(most), _axis(hours[0].start_us, length, zone, shift_starts)]
    for place, hour in enumerate(hours):
        x = _LEFT + place * wide
        parts.append(_bar(x + wide * 0.16, wide * 0.3, hour.arrived, most, BLUE))
        parts.append(_bar(x + wide * 0.52, wide * 0.3, hour.acknowledged, most, PAPER))
    line = [(_LEFT + (place + 1) * wide, _y(hour.waiting, most)) for place, hour in enumerate(hours)]
    parts.append(tag("path", d=path_d(line), stroke=ORANGE, stroke_width=5, fill="none"))
    parts.append(tag("path", d=path_d(line), stroke=INK, stroke_width=1.5, fill="none"))
    said = (
        f"{sum(h.arrived for h in hours)} items came and {sum(h.acknowledged for h in hours)} were acknowledged; "
        f"the most that waited at the end of an hour were {max(h.waiting for h in hours)}. The table has every number."
    )
    svg = picture(
        tag("rect", width=_WIDTH, height=_HEIGHT, fill=PAPER), *parts, _legend(),
        width=_WIDTH, height=_HEIGHT, ident="load", title="Items by hour", description=said, kind="tc-chart",
    )  # fmt: skip
    return Drawn(svg, said)


def _legend() -> str:
    marks = (
        (tag("rect", x=_LEFT, y=12, width=14, height=12, fill=BLUE), "came"),
        (
            tag("rect", x=_LEFT + 90, y=12, width=14, height=12, fill=PAPER, stroke=NAVY, stroke_width=1.5),
            "acknowledged",
        ),
        (
            tag("path", d=path_d(((_LEFT + 240, 18), (_LEFT + 262, 18))), stroke=ORANGE, stroke_width=5),
            "waiting at the end of the hour",
        ),
    )
    places = (_LEFT + 20, _LEFT + 110, _LEFT + 268)
    return "".join(mark + text(x, 23, said) for (mark, said), x in zip(marks, places, strict=True))


def _frame(most: int) -> str:
    parts = [tag("rect", x=_LEFT, y=_TOP, width=_RIGHT - _LEFT, height=_BOTTOM - _TOP, fill=MIST)]
    for step in sorted({0, most // 2, most}):
        y = _y(step, most)
        parts.append(tag("path", d=path_d(((_LEFT, y), (_RIGHT, y))), stroke=LINE, stroke_width=0.7))
        parts.append(text(_LEFT - 8, y + 4, str(step), text_anchor="end", fill=QUIET))
    return "".join(parts)


def _axis(first_us: int, length: int, zone: str, starts: Sequence[int]) -> str:
    wide = (_RIGHT - _LEFT) / length
    parts = []
    for place in range(0, length, 3):
        label = words.clock(first_us + place * HOUR_US, zone)[:5]
        parts.append(text(_LEFT + place * wide, _BOTTOM + 18, label, text_anchor="middle", fill=QUIET))
    for t_us in starts:
        x = _LEFT + (t_us - first_us) / HOUR_US * wide
        line = path_d(((x, _TOP), (x, _BOTTOM)))
        parts.append(tag("path", d=line, stroke=INK, stroke_dasharray="4 3", fill="none"))
        parts.append(text(x + 4, _BOTTOM + 38, "shift begins", font_size=11))
    return "".join(parts)


def _y(value: float, most: float) -> float:
    return _BOTTOM - value / most * (_BOTTOM - _TOP)


def _bar(x: float, width: float, value: int, most: int, fill: str) -> str:
    y = _y(value, most)
    return (
        tag("rect", x=x, y=y, width=width, height=_BOTTOM - y, fill=fill, stroke=NAVY, stroke_width=1.5)
        if value
        else ""
    )


def pack_times(points: Sequence[tuple[int, float]], *, zone: str) -> Drawn:
    """Return the chart of court packs: when each was made, and how many hours after the violation.

    Parameters
    ----------
    points : sequence of (int, float)
        When it was made (UTC microseconds) and the hours from the violation to it, in time order.
    """
    if not points:
        return Drawn("", "No court pack has been made in this time.")
    longest = max(hours for _, hours in points)
    first_us, last_us = points[0][0], max(points[-1][0], points[0][0] + 1)
    middle = sorted(hours for _, hours in points)[len(points) // 2]
    parts = [_frame(max(1, round(longest)))]
    scale = max(1, round(longest), longest)
    for made_us, hours in points:
        x = _LEFT + 12 + (made_us - first_us) / (last_us - first_us) * (_RIGHT - _LEFT - 24)
        parts.append(tag("circle", cx=x, cy=_y(hours, scale), r=5.0, fill=BLUE, stroke=PAPER))
    y = _y(middle, scale)
    parts.append(tag("path", d=path_d(((_LEFT, y), (_RIGHT, y))), stroke=INK, stroke_dasharray="6 4"))
    parts.append(text(_RIGHT - 4, y - 6, f"middle: {middle:.1f} hours", text_anchor="end"))
    parts.append(text(_LEFT, _TOP - 12, "Hours from the violation to the court pack", fill=QUIET))
    for t_us, anchor, x in ((first_us, "start", _LEFT), (points[-1][0], "end", _RIGHT)):
        parts.append(text(x, _BOTTOM + 18, words.day(t_us, zone), text_anchor=anchor, fill=QUIET))
    said = f"{words.count(len(points), 'pack')}; the middle one came {middle:.1f} hours after the violation, the longest {longest:.1f}."
    svg = picture(
        tag("rect", width=_WIDTH, height=_HEIGHT, fill=PAPER), *parts,
        width=_WIDTH, height=_HEIGHT, ident="packs", title="Time to court packs", description=said, kind="tc-chart",
    )  # fmt: skip
    return Drawn(svg, said)
