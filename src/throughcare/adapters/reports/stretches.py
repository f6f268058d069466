"""Stretches: presence read against what was asked, and when. Out by day is not the same as out in curfew hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.time import Interval, intersect_intervals, merge_intervals, subtract_intervals
from throughcare.monitoring.presence import Presence

SAID = {Presence.INSIDE: "inside", Presence.OUTSIDE: "outside", Presence.UNKNOWN: "not known"}


class Reading(Enum):
    """How a stretch of presence stands to what the condition asked."""

    AS_ASKED = "as asked"
    NOT_AS_ASKED = "not as asked"
    FREE = "nothing was asked"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a presence segment in which one thing was asked throughout."""

    start_us: int
    stop_us: int
    state: Presence
    reading: Reading


def asked_state(view: ActivationView, condition_id: str) -> Presence:
    """Return the presence that the condition asks for: outside an exclusion zone, inside every other area."""
    excluded = any(p.condition_id == condition_id and p.kind == "exclusion_zone" for p in view.places)
    return Presence.OUTSIDE if excluded else Presence.INSIDE


def stretches(view: ActivationView, condition_id: str) -> Iterator[Stretch]:
    """Yield the presence for a condition, cut where its hours begin and end; without a timetable all hours count.

    Nothing reaches beyond the monitored time: what lasts is not yet known to last longer.
    """
    asked = asked_state(view, condition_id)
    hours = merge_intervals(w.interval for w in view.windows if w.condition_id == condition_id)
    for name, segment in view.segments:
        if name != condition_id or segment.end_us == segment.start_us:
            continue
        seen = Interval(segment.start_us, segment.end_us).intersect(view.monitored)
        if seen is not None:
            yield from _cut(seen, segment.state, hours or (view.monitored,), asked=asked)


def _cut(
    whole: Interval, state: Presence, hours: tuple[Interval, ...], *, asked: Presence
) -> Iterator[Stretch]:
    if state in (Presence.UNKNOWN, asked):
        reading = Reading.UNKNOWN if state == Presence.UNKNOWN else Reading.AS_ASKED
        yield Stretch(whole.start_us, whole.stop_us, state, reading)
        return
    pieces = [(piece, Reading.NOT_AS_ASKED) for piece in intersect_intervals([whole], hours)]
    pieces += [(piece, Reading.FREE) for piece in subtract_intervals([whole], hours)]
    for piece, reading in sorted(pieces, key=lambda pair: pair[0].start_us):
        yield Stretch(piece.start_us, piece.stop_us, state, reading)
