"""Everything recorded of an activation: the rows of the database and the files of the archive together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from throughcare.adapters.stores.archive import KINDS, read_facts
from throughcare.kernel.time import DAY_US, FOREVER_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.items import canonical_fixes, canonical_statuses
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.runners.embedded import restored, unpacked
from throughcare.service.monitoring.models import ArchiveFile
from throughcare.service.monitoring.rows import read_between

Facts = TypeVar("Facts", Fixes, Statuses)
EPOCH = dt.date(1970, 1, 1)


def archive_folder() -> Path:
    """Return where the archive is kept."""
    folder: Path = settings.CONFIGURATION.data_dir / "archive"
    return folder


def day_of(t_us: int) -> dt.date:
    """Return the UTC day of an instant: the archive's partition."""
    return EPOCH + dt.timedelta(days=t_us // DAY_US)


def recorded(
    activation_id: str, *, from_us: int = -FOREVER_US, to_us: int = FOREVER_US
) -> tuple[Fixes, Statuses]:
    """Return the facts of an activation within ``[from_us, to_us)``, in canonical order, each once."""
    fixes = _both(Fixes, activation_id, from_us, to_us)
    statuses = _both(Statuses, activation_id, from_us, to_us)
    return canonical_fixes(fixes), canonical_statuses(statuses)


def _both(kind: type[Facts], activation_id: str, from_us: int, to_us: int) -> Facts:
    # rows before files: facts that move to the archive in between are then seen twice and not never
    live = read_between(kind, activation_id, from_us=from_us, to_us=to_us)
    paths = _paths(kind, from_us, to_us)
    folder = archive_folder()
    stored = read_facts(kind, folder, paths, activation_id=activation_id, from_us=from_us, to_us=to_us)
    return kind.concat([live, stored])


def _paths(kind: type[Fixes] | type[Statuses], from_us: int, to_us: int) -> list[str]:
    name = next(name for name, of in KINDS.items() if of is kind)
    files = ArchiveFile.objects.filter(kind=name, replaced_us__isnull=True)
    if from_us > 0:
        files = files.filter(day__gte=day_of(from_us))
    if to_us < FOREVER_US:
        files = files.filter(day__lte=day_of(to_us))
    return sorted(files.values_list("path", flat=True))


def whole_state(activation_id: str, blob: bytes) -> State | None:
    """Return a stored state with its facts put back; None where it is empty or damaged and must be made anew."""
    bare = unpacked(blob)
    if bare is None:
        return None
    base_us = bare.activations[activation_id].base_us
    return restored(bare, *recorded(activation_id, from_us=base_us + 1))
