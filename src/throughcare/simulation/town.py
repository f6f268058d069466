"""An invented town: streets, homes, schools, shops, a probation office, a court; seeded, plausible to look at.

The town lies in the open North Sea, about 54.0 N 1.5 E, some 100 km from the coast of England. That is on
purpose: no coordinate of the demonstration can be anybody's address, and a file that escapes its folder is
recognised at a glance. Its civil time is Europe/London, so that curfews meet the British clock changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.geodesy import Plane
from throughcare.simulation.names import CLOSE_KINDS, MAIN_KINDS, MINOR_KINDS, invented_words
from throughcare.simulation.network import Network, Spot, build_network
from throughcare.simulation.plots import Buildings, Use, build_along
from throughcare.simulation.shapes import Bools, Floats, along, rectangle, resample
from throughcare.simulation.streets import grow_streets
from throughcare.simulation.terrain import Terrain, draw_terrain

PLANE = Plane(54.0, 1.5)
TIME_ZONE = "Europe/London"
TOWN_NAME = "Haldersea"
RADIUS_M = 1250.0
SEA_BOX_DEG = (53.9, 54.1, 1.3, 1.7)  # south, north, west, east: open water, further than any error reaches


class PlaceKind(StrEnum):
    """What a place is for."""

    HOME = "home"
    SHOP = "shop"
    PUB = "pub"
    CAFE = "cafe"
    SURGERY = "surgery"
    PROBATION_OFFICE = "probation_office"
    COURT = "court"
    LIBRARY = "library"
    OFFICE = "office"
    PARK = "park"
    SCHOOL = "school"
    WORKS = "works"
    PLAYING_FIELD = "playing_field"
    SUPERMARKET = "supermarket"
    STATION = "station"


@dataclass(frozen=True, eq=False)
class TownPlace:
    """A place that people go to. ``outline`` is in metres (k, 2); ``spot`` is where it joins the streets."""

    kind: PlaceKind
    name: str
    spot: Spot
    outline: Floats

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Middle of the outline, east and north in metres."""
        east, north = self.outline.mean(axis=0).tolist()
        return east, north


@dataclass(frozen=True, eq=False)
class Town:
    """The whole town. ``places`` holds everything but homes; homes are rows of ``buildings``."""

    name: str
    terrain: Terrain
    network: Network
    street_names: tuple[str, ...]
    buildings: Buildings
    places: tuple[TownPlace, ...]

    @cached_property
    def homes(self) -> NDArray[np.int64]:
        """Rows of ``buildings`` that are homes."""
        return np.flatnonzero(self.buildings.use == Use.HOME)

    @cached_property
    def place_centres(self) -> Floats:
        """Middles of ``places`` in metres (n, 2)."""
        return np.array([place.centre for place in self.places])

    def address(self, building: int) -> str:
        """Return the invented address of a building, such as ``14 Hesselcroft Close``."""
        row = int(building)
        return f"{self.buildings.number[row]} {self.street_names[int(self.buildings.street[row])]}"

    def of_kind(self, kind: PlaceKind) -> tuple[TownPlace, ...]:
        """Return the places of one kind."""
        return tuple(place for place in self.places if place.kind is kind)

    def as_home(self, building: int) -> TownPlace:
        """Return a home as a place; its outline is the footprint."""
        row = int(building)
        return TownPlace(
            PlaceKind.HOME, self.address(row), self.buildings.spot(row), self.buildings.footprint(row)
        )


def build_town(*, rng: np.random.Generator, radius_m: float = RADIUS_M) -> Town:
    """Return a generated town: the same generator state gives the same town.

    Parameters
    ----------
    rng : Generator
    radius_m : float
        About how far the built-up area reaches from the market place.
    """
    terrain = draw_terrain(rng=rng, radius_m=radius_m)
    minor = grow_streets(rng=rng, terrain=terrain)
    lines = [*terrain.main_roads, *minor]
    network = build_network(lines=lines, main=[i < len(terrain.main_roads) for i in range(len(lines))])
    names = _street_names(rng, network, len(lines))
    buildings = build_along(rng=rng, network=network, terrain=terrain)
    streets = _Streets.of(network)
    places = [*_along_streets(rng, buildings), *_grounds(rng, streets, terrain), _station(streets, terrain)]
    return Town(TOWN_NAME, terrain, network, names, buildings, tuple(places))


def _street_names(rng: np.random.Generator, network: Network, count: int) -> tuple[str, ...]:
    degree = np.bincount(
        [n for edge in network.edges for n in (edge.u, edge.v)], minlength=len(network.nodes)
    )
    kinds: list[tuple[str, ...]] = [MINOR_KINDS] * count
    length = np.zeros(count)
    for edge in network.edges:
        length[edge.street] += edge.length_m
        if edge.main:
            kinds[edge.street] = MAIN_KINDS
        elif min(degree[edge.u], degree[edge.v]) == 1 and length[edge.street] < 260:
            kinds[edge.street] = CLOSE_KINDS
    words = invented_words(rng=rng, count=count)
    names = [f"{word} {rng.choice(kind)}" for word, kind in zip(words, kinds, strict=True)]
    names[0] = "High Street"
    return tuple(names)


def _along_streets(rng: np.random.Generator, buildings: Buildings) -> list[TownPlace]:
    rows = np.flatnonzero(buildings.use != Use.HOME)
    words = invented_words(rng=rng, count=len(rows))
    found = []
    for word, row in zip(words, rows.tolist(), strict=True):
        kind = PlaceKind(Use(int(buildings.use[row])).name.lower())
        found.append(TownPlace(kind, _place_name(kind, word), buildings.spot(row), buildings.footprint(row)))
    return found


def _place_name(kind: PlaceKind, word: str) -> str:
    if kind is PlaceKind.PUB:
        return f"The {word} Arms"
    if kind in {PlaceKind.PROBATION_OFFICE, PlaceKind.COURT, PlaceKind.LIBRARY}:
        return f"{TOWN_NAME} {kind.replace('_', ' ')}"
    return f"{word} {kind.replace('_', ' ')}"


def _grounds(rng: np.random.Generator, streets: _Streets, terrain: Terrain) -> list[TownPlace]:
    words = invented_words(rng=rng, count=len(terrain.grounds))
    return [
        TownPlace(
            PlaceKind(ground.kind),
            f"{word} {ground.kind.replace('_', ' ')}",
            _gate(streets, ground.outline),
            ground.outline,
        )
        for word, ground in zip(words, terrain.grounds, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Streets:
    """Every street as points: the edge and metres along it of each point (n,), its place (n, 2), and if main."""

    edge: NDArray[np.int64]
    at_m: Floats
    place: Floats
    main: Bools

    @classmethod
    def of(cls, network: Network) -> _Streets:
        """Return the streets of a network as points six metres apart."""
        lines = [resample(edge.line, 6.0) for edge in network.edges]
        sizes = [len(line) for line in lines]
        return cls(
            np.repeat(np.arange(len(lines)), sizes),
            np.concatenate([along(line) for line in lines]),
            np.vstack(lines),
            np.repeat([edge.main for edge in network.edges], sizes),
        )


def _gate(streets: _Streets, outline: Floats) -> Spot:
    """Return the point of the streets that is nearest to an outline; the door is on the outline."""
    ring = resample(np.vstack([outline, outline[:1]]), 6.0)
    about = np.hypot(*(streets.place - outline.mean(axis=0)).T)
    rows = np.flatnonzero(about < 3.0 * max(float(about.min()), 150.0))
    place = streets.place[rows]
    apart = np.hypot(place[:, None, 0] - ring[None, :, 0], place[:, None, 1] - ring[None, :, 1])
    nearest, corner = divmod(int(np.argmin(apart)), len(ring))
    row = int(rows[nearest])
    east, north = ring[corner].tolist()
    return Spot(int(streets.edge[row]), float(streets.at_m[row]), east, north)


def _station(streets: _Streets, terrain: Terrain) -> TownPlace:
    """Return the station: beside the railway where the main road nearest to the middle crosses it."""
    rail = terrain.rail
    place = streets.place
    apart = np.abs(place[:, 1] - np.interp(place[:, 0], rail[:, 0], rail[:, 1]))
    score = apart + 0.05 * np.hypot(place[:, 0], place[:, 1]) + 500.0 * ~streets.main
    row = int(np.argmin(score))
    j = int(np.argmin(np.abs(rail[:, 0] - place[row, 0])))
    beside = place[row]
    ahead = rail[min(j + 3, len(rail) - 1)] - rail[j]
    angle = float(np.arctan2(ahead[1], ahead[0]))
    away = np.array([np.cos(angle), np.sin(angle)]) * 45 - np.array([-np.sin(angle), np.cos(angle)]) * 16
    outline = rectangle(
        centre=(float(beside[0] + away[0]), float(beside[1] + away[1])),
        width_m=60.0,
        depth_m=12.0,
        angle_rad=angle,
    )
    east, north = outline.mean(axis=0).tolist()
    spot = Spot(int(streets.edge[row]), float(streets.at_m[row]), east, north)
    return TownPlace(PlaceKind.STATION, f"{TOWN_NAME} station", spot, outline)
