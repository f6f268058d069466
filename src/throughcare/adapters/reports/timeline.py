"""The timeline of a night: what was asked, where the tag was, what was heard, and how sure the rule was.

Every bar carries a word or a pattern: nothing rests on colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.adapters.reports import words
from throughcare.adapters.reports.axis import GUTTER, RIGHT, WIDTH, Axis
from throughcare.adapters.reports.palette import INK, MIST, PAPER, QUIET
from throughcare.adapters.reports.rows import (
    Row,
    allowance_row,
    battery_row,
    fixes_row,
    power_row,
    presence_rows,
    probability_row,
    radio_row,
    spells_row,
    window_rows,
)
from throughcare.adapters.reports.svg import halo_text, path_d, picture, tag, text
from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.time import Interval
from throughcare.monitoring.evidence import EvidenceBundle

_TOP = 62.0


@dataclass(frozen=True, slots=True)
class TimelineDrawing:
    """A timeline, and in words what it shows."""

    svg: str
    description: str
    notes: tuple[str, ...]


def draw_timeline(
    view: ActivationView,
    bundles: Sequence[EvidenceBundle],
    *,
    shown: Interval,
    ident: str,
    title: str,
) -> TimelineDrawing:
    """Return the timeline of a span of time, with the incidents of ``bundles`` marked in it.

    Parameters
    ----------
    shown : Interval
        Closed; the night or the incident with a margin.
    ident : str
        Prefix of the SVG ids; unique on the page and made by us.
    """
    axis = Axis.over(shown, view.time_zone)
    rows = [
        row
        for row in (
            *window_rows(view, axis),
            allowance_row(view, axis),
            *presence_rows(view, axis),
            spells_row(view, bundles, axis),
            probability_row(bundles, axis),
            radio_row(view, axis),
            fixes_row(view, axis),
            power_row(view, axis),
            battery_row(view, axis),
        )
        if row is not None
    ]
    bands, contents, bottom = _stack(rows)
    change = words.clock_change_us(shown.start_us, shown.stop_us, view.time_zone)
    description = _description(axis, rows)
    svg = picture(
        tag("rect", width=WIDTH, height=bottom + 14, fill=PAPER),
        bands,
        axis.grid(top=_TOP, bottom=bottom),
        _change(axis, change, bottom) or _known_until(axis, view.monitored.stop_us, bottom),
        _detections(bundles, axis, bottom),
        contents,
        width=WIDTH,
        height=bottom + 14,
        ident=ident,
        title=title,
        description=description,
        kind="timeline",
    )
    notes = () if change is None else (_change_words(change, view.time_zone),)
    return TimelineDrawing(svg, description, notes)


def _stack(rows: Sequence[Row]) -> tuple[str, str, float]:
    """Return the bands, the rows on them, and where they end: the lines of time go between the two."""
    bands, contents = [], []
    y = _TOP
    for index, row in enumerate(rows):
        fill = MIST if index % 2 == 0 else PAPER
        bands.append(tag("rect", x=0, y=y, width=WIDTH, height=row.height, fill=fill))
        label = "".join(
            text(8, y + row.height / 2 + 4 + (k - (len(row.label) - 1) / 2) * 13, line, font_size=11.5)
            for k, line in enumerate(row.label)
        )
        drawing = tag("g", row.drawing, transform=f"translate(0 {y:.1f})")
        contents.append(tag("g", label, drawing, class_="row"))
        y += row.height
    return "".join(bands), "".join(contents), y


def _description(axis: Axis, rows: Sequence[Row]) -> str:
    span = f"From {words.moment(axis.start_us, axis.zone)} to {words.moment(axis.stop_us, axis.zone)}."
    return " ".join([span, *(row.words for row in rows)])


def _change(axis: Axis, change_us: int | None, bottom: float) -> str:
    if change_us is None:
        return ""
    x = axis.x(change_us)
    line = tag(
        "path",
        d=path_d(((x, 40), (x, bottom))),
        stroke=INK,
        stroke_width=1.6,
        stroke_dasharray="2 3",
        fill="none",
    )
    before = words.clock(change_us - 1_000_000, axis.zone)
    note = f"clocks change here: after {before} comes {words.clock(change_us, axis.zone)}"
    left = x < (GUTTER + RIGHT) / 2
    return line + halo_text(
        x + (5 if left else -5),
        15,
        note,
        text_anchor="start" if left else "end",
        font_weight="bold",
        font_size=11,
    )


def _known_until(axis: Axis, known_us: int, bottom: float) -> str:
    """Mark where knowledge ends inside the drawing: the empty part after it is not an absence of reports."""
    if not axis.start_us < known_us < axis.stop_us:
        return ""
    x = axis.x(known_us)
    line = tag(
        "path", d=path_d(((x, 20), (x, bottom))), stroke=QUIET, stroke_width=1.6, stroke_dasharray="6 4"
    )
    note = f"nothing is known after {words.clock(known_us, axis.zone)}"
    return line + halo_text(x - 5, 15, note, text_anchor="end", font_size=11, font_weight="bold")


def _change_words(change_us: int, zone: str) -> str:
    before, after = words.clock(change_us - 1_000_000, zone), words.clock(change_us, zone)
    return f"The clocks change in this night: after {before} comes {after}. Lengths are true lengths."


def _detections(bundles: Sequence[EvidenceBundle], axis: Axis, bottom: float) -> str:
    parts = []
    taken = -1e9
    moments = sorted({bundle.incident.detected_us for bundle in bundles})
    for t_us in moments:
        if not axis.start_us <= t_us <= axis.stop_us:
            continue
        x = axis.x(t_us)
        parts.append(tag("path", d=path_d(((x, 34), (x, bottom))), stroke=INK, stroke_width=1.3, fill="none"))
        note = f"enough evidence at {words.clock(t_us, axis.zone)}"
        if x - taken > 165:
            end = x > RIGHT - 165
            parts.append(
                halo_text(x + (-4 if end else 4), 31, note, font_size=11, text_anchor="end" if end else None)
            )
            taken = x
    return "".join(parts)
