"""Hampshire: eight receivers on the same two rides; zones across and beside the planned routes."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tracks import orders
from benchmarks.tracks.places import Line, circle, inside_m
from benchmarks.tracks.running import Case
from benchmarks.tracks.scoring import Outcome, match
from benchmarks.tracks.truth import Track, pool, visits
from throughcare.adapters.files.options import ReadOptions
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.runners.monitoring import Run

ZONE = "Europe/London"
ACROSS_M = (50.0, 150.0, 400.0, 800.0)
CLEAR_M = (10.0, 20.0, 30.0, 50.0, 100.0)
BESIDE_M = 300.0
SPARSE = "Ruggex"  # 28 points in two hours: scored, but no witness
SPOTS = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9)


@dataclass(frozen=True)
class Area:
    """One zone: whether the route crosses it or passes it by."""

    name: str
    group: str
    area: dict[str, Any]


def table_path(data: Path) -> Path:
    """Return the receivers' points."""
    return data / "gps_accuracy_hampshire" / "hampshire_cycle_multi_receiver.parquet"


def tracks(data: Path) -> list[Track]:
    """Return one track a receiver, both rides together."""
    table = pq.read_table(table_path(data))
    t_s = table["t"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy() / SECOND_US
    device = np.array(table["device"].to_pylist())
    found = []
    for name in sorted(set(device.tolist())):
        rows = np.flatnonzero(device == name)
        rows = rows[np.argsort(t_s[rows], kind="stable")]
        lat, lon = (table[column].to_numpy()[rows] for column in ("lat", "lon"))
        found.append(Track(name, t_s[rows], lat, lon, np.full(len(rows), np.nan)))
    return found


def routes(data: Path) -> list[Line]:
    """Return the planned routes in one plane."""
    text = (data / "gps_accuracy_hampshire" / "reference_routes.geojson").read_text(encoding="utf-8")
    lines = [feature["geometry"]["coordinates"] for feature in json.loads(text)["features"]]
    lon, lat = lines[0][0][:2]
    return [Line.of([point[:2] for point in line], Plane(lat, lon)) for line in lines]


def areas(data: Path) -> list[Area]:
    """Return zones across the routes, and zones whose edge is a stated distance clear of every route."""
    lines = routes(data)
    found: list[Area] = []
    for number, line in enumerate(lines):
        for share in SPOTS:
            arc_m = share * line.length_m
            for radius_m in ACROSS_M:
                name = f"across-{number}-{share:g}-{radius_m:g}"
                found.append(
                    Area(name, f"across, {radius_m:g} m", circle(line.lonlat(line.at(arc_m)), radius_m))
                )
            for clear_m in CLEAR_M:
                spot = _beside(line, lines, arc_m, clear_m)
                if spot is not None:
                    name = f"beside-{number}-{share:g}-{clear_m:g}"
                    found.append(Area(name, f"beside, {clear_m:g} m clear", circle(spot, BESIDE_M)))
    return found


def _beside(line: Line, lines: list[Line], arc_m: float, clear_m: float) -> tuple[float, float] | None:
    """Return a centre whose circle misses every route by the stated distance, to a metre; None where none does."""
    for side in (1.0, -1.0):
        for offset_m in np.arange(BESIDE_M + clear_m, 2.0 * BESIDE_M, 1.0):
            point = line.at(arc_m, offset_m=side * offset_m)
            nearest_m = min(other.distance_m(point) for other in lines)
            if abs(nearest_m - BESIDE_M - clear_m) <= 1.0:
                return line.lonlat(point)
    return None


def case(data: Path) -> Case:
    """Return the rides with one order a receiver: every zone is an exclusion zone for each of them."""
    every = tracks(data)
    start_s = min(float(t.t_s[0]) for t in every) - 60.0
    stop_s = max(float(t.t_s[-1]) for t in every) + 3600.0
    day = str(orders.civil(start_s, ZONE).date())
    conditions = [orders.zone_of(a.name, "exclusion_zone", a.area, day, day) for a in areas(data)]
    found = [
        orders.order(
            f"ride-{t.device}", t.device, (start_s, stop_s), ZONE, places=[], conditions=conditions,
            worn=[orders.activation(f"ride-{t.device}", t.device, start_s, stop_s)],
        )
        for t in every
    ]  # fmt: skip
    return Case("hampshire", found, [table_path(data)], options=ReadOptions(time_zone="UTC"))


def offered(data: Path) -> Counter[str]:
    """Return how many zones of each sort were set, counted once for each receiver."""
    receivers = len(tracks(data))
    return Counter({group: n * receivers for group, n in Counter(a.group for a in areas(data)).items()})


def score(run: Run, data: Path) -> list[tuple[Area, Outcome]]:
    """Return what became of every visit of every receiver to every zone, and every false entry."""
    every = tracks(data)
    now_s = run.now_us / SECOND_US
    outcomes: list[tuple[Area, Outcome]] = []
    for area, track in itertools.product(areas(data), every):
        others = pool([t for t in every if t.device not in {track.device, SPARSE}])
        signed_m = inside_m(area.area, others.lat_deg, others.lon_deg)
        seen = visits(others.t_s, signed_m)
        truth = [v for v in seen if track.t_s[0] <= v.enter_s and v.leave_s <= track.t_s[-1]]
        found = [
            i
            for i in run.incidents
            if i.kind is IncidentKind.ZONE_ENTRY
            and i.condition_id == area.name
            and i.activation_id == f"ride-{track.device}"
        ]
        told = match(
            track.device, truth, found,
            own_s=track.t_s, others_s=others.t_s, others_in_s=others.t_s[signed_m > 0.0], now_s=now_s,
        )  # fmt: skip
        outcomes += [(area, outcome) for outcome in told]
    return outcomes
