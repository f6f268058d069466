"""Position batches: what a device reported, before and after it is tied to an activation.

Units: instants in UTC microseconds, degrees WGS 84, metres, metres a second. ``level`` is the share of errors
that the accuracy radius is meant to hold (0.68 for Android and Apple, 0.95 for the W3C; NaN when not said).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from throughcare.kernel.columns import NO_TIME_US, Columns, Floats, Ints, KeyedColumns


class Source(IntEnum):
    """How a position was found; the numbers are MoJ's ``lbs`` codes (0 is ours: not said)."""

    UNKNOWN = 0
    GNSS = 1
    RF = 4
    CELL = 5
    WIFI = 6


@dataclass(frozen=True, eq=False)
class Positions(KeyedColumns):
    """Positions keyed by device (:class:`Fixes`: by activation).

    Parameters
    ----------
    t_us, received_us : int64 arrays of shape (n,), UTC microseconds
        When it happened; when the service learned it (``NO_TIME_US`` when not said).
    lat_deg, lon_deg : float64 arrays of shape (n,), degrees WGS 84
    accuracy_m, level : float64 arrays of shape (n,)
        Radius of the accuracy circle and the share of errors it is meant to hold; NaN when not said.
    source : int64 array of shape (n,), :class:`Source`
    hdop, satellites, speed_mps, heading_deg : float64 arrays of shape (n,)
        Kept for the record. Speed and heading are unvalidated (Commonwealth v. Davis, 2021) and decide nothing.
    row : int64 array of shape (n,)
        Row of the input, for the rejects file; -1 when not from a file.
    """

    FACTS: ClassVar[Columns] = {
        "t_us": (np.int64, NO_TIME_US),
        "lat_deg": (np.float64, np.nan),
        "lon_deg": (np.float64, np.nan),
        "accuracy_m": (np.float64, np.nan),
        "level": (np.float64, np.nan),
        "source": (np.int64, 0),
        "hdop": (np.float64, np.nan),
        "satellites": (np.float64, np.nan),
        "speed_mps": (np.float64, np.nan),
        "heading_deg": (np.float64, np.nan),
    }
    CARRIED: ClassVar[Columns] = {"received_us": (np.int64, NO_TIME_US), "row": (np.int64, -1)}

    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats
    accuracy_m: Floats
    level: Floats
    source: Ints
    hdop: Floats
    satellites: Floats
    speed_mps: Floats
    heading_deg: Floats
    received_us: Ints
    row: Ints


@dataclass(frozen=True, eq=False)
class Fixes(Positions):
    """Positions tied to an activation: ``keys`` are activation ids."""
