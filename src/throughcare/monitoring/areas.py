"""Areas compiled for speed: where one must be, or must not be, as circles and rings in a local plane.

A compiled area answers one question of a fix: the *compliance distance* in metres, positive where the wearer
complies. Places to be in (curfew addresses, inclusion zones, exempt corridors) count with the signed distance
to the nearest; a place to stay out of counts with the distance to it, negative inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.geodesy import Plane
from throughcare.kernel.ids import content_id
from throughcare.orders.geometry import Circle, Geometry, Polygon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRID_CELLS = 16  # along either side of a polygon's grid
GRID_REACH_M = (
    400.0  # the grid reaches that far beyond the box: farther than a fix of usual accuracy can doubt
)
GRID_SLACK_M = 1.0  # given away, so that rounding can never make a cell surer than it is
NOWHERE_M = 1e9  # distance to an area that does not exist; far beyond any fix


@dataclass(frozen=True, eq=False)
class Area:
    """Parts in one plane.

    Parameters
    ----------
    plane : Plane
    part_role : int64 array of shape (p,)
        +1 a place to be in, -1 a place to stay out of.
    part_rings : int64 array of shape (p, 2)
        Range of rings of a polygon part; empty for a circle.
    part_box : float64 array of shape (p, 4)
        Bounding box east0, north0, east1, north1 in metres, grown by ``part_grow_m``.
    part_circle : float64 array of shape (p, 3)
        East, north, radius in metres; radius 0 for polygons.
    part_grid : float64 array of shape (p, 4)
        West and south of a polygon's grid in metres, and its cells a metre, eastwards and northwards.
    part_sure : float32 array of shape (p, 16, 16)
        By cells of the grid, north then east: how far any point of the cell is at least from the boundary, positive
        inside and negative outside; 0 where the boundary may cross the cell, and for circles.
    part_near : int32 array of shape (p, 257)
        By cells, where in ``near_edges`` the edges begin that can be nearest to a point of the cell.
    near_edges : int32 array of shape (k,)
        First vertices of edges.
    rings : int64 array of shape (r, 2)
        Range of vertices of each ring in ``east_m`` and ``north_m`` (first vertex repeated at the end).
    part_grow_m : float64 array of shape (p,)
        Added to the part on every side: the benefit of the doubt, or a warning ring.
    """

    area_id: str
    plane: Plane
    part_role: Ints
    part_rings: Ints
    part_box: Floats
    part_circle: Floats
    part_grid: Floats
    part_sure: NDArray[np.float32]
    part_near: NDArray[np.int32]
    near_edges: NDArray[np.int32]
    rings: Ints
    east_m: Floats
    north_m: Floats
    part_grow_m: Floats

    @cached_property
    def origin(self) -> Floats:
        """The plane: latitude and longitude of its origin in degrees, metres a degree east and north. Shape (4,)."""
        plane = self.plane
        return np.array([plane.lat0_deg, plane.lon0_deg, plane.east_m_per_deg, plane.north_m_per_deg])

    @cached_property
    def shape(self) -> tuple[NDArray[np.generic], ...]:
        """The arrays in the order in which the kernels take them apart."""
        return (
            self.part_role,
            self.part_grow_m,
            self.part_rings,
            self.part_box,
            self.part_circle,
            self.part_grid,
            self.part_sure,
            self.part_near,
            self.near_edges,
            self.rings,
            self.east_m,
            self.north_m,
        )


def compile_area(
    *,
    be_in: tuple[Geometry, ...] = (),
    keep_out: tuple[Geometry, ...] = (),
    margin_m: float = 0.0,
    grow_m: float = 0.0,
) -> Area:
    """Return the compiled area.

    Parameters
    ----------
    be_in, keep_out : tuples of Geometry
        Places to be in; places to stay out of. At least one.
    margin_m : float, metres
        Benefit of the doubt on places to be in.
    grow_m : float, metres
        Makes the places to stay out of larger (the warning ring of an exclusion zone).
    """
    geometries = [(1, g) for g in be_in] + [(-1, g) for g in keep_out]
    longitude, latitude = _anchor(geometries[0][1])
    plane = Plane(lat0_deg=latitude, lon0_deg=longitude)
    roles: list[int] = []
    spans: list[tuple[int, int]] = []
    circles: list[tuple[float, float, float]] = []
    boxes: list[tuple[float, float, float, float]] = []
    rings: list[tuple[Floats, Floats]] = []
    grows: list[float] = []
    for role, geometry in geometries:
        extra = margin_m if role > 0 else grow_m
        for circle, outline in _parts(geometry, plane):
            roles.append(role)
            grows.append(extra)
            first = len(rings)
            rings.extend(outline)
            spans.append((first, len(rings)))
            circles.append(circle)
            boxes.append(_box(circle, outline, extra))
    ends = np.cumsum([len(east) for east, _ in rings], dtype=np.int64)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if rings else np.empty(0, np.int64)
    grids = [_grid(rings[a:b], box, a and int(ends[a - 1])) for (a, b), box in zip(spans, boxes, strict=True)]
    near_starts = np.cumsum([0, *(len(grid.edges) for grid in grids[:-1])])
    described: list[Any] = [[role, geometry.model_dump(mode="json")] for role, geometry in geometries]
    return Area(
        area_id=content_id("area", described, margin_m, grow_m),
        plane=plane,
        part_role=np.array(roles, np.int64),
        part_rings=np.array(spans, np.int64).reshape(-1, 2),
        part_box=np.array(boxes, np.float64).reshape(-1, 4),
        part_circle=np.array(circles, np.float64).reshape(-1, 3),
        part_grid=np.array([grid.place for grid in grids], np.float64),
        part_sure=np.stack([grid.sure for grid in grids]),
        part_near=np.stack(
            [(grid.near + start).astype(np.int32) for grid, start in zip(grids, near_starts, strict=True)]
        ),
        near_edges=np.concatenate([grid.edges for grid in grids]),
        rings=np.stack([starts, ends], axis=1),
        east_m=np.concatenate([east for east, _ in rings]) if rings else np.empty(0),
        north_m=np.concatenate([north for _, north in rings]) if rings else np.empty(0),
        part_grow_m=np.array(grows, np.float64),
    )


def _anchor(geometry: Geometry) -> tuple[float, float]:
    if isinstance(geometry, Circle):
        return geometry.centre
    if isinstance(geometry, Polygon):
        return geometry.coordinates[0][0]
    return geometry.coordinates[0][0][0]


Part = tuple[tuple[float, float, float], list[tuple[Floats, Floats]]]


def _parts(geometry: Geometry, plane: Plane) -> list[Part]:
    if isinstance(geometry, Circle):
        east, north = plane.to_metres(geometry.centre[1], geometry.centre[0])
        return [((float(east), float(north), geometry.radius_m), [])]
    polygons = [geometry.coordinates] if isinstance(geometry, Polygon) else list(geometry.coordinates)
    parts: list[Part] = []
    for rings in polygons:
        outline = []
        for ring in rings:
            points = np.asarray(ring, dtype=np.float64)
            outline.append(plane.to_metres(points[:, 1], points[:, 0]))
        parts.append(((0.0, 0.0, 0.0), outline))
    return parts


@dataclass(frozen=True, eq=False)
class _Grid:
    """A polygon's grid: what is sure of every point of a cell, and which edges can be nearest to one."""

    place: tuple[float, float, float, float]
    sure: NDArray[np.float32]
    near: Ints
    edges: NDArray[np.int32]


def _grid(
    outline: list[tuple[Floats, Floats]], box: tuple[float, float, float, float], first_vertex: int
) -> _Grid:
    cells = GRID_CELLS * GRID_CELLS
    if not outline:
        blank = np.zeros((GRID_CELLS, GRID_CELLS), np.float32)
        return _Grid((0.0, 0.0, 0.0, 0.0), blank, np.zeros(cells + 1, np.int64), np.empty(0, np.int32))
    west, south = box[0] - GRID_REACH_M, box[1] - GRID_REACH_M
    wide, high = box[2] + GRID_REACH_M - west, box[3] + GRID_REACH_M - south
    middle = (np.arange(GRID_CELLS) + 0.5) / GRID_CELLS
    east, north = (side.ravel() for side in np.meshgrid(west + middle * wide, south + middle * high))
    starts, away, inside = _from_edges(outline, east, north)
    half = math.hypot(wide, high) / GRID_CELLS / 2
    kept = np.maximum(away.min(axis=1) - half - GRID_SLACK_M, 0.0)
    # a point of the cell is at most `half` from its middle, so an edge this much farther is never the nearest
    can_be = away <= away.min(axis=1, keepdims=True) + 2 * half + GRID_SLACK_M
    return _Grid(
        place=(west, south, GRID_CELLS / wide, GRID_CELLS / high),
        sure=np.where(inside, kept, -kept).astype(np.float32).reshape(GRID_CELLS, GRID_CELLS),
        near=np.concatenate([[0], np.cumsum(can_be.sum(axis=1))]),
        edges=(first_vertex + starts[np.nonzero(can_be)[1]]).astype(np.int32),
    )


def _from_edges(
    outline: list[tuple[Floats, Floats]], east: Floats, north: Floats
) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Return each edge's first vertex, the distance of each point to each edge, and which points are inside."""
    starts = np.concatenate(
        [
            np.arange(len(ring) - 1) + sum(len(before) for before, _ in outline[:place])
            for place, (ring, _) in enumerate(outline)
        ]
    )
    all_east, all_north = (np.concatenate(side) for side in zip(*outline, strict=True))
    x, y = east[:, np.newaxis], north[:, np.newaxis]
    x0, y0, x1, y1 = all_east[starts], all_north[starts], all_east[starts + 1], all_north[starts + 1]
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    along = ((x - x0) * dx + (y - y0) * dy) / np.where(length2 == 0.0, 1.0, length2)
    along = np.clip(along, 0.0, 1.0)
    away = np.hypot(x - (x0 + along * dx), y - (y0 + along * dy))
    crossed = ((y0 > y) != (y1 > y)) & (x < dx * (y - y0) / np.where(dy == 0.0, 1.0, dy) + x0)
    return starts, away, crossed.sum(axis=1) % 2 == 1


def _box(
    circle: tuple[float, float, float], outline: list[tuple[Floats, Floats]], extra_m: float
) -> tuple[float, float, float, float]:
    if not outline:
        east, north, radius = circle[0], circle[1], circle[2] + extra_m
        return east - radius, north - radius, east + radius, north + radius
    east_all, north_all = outline[0]
    return (
        float(east_all.min()) - extra_m,
        float(north_all.min()) - extra_m,
        float(east_all.max()) + extra_m,
        float(north_all.max()) + extra_m,
    )


def compliance_distance_m(area: Area, east_m: float, north_m: float) -> float:
    """Return the compliance distance of a point in the area's plane, the slow and obvious way.

    Positive where the wearer complies. With several places to be in the best counts; with several to stay out
    of the worst counts; being in an exempt corridor outweighs being in a forbidden place.
    """
    inside_m = -NOWHERE_M
    clear_m = NOWHERE_M
    forbids = False
    for part in range(len(area.part_role)):
        signed = _signed_distance_m(area, part, east_m, north_m) + area.part_grow_m[part]
        if area.part_role[part] > 0:
            inside_m = max(inside_m, signed)
        else:
            forbids = True
            clear_m = min(clear_m, -signed)
    return max(inside_m, clear_m) if forbids else inside_m


def _signed_distance_m(area: Area, part: int, east_m: float, north_m: float) -> float:
    ring0, ring1 = area.part_rings[part]
    if ring0 == ring1:
        centre_east, centre_north, radius = area.part_circle[part]
        dx, dy = east_m - centre_east, north_m - centre_north
        return float(radius - math.sqrt(dx * dx + dy * dy))
    inside = False
    nearest2 = NOWHERE_M * NOWHERE_M
    for ring in range(ring0, ring1):
        for i in range(area.rings[ring, 0], area.rings[ring, 1] - 1):
            x0, y0 = area.east_m[i], area.north_m[i]
            x1, y1 = area.east_m[i + 1], area.north_m[i + 1]
            if (y0 > north_m) != (y1 > north_m) and east_m < (x1 - x0) * (north_m - y0) / (y1 - y0) + x0:
                inside = not inside
            nearest2 = min(nearest2, _segment_distance2(x0, y0, x1, y1, east_m, north_m))
    distance = math.sqrt(nearest2)
    return distance if inside else -distance


def _segment_distance2(x0: float, y0: float, x1: float, y1: float, x: float, y: float) -> float:
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    t = 0.0 if length2 == 0.0 else ((x - x0) * dx + (y - y0) * dy) / length2
    t = min(1.0, max(0.0, t))
    ex, ey = x - (x0 + t * dx), y - (y0 + t * dy)
    return float(ex * ex + ey * ey)
