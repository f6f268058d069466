"""An invented workload for zone changes: walks through a city, each with zones of its own, and shared zones.

Every device goes between its own zones, shared zones and elsewhere, stays, and goes on, on foot or by car. The noise
is AR(1), 8 m along either axis, and one position in a hundred has a heavy tail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import MINUTE_US, parse_instant
from throughcare.monitoring.crossing_zones import Zone
from throughcare.orders.geometry import Circle, Geometry, Polygon

CITY = Plane(52.0, -1.5)
HALF_CITY_M = 10_000.0
OWN_ZONES, SHARED_ZONES = 5, 50
CORNERS = (5, 200)
START_US = parse_instant("2026-05-04T00:00:00Z")
NOISE_M, KEPT, WILD_SHARE, WILD_M = 8.0, 0.9, 0.01, 60.0
SPEEDS_MPS = (1.4, 9.0)
STAY_MIN = 120.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Workload:
    """Positions, device by device in order of time, and the zones."""

    devices: tuple[str, ...]
    key: Ints
    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats
    zones: tuple[Zone, ...]


def workload(devices: int, fixes_each: int, seed: int) -> Workload:
    rng = np.random.default_rng(seed)
    names = tuple(f"D{number:05d}" for number in range(devices))
    shared_at = rng.uniform(-HALF_CITY_M, HALF_CITY_M, (SHARED_ZONES, 2))
    zones = [Zone(zone_id=f"S{n:02d}", area=area(rng, at, 100, 600)) for n, at in enumerate(shared_at)]
    minutes = np.arange(fixes_each)
    lat, lon = np.empty((devices, fixes_each)), np.empty((devices, fixes_each))
    for device, name in enumerate(names):
        home = rng.uniform(-HALF_CITY_M, HALF_CITY_M, 2)
        own_at = np.clip(home + rng.normal(0, 2_000, (OWN_ZONES, 2)), -HALF_CITY_M, HALF_CITY_M)
        own_at[0] = home
        zones += [
            Zone(zone_id=f"{name}-{n}", area=area(rng, at, 40, 300), activation=name)
            for n, at in enumerate(own_at)
        ]
        track = walk(rng, minutes, own_at, shared_at) + noise(rng, fixes_each)
        lat[device], lon[device] = CITY.to_degrees(track[:, 0], track[:, 1])
    key = np.repeat(np.arange(devices), fixes_each)
    t_us = np.tile(START_US + minutes * MINUTE_US, devices)
    return Workload(names, key, t_us, lat.ravel(), lon.ravel(), tuple(zones))


def area(rng: np.random.Generator, at: Floats, least_m: float, most_m: float) -> Geometry:
    """Return a circle or, half the time, a star-shaped polygon of 5 to 200 corners."""
    radius_m = float(rng.uniform(least_m, most_m))
    lat, lon = CITY.to_degrees(at[0], at[1])
    if rng.random() < 0.5:
        return Circle(type="Circle", centre=(float(lon), float(lat)), radius_m=radius_m)
    corners = (
        int(rng.integers(CORNERS[0], CORNERS[1] + 1)) if rng.random() < 0.5 else int(rng.integers(5, 20))
    )
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius_m * (1 + 0.25 * np.sin(angle * rng.integers(2, 6)) + rng.uniform(-0.1, 0.1, corners))
    lat, lon = CITY.to_degrees(at[0] + reach * np.cos(angle), at[1] + reach * np.sin(angle))
    ring = tuple(zip(lon.tolist(), lat.tolist(), strict=True))
    return Polygon(type="Polygon", coordinates=((*ring, ring[0]),))


def walk(rng: np.random.Generator, minutes: Ints, own_at: Floats, shared_at: Floats) -> Floats:
    """Return true positions: stays of two hours on average, and straight ways between them."""
    times, points = [0.0], [own_at[0]]
    while times[-1] < minutes[-1]:
        times.append(times[-1] + rng.exponential(STAY_MIN))
        points.append(points[-1])
        drawn = rng.random()
        if drawn < 0.6:
            to = own_at[rng.integers(len(own_at))] + rng.normal(0, 30, 2)
        elif drawn < 0.7:
            to = shared_at[rng.integers(len(shared_at))] + rng.normal(0, 100, 2)
        else:
            to = np.clip(points[-1] + rng.normal(0, 3_000, 2), -HALF_CITY_M, HALF_CITY_M)
        way_m = float(np.hypot(*(to - points[-1])))
        times.append(times[-1] + way_m / SPEEDS_MPS[int(way_m > 1_500)] / 60 + 1e-6)
        points.append(to)
    track = np.array(points)
    return np.column_stack([np.interp(minutes, times, track[:, axis]) for axis in (0, 1)])


def noise(rng: np.random.Generator, fixes: int) -> Floats:
    """Return AR(1) noise in metres with a heavy tail now and then."""
    fresh = rng.normal(0, NOISE_M * np.sqrt(1 - KEPT**2), (fixes, 2))
    error = np.empty((fixes, 2))
    error[0] = rng.normal(0, NOISE_M, 2)
    for minute in range(1, fixes):
        error[minute] = KEPT * error[minute - 1] + fresh[minute]
    wild = rng.random(fixes) < WILD_SHARE
    error[wild] += WILD_M * rng.standard_t(2, (int(wild.sum()), 2))
    return error
