"""What the pages say, as plain values for the templates: no template computes, no page holds markup of its own."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from throughcare.adapters.reports import words
from throughcare.adapters.reports.nights import Night, excused, letter
from throughcare.adapters.reports.palette import NIGHT_LETTERS
from throughcare.adapters.reports.strip import bound_words, bounded_bar
from throughcare.adapters.reports.view import ActivationView, RunView
from throughcare.monitoring.incidents import AttendanceRecord, Incident, Measure
from throughcare.monitoring.measures import ATV

Places = Mapping[str, str]  # incident id -> link


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident in a list."""

    link: str | None
    wearer_ref: str
    code: str
    kind: str
    start: str
    length: str
    letter: str


def incident_line(incident: Incident, zone: str, places: Places) -> IncidentLine:
    """Return the incident as one line of a list."""
    length = (
        bound_words(incident.best_s, incident.low_s, incident.high_s)
        if incident.high_s > 0
        else words.NOTHING
    )
    return IncidentLine(
        link=places.get(incident.incident_id),
        wearer_ref=incident.wearer_ref,
        code=words.code_words(incident.code),
        kind=str(incident.kind),
        start=words.moment(incident.start_us, zone),
        length=f"{length}; excused in full" if excused(incident) else length,
        letter=letter(incident),
    )


@dataclass(frozen=True, slots=True)
class KindCount:
    """Incidents of one kind and code."""

    kind: str
    code: str
    incidents: int
    excused: int
    length: str
    adds: str


def kind_counts(incidents: Sequence[Incident]) -> list[KindCount]:
    """Return the incidents by kind and code, with their lengths and what they add to the accumulated time."""
    groups: dict[tuple[str, str], list[Incident]] = {}
    for incident in incidents:
        groups.setdefault((words.KIND_WORDS[incident.kind], words.code_words(incident.code)), []).append(
            incident
        )
    return [
        KindCount(
            kind=kind,
            code=code,
            incidents=len(group),
            excused=sum(map(excused, group)),
            length=_duration_or_nothing(sum(i.best_s for i in group)),
            adds=_duration_or_nothing(sum(i.atv_s for i in group)),
        )
        for (kind, code), group in sorted(groups.items())
    ]


def _duration_or_nothing(seconds: float) -> str:
    return words.duration(seconds) if seconds > 0 else words.NOTHING


def accumulated(measures: Sequence[Measure]) -> Measure | None:
    """Return the Accumulated Time Violation of an activation as it was measured, over all conditions.

    The measure that names no condition is the whole; without it the conditions are added up. None where it was
    not measured.
    """
    found = [measure for measure in measures if measure.name == ATV]
    whole = [measure for measure in found if measure.condition_id is None]
    if whole or not found:
        return whole[0] if whole else None
    return replace(
        found[0],
        condition_id=None,
        value=sum(measure.value for measure in found),
        low=sum(measure.low or 0.0 for measure in found),
        high=sum(measure.high or 0.0 for measure in found),
    )


def people(
    run: RunView, measures: Mapping[str, Sequence[Measure]], *, links: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return one row an activation: link, counts, and its accumulated time with a bar."""
    counts = Counter(incident.activation_id for incident in run.incidents)
    totals = {v.activation_id: accumulated(measures.get(v.activation_id, ())) for v in run.activations}
    most = max((total.high or total.value for total in totals.values() if total is not None), default=0.0)
    return [
        {
            "link": links[view.activation_id],
            "wearer_ref": view.wearer_ref,
            "order_id": view.order_id,
            "incidents": counts[view.activation_id],
            "total": _total_words(totals[view.activation_id]),
            "bar": _total_bar(totals[view.activation_id], most),
        }
        for view in run.activations
    ]


def _total_words(total: Measure | None) -> str:
    if total is None:
        return "not measured"
    return "none" if (total.high or total.value) <= 0 else bound_words(total.value, total.low, total.high)


def _total_bar(total: Measure | None, most: float) -> str:
    if total is None or total.low is None or total.high is None or total.high <= 0:
        return ""
    return bounded_bar(total.value, total.low, total.high, most=most)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One night of one person in the grid."""

    letter: str
    css: str
    link: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One month of at most ``GRID_PEOPLE`` people."""

    title: str
    days: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[GridCell, ...]], ...]  # wearer, link, cells


GRID_PEOPLE = 300
_CSS = {key: f"n{index}" for index, key in enumerate(NIGHT_LETTERS)}


def letter_key() -> list[tuple[str, str, str]]:
    """Return (letter, css class, meaning) of every letter of the grid."""
    return [(key, _CSS[key], meaning) for key, (_, _, meaning) in NIGHT_LETTERS.items()]


def letter_css() -> str:
    """Return the style rules of the letters."""
    return "".join(
        f".{_CSS[key]}{{background:{fill};color:{ink}}}" for key, (fill, ink, _) in NIGHT_LETTERS.items()
    )


def grids(
    run: RunView, nights: Mapping[str, Sequence[Night]], *, links: Mapping[str, str], places: Places
) -> list[Grid]:
    """Return the people by nights, a table a month and a block of people."""
    months = sorted({(n.date.year, n.date.month) for found in nights.values() for n in found})
    blocks = [run.activations[i : i + GRID_PEOPLE] for i in range(0, len(run.activations), GRID_PEOPLE)]
    return [
        _grid(
            month,
            block,
            nights,
            links,
            places,
            part=f", part {k} of {len(blocks)}" if len(blocks) > 1 else "",
        )
        for month in months
        for k, block in enumerate(blocks, 1)
    ]


def _grid(
    month: tuple[int, int],
    block: Sequence[ActivationView],
    nights: Mapping[str, Sequence[Night]],
    links: Mapping[str, str],
    places: Places,
    *,
    part: str,
) -> Grid:
    dates = sorted(
        {n.date for v in block for n in nights[v.activation_id] if (n.date.year, n.date.month) == month}
    )
    rows = []
    for view in block:
        by_date = {n.date: n for n in nights[view.activation_id]}
        cells = tuple(_cell(by_date.get(date), date, places) for date in dates)
        rows.append((view.wearer_ref, links[view.activation_id], cells))
    title = f"{dt.date(*month, 1):%B %Y}{part}"
    return Grid(title, tuple(f"{date:%a} {date.day}" for date in dates), tuple(rows))


def _cell(night: Night | None, date: dt.date, places: Places) -> GridCell:
    key = "" if night is None else night.letter
    link = places.get(night.incidents[0].incident_id) if night is not None and night.incidents else None
    meaning = NIGHT_LETTERS[key][2]
    return GridCell(key, _CSS[key], link, f"{date.day} {date:%B}: {meaning}")


def outcome_counts(records: Sequence[AttendanceRecord]) -> list[tuple[str, int]]:
    """Return the appointments by outcome."""
    counts = Counter(str(record.outcome) for record in records)
    return [(outcome.replace("_", " "), count) for outcome, count in sorted(counts.items())]


def attendance_lines(records: Sequence[AttendanceRecord], zone: str) -> list[tuple[str, str, str, str]]:
    """Return (due, outcome, arrived, stayed) of each appointment."""
    return [
        (
            words.moment(record.due.start_us, zone),
            str(record.outcome).replace("_", " "),
            words.NOTHING if record.arrived_us is None else words.clock(record.arrived_us, zone),
            words.duration(record.stayed_s) if record.stayed_s > 0 else words.NOTHING,
        )
        for record in sorted(records, key=lambda r: r.due)
    ]


def measure_lines(measures: Sequence[Measure]) -> list[tuple[str, str, str, str]]:
    """Return (name, condition, value in words, bar or nothing) of each measure."""
    return [
        (
            measure.name.replace("_", " "),
            measure.condition_id or "all",
            _measure_words(measure),
            _measure_bar(measure),
        )
        for measure in measures
    ]


def _measure_words(measure: Measure) -> str:
    if measure.unit in {"s", "seconds"}:
        return bound_words(measure.value, measure.low, measure.high)
    if measure.unit == "share":
        return f"{measure.value * 100:.1f} %"
    bounds = "" if measure.low is None or measure.high is None else f" ({measure.low:g} to {measure.high:g})"
    return f"{measure.value:g} {measure.unit}{bounds}"


def _measure_bar(measure: Measure) -> str:
    if measure.low is None or measure.high is None or measure.high <= 0:
        return ""
    return bounded_bar(measure.value, measure.low, measure.high, most=measure.high)
