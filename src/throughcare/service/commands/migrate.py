"""``throughcare migrate``: the database brought up to this version."""

from __future__ import annotations

import argparse
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = "Bring the database up to this version; of several at once, one does it and the others wait."


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "migrate", help="bring the database up to this version", description=_DESCRIPTION
    )
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Apply what is pending and say what that was."""
    with started(arguments):
        from throughcare.service.operations.upgrading import prepare_database

        applied = prepare_database(migrate=True)
        print(f"{len(applied)} migrations applied" + (f", last {applied[-1]}" if applied else ""))
    return 0
