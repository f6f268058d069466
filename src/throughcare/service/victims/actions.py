"""What changes the record of protected persons' devices. The log names the reference, and neither device nor place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.status import Readings, Statuses
from throughcare.service.audit.actions import record
from throughcare.service.victims.models import ProtectedDevice, ProtectedPosition, ProtectedStatus
from throughcare.service.viewer import Viewer

_TABLES: dict[type, type[ProtectedPosition] | type[ProtectedStatus]] = {
    Positions: ProtectedPosition,
    Readings: ProtectedStatus,
    Fixes: ProtectedPosition,
    Statuses: ProtectedStatus,
}


@transaction.atomic
def give_device(
    *, by: Viewer, now_us: int, protected_ref: str, device_id: str, from_us: int, to_us: int | None = None
) -> int:
    """Record that a protected person carries a device from an instant on; return the record's number.

    Raises
    ------
    RefusedInput
        If the device is with another protected person at the time, or the times are not in order.
    """
    record(viewer=by, action="protected_device_given", subject=f"protected:{protected_ref}", at_us=now_us)
    if to_us is not None and to_us <= from_us:
        raise _refusal("an end after the beginning", "an end before it", "Correct the times.")
    others = ProtectedDevice.objects.filter(device_id=device_id)
    others = others.filter(Q(to_us__isnull=True) | Q(to_us__gt=from_us))
    if (others if to_us is None else others.filter(from_us__lt=to_us)).exists():
        raise _refusal(
            "a device that no protected person carries at the time",
            "one that is given",
            "Take it back first.",
        )
    row = ProtectedDevice.objects.create(
        protected_ref=protected_ref, device_id=device_id, from_us=from_us, to_us=to_us, recorded_us=now_us
    )
    return int(row.pk)


@transaction.atomic
def take_device_back(*, by: Viewer, now_us: int, number: int, at_us: int) -> ProtectedDevice:
    """Record that a device is with a protected person no longer; return its row as it stands.

    Raises
    ------
    RefusedInput
        If there is no such record, it has ended, or the instant is before its beginning.
    """
    row = ProtectedDevice.objects.filter(pk=number).first()
    ref = "" if row is None else row.protected_ref
    record(viewer=by, action="protected_device_taken_back", subject=f"protected:{ref}", at_us=now_us)
    ending = ProtectedDevice.objects.filter(pk=number, to_us__isnull=True, from_us__lt=at_us)
    if row is None or ending.update(to_us=at_us) != 1:
        raise _refusal("a device that is given since before that", "none", "Look at the list again.")
    row.to_us = at_us
    return row


def note_erased(*, before_us: int, keep_refs: Collection[str]) -> None:
    """Note of every device but those of some persons that what it said before an instant is erased."""
    devices = ProtectedDevice.objects.filter(from_us__lt=before_us, erased_before_us__lt=before_us)
    devices.exclude(protected_ref__in=list(keep_refs)).update(erased_before_us=before_us)


def keep(batch: Positions | Readings, *, device_ids: Sequence[str]) -> None:
    """Keep facts of protected persons' devices; those that are there already stay as they are."""
    if not len(batch):
        return
    stored = batch.FACTS | {"received_us": (np.int64, NO_TIME_US)}
    columns = [_values(getattr(batch, name), missing) for name, (_, missing) in stored.items()]
    digests = [format(word, "016x") for word in batch.content().tolist()]
    model: Any = _TABLES[type(batch)]
    model.objects.bulk_create(
        [
            model(device_id=device_id, digest=digest, **dict(zip(stored, values, strict=True)))
            for device_id, digest, *values in zip(device_ids, digests, *columns, strict=True)
        ],
        ignore_conflicts=True,
    )


def release(kind: type[Positions] | type[Readings], *, device_id: str, from_us: int) -> list[tuple[Any, ...]]:
    """Take out what a device said from an instant on, and return it: receipt, then the kind's facts in order."""
    rows = _TABLES[kind].objects.filter(device_id=device_id, t_us__gte=from_us)
    found = list(rows.values_list("received_us", *kind.FACTS))
    rows.delete()
    return found


def _values(column: Any, missing: float) -> list[Any]:  # noqa: ANN401 - a column of either type
    values = column.tolist()
    return [None if v != v else v for v in values] if missing != missing else values  # noqa: PLR0124 - NaN


def _refusal(expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where="protected device", expected=expected, found=found, action=action)
