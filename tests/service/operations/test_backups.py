"""Backup and restore: a round trip on both databases, older ones brought up, damaged ones refused."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.service.operations.installations import Installation
from throughcare.kernel.errors import RefusedInput
from throughcare.service.operations.backups import (
    FORMAT,
    Manifest,
    Part,
    checksum,
    open_backup,
    write_backup,
)
from throughcare.service.operations.upgrading import prepare_database

Install = Callable[..., Installation]
FILL = """
import hashlib
from django.conf import settings
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.models import ArchiveFile
from throughcare.service.viewer import system
for number in range(25):
    record(viewer=system("test"), action="looked", subject=f"page:{number}", at_us=1_000_000 + number)
folder = settings.CONFIGURATION.data_dir / "archive" / "positions"
folder.mkdir(parents=True)
(folder / "2026-03-01.parquet").write_bytes(b"a day of positions")
ArchiveFile.objects.create(
    path="positions/2026-03-01.parquet", day="2026-03-01", kind="positions", rows=1, written_us=1,
    digest=hashlib.sha256(b"a day of positions").hexdigest(),
)
"""
COUNT = "from throughcare.service.audit.models import Entry; print(Entry.objects.count())"


@pytest.fixture
def filled(install: Install) -> Installation:
    """An installation with a log and a day in the archive."""
    place = install("source")
    place.python(FILL)
    return place


def test_what_was_backed_up_is_what_is_restored(
    filled: Installation, install: Install, tmp_path: Path
) -> None:
    backup, target = tmp_path / "backup.tar", install("target", empty=True)
    made = filled.run("backup", str(backup))
    assert made.returncode == 0, made.stderr
    assert backup.stat().st_mode & 0o077 == 0
    restored = target.run("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert "restored 1 files of the archive and 25 entries" in restored.stdout
    assert target.python(COUNT).strip() == "25"
    assert (target.data_dir / "archive/positions/2026-03-01.parquet").read_bytes() == b"a day of positions"
    again = target.run("restore", str(backup))
    assert again.returncode == 1
    assert "an empty folder" in again.stderr


def test_an_older_backup_is_brought_up_to_this_version(
    filled: Installation, install: Install, tmp_path: Path
) -> None:
    filled.python(
        "from django.core.management import call_command\ncall_command('migrate', 'audit', '0001', verbosity=0)"
    )
    backup, target = tmp_path / "older.tar", install("target", empty=True)
    assert filled.run("backup", str(backup)).returncode == 0
    restored = target.run("restore", str(backup))
    assert "migrations applied: audit.0002_append_only" in restored.stdout
    assert "25 entries checked: every entry fits" in target.run("audit", "verify").stdout


@pytest.mark.django_db
def test_a_database_of_a_newer_version_is_refused() -> None:
    MigrationRecorder(connection).record_applied("audit", "0099_from_the_future")
    with pytest.raises(RefusedInput, match=r"audit\.0099_from_the_future"):
        prepare_database(migrate=True)


@pytest.mark.django_db
def test_a_database_of_an_older_version_is_refused_unless_it_is_to_be_migrated() -> None:
    MigrationRecorder(connection).record_unapplied("audit", "0002_append_only")
    with pytest.raises(RefusedInput, match=r"start with --migrate") as refused:
        prepare_database(migrate=False)
    assert "audit.0002_append_only" in refused.value.found


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A whole backup of an invented database file and one day."""
    database, day = tmp_path / "database.sqlite3", tmp_path / "day.parquet"
    database.write_bytes(b"a database" * 500)
    day.write_bytes(b"a day of positions")
    files = [(database.name, database), ("archive/day.parquet", day)]
    parts = tuple(Part(name, path.stat().st_size, checksum(path)) for name, path in files)
    whole = tmp_path / "whole.tar"
    write_backup(whole, Manifest(FORMAT, "2026-03-09T12:00:00Z", "0", "sqlite", 0, "", parts), files)
    return whole


def test_a_whole_backup_opens(backup: Path) -> None:
    with open_backup(backup) as (manifest, _):
        assert [part.name for part in manifest.parts] == ["database.sqlite3", "archive/day.parquet"]


@pytest.mark.parametrize("damage", ["a bit", "the end", "a part", "another format", "a strange part"])
def test_a_damaged_backup_is_refused(backup: Path, damage: str) -> None:
    spoil(backup, damage)
    with pytest.raises(RefusedInput), open_backup(backup):
        pass


def spoil(backup: Path, damage: str) -> None:
    content = bytearray(backup.read_bytes())
    if damage == "a bit":
        content[content.index(b"a day of positions")] ^= 1
    elif damage == "the end":
        del content[len(content) // 4 :]
    elif damage == "another format":
        place = content.index(b"throughcare.backup/1")
        content[place : place + 20] = b"throughcare.backup/9"
    elif damage == "a strange part":
        with tarfile.open(backup, "a") as tar:
            tar.add(__file__, arcname="archive/strange.parquet")
        return
    else:
        with tarfile.open(backup) as tar:
            member = tar.getmember("archive/day.parquet")
        del content[member.offset_data - 512 : member.offset_data + 512]
    backup.write_bytes(content)
