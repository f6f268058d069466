"""How many facts of a delivery are held already: said twice in it, waiting in the inbox, or evaluated.

This only counts. What makes a fact count once is the inbox's and the fact tables' own constraint; facts that went
to the archive are not looked up, and count as new.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.monitoring.lines import lines_of, parsed
from throughcare.service.monitoring.models import InboxItem
from throughcare.service.monitoring.rows import MODELS
from throughcare.service.orders.queries import activations_for_devices

Told = tuple[Any, ...]  # device and line
_PART = 500
_MOST_ITEMS = 200  # bodies looked into; a device with more of them waiting is behind by days


def held_already(positions: Positions, readings: Readings) -> int:
    """Return how many of the facts add nothing to what is held."""
    of_device: dict[str, list[Told]] = {}
    for told in (*_told(positions), *_told(readings)):
        of_device.setdefault(str(told[0]), []).append(told)
    names = sorted(of_device)
    every = (names[first : first + _PART] for first in range(0, len(names), _PART))
    return sum(_held([told for name in part for told in of_device[name]], part) for part in every)


def _held(told: list[Told], devices: list[str]) -> int:
    new = set(told)
    new.difference_update(_waiting(devices, new))
    if new:
        new.difference_update(_evaluated(devices, new))
    return len(told) - len(new)


def _told(batch: Positions | Readings) -> Iterator[Told]:
    owners = (batch.keys[i] for i in batch.key.tolist())
    return ((owner, *line) for owner, line in zip(owners, lines_of(batch), strict=True))


def _waiting(devices: list[str], told: set[Told]) -> Iterator[Told]:
    instants = _instants(told)
    rows = InboxItem.objects.filter(
        device_id__in=devices, last_us__gte=instants[0], first_us__lte=instants[-1]
    ).order_by("-pk")
    for device_id, body in rows.values_list("device_id", "body")[:_MOST_ITEMS]:
        yield from ((device_id, *line) for line in parsed(bytes(body)))


def _evaluated(devices: list[str], told: set[Told]) -> Iterator[Told]:
    owners = ["", *(span.activation_id for span in activations_for_devices(devices))]
    for kind, mark in ((Positions, "p"), (Readings, "s")):
        instants = _instants({line for line in told if line[1] == mark})
        for first in range(0, len(instants), _PART):
            rows = MODELS[kind].objects.filter(
                activation_id__in=owners, t_us__in=instants[first : first + _PART], device_id__in=devices
            )
            for device_id, *values in rows.values_list("device_id", *kind.FACTS):
                yield (device_id, mark, *values)


def _instants(told: set[Told]) -> list[int]:
    return sorted({line[2] for line in told})
