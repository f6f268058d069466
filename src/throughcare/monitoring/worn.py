"""Which activation a device was in at an instant, for whole columns at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from throughcare.kernel.columns import Ints
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import Interval, iso_utc


class ActivationLike(Protocol):
    """What screening needs to know of an activation; :class:`throughcare.orders.model.Activation` fits."""

    @property
    def activation_id(self) -> str:
        """Id of the activation."""

    @property
    def device_id(self) -> str:
        """The device worn."""

    @property
    def home_unit_id(self) -> str | None:
        """The home unit, if there is one."""

    @property
    def interval(self) -> Interval:
        """When the device was on the person, half-open."""


Entry = tuple[str, Interval, int]  # a device or home unit, when, and the number of the activation


@dataclass(frozen=True, slots=True)
class Lane:
    """Activations of which no two of one name overlap, ready to be looked up.

    Parameters
    ----------
    place : dict of str to int
        Device or home unit to its number.
    starts_us : int64 array, sorted
        Every distinct start.
    slot, name, start_us, stop_us, activation : int64 arrays of one length, in order of ``slot``
        ``slot`` puts name and rank of the start into one number, so that one search finds the last start at
        or before an instant.
    """

    place: dict[str, int]
    starts_us: Ints
    slot: Ints
    name: Ints
    start_us: Ints
    stop_us: Ints
    activation: Ints

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> Lane:
        """Return the lane of entries that do not overlap."""
        listed = list(entries)
        place = {name: i for i, name in enumerate(sorted({name for name, _, _ in listed}))}
        listed.sort(key=lambda entry: (place[entry[0]], entry[1].start_us))
        start_us = np.array([interval.start_us for _, interval, _ in listed], dtype=np.int64)
        names = np.array([place[name] for name, _, _ in listed], dtype=np.int64)
        starts_us = np.unique(start_us)
        return cls(
            place=place,
            starts_us=starts_us,
            slot=names * (len(starts_us) + 1) + np.searchsorted(starts_us, start_us, side="right"),
            name=names,
            start_us=start_us,
            stop_us=np.array([interval.stop_us for _, interval, _ in listed], dtype=np.int64),
            activation=np.array([number for _, _, number in listed], dtype=np.int64),
        )

    def codes(self, keys: Sequence[str], key: Ints) -> Ints:
        """Return the number of each row's name, -1 where the lane does not know it."""
        return np.array([self.place.get(name, -1) for name in keys] + [-1], dtype=np.int64)[key]

    def find(self, code: Ints, t_us: Ints) -> Ints:
        """Return the activation that holds each instant, -1 where there is none. Half-open intervals."""
        if not len(self.slot):
            return np.full(len(code), -1, dtype=np.int64)
        wanted = code * (len(self.starts_us) + 1) + np.searchsorted(self.starts_us, t_us, side="right")
        last = np.searchsorted(self.slot, wanted, side="right") - 1
        inside = (code >= 0) & (last >= 0) & (self.name[last] == code) & (t_us < self.stop_us[last])
        return np.where(inside, self.activation[last], -1)

    def of(self, code: int) -> list[tuple[int, int, int]]:
        """Return (start_us, stop_us, activation) of one name, in time order."""
        first, end = np.searchsorted(self.name, [code, code + 1])
        return [
            (int(self.start_us[i]), int(self.stop_us[i]), int(self.activation[i])) for i in range(first, end)
        ]


def distinct(activations: Iterable[ActivationLike]) -> list[ActivationLike]:
    """Return each activation once; several versions of an order repeat theirs.

    Raises
    ------
    RefusedInput
        If one id stands for two different activations.
    """
    seen: dict[str, ActivationLike] = {}
    for item in activations:
        other = seen.setdefault(item.activation_id, item)
        if _facts(other) != _facts(item):
            raise RefusedInput(
                where=f"activation {item.activation_id}",
                expected="one device, home unit and interval for each activation id",
                found=f"{_shown(other)} and {_shown(item)}",
                action="Give each fitting of a device its own id, or give only the order version in force.",
            )
    return list(seen.values())


def by_device(activations: Sequence[ActivationLike]) -> Lane:
    """Return the activations by device.

    Raises
    ------
    RefusedInput
        If two activations put one device on a person, or on two, at once.
    """
    entries = [(item.device_id, item.interval, number) for number, item in enumerate(activations)]
    entries.sort(key=lambda entry: (entry[0], entry[1].start_us))
    for earlier, later in pairwise(entries):
        if earlier[0] == later[0] and earlier[1].intersect(later[1]):
            first, second = activations[earlier[2]], activations[later[2]]
            raise RefusedInput(
                where=f"device {earlier[0]}",
                expected="a device on one person at a time",
                found=f"{_shown(first)} and {_shown(second)} at once",
                action="End the earlier activation before the later one begins.",
            )
    return Lane.build(entries)


def by_home_unit(activations: Sequence[ActivationLike]) -> list[Lane]:
    """Return the activations by home unit; wearers who share one at the same time stand in separate lanes."""
    units: dict[str, list[Entry]] = defaultdict(list)
    for number, item in enumerate(activations):
        if item.home_unit_id is not None:
            units[item.home_unit_id].append((item.home_unit_id, item.interval, number))
    lanes: list[list[Entry]] = []
    for entries in units.values():
        ends: list[int] = []
        for entry in sorted(entries, key=lambda e: (e[1].start_us, activations[e[2]].activation_id)):
            free = next((i for i, end in enumerate(ends) if end <= entry[1].start_us), len(ends))
            ends[free : free + 1] = [entry[1].stop_us]
            if free == len(lanes):
                lanes.append([])
            lanes[free].append(entry)
    return [Lane.build(entries) for entries in lanes]


def _facts(item: ActivationLike) -> tuple[str, str | None, Interval]:
    return item.device_id, item.home_unit_id, item.interval


def _shown(item: ActivationLike) -> str:
    end = "open" if item.interval.end_us is None else iso_utc(item.interval.end_us)
    return f"{item.activation_id} ({item.device_id}, {iso_utc(item.interval.start_us)} to {end})"
