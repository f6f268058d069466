"""Zones compiled for crossings: each activation's own, then those that everybody shares, with a grid over these.

A zone is closed: its boundary, holes' edges too, belongs to it. Edges are straight in longitude and latitude;
a circle is what lies within its radius in the plane that touches the sphere at its centre.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.ids import content_id
from throughcare.monitoring import crossing_kernels as kernels
from throughcare.monitoring.crossing_kernels import ASK, CELLS, IN, SNAP_DEG, ZoneArrays
from throughcare.orders.geometry import Circle, Geometry, Polygon

Floats = NDArray[np.float64]

GRID_PER_ZONE = 32  # cells along a side, times the root of the number of shared zones
GRID_SIDE = (64, 1024)  # least and most cells along a side
CIRCLE_SLACK = 1e-9  # of a radius: far above what rounding does to a distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named area.

    Parameters
    ----------
    zone_id : str
    area : Geometry
        Degrees WGS 84. It may not reach a pole or cross the antimeridian.
    activation : str or None
        The only activation that the zone concerns; None: it concerns all.
    """

    zone_id: str
    area: Geometry
    activation: str | None = None


@dataclass(frozen=True, eq=False)
class ZoneSet:
    """Zones compiled for a set of activations: see :func:`compile_zones`."""

    activations: tuple[str, ...]
    zones: tuple[Zone, ...]
    arrays: ZoneArrays

    @property
    def words(self) -> int:
        """64-bit words of one activation's state."""
        return int(self.arrays.kind_words.shape[1])

    @cached_property
    def zone_set_id(self) -> str:
        """Content id: a state belongs to one set of zones and activations."""
        described = [[z.zone_id, z.activation, z.area.model_dump(mode="json")] for z in self.zones]
        return content_id("zones", described, list(self.activations))

    def zone_of(self, activation: int, bit: int) -> int:
        """Return the place in ``zones`` of a bit of an activation's state."""
        own = self.arrays.own_bits
        first = self.arrays.own_first[activation if bit < own else -1]
        return int(first) + (bit if bit < own else bit - own)


def compile_zones(zones: Iterable[Zone], *, activations: Sequence[str]) -> ZoneSet:
    """Return the zones ready for :func:`throughcare.monitoring.crossings.find_crossings`.

    Parameters
    ----------
    zones : iterable of Zone
        In any order; ``zone_id`` may come once an activation, and a shared zone's only once.
    activations : sequence of str
        Every activation whose positions will come, in the order of their keys.

    Raises
    ------
    RefusedInput
        If an id comes twice, a zone is of an unknown activation, or an area reaches a pole or the antimeridian.
    """
    place = {name: number for number, name in enumerate(activations)}
    known = list(zones)
    _refuse_unusable(known, place)
    after_all = len(place)
    ordered = sorted(
        known, key=lambda z: (after_all if z.activation is None else place[z.activation], z.zone_id)
    )
    owners = [after_all if z.activation is None else place[z.activation] for z in ordered]
    own_first = np.searchsorted(np.array(owners, np.int64), np.arange(after_all + 1)).astype(np.int64)
    own_bits = int(np.diff(own_first).max(initial=0))
    shapes = [_Shape.of(zone.area) for zone in ordered]
    shared = shapes[own_first[-1] :]
    words = max(1, -(-(own_bits + len(shared)) // 64))
    arrays = ZoneArrays(own_first, own_bits, *_polygons(shapes), *_grid(shared, own_bits, words))
    return ZoneSet(activations=tuple(activations), zones=tuple(ordered), arrays=arrays)


def snapped(degrees: Floats) -> Floats:
    """Return degrees at the nearest multiple of 2**-40, as the kernels read them."""
    return (degrees + SNAP_DEG) - SNAP_DEG


def edges_of(area: Geometry) -> Floats:
    """Return the edges of all rings, snapped, shape (e, 4): longitude and latitude of both ends. Of a circle none."""
    if isinstance(area, Circle):
        return np.empty((0, 4))
    polygons = [area.coordinates] if isinstance(area, Polygon) else list(area.coordinates)
    rings = [snapped(np.asarray(ring, np.float64)) for ring in itertools.chain.from_iterable(polygons)]
    return np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])


def circle_of(area: Circle) -> tuple[float, float, float, float, float]:
    """Return centre longitude and latitude, snapped, metres a degree east and north, and the squared radius."""
    lon, lat = snapped(np.asarray(area.centre, np.float64)).tolist()
    plane = Plane(lat0_deg=lat, lon0_deg=lon)
    return lon, lat, plane.east_m_per_deg, plane.north_m_per_deg, area.radius_m * area.radius_m


@dataclass(frozen=True, slots=True)
class _Shape:
    circle: tuple[float, float, float, float, float] | None
    edges: Floats
    box: Floats

    @classmethod
    def of(cls, area: Geometry) -> _Shape:
        edges = edges_of(area)
        if not isinstance(area, Circle):
            ends = edges[:, :2]
            return cls(None, edges, np.concatenate([ends.min(axis=0), ends.max(axis=0)]))
        circle = circle_of(area)
        reach = area.radius_m * (1 + CIRCLE_SLACK)
        east, north = reach / circle[2], reach / circle[3]
        return cls(
            circle,
            edges,
            np.array([circle[0] - east, circle[1] - north, circle[0] + east, circle[1] + north]),
        )

    def cells(self, corner: Floats, scale: Floats, rows: int, columns: int) -> NDArray[np.uint8]:
        """Return ``OUT``, ``IN`` or ``ASK`` for each cell of a grid."""
        if self.circle is not None:
            return _circle_cells(self.circle, corner, scale, rows, columns)
        cells = np.zeros((rows, columns), np.uint8)
        kernels.mark_edges(self.edges, corner, scale, cells, np.zeros(rows, np.int64))
        kernels.fill_cells(self.edges, corner, scale, cells)
        return cells


def _circle_cells(
    circle: tuple[float, float, float, float, float], corner: Floats, scale: Floats, rows: int, columns: int
) -> NDArray[np.uint8]:
    def least_and_most(
        middle: float, start: float, per_deg: float, metres: float, number: int
    ) -> tuple[Floats, Floats]:
        low = (start + (np.arange(number) - kernels.SURE) / per_deg - middle) * metres
        high = (start + (np.arange(number) + 1 + kernels.SURE) / per_deg - middle) * metres
        return np.maximum(np.maximum(low, -high), 0.0), np.maximum(-low, high)

    lon, lat, east, north, squared = circle
    east_least, east_most = least_and_most(lon, corner[0], scale[0], east, columns)
    north_least, north_most = least_and_most(lat, corner[1], scale[1], north, rows)
    least = north_least[:, None] ** 2 + east_least[None, :] ** 2
    most = north_most[:, None] ** 2 + east_most[None, :] ** 2
    grown = squared * (1 + CIRCLE_SLACK)
    cells = np.where(least > grown, kernels.OUT, ASK)
    return np.where(most * (1 + CIRCLE_SLACK) < squared, IN, cells).astype(np.uint8)


def _polygons(shapes: list[_Shape]) -> tuple[Floats, Floats, NDArray[np.uint8], NDArray[np.int64], Floats]:
    """Return box, shape, cells, row_first and edges of :class:`ZoneArrays`."""
    box, shape = np.zeros((len(shapes), 4)), np.zeros((len(shapes), 5))
    cells = np.zeros((len(shapes), CELLS, CELLS), np.uint8)
    touched = np.zeros((len(shapes), CELLS), np.int64)
    for z, one in enumerate(shapes):
        box[z] = one.box
        if one.circle is not None:
            shape[z] = one.circle
            continue
        shape[z, :2] = CELLS / (one.box[2:] - one.box[:2])
        kernels.mark_edges(one.edges, box[z, :2], shape[z, :2], cells[z], touched[z])
        kernels.fill_cells(one.edges, box[z, :2], shape[z, :2], cells[z])
    row_first = np.concatenate([[0], np.cumsum(touched.ravel())]).astype(np.int64)
    edges = np.empty((int(row_first[-1]), 4))
    for z, one in enumerate(shapes):
        room = row_first[z * CELLS : (z + 1) * CELLS].copy()
        kernels.sort_edges(one.edges, box[z, :2], shape[z, :2], room, edges)
    return box, shape, cells, row_first, edges


def _grid(
    shared: list[_Shape], own_bits: int, words: int
) -> tuple[Floats, NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return grid, kind, kind_words, ask_first and ask of :class:`ZoneArrays`."""
    if not shared:
        none = np.zeros(1, np.int64)
        return (
            np.zeros(4),
            np.zeros((0, 0), np.int32),
            np.zeros((1, words), np.int64),
            np.zeros(2, np.int64),
            none[:0],
        )
    side = min(max(GRID_PER_ZONE * math.isqrt(len(shared)), GRID_SIDE[0]), GRID_SIDE[1])
    boxes = np.stack([one.box for one in shared])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    scale = (side - 2) / (high - low)
    corner = low - 1 / scale  # a free cell on every side
    holding: dict[int, list[tuple[int, int]]] = {}
    for number, one in enumerate(shared):
        column, row = (int(v) for v in np.floor((one.box[:2] - corner) * scale - kernels.SURE))
        columns, rows = (
            int(v) + 1 - first
            for v, first in zip(
                np.floor((one.box[2:] - corner) * scale + kernels.SURE), (column, row), strict=True
            )
        )
        cells = one.cells(corner + np.array([column, row]) / scale, scale, rows, columns)
        for r, c in np.argwhere(cells != kernels.OUT).tolist():
            holding.setdefault((row + r) * side + column + c, []).append((number, int(cells[r, c])))
    return _kinds(holding, np.concatenate([corner, scale]), side, own_bits, words)


def _kinds(
    holding: dict[int, list[tuple[int, int]]], grid: Floats, side: int, own_bits: int, words: int
) -> tuple[Floats, NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return what :func:`_grid` returns; cells that hold the same are of one kind, and kind 0 holds nothing."""
    numbers: dict[tuple[tuple[int, int], ...], int] = {(): 0}
    kind = np.zeros(side * side, np.int32)
    for cell, listed in holding.items():
        kind[cell] = numbers.setdefault(tuple(listed), len(numbers))
    kind_words = np.zeros((len(numbers), words), np.int64)
    asked: list[list[int]] = []
    for held, number in numbers.items():
        bits = [own_bits + zone for zone, code in held if code == IN]
        for bit in bits:
            kind_words[number, bit >> 6] |= np.int64(np.uint64(1 << (bit & 63)).view(np.int64))
        asked.append([zone for zone, code in held if code == ASK])
    ask_first = np.cumsum([0, *map(len, asked)]).astype(np.int64)
    return (
        grid,
        kind.reshape(side, side),
        kind_words,
        ask_first,
        np.array([z for some in asked for z in some], np.int64),
    )


def _refuse_unusable(zones: list[Zone], place: dict[str, int]) -> None:
    seen: set[tuple[str | None, str]] = set()
    for zone in sorted(zones, key=lambda z: z.activation is not None):  # shared ones first
        where = f"zone {zone.zone_id}"
        if (zone.activation, zone.zone_id) in seen or (None, zone.zone_id) in seen:
            raise RefusedInput(
                where=where,
                expected="one zone of that name for an activation",
                found="two",
                action="Give each zone a name of its own.",
            )
        seen.add((zone.activation, zone.zone_id))
        if zone.activation is not None and zone.activation not in place:
            raise RefusedInput(
                where=where,
                expected="an activation whose positions are given",
                found=repr(zone.activation),
                action="Correct the name, or leave the zone out.",
            )
        west, south, east, north = _Shape.of(zone.area).box
        if west < -180 or east > 180 or south <= -90 or north >= 90:
            raise RefusedInput(
                where=where,
                expected="an area that reaches neither a pole nor the antimeridian",
                found=f"longitudes {west:.3f} to {east:.3f}, latitudes {south:.3f} to {north:.3f}",
                action="Split the zone at the antimeridian, or make it smaller.",
            )
