"""Archiving: days that are past go from the database to files, and files go when their time is over.

The file is on the disk before the transaction that writes it down and takes the rows away, so that a stop at any
line leaves the facts in the one place, or in both, and never in none. Reading joins both and keeps each fact once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
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
    write_part,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.service.monitoring.models import ArchiveFile, Mark
from throughcare.service.monitoring.recorded import EPOCH, archive_folder, day_of
from throughcare.service.monitoring.rows import MODELS, FactRow

PART_ROWS = 500_000
COMPACT_FROM = 4  # a day in this many files is made one: late facts come in dribs
GRACE_US = HOUR_US  # a file that was replaced stays for those who opened it
LEASE_US = 6 * HOUR_US
_MARK = "archive"
_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run of the archive did."""

    files: int = 0
    rows: int = 0
    compacted: int = 0
    removed: int = 0


def archive(*, now_us: int, days: int) -> Archived:
    """Move the facts of days that ended more than ``days`` days ago to the archive; one process at a time."""
    if not _claimed(now_us):
        return Archived()
    removed = _sweep(now_us)
    last = day_of(now_us) - dt.timedelta(days=days + 1)
    files = rows = compacted = 0
    for kind in KINDS:
        for day in _days(kind, last):
            while (moved := _move_part(kind, day, now_us)) is not None:
                files, rows = files + 1, rows + moved
        for day in _crumbled(kind):
            _replace(kind, day, now_us)
            compacted += 1
    Mark.objects.filter(name=_MARK).update(value=0)
    return Archived(files=files, rows=rows, compacted=compacted, removed=removed)


def _claimed(now_us: int) -> bool:
    Mark.objects.get_or_create(name=_MARK)
    free = Mark.objects.filter(name=_MARK, value__lte=now_us)
    return free.update(value=now_us + LEASE_US, at_us=now_us) == 1


def _sweep(now_us: int) -> int:
    """Remove replaced files whose grace is over, and files of a run that was stopped before writing them down."""
    gone = ArchiveFile.objects.filter(replaced_us__lt=now_us - GRACE_US)
    gone.delete()
    known = set(ArchiveFile.objects.values_list("path", flat=True))
    return sum(discard(archive_folder(), kind=kind, keep=known) for kind in KINDS)


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
    part = write_part(archive_folder(), kind=kind, day=day, columns=dict(zip(names, columns, strict=True)))
    with transaction.atomic():
        _write_down(part, kind, day, now_us)
        for first in range(0, len(keys), _KEYS):  # by key: rows that came since the reading stay
            _table(kind).objects.filter(pk__in=keys[first : first + _KEYS]).delete()
    return len(listed)


def _write_down(part: Part, kind: str, day: dt.date, now_us: int) -> None:
    ArchiveFile.objects.update_or_create(
        path=part.path,
        defaults={
            "day": day,
            "kind": kind,
            "rows": part.rows,
            "digest": part.digest,
            "written_us": now_us,
            "replaced_us": None,
        },
    )


def _crumbled(kind: str) -> list[dt.date]:
    live = ArchiveFile.objects.filter(kind=kind, replaced_us__isnull=True)
    counted = live.values("day").annotate(n=Count("pk"), rows_in=Sum("rows"))
    return [row["day"] for row in counted if row["n"] >= COMPACT_FROM and row["rows_in"] <= PART_ROWS]


def _live_parts(kind: str, day: dt.date) -> list[Part]:
    files = ArchiveFile.objects.filter(kind=kind, day=day, replaced_us__isnull=True).order_by("path")
    return [Part(*values) for values in files.values_list("path", "rows", "digest")]


def _replace(kind: str, day: dt.date, now_us: int, only: Collection[str] | None = None) -> None:
    """Put one file in the place of a day's files, with the facts of some activations only where that is said."""
    parts = _live_parts(kind, day)
    merged = merge_parts(archive_folder(), parts, kind=kind, day=day, only=only)
    old = [part.path for part in parts if merged is None or part.path != merged.path]
    with transaction.atomic():
        ArchiveFile.objects.filter(path__in=old).update(replaced_us=now_us)
        if merged is not None:
            _write_down(merged, kind, day, now_us)


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
            before = sum(part.rows for part in _live_parts(kind, day))
            _replace(kind, day, now_us, only=keep)
            gone += before - sum(part.rows for part in _live_parts(kind, day))
    return gone


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
