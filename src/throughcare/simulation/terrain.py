"""What was there before the houses: the river, the railway, the main roads, and the grounds kept free."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.simulation.field import StreetField, draw_field
from throughcare.simulation.shapes import (
    Bools,
    Floats,
    blob,
    inside_polygon,
    rectangle,
    resample,
)

RIVER_WIDTH_M = 34.0
_CELL_M = 6.0
_STEP_M = 12.0
_GROUNDS = (
    ("park", 5, 95.0, 75.0),
    ("school", 7, 105.0, 80.0),
    ("works", 3, 190.0, 120.0),
    ("playing_field", 2, 130.0, 90.0),
    ("supermarket", 2, 110.0, 75.0),
)  # kind, how many, width, depth (a park's width is its radius)


@dataclass(frozen=True, eq=False)
class Ground:
    """A large site that streets go around: a park, a school, works. Outline in metres (k, 2)."""

    kind: str
    outline: Floats


@dataclass(frozen=True, eq=False)
class Terrain:
    """River, railway, main roads and grounds, in metres about the market place; and where no street may go."""

    radius_m: float
    river: Floats
    rail: Floats
    main_roads: tuple[Floats, ...]
    grounds: tuple[Ground, ...]
    street_field: StreetField
    blocked: NDArray[np.bool_]

    def is_blocked(self, east_m: float, north_m: float) -> bool:
        """Return whether a minor street may not pass here (water, railway, grounds, outside the town)."""
        size = len(self.blocked)
        i = int((north_m + 1.5 * self.radius_m) / _CELL_M)
        j = int((east_m + 1.5 * self.radius_m) / _CELL_M)
        return not (0 <= i < size and 0 <= j < size) or bool(self.blocked[i, j])


def draw_terrain(*, rng: np.random.Generator, radius_m: float) -> Terrain:
    """Return the ground on which a town of about ``radius_m`` grows."""
    east = np.linspace(-1.6 * radius_m, 1.6 * radius_m, 260)
    river = np.column_stack([east, _river_north(east, rng, radius_m)])
    slope = rng.uniform(-0.12, 0.12)
    rail_north = 0.46 * radius_m + slope * east + 60 * np.sin(east / (0.9 * radius_m))
    rail = np.column_stack([east, rail_north])
    roads = _main_roads(rng, radius_m)
    street_field = draw_field(rng=rng, radius_m=radius_m, main_roads=roads)
    grid_east, grid_north = _cells(radius_m)
    blocked = _outside(rng, radius_m, grid_east, grid_north)
    blocked |= np.abs(grid_north - np.interp(grid_east, east, river[:, 1])) < RIVER_WIDTH_M / 2 + 22
    blocked |= np.abs(grid_north - np.interp(grid_east, east, rail_north)) < 20
    grounds = _draw_grounds(rng, radius_m, street_field, np.vstack(roads), blocked)
    return Terrain(radius_m, river, rail, tuple(roads), grounds, street_field, blocked)


def _river_north(east: Floats, rng: np.random.Generator, radius_m: float) -> Floats:
    bends = sum(
        size * radius_m * np.sin(east / (length * radius_m) * math.tau + rng.uniform(0, math.tau))
        for size, length in ((0.08, 1.5), (0.035, 0.7), (0.012, 0.33))
    )
    return np.asarray(-0.24 * radius_m + rng.uniform(-0.1, 0.1) * east + bends)


def _main_roads(rng: np.random.Generator, radius_m: float) -> list[Floats]:
    """Return the high street with its two long arms, three more arms, and a ring road."""
    first = rng.uniform(0.1, 0.45)
    arms = [_arm(rng, radius_m, (0.0, 0.0), first + turn) for turn in (0.0, math.pi)]
    through = np.vstack([arms[0][::-1], arms[1][1:]])
    middle = len(arms[0])
    roads = [through]
    for number, turn in enumerate((0.3, 0.55, 0.75, 0.28 + 1, 0.5 + 1, 0.78 + 1)):
        start = through[middle + (-8, 0, 9, 7, -1, -10)[number]]
        roads.append(
            _arm(
                rng,
                radius_m,
                (float(start[0]), float(start[1])),
                first + math.pi * (turn + rng.uniform(-0.05, 0.05)),
            )
        )
    angle = np.linspace(0, math.tau, 220)
    reach = (
        0.6
        * radius_m
        * (1 + sum(rng.uniform(0.02, 0.05) * np.sin(k * angle + rng.uniform(0, math.tau)) for k in (2, 3, 5)))
    )
    roads.append(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))
    return [resample(road, _STEP_M) for road in roads]


def _arm(rng: np.random.Generator, radius_m: float, start: tuple[float, float], angle_rad: float) -> Floats:
    out = np.arange(0.0, 1.28 * radius_m, _STEP_M)
    sway = sum(
        size * np.sin(out / radius_m * length + rng.uniform(0, math.tau))
        for size, length in ((0.16, 3.0), (0.05, 9.0))
    )
    turning = angle_rad + np.asarray(sway) * np.minimum(1.0, out / 200.0)
    steps = _STEP_M * np.column_stack([np.cos(turning), np.sin(turning)])
    return np.vstack([start, np.asarray(start) + np.cumsum(steps, axis=0)])


def _cells(radius_m: float) -> tuple[Floats, Floats]:
    centres = np.arange(-1.5 * radius_m, 1.5 * radius_m, _CELL_M) + _CELL_M / 2
    east, north = np.meshgrid(centres, centres)
    return east, north


def _outside(rng: np.random.Generator, radius_m: float, east: Floats, north: Floats) -> Bools:
    """Return the cells outside the built-up edge, which bulges along some roads and not along others."""
    angle = np.arctan2(north, east)
    edge = 1 + sum(
        rng.uniform(0.03, 0.09) * np.sin(k * angle + rng.uniform(0, math.tau)) for k in (2, 3, 5, 7)
    )
    return np.asarray(np.hypot(east, north) > radius_m * edge)


def _draw_grounds(
    rng: np.random.Generator, radius_m: float, field: StreetField, roads: Floats, blocked: Bools
) -> tuple[Ground, ...]:
    """Place each ground clear of the main roads, water and each other, and mark it as blocked."""
    east, north = _cells(radius_m)
    found: list[Ground] = []
    for kind, count, width_m, depth_m in _GROUNDS:
        placed = 0
        for _ in range(400):
            if placed == count:
                break
            outline = _outline(rng, radius_m, field, kind=kind, width_m=width_m, depth_m=depth_m)
            if _fits(outline, roads, blocked, radius_m):
                found.append(Ground(kind, outline))
                _block(blocked, east, north, _grown(outline, 11.0))
                placed += 1
    return tuple(found)


def _block(blocked: Bools, east: Floats, north: Floats, ring: Floats) -> None:
    """Mark the cells inside a ring; only the cells about it are looked at."""
    first, last = np.searchsorted(east[0], [ring[:, 0].min(), ring[:, 0].max()])
    low, high = np.searchsorted(north[:, 0], [ring[:, 1].min(), ring[:, 1].max()])
    part = (slice(low, high), slice(first, last))
    blocked[part] |= inside_polygon(east_m=east[part], north_m=north[part], ring=ring)


def _outline(
    rng: np.random.Generator,
    radius_m: float,
    field: StreetField,
    *,
    kind: str,
    width_m: float,
    depth_m: float,
) -> Floats:
    low, high = (0.55, 0.95) if kind == "works" else (0.15, 0.85)
    out, around = radius_m * rng.uniform(low, high), rng.uniform(0, math.tau)
    centre = (out * math.cos(around), out * math.sin(around))
    size = rng.uniform(0.8, 1.25)
    if kind == "park":
        return blob(centre=centre, radius_m=width_m * size, rng=rng, corners=28)
    angle = field.angle(*centre)
    return rectangle(centre=centre, width_m=width_m * size, depth_m=depth_m * size, angle_rad=angle)


def _fits(outline: Floats, roads: Floats, blocked: Bools, radius_m: float) -> bool:
    dense = resample(np.vstack([outline, outline[:1]]), 10.0)
    index = ((dense + 1.5 * radius_m) / _CELL_M).astype(np.int64)
    inner = ((outline.mean(axis=0) + 1.5 * radius_m) / _CELL_M).astype(np.int64)
    if blocked[index[:, 1], index[:, 0]].any() or blocked[inner[1], inner[0]]:
        return False
    apart = np.hypot(roads[:, None, 0] - dense[None, :, 0], roads[:, None, 1] - dense[None, :, 1]).min()
    return bool(20.0 < apart < 230.0)


def _grown(outline: Floats, by_m: float) -> Floats:
    centre = outline.mean(axis=0)
    away = outline - centre
    return np.asarray(outline + away / np.hypot(away[:, 0], away[:, 1])[:, None] * by_m * 1.4)
