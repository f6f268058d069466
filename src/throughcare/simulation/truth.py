"""The truth kept with a simulation: what really happened, so that an engine's answer can be scored.

Everything here is read off the true track, never off what was planned: a person who meant to be home and
missed the bus was out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.alcohol import Drinking
from throughcare.simulation.areas import Area
from throughcare.simulation.movement import Track
from throughcare.simulation.schedule import Spans
from throughcare.simulation.shapes import Floats

_COARSE_S = 10.0


class AbsenceKind(StrEnum):
    """How a true absence lies in its window."""

    LATE_RETURN = "late_return"
    LEFT_DURING = "left_during"
    OUT_AT_END = "out_at_end"
    OUT_ENTIRE = "out_entire"


@dataclass(frozen=True, slots=True)
class TrueAbsence:
    """A stretch truly outside the curfew address in a monitored window. Instants are UTC microseconds.

    ``authorised`` and ``excused`` say that the order allows it, wholly or in part.
    """

    window_start_us: int
    window_end_us: int
    start_us: int
    end_us: int
    kind: AbsenceKind
    authorised: bool
    excused: bool


@dataclass(frozen=True, slots=True)
class TrueSpan:
    """A stretch of time in which something was true: inside a zone, near a protected person, a dead battery."""

    what: str
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class TrueAppointment:
    """One appointment: ``outcome`` is attended, late or absent; ``arrived_us`` is None when absent."""

    due_start_us: int
    due_end_us: int
    outcome: str
    arrived_us: int | None


@dataclass(frozen=True, eq=False)
class PersonTruth:
    """The truth about one person.

    Parameters
    ----------
    minute_us : int64 array of shape (m,)
        A minute apart, over the whole simulation.
    east_m, north_m : float32 arrays of shape (m,)
        True position in the town's metres.
    setting : int8 array of shape (m,), :class:`~throughcare.simulation.movement.Setting`
    at_home : bool array of shape (m,)
        Whether the person was in the house or garden.
    windows : tuple of (start_us, end_us)
        The monitored curfew windows: suspensions taken off, cut where a tag was not fitted and where the
        simulation ends.
    absences, zone_spans, proximity, appointments, drinking, device_events
        What happened. ``zone_spans`` are ``inside`` an exclusion zone or ``outside`` an area to stay in, while
        the zone runs.
    """

    wearer_ref: str
    order_kind: str
    home_class: str
    conduct: str
    minute_us: NDArray[np.int64]
    east_m: NDArray[np.float32]
    north_m: NDArray[np.float32]
    setting: NDArray[np.int8]
    at_home: NDArray[np.bool_]
    windows: tuple[tuple[int, int], ...]
    absences: tuple[TrueAbsence, ...]
    zone_spans: tuple[TrueSpan, ...]
    proximity: tuple[TrueSpan, ...]
    appointments: tuple[TrueAppointment, ...]
    drinking: tuple[Drinking, ...]
    device_events: tuple[TrueSpan, ...]


@dataclass(frozen=True, eq=False)
class FixTruth:
    """The truth beside each row of the simulation's positions, in the same order.

    ``regime`` is :class:`~throughcare.simulation.errors.Regime`, ``sky`` is
    :class:`~throughcare.simulation.errors.Sky`; metres are the town's.
    """

    east_m: NDArray[np.float32]
    north_m: NDArray[np.float32]
    regime: NDArray[np.int8]
    sky: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Truth:
    """The whole truth of a simulation."""

    people: tuple[PersonTruth, ...]
    fixes: FixTruth


def spans_where(*, track: Track, area: Area, inside: bool, within: Spans) -> Spans:
    """Return the stretches, to the second, in which the person is inside (or outside) an area.

    Parameters
    ----------
    within : list of (start, end) seconds
        Only time inside these spans counts; a stretch is cut at their ends. Stretches under ten seconds may
        be missed.
    """
    found: Spans = []
    for start, end in within:
        t = np.append(np.arange(start, end, _COARSE_S), end - 1e-3)
        found += _stretches(t, _holds(track, area, t, inside=inside), track, area, end, inside=inside)
    return found


def _holds(track: Track, area: Area, t_s: Floats, *, inside: bool) -> NDArray[np.bool_]:
    east, north = track.at(t_s)
    here = area.contains(east, north)
    return here if inside else ~here


def _stretches(
    t: Floats, holds: NDArray[np.bool_], track: Track, area: Area, end: float, *, inside: bool
) -> Spans:
    found: Spans = []
    change = np.flatnonzero(np.diff(holds.astype(np.int8)))
    edges = [float(t[0])] if holds[0] else []
    for i in change.tolist():
        fine = np.arange(t[i], t[i + 1] + 0.5, 1.0)
        state = _holds(track, area, fine, inside=inside)
        edges.append(float(fine[int(np.argmax(state != state[0]))]))
    if holds[-1]:
        edges.append(end)
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop > begin:
            found.append((begin, stop))
    return found


def kind_of_absence(*, window: tuple[float, float], span: tuple[float, float]) -> AbsenceKind:
    """Return how an absence lies in its window; ten seconds at either edge count as the edge."""
    starts, ends = span[0] <= window[0] + 10, span[1] >= window[1] - 10
    if starts and ends:
        return AbsenceKind.OUT_ENTIRE
    if starts:
        return AbsenceKind.LATE_RETURN
    return AbsenceKind.OUT_AT_END if ends else AbsenceKind.LEFT_DURING


def overlaps(span: tuple[float, float], others: Spans) -> bool:
    """Return whether a span shares any time with one of the others."""
    return any(start < span[1] and span[0] < end for start, end in others)
