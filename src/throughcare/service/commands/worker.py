"""``throughcare worker``: evaluates what came in, wakes what is due, sends what must leave."""

from __future__ import annotations

import argparse
import os
import platform
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = "Evaluate facts, fill the desk, send the outbox, keep the archive, until SIGTERM. Run as many as you like."


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "worker", help="evaluate facts as they come in", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("--name", help="name in the list of workers (host and process)")
    parser.add_argument("--once", action="store_true", help="stop as soon as nothing is waiting")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop."""
    with started(arguments):
        from throughcare.service.operations.working import work

        return work(name=arguments.name or f"{platform.node()}:{os.getpid()}", once=arguments.once)
