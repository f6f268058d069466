"""The diary: what a person sets out to do, made into a track with travel between."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from throughcare.simulation.areas import Area
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.movement import Mode, Track, TrackBuilder
from throughcare.simulation.people import Person
from throughcare.simulation.routine import Habits
from throughcare.simulation.shapes import resample
from throughcare.simulation.town import TownPlace

_LINGER_S = 700.0  # with less time than this at home between two blocks, go straight on
_SHORTEST_S = 240.0


class Rank(IntEnum):
    """Which block wins where two would overlap."""

    OUTING = 0
    WORK = 1
    APPOINTMENT = 2
    STAY_IN = 3
    PLANNED = 4


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of time with a purpose.

    ``fixed`` blocks start on arrival and end on leaving; others start on leaving home and end on being home
    again. ``place=None`` leaves the choice to habit; ``stay_in`` keeps the person at home. A ``via`` visit is
    passed through without a stop worth the name.
    """

    start_s: float
    end_s: float
    rank: Rank
    place: TownPlace | None = None
    fixed: bool = False
    via: bool = False

    @property
    def stay_in(self) -> bool:
        """Whether the block is a promise to be at home."""
        return self.rank is Rank.STAY_IN


def settle(blocks: list[Block]) -> list[Block]:
    """Return the blocks without overlaps: the higher rank keeps its time, the lower is cut or dropped."""
    kept: list[Block] = []
    for block in sorted(blocks, key=lambda b: (-b.rank, b.start_s)):
        pieces = [(block.start_s, block.end_s)]
        for other in kept:
            pieces = [part for piece in pieces for part in _minus(piece, (other.start_s, other.end_s))]
        wanted = 60.0 if block.rank >= Rank.STAY_IN else _SHORTEST_S
        kept.extend(
            Block(start, end, block.rank, block.place, block.fixed, block.via)
            for start, end in pieces
            if end - start >= wanted
        )
    return sorted((b for b in kept if not b.stay_in), key=lambda b: b.start_s)


def _minus(piece: tuple[float, float], gone: tuple[float, float]) -> list[tuple[float, float]]:
    if gone[1] <= piece[0] or gone[0] >= piece[1]:
        return [piece]
    return [(a, b) for a, b in ((piece[0], gone[0]), (gone[1], piece[1])) if b > a]


@dataclass(eq=False)
class Walker:
    """Follows a diary and writes the track."""

    rng: np.random.Generator
    person: Person
    calendar: Calendar
    habits: Habits
    builder: TrackBuilder
    avoid: Area | None = None
    keep_within: Area | None = None
    _clear: dict[tuple[int, int], bool] = field(default_factory=dict)

    def follow(self, blocks: list[Block]) -> Track:
        """Return the track of the whole period, starting and ending at home."""
        home = self.builder.number(self.person.home)
        now_s, here = 0.0, home
        for number, block in enumerate(blocks):
            after = blocks[number + 1] if number + 1 < len(blocks) else None
            leave = self._leaving(block, here, now_s)
            self.builder.stay(here, now_s, leave)
            now_s, here = self._spend(block, here, leave)
            if after is None or self._go_home_first(after, here, now_s):
                now_s = self._go(here, home, now_s)
                here = home
        self.builder.stay(here, now_s, self.calendar.end_s + 1)
        return self.builder.build()

    def _leaving(self, block: Block, here: int, now_s: float) -> float:
        if not block.fixed or block.place is None:
            return max(now_s, block.start_s)
        there = self.builder.number(block.place)
        return max(now_s, block.start_s - self._travel_s(here, there))

    def _go_home_first(self, after: Block, here: int, now_s: float) -> bool:
        if here == 0:
            return False
        there = self.builder.number(after.place) if after.place is not None and after.fixed else 0
        return after.start_s - self._travel_s(0, there) - (now_s + self._travel_s(here, 0)) > _LINGER_S

    def _spend(self, block: Block, here: int, now_s: float) -> tuple[float, int]:
        """Do the block; return when and where the person is ready to go home."""
        if block.place is not None:
            there = self.builder.number(block.place)
            now_s = self._go(here, there, now_s)
            end = block.end_s if block.fixed else block.end_s - self._travel_s(there, 0)
            until = now_s + 20.0 if block.via else max(end, now_s + 30.0)
            self.builder.stay(there, now_s, until)
            return until, there
        while True:
            there, last = self._next_stop(here, now_s, block.end_s)
            arrive = self._go(here, there, now_s)
            end = block.end_s - self._travel_s(there, 0)
            if not last and end - arrive > 5400 and self.rng.random() < 0.45:
                until = arrive + (end - arrive) * self.rng.uniform(0.2, 0.6)
                self.builder.stay(there, arrive, until)
                now_s, here = until, there
                continue
            until = max(end, arrive + 20.0)
            self.builder.stay(there, arrive, until)
            return until, there

    def _next_stop(self, here: int, now_s: float, end_s: float) -> tuple[int, bool]:
        """Return a place that there is time to reach and come home from, and whether it must be the last."""
        hour = float(self.calendar.hour_of_day(now_s))
        for _ in range(5):
            place = self.habits.choose(rng=self.rng, hour=hour, near=self.builder.places[here])
            there = self.builder.number(place)
            needed = self._travel_s(here, there) + self._travel_s(there, 0) + 120.0
            if there not in (here, 0) and needed < end_s - now_s and self.allows(here, there):
                return there, False
        time_m = (end_s - now_s - 60.0) * 1.35 / 2.6
        near = [
            c for c, reach_m in zip(self.person.corners, (45.0, 85.0, 150.0), strict=True) if reach_m < time_m
        ]
        corner = near[-1] if near else self.person.corners[0]
        return self.builder.number(corner), True

    def allows(self, here: int, there: int) -> bool:
        """Return whether the ways there and home keep to the zones that the person means to respect."""
        key = (here, there)
        if key not in self._clear:
            self._clear[key] = all(self._way_is_clear(a, b) for a, b in ((here, there), (there, 0)))
        return self._clear[key]

    def _way_is_clear(self, start: int, end: int) -> bool:
        if self.avoid is None and self.keep_within is None:
            return True
        line = resample(self.builder.route(start, end, self._mode(start, end)), 10.0)
        east, north = line[:, 0], line[:, 1]
        if self.avoid is not None and bool(self.avoid.contains(east, north).any()):
            return False
        return self.keep_within is None or bool(self.keep_within.contains(east, north).all())

    def _go(self, start: int, end: int, now_s: float) -> float:
        if start == end:
            return now_s
        return self.builder.trip(start, end, mode=self._mode(start, end), depart_s=now_s)

    def _travel_s(self, start: int, end: int) -> float:
        return 0.0 if start == end else self.builder.travel_s(start, end, self._mode(start, end))

    def _mode(self, start: int, end: int) -> Mode:
        """Walk when near; else by car, cycle or bus, the same way every time for the same two places."""
        (x0, y0), (x1, y1) = self.builder.places[start].centre, self.builder.places[end].centre
        if float(np.hypot(x1 - x0, y1 - y0)) < 550.0:
            return Mode.WALK
        if self.person.has_car:
            return Mode.CAR
        return Mode.CYCLE if self.person.has_cycle else Mode.BUS
