"""Nights: what each one comes to in one letter, for the grid of people by nights and the strip of one person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from throughcare.adapters.reports.view import ActivationView
from throughcare.adapters.reports.words import night_of, noon_us
from throughcare.kernel.time import Interval, intersect_intervals, total_us
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.presence import Presence

_LETTERS: dict[IncidentKind, str] = {
    IncidentKind.CURFEW_ABSENCE: "A",
    IncidentKind.ZONE_ENTRY: "Z",
    IncidentKind.ZONE_BUFFER: "Z",
    IncidentKind.ZONE_EXIT: "Z",
    IncidentKind.VICTIM_PROXIMITY: "V",
    IncidentKind.VICTIM_PROXIMITY_WARNING: "V",
    IncidentKind.STRAP_TAMPER: "S",
    IncidentKind.CASE_TAMPER: "S",
    IncidentKind.HOME_UNIT_MOVED: "S",
    IncidentKind.LOSS_OF_CONTACT: "L",
    IncidentKind.HOME_UNIT_SILENT: "L",
    IncidentKind.ATTENDANCE_MISSED: "T",
    IncidentKind.ATTENDANCE_LATE: "T",
    IncidentKind.DRINKING_EVENT: "D",
    IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED: "D",
    IncidentKind.BATTERY: "B",
    IncidentKind.DEVICE_FAULT: "B",
    IncidentKind.HOME_UNIT_POWER: "B",
}
_ZONES = frozenset({"exclusion_zone", "inclusion_zone", "restriction_zone"})
_RANK = "VAZSTDLBE"  # the letter shown where a night has several
CLEAR, NO_DATA, NOTHING_ASKED = "·", "?", "-"


@dataclass(frozen=True, slots=True)
class Night:
    """One night, noon to noon by the clock, named by the day it begins on."""

    date: dt.date
    interval: Interval
    letter: str
    incidents: tuple[Incident, ...]


def excused(incident: Incident) -> bool:
    """Return whether allowances leave nothing of the incident to add to the accumulated time."""
    return bool(incident.allowed) and incident.atv_s <= 0


def letter(incident: Incident) -> str:
    """Return the letter of an incident in the grid."""
    return "E" if excused(incident) else _LETTERS[incident.kind]


def nights(view: ActivationView) -> tuple[Night, ...]:
    """Return every night of the monitored time, with its letter and the incidents that begin in it."""
    first = night_of(view.monitored.start_us, view.time_zone)
    last = night_of(view.monitored.stop_us - 1, view.time_zone)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    edges = [noon_us(date, view.time_zone) for date in (*dates, last + dt.timedelta(days=1))]
    spans = [Interval(a, b) for a, b in pairwise(edges)]
    incidents = view.incidents
    return tuple(_night(view, date, span, incidents) for date, span in zip(dates, spans, strict=True))


def _night(view: ActivationView, date: dt.date, span: Interval, incidents: Sequence[Incident]) -> Night:
    touching = [i for i in incidents if i.start_us < span.stop_us and _end_us(i, view) > span.start_us]
    begun = tuple(i for i in touching if span.contains(i.start_us))
    shown = min((letter(i) for i in touching), key=_RANK.index) if touching else _quiet_letter(view, span)
    return Night(date, span, shown, begun)


def _end_us(incident: Incident, view: ActivationView) -> int:
    end_us = view.monitored.stop_us if incident.end_us is None else incident.end_us
    return max(end_us, incident.start_us + 1)


def _hours(view: ActivationView, span: Interval) -> dict[str, list[Interval]]:
    """Return when each condition asked where to be; a zone without a timetable asks at every hour."""
    hours: dict[str, list[Interval]] = {}
    for window in view.windows:
        both = window.interval.intersect(span)
        if both is not None and window.kind != "attendance":
            hours.setdefault(window.condition_id, []).append(both)
    timed = {window.condition_id for window in view.windows}
    monitored = view.monitored.intersect(span)
    for place in view.places:
        if place.kind in _ZONES and place.condition_id and place.condition_id not in timed and monitored:
            hours[place.condition_id] = [monitored]
    return hours


def _quiet_letter(view: ActivationView, span: Interval) -> str:
    hours = _hours(view, span)
    if not hours:
        return NOTHING_ASKED
    shares = [_known_share(view, condition_id, asked) for condition_id, asked in hours.items()]
    return NO_DATA if min(shares) <= 0.5 else CLEAR


def _known_share(view: ActivationView, condition_id: str, asked: Sequence[Interval]) -> float:
    whole = Interval(min(i.start_us for i in asked), max(i.stop_us for i in asked))
    known = [
        near
        for name, segment in view.segments
        if name == condition_id and segment.state != Presence.UNKNOWN and segment.end_us != segment.start_us
        if (near := Interval(segment.start_us, segment.end_us).intersect(whole)) is not None
    ]
    return total_us(intersect_intervals(asked, known)) / total_us(asked)


def night_span(view: ActivationView, night: Night, *, margin_us: int) -> Interval:
    """Return the part of a night worth drawing: its windows and incidents with a margin, else noon to noon."""
    spans = [w.interval for w in view.windows if night.interval.contains(w.interval.start_us)]
    spans += [Interval(i.start_us, min(_end_us(i, view), night.interval.stop_us)) for i in night.incidents]
    closed = [s for s in spans if s.end_us is not None]
    if not closed:
        return night.interval
    start = min(s.start_us for s in closed) - margin_us
    stop = max(s.stop_us for s in closed) + margin_us
    return Interval(start, min(stop, night.interval.stop_us + 12 * 3_600_000_000))
