"""The inbox: facts are durable here before they are acknowledged, and leave when they are evaluated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from throughcare.adapters.devices.parsed import EARLIEST_US
from throughcare.kernel.ids import content_hash
from throughcare.kernel.time import SECOND_US, iso_utc
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject as Refused
from throughcare.monitoring.screening import MAX_SKEW_S
from throughcare.monitoring.status import Readings, StatusKind
from throughcare.service.monitoring.delivery import Delivery, Stored
from throughcare.service.monitoring.lines import Line, body_of, lines_of
from throughcare.service.monitoring.models import InboxItem, Reject
from throughcare.service.monitoring.withholding import withheld

Batch = TypeVar("Batch", Positions, Readings)
LONGEST_ID = 64
_ITEM_FACTS = 5_000  # of one item that is put back
_SKEW_US = round(MAX_SKEW_S * SECOND_US)
_WORDS = {
    "not_on_earth": ("latitude", "Expected degrees on earth. Check the device or the mapping."),
    "clock_in_future": (
        "time",
        "Expected an instant at most 120 s after receipt. The device's clock is wrong.",
    ),
    "impossible_time": ("time", "Expected an instant after 1980. The device's clock is wrong."),
    "unknown_status_kind": ("kind", "Expected a status of the vocabulary. Correct the adapter."),
    "unusable_device_id": ("device", "Expected 1 to 64 printable characters. Correct the sender."),
}


def store(deliveries: Sequence[Delivery], *, now_us: int) -> tuple[Stored, ...]:
    """Make the deliveries durable, all or none; a delivery that was stored before changes nothing.

    What the clock of a device puts a little into the future waits in an item of its own until that time has come.
    """
    items: list[InboxItem] = []
    rejects: list[Reject] = []
    counts: list[Stored] = []
    for delivery in deliveries:
        kept = usable(delivery, now_us=now_us)
        items.extend(_items((kept.positions, kept.readings), kept.delivery_id, now_us))
        rejects.extend(reject_row(r, delivery_id=kept.delivery_id, at_us=now_us) for r in kept.rejects)
        counts.append(Stored(facts=len(kept.positions) + len(kept.readings), refused=len(kept.rejects)))
    with transaction.atomic():
        InboxItem.objects.bulk_create(items, ignore_conflicts=True)
        Reject.objects.bulk_create(withheld(rejects), ignore_conflicts=True)
    return tuple(counts)


def usable(delivery: Delivery, *, now_us: int) -> Delivery:
    """Return the delivery with the facts that nobody's device can have said among its rejects."""
    positions, no_positions = _sorted_out(delivery.positions, now_us)
    readings, no_readings = _sorted_out(delivery.readings, now_us)
    rejects = (*delivery.rejects, *no_positions, *no_readings)
    return replace(delivery, positions=positions, readings=readings, rejects=rejects)


def _sorted_out(batch: Batch, now_us: int) -> tuple[Batch, list[Refused]]:
    why = _faults(batch, now_us)
    if not (why != "").any():
        return batch, []
    refused = [_refusal(batch, int(row), str(why[row])) for row in np.flatnonzero(why != "")]
    return batch.take(why == ""), refused


def reject_row(refused: Refused, *, delivery_id: str, at_us: int) -> Reject:
    """Return the row that keeps a refused record, in text that every database takes."""
    device_id, raw = _text(refused.key)[:LONGEST_ID], _text(refused.raw)
    return Reject(
        digest=content_hash([device_id, refused.row if not raw else 0, refused.field, refused.reason, raw]),
        delivery_id=_text(delivery_id)[:LONGEST_ID],
        device_id=device_id,
        row=refused.row,
        field=refused.field[:100],
        reason=refused.reason[:80],
        words=_text(refused.words),
        raw=raw,
        at_us=at_us,
    )


def new_item(device_id: str, lines: Iterable[Line], *, delivery_id: str, received_us: int) -> InboxItem:
    """Return an item of some facts of one device."""
    listed = list(lines)
    body = body_of(listed)
    instants = [line[1] for line in listed]
    return InboxItem(
        device_id=device_id,
        digest=hashlib.sha256(body).hexdigest(),
        received_us=received_us,
        first_us=min(instants),
        last_us=max(instants),
        delivery_id=_text(delivery_id)[:LONGEST_ID],
        facts=body.count(b"\n") + 1,
        body=body,
    )


def put_back(device_id: str, lines: list[Line], *, received_us: int) -> None:
    """Put facts of a device into the inbox once more, to be tied anew."""
    parts = (lines[first : first + _ITEM_FACTS] for first in range(0, len(lines), _ITEM_FACTS))
    items = [new_item(device_id, part, delivery_id="requeued", received_us=received_us) for part in parts]
    InboxItem.objects.bulk_create(items, ignore_conflicts=True)


def _text(value: str) -> str:
    """Return text without the NUL that PostgreSQL refuses and the half characters that no encoding has."""
    return value.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()


def _faults(batch: Positions | Readings, now_us: int) -> NDArray[np.str_]:
    why = np.full(len(batch), "", dtype="U20")
    if not len(batch):
        return why
    if isinstance(batch, Positions):
        on_earth = (np.abs(batch.lat_deg) <= 90.0) & (np.abs(batch.lon_deg) <= 180.0)
        why[~on_earth] = "not_on_earth"
    else:
        why[~np.isin(batch.kind, list(StatusKind))] = "unknown_status_kind"
    why[batch.t_us < EARLIEST_US] = "impossible_time"
    why[batch.t_us > now_us + _SKEW_US] = "clock_in_future"
    usable = np.array([_usable(name) for name in batch.keys], np.bool_)
    why[~usable[batch.key]] = "unusable_device_id"
    return why


def _usable(name: str) -> bool:
    return 0 < len(name) <= LONGEST_ID and name.isprintable()


def _refusal(batch: Positions | Readings, row: int, reason: str) -> Refused:
    field, words = _WORDS[reason]
    t_us = int(batch.t_us[row])
    at = f" Found {iso_utc(t_us)}." if field == "time" and 0 <= t_us < 2**52 else ""
    return Refused(
        file="delivery",
        row=int(batch.row[row]),
        field=field,
        reason=reason,
        words=words + at,
        key=batch.keys[batch.key[row]],
        raw=json.dumps(lines_of(batch.take(np.array([row])))[0]),
    )


def _items(batches: Iterable[Positions | Readings], delivery_id: str, now_us: int) -> list[InboxItem]:
    groups: dict[tuple[str, bool], list[Line]] = {}
    owners = chain.from_iterable((batch.keys[i] for i in batch.key.tolist()) for batch in batches)
    lines = chain.from_iterable(lines_of(batch) for batch in batches)
    for device_id, line in zip(owners, lines, strict=True):
        groups.setdefault((device_id, line[1] > now_us), []).append(line)
    return [
        new_item(device_id, group, delivery_id=delivery_id, received_us=now_us)
        for (device_id, _), group in groups.items()
    ]
