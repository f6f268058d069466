"""Who may say what: facts of other devices, of disabled ones and of a flood are taken out, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from django.conf import settings

from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings
from throughcare.service.monitoring.credentials import Sender, senders_named
from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.ingest_reading import Read

Batch = TypeVar("Batch", Positions, Readings)
Why = tuple[str, str]  # reason and words


def speakers(read: Read, *, sender: Sender) -> dict[str, Sender]:
    """Return whom the facts are said to come from, by device."""
    devices = set(facts_by_device((read.positions, read.readings)))
    known = senders_named(devices - {sender.device_id}) if sender.is_gateway else {}
    return {name: known.get(name, Sender(name)) for name in devices} | {sender.device_id: sender}


def sort_out(
    read: Read, *, sender: Sender, devices: dict[str, Sender], delivery_id: str, now_us: int
) -> Delivery:
    """Return the delivery with what its sender may not say among its rejects.

    Parameters
    ----------
    devices : dict of str to Sender
        As :func:`speakers` returns them.
    """
    why = _why(sender, devices, now_us)
    positions, no_positions = _taken_out(read.positions, why, read.raw)
    readings, no_readings = _taken_out(read.readings, why, read.raw)
    return Delivery(
        delivery_id=delivery_id,
        positions=positions,
        readings=readings,
        rejects=(*read.rejects, *no_positions, *no_readings),
    )


def facts_by_device(batches: Iterable[Positions | Readings]) -> dict[str, int]:
    """Return how many facts there are of each device."""
    counts: dict[str, int] = {}
    for batch in batches:
        found = np.bincount(batch.key, minlength=len(batch.keys)).tolist() if len(batch) else []
        for name, count in zip(batch.keys, found, strict=False):
            counts[name] = counts.get(name, 0) + count
    return {name: count for name, count in counts.items() if count}


def limit_of(sender: Sender) -> int:
    """Return how many facts a minute a device may deliver."""
    default: int = settings.CONFIGURATION.device_facts_per_minute
    return sender.facts_per_minute or default


def _why(sender: Sender, devices: dict[str, Sender], now_us: int) -> dict[str, Why]:
    """Return the devices that the sender may not speak for now, and why."""
    others = {name: one for name, one in devices.items() if name != sender.device_id}
    if not sender.is_gateway:
        words = f"Expected facts of {sender.device_id}, whose key this is. Send them with a gateway's key."
        return dict.fromkeys(others, ("not_yours", words))
    found: dict[str, Why] = {}
    for name, one in others.items():
        wait_s = LIMITS.wait_s(name, per_minute=limit_of(one), now_us=now_us)
        if one.is_disabled:
            found[name] = ("device_disabled", "This device is disabled. Enable it, or take it out of use.")
        elif wait_s:
            words = (
                f"Expected at most {limit_of(one)} facts a minute of one device. Send again in {wait_s} s."
            )
            found[name] = ("too_many_facts", words)
    return found


def _taken_out(batch: Batch, why: dict[str, Why], raw: Callable[[int], str]) -> tuple[Batch, list[Reject]]:
    if not why or not len(batch):
        return batch, []
    bad = np.array([name in why for name in batch.keys], np.bool_)[batch.key]
    rejects = [
        _reject(batch.keys[key], row, why[batch.keys[key]], raw(row))
        for key, row in zip(batch.key[bad].tolist(), batch.row[bad].tolist(), strict=True)
    ]
    return batch.take(~bad), rejects


def _reject(device_id: str, row: int, why: Why, raw: str) -> Reject:
    return Reject(
        file="delivery", row=row, field="device", reason=why[0], words=why[1], key=device_id, raw=raw
    )


def named(delivery: Delivery, device_id: str) -> Delivery:
    """Return the delivery with its rejects that name no device put down to the one that sent them."""
    return replace(
        delivery, rejects=tuple(r if r.key else replace(r, key=device_id) for r in delivery.rejects)
    )
