"""``throughcare evaluate register``: what published studies of tags found, with comparison, clock and status."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.evaluation.register import Published, Status, published


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "register",
        help="what published studies of tags found",
        description="Print what published studies found, each with its comparison, its clock, and whether it was read.",
    )
    parser.add_argument("--status", choices=[each.value for each in Status], help="only these")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it as JSON too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the register."""
    rows = [each for each in published() if arguments.status in (None, each.status.value)]
    for each in rows:
        print("\n".join(_lines(each)) + "\n")
    if arguments.json is not None:
        told = [
            {**asdict(each), "arithmetic": None if each.arithmetic is None else asdict(each.arithmetic)}
            for each in rows
        ]
        text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        atomic_bytes(arguments.json, (text + "\n").encode())
        print(f"wrote {arguments.json}")
    return 0


def _lines(found: Published) -> list[str]:
    year = "" if found.year is None else f" ({found.year})"
    lines = [
        f"{found.study}{year}, {found.place}",
        f"  outcome:    {found.outcome}",
        f"  design:     {found.design}",
        f"  comparison: {found.comparison}",
        f"  clock:      {found.clock}",
        f"  effect:     {found.effect or 'see the two means'}; interval: {found.interval or 'not given here'}",
    ]
    sums = found.arithmetic
    if sums is not None:
        line = f"  worked out: {found.without_mean:g} to {found.with_mean:g} is a ratio of {sums.ratio:.3f}"
        if sums.odds_ratio is not None:
            line += (
                f", {100 * sums.difference:+.1f} points, one in {sums.one_in:.1f}, odds ratio {sums.odds_ratio:.3f}, "
                f"E-value {sums.e_value:.2f}"
            )
        lines.append(line)
    if found.note:
        lines.append(f"  note:       {found.note}")
    return [*lines, f"  status:     {found.status.value} ({found.source})"]
