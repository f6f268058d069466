"""``throughcare restore``: a backup into an empty place, checked and brought up to this version."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = (
    "Restore a backup into an empty database and folder, migrate it, and verify its audit log and archive."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "restore", help="restore a backup into an empty place", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("backup", type=Path, metavar="FILE", help="what throughcare backup wrote")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore, verify, and say what is there now."""
    with started(arguments):
        from throughcare.service.operations.restoring import restore_backup

        restored = restore_backup(arguments.backup)
        print(
            f"restored {restored.files} files of the archive and {restored.audit_entries} entries of the audit log"
        )
        print(f"migrations applied: {', '.join(restored.migrations) or 'none needed'}")
        print("the audit log fits the backup's, and every file of the archive fits its checksum")
        return 0
