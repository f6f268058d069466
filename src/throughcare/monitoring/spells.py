"""Spells: the stretches out of compliance inside a window, each with what is proved, likely and possible.

For a segment out of compliance the *low* bound runs from its first to its last evidence, the *best* between
the estimated change points, and the *high* from the last evidence of compliance before it to the first after
it, silence included. All are cut to what was demanded.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import SECOND_US, Interval, intersect_intervals, merge_intervals, total_us
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.scope import Scope


@dataclass(frozen=True, slots=True)
class RawSpell:
    """One segment out of compliance, cut to the demanded pieces; each set may be several intervals.

    ``open`` says that it was still going on at ``now`` inside the demanded time; ``seen_before`` that
    compliance was evidenced in the window before it.
    """

    segment: Segment
    low: tuple[Interval, ...]
    best: tuple[Interval, ...]
    high: tuple[Interval, ...]
    open: bool
    seen_before: bool
    seen_after: bool


def seconds(intervals: Sequence[Interval]) -> float:
    """Return the seconds that the union covers."""
    return total_us(intervals) / SECOND_US


class SegmentIndex:
    """The segments of one watch, with what bounds each: built once, asked for many windows."""

    def __init__(self, segments: Sequence[Segment], *, now_us: int) -> None:
        self.segments = segments
        self.now_us = now_us
        self._ends = [now_us if s.end_us is None else s.end_us for s in segments]
        self._seen_before = self._bounds_before()
        self._seen_after = self._bounds_after()

    def overlapping(self, interval: Interval) -> range:
        """Return the positions of the segments that reach into the interval."""
        first = bisect.bisect_right(self._ends, interval.start_us)
        last = first
        while last < len(self.segments) and self.segments[last].start_us < interval.stop_us:
            last += 1
        return range(first, last)

    def end_us(self, position: int) -> int:
        """Return a segment's end, ``now`` for the open one."""
        return self._ends[position]

    def high_bounds(self, position: int) -> tuple[int, int]:
        """Return the last evidence of compliance before a segment and the first after it."""
        return self._seen_before[position], self._seen_after[position]

    def _bounds_before(self) -> list[int]:
        bounds: list[int] = []
        seen = self.segments[0].start_us if self.segments else 0
        for segment in self.segments:
            bounds.append(min(seen, segment.start_us))
            if segment.state is Presence.INSIDE:
                seen = segment.last_us
        return bounds

    def _bounds_after(self) -> list[int]:
        bounds: list[int] = []
        seen = self.now_us
        for segment in reversed(self.segments):
            bounds.append(seen)
            if segment.state is Presence.INSIDE:
                seen = segment.first_us
        return bounds[::-1]


def spells_in(index: SegmentIndex, pieces: Sequence[Interval]) -> list[RawSpell]:
    """Return the spells out of compliance inside the demanded pieces, in time order.

    Parameters
    ----------
    pieces : sequence of Interval
        Disjoint, sorted, bounded: what was demanded of one window.
    """
    known = _until(index.now_us, pieces)
    if not known:
        return []
    hull = Interval(known[0].start_us, known[-1].stop_us)
    reach = index.overlapping(hull)
    if not any(index.segments[i].state is Presence.OUTSIDE for i in reach):
        return []  # most windows
    spells: list[RawSpell] = []
    inside = [i for i in reach if index.segments[i].state is Presence.INSIDE]
    for position in reach:
        segment = index.segments[position]
        if segment.state is not Presence.OUTSIDE:
            continue
        best = _cut(segment.start_us, index.end_us(position), known)
        if not best:
            continue
        spells.append(
            RawSpell(
                segment=segment,
                low=_cut(segment.first_us, segment.last_us, known),
                best=best,
                high=_cut(*index.high_bounds(position), known),
                open=segment.end_us is None and index.now_us < pieces[-1].stop_us,
                seen_before=any(i < position for i in inside),
                seen_after=any(i > position for i in inside),
            )
        )
    return spells


def unknown_s(index: SegmentIndex, pieces: Sequence[Interval]) -> float:
    """Return the seconds of the demanded, past time in which nothing is known either way."""
    known = _until(index.now_us, pieces)
    if not known:
        return 0.0
    hull = Interval(known[0].start_us, known[-1].stop_us)
    silent = [
        cut
        for i in index.overlapping(hull)
        if index.segments[i].state is Presence.UNKNOWN
        for cut in _cut(index.segments[i].start_us, index.end_us(i), known)
    ]
    return seconds(silent)


def detected_us(scope: Scope, spell: RawSpell, *, dwell_s: float) -> int:
    """Return the event time at which the facts sufficed: decided, and evidenced for the dwell.

    That is the time of the first evidence at or after the dwell, never the time of processing.
    """
    proved_us = spell.low[0].start_us if spell.low else max(spell.segment.first_us, spell.best[0].start_us)
    ripe = proved_us + round(dwell_s * SECOND_US)
    return max(spell.segment.decided_us, min(_next_evidence(scope, ripe), spell.segment.last_us))


def _next_evidence(scope: Scope, t_us: int) -> int:
    found: list[int] = []
    for instants_us in (scope.presence_us, scope.fixes.t_us):
        place = int(np.searchsorted(instants_us, t_us))
        if place < len(instants_us):
            found.append(int(instants_us[place]))
    return min(found, default=t_us)


def _until(now_us: int, pieces: Sequence[Interval]) -> list[Interval]:
    """Return what of the pieces has passed."""
    cut = (
        piece if piece.stop_us <= now_us else piece.intersect(Interval(-(2**62), now_us)) for piece in pieces
    )
    return [piece for piece in cut if piece is not None]


def _cut(start_us: int, stop_us: int, pieces: Sequence[Interval]) -> tuple[Interval, ...]:
    if stop_us <= start_us:
        return ()
    return intersect_intervals([Interval(start_us, stop_us)], pieces)


def union(spells: Sequence[RawSpell], name: str) -> tuple[Interval, ...]:
    """Return the union of one of the spells' interval sets: ``low``, ``best`` or ``high``."""
    return merge_intervals(piece for spell in spells for piece in getattr(spell, name))
