"""Backup: database and archive in one tar file, made while the service runs, every part with its checksum.

The database comes first and the archive after it. What the database let go of was in the archive before; so a fact is
in the one, in the other or in both, and restoring loses none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

import throughcare
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc
from throughcare.service.audit.queries import head

FORMAT = "throughcare.backup/1"
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
ARCHIVE = "archive"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``audit_seq`` and ``audit_hash`` are the log's end when it was begun."""

    format: str
    made: str
    version: str
    vendor: str
    audit_seq: int
    audit_hash: str
    parts: tuple[Part, ...]


def make_backup(out: Path) -> Manifest:
    """Write a backup of the running service and return what is in it, after reading it back.

    Parameters
    ----------
    out : Path
        A new file; it appears whole or not at all, readable by its owner only.

    Raises
    ------
    RefusedInput
        If the file exists, or the database's own tool is missing or fails.
    """
    if out.exists():
        raise RefusedInput(
            where=str(out), expected="a new file", found="one that exists", action="Choose another name."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    audit_seq, audit_hash = head()
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as folder:
        database = Path(folder) / DATABASES[connection.vendor]
        _dump(database)
        files = [(database.name, database), *_archive_files()]
        manifest = Manifest(
            format=FORMAT,
            made=iso_utc(settings.CLOCK()),
            version=throughcare.__version__,
            vendor=connection.vendor,
            audit_seq=audit_seq,
            audit_hash=audit_hash,
            parts=tuple(Part(name, path.stat().st_size, checksum(path)) for name, path in files),
        )
        whole = Path(folder) / "whole.tar"
        write_backup(whole, manifest, files)
        with open_backup(whole) as (read_back, _):
            assert read_back == manifest, "what was read back is what was written"
        whole.replace(out)
    return manifest


@contextmanager
def open_backup(path: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """Open a backup, after every checksum in it was compared.

    Raises
    ------
    RefusedInput
        If it is no backup, or a part is missing, strange or altered.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = _manifest(tar, path)
            _compare(tar, manifest, path)
            yield manifest, tar
    except (tarfile.TarError, KeyError, ValueError, TypeError) as problem:
        raise _refused(path, "a backup of throughcare", f"{type(problem).__name__}") from None


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return _digest(file)


def postgres_program(name: str) -> str:
    """Return the path of one of PostgreSQL's own programs.

    Raises
    ------
    RefusedInput
        If it is not on this machine.
    """
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise RefusedInput(
            where=name,
            expected="PostgreSQL's own tool on this machine",
            found="none",
            action="Install the package postgresql-client, of the server's version or newer.",
        )
    return found


def run_postgres(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database of the settings; the password is in no argument.

    Raises
    ------
    RefusedInput
        If it is missing or fails.
    """
    described = settings.DATABASES["default"]
    place = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    known = {variable: str(described[key]) for variable, key in place.items() if described.get(key)}
    options = {f"PG{key.upper()}": str(value) for key, value in described.get("OPTIONS", {}).items()}
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [postgres_program(name), *arguments],
        env={"PATH": os.defpath, **options, **known},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RefusedInput(
            where=name,
            expected="exit code 0",
            found=f"{done.returncode}: {done.stderr.strip()[-300:]}",
            action="Put right what it names; nothing half-written was kept.",
        )


def _dump(target: Path) -> None:
    if connection.vendor == "postgresql":
        run_postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return
    source = str(settings.DATABASES["default"]["NAME"])
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself


def _archive_files() -> list[tuple[str, Path]]:
    root = settings.CONFIGURATION.data_dir / ARCHIVE
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [(f"{ARCHIVE}/{path.relative_to(root).as_posix()}", path) for path in found]


def write_backup(whole: Path, manifest: Manifest, files: Sequence[tuple[str, Path]]) -> None:
    """Write the manifest and the files that it names to one file, readable by its owner only."""
    text = json.dumps(asdict(manifest), indent=1).encode()
    with os.fdopen(os.open(whole, os.O_CREAT | os.O_RDWR, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as tar:
            described = tarfile.TarInfo(MANIFEST)
            described.size = len(text)
            tar.addfile(described, io.BytesIO(text))
            for name, path in files:
                tar.add(path, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _manifest(tar: tarfile.TarFile, path: Path) -> Manifest:
    first = tar.next()
    file = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if file is None:
        raise _refused(path, f"{MANIFEST} first", "none")
    found: dict[str, Any] = json.load(file)
    if found.get("format") != FORMAT:
        raise _refused(path, f"the format {FORMAT}", str(found.get("format")))
    return Manifest(**{**found, "parts": tuple(Part(**part) for part in found["parts"])})


def _compare(tar: tarfile.TarFile, manifest: Manifest, path: Path) -> None:
    members = {member.name: member for member in tar.getmembers() if member.name != MANIFEST}
    expected = {part.name: part for part in manifest.parts}
    if members.keys() != expected.keys():
        strange = sorted(members.keys() ^ expected.keys())
        raise _refused(path, "the parts of its manifest and no others", f"missing or strange: {strange[:3]}")
    for name, member in members.items():
        file = tar.extractfile(member)
        if file is None or _digest(file) != expected[name].sha256:
            raise _refused(path, f"the checksum of {name}", "another: the backup was damaged")


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _refused(path: Path, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=str(path), expected=expected, found=found, action="Use another backup; nothing was changed."
    )
