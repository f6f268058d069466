"""The direction field that streets follow: a blend of radial and grid-like parts, as old towns have.

Streets are streamlines of a tensor field (Chen, Esch, Wonka, Mueller and Zhang, 2008, "Interactive procedural
street modeling"): a tensor has two perpendicular directions and no sign, so a street and its cross streets
come from one field without seams. Written from the paper's idea; no code of theirs is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pull:
    """One part of the field: it pulls streets to ``angle_rad`` (or along rays from it) within ``reach_m``."""

    east_m: float
    north_m: float
    reach_m: float
    weight: float
    angle_rad: float | None

    def tensor(self, east_m: float, north_m: float) -> Point:
        """Return the pull at a place as (cos 2a, sin 2a) times its strength there."""
        dx, dy = east_m - self.east_m, north_m - self.north_m
        strength = self.weight * math.exp(-(dx * dx + dy * dy) / (2 * self.reach_m**2))
        angle = math.atan2(dy, dx) if self.angle_rad is None else self.angle_rad
        return strength * math.cos(2 * angle), strength * math.sin(2 * angle)


@dataclass(frozen=True, slots=True)
class StreetField:
    """The whole field: its pulls, and a slow wave that bends everything a little."""

    pulls: tuple[Pull, ...]
    waves: tuple[tuple[float, float, float, float], ...]  # wave numbers east, north; phase; size in radians

    def angle(self, east_m: float, north_m: float) -> float:
        """Return the direction of the street through a place, in radians; the cross street is at +90 degrees."""
        c = s = 0.0
        for pull in self.pulls:
            a, b = pull.tensor(east_m, north_m)
            c += a
            s += b
        bend = sum(size * math.sin(kx * east_m + ky * north_m + phase) for kx, ky, phase, size in self.waves)
        return 0.5 * math.atan2(s, c) + bend


def draw_field(*, rng: np.random.Generator, radius_m: float, main_roads: list[np.ndarray]) -> StreetField:
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
    waves = tuple(
        (
            float(rng.normal(0, 0.0035)),
            float(rng.normal(0, 0.0035)),
            float(rng.uniform(0, math.tau)),
            float(rng.uniform(0.06, 0.16)),
        )
        for _ in range(4)
    )
    return StreetField(tuple(pulls), waves)


def _along(road: np.ndarray) -> list[Pull]:
    every = max(1, len(road) // 6)
    found = []
    for i in range(every // 2, len(road) - 1, every):
        (x0, y0), (x1, y1) = road[i], road[i + 1]
        found.append(Pull(float(x0), float(y0), 190.0, 1.0, math.atan2(y1 - y0, x1 - x0)))
    return found
