"""The reference of crossings: what they mean, said slowly and obviously, in exact fractions.

No grid, no bits, no compiled code: sort the positions, ask each zone about each, tell what changed. The fast path
must give exactly the same; the law tests hold it to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from throughcare.monitoring.crossing_zones import Zone, circle_of, edges_of, snapped
from throughcare.orders.geometry import Circle, Geometry


@dataclass(frozen=True, slots=True)
class Position:
    """One position of an activation; degrees, NaN where there is none."""

    activation: str
    t_us: int
    lat_deg: float
    lon_deg: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """One change: the activation is inside the zone from ``t_us`` on (``entered``), or outside."""

    activation: str
    t_us: int
    zone_id: str
    shared: bool
    entered: bool


def reference_crossings(positions: Iterable[Position], *, zones: Sequence[Zone]) -> list[Crossing]:
    """Return the changes of a whole history by activation, then time, then zone, an activation's own first."""
    changes: list[Crossing] = []
    inside: dict[tuple[str, bool, str], bool] = {}
    last_us: dict[str, int] = {}
    on_earth = [p for p in positions if abs(p.lon_deg) <= 180 and abs(p.lat_deg) <= 90]  # false of NaN
    for position in sorted(on_earth, key=lambda p: (p.activation, p.t_us, p.lat_deg, p.lon_deg)):
        if last_us.get(position.activation) == position.t_us:
            continue
        last_us[position.activation] = position.t_us
        for zone in sorted(zones, key=lambda z: (z.activation is None, z.zone_id)):
            if zone.activation not in {None, position.activation}:
                continue
            place = (position.activation, zone.activation is None, zone.zone_id)
            held = holds(zone.area, lat_deg=position.lat_deg, lon_deg=position.lon_deg)
            if held != inside.get(place, False):
                inside[place] = held
                changes.append(Crossing(position.activation, position.t_us, zone.zone_id, place[1], held))
    return changes


def holds(area: Geometry, *, lat_deg: float, lon_deg: float) -> bool:
    """Return whether an area holds a position; its boundary belongs to it.

    Position and corners are first taken to the nearest multiple of 2**-40 degrees.
    """
    x, y = (float(v) for v in snapped(np.array([lon_deg, lat_deg])))
    if isinstance(area, Circle):
        lon, lat, east_m_per_deg, north_m_per_deg, squared_m2 = circle_of(area)
        east, north = (x - lon) * east_m_per_deg, (y - lat) * north_m_per_deg
        return east * east + north * north <= squared_m2
    crossed = 0
    for x0, y0, x1, y1 in edges_of(area).tolist():
        if _is_on(x0, y0, x1, y1, x, y):
            return True
        if (y0 > y) != (y1 > y):  # does a ray to the east meet the edge?
            meets = Fraction(x0) + (Fraction(y) - Fraction(y0)) * _slope(x0, y0, x1, y1)
            crossed += meets > Fraction(x)
    return crossed % 2 == 1


def _slope(x0: float, y0: float, x1: float, y1: float) -> Fraction:
    return (Fraction(x1) - Fraction(x0)) / (Fraction(y1) - Fraction(y0))


def _is_on(x0: float, y0: float, x1: float, y1: float, x: float, y: float) -> bool:
    if not (min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)):
        return False
    across = (Fraction(x1) - Fraction(x0)) * (Fraction(y) - Fraction(y0))
    along = (Fraction(x) - Fraction(x0)) * (Fraction(y1) - Fraction(y0))
    return across == along
