"""Crossings: when a recorded position was first inside a zone, and when first outside again. Raw, and no violation.

A crossing is a plain fact about positions as they were recorded. Noise makes crossings: somebody who stands beside
a boundary makes many, and one wild position makes two. Nothing here weighs accuracy, dwell, radio, curfew or
permission, so **a crossing is neither an incident nor evidence of one**; that is what ``advance`` decides. Crossings
are for analysts: how often would this new zone have been entered, by the positions of the last year?

The meaning is said slowly in :mod:`throughcare.monitoring.crossing_reference`.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US, Floats, Ints
from throughcare.monitoring import crossing_kernels as kernels
from throughcare.monitoring.crossing_zones import ZoneSet

ROOM_SHARE = 8  # room for one change in so many positions; where there are more, the work is done again


@dataclass(frozen=True, eq=False)
class Crossings:
    """Changes of zone state.

    Parameters
    ----------
    row : int64 array of shape (n,)
        The position at which the state changed, as an index into the positions that were given.
    activation, zone : int64 arrays of shape (n,)
        Indices into ``activations`` and ``zones`` of the zone set.
    entered : bool array of shape (n,)
        True where the activation is inside from this position on, False where outside.
    used : int
        Positions that were looked at. The others say nothing: no position on earth, or not later than one of the
        same activation before.
    """

    row: Ints
    activation: Ints
    zone: Ints
    entered: NDArray[np.bool_]
    used: int

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, eq=False)
class CrossingState:
    """What is carried from one call to the next; arrays are read-only.

    Parameters
    ----------
    zone_set_id : str
        The zones it belongs to.
    words : int64 array of shape (a, words)
        A bit for each zone that held the activation's last position.
    last_us : int64 array of shape (a,)
        Instant of that position; ``NO_TIME_US`` before the first.
    """

    zone_set_id: str
    words: Ints
    last_us: Ints

    def __post_init__(self) -> None:
        self.words.flags.writeable = False
        self.last_us.flags.writeable = False


def start_crossings(zones: ZoneSet) -> CrossingState:
    """Return the state before the first position: outside every zone, so that a first position inside enters."""
    words, last_us = _blank(zones)
    return CrossingState(zones.zone_set_id, words, last_us)


def follow_crossings(
    state: CrossingState, *, zones: ZoneSet, key: Ints, t_us: Ints, lat_deg: Floats, lon_deg: Floats
) -> tuple[CrossingState, Crossings]:
    """Return the state after some positions, and the changes in the order of the positions.

    Any split of a stream into calls gives the same changes.

    Parameters
    ----------
    state : CrossingState
        Is not changed.
    key : int64 array of shape (n,)
        Index into ``zones.activations``. Activations may be mixed; each one's positions come in order of time. One
        that is not later than its activation's last is not used: look at the history again with
        :func:`find_crossings`.
    t_us : int64 array of shape (n,), UTC microseconds
    lat_deg, lon_deg : float64 arrays of shape (n,), degrees WGS 84
        NaN where there is no position.

    Raises
    ------
    ValueError
        If the state belongs to other zones, columns differ in length or ``key`` points outside the activations.
    """
    if state.zone_set_id != zones.zone_set_id:
        raise ValueError(f"the state is of {state.zone_set_id}, the zones are {zones.zone_set_id}")
    facts = _Facts.of(zones, key, t_us, lat_deg, lon_deg)
    words, last_us = state.words.copy(), state.last_us.copy()
    found = _told(zones, facts, [_follow(zones, facts, words, last_us)])
    return CrossingState(state.zone_set_id, words, last_us), found


def find_crossings(
    zones: ZoneSet, *, key: Ints, t_us: Ints, lat_deg: Floats, lon_deg: Floats, threads: int = 1
) -> Crossings:
    """Return the changes of a whole history, by activation, then time, then zone.

    Neither the order of the positions nor their repetition nor ``threads`` changes anything. Of several positions
    of one activation at one instant the one with the least latitude, then longitude, counts.

    Parameters
    ----------
    key, t_us, lat_deg, lon_deg
        As for :func:`follow_crossings`, in any order; quickest by activation, then time.
    threads : int
        The activations are shared out among so many.

    Raises
    ------
    ValueError
        If columns differ in length, ``key`` points outside the activations or ``threads`` is below 1.
    """
    if threads < 1:
        raise ValueError(f"threads is at least 1; found {threads}")
    facts = _Facts.of(zones, key, t_us, lat_deg, lon_deg)
    order = None
    if not kernels.is_in_order(facts.key, facts.t_us):
        order = np.lexsort((facts.lon_deg, facts.lat_deg, facts.t_us, facts.key))
        facts = facts.take(order)
    words, last_us = _blank(zones)
    shares = _shares(facts.key, threads)
    with ThreadPoolExecutor(threads) as pool:
        work = pool.map(lambda share: _follow(zones, facts.take(share), words, last_us), shares)
        parts = [
            (at + share.start, change, used) for share, (at, change, used) in zip(shares, work, strict=True)
        ]
    return _told(zones, facts, parts, order)


_Part = tuple[Ints, Ints, int]  # rows and changes as `kernels.tell` writes them, positions used


@dataclass(frozen=True, slots=True)
class _Facts:
    key: Ints
    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats

    @classmethod
    def of(cls, zones: ZoneSet, key: Ints, t_us: Ints, lat_deg: Floats, lon_deg: Floats) -> _Facts:
        facts = cls(
            np.ascontiguousarray(key, np.int64),
            np.ascontiguousarray(t_us, np.int64),
            np.ascontiguousarray(lat_deg, np.float64),
            np.ascontiguousarray(lon_deg, np.float64),
        )
        lengths = {len(facts.key), len(facts.t_us), len(facts.lat_deg), len(facts.lon_deg)}
        if len(lengths) > 1:
            raise ValueError(f"columns have one length; found {sorted(lengths)}")
        # a kernel does not look whether an index is inside an array
        if len(facts.key) and not 0 <= facts.key.min() <= facts.key.max() < len(zones.activations):
            raise ValueError("key points outside the activations")
        return facts

    def take(self, rows: slice | Ints) -> _Facts:
        return _Facts(self.key[rows], self.t_us[rows], self.lat_deg[rows], self.lon_deg[rows])


def _blank(zones: ZoneSet) -> tuple[Ints, Ints]:
    number = len(zones.activations)
    return np.zeros((number, zones.words), np.int64), np.full(number, NO_TIME_US, np.int64)


def _shares(key: Ints, threads: int) -> list[slice]:
    """Return slices of about one size that cut no activation in two."""
    if not len(key):
        return []
    wanted = np.arange(1, threads) * len(key) // threads
    cuts = sorted({0, *np.searchsorted(key, key[wanted]).tolist(), len(key)})
    return [slice(first, last) for first, last in itertools.pairwise(cuts)]


def _follow(zones: ZoneSet, facts: _Facts, words: Ints, last_us: Ints) -> _Part:
    """Follow some positions, changing the state in place."""
    if not len(facts.key):
        return np.empty(0, np.int64), np.empty(0, np.int64), 0
    mine = slice(int(facts.key.min()), int(facts.key.max()) + 1)  # other threads write elsewhere
    before = words[mine].copy(), last_us[mine].copy()
    now = np.empty(zones.words, np.int64)
    room = 1_000 + len(facts.key) // ROOM_SHARE
    while True:
        at, change = np.empty(room, np.int64), np.empty(room, np.int64)
        count, used = kernels.follow(
            facts.key, facts.t_us, facts.lat_deg, facts.lon_deg, zones.arrays, words, last_us, now, at, change
        )
        if count <= room:
            return at[:count], change[:count], used
        room = count
        words[mine], last_us[mine] = before


def _told(zones: ZoneSet, facts: _Facts, parts: list[_Part], order: Ints | None = None) -> Crossings:
    at = np.concatenate([part[0] for part in parts] or [np.empty(0, np.int64)])
    change = np.concatenate([part[1] for part in parts] or [np.empty(0, np.int64)])
    activation, bit = facts.key[at], change >> 1
    own_first, own_bits = zones.arrays.own_first, zones.arrays.own_bits
    zone = np.where(bit < own_bits, own_first[activation] + bit, own_first[-1] + bit - own_bits)
    return Crossings(
        row=at if order is None else order[at],
        activation=activation,
        zone=zone,
        entered=(change & 1).astype(np.bool_),
        used=sum(part[2] for part in parts),
    )
