"""The frame of a map: which metres it shows and how they become drawing units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import transform
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from throughcare.adapters.reports.points import MapPoint
from throughcare.adapters.reports.view import PlaceView
from throughcare.kernel.geodesy import Plane, haversine_m
from throughcare.kernel.time import SECOND_US

WIDTH = 720.0
HEIGHT = 480.0
VIEW = box(0, 0, WIDTH, HEIGHT)
_SMALLEST_WIDTH_M = 300.0
_CIRCLE_SHOWN_M = 100.0  # a wider circle does not widen the map: the frame's edge cuts it
_PADDING = 1.16
_FASTEST_MPS = 60.0

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A north-up window on a local plane, ``WIDTH`` by ``HEIGHT`` drawing units."""

    plane: Plane
    west_m: float
    north_m: float
    units_per_m: float

    def xy(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Return the drawing position of a point in degrees."""
        east, north = self.plane.to_metres(lat_deg, lon_deg)
        return (float(east) - self.west_m) * self.units_per_m, (
            self.north_m - float(north)
        ) * self.units_per_m

    def draw(self, metres: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the plane in drawing units."""
        return transform(metres, self._to_units)

    def _to_units(self, east_north: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (east_north[:, 0] - self.west_m) * self.units_per_m
        y = (self.north_m - east_north[:, 1]) * self.units_per_m
        return np.column_stack((x, y))

    def bounds_deg(self) -> Bounds:
        """Return (west, south, east, north) in degrees."""
        east_m, south_m = self.west_m + WIDTH / self.units_per_m, self.north_m - HEIGHT / self.units_per_m
        south, west = self.plane.to_degrees(self.west_m, south_m)
        north, east = self.plane.to_degrees(east_m, self.north_m)
        return float(west), float(south), float(east), float(north)


def in_view(x: float, y: float) -> bool:
    """Return whether a drawing position lies in the frame."""
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def shape_m(geometry: Mapping[str, Any], plane: Plane) -> BaseGeometry:
    """Return an order geometry (Circle, Polygon, MultiPolygon; longitude first) on the plane, in metres.

    Raises
    ------
    ValueError
        If the type is none of the three.
    """
    kind = geometry["type"]
    if kind == "Circle":
        lon, lat = geometry["centre"]
        east, north = plane.to_metres(lat, lon)
        return Point(float(east), float(north)).buffer(geometry["radius_m"], quad_segs=24)
    if kind == "Polygon":
        return _polygon(geometry["coordinates"], plane)
    if kind == "MultiPolygon":
        return MultiPolygon([_polygon(rings, plane) for rings in geometry["coordinates"]])
    raise ValueError(f"expected a Circle, Polygon or MultiPolygon; found {kind!r}")


def _polygon(rings: Sequence[Sequence[Sequence[float]]], plane: Plane) -> Polygon:
    drawn = []
    for ring in rings:
        degrees = np.asarray([position[:2] for position in ring], dtype=np.float64)
        east, north = plane.to_metres(degrees[:, 1], degrees[:, 0])
        drawn.append(np.column_stack((east, north)))
    return Polygon(drawn[0], drawn[1:])


def frame_for(points: Sequence[MapPoint], places: Sequence[PlaceView]) -> Frame | None:
    """Return a frame round the trail and the homes; None where there is neither.

    Rejected and coarse points do not widen it: one wild position must not shrink the night to a dot.
    """
    plane = _plane(points, places)
    if plane is None:
        return None
    boxes = [shape_m(p.geometry, plane).bounds for p in places if p.kind == "home"]
    shown = _believable([p for p in points if p.on_trail]) or list(points)
    boxes += [_point_box(point, plane) for point in shown]
    return _frame(plane, _union(boxes))


def _believable(points: Sequence[MapPoint]) -> list[MapPoint]:
    """Leave out points that no vehicle could have reached from both neighbours: for the frame's size only."""
    kept = []
    for index, point in enumerate(points):
        beside = [points[i] for i in (index - 1, index + 1) if 0 <= i < len(points)]
        if not beside or any(_speed_mps(point, other) <= _FASTEST_MPS for other in beside):
            kept.append(point)
    return kept


def _speed_mps(a: MapPoint, b: MapPoint) -> float:
    metres = float(haversine_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg))
    return metres / max(abs(a.t_us - b.t_us) / SECOND_US, 1.0)


def _plane(points: Sequence[MapPoint], places: Sequence[PlaceView]) -> Plane | None:
    if points:
        middle = points[len(points) // 2]
        return Plane(middle.lat_deg, middle.lon_deg)
    home = next((place for place in places if place.kind == "home"), None)
    if home is None:
        return None
    lon, lat = _first_position(home.geometry)
    return Plane(lat, lon)


def _first_position(geometry: Mapping[str, Any]) -> tuple[float, float]:
    found = geometry["centre"] if geometry["type"] == "Circle" else geometry["coordinates"]
    while not isinstance(found[0], (int, float)):
        found = found[0]
    return float(found[0]), float(found[1])


def _point_box(point: MapPoint, plane: Plane) -> Bounds:
    east, north = plane.to_metres(point.lat_deg, point.lon_deg)
    reach = min(point.radius_m or 0.0, _CIRCLE_SHOWN_M)
    return float(east) - reach, float(north) - reach, float(east) + reach, float(north) + reach


def _union(boxes: Sequence[Bounds]) -> Bounds:
    array = np.asarray(boxes, dtype=np.float64)
    west, south = array[:, :2].min(axis=0).tolist()
    east, north = array[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _frame(plane: Plane, bounds: Bounds) -> Frame:
    west, south, east, north = bounds
    wide = max((east - west) * _PADDING, (north - south) * _PADDING * WIDTH / HEIGHT, _SMALLEST_WIDTH_M)
    tall = wide * HEIGHT / WIDTH
    return Frame(
        plane=plane,
        west_m=(west + east - wide) / 2,
        north_m=(south + north + tall) / 2,
        units_per_m=WIDTH / wide,
    )


def scale_bar_m(frame: Frame, *, longest: float = 160.0) -> float:
    """Return the longest of 1, 2, 5 times a power of ten metres that fits into ``longest`` drawing units."""
    most = longest / frame.units_per_m
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most)
