"""Monitor real tracks whose truth is known, and score the engine: ``python benchmarks/real_tracks.py``.

Orders are written from the ground truth into a temporary folder, the tracks are read in place from the data
beside the project, and each detector is run by the runners that the command line calls. Prints every table;
``--json FILE`` writes them as JSON, ``--write-docs`` fills docs/real-tracks.md and its pictures.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.tracks import cycles, pictures, receivers, results, still, trips  # noqa: E402 - after the path
from benchmarks.tracks.running import DETECTORS, Case, evaluate, read  # noqa: E402
from benchmarks.tracks.tables import Table, write_page  # noqa: E402
from throughcare.adapters.files.options import ReadOptions  # noqa: E402
from throughcare.monitoring.incidents import IncidentKind  # noqa: E402
from throughcare.runners.loading import Loaded  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "real-tracks.md"
PHONE_OPTIONS = ReadOptions(
    time_zone="UTC", accuracy_level=0.68, columns={"device": "phone", "speed_mps": "speed"}
)
NEEDED = ("mobilitynet", "gps_accuracy_hampshire", "gpsd_nmea", "google_ublox_vs_span")


def battery(data: Path, table: pa.Table, path: Path) -> Path:
    """Write the battery readings of the runs that have fixes as a status file."""
    runs = set(zip(table["phone"].to_pylist(), table["run"].to_pylist(), strict=True))
    rows = pq.read_table(data / "mobilitynet" / "mobilitynet_battery.parquet").to_pylist()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("phone", "time", "kind", "value"))
        writer.writerows(
            (r["phone"], r["t"].isoformat() + "Z", "battery_percent", r["battery_pct"])
            for r in rows
            if (r["phone"], r["run"]) in runs
        )
    return path


def phones_case(data: Path, table: pa.Table, found: list[trips.Journey], folder: Path) -> Case:
    """Return all of MobilityNet as one case: phones at rest and phones on scripted trips."""
    return Case(
        "mobilitynet",
        still.still_orders(table) + trips.trip_orders(found),
        [data / "mobilitynet" / "mobilitynet_locations.parquet"],
        [battery(data, table, folder / "battery.csv")],
        options=PHONE_OPTIONS,
    )


def phones(data: Path, folder: Path, loaded: dict[str, Loaded]) -> Iterator[Table]:
    """Yield the tables of MobilityNet."""
    table = still.locations(data)
    found = trips.journeys(data, table)
    facts = read(phones_case(data, table, found, folder), folder)
    loaded["MobilityNet phones"] = facts.loaded
    runs = {str(detector): evaluate(facts, detector) for detector in DETECTORS}
    yield results.still([still.score(run, name) for name, run in runs.items()])
    yield results.errors(still.errors(table))
    zones = {name: trips.zone_outcomes(run, found) for name, run in runs.items()}
    exclusion = {n: [o for d, o in pairs if d.wrong_side > 0] for n, pairs in zones.items()}
    pairs = {n: [(d.group, o) for d, o in outcomes] for n, outcomes in zones.items()}
    yield results.by_group("trips", pairs, trips.offered(found))
    yield results.by_length("trip-lengths", exclusion)
    yield results.attendance({name: trips.attendance_outcomes(run, found) for name, run in runs.items()})
    yield results.curfews({name: trips.curfew_outcomes(run, found) for name, run in runs.items()})


def rides(data: Path, folder: Path, loaded: dict[str, Loaded]) -> Iterator[Table]:
    """Yield the tables of Hampshire."""
    facts = read(cycles.case(data), folder)
    loaded["Hampshire receivers"] = facts.loaded
    told = {str(detector): cycles.score(evaluate(facts, detector), data) for detector in DETECTORS}
    grouped = {n: [(a.group, o) for a, o in pairs] for n, pairs in told.items()}
    yield results.by_group("rides", grouped, cycles.offered(data))
    yield results.by_length("ride-lengths", {n: [o for _, o in pairs] for n, pairs in told.items()})
    yield results.receivers_agree(told)


def nmea(data: Path, folder: Path, loaded: dict[str, Loaded]) -> Iterator[Table]:
    """Yield the tables of the NMEA logs and of the drive."""
    found = receivers.unpack(data, folder)
    facts = read(receivers.logs_case(found), folder)
    loaded["gpsd logs"] = facts.loaded
    false = {
        str(detector): sum(i.kind is IncidentKind.CURFEW_ABSENCE for i in evaluate(facts, detector).incidents)
        for detector in DETECTORS
    }
    yield results.logs(found, false)
    driven = receivers.drive(data)
    facts = read(receivers.drive_case(driven, folder), folder)
    loaded["u-blox drive"] = facts.loaded
    told = {str(d): receivers.drive_score(evaluate(facts, d), driven) for d in DETECTORS}
    yield results.by_length("drive", {name: [o for _, o in pairs] for name, pairs in told.items()})


PARTS = {"phones": phones, "rides": rides, "nmea": nmea}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--part", choices=PARTS, action="append", help="only these parts")
    parser.add_argument("--json", type=Path, help="write the tables here too")
    parser.add_argument("--write-docs", action="store_true", help=f"fill {PAGE.relative_to(ROOT)}")
    arguments = parser.parse_args()
    absent = [name for name in NEEDED if not (arguments.data / name).is_dir()]
    if absent:
        print(f"skipped: the real data is not on this machine ({arguments.data} lacks {', '.join(absent)})")
        return
    tables: list[Table] = []
    loaded: dict[str, Loaded] = {}
    with tempfile.TemporaryDirectory() as folder:
        for part in arguments.part or PARTS:
            tables += PARTS[part](arguments.data, Path(folder), loaded)
    tables.insert(0, results.accounts(loaded))
    for table in tables:
        print(f"\n## {table.name}\n\n{table.markdown()}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(table) for table in tables], indent=1), encoding="utf-8")
    if arguments.write_docs:
        write_page(PAGE, tables)
        pictures.hampshire(arguments.data, PAGE.parent / "pictures" / "real-tracks-hampshire.svg")
        pictures.accuracy(
            still.locations(arguments.data), PAGE.parent / "pictures" / "real-tracks-accuracy.svg"
        )


if __name__ == "__main__":
    main()
