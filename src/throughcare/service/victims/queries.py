"""Questions about protected persons' devices.

Only the worker asks for positions, and retention counts and erases them. No page, export or API does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Max, Min, Q, QuerySet
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import Interval
from throughcare.monitoring.fixes import Positions
from throughcare.service.victims.models import ProtectedDevice, ProtectedPosition, ProtectedStatus


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


def kept_from_us(protected_ref: str) -> int:
    """Return the instant before which a protected person's positions were erased; 0 where none were."""
    devices = ProtectedDevice.objects.filter(protected_ref=protected_ref)
    return int(devices.aggregate(a=Max("erased_before_us"))["a"] or 0)


def listed(*, now_us: int, ended: bool, first: int, most: int) -> tuple[list[ProtectedSpan], int]:
    """Return a part of the devices that are given, or of those taken back, and how many there are of them.

    Those that are given come by reference, those taken back the last first.
    """
    over = Q(to_us__isnull=False, to_us__lte=now_us)
    rows = ProtectedDevice.objects.filter(over if ended else ~over)
    ordered = rows.order_by("-to_us", "pk") if ended else rows.order_by("protected_ref", "from_us", "pk")
    return [_span(row) for row in ordered[first : first + most]], rows.count()


def device_given(number: int) -> ProtectedSpan | None:
    """Return one record of a device that is given without an end; None where there is none."""
    row = ProtectedDevice.objects.filter(pk=number, to_us__isnull=True).first()
    return None if row is None else _span(row)


def refs_with_device(*, now_us: int) -> set[str]:
    """Return the protected persons who carry a device now or will."""
    rows = ProtectedDevice.objects.filter(Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    return set(rows.values_list("protected_ref", flat=True))


def rows_before(before_us: int, *, keep_refs: Iterable[str]) -> list[QuerySet[Any]]:
    """Return what devices said before an instant, positions and statuses, without what is to be kept.

    Parameters
    ----------
    keep_refs : iterable of str
        The protected persons whose facts stay.
    """
    kept = Q(pk__in=[])
    for row in ProtectedDevice.objects.filter(protected_ref__in=set(keep_refs)):
        span = Q(device_id=row.device_id, t_us__gte=row.from_us)
        kept |= span if row.to_us is None else span & Q(t_us__lt=row.to_us)
    old = Q(t_us__lt=before_us) & ~kept
    return [ProtectedPosition.objects.filter(old), ProtectedStatus.objects.filter(old)]


def _spans(**wanted: object) -> list[ProtectedSpan]:
    rows = ProtectedDevice.objects.filter(**wanted).order_by("from_us", "pk")
    return [_span(row) for row in rows]


def _span(row: ProtectedDevice) -> ProtectedSpan:
    return ProtectedSpan(row.pk, row.protected_ref, row.device_id, Interval(row.from_us, row.to_us))
