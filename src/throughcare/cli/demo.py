"""``throughcare demo``: simulate an invented town, monitor it, and print where the report is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from throughcare.cli import monitor, simulate

_DESCRIPTION = "Simulate an invented town, monitor it, and print where the report is."


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo", help="simulate a town, monitor it, show the report", description=_DESCRIPTION
    )
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR", help="folder (out/demo)")
    parser.add_argument("--people", type=int, default=20, metavar="N", help="how many wearers (20)")
    parser.add_argument("--days", type=int, default=7, metavar="D", help="how many days (7)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same town (1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the two commands that a user would, on invented people."""
    town, watched = arguments.out / "town", arguments.out / "monitored"
    size = ["--people", str(arguments.people), "--days", str(arguments.days), "--seed", str(arguments.seed)]
    code = _call(simulate, ["simulate", "--out", str(town), *size])
    return code or _call(
        monitor,
        [
            "monitor",
            *("--orders", str(town / "orders.json")),
            *("--positions", str(town / "positions.parquet")),
            *("--statuses", str(town / "statuses.csv")),
            *("--protected", str(town / "protected_positions.parquet")),
            *("--background", str(town / "town.geojson")),
            *("--title", "Demonstration: an invented town"),
            *("--out", str(watched)),
        ],
    )


def _call(command: Any, argv: list[str]) -> int:  # noqa: ANN401 - a command module
    root = argparse.ArgumentParser()
    command.add_parser(root.add_subparsers())
    arguments = root.parse_args(argv)
    return int(arguments.run(arguments))
