"""The direction field that streets follow: a blend of radial and grid-like parts, as old towns have.

Streets are streamlines of a tensor field (Chen, Esch, Wonka, Mueller and Zhang, 2008, "Interactive procedural
street modeling"): a tensor has two perpendicular directions and no sign, so a street and its cross streets
come from one field without seams. Written from the paper's idea; no code of theirs is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.simulation.shapes import Floats

_CELL_M = 20.0


@dataclass(frozen=True, slots=True)
class Pull:
    """One part of the field: it pulls streets to ``angle_rad`` (or along rays from it) within ``reach_m``."""

    east_m: float
    north_m: float
    reach_m: float
    weight: float
    angle_rad: float | None

    def tensor(self, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
        """Return the pull at places as (cos 2a, sin 2a) times its strength there."""
        dx, dy = east_m - self.east_m, north_m - self.north_m
        strength = self.weight * np.exp(-(dx * dx + dy * dy) / (2 * self.reach_m**2))
        angle = np.arctan2(dy, dx) if self.angle_rad is None else np.full(dx.shape, self.angle_rad)
        return strength * np.cos(2 * angle), strength * np.sin(2 * angle)


@dataclass(frozen=True, eq=False)
class StreetField:
    """The whole field on a grid of 20 m: ``cosine`` and ``sine`` of twice the direction, row by row north."""

    least_m: float
    cosine: tuple[tuple[float, ...], ...]
    sine: tuple[tuple[float, ...], ...]

    def angle(self, east_m: float, north_m: float) -> float:
        """Return the direction of the street through a place, in radians; the cross street is at +90 degrees."""
        last = len(self.cosine) - 2
        x = min(max((east_m - self.least_m) / _CELL_M, 0.0), last + 0.999)
        y = min(max((north_m - self.least_m) / _CELL_M, 0.0), last + 0.999)
        i, j = int(y), int(x)
        v, u = y - i, x - j
        weights = ((1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u)
        c, s = (
            weights[0] * table[i][j]
            + weights[1] * table[i][j + 1]
            + weights[2] * table[i + 1][j]
            + weights[3] * table[i + 1][j + 1]
            for table in (self.cosine, self.sine)
        )
        return 0.5 * math.atan2(s, c)


def draw_field(*, rng: np.random.Generator, radius_m: float, main_roads: list[Floats]) -> StreetField:
    """Return a field for a town: radial at the centre, a grid of its own in each quarter, aligned to main roads.

    Parameters
    ----------
    radius_m : float
        Radius of the built-up area about the origin.
    main_roads : list of float64 arrays of shape (k, 2), metres
        Streets near a main road run along it or square to it.
    """
    pulls = [Pull(0.0, 0.0, 0.28 * radius_m, 1.2, None)]
    for turn in range(6):
        around = (turn + rng.uniform(-0.3, 0.3)) * math.tau / 6
        out = rng.uniform(0.5, 0.9) * radius_m
        pulls.append(
            Pull(
                out * math.cos(around),
                out * math.sin(around),
                0.38 * radius_m,
                0.8,
                float(rng.uniform(0, math.pi)),
            )
        )
    for road in main_roads:
        pulls.extend(_along(road))
    return _on_grid(rng, pulls, 1.6 * radius_m)


def _on_grid(rng: np.random.Generator, pulls: list[Pull], reach_m: float) -> StreetField:
    """Return the blend of the pulls, bent a little everywhere by slow waves, on a grid."""
    centres = np.arange(-reach_m, reach_m + _CELL_M, _CELL_M)
    east, north = np.meshgrid(centres, centres)
    cosine, sine = np.zeros(east.shape), np.zeros(east.shape)
    for pull in pulls:
        c, s = pull.tensor(east, north)
        cosine += c
        sine += s
    angle = 0.5 * np.arctan2(sine, cosine)
    for _ in range(4):
        kx, ky = rng.normal(0, 0.0035, 2)
        phase, size = rng.uniform(0, math.tau), rng.uniform(0.06, 0.16)
        angle += size * np.sin(kx * east + ky * north + phase)
    tables = (np.cos(2 * angle), np.sin(2 * angle))
    rows = tuple(tuple(tuple(row) for row in table.tolist()) for table in tables)
    return StreetField(float(centres[0]), rows[0], rows[1])


def _along(road: Floats) -> list[Pull]:
    every = max(1, len(road) // 6)
    found = []
    for i in range(every // 2, len(road) - 1, every):
        (x0, y0), (x1, y1) = road[i], road[i + 1]
        found.append(Pull(float(x0), float(y0), 190.0, 1.0, math.atan2(y1 - y0, x1 - x0)))
    return found
