"""``throughcare audit verify``: whether the audit log is whole."""

from __future__ import annotations

import argparse
from typing import Any

from throughcare.service.commands.starting import add_place, started


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser("audit", help="prove that the audit log is whole")
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify: argparse.ArgumentParser = parts.add_parser(
        "verify",
        help="check every entry against the one before it",
        description="Check every entry of the audit log against the one before it. Exit code 1 if one does not fit.",
    )
    add_place(verify)
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how many entries were checked, and the first that does not fit."""
    with started(arguments):
        from throughcare.service.audit.queries import verify

        verdict = verify()
        print(f"{verdict.checked} entries checked: {verdict.words}")
        return int(verdict.broken_at is not None)
