"""Geodesy: a local plane in metres and exact signed distances, in plain IEEE arithmetic.

Order zones are at most tens of kilometres across, so a plane that touches the sphere at the zone's origin is
exact to about one part in 10,000 there (the curvature error at 20 km is under 2 m). Only ``+ - * / sqrt``
are used on fixes, so that the compiled kernels and the plain reference give the same bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980
DEGREE_M = math.pi / 180.0 * EARTH_RADIUS_M

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """A local east-north plane in metres about an origin in degrees (WGS 84)."""

    lat0_deg: float
    lon0_deg: float

    @property
    def east_m_per_deg(self) -> float:
        """Metres to the east per degree of longitude at the origin."""
        return DEGREE_M * math.cos(math.radians(self.lat0_deg))

    @property
    def north_m_per_deg(self) -> float:
        """Metres to the north per degree of latitude."""
        return DEGREE_M

    def to_metres(self, lat_deg: Floats | float, lon_deg: Floats | float) -> tuple[Floats, Floats]:
        """Return (east_m, north_m); scalars or arrays of one shape. NaN stays NaN."""
        east = (np.asarray(lon_deg, dtype=np.float64) - self.lon0_deg) * self.east_m_per_deg
        north = (np.asarray(lat_deg, dtype=np.float64) - self.lat0_deg) * self.north_m_per_deg
        return east, north

    def to_degrees(self, east_m: Floats | float, north_m: Floats | float) -> tuple[Floats, Floats]:
        """Return (lat_deg, lon_deg) of points in the plane."""
        lat = np.asarray(north_m, dtype=np.float64) / self.north_m_per_deg + self.lat0_deg
        lon = np.asarray(east_m, dtype=np.float64) / self.east_m_per_deg + self.lon0_deg
        return lat, lon


def haversine_m(
    lat1_deg: Floats | float, lon1_deg: Floats | float, lat2_deg: Floats | float, lon2_deg: Floats | float
) -> Floats:
    """Return great-circle metres between points; arrays broadcast, NaN stays NaN."""
    phi1, phi2 = np.radians(lat1_deg), np.radians(lat2_deg)
    half = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(np.subtract(lon2_deg, lon1_deg)) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half)), dtype=np.float64)
