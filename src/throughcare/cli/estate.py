"""``throughcare estate``: monitor files larger than memory, on every core, group of orders after group of orders."""

from __future__ import annotations

import argparse
import os
from typing import Any

from throughcare.cli.console import counted, progress_bar
from throughcare.cli.facts import add_fact_arguments, read_options, read_parameters, read_question
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc
from throughcare.runners.estates import EstateQuestion, monitor_estate

_DESCRIPTION = (
    "Watch orders over files of any size: facts are set down by group of orders, and each group is monitored whole "
    "and written to a folder of its own. Exit code 0: done; 1: something was refused."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "estate", help="watch orders over files larger than memory", description=_DESCRIPTION
    )
    add_fact_arguments(parser)
    parser.add_argument(
        "--orders-per-group", type=int, default=250, metavar="N",
        help="orders held in memory at once by each process (default 250: for a day of facts; fewer for a year)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N",
        help="processes (default: the cores); no result depends on it",
    )  # fmt: skip
    parser.add_argument("--no-report", action="store_true", help="write the data files only")
    parser.add_argument("--packs", action="store_true", help="write PDF evidence packs too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Monitor the estate and say what was found."""
    for option, number in (
        ("--orders-per-group", arguments.orders_per_group),
        ("--workers", arguments.workers),
    ):
        if number < 1:
            raise RefusedInput(
                where=option,
                expected="a number of at least 1",
                found=str(number),
                action="Give more, or leave it out.",
            )
    asked = read_question(arguments)
    question = EstateQuestion(
        parameters=read_parameters(arguments.parameters),
        options=read_options(arguments),
        now_us=asked.now_us,
        known_at_us=asked.known_at_us,
        clock_us=asked.clock_us,
        orders_per_group=arguments.orders_per_group,
        workers=arguments.workers,
        correct_week_rollover=arguments.correct_week_rollover,
        with_reports=not arguments.no_report,
        with_packs=arguments.packs,
    )
    with progress_bar() as progress:
        found = monitor_estate(
            asked.histories,
            arguments.positions,
            arguments.statuses,
            question=question,
            out_dir=arguments.out,
            progress=progress,
        )
    print(f"read {counted(found.rows, 'row', 'rows')}: {counted(found.facts, 'fact', 'facts')}")
    for reason, count in found.rejected.most_common():
        print(f"  rejected {count:,}: {reason} (see rejects.csv)")
    print(f"{counted(len(asked.histories), 'order', 'orders')} in {counted(found.groups, 'group', 'groups')}")
    print(f"as at {iso_utc(found.now_us)}: {counted(found.incidents.total(), 'incident', 'incidents')}")
    for (kind, code), count in sorted(found.incidents.items()):
        print(f"  {count:>5}  {code:<14} {kind}")
    print(f"groups: {arguments.out / 'groups'}")
    return 1 if asked.refused else 0
