"""``throughcare replay``: feed recorded facts as they arrived, show what was told when, and prove the end equal.

Facts are taken in order of receipt, in steps; every telling (opened, revised, closed, retracted) goes to
``events.ndjson``. At the end the standing incidents must equal those of one evaluation of all facts at once.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from throughcare.adapters.files.results import write_events, write_incidents, write_rejects
from throughcare.cli.console import counted, progress_bar
from throughcare.cli.facts import (
    add_fact_arguments,
    add_protected_argument,
    print_unusable,
    read_facts,
    read_options,
    read_parameters,
    read_question,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import HOUR_US, MINUTE_US, iso_utc
from throughcare.runners.arrivals import replay
from throughcare.runners.loading import read_protected

_LONGEST = 1_000_000  # minutes or hours; longer than any order

_DESCRIPTION = (
    "Deliver recorded facts as they were received, write every telling to events.ndjson, and prove "
    "that the end equals one evaluation of all facts. Exit code 0: equal; 1: not equal, or something "
    "was refused."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "replay", help="replay facts as they arrived and prove the result", description=_DESCRIPTION
    )
    add_fact_arguments(parser)
    add_protected_argument(parser)
    parser.add_argument(
        "--step-minutes", type=float, default=10.0, metavar="N", help="time between deliveries"
    )
    parser.add_argument(
        "--retain-hours",
        type=float,
        metavar="N",
        help="forget settled facts older than this, as a live service does",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay and report; exit code 1 where the end differs from one evaluation of everything."""
    step_us = _span_us("--step-minutes", arguments.step_minutes, MINUTE_US)
    retain_us = None
    if arguments.retain_hours is not None:
        retain_us = _span_us("--retain-hours", arguments.retain_hours, HOUR_US)
    question = read_question(arguments)
    with progress_bar() as progress:
        loaded = read_facts(arguments, question, progress=progress)
        protected, unusable = read_protected(arguments.protected, options=read_options(arguments))
        found = replay(
            question.histories,
            loaded.fixes,
            loaded.statuses,
            parameters=read_parameters(arguments.parameters),
            now_us=question.as_at_us(loaded),
            known_at_us=question.known_at_us,
            step_us=step_us,
            retain_us=retain_us,
            progress=progress,
            protected=protected,
        )
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_events(arguments.out / "events.ndjson", (event.as_dict() for event in found.events))
    write_incidents(arguments.out, found.incidents)
    write_rejects(arguments.out / "rejects.csv", loaded.rejects)
    if loaded.rejects:
        print(f"{len(loaded.rejects):>6}  rejected (see rejects.csv)")
    print_unusable(unusable)
    for kind, count in Counter(str(event.kind) for event in found.events).most_common():
        print(f"{count:>6}  {kind}")
    standing = counted(len(found.incidents), "incident stands", "incidents stand")
    print(f"{standing} as at {iso_utc(found.now_us)}")
    if found.differing:
        print(f"NOT EQUAL to one evaluation of all facts: {', '.join(found.differing[:5])}")
        return 1
    print("equal to one evaluation of all facts at once")
    return 1 if question.refused else 0


def _span_us(option: str, number: float, unit_us: int) -> int:
    if not 0 < number <= _LONGEST:
        raise RefusedInput(
            where=option,
            expected=f"a number above 0 and at most {_LONGEST:,}",
            found=f"{number:g}",
            action="Give a length of time, or leave the option out.",
        )
    return max(1, round(number * unit_us))
