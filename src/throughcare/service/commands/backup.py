"""``throughcare backup``: database and archive in one checked file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = (
    "Write database and archive to one file, with a checksum for each part, while the service runs."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "backup", help="write database and archive to one file", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("out", type=Path, metavar="FILE", help="file to write, such as throughcare.tar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the backup, read it again and say what is in it."""
    with started(arguments):
        from throughcare.service.operations.backups import make_backup

        manifest = make_backup(arguments.out)
        size_mb = sum(part.size for part in manifest.parts) / 1e6
        print(f"{arguments.out}: {len(manifest.parts)} parts, {size_mb:.1f} MB, every checksum read back")
        print(f"audit log: {manifest.audit_seq} entries, head {manifest.audit_hash}")
        return 0
