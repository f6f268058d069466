"""How fast zone state changes are found: ``python -m benchmarks.zone_changes [DEVICES] [FIXES] [RUNS] [SEED]``.

The workload (``benchmarks/zone_walks.py``): a position a minute of devices with five zones of their own and fifty
shared ones, about half of them polygons of 5 to 200 corners. Every way has the same positions in memory, zones
compiled or prepared, and returns the changes: enter and exit, a first position inside an entry. In every round each
way is called once, in turn; a figure is of the whole call, in CPU seconds of the whole process.

The full task. Shapely has no circles, so circles are polygons of 64 corners here, for everybody:

* ``find_crossings``: device by device; in one thread, and in two;
* ``follow_crossings``: as positions arrive, minute by minute with the devices shuffled in each; all in one call, and
  in a call a minute;
* Shapely 2: for each device the zones whose box its track's box meets; ``intersects_xy`` of the prepared zone, on all
  positions of the device (plain), or on those in the zone's box (boxed).

The same with true circles: ours only.

A smaller task, because DuckDB has polygons only with its spatial extension, which the lock does not hold: own zones
only, each the circle about its box's middle. DuckDB makes a bit mask of five distances and a window function over it, in one thread.

The changes of every way are compared with every other's of the task, one by one.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from benchmarks.zone_walks import OWN_ZONES, Workload, workload
from throughcare.kernel.geodesy import Plane
from throughcare.monitoring.crossing_zones import Zone, ZoneSet, circle_of, compile_zones, snapped
from throughcare.monitoring.crossings import Crossings, find_crossings, follow_crossings, start_crossings
from throughcare.orders.geometry import Circle, Polygon

CIRCLE_CORNERS = 64
NATION_YEAR = 100_000 * 365.25 * 1440  # tags at a position a minute
FIX_BYTES = 32  # key, instant, latitude, longitude

Array = NDArray[np.generic]
Events = NDArray[np.int64]  # rows of (device, instant, zone, entered), sorted
Columns = dict[str, Array]


@dataclass(frozen=True)
class Way:
    name: str
    call: Callable[[], object]
    events: Callable[[object], Events]
    seconds: list[tuple[float, float]]  # CPU and wall, a round


def with_polygons(zones: tuple[Zone, ...]) -> list[Zone]:
    """Return the zones with circles as polygons of 64 corners."""
    return [
        replace(zone, area=polygon(zone.area)) if isinstance(zone.area, Circle) else zone for zone in zones
    ]


def polygon(circle: Circle) -> Polygon:
    lon, lat = circle.centre
    angle = np.linspace(0, 2 * np.pi, CIRCLE_CORNERS, endpoint=False)
    plane = Plane(lat0_deg=lat, lon0_deg=lon)
    lats, lons = plane.to_degrees(circle.radius_m * np.cos(angle), circle.radius_m * np.sin(angle))
    ring = tuple(zip(lons.tolist(), lats.tolist(), strict=True))
    return Polygon(type="Polygon", coordinates=((*ring, ring[0]),))


def own_circles(zones: tuple[Zone, ...]) -> list[Zone]:
    """Return each own zone as the circle about its box's middle that reaches its box's northern edge."""
    made = []
    for zone in zones:
        if zone.activation is None:
            continue
        area = zone.area
        if isinstance(area, Polygon):
            ring = np.array(area.coordinates[0])
            lon, lat = (ring.min(axis=0) + ring.max(axis=0)) / 2
            radius_m = float((ring[:, 1].max() - lat) * Plane(lat0_deg=lat, lon0_deg=lon).north_m_per_deg)
            area = Circle(type="Circle", centre=(float(lon), float(lat)), radius_m=radius_m)
        made.append(replace(zone, area=area))
    return made


def columns(walks: Workload) -> Columns:
    return {"key": walks.key, "t_us": walks.t_us, "lat_deg": walks.lat_deg, "lon_deg": walks.lon_deg}


def in_order(key: Array, t_us: Array, zone: Array, entered: Array) -> Events:
    rows = np.column_stack([key, t_us, zone, entered]).astype(np.int64)
    return rows[np.lexsort(rows.T[::-1])]


def events_of(facts: Columns) -> Callable[[object], Events]:
    def events(found: object) -> Events:
        assert isinstance(found, Crossings)
        return in_order(found.activation, facts["t_us"][found.row], found.zone, found.entered)

    return events


def arrivals(facts: Columns, seed: int) -> Columns:
    """Return the positions as they arrive: minute by minute, the devices shuffled in each."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(facts["key"])), facts["t_us"]))
    return {name: column[order] for name, column in facts.items()}


def follow_in_calls(facts: Columns, zones: ZoneSet, size: int) -> list[Events]:
    state, told = start_crossings(zones), []
    for first in range(0, len(facts["key"]), size):
        batch = {name: column[first : first + size] for name, column in facts.items()}
        state, found = follow_crossings(state, zones=zones, **batch)
        told.append((found.activation, batch["t_us"][found.row], found.zone, found.entered))
    return told


def shapely_changes(
    facts: Columns, shapes: Array, zones: ZoneSet, starts: Array, *, boxed: bool
) -> list[tuple[Array, ...]]:
    """Return the changes by Shapely, device by device; positions are snapped and zones prepared already."""
    bounds = shapely.bounds(shapes)
    own_first = zones.arrays.own_first
    shared = np.arange(own_first[-1], len(shapes))
    told = []
    for device in range(len(starts) - 1):
        rows = slice(starts[device], starts[device + 1])
        x, y, t_us = facts["lon_deg"][rows], facts["lat_deg"][rows], facts["t_us"][rows]
        near = np.concatenate([np.arange(own_first[device], own_first[device + 1]), shared])
        box = bounds[near]
        meets = (
            (box[:, 0] <= x.max()) & (box[:, 2] >= x.min()) & (box[:, 1] <= y.max()) & (box[:, 3] >= y.min())
        )
        for zone in near[meets]:
            inside = inside_of(shapes[zone], bounds[zone], x, y, boxed=boxed)
            at = np.flatnonzero(inside[1:] != inside[:-1]) + 1
            if inside[0]:
                at = np.concatenate([[0], at])
            if len(at):
                told.append((np.full(len(at), device), t_us[at], np.full(len(at), zone), inside[at]))
    return told


def inside_of(shape: object, box: Array, x: Array, y: Array, *, boxed: bool) -> Array:
    if not boxed:
        return shapely.intersects_xy(shape, x, y)
    inside = (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
    at = np.flatnonzero(inside)
    inside[at] = shapely.intersects_xy(shape, x[at], y[at])
    return inside


def joined(told: object) -> Events:
    assert isinstance(told, list)
    return in_order(*(np.concatenate(part) for part in zip(*told, strict=True)))


class Duck:
    """DuckDB with the positions and, a row a device, the five circles."""

    def __init__(self, facts: Columns, zones: ZoneSet) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        fixes = {"device": facts["key"], "t": facts["t_us"], "lat": facts["lat_deg"], "lon": facts["lon_deg"]}
        circles = np.array([circle_of(zone.area) for zone in zones.zones]).reshape(-1, OWN_ZONES * 5)
        names = [f"{part}{n}" for n in range(OWN_ZONES) for part in ("x", "y", "kx", "ky", "r")]
        wide = {"device": np.arange(len(circles)), **dict(zip(names, circles.T.copy(), strict=True))}
        self.connection.execute("CREATE TABLE fixes AS SELECT * FROM fixes")
        self.connection.execute("CREATE TABLE circles AS SELECT * FROM wide")
        del fixes, wide
        bits = " + ".join(
            f"CASE WHEN ((lon-x{n})*kx{n})*((lon-x{n})*kx{n}) + ((lat-y{n})*ky{n})*((lat-y{n})*ky{n}) <= r{n} "
            f"THEN {1 << n} ELSE 0 END"
            for n in range(OWN_ZONES)
        )
        self.query = f"""
            SELECT device, t, mask, was FROM (
              SELECT device, t, mask, lag(mask, 1, 0) OVER (PARTITION BY device ORDER BY t) AS was FROM (
                SELECT device, t, {bits} AS mask FROM fixes JOIN circles USING (device)))
            WHERE mask <> was"""

    def changes(self) -> list[tuple[Array, ...]]:
        rows = self.connection.execute(self.query).fetchnumpy()
        told = []
        for n in range(OWN_ZONES):
            now, was = rows["mask"] >> n & 1, rows["was"] >> n & 1
            at = np.flatnonzero(now != was)
            told.append((rows["device"][at], rows["t"][at], rows["device"][at] * OWN_ZONES + n, now[at]))
        return told


def full_task(walks: Workload, zones: ZoneSet, minutes: int, seed: int) -> list[Way]:
    facts = columns(walks)
    arrived = arrivals(facts, seed)
    exact = {**facts, "lat_deg": snapped(walks.lat_deg), "lon_deg": snapped(walks.lon_deg)}
    shapes = np.array([shapely.Polygon(snapped(np.array(z.area.coordinates[0]))) for z in zones.zones])
    shapely.prepare(shapes)
    devices = len(walks.devices)
    starts = np.arange(devices + 1) * minutes
    start = start_crossings(zones)
    return [
        Way("find_crossings", lambda: find_crossings(zones, **facts), events_of(facts), []),
        Way(
            "find_crossings, two threads",
            lambda: find_crossings(zones, **facts, threads=2),
            events_of(facts),
            [],
        ),
        Way(
            "follow_crossings, one call",
            lambda: follow_crossings(start, zones=zones, **arrived)[1],
            events_of(arrived),
            [],
        ),
        Way(
            "follow_crossings, a call a minute", lambda: follow_in_calls(arrived, zones, devices), joined, []
        ),
        *(
            Way(
                f"Shapely, prefiltered, {name}",
                lambda boxed=boxed: shapely_changes(exact, shapes, zones, starts, boxed=boxed),
                joined,
                [],
            )
            for name, boxed in (("plain", False), ("boxed", True))
        ),
    ]


def measure(ways: list[Way], runs: int) -> Events:
    """Call every way once in each round, and return the changes, on which all agree."""
    agreed: Events | None = None
    for way in ways:
        events = way.events(way.call())  # the warm-up
        agreed = events if agreed is None else agreed
        assert np.array_equal(events, agreed), f"{way.name} differs from {ways[0].name}"
    for _ in range(runs):
        for way in ways:
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            way.call()
            way.seconds.append((time.process_time() - cpu_s, time.perf_counter() - wall_s))
    assert agreed is not None
    return agreed


def told(task: str, ways: list[Way], fixes: int, events: Events) -> None:
    print(f"\n{task}: {len(events):,} changes, the same one by one in every way")
    print(f"{'':<40}{'M fixes/CPU-s':>14}{'slowest':>9}{'fastest':>9}{'M/s wall':>10}{'nation-year':>13}")
    for way in ways:
        rates = sorted(fixes / cpu_s / 1e6 for cpu_s, _ in way.seconds)
        middle = statistics.median(rates)
        wall = statistics.median(fixes / wall_s / 1e6 for _, wall_s in way.seconds)
        hours = NATION_YEAR / middle / 1e6 / 3600
        print(f"{way.name:<40}{middle:>14.2f}{rates[0]:>9.2f}{rates[-1]:>9.2f}{wall:>10.2f}{hours:>10.2f} h")


def ratio(ways: list[Way], one: str, other: str) -> None:
    """Print the ratio of two ways, round by round."""
    pair = [next(way for way in ways if way.name == name).seconds for name in (one, other)]
    ratios = sorted(b / a for (a, _), (b, _) in zip(*pair, strict=True))
    print(f"{one} / {other}: {statistics.median(ratios):.1f} times ({ratios[0]:.1f} to {ratios[-1]:.1f})")


@njit(nogil=True, cache=True)
def read_all(a: Array, b: Array, c: Array, d: Array) -> float:
    total = 0.0
    for i in range(len(a)):
        total += a[i] + b[i] + c[i] + d[i]
    return total


def bandwidth(facts: Columns, runs: int, threads: int) -> None:
    """Print how many fixes could be read at all, by adding up the four columns: a bound, so the fastest run."""
    arrays = [column.view(np.int64) for column in facts.values()]
    share = len(arrays[0]) // threads
    parts = [[array[n * share : (n + 1) * share] for array in arrays] for n in range(threads)]
    seconds = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(runs + 1):
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            list(pool.map(lambda part: read_all(*part), parts))
            seconds.append((time.process_time() - cpu_s, time.perf_counter() - wall_s))
    cpu_rate, wall_rate = (share * threads / min(column) / 1e6 for column in zip(*seconds[1:], strict=True))
    print(
        f"reading {FIX_BYTES} bytes a fix, {threads} threads: {cpu_rate:.0f} M fixes/CPU-s "
        f"({cpu_rate * FIX_BYTES / 1e3:.1f} GB/CPU-s), {wall_rate:.0f} M/s wall"
    )


def main() -> None:
    devices, minutes, runs, seed = (
        int(x) for x in [*sys.argv[1:], *("2000", "5000", "7", "31")[len(sys.argv) - 1 :]]
    )
    walks = workload(devices, minutes, seed)
    facts, fixes = columns(walks), devices * minutes
    cpu_s = time.process_time()
    zones = compile_zones(with_polygons(walks.zones), activations=walks.devices)
    compiled_s = time.process_time() - cpu_s
    drawn = [len(z.area.coordinates[0]) - 1 for z in walks.zones if isinstance(z.area, Polygon)]
    print(
        json.dumps(
            {
                "devices": devices, "fixes": fixes, "zones": len(walks.zones), "polygons": len(drawn),
                "mean corners": round(float(np.mean(drawn))), "rounds": runs, "seed": seed,
                "duckdb": duckdb.__version__, "shapely": shapely.__version__, "load": os.getloadavg()[0],
                "compiling zones, CPU s": round(compiled_s, 2),
            }
        )
    )  # fmt: skip
    for threads in (1, 2):
        bandwidth(facts, runs, threads)
    full = full_task(walks, zones, minutes, seed)
    told("full task", full, fixes, measure(full, runs))
    ratio(full, "find_crossings", "Shapely, prefiltered, plain")
    ratio(full, "find_crossings", "Shapely, prefiltered, boxed")
    true = compile_zones(walks.zones, activations=walks.devices)
    circles = [Way("find_crossings", lambda: find_crossings(true, **facts), events_of(facts), [])]
    told("full task, true circles", circles, fixes, measure(circles, runs))
    own = compile_zones(own_circles(walks.zones), activations=walks.devices)
    duck = Duck({**facts, "lat_deg": snapped(walks.lat_deg), "lon_deg": snapped(walks.lon_deg)}, own)
    small = [
        Way("find_crossings", lambda: find_crossings(own, **facts), events_of(facts), []),
        Way("DuckDB, one thread", duck.changes, joined, []),
    ]
    told("own circles only", small, fixes, measure(small, runs))
    ratio(small, "find_crossings", "DuckDB, one thread")


if __name__ == "__main__":
    main()
