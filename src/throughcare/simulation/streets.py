"""Growing streets: streamlines of the field, spaced apart, then cut into a routable network at crossings."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np

from throughcare.simulation.shapes import Floats, headings
from throughcare.simulation.terrain import Terrain

_STEP_M = 12.0
_DENSE_M, _SPARSE_M = 82.0, 165.0  # back to back house rows, and the length of a block
_LONGEST_M = 700.0
_PARALLEL = 0.8  # cosine beyond which two streets count as side by side


@dataclass
class _Growth:
    """Streets grown so far and an index of their points by cell, for the spacing test."""

    terrain: Terrain
    lines: list[Floats] = field(default_factory=list)
    cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, line: Floats) -> None:
        self.lines.append(line)
        for (x, y), (u, v) in zip(line.tolist(), headings(line).tolist(), strict=True):
            self.cells[int(x // _SPARSE_M), int(y // _SPARSE_M)].append((x, y, u, v))

    def crowded(self, x: float, y: float, u: float, v: float, apart_m: float) -> bool:
        """Return whether a street running the same way lies within ``apart_m``."""
        ci, cj = int(x // _SPARSE_M), int(y // _SPARSE_M)
        limit = apart_m * apart_m
        for i in (ci - 1, ci, ci + 1):
            for j in (cj - 1, cj, cj + 1):
                for px, py, pu, pv in self.cells.get((i, j), ()):
                    near = (px - x) ** 2 + (py - y) ** 2 < limit
                    if near and abs(pu * u + pv * v) > _PARALLEL:
                        return True
        return False


def grow_streets(*, rng: np.random.Generator, terrain: Terrain) -> list[Floats]:
    """Return the minor streets as polylines (k, 2): each starts a block away from a street already there."""
    growth = _Growth(terrain)
    queue: deque[tuple[float, float, float]] = deque()
    for road in terrain.main_roads:
        growth.add(road)
        queue.extend(_seeds(rng, terrain, road))
    while queue:
        x, y, angle = queue.popleft()
        apart_m = _spacing(terrain, x, y, angle)
        if terrain.is_blocked(x, y) or growth.crowded(x, y, math.cos(angle), math.sin(angle), 0.92 * apart_m):
            continue
        line = _trace(growth, x, y, angle)
        if len(line) * _STEP_M > 60.0:
            growth.add(line)
            queue.extend(_seeds(rng, terrain, line))
    return growth.lines[len(terrain.main_roads) :]


def _seeds(rng: np.random.Generator, terrain: Terrain, line: Floats) -> list[tuple[float, float, float]]:
    """Return starts beside a street (parallel to it) and on it (square to it)."""
    found = []
    for i in range(2, len(line) - 1, 3):
        x, y = line[i].tolist()
        u, v = (line[i] - line[i - 1]).tolist()
        angle = math.atan2(v, u)
        apart_m = _spacing(terrain, x, y, angle) * rng.uniform(0.95, 1.12)
        for side in (-1.0, 1.0):
            square = angle + side * math.pi / 2
            found.append((x + apart_m * math.cos(square), y + apart_m * math.sin(square), angle))
        found.append((x + 2 * math.cos(square), y + 2 * math.sin(square), square))
    return [found[i] for i in rng.permutation(len(found)).tolist()]


def _spacing(terrain: Terrain, x: float, y: float, angle_rad: float) -> float:
    """Return the metres between side-by-side streets: one way is dense, the other sparse, by quarter."""
    along_field = abs(math.cos(angle_rad - terrain.street_field.angle(x, y))) > math.sqrt(0.5)
    quarter = math.sin(x / 410.0 + 1.3) + math.sin(y / 370.0 + 0.4) > 0
    outskirts = 1.0 + 0.25 * min(1.0, math.hypot(x, y) / terrain.radius_m)
    return (_DENSE_M if along_field == quarter else _SPARSE_M) * outskirts


def _trace(growth: _Growth, x: float, y: float, angle_rad: float) -> Floats:
    """Return the street through a start, followed both ways until something stops it."""
    forth = _follow(growth, x, y, angle_rad)
    back = _follow(growth, x, y, angle_rad + math.pi)
    return np.array([*back[::-1], (x, y), *forth])


def _follow(growth: _Growth, x: float, y: float, angle_rad: float) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    heading = angle_rad
    field_ = growth.terrain.street_field
    while len(points) * _STEP_M < _LONGEST_M:
        first = _nearest(field_.angle(x, y), heading)
        half = _STEP_M / 2
        bent = _nearest(field_.angle(x + half * math.cos(first), y + half * math.sin(first)), heading)
        if abs(math.remainder(bent - heading, math.tau)) > 0.45:
            break
        heading = bent
        x, y = x + _STEP_M * math.cos(heading), y + _STEP_M * math.sin(heading)
        apart_m = 0.6 * _spacing(growth.terrain, x, y, heading)
        stopped = growth.terrain.is_blocked(x, y)
        if stopped or growth.crowded(x, y, math.cos(heading), math.sin(heading), apart_m):
            break
        points.append((x, y))
    return points


def _nearest(axis_rad: float, heading_rad: float) -> float:
    """Return the one of the field's four directions that is closest to a heading."""
    turn = round((heading_rad - axis_rad) / (math.pi / 2))
    return axis_rad + turn * math.pi / 2
