"""Invented people under supervision: where they live, what they do, how their home treats a radio.

Nobody here stands for anybody: references are opaque (W0001), and no name, age or sex is made up because
nothing in monitoring needs one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from throughcare.simulation.network import Spot
from throughcare.simulation.routine import EMPLOYED_SHARE, Habits, Shift, draw_shift
from throughcare.simulation.shapes import at_metres, rectangle
from throughcare.simulation.town import PlaceKind, Town, TownPlace

_WORKPLACES = (PlaceKind.WORKS, PlaceKind.OFFICE, PlaceKind.SHOP, PlaceKind.SUPERMARKET, PlaceKind.STATION)
_COLLEGE_SHARE = 0.05


class HomeClass(StrEnum):
    """How well satellites are seen indoors at home (research D6: 60, 30 and 10 % of homes)."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Conduct(StrEnum):
    """How the person keeps the order: shares are our assumption (70, 22 and 8 %)."""

    STEADY = "steady"
    MIXED = "mixed"
    STRUGGLING = "struggling"


@dataclass(frozen=True, eq=False)
class Person:
    """One invented person.

    Parameters
    ----------
    ref : str
        Opaque reference.
    home_building : int
        Row of the town's buildings.
    shift : Shift or None
        Hours of work or college; None for people without either.
    corners : tuple of TownPlace
        Spots on the street near home, for a breath of air.
    """

    ref: str
    index: int
    home_building: int
    home: TownPlace
    home_class: HomeClass
    conduct: Conduct
    work: TownPlace | None
    shift: Shift | None
    has_car: bool
    has_cycle: bool
    corners: tuple[TownPlace, ...]
    friends: tuple[TownPlace, ...]

    def habits(self, town: Town) -> Habits:
        """Return fresh habits: nothing visited yet."""
        return Habits(town=town, home=self.home, friends=self.friends)


def draw_person(
    *, rng: np.random.Generator, town: Town, index: int, ref: str, building: int | None = None
) -> Person:
    """Return a person of this town, drawn from their own generator only; ``building`` fixes their home."""
    drawn = int(rng.choice(town.homes))
    building = drawn if building is None else building
    home = town.as_home(building)
    draw = rng.random()
    work: TownPlace | None = None
    if draw < EMPLOYED_SHARE - _COLLEGE_SHARE:
        pool = [place for place in town.places if place.kind in _WORKPLACES]
        weights = np.array([8.0 if place.kind is PlaceKind.WORKS else 1.0 for place in pool])
        work = pool[int(rng.choice(len(pool), p=weights / weights.sum()))]
    elif draw < EMPLOYED_SHARE:
        schools = town.of_kind(PlaceKind.SCHOOL)
        work = schools[0]  # the largest school site doubles as the college
    friends = tuple(town.as_home(int(row)) for row in rng.choice(town.homes, 5, replace=False))
    return Person(
        ref=ref,
        index=index,
        home_building=building,
        home=home,
        home_class=HomeClass(rng.choice(list(HomeClass), p=[0.6, 0.3, 0.1])),
        conduct=Conduct(rng.choice(list(Conduct), p=[0.70, 0.22, 0.08])),
        work=work,
        shift=None if work is None else draw_shift(rng=rng),
        has_car=bool(rng.random() < 0.42),
        has_cycle=bool(rng.random() < 0.25),
        corners=tuple(_corner(rng, town, home, reach_m) for reach_m in (45.0, 85.0, 150.0)),
        friends=friends,
    )


def _corner(rng: np.random.Generator, town: Town, home: TownPlace, reach_m: float) -> TownPlace:
    """Return a spot on the pavement about ``reach_m`` along the street from home."""
    spot = home.spot
    edge = town.network.edges[spot.edge]
    at_m = spot.at_m + reach_m * float(rng.choice([-1.0, 1.0]))
    if not 1.0 < at_m < edge.length_m - 1.0:
        at_m = 2 * spot.at_m - at_m
    at_m = float(np.clip(at_m, 1.0, edge.length_m - 1.0))
    east, north = at_metres(edge.line, np.array([at_m]))[0].tolist()
    outline = rectangle(centre=(east, north), width_m=5.0, depth_m=5.0, angle_rad=0.0)
    return TownPlace(PlaceKind.PARK, "the corner", Spot(spot.edge, at_m, east, north), outline)
