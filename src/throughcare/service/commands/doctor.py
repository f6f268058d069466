"""``throughcare doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import argparse
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = (
    "Check settings, database, disk, clock, workers, audit log and archive. Exit code 1 if one is wrong."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="say what is wrong with this installation", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument(
        "--all", action="store_true", help="every file of the archive and the whole audit log"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line a check, and for what is wrong what was expected, what was found and what to do."""
    with started(arguments):
        from throughcare.service.operations.checks import examine

        wrong = 0
        for finding in examine(thorough=arguments.all):
            print(f"{'ok   ' if finding.is_fine else 'WRONG'} {finding.subject}: {finding.found}")
            if not finding.is_fine:
                wrong += 1
                print(f"      expected: {finding.expected}\n      do:       {finding.action}")
        return int(wrong > 0)
