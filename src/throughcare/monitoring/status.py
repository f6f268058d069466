"""Status batches: what a tag or a home unit said about itself, its radio and its wearer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from throughcare.kernel.columns import NO_TIME_US, Columns, Floats, Ints, KeyedColumns


class StatusKind(IntEnum):
    """The vocabulary of statuses. The numbers are stored: never reuse one."""

    RADIO_HEARD = 1  # the home unit heard the tag
    RADIO_MISSED = 2  # the home unit listened and did not hear the tag
    UNIT_HEARTBEAT = 3  # the home unit is alive
    UNIT_MOVED = 4  # the home unit was moved (AL05)
    UNIT_IN_PLACE = 5  # a person confirmed the home unit back in its place
    UNIT_POWER_LOST = 6  # mains lost, running on its battery (AL04)
    UNIT_POWER_RESTORED = 7
    UNIT_DEAD = 8  # the home unit said it is going off
    STRAP_OPEN = 20
    STRAP_CLOSED = 21
    CASE_OPEN = 22
    CASE_CLOSED = 23
    BATTERY_PERCENT = 30  # value: 0..100
    CHARGING_STARTED = 31
    CHARGING_ENDED = 32
    BATTERY_DEAD = 33  # last words of a tag whose battery is empty (AL23)
    DEVICE_FAULT = 40  # AL24
    DEVICE_FAULT_CLEARED = 41
    DEVICE_HEARTBEAT = 42  # the tag is in contact, with or without a position
    NO_POSITION = 43  # the tag is in contact and says it cannot find its position (indoors)
    ALCOHOL_READING = 60  # value: percent blood-alcohol equivalent
    ALCOHOL_OBSTRUCTED = 61  # the sensor says it is covered
    ALCOHOL_CLEAR = 62


@dataclass(frozen=True, eq=False)
class Readings(KeyedColumns):
    """Statuses keyed by device or home unit (:class:`Statuses`: by activation).

    Parameters
    ----------
    t_us, received_us : int64 arrays of shape (n,), UTC microseconds
    kind : int64 array of shape (n,), :class:`StatusKind`
    value : float64 array of shape (n,)
        The number that some kinds carry (battery percent, alcohol reading); NaN where there is none.
    row : int64 array of shape (n,)
        Row of the input; -1 when not from a file.
    """

    FACTS: ClassVar[Columns] = {
        "t_us": (np.int64, NO_TIME_US),
        "kind": (np.int64, 0),
        "value": (np.float64, np.nan),
    }
    CARRIED: ClassVar[Columns] = {"received_us": (np.int64, NO_TIME_US), "row": (np.int64, -1)}

    t_us: Ints
    kind: Ints
    value: Floats
    received_us: Ints
    row: Ints


@dataclass(frozen=True, eq=False)
class Statuses(Readings):
    """Statuses tied to an activation: ``keys`` are activation ids."""
