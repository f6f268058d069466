"""Archiving: days that are past go from the database to files, and files go when their time is over.

The file is on the disk before the transaction that writes it down and takes the rows away, so that a stop at any
line leaves the facts in the one place, or in both, and never in none. Reading joins both and keeps each fact once.

A file is announced in the database before it is written, so that no run clears it away as a leftover; it counts from
the transaction that writes it down. That transaction finds everything as it was read, or undoes itself: a run that
lost its lease, two runs at once and a fact that is tied anew meanwhile cost time and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum

from throughcare.adapters.stores.archive import (
    KINDS,
    Part,
    checked,
    column_names,
    discard,
    merge_parts,
    rows_outside,
    without_rows,
    write_part,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, FOREVER_US, HOUR_US, MINUTE_US, Interval
from throughcare.service.monitoring.lines import Line
from throughcare.service.monitoring.models import ArchiveFile, Mark
from throughcare.service.monitoring.recorded import EPOCH, archive_folder, day_of
from throughcare.service.monitoring.rows import MODELS, FactRow

PART_ROWS = 500_000
COMPACT_FROM = 4  # a day in this many files is made one: late facts come in dribs
GRACE_US = HOUR_US  # a file that was replaced stays for those who opened it
LEASE_US = 10 * MINUTE_US  # renewed after every file: a run that was killed keeps the next one away no longer
_MARK, _FILES_MARK = "archive", "archive_files"
_KEYS = 10_000
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run of the archive did."""

    files: int = 0
    rows: int = 0
    compacted: int = 0
    removed: int = 0


class Overtaken(Exception):
    """Something changed since it was read; nothing was written."""


@dataclass(slots=True)
class _Lease:
    """The right to archive, until an instant that is moved on by compare-and-set."""

    clock: Clock
    until_us: int = 0

    def claim(self) -> bool:
        """Return whether nobody else holds it, or whoever held it has not renewed it for too long."""
        Mark.objects.get_or_create(name=_MARK)
        now_us = self.clock()
        free = Mark.objects.filter(name=_MARK, value__lte=now_us)
        self.until_us = now_us + LEASE_US
        return free.update(value=self.until_us, at_us=now_us) == 1

    def renew(self) -> None:
        """Move the end on.

        Raises
        ------
        Overtaken
            If it ran out and another run took it.
        """
        now_us = self.clock()
        mine = Mark.objects.filter(name=_MARK, value=self.until_us)
        if mine.update(value=now_us + LEASE_US, at_us=now_us) != 1:
            raise Overtaken
        self.until_us = now_us + LEASE_US

    def give_up(self) -> None:
        """Let the next run begin at once."""
        Mark.objects.filter(name=_MARK, value=self.until_us).update(value=0)


def archive(*, now_us: int, days: int, clock: Clock) -> Archived:
    """Move the facts of days that ended more than ``days`` days ago to the archive; one process at a time.

    Parameters
    ----------
    clock : callable
        The present, asked at each step: the lease is renewed by it.
    """
    lease = _Lease(clock)
    if not lease.claim():
        return Archived()
    done = Archived(removed=_sweep(now_us))
    last = day_of(now_us) - dt.timedelta(days=days + 1)
    try:
        for kind in KINDS:
            for day in _days(kind, last):
                lease.renew()
                while (moved := _moved(kind, day, now_us)) is not None:
                    done = replace(done, files=done.files + 1, rows=done.rows + moved)
                    lease.renew()
            for day in _crumbled(kind):
                lease.renew()
                _replace(kind, day, now_us)
                done = replace(done, compacted=done.compacted + 1)
    except Overtaken:
        return done  # the other run goes on with the rest
    lease.give_up()
    return done


def _moved(kind: str, day: dt.date, now_us: int) -> int | None:
    """Move one file's worth, however often what was read changed meanwhile; None where nothing is left."""
    while True:
        try:
            return _move_part(kind, day, now_us)
        except Overtaken:
            continue


def _sweep(now_us: int) -> int:
    """Remove replaced files whose grace is over, and files of a run that was stopped before announcing them.

    A file that was announced and never written down counts as replaced when it was announced.
    """
    with transaction.atomic():
        _hold_files(now_us)
        ArchiveFile.objects.filter(replaced_us__lt=now_us - GRACE_US).delete()
        known = set(ArchiveFile.objects.values_list("path", flat=True))
        return sum(discard(archive_folder(), kind=kind, keep=known) for kind in KINDS)


def _hold_files(now_us: int) -> None:
    """Keep others from announcing and from sweeping until the transaction ends."""
    Mark.objects.get_or_create(name=_FILES_MARK)
    Mark.objects.filter(name=_FILES_MARK).update(at_us=now_us)


def _announcer(kind: str, day: dt.date, now_us: int) -> Callable[[Part], None]:
    @transaction.atomic
    def announce(part: Part) -> None:
        _hold_files(now_us)
        row, made = ArchiveFile.objects.get_or_create(
            path=part.path, defaults={**_said(part, kind, day, now_us), "replaced_us": now_us}
        )
        if not made and row.replaced_us is not None:
            ArchiveFile.objects.filter(pk=row.pk).update(replaced_us=now_us)

    return announce


def _said(part: Part, kind: str, day: dt.date, now_us: int) -> dict[str, Any]:
    return {"day": day, "kind": kind, "rows": part.rows, "digest": part.digest, "written_us": now_us}


def _table(kind: str) -> FactRow:
    return MODELS[KINDS[kind]]


def _ready(kind: str) -> QuerySet[Any]:
    """Return the rows that are somebody's; nobody's rows wait in the database."""
    return _table(kind).objects.exclude(activation_id="")


def _days(kind: str, last: dt.date) -> list[dt.date]:
    stop_us = ((last - EPOCH).days + 1) * DAY_US
    found: list[dt.date] = []
    from_us = 0
    while (
        first_us := _ready(kind).filter(t_us__gte=from_us, t_us__lt=stop_us).aggregate(a=Min("t_us"))["a"]
    ) is not None:
        found.append(day_of(first_us))
        from_us = (first_us // DAY_US + 1) * DAY_US
    return found


def _move_part(kind: str, day: dt.date, now_us: int) -> int | None:
    """Move at most one file's worth of a day; None where nothing is left."""
    start_us = (day - EPOCH).days * DAY_US
    names = column_names(kind)
    rows = _ready(kind).filter(t_us__gte=start_us, t_us__lt=start_us + DAY_US)
    listed = list(rows.values_list("pk", *names)[:PART_ROWS])
    if not listed:
        return None
    keys, *columns = zip(*listed, strict=True)
    part = write_part(
        archive_folder(),
        kind=kind,
        day=day,
        columns=dict(zip(names, columns, strict=True)),
        announce=_announcer(kind, day, now_us),
    )
    with transaction.atomic():
        _write_down(part, kind, day, now_us)
        for first in range(0, len(keys), _KEYS):  # by key: rows that came since the reading stay
            some = keys[first : first + _KEYS]
            if _table(kind).objects.filter(pk__in=some).delete()[0] != len(some):
                raise Overtaken  # some were tied to somebody else meanwhile: they must not stand in this file
    return len(listed)


def _write_down(part: Part, kind: str, day: dt.date, now_us: int) -> None:
    """Let an announced file count from now on."""
    announced = ArchiveFile.objects.filter(path=part.path)
    if announced.update(**_said(part, kind, day, now_us), replaced_us=None) != 1:
        raise Overtaken  # this run stood still for longer than the grace, and the file was swept


def _crumbled(kind: str) -> list[dt.date]:
    live = ArchiveFile.objects.filter(kind=kind, replaced_us__isnull=True)
    counted = live.values("day").annotate(n=Count("pk"), rows_in=Sum("rows"))
    return [row["day"] for row in counted if row["n"] >= COMPACT_FROM and row["rows_in"] <= PART_ROWS]


def _live_parts(kind: str, day: dt.date) -> list[Part]:
    files = ArchiveFile.objects.filter(kind=kind, day=day, replaced_us__isnull=True).order_by("path")
    return [Part(*values) for values in files.values_list("path", "rows", "digest")]


def _replace(kind: str, day: dt.date, now_us: int, only: Collection[str] | None = None) -> int:
    """Put one file in the place of a day's files, with the facts of some activations only where that is said.

    Returns
    -------
    int
        How many facts went.

    Raises
    ------
    Overtaken
        If the day's files were replaced by others meanwhile.
    """
    parts = _live_parts(kind, day)
    merged = merge_parts(
        archive_folder(), parts, kind=kind, day=day, only=only, announce=_announcer(kind, day, now_us)
    )
    put_in_place(parts, merged, kind=kind, day=day, now_us=now_us)
    return sum(part.rows for part in parts) - (0 if merged is None else merged.rows)


@transaction.atomic
def put_in_place(parts: Sequence[Part], new: Part | None, *, kind: str, day: dt.date, now_us: int) -> None:
    """Let an announced file count, and the files in whose place it stands no more.

    Raises
    ------
    Overtaken
        If one of them was replaced by another meanwhile.
    """
    live = ArchiveFile.objects.filter(path__in=[part.path for part in parts], replaced_us__isnull=True)
    if live.update(replaced_us=now_us) != len(parts):
        raise Overtaken
    if new is not None:
        _write_down(new, kind, day, now_us)


def take_out(activation_id: str, within: Interval, *, now_us: int) -> dict[tuple[str, str], list[Line]]:
    """Take an activation's facts from outside a time out of the archive, and return them by kind and device.

    It belongs into the transaction that puts them elsewhere.

    Raises
    ------
    Overtaken
        If a file was replaced by another meanwhile.
    """
    found: dict[tuple[str, str], list[Line]] = {}
    span: dict[str, Any] = {
        "activation_id": activation_id,
        "from_us": within.start_us,
        "stop_us": within.stop_us,
    }
    for kind in KINDS:
        live = ArchiveFile.objects.filter(kind=kind, replaced_us__isnull=True).order_by("path")
        inside = live.filter(day__gt=day_of(within.start_us)) if within.start_us > 0 else live
        if within.stop_us < FOREVER_US:
            inside = inside.filter(day__lt=day_of(within.stop_us))
        for row in live.exclude(pk__in=inside.values("pk")):
            part = Part(row.path, row.rows, row.digest)
            taken = rows_outside(archive_folder(), part.path, kind=kind, **span)
            if not taken:
                continue
            announce = _announcer(kind, row.day, now_us)
            left = without_rows(archive_folder(), part, kind=kind, day=row.day, announce=announce, **span)
            put_in_place([part], left, kind=kind, day=row.day, now_us=now_us)
            for device_id, _, *values in taken:
                found.setdefault((kind, device_id), []).append([kind[0], *values])
    return found


def expire(*, now_us: int, before_us: int, keep: Collection[str]) -> int:
    """Take the days that ended before an instant out of the archive, but for the activations that must be kept.

    Returns
    -------
    int
        How many facts were taken out. Their files are removed by a later run of :func:`archive`.
    """
    gone = 0
    for kind in KINDS:
        live = ArchiveFile.objects.filter(kind=kind, replaced_us__isnull=True, day__lt=day_of(before_us))
        for day in sorted(set(live.values_list("day", flat=True))):
            gone += _replaced(kind, day, now_us, keep)
    return gone


def _replaced(kind: str, day: dt.date, now_us: int, keep: Collection[str]) -> int:
    while True:
        try:
            return _replace(kind, day, now_us, only=keep)
        except Overtaken:
            continue


def damaged() -> list[str]:
    """Return the files of the archive that are missing or not what was written down."""
    found: list[str] = []
    for path, rows, digest in ArchiveFile.objects.filter(replaced_us__isnull=True).values_list(
        "path", "rows", "digest"
    ):
        try:
            checked(archive_folder(), Part(path, rows, digest))
        except RefusedInput:
            found.append(path)
    return sorted(found)
