"""The doctor's checks: each says what was expected, what was found and what to do; none changes anything."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection

from throughcare.kernel.time import iso_utc
from throughcare.service.access.queries import opened_since
from throughcare.service.audit.queries import newest_us, verify
from throughcare.service.monitoring.measures import archive_listing, standing_still, waiting
from throughcare.service.operations.backups import ARCHIVE, checksum
from throughcare.service.operations.chores import RunOutcome, is_overdue
from throughcare.service.operations.queries import chores, last_run, worker_beats
from throughcare.service.operations.upgrading import standing

SILENT_US = 60_000_000  # a worker that has not been heard for so long is gone
_LATE_US = 120_000_000
_SKEW_US = 2_000_000
_TAIL, _FILES = 1000, 20
_FREE_SHARE, _FREE_BYTES = 0.10, 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's outcome."""

    subject: str
    is_fine: bool
    found: str
    expected: str = ""
    action: str = ""


Check = Callable[[int, bool], Iterator[Finding]]


def examine(*, thorough: bool = False) -> Iterator[Finding]:
    """Yield what every check found; a later check is left out where an earlier one shows that it cannot run.

    Parameters
    ----------
    thorough : bool
        Read the whole audit log and every file of the archive, not only the newest.
    """
    now_us = settings.CLOCK()
    for check in (_settings, _folder, _disk, _database):
        yield from check(now_us, thorough)
    fits = _migrations()
    yield fits
    if not fits.is_fine:
        return
    for check in (_clock, _static, _workers, _inbox, _chores, _emergency, _audit, _archive):
        yield from check(now_us, thorough)


def _settings(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001 - all checks have one shape
    chosen = settings.CONFIGURATION
    if chosen.demo:
        yield Finding(subject="settings", is_fine=True, found="a demonstration: invented data only")
        return
    outside = [name for name in chosen.hosts if name not in {"localhost", "127.0.0.1", "[::1]"}]
    yield Finding(
        subject="settings: hosts",
        is_fine=bool(outside) and "*" not in outside,
        found=", ".join(chosen.hosts),
        expected="the names under which staff reach the service",
        action="Set THROUGHCARE_HOSTS.",
    )
    yield Finding(
        subject="settings: second factor",
        is_fine=chosen.require_mfa,
        found="demanded" if chosen.require_mfa else "not demanded",
        expected="demanded of all staff",
        action="Remove THROUGHCARE_REQUIRE_MFA=no, unless the organisation's own sign-in demands one.",
    )


def _folder(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    folder = settings.CONFIGURATION.data_dir
    mode = stat.S_IMODE(folder.stat().st_mode) if folder.is_dir() else 0
    yield Finding(
        subject="data folder",
        is_fine=mode != 0 and not mode & stat.S_IRWXO,
        found=f"{folder}, mode {mode:03o}" if mode else f"{folder} is not there",
        expected="a folder that nobody else can read",
        action=f"chmod o-rwx {folder}" if mode else f"install -d -m 750 {folder}",
    )


def _disk(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    folder = settings.CONFIGURATION.data_dir
    if not folder.is_dir():
        return
    usage = shutil.disk_usage(folder)
    yield Finding(
        subject="disk",
        is_fine=usage.free > max(_FREE_BYTES, _FREE_SHARE * usage.total),
        found=f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f}",
        expected=f"at least {_FREE_SHARE:.0%} and {_FREE_BYTES / 1e9:.0f} GB free",
        action="Make room before it is full: a full disk stops intake.",
    )


def _database(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
            names = [*wanted, "synchronous_commit", "server_version"]
            values = {name: _setting(cursor, name) for name in names}
            lax = [f"{name}={values[name]}" for name in wanted if values[name] != wanted[name]]
            lax += ["synchronous_commit=off"] if values["synchronous_commit"] == "off" else []
            found = f"PostgreSQL {values['server_version']}" + (f", but {', '.join(lax)}" if lax else "")
            action = "Put the server's settings back: without them what was acknowledged can be lost."
            fine = not lax
        else:
            cursor.execute("PRAGMA quick_check" if thorough else "PRAGMA journal_mode")
            answer = cursor.fetchone()[0]
            fine, found = answer in {"ok", "wal"}, f"SQLite, {answer}"
            action = "Restore the newest sound backup."
    yield Finding(
        subject="database", is_fine=fine, found=found, expected="one that keeps what it took", action=action
    )


def _setting(cursor: object, name: str) -> str:
    cursor.execute("SELECT current_setting(%s)", [name])  # type: ignore[attr-defined]
    return str(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _migrations() -> Finding:
    found = standing()
    return Finding(
        subject="migrations",
        is_fine=not found.pending and not found.unknown,
        found=f"{len(found.pending)} pending, {len(found.unknown)} of a newer version",
        expected="the database and the code of one version",
        action="throughcare serve --migrate, after a backup; or run the newer version.",
    )


def _clock(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    found_us = newest_us() or 0
    subject, expected = "clock", "not behind what is already recorded"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
            apart_us = abs(int(cursor.fetchone()[0]) - settings.CLOCK())
        yield Finding(
            subject="clock: database",
            is_fine=apart_us <= _SKEW_US,
            found=f"{apart_us / 1e6:.1f} s apart",
            expected=f"at most {_SKEW_US / 1e6:.0f} s apart",
            action="Let one time service set both machines.",
        )
    yield Finding(
        subject=subject,
        is_fine=found_us <= now_us + _SKEW_US,
        found=f"now {iso_utc(now_us)}" + (f", newest entry {iso_utc(found_us)}" if found_us else ""),
        expected=expected,
        action="Set the clock of this machine: instants decide what is a violation.",
    )


def _static(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    known = len(getattr(staticfiles_storage, "hashed_files", {}))
    yield Finding(
        subject="front-end files",
        is_fine=known > 0,
        found=f"{known} collected",
        expected="collected to the data folder",
        action="throughcare serve collects them; the package must hold what `make` copies from npm.",
    )


def _workers(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    running = [beat for beat in worker_beats() if beat.stopped_us is None]
    silent = [beat.worker for beat in running if now_us - beat.beat_us > SILENT_US]
    yield Finding(
        subject="workers",
        is_fine=len(running) > len(silent) == 0,
        found=f"{len(running) - len(silent)} at work" + (f", silent: {', '.join(silent)}" if silent else ""),
        expected="at least one, and none that fell silent without leaving",
        action="Start `throughcare worker`; a silent one's log says why. One that is gone for good is forgotten in a day.",
    )
    troubled = [f"{beat.worker}: {beat.trouble}" for beat in running if beat.trouble]
    if troubled:
        yield Finding(
            subject="workers: trouble",
            is_fine=False,
            found="; ".join(troubled),
            expected="passes that end",
            action="See the worker's log, the line before.",
        )


def _inbox(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    found = waiting()
    age_s = 0.0 if found.oldest_us is None else (now_us - found.oldest_us) / 1e6
    yield Finding(
        subject="inbox",
        is_fine=age_s * 1e6 <= _LATE_US,
        found=f"{found.items} waiting, the oldest {age_s:.0f} s",
        expected=f"nothing older than {_LATE_US / 1e6:.0f} s",
        action="Start more workers; a full disk or a locked database shows in their logs.",
    )
    stuck = standing_still()
    yield Finding(
        subject="engine",
        is_fine=stuck == 0,
        found=f"{stuck} activations stand still",
        expected="every activation evaluated",
        action="The desk lists them with the record that cannot be digested.",
    )


def _chores(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    for chore in chores():
        last = last_run(chore.name)
        failed = last is not None and last.outcome == RunOutcome.FAILED
        done = "never done" if chore.done_us is None else f"last done {iso_utc(chore.done_us)}"
        yield Finding(
            subject=f"chore: {chore.name}",
            is_fine=not is_overdue(chore, now_us=now_us) and not failed,
            found=done + (f", then failed: {last.error}" if last is not None and failed else ""),
            expected="done when it is due, or soon after",
            action="See the workers' logs, and the auditor's page of daily chores, for what stops it.",
        )


def _emergency(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    waiting = opened_since(now_us)
    untold = sum(each.told_us is None and each.is_told_late(now_us) for each in waiting)
    overdue = sum(each.is_overdue(now_us) for each in waiting)
    yield Finding(
        subject="emergency access",
        is_fine=not untold and not overdue,
        found=f"{untold} openings that no senior was told of in time, {overdue} reviews overdue",
        expected="a senior told within 5 minutes, and a review within a day",
        action="Ring the seniors of the team; the auditor's page of emergency access lists them. "
        "A webhook for break_glass_used tells them at once.",
    )


def _audit(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    verdict = verify(last=None if thorough else _TAIL)
    yield Finding(
        subject="audit log",
        is_fine=verdict.broken_at is None,
        found=f"{verdict.checked} entries checked: {verdict.words}",
        expected="every entry fits the one before it",
        action="Somebody changed the log beside the service. Keep this database; compare it with a backup.",
    )


def _archive(now_us: int, thorough: bool) -> Iterator[Finding]:  # noqa: FBT001
    root = settings.CONFIGURATION.data_dir / ARCHIVE
    listed = archive_listing(newest=None if thorough else _FILES)
    wrong = [path for path, digest in listed if not _fits(root / path, digest)]
    yield Finding(
        subject="archive",
        is_fine=not wrong,
        found=f"{len(listed) - len(wrong)} of {len(listed)} files fit"
        + (f"; not {wrong[0]}" if wrong else ""),
        expected="each file as it was written",
        action="Restore those files from a backup.",
    )


def _fits(path: Path, digest: str) -> bool:
    return path.is_file() and checksum(path) == digest
