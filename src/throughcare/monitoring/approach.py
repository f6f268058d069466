"""Approach: when two people were within a distance, from the evidence of their paired positions.

Evidence accumulates as tempered, bounded log-odds of closeness, with hysteresis, as presence in an area does.
Between sparse positions, where no pair tells of closeness, a straight way may still have passed within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.time import SECOND_US, Interval
from throughcare.monitoring.closeness import probability_at_best, probability_within
from throughcare.monitoring.folding import probability
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.tracks import Pairs, ProximityTrack, offset_m

LEAST_POSITIONS = 2  # of each device: one bad position is no approach


@dataclass(frozen=True, slots=True)
class Approach:
    """One stretch of closeness.

    Parameters
    ----------
    start_us, end_us : int, int or None
        Estimated change points; ``end_us=None`` while it lasts.
    first_us, last_us : int
        First and last evidence of closeness.
    before_us, after_us : int
        Last evidence of distance before it, first after it; where there is none, as ``first`` and ``last``.
    detected_us : int
        When the evidence sufficed.
    evidence : int
        Number of the wearer's positions that it rests on; 0 for a way between two positions.
    confidence : float
    lost : bool
        It ended because a position was no longer known.
    """

    start_us: int
    end_us: int | None
    first_us: int
    last_us: int
    before_us: int
    after_us: int
    detected_us: int
    evidence: int
    confidence: float
    lost: bool = False


def evidence_of_closeness(pairs: Pairs, limit_m: float, *, parameters: Parameters) -> Floats:
    """Return each pair's log-likelihood ratio of being within the distance; 0 where the doubt is too great.

    A vague pair makes closeness unlikely only because so much else is possible: it speaks against closeness
    only as far as two coinciding positions with the same doubt would be likelier.
    """
    within = probability_within(pairs.distance_m, pairs.sigma_m, limit_m)
    relative = within / probability_at_best(pairs.sigma_m, limit_m)
    speaks = np.where(within >= 0.5, within, np.minimum(relative, 0.5))
    keep, floor = 1.0 - parameters.proximity_outlier_floor, parameters.proximity_outlier_floor / 2
    return np.asarray(np.log((keep * speaks + floor) / (keep * (1.0 - speaks) + floor)), dtype=np.float64)


def follow(
    pairs: Pairs, own: Floats, *, parameters: Parameters, now_us: int, over: bool
) -> tuple[list[Approach], int | None]:
    """Return the stretches of closeness, and since when evidence of a further one has been gathering.

    Parameters
    ----------
    own : float64 array of shape (m,)
        The evidence of each pair, see :func:`evidence_of_closeness`.
    over : bool
        Whether the monitored time is over, so that nothing lasts still.
    """
    if not (own > 0).any():
        return [], None
    fold = _Fold(pairs, parameters)
    for row, value in enumerate(own.tolist()):
        fold.take(row, value)
    return fold.finish(now_us, over=over)


class _Fold:
    """The sequential part: one pair after the other changes what is believed."""

    def __init__(self, pairs: Pairs, parameters: Parameters) -> None:
        self.parameters = parameters
        self.stale_us = round(parameters.proximity_stale_s * SECOND_US)
        self.t_us = pairs.t_us.tolist()
        self.poor = pairs.poor.tolist()
        self.rows = list(zip(pairs.subject.tolist(), pairs.protected.tolist(), strict=True))
        self.found: list[Approach] = []
        self._forget()

    def _forget(self) -> None:
        self.log_odds = 0.0
        self.near = False
        self.contrary_us: int | None = None
        self._start_over()

    def _start_over(self) -> None:
        self.rise = 0.0
        self.first_us: int | None = None

    def take(self, row: int, own: float) -> None:
        """Follow one pair."""
        before_us = self.t_us[row - 1] if row else None
        if before_us is not None and self.t_us[row] - before_us > self.stale_us:
            if self.near:
                self._end(before_us, before_us, lost=True)
            self._forget()
            before_us = None
        step = self._step(row, own, before_us)
        limit = self.parameters.proximity_cap_log_odds
        self.log_odds = min(limit, max(-limit, self.log_odds + step))
        if self.near:
            self._stay(row, step)
        else:
            self._gather(row, step, before_us)

    def _step(self, row: int, own: float, before_us: int | None) -> float:
        waited = self.parameters.max_weight
        if before_us is not None:
            passed_s = (self.t_us[row] - before_us) / SECOND_US
            waited = min(waited, passed_s / self.parameters.proximity_decorrelation_s)
        step = waited * own
        if step > 0 and self.poor[row]:
            room = self.parameters.poor_source_share * self.parameters.proximity_open_log_odds - self.log_odds
            step = min(step, max(0.0, room))
        return step

    def _gather(self, row: int, step: float, before_us: int | None) -> None:
        self.rise += step
        if self.rise <= 0:
            self._start_over()
            return
        if step <= 0:
            return
        if self.first_us is None:
            self.first_us = self.t_us[row]
            self.before_us = self.first_us if before_us is None else before_us
            self.positions = (set[int](), set[int]())
        self._count(row)
        enough = all(len(seen) >= LEAST_POSITIONS for seen in self.positions)
        if enough and self.log_odds >= self.parameters.proximity_open_log_odds:
            self.near, self.contrary_us = True, None
            self.detected_us, self.peak = self.t_us[row], self.log_odds

    def _count(self, row: int) -> None:
        for seen, position in zip(self.positions, self.rows[row], strict=True):
            seen.add(position)
        self.last_us = self.t_us[row]

    def _stay(self, row: int, step: float) -> None:
        self.peak = max(self.peak, self.log_odds)
        if step > 0:
            self._count(row)
            self.contrary_us = None
        elif step < 0 and self.contrary_us is None:
            self.contrary_us = self.t_us[row]
        if self.log_odds <= -self.parameters.proximity_close_log_odds:
            assert self.contrary_us is not None
            self._end((self.last_us + self.contrary_us) // 2, self.contrary_us, lost=False)
            self.near = False
            self._start_over()

    def _end(self, end_us: int | None, after_us: int, *, lost: bool) -> None:
        assert self.first_us is not None
        self.found.append(
            Approach(
                start_us=(self.before_us + self.first_us) // 2,
                end_us=end_us,
                first_us=self.first_us,
                last_us=self.last_us,
                before_us=self.before_us,
                after_us=after_us,
                detected_us=self.detected_us,
                evidence=len(self.positions[0]),
                confidence=probability(self.peak),
                lost=lost,
            )
        )

    def finish(self, now_us: int, *, over: bool) -> tuple[list[Approach], int | None]:
        """Return what was found; closeness that is still believed stays open until a position is stale."""
        last_us = self.t_us[-1]
        lost = over or now_us - last_us > self.stale_us
        if self.near:
            self._end(last_us if lost else None, last_us, lost=lost)
            return self.found, None
        return self.found, None if lost else self.first_us


def passes(
    subject: ProximityTrack,
    protected: ProximityTrack,
    limit_m: float,
    *,
    demanded: Sequence[Interval],
    parameters: Parameters,
) -> list[Approach]:
    """Return the gaps between positions in which a straight way passed within the distance.

    Both people are taken to have moved evenly between their positions around the gap, with a doubt that is
    greatest in its middle. A device that moved there needs a further position on either side that bears out the
    ends of the gap: a single stray position makes no pass.
    """
    if len(subject) < LEAST_POSITIONS or len(protected) < LEAST_POSITIONS:
        return []
    edges = np.union1d(subject.t_us, protected.t_us)
    edges = edges[
        (edges >= max(subject.t_us[0], protected.t_us[0]))
        & (edges <= min(subject.t_us[-1], protected.t_us[-1]))
    ]
    if len(edges) < 2:
        return []
    one, two = (
        _gaps(subject, edges[:-1], limit_m, parameters),
        _gaps(protected, edges[:-1], limit_m, parameters),
    )
    east_m, north_m = _between_tracks(subject, protected, edges)
    reach = _closest(east_m, north_m, limit_m)
    at_us = edges[:-1] + np.round(reach.share * np.diff(edges)).astype(np.int64)
    variance = one.variance(at_us, parameters) + two.variance(at_us, parameters)
    likely = probability_within(reach.distance_m, np.sqrt(variance), limit_m)
    enough = likely >= probability(parameters.proximity_open_log_odds)
    asked = np.zeros(len(at_us), np.bool_)
    for piece in demanded:
        asked |= (at_us >= piece.start_us) & (at_us < piece.stop_us)
    found = np.flatnonzero(enough & asked & one.sound & two.sound)
    length_us = np.diff(edges)
    return [
        Approach(
            start_us=int(edges[i] + round(reach.enters[i] * length_us[i])),
            end_us=int(edges[i] + round(reach.leaves[i] * length_us[i])),
            first_us=int(at_us[i]),
            last_us=int(at_us[i]),
            before_us=int(max(one.start_us[i], two.start_us[i])),
            after_us=int(min(one.stop_us[i], two.stop_us[i])),
            detected_us=int(max(one.known_us[i], two.known_us[i])),
            evidence=0,
            confidence=min(round(float(likely[i]), 4), probability(parameters.proximity_cap_log_odds)),
        )
        for i in found
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """For each stretch of time, the two positions of one device around it: arrays of shape (m,)."""

    start_us: Ints
    stop_us: Ints
    start_sigma_m: Floats
    stop_sigma_m: Floats
    known_us: Ints
    sound: NDArray[np.bool_]

    def variance(self, at_us: Ints, parameters: Parameters) -> Floats:
        """Return the variance of the even way at an instant of each gap: greatest in its middle."""
        length = self.stop_us - self.start_us
        share = (at_us - self.start_us) / length
        drift_m = parameters.proximity_drift_mps * length / SECOND_US * share * (1.0 - share)
        ends = ((1.0 - share) * self.start_sigma_m) ** 2 + (share * self.stop_sigma_m) ** 2
        return np.asarray(ends + drift_m**2, dtype=np.float64)


def _gaps(track: ProximityTrack, from_us: Ints, limit_m: float, parameters: Parameters) -> _Gaps:
    a = np.searchsorted(track.t_us, from_us, side="right") - 1
    b = a + 1
    stale_us = round(parameters.proximity_stale_s * SECOND_US)
    moved = _apart_m(track, a, b) > limit_m / 2
    before, after = np.maximum(a - 1, 0), np.minimum(b + 1, len(track) - 1)
    borne_out = (
        (a > 0)
        & (b < len(track) - 1)
        & (track.t_us[a] - track.t_us[before] <= stale_us)
        & (track.t_us[after] - track.t_us[b] <= stale_us)
        & (_apart_m(track, before, a) < _apart_m(track, before, b))
        & (_apart_m(track, after, b) < _apart_m(track, after, a))
    )
    near_in_time = track.t_us[b] - track.t_us[a] <= stale_us
    return _Gaps(
        start_us=track.t_us[a],
        stop_us=track.t_us[b],
        start_sigma_m=track.sigma_m[a],
        stop_sigma_m=track.sigma_m[b],
        known_us=np.where(moved, track.t_us[after], track.t_us[b]),
        sound=near_in_time & ~track.poor[a] & ~track.poor[b] & (borne_out | ~moved),
    )


def _apart_m(track: ProximityTrack, a: Ints, b: Ints) -> Floats:
    east_m, north_m = offset_m(track.lat_deg[a], track.lon_deg[a], track.lat_deg[b], track.lon_deg[b])
    return np.asarray(np.hypot(east_m, north_m), dtype=np.float64)


def _between_tracks(subject: ProximityTrack, protected: ProximityTrack, edges: Ints) -> tuple[Floats, Floats]:
    def at(track: ProximityTrack) -> tuple[Floats, Floats]:
        return np.interp(edges, track.t_us, track.lat_deg), np.interp(edges, track.t_us, track.lon_deg)

    (lat, lon), (other_lat, other_lon) = at(subject), at(protected)
    return offset_m(lat, lon, other_lat, other_lon)


@dataclass(frozen=True, slots=True, eq=False)
class _Reach:
    """Where each straight stretch comes closest: shares of its length, and the distance there."""

    share: Floats
    distance_m: Floats
    enters: Floats
    leaves: Floats


def _closest(east_m: Floats, north_m: Floats, limit_m: float) -> _Reach:
    de, dn = np.diff(east_m), np.diff(north_m)
    length2 = np.maximum(de * de + dn * dn, 1e-9)
    middle = -(east_m[:-1] * de + north_m[:-1] * dn) / length2
    share = np.clip(middle, 0.0, 1.0)
    distance = np.hypot(east_m[:-1] + share * de, north_m[:-1] + share * dn)
    # the line's own closest point, beyond the ends too, says where the circle is entered and left
    line2 = (east_m[:-1] + middle * de) ** 2 + (north_m[:-1] + middle * dn) ** 2
    half = np.sqrt(np.maximum(limit_m**2 - line2, 0.0) / length2)
    return _Reach(
        share=share,
        distance_m=np.asarray(distance, dtype=np.float64),
        enters=np.clip(middle - half, 0.0, share),
        leaves=np.clip(middle + half, share, 1.0),
    )
