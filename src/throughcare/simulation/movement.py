"""Movement: from a plan of stays and trips to a true position at any second.

A track is a list of knots joined by straight lines at constant speed, so a position is one interpolation
whatever the resolution. Stays have small movements of their own: rooms, and the garden up to its fence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.network import Router
from throughcare.simulation.shapes import Floats, along, at_metres
from throughcare.simulation.town import PlaceKind, TownPlace

_OPEN_AIR = frozenset({PlaceKind.PARK, PlaceKind.PLAYING_FIELD})


class Mode(StrEnum):
    """How a trip is made."""

    WALK = "walk"
    CYCLE = "cycle"
    CAR = "car"
    BUS = "bus"


class Setting(IntEnum):
    """Where a person is, as far as radio and satellites care. The numbers are stored with the truth."""

    HOME_INDOORS = 0
    HOME_GARDEN = 1
    AWAY_INDOORS = 2
    AWAY_OUTDOORS = 3
    ON_FOOT = 4
    ON_CYCLE = 5
    IN_VEHICLE = 6


SPEED_MPS = {Mode.WALK: 1.35, Mode.CYCLE: 4.2, Mode.CAR: 8.5, Mode.BUS: 6.5}
_STOP_EVERY_M = {Mode.WALK: 700.0, Mode.CYCLE: 600.0, Mode.CAR: 380.0, Mode.BUS: 300.0}
_MOVING = {
    Mode.WALK: Setting.ON_FOOT,
    Mode.CYCLE: Setting.ON_CYCLE,
    Mode.CAR: Setting.IN_VEHICLE,
    Mode.BUS: Setting.IN_VEHICLE,
}
_AT_THE_DOOR_S = 180.0  # a shorter stay goes no further than the door
_GARDEN_SHARE = 0.07
_SMALL_SPREAD = 0.15  # log sd of the speed between trips


@dataclass(frozen=True, eq=False)
class Track:
    """True movement: knots (k,) in seconds and metres; ``setting`` and ``place`` hold from a knot to the next.

    ``place`` is the row of the person's own list of places, -1 on the way.
    """

    t_s: Floats
    east_m: Floats
    north_m: Floats
    setting: NDArray[np.int64]
    place: NDArray[np.int64]

    def at(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Return the true (east_m, north_m) at each time; before the first knot the person is at it."""
        return np.interp(t_s, self.t_s, self.east_m), np.interp(t_s, self.t_s, self.north_m)

    def row(self, t_s: Floats) -> NDArray[np.int64]:
        """Return the knot that each time follows."""
        found = np.searchsorted(self.t_s, t_s, side="right") - 1
        return np.clip(found, 0, len(self.t_s) - 1)


@dataclass(eq=False)
class TrackBuilder:
    """Writes a track stay by stay and trip by trip, in time order."""

    rng: np.random.Generator
    router: Router
    places: list[TownPlace] = field(default_factory=list)
    garden: Floats | None = None
    _knots: list[Floats] = field(default_factory=list)
    _routes: dict[tuple[int, int, bool], Floats] = field(default_factory=dict)

    def number(self, place: TownPlace) -> int:
        """Return the place's row in the person's own list, adding it when it is new."""
        for i, known in enumerate(self.places):
            if known is place:
                return i
        self.places.append(place)
        return len(self.places) - 1

    def route(self, start: int, end: int, mode: Mode) -> Floats:
        """Return the way between two places, door to door (k, 2)."""
        key = (start, end, mode in {Mode.CAR, Mode.BUS})
        if key not in self._routes:
            here, there = self.places[start].spot, self.places[end].spot
            self._routes[key] = self.router.path(here, there, driving=key[2])
        return self._routes[key]

    def stay(self, place: int, start_s: float, end_s: float) -> None:
        """Spend ``[start_s, end_s)`` at a place, from its door and back to it, moving about a little."""
        if end_s <= start_s:
            return
        here = self.places[place]
        door = np.array([[here.spot.east_m, here.spot.north_m]])
        calm = self._calm(place)
        if end_s - start_s < _AT_THE_DOOR_S:
            self._write(np.array([start_s, end_s]), np.vstack([door, door]), np.full(2, calm), place)
            return
        begins, outdoors = self._spells(place, start_s, end_s)
        point = _within(here.outline, self.rng, len(begins), 0.8)
        if outdoors.any() and self.garden is not None:
            point[outdoors] = _within(self.garden, self.rng, int(outdoors.sum()), 0.97)
        setting = np.where(outdoors, Setting.HOME_GARDEN, calm)
        self._write(*_steps(begins, end_s, np.vstack([door, point, door]), setting), place)

    def _calm(self, place: int) -> Setting:
        if place == 0:
            return Setting.HOME_INDOORS
        outdoors = self.places[place].kind in _OPEN_AIR
        return Setting.AWAY_OUTDOORS if outdoors else Setting.AWAY_INDOORS

    def _spells(self, place: int, start_s: float, end_s: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Return when each spell in one room begins, and which are in the garden."""
        count = int((end_s - start_s) / 1500.0) + 2
        garden = place == 0 and self.garden is not None
        outdoors = (self.rng.random(count) < _GARDEN_SHARE) & garden
        lasts = np.where(
            outdoors, self.rng.uniform(180, 1500, count), self.rng.exponential(2400.0, count) + 60
        )
        begins = np.concatenate([[start_s], start_s + np.cumsum(lasts)[:-1]])
        keep = begins < end_s - 60.0
        keep[0] = True
        return begins[keep], outdoors[keep]

    def trip(self, start: int, end: int, *, mode: Mode, depart_s: float) -> float:
        """Travel between two places and return the time of arrival."""
        line = self.route(start, end, mode)
        pace = SPEED_MPS[mode] * math.exp(_SMALL_SPREAD * self.rng.standard_normal())
        reach = along(line)
        halts = np.sort(self.rng.uniform(0, reach[-1], self.rng.poisson(reach[-1] / _STOP_EVERY_M[mode])))
        waits = self.rng.uniform(5.0, 35.0, len(halts))
        marks = np.sort(np.concatenate([reach, halts, halts]))
        first = np.searchsorted(halts, marks, side="left")
        times = depart_s + marks / pace + np.concatenate([[0.0], np.cumsum(waits)])[first]
        second = np.flatnonzero(np.diff(marks, prepend=-1.0) == 0)
        passed = np.searchsorted(halts, marks[second], side="right")
        times[second] = depart_s + marks[second] / pace + np.concatenate([[0.0], np.cumsum(waits)])[passed]
        setting = np.full(len(marks), _MOVING[mode])
        self._write(times, at_metres(line, marks), setting, -1)
        return float(times[-1])

    def travel_s(self, start: int, end: int, mode: Mode) -> float:
        """Return about how long a trip takes, its halts included."""
        length = float(along(self.route(start, end, mode))[-1])
        return length / SPEED_MPS[mode] + 20.0 * length / _STOP_EVERY_M[mode]

    def build(self) -> Track:
        """Return the finished track."""
        knots = np.vstack(self._knots)
        order = np.argsort(knots[:, 0], kind="stable")
        t, east, north, setting, place = knots[order].T
        return Track(
            t_s=np.maximum.accumulate(t),
            east_m=np.ascontiguousarray(east),
            north_m=np.ascontiguousarray(north),
            setting=setting.astype(np.int64),
            place=place.astype(np.int64),
        )

    def _write(self, t_s: Floats, point: Floats, setting: NDArray[np.int64], place: int) -> None:
        self._knots.append(np.column_stack([t_s, point, setting, np.full(len(t_s), place)]))


def _steps(
    begins: Floats, end_s: float, point: Floats, setting: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return knots of a stay (door, a point for each spell, door): at each point until it is left on foot."""
    leave = np.append(begins[1:], end_s)
    steps = np.hypot(*np.diff(point, axis=0).T) / SPEED_MPS[Mode.WALK]
    walk = np.minimum(steps[:-1], (leave - begins) / 3)
    last = min(float(steps[-1]), float(leave[-1] - begins[-1]) / 3)
    go = leave - np.append(np.zeros(len(leave) - 1), last)
    times = np.column_stack([begins + walk, go]).ravel()
    times = np.concatenate([[begins[0]], times, [end_s]])
    inner = np.repeat(point[1:-1], 2, axis=0)
    whole = np.vstack([point[:1], inner, point[-1:]])
    return times, whole, np.concatenate([setting[:1], np.repeat(setting, 2), setting[-1:]])


def _within(ring: Floats, rng: np.random.Generator, count: int, spread: float) -> Floats:
    """Return points (count, 2) in a four-cornered (or nearly round) outline, shrunk about its middle."""
    middle = ring.mean(axis=0)
    if len(ring) == 4:
        along_side, across = rng.random((2, count))
        point = ring[0] + np.outer(along_side, ring[1] - ring[0]) + np.outer(across, ring[3] - ring[0])
    else:
        corner = ring[rng.integers(0, len(ring), count)]
        point = middle + (corner - middle) * np.sqrt(rng.random(count))[:, None]
    return np.asarray(middle + (point - middle) * spread)
