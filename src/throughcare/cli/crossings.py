"""``throughcare crossings``: when recorded positions entered and left zones, such as a zone that is only planned.

Raw: a position counts as it was recorded. No crossing is a violation, and none is evidence of one; `monitor` weighs
accuracy, dwell, radio and permission, and says what an incident is.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from throughcare.adapters.files.crossings_out import check_ending, write_crossings
from throughcare.adapters.files.results import write_rejects
from throughcare.cli.console import counted, progress_bar
from throughcare.cli.facts import add_file_arguments, read_options
from throughcare.kernel.errors import RefusedInput
from throughcare.runners.crossings import RecordedCrossings, recorded_crossings

_MOST_THREADS = 256

_DESCRIPTION = (
    "Write one row for each time that a device's recorded positions enter or leave a zone. Positions count as "
    "recorded, noise included: a crossing is a fact about positions, and neither a violation nor evidence of one."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "crossings", help="try zones on recorded positions: who was inside when", description=_DESCRIPTION
    )
    parser.add_argument(
        "--zones", type=Path, required=True, metavar="FILE",
        help="zones as GeoJSON: polygons, and points with a radius_m; a zone with a device is that device's only",
    )  # fmt: skip
    parser.add_argument(
        "--positions", type=Path, nargs="+", required=True, metavar="FILE",
        help="positions: CSV, NDJSON, Parquet, GPX or NMEA, by the file's ending",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="table to write: .parquet or .csv"
    )
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="share the devices among so many threads (default: every core)",
    )
    add_file_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Find the crossings, write them and the rejects, and say how many there are."""
    threads = (os.cpu_count() or 1) if arguments.threads is None else arguments.threads
    if not 1 <= threads <= _MOST_THREADS:
        raise RefusedInput(
            where="--threads",
            expected=f"a whole number from 1 to {_MOST_THREADS}",
            found=str(threads),
            action="Give as many threads as there are cores, or leave the option out.",
        )
    check_ending(arguments.out)
    with progress_bar() as progress:
        found = recorded_crossings(
            arguments.zones,
            arguments.positions,
            options=read_options(arguments),
            threads=threads,
            progress=progress,
        )
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    write_crossings(
        arguments.out,
        found.crossings,
        zones=found.zones,
        t_us=found.t_us,
        lat_deg=found.lat_deg,
        lon_deg=found.lon_deg,
    )
    rejects = arguments.out.with_suffix(".rejects.csv")
    write_rejects(rejects, found.rejects)
    _report(found, rejects)
    return 0


def _report(found: RecordedCrossings, rejects: Path) -> None:
    entered = int(found.crossings.entered.sum())
    print(f"{len(found.t_us):>9,}  positions of {counted(found.devices, 'device', 'devices')}")
    if found.rejects:
        print(f"{len(found.rejects):>9,}  rejected (see {rejects.name})")
    if repeated := len(found.t_us) - found.crossings.used:
        print(f"{repeated:>9,}  at an instant for which the device has another position; not looked at")
    print(f"{entered:>9,}  enter")
    print(f"{len(found.crossings) - entered:>9,}  exit")
    print(f"{counted(len(found.zones.zones), 'zone', 'zones')}; a crossing is a raw fact, and no violation")
