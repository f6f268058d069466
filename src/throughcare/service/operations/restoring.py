"""Restore: a backup into an empty database and folder; proved before anything is said to be restored."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from throughcare.kernel.errors import RefusedInput
from throughcare.service.audit.queries import hash_of, verify
from throughcare.service.operations.backups import ARCHIVE, DATABASES, Manifest, open_backup, run_postgres
from throughcare.service.operations.upgrading import prepare_database


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there after a restore: files of the archive, entries of the log, migrations that were applied."""

    files: int
    audit_entries: int
    migrations: tuple[str, ...]


def restore_backup(path: Path) -> Restored:
    """Restore a backup, bring it up to this version, and prove that the audit log is the one that was backed up.

    Raises
    ------
    RefusedInput
        If the backup is damaged or of another kind of database, the place is not empty, or the proof fails.
    """
    with open_backup(path) as (manifest, tar):
        if manifest.vendor != connection.vendor:
            raise _refusal(
                f"a backup of {connection.vendor}", manifest.vendor, "Restore it to a database of its kind."
            )
        settings.CONFIGURATION.data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        _must_be_empty()
        files = _unpack(tar, manifest)
    applied = prepare_database(migrate=True)
    verdict = verify()
    if verdict.broken_at is not None:
        raise _refusal(
            "a whole audit log", verdict.words, "Use another backup; this one was altered before it was made."
        )
    if manifest.audit_seq and hash_of(manifest.audit_seq) != manifest.audit_hash:
        raise _refusal("the audit log of the manifest", "another one", "Use another backup.")
    return Restored(files=files, audit_entries=verdict.checked, migrations=applied)


def _must_be_empty() -> None:
    archive = settings.CONFIGURATION.data_dir / ARCHIVE
    if archive.is_dir() and any(archive.rglob("*")):
        raise _refusal(
            "an empty folder", f"files in {archive}", "Choose another --data-dir, or move them away."
        )
    if connection.introspection.table_names():
        raise _refusal(
            "an empty database", "tables", "Choose another --database-url, or make a new database."
        )


def _unpack(tar: tarfile.TarFile, manifest: Manifest) -> int:
    data_dir = settings.CONFIGURATION.data_dir
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        tar.extractall(folder, filter="data")
        _load(Path(folder) / DATABASES[manifest.vendor])
        unpacked = Path(folder) / ARCHIVE
        if unpacked.is_dir():
            shutil.rmtree(data_dir / ARCHIVE, ignore_errors=True)
            unpacked.rename(data_dir / ARCHIVE)
    return len(manifest.parts) - 1


def _load(dump: Path) -> None:
    connections.close_all()
    if connection.vendor == "postgresql":
        run_postgres(
            "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
            f"--dbname={settings.DATABASES['default']['NAME']}", str(dump),
        )  # fmt: skip
        return
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    shutil.move(dump, target)


def _refusal(expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where="restore", expected=expected, found=found, action=action)
