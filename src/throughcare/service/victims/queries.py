"""Questions about protected persons' devices. Only the worker asks for positions; no page, export or API does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Min
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import Interval
from throughcare.monitoring.fixes import Positions
from throughcare.service.victims.models import ProtectedDevice, ProtectedPosition


@dataclass(frozen=True, slots=True)
class ProtectedSpan:
    """Which device is with which protected person; ``interval`` is half-open."""

    number: int
    protected_ref: str
    device_id: str
    interval: Interval


def spans_of_devices(device_ids: Iterable[str]) -> list[ProtectedSpan]:
    """Return when each of the devices was with a protected person, by start."""
    return _spans(device_id__in=set(device_ids))


def spans_of_person(protected_ref: str) -> list[ProtectedSpan]:
    """Return the devices of a protected person, by start."""
    return _spans(protected_ref=protected_ref)


def protected_spans() -> list[ProtectedSpan]:
    """Return every device of a protected person, by start."""
    return _spans()


def is_with_protected(device_id: str, interval: Interval) -> bool:
    """Return whether a protected person carries a device at any time of an interval."""
    return any(span.interval.intersect(interval) for span in spans_of_devices([device_id]))


def positions_between(protected_ref: str, *, from_us: int, to_us: int) -> Positions:
    """Return a protected person's positions within ``[from_us, to_us)``, keyed by the reference, in no order."""
    stored = Positions.FACTS | {"received_us": (np.int64, NO_TIME_US)}
    rows: list[tuple[Any, ...]] = []
    for span in spans_of_person(protected_ref):
        first_us, stop_us = max(from_us, span.interval.start_us), min(to_us, span.interval.stop_us)
        found = ProtectedPosition.objects.filter(
            device_id=span.device_id, t_us__gte=first_us, t_us__lt=stop_us
        )
        rows.extend(found.values_list(*stored))
    if not rows:
        return Positions.empty()
    columns: dict[str, NDArray[Any]] = {
        name: np.array(column, dtype=dtype)
        for (name, (dtype, _)), column in zip(stored.items(), zip(*rows, strict=True), strict=True)
    }
    return Positions.build(key=np.zeros(len(rows), np.int64), keys=(protected_ref,), **columns)


def first_position_us(protected_ref: str) -> int | None:
    """Return the instant of the oldest position that is kept of a protected person; None where there is none."""
    devices = {span.device_id for span in spans_of_person(protected_ref)}
    first: int | None = ProtectedPosition.objects.filter(device_id__in=devices).aggregate(a=Min("t_us"))["a"]
    return first


def _spans(**wanted: object) -> list[ProtectedSpan]:
    rows = ProtectedDevice.objects.filter(**wanted).order_by("from_us", "pk")
    return [
        ProtectedSpan(row.pk, row.protected_ref, row.device_id, Interval(row.from_us, row.to_us))
        for row in rows
    ]
