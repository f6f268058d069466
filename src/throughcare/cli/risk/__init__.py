"""``throughcare risk``: score, explain, check, fit and validate; each module adds its own sub-commands."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

MODULES = ("scoring", "sheets", "checking", "fitting", "validating")
"""Modules of this package that have a function ``add_parsers``, in the order in which help lists their commands."""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command and every sub-command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "risk",
        help="risk assessment: score, explain, check, fit and validate",
        description="Risk assessment that says how a score came about, how sure it is, and what would change it.",
    )
    inner = parser.add_subparsers(title="risk commands", metavar="COMMAND", required=True)
    for name in MODULES:
        importlib.import_module(f"throughcare.cli.risk.{name}").add_parsers(inner)
