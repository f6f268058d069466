"""``throughcare evaluate``: did it work? Each module adds its own sub-commands."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

MODULES = ("reoffending", "studies", "example", "register")
"""Modules of this package that have a function ``add_parsers``, in the order in which help lists their commands."""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command and every sub-command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "evaluate",
        help="did it work: follow cohorts up and compare them",
        description="From a cohort to a conclusion that can be trusted.",
    )
    inner = parser.add_subparsers(title="evaluate commands", metavar="COMMAND", required=True)
    for name in MODULES:
        importlib.import_module(f"throughcare.cli.evaluate.{name}").add_parsers(inner)
