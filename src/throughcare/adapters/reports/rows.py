"""The rows of a timeline. Each returns None where it has nothing to show, so that no row is empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.adapters.reports import words
from throughcare.adapters.reports.axis import GUTTER, RIGHT, Axis
from throughcare.adapters.reports.palette import (
    BLUE,
    BROWN,
    GREEN,
    INK,
    LINE,
    MIST,
    ORANGE,
    PALE,
    PAPER,
    PURPLE,
    QUIET,
    RED,
)
from throughcare.adapters.reports.stretches import SAID, Reading, Stretch, stretches
from throughcare.adapters.reports.svg import halo_text, hatch_d, path_d, shorten, tag, text, text_width
from throughcare.adapters.reports.view import ActivationView, WindowView
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.incidents import Spell
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.status import StatusKind

_WINDOW_WORDS = {
    "curfew": "Curfew hours",
    "exclusion_zone": "Zone hours",
    "inclusion_zone": "Zone hours",
    "restriction_zone": "Zone hours",
    "attendance": "Appointment",
}
_ROW = 30.0
_SHORT = {Presence.INSIDE: "in", Presence.OUTSIDE: "out", Presence.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: label lines for the gutter, the drawing with its top at 0, and the same in words."""

    label: tuple[str, ...]
    drawing: str
    height: float
    words: str


def listed(parts: Sequence[str]) -> str:
    """Return the parts as a list in words; of very many the first forty, and how many more there are."""
    more = f", and {len(parts) - 40} more" if len(parts) > 40 else ""
    return ", ".join(parts[:40]) + more


def bar(x: tuple[float, float], y: float, height: float, **look: object) -> str:
    """Draw a bar; a span too short to see is still a hair wide."""
    return tag("rect", x=x[0], y=y, width=max(x[1] - x[0], 1.2), height=height, **look)


def bar_words(x: tuple[float, float], y: float, options: Iterable[str], **look: object) -> str:
    """Write the first of the options that fits into a bar; nothing where none does."""
    room = x[1] - x[0] - 6
    chosen = next((option for option in options if option and text_width(option, 11) <= room), None)
    if chosen is None:
        return ""
    return text((x[0] + x[1]) / 2, y, chosen, text_anchor="middle", font_size=11, **look)


def window_rows(view: ActivationView, axis: Axis) -> list[Row]:
    """Draw what was asked and when, one row a kind of window."""
    kinds = dict.fromkeys(_WINDOW_WORDS.get(w.kind, w.kind) for w in view.windows)
    found = []
    for label in kinds:
        windows = [
            w
            for w in view.windows
            if _WINDOW_WORDS.get(w.kind, w.kind) == label
            and axis.covers(w.interval.start_us, w.interval.stop_us)
        ]
        if windows:
            found.append(_window_row(label, windows, axis))
    return found


def _window_row(label: str, windows: Sequence[WindowView], axis: Axis) -> Row:
    parts, said = [], []
    for window in windows:
        x = axis.clip(window.interval.start_us, window.interval.stop_us)
        if x is None:
            continue
        hours = _hours(window, axis)
        parts.append(bar(x, 6, 18, fill=INK) + bar_words(x, 19, (hours,), fill=PAPER))
        said.append(hours)
    return Row((label,), "".join(parts), _ROW, f"{label}: {listed(list(dict.fromkeys(said)))}.")


def _hours(window: WindowView, axis: Axis) -> str:
    start = words.clock(window.interval.start_us, axis.zone)
    end = window.interval.end_us
    return f"from {start}" if end is None else f"{start} to {words.clock(end, axis.zone)}"


def allowance_row(view: ActivationView, axis: Axis) -> Row | None:
    """Draw authorised absences, excuses, suspensions and exemptions."""
    parts, said = [], []
    for item in view.allowances:
        x = axis.clip(item.interval.start_us, item.interval.stop_us)
        if x is None:
            continue
        name = item.kind.replace("_", " ")
        parts.append(bar(x, 6, 18, fill=PAPER, stroke=GREEN, stroke_width=1.6, stroke_dasharray="6 3"))
        parts.append(bar_words(x, 19, (name, "leave")))
        said.append(f"{name} from {axis.said(item.interval.start_us)}")
    return Row(("Leave or excuse",), "".join(parts), _ROW, f"Leave: {listed(said)}.") if parts else None


def presence_rows(view: ActivationView, axis: Axis) -> list[Row]:
    """Draw inside, outside and not known, one row a condition."""
    conditions = dict.fromkeys(condition for condition, _ in view.segments)
    rows = [_presence_row(view, condition, axis) for condition in conditions]
    return [row for row in rows if row is not None]


def _presence_row(view: ActivationView, condition: str, axis: Axis) -> Row | None:
    parts, said = [], []
    for stretch in stretches(view, condition):
        x = axis.clip(stretch.start_us, stretch.stop_us)
        if x is not None:
            parts.append(presence_bar(stretch, x, y=5, height=24))
            said.append(f"{SAID[stretch.state]} from {axis.said(max(stretch.start_us, axis.start_us))}")
    if not parts:
        return None
    unsaid = [part for part, before in zip(said, [None, *said], strict=False) if part != before]
    label = ("Presence", shorten(condition, GUTTER - 16, 11.5))
    return Row(label, "".join(parts), 34, f"Presence: {listed(unsaid)}.")


def presence_bar(stretch: Stretch, x: tuple[float, float], *, y: float, height: float) -> str:
    """Draw one stretch with a word where one fits: pale, solid in capitals, plain, or hatched for not known."""
    options = (SAID[stretch.state], _SHORT[stretch.state])
    if stretch.reading == Reading.UNKNOWN:
        wide = max(x[1] - x[0], 1.2)
        base = bar(x, y, height, fill=PAPER, stroke=QUIET, stroke_width=0.8)
        base += tag(
            "path", d=hatch_d((x[0], y), width=wide, height=height, step=7), stroke=LINE, stroke_width=1.2
        )
        return base + _on_white(x, y + height / 2, options)
    if stretch.reading == Reading.NOT_AS_ASKED:
        base = bar(x, y, height, fill=RED, stroke=RED, stroke_width=0.8)
        loud = [option.upper() for option in options]
        return base + bar_words(x, y + height / 2 + 4, loud, fill=PAPER, font_weight="bold")
    fill, stroke = (PALE, GREEN) if stretch.reading == Reading.AS_ASKED else (MIST, QUIET)
    base = bar(x, y, height, fill=fill, stroke=stroke, stroke_width=0.8)
    return base + bar_words(x, y + height / 2 + 4, options, fill=INK)


def _on_white(x: tuple[float, float], middle: float, options: Iterable[str]) -> str:
    chosen = next((o for o in options if text_width(o, 11) <= x[1] - x[0] - 6), None)
    if chosen is None:
        return ""
    return halo_text(
        (x[0] + x[1]) / 2, middle + 4, chosen, text_anchor="middle", font_size=11, stroke_width=5
    )


def spells_row(view: ActivationView, bundles: Sequence[EvidenceBundle], axis: Axis) -> Row | None:
    """Draw each spell as best estimate, with the length that is proved and the most that is possible."""
    spells = [spell for bundle in bundles for spell in bundle.incident.spells]
    parts, said = [], []
    free = [GUTTER, GUTTER]
    for spell in spells:
        stop_us = view.monitored.stop_us if spell.end_us is None else spell.end_us
        x = axis.clip(spell.start_us, stop_us)
        if x is None:
            continue
        parts.append(_spell(spell, x, axis) + _spell_label(spell, x, free))
        said.append(_spell_words(spell))
    return (
        Row(("Length", "low, best, high"), "".join(parts), 50, f"Lengths: {listed(said)}.") if parts else None
    )


def _spell(spell: Spell, x: tuple[float, float], axis: Axis) -> str:
    per_s = (RIGHT - GUTTER) / (axis.stop_us - axis.start_us) * 1e6
    middle = (x[0] + x[1]) / 2
    low, high = spell.low_s * per_s / 2, spell.high_s * per_s / 2
    reach = (max(middle - high, GUTTER), min(middle + high, RIGHT))
    whisker = path_d(((reach[0], 10), (reach[1], 10)))
    caps = "".join(path_d(((end, 5), (end, 15))) for end in reach)
    proved = (max(middle - low, GUTTER), min(middle + low, RIGHT))
    return (
        tag("path", d=whisker + caps, stroke=INK, stroke_width=1.4, fill="none")
        + bar(x, 5, 10, fill="#e6a5ab", stroke=RED, stroke_width=0.8)
        + (bar(proved, 5, 10, fill=RED) if spell.low_s > 0 else "")
    )


def _spell_label(spell: Spell, x: tuple[float, float], free: list[float]) -> str:
    """Write the length under its bar in the first of two lanes with room; the text has every length."""
    label = _spell_words(spell)
    wide = text_width(label, 11)
    left = min(max((x[0] + x[1] - wide) / 2, GUTTER), RIGHT - wide)
    for lane in (0, 1):
        if left >= free[lane]:
            free[lane] = left + wide + 8
            return halo_text(left, 29 + 15 * lane, label, font_size=11)
    return ""


def _spell_words(spell: Spell) -> str:
    low, best, high = (words.duration(s) for s in (spell.low_s, spell.best_s, spell.high_s))
    return f"{spell.code}: {best} (at least {low}, at most {high})"


def probability_row(bundles: Sequence[EvidenceBundle], axis: Axis) -> Row | None:
    """Draw the probability of compliance after each piece of evidence, broken where items are far apart."""
    paths, count = [], 0
    for bundle in bundles:
        trace = [
            (i.t_us, i.p_after)
            for i in bundle.items
            if i.p_after is not None and axis.covers(i.t_us, i.t_us + 1)
        ]
        count += len(trace)
        paths.append(_trace_d([(axis.x(t), 52 - 44 * p) for t, p in trace], axis))
    if not count:
        return None
    scale = "".join(
        tag(
            "path", d=path_d(((GUTTER, y), (RIGHT, y))), stroke=LINE, stroke_width=0.8, stroke_dasharray="3 3"
        )
        + text(GUTTER - 5, y + 4, label, text_anchor="end", font_size=10, fill=QUIET)
        for y, label in ((8, "1"), (30, "0.5"), (52, "0"))
    )
    line = tag(
        "path", d="".join(paths), fill="none", stroke=PURPLE, stroke_width=1.5, stroke_linejoin="round"
    )
    return Row(
        ("Probability of", "compliance"),
        scale + line,
        60,
        "The probability after each report is in the table.",
    )


def _trace_d(steps: Sequence[tuple[float, float]], axis: Axis) -> str:
    wide = (RIGHT - GUTTER) * 15 * 60e6 / (axis.stop_us - axis.start_us)  # break the line at 15 minutes
    runs: list[list[tuple[float, float]]] = []
    for step in steps:
        if runs and step[0] - runs[-1][-1][0] <= wide:
            runs[-1].append(step)
        else:
            runs.append([step])
    return "".join(path_d(run if len(run) > 1 else [run[0], run[0]]) for run in runs)


def radio_row(view: ActivationView, axis: Axis) -> Row | None:
    """Draw home unit reports: a tick up for heard, a cross for missed."""
    heard = _times(view, axis, StatusKind.RADIO_HEARD)
    missed = _times(view, axis, StatusKind.RADIO_MISSED)
    if not heard and not missed:
        return None
    ticks = "".join(path_d(((x, 6), (x, 15))) for x in _thinned(axis.x(t) for t in heard))
    crosses = "".join(
        path_d(((x - 3, 19), (x + 3, 25))) + path_d(((x - 3, 25), (x + 3, 19)))
        for x in _thinned(axis.x(t) for t in missed)
    )
    drawing = tag("path", d=ticks, stroke=GREEN, stroke_width=1.6) if ticks else ""
    drawing += tag("path", d=crosses, stroke=RED, stroke_width=1.6, fill="none") if crosses else ""
    said = f"Home unit: heard the tag {len(heard)} times, missed it {len(missed)} times."
    return Row(("Home unit", "| heard  x missed"), drawing, 32, said)


def fixes_row(view: ActivationView, axis: Axis) -> Row | None:
    """Draw when positions came: satellite above, coarse ones below."""
    inside = (view.fixes.t_us >= axis.start_us) & (view.fixes.t_us < axis.stop_us)
    if not inside.any():
        return None
    times, source = view.fixes.t_us[inside], view.fixes.source[inside]
    parts, said = [], []
    for codes, y, colour, name in (
        ((Source.GNSS, Source.UNKNOWN, Source.RF), 5, BLUE, "satellite"),
        ((Source.WIFI,), 14, ORANGE, "Wi-Fi"),
        ((Source.CELL,), 22, BROWN, "phone mast"),
    ):
        chosen = np.sort(times[np.isin(source, [int(code) for code in codes])])
        if len(chosen):
            ticks = "".join(path_d(((x, y), (x, y + 7))) for x in _thinned(axis.x(int(t)) for t in chosen))
            parts.append(tag("path", d=ticks, stroke=colour, stroke_width=1.1))
            said.append(f"{len(chosen)} {name}")
    return Row(
        ("Positions", "satellite", "Wi-Fi, mast"), "".join(parts), 42, f"Positions: {', '.join(said)}."
    )


def power_row(view: ActivationView, axis: Axis) -> Row | None:
    """Draw mains losses, moves of the home unit, and strap and case reports."""
    marks = [
        (t, _MARKS[int(kind)])
        for t, kind in zip(view.statuses.t_us.tolist(), view.statuses.kind.tolist(), strict=True)
        if int(kind) in _MARKS and axis.start_us <= t < axis.stop_us
    ]
    if not marks:
        return None
    xs = [axis.x(t_us) for t_us, _ in marks]
    drawing = "".join(
        _mark(
            x,
            label,
            index % 2,
            (xs[index - 2] if index > 1 else GUTTER - 4, xs[index + 2] if index + 2 < len(xs) else RIGHT),
        )
        for index, (x, (_, label)) in enumerate(zip(xs, marks, strict=True))
    )
    said = listed([f"{label} {axis.said(t)}" for t, label in marks])
    return Row(("Equipment",), drawing, 44, f"Equipment: {said}.")


def _mark(x: float, label: str, lane: int, room: tuple[float, float]) -> str:
    """Draw one mark in the upper or lower lane; its word only where the marks beside it leave room."""
    top = 3 + lane * 20
    drawn = tag("path", d=path_d(((x, top), (x, top + 18))), stroke=INK, stroke_width=1.6)
    wide = text_width(label, 10.5) + 8
    if x + wide <= room[1]:
        return drawn + halo_text(x + 4, top + 13, label, font_size=10.5)
    if room[1] == RIGHT and x - wide >= room[0] + wide:
        return drawn + halo_text(x - wide + 4, top + 13, label, font_size=10.5)
    return drawn


_MARKS = {
    int(StatusKind.UNIT_MOVED): "unit moved",
    int(StatusKind.UNIT_IN_PLACE): "unit in place",
    int(StatusKind.UNIT_POWER_LOST): "mains lost",
    int(StatusKind.UNIT_POWER_RESTORED): "mains back",
    int(StatusKind.UNIT_DEAD): "unit going off",
    int(StatusKind.STRAP_OPEN): "strap open",
    int(StatusKind.STRAP_CLOSED): "strap closed",
    int(StatusKind.CASE_OPEN): "case open",
    int(StatusKind.CASE_CLOSED): "case closed",
    int(StatusKind.BATTERY_DEAD): "battery dead",
    int(StatusKind.DEVICE_FAULT): "fault",
    int(StatusKind.DEVICE_FAULT_CLEARED): "fault cleared",
}


def battery_row(view: ActivationView, axis: Axis) -> Row | None:
    """Draw the tag's battery as a line from 0 to 100 %, charging as bars under it."""
    chosen = (view.statuses.kind == StatusKind.BATTERY_PERCENT) & (view.statuses.t_us >= axis.start_us)
    chosen &= view.statuses.t_us < axis.stop_us
    levels = list(zip(view.statuses.t_us[chosen].tolist(), view.statuses.value[chosen].tolist(), strict=True))
    charging = _charging(view, axis)
    if not levels and not charging:
        return None
    points = [(axis.x(t), 36 - 0.22 * value) for t, value in levels if np.isfinite(value)]
    line = tag("path", d=path_d(points), fill="none", stroke=INK, stroke_width=1.4) if points else ""
    bars = "".join(bar(x, 40, 6, fill=GREEN) for x in charging)
    ends = "".join(
        halo_text(*place, f"{value:.0f} %", font_size=10.5, text_anchor=anchor)
        for place, value, anchor in _ends(points, levels)
    )
    lowest = min((value for _, value in levels), default=float("nan"))
    said = f"Battery: lowest {lowest:.0f} %." if levels else "Battery: charging only."
    return Row(("Tag battery", "bar: charging"), line + bars + ends, 50, said)


def _ends(
    points: Sequence[tuple[float, float]], levels: Sequence[tuple[int, float]]
) -> list[tuple[tuple[float, float], float, str]]:
    if len(points) < 2:
        return []
    first, last = points[0], points[-1]
    return [
        ((first[0] + 2, max(first[1] - 4, 10)), levels[0][1], "start"),
        ((last[0] - 2, max(last[1] - 4, 10)), levels[-1][1], "end"),
    ]


def _charging(view: ActivationView, axis: Axis) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    begun: int | None = None
    for t_us, kind in zip(view.statuses.t_us.tolist(), view.statuses.kind.tolist(), strict=True):
        if kind == StatusKind.CHARGING_STARTED:
            begun = t_us
        elif kind == StatusKind.CHARGING_ENDED and begun is not None:
            spans += [x for x in (axis.clip(begun, t_us),) if x is not None]
            begun = None
    if begun is not None:
        spans += [x for x in (axis.clip(begun, axis.stop_us),) if x is not None]
    return spans


def _times(view: ActivationView, axis: Axis, kind: StatusKind) -> list[int]:
    chosen = (view.statuses.kind == kind) & (view.statuses.t_us >= axis.start_us)
    return [int(t) for t in view.statuses.t_us[chosen & (view.statuses.t_us < axis.stop_us)]]


def _thinned(positions: Iterable[float]) -> list[float]:
    """Leave out marks that would lie within one unit of the mark before."""
    kept: list[float] = []
    for x in positions:
        if not kept or x - kept[-1] >= 1.0:
            kept.append(x)
    return kept
