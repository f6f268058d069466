"""Places on real ground: lines in a local plane, signed distances to circles and polygons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from throughcare.kernel.geodesy import Plane

Floats = NDArray[np.float64]
LonLat = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A route in a local plane, longitude and latitude in."""

    plane: Plane
    xy_m: Floats

    @classmethod
    def of(cls, lonlat: Sequence[Sequence[float]], plane: Plane) -> Line:
        points = np.array(lonlat, dtype=np.float64)
        xy = np.stack(plane.to_metres(points[:, 1], points[:, 0]), axis=1)
        keep = np.r_[True, np.any(np.diff(xy, axis=0) != 0.0, axis=1)]
        return cls(plane, xy[keep])

    @property
    def steps_m(self) -> Floats:
        return np.hypot(*np.diff(self.xy_m, axis=0).T)

    @property
    def length_m(self) -> float:
        return float(self.steps_m.sum())

    def at(self, arc_m: float, *, offset_m: float = 0.0) -> Floats:
        """Return the point at an arc length, moved sideways (left is positive)."""
        along = np.r_[0.0, np.cumsum(self.steps_m)]
        point = np.array([np.interp(arc_m, along, self.xy_m[:, i]) for i in (0, 1)])
        ahead = np.array([np.interp(arc_m + 20.0, along, self.xy_m[:, i]) for i in (0, 1)])
        behind = np.array([np.interp(arc_m - 20.0, along, self.xy_m[:, i]) for i in (0, 1)])
        east, north = (ahead - behind) / max(float(np.hypot(*(ahead - behind))), 1e-9)
        return point + offset_m * np.array([-north, east])

    def distance_m(self, point: Floats) -> float:
        return float(shapely.distance(shapely.LineString(self.xy_m), shapely.Point(*point)))

    def lonlat(self, point: Floats) -> LonLat:
        lat, lon = self.plane.to_degrees(float(point[0]), float(point[1]))
        return float(lon), float(lat)


def circle(lonlat: LonLat, radius_m: float) -> dict[str, Any]:
    """Return a circle as an order's area."""
    return {"type": "Circle", "centre": list(lonlat), "radius_m": radius_m}


def inside_m(area: dict[str, Any], lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Return the signed distance of each position to an area, positive inside, in metres."""
    if area["type"] == "Circle":
        lon, lat = area["centre"]
        east, north = Plane(lat, lon).to_metres(lat_deg, lon_deg)
        return np.asarray(area["radius_m"] - np.hypot(east, north))
    ring = np.array(area["coordinates"][0])
    plane = Plane(float(ring[0, 1]), float(ring[0, 0]))
    polygon = shapely.Polygon(np.stack(plane.to_metres(ring[:, 1], ring[:, 0]), axis=1))
    points = shapely.points(np.stack(plane.to_metres(lat_deg, lon_deg), axis=1))
    distance = shapely.distance(polygon.exterior, points)
    return np.where(shapely.contains(polygon, points), distance, -distance)
