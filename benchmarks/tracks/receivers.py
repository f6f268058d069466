"""NMEA logs: 83 receivers of the gpsd test suite, and one drive whose true path a survey-grade unit recorded."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tracks import orders
from benchmarks.tracks.places import Line, circle, inside_m
from benchmarks.tracks.running import Case
from benchmarks.tracks.scoring import Outcome, match
from benchmarks.tracks.truth import visits
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.incidents import IncidentKind
from throughcare.runners.monitoring import Run

ZONE = "Etc/UTC"
STILL_M = 30.0
ANTENNA_M = 15.0
DRIVE_DAY = dt.date(2020, 6, 1)  # the file states times of day only: the day is ours
DRIVE_RADII_M = (100.0, 300.0, 600.0)


@dataclass(frozen=True)
class Log:
    """One receiver's log: its file, and its positions as the reader finds them."""

    path: Path
    device: str
    t_s: np.ndarray
    lat_deg: np.ndarray
    lon_deg: np.ndarray
    refused: str = ""

    @property
    def spread_m(self) -> float:
        """Distance from the median that 95 % of the positions keep."""
        if not len(self.t_s):
            return math.nan
        plane = Plane(float(np.median(self.lat_deg)), float(np.median(self.lon_deg)))
        return float(np.percentile(np.hypot(*plane.to_metres(self.lat_deg, self.lon_deg)), 95))

    @property
    def still(self) -> bool:
        """Whether the antenna stood still."""
        return len(self.t_s) > 1 and self.spread_m < STILL_M

    @property
    def length_s(self) -> float:
        """From the first position to the last."""
        return float(self.t_s.max() - self.t_s.min()) if len(self.t_s) else 0.0


def unpack(data: Path, folder: Path) -> list[Log]:
    """Write the logs to a folder, under names that may be device ids, and read each."""
    found = []
    with tarfile.open(data / "gpsd_nmea" / "gpsd_daemon_nmea_logs.tar.gz") as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member)
            if content is None:
                continue
            path = folder / re.sub(r"[^A-Za-z0-9._-]", "-", Path(member.name).name)
            path.write_bytes(content.read())
            found.append(_log(path))
    return sorted(found, key=lambda log: log.device)


def _log(path: Path) -> Log:
    try:
        parts = [chunk.positions for chunk in open_positions(path)]
    except RefusedInput as refusal:
        empty = np.empty(0)
        return Log(path, path.stem, empty, empty, empty, refused=refusal.found)
    whole = Positions.concat(parts)
    return Log(path, path.stem, whole.t_us / SECOND_US, whole.lat_deg, whole.lon_deg)


def logs_case(logs: list[Log]) -> Case:
    """Return the readable logs with an order each: a curfew at the antenna where it stood still, else a trail."""
    used = [log for log in logs if len(log.t_s)]
    return Case("receivers", [_order(log) for log in used], [log.path for log in used])


def _order(log: Log) -> orders.Json:
    start_s, stop_s = float(log.t_s.min()) - 60.0, float(log.t_s.max()) + 60.0
    first, last = (str(orders.civil(t, ZONE).date()) for t in (start_s, stop_s))
    worn = [orders.activation(log.device, log.device, start_s, stop_s)]
    if log.still:
        antenna = circle((float(np.median(log.lon_deg)), float(np.median(log.lat_deg))), ANTENNA_M)
        places = [orders.place("antenna", antenna)]
        conditions = [
            orders.curfew("curfew", "antenna", first, last, [(day, "00:00", "24:00") for day in orders.DAYS])
        ]
    else:
        places = []
        conditions = [{"kind": "trail", "condition_id": "trail", "start_date": first, "end_date": last}]
    return orders.order(
        log.device, log.device, (start_s, stop_s), ZONE, places=places, worn=worn, conditions=conditions
    )


def incident_counts(run: Run) -> Counter[str]:
    """Return incidents by kind."""
    return Counter(str(incident.kind) for incident in run.incidents)


@dataclass(frozen=True)
class Drive:
    """The drive: what the receiver said, second by second, and where it was."""

    t_s: np.ndarray
    rows: list[dict[str, str]]
    lat_ref_deg: np.ndarray
    lon_ref_deg: np.ndarray


def drive(data: Path) -> Drive:
    """Return the drive."""
    path = data / "google_ublox_vs_span" / "ublox_f9k_vs_span_1hz.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    midnight_s = dt.datetime.combine(DRIVE_DAY, dt.time(), tzinfo=dt.UTC).timestamp()
    t_s = np.array([midnight_s + _seconds(row["utc"]) for row in rows])
    return Drive(
        t_s, rows, *(np.array([float(row[name]) for row in rows]) for name in ("lat_ref", "lon_ref"))
    )


def _seconds(utc: str) -> float:
    return int(utc[:2]) * 3600 + int(utc[2:4]) * 60 + float(utc[4:])


def write_nmea(found: Drive, path: Path) -> None:
    """Write the receiver's rows back as the GGA sentences that they were taken from."""
    path.write_text("".join(_gga(row) for row in found.rows), encoding="ascii")


def _gga(row: dict[str, str]) -> str:
    lat, lon = abs(float(row["lat"])), abs(float(row["lon"]))
    north, east = float(row["lat"]) >= 0, float(row["lon"]) >= 0
    content = (
        f"GNGGA,{row['utc']},{int(lat):02d}{lat % 1 * 60:010.7f},{'N' if north else 'S'},"
        f"{int(lon):03d}{lon % 1 * 60:010.7f},{'E' if east else 'W'},{row['quality']},{row['sats']},"
        f"{float(row['hdop']):.2f},{float(row['alt']):.1f},M,0.0,M,,"
    )
    checksum = 0
    for char in content:
        checksum ^= ord(char)
    return f"${content}*{checksum:02X}\r\n"


def drive_areas(found: Drive) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """Yield (name, radius, circle) across the true path."""
    plane = Plane(float(found.lat_ref_deg[0]), float(found.lon_ref_deg[0]))
    line = Line.of(np.stack([found.lon_ref_deg, found.lat_ref_deg], axis=1).tolist(), plane)
    for share in (0.2, 0.5, 0.8):
        for radius_m in DRIVE_RADII_M:
            spot = line.lonlat(line.at(share * line.length_m))
            yield f"across-{share:g}-{radius_m:g}", radius_m, circle(spot, radius_m)


def drive_case(found: Drive, folder: Path) -> Case:
    """Return the drive as an NMEA file without a date, and an order with zones across its path."""
    path = folder / "drive.nmea"
    write_nmea(found, path)
    span_s = (float(found.t_s[0]) - 60.0, float(found.t_s[-1]) + 60.0)
    day = str(DRIVE_DAY)
    conditions = [
        orders.zone_of(name, "exclusion_zone", area, day, day) for name, _, area in drive_areas(found)
    ]
    worn = [orders.activation("drive", "drive", *span_s)]
    order = orders.order("drive", "drive", span_s, ZONE, places=[], worn=worn, conditions=conditions)
    return Case("drive", [order], [path], options=ReadOptions(first_date=DRIVE_DAY))


def drive_score(run: Run, found: Drive) -> list[tuple[float, Outcome]]:
    """Return what became of every true visit, with the zone's radius."""
    result = []
    for name, radius_m, area in drive_areas(found):
        signed_m = inside_m(area, found.lat_ref_deg, found.lon_ref_deg)
        incidents = [i for i in run.incidents if i.condition_id == name and i.kind is IncidentKind.ZONE_ENTRY]
        matched = match(
            "F9K", visits(found.t_s, signed_m), incidents,
            own_s=found.t_s, others_s=found.t_s, others_in_s=found.t_s[signed_m > 0.0],
            now_s=run.now_us / SECOND_US,
        )  # fmt: skip
        result += [(radius_m, outcome) for outcome in matched]
    return result
