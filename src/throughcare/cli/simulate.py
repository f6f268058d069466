"""``throughcare simulate``: an invented town, invented people and their tags, written to a folder with the truth."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from throughcare.adapters.stores.simulated import write_simulation
from throughcare.cli.console import day, progress_bar
from throughcare.kernel.errors import RefusedInput
from throughcare.simulation.models import Models
from throughcare.simulation.scenario import simulate

_START = dt.date(2026, 3, 23)  # a Monday; its week ends on the spring clock change, so a demo shows one

_FIRST, _LAST = dt.date(1980, 1, 7), dt.date(2099, 12, 31)  # days that the readers take a position from

_DESCRIPTION = (
    "Make an invented town with supervised people, their orders and tags, and the truth about them."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "simulate",
        help="make an invented town with supervised people and known truth",
        description=_DESCRIPTION,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--people", type=int, default=20, metavar="N", help="how many wearers (20)")
    parser.add_argument("--days", type=int, default=7, metavar="D", help="how many days (7)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same bytes (1)")
    parser.add_argument(
        "--start",
        type=day,
        default=_START,
        metavar="DATE",
        help=f"first day, such as {_START} (the default)",
    )
    parser.add_argument(
        "--interval-s", type=int, choices=(15, 60), default=60, help="seconds between positions (60)"
    )
    parser.add_argument("--csv", action="store_true", help="write the positions as CSV too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Simulate, write the folder and say what is in it."""
    for name in ("people", "days"):
        if getattr(args, name) < 1:
            raise RefusedInput(
                where=f"--{name}",
                expected="a whole number of at least 1",
                found=str(getattr(args, name)),
                action="Ask for at least one.",
            )
    if args.seed < 0:
        raise RefusedInput(
            where="--seed", expected="0 or more", found=str(args.seed), action="Choose another seed."
        )
    if not _FIRST.toordinal() <= args.start.toordinal() <= _LAST.toordinal() + 1 - args.days:
        raise RefusedInput(
            where="--start and --days",
            expected=f"days from {_FIRST} to {_LAST}, which devices can date",
            found=f"{args.days:,} from {args.start}",
            action="Begin in that time, or ask for fewer days.",
        )
    models = Models()
    models = replace(models, tag=replace(models.tag, interval_s=float(args.interval_s)))
    with progress_bar() as progress:
        simulation = simulate(
            seed=args.seed,
            people=args.people,
            days=args.days,
            start=args.start,
            models=models,
            on_person=lambda done: progress("simulating people", done, args.people),
        )
        write_simulation(simulation, args.out, csv=args.csv, progress=progress)
    print(
        f"{args.people} people, {args.days} days: {len(simulation.positions):,} positions, "
        f"{len(simulation.readings):,} statuses, {len(simulation.orders)} order versions"
    )
    print(f"{args.out}/README.txt says what each file is; truth/ holds what really happened")
    return 0
