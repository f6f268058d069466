"""``throughcare serve``: the pages and the API, until it is told to stop."""

from __future__ import annotations

import argparse
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = "Serve the pages and the API until SIGTERM; what was begun is finished first."


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve", help="serve the pages and the API", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one (8000)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="processes (2)")
    parser.add_argument("--threads", type=int, default=4, metavar="N", help="threads in each process (4)")
    parser.add_argument("--migrate", action="store_true", help="bring the database up to this version first")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the database, collect the front-end files, and serve."""
    with started(arguments):
        from throughcare.service.operations.serving import serve

        return serve(
            host=arguments.host,
            port=arguments.port,
            processes=arguments.processes,
            threads=arguments.threads,
            migrate=arguments.migrate,
        )
