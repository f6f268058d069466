"""Areas of an order in the town's metres: circles and rings, and their geometry in an order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.orders.geometry import Circle, Polygon
from throughcare.simulation.shapes import Bools, Floats, inside_polygon
from throughcare.simulation.town import PLANE


@dataclass(frozen=True, eq=False)
class Area:
    """A circle (``radius_m`` about ``centre``) or, where ``ring`` is given, a polygon (k, 2), in metres."""

    centre: tuple[float, float]
    radius_m: float = 0.0
    ring: Floats | None = None

    def contains(self, east_m: Floats, north_m: Floats) -> Bools:
        """Return which points lie in the area."""
        if self.ring is not None:
            return inside_polygon(east_m=east_m, north_m=north_m, ring=self.ring)
        apart = np.hypot(east_m - self.centre[0], north_m - self.centre[1])
        return np.asarray(apart <= self.radius_m)

    def geometry(self) -> Circle | Polygon:
        """Return the area as an order writes it: degrees, longitude first, to about a centimetre."""
        if self.ring is None:
            lat, lon = PLANE.to_degrees(*self.centre)
            return Circle(
                type="Circle",
                centre=(round(float(lon), 7), round(float(lat), 7)),
                radius_m=round(self.radius_m, 1),
            )
        lat, lon = PLANE.to_degrees(self.ring[:, 0], self.ring[:, 1])
        corners = [(round(x, 7), round(y, 7)) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
        return Polygon(type="Polygon", coordinates=((*corners, corners[0]),))


def ring_area(ring: Floats) -> Area:
    """Return a polygon as an area."""
    east, north = ring.mean(axis=0).tolist()
    return Area(centre=(east, north), ring=ring)
