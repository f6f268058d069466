"""Daily life: when people are at home (UK time use) and where they go (exploration and preferential return).

At-home shares are facts of the UK Time Use Survey 2000 as tabulated in the CREST demand model (Loughborough
University; hourly means of one-person households): people who live alone are the closest published group to
people under supervision, of whom no time-use table exists.

Choice of place: exploration and preferential return (Song, Koren, Wang and Barabasi, 2010, "Modelling the
scaling properties of human mobility", Nature Physics 6): a new place with probability rho * S ** -gamma, else
a known one in proportion to visits; rho 0.6, gamma 0.21 as in scikit-mobility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from throughcare.simulation.calendar import HOUR_S, Calendar
from throughcare.simulation.shapes import Bools, Floats
from throughcare.simulation.town import PlaceKind, Town, TownPlace

AT_HOME_WEEKDAY = (
    0.923, 0.933, 0.937, 0.941, 0.942, 0.936, 0.912, 0.840, 0.697, 0.547, 0.447, 0.417,
    0.440, 0.454, 0.411, 0.429, 0.521, 0.617, 0.711, 0.726, 0.739, 0.774, 0.833, 0.890,
)  # fmt: skip
AT_HOME_WEEKEND = (
    0.892, 0.911, 0.925, 0.931, 0.933, 0.932, 0.919, 0.887, 0.832, 0.734, 0.618, 0.566,
    0.552, 0.540, 0.521, 0.526, 0.583, 0.660, 0.704, 0.704, 0.706, 0.732, 0.785, 0.843,
)  # fmt: skip
EXPLORE_RHO = 0.6
EXPLORE_GAMMA = 0.21
EMPLOYED_SHARE = 0.34  # our assumption, stated so that it can be changed
_SHIFT_START_H, _SHIFT_END_H = (8.3, 0.9), (17.1, 1.1)  # mean and sd of a worker's day
_OUTING_MEAN_S = 2.1 * HOUR_S
_SLOT_S = 600.0
_DISTANCE_M, _DISTANCE_POWER = (
    150.0,
    1.75,
)  # truncated power law of jumps (Song et al.: 1 + alpha, alpha 0.55 to 0.8)

# kind: (weight in the choice of a new place, opens at hour, closes at hour)
_OPENING = {
    PlaceKind.SHOP: (1.0, 7, 20),
    PlaceKind.PUB: (6.0, 12, 24),
    PlaceKind.CAFE: (1.2, 7, 18),
    PlaceKind.SURGERY: (4.0, 8, 18),
    PlaceKind.LIBRARY: (8.0, 9, 18),
    PlaceKind.PARK: (30.0, 7, 21),
    PlaceKind.PLAYING_FIELD: (18.0, 9, 20),
    PlaceKind.SUPERMARKET: (60.0, 7, 22),
    PlaceKind.STATION: (12.0, 6, 23),
    PlaceKind.OFFICE: (0.1, 9, 17),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """A fixed stay at work or college: hours of day and the weekdays (Monday 0) it falls on."""

    start_h: float
    end_h: float
    weekdays: tuple[int, ...]


def draw_shift(*, rng: np.random.Generator) -> Shift:
    """Return a worker's usual hours."""
    start = float(np.clip(rng.normal(*_SHIFT_START_H), 6.0, 11.0))
    end = float(np.clip(rng.normal(*_SHIFT_END_H), start + 4, 18.4))
    return Shift(start, end, (0, 1, 2, 3, 4))


def outings(*, rng: np.random.Generator, calendar: Calendar) -> list[tuple[float, float]]:
    """Return the (leave, back) seconds of outings that are nobody's duty.

    A two-state chain in ten-minute slots whose share at home is, at every hour, what is left of the time-use
    share once workers are at work: ``q(t) = p(t) / (w * h(t) + 1 - w)``.
    """
    slots = int(calendar.end_s // _SLOT_S)
    t = (np.arange(slots, dtype=np.float64) + 0.5) * _SLOT_S
    hour = calendar.hour_of_day(t)
    day = np.array([calendar.date(d).weekday() for d in range(calendar.days)])
    midnights = np.array([calendar.midnight_s(d) for d in range(calendar.days)])
    weekend = day[np.searchsorted(midnights, t, side="right") - 1] >= 5
    share = _free_share(hour, weekend)
    back = _SLOT_S / _OUTING_MEAN_S
    draws = rng.random(slots + 1)
    out_since = 0.0 if draws[-1] > share[0] else -1.0
    found: list[tuple[float, float]] = []
    moments = rng.uniform(0, _SLOT_S, slots) + np.arange(slots) * _SLOT_S
    for i in range(1, slots):
        before, now = share[i - 1], share[i]
        leave = (back * (1 - before) - (now - before)) / before
        comes = back if leave >= 0 else (now - before) / max(1 - before, 1e-6)
        if out_since < 0 and draws[i] < leave:
            out_since = float(moments[i])
        elif out_since >= 0 and draws[i] < comes:
            found.append((out_since, float(moments[i])))
            out_since = -1.0
    if out_since >= 0:
        found.append((out_since, calendar.end_s))
    return found


def _free_share(hour: Floats, weekend: Bools) -> Floats:
    """Return q(t): the share at home of people who are not at work."""
    grid = np.arange(-0.5, 25.0)
    weekday_share, weekend_share = (
        np.interp(hour, grid, [table[-1], *table, table[0]]) for table in (AT_HOME_WEEKDAY, AT_HOME_WEEKEND)
    )
    at_work = _soft_step(hour, *_SHIFT_START_H) - _soft_step(hour, *_SHIFT_END_H)
    free = 1 - EMPLOYED_SHARE * np.clip(at_work, 0, 1)
    return np.asarray(np.clip(np.where(weekend, weekend_share, weekday_share / free), 0.05, 0.985))


def _soft_step(hour: Floats, mean_h: float, sd_h: float) -> Floats:
    """Return the logistic curve that is within 0.01 of the normal distribution function."""
    return np.asarray(1 / (1 + np.exp(-1.702 * (hour - mean_h) / sd_h)))


@dataclass(eq=False)
class Habits:
    """The places a person knows and how often they have been to each; grows as they explore."""

    town: Town
    home: TownPlace
    friends: tuple[TownPlace, ...]
    known: list[TownPlace] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)

    def choose(self, *, rng: np.random.Generator, hour: float, near: TownPlace) -> TownPlace:
        """Return where to go now: a known place or a new one, open at this hour."""
        explore = rng.random() < EXPLORE_RHO * max(len(self.known), 1) ** -EXPLORE_GAMMA
        if not explore:
            weights = np.array(
                [v * _is_open(p.kind, hour) for p, v in zip(self.known, self.visits, strict=True)]
            )
            if weights.sum() > 0:
                return self._visit(self.known[_pick(rng, weights)])
        return self._visit(self._explore(rng, hour, near))

    def _visit(self, place: TownPlace) -> TownPlace:
        for i, known in enumerate(self.known):
            if known is place:
                self.visits[i] += 1
                return place
        self.known.append(place)
        self.visits.append(1.0)
        return place

    def _explore(self, rng: np.random.Generator, hour: float, near: TownPlace) -> TownPlace:
        east, north = near.centre
        pool = (*self.friends, *self.town.places)
        centres = np.vstack([self._friend_centres, self.town.place_centres])
        apart = np.hypot(centres[:, 0] - east, centres[:, 1] - north)
        weights = np.array([_appeal(place.kind, hour) for place in pool])
        weights *= (apart > 1.0) * (_DISTANCE_M + apart) ** -_DISTANCE_POWER
        return pool[_pick(rng, weights)]

    @cached_property
    def _friend_centres(self) -> Floats:
        return np.array([friend.centre for friend in self.friends])


def _pick(rng: np.random.Generator, weights: Floats) -> int:
    edges = np.cumsum(weights)
    return min(int(np.searchsorted(edges, rng.random() * edges[-1], side="right")), len(weights) - 1)


def _is_open(kind: PlaceKind, hour: float) -> bool:
    if kind is PlaceKind.HOME:
        return True
    _, opens, closes = _OPENING.get(kind, (0.0, 9, 17))
    return opens <= hour < closes


def _appeal(kind: PlaceKind, hour: float) -> float:
    if kind is PlaceKind.HOME:
        return 25.0
    return _OPENING.get(kind, (0.0, 0, 0))[0] * _is_open(kind, hour)


def days_of(calendar: Calendar, shift: Shift) -> list[tuple[float, float]]:
    """Return the (start, end) seconds of every shift."""
    found = []
    for day in range(calendar.days):
        if calendar.date(day).weekday() in shift.weekdays:
            begin = calendar.midnight_s(day)
            found.append((begin + shift.start_h * HOUR_S, begin + shift.end_h * HOUR_S))
    return found
