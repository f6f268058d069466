"""Areas entered without a map: read from typed coordinates, and said in words: how large, how far from home."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from throughcare.adapters.reports.frame import shape_m
from throughcare.kernel.geodesy import Plane

Area = Mapping[str, Any]

_PAIR = re.compile(r"\s*\[?\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*\]?\s*,?\s*")
_SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
MOST_CORNERS = 500


class NotPoints(ValueError):
    """A line that is not a latitude and a longitude; ``args[0]`` says which, for a person."""


def read_corners(text: str) -> list[list[float]]:
    """Return typed corners as a closed ring, longitude first as GeoJSON has it.

    Parameters
    ----------
    text : str
        One corner a line: latitude, then longitude, in degrees. The first need not be repeated at the end.

    Raises
    ------
    NotPoints
        If a line is not two numbers, or there are fewer than three or more than 500 corners.
    """
    ring: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _PAIR.fullmatch(line)
        if match is None:
            raise NotPoints(f"Line {number} must be a latitude and a longitude, like 54.0012, 1.5034")
        ring.append([float(match[2]), float(match[1])])
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(ring) < 3:
        raise NotPoints("Enter at least 3 corners, one a line")
    if len(ring) > MOST_CORNERS:
        raise NotPoints(f"Enter {MOST_CORNERS} corners or fewer")
    return [*ring, ring[0]]


def corners_text(area: Area) -> str:
    """Return a polygon's outer ring as it is typed: a corner a line, latitude first, none repeated."""
    return "\n".join(f"{lat:.6f}, {lon:.6f}" for lon, lat in area["coordinates"][0][:-1])


def centre_of(area: Area) -> tuple[float, float]:
    """Return (lat_deg, lon_deg) of a circle's centre or a point inside the area."""
    if area["type"] == "Circle":
        lon, lat = area["centre"]
        return float(lat), float(lon)
    plane = _plane(area)
    inside = shape_m(area, plane).representative_point()
    lat_deg, lon_deg = plane.to_degrees(inside.x, inside.y)
    return float(lat_deg), float(lon_deg)


def area_words(area: Area) -> str:
    """Return how large an area is, such as ``A circle of 100 m radius (3.1 hectares)``."""
    size = _size_words(shape_m(area, _plane(area)).area)
    if area["type"] == "Circle":
        return f"A circle of {distance_words(area['radius_m'])} radius ({size})"
    if area["type"] == "Polygon":
        corners = len(area["coordinates"][0]) - 1
        holes = len(area["coordinates"]) - 1
        rest = f" and {holes} left out inside" if holes else ""
        return f"An area with {corners} corners{rest} ({size})"
    return f"{len(area['coordinates'])} areas ({size})"


def far_words(area: Area, home: Area, *, home_label: str) -> str:
    """Return how far an area is from a place: nearest edge to nearest edge, and on which side.

    An area that holds the place, or meets it, is said to do so: a zone over the home is likely a mistake.
    """
    plane = _plane(home)
    zone_m, home_m = shape_m(area, plane), shape_m(home, plane)
    if zone_m.contains(home_m):
        return f"It contains {home_label}."
    if zone_m.intersects(home_m):
        return f"It touches {home_label}."
    side = _side(home_m, zone_m)
    return f"Its nearest edge is {distance_words(zone_m.distance(home_m))} to the {side} of {home_label}."


def distance_words(distance_m: float) -> str:
    """Return metres below a kilometre and a half, kilometres above."""
    return f"{distance_m:,.0f} m" if distance_m < 1500 else f"{distance_m / 1000:,.1f} km"


def _size_words(square_m: float) -> str:
    if square_m < 5_000:
        return f"{square_m:,.0f} square metres"
    if square_m < 1_000_000:
        return f"{square_m / 10_000:,.1f} hectares"
    return f"{square_m / 1_000_000:,.1f} square km"


def _side(home_m: BaseGeometry, zone_m: BaseGeometry) -> str:
    start: Point = home_m.centroid
    end: Point = zone_m.centroid
    turn = math.degrees(math.atan2(end.x - start.x, end.y - start.y)) % 360
    return _SIDES[round(turn / 45) % 8]


def _plane(area: Area) -> Plane:
    found = area["centre"] if area["type"] == "Circle" else area["coordinates"]
    while not isinstance(found[0], int | float):
        found = found[0]
    return Plane(float(found[1]), float(found[0]))
