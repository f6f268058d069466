"""Shapes in metres: polylines, rectangles and point-in-polygon, in plain NumPy."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def inside_polygon(*, east_m: Floats, north_m: Floats, ring: Floats) -> Bools:
    """Return which points lie in a ring, by counting edge crossings.

    Parameters
    ----------
    east_m, north_m : float64 arrays of one shape
    ring : float64 array of shape (k, 2)
        Corners in order; the last joins the first. A point exactly on an edge may fall either way.
    """
    inside = np.zeros(np.shape(east_m), dtype=bool)
    following = np.roll(ring, -1, axis=0)
    for (x0, y0), (x1, y1) in zip(ring.tolist(), following.tolist(), strict=True):
        if y0 == y1:
            continue
        spans = (north_m < y0) != (north_m < y1)
        inside ^= spans & (east_m < (x1 - x0) * (north_m - y0) / (y1 - y0) + x0)
    return inside


def along(line: Floats) -> Floats:
    """Return the metres from the start of a polyline (k, 2) to each of its points. Shape (k,)."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def at_metres(line: Floats, metres: Floats) -> Floats:
    """Return the points of a polyline at the given metres from its start. Shape (n, 2)."""
    reach = along(line)
    return np.column_stack([np.interp(metres, reach, line[:, 0]), np.interp(metres, reach, line[:, 1])])


def resample(line: Floats, step_m: float) -> Floats:
    """Return the polyline with points about ``step_m`` apart, its ends kept."""
    length = float(along(line)[-1])
    count = max(2, round(length / step_m) + 1)
    return at_metres(line, np.linspace(0.0, length, count))


def headings(line: Floats) -> Floats:
    """Return the direction of a polyline at each of its points, as unit vectors (k, 2)."""
    steps = np.gradient(line, axis=0)
    return np.asarray(steps / np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)[:, None])


def rectangle(*, centre: tuple[float, float], width_m: float, depth_m: float, angle_rad: float) -> Floats:
    """Return the corners (4, 2) of a rectangle whose width runs along ``angle_rad``."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width_m / 2, depth_m / 2]
    return np.asarray(half @ np.array([[c, s], [-s, c]]) + np.asarray(centre))


def blob(*, centre: tuple[float, float], radius_m: float, rng: np.random.Generator, corners: int) -> Floats:
    """Return a rounded irregular outline (corners, 2), about ``radius_m`` across its middle."""
    angle = np.linspace(0, math.tau, corners, endpoint=False)
    shape = 1 + sum(rng.uniform(0.04, 0.16) * np.cos(k * angle + rng.uniform(0, math.tau)) for k in (2, 3, 4))
    reach = radius_m * np.asarray(shape)
    return np.column_stack([centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)])
