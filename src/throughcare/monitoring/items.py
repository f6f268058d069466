"""Items: the fixes, radio reports and unit events of one activation, merged into one canonical order.

The order is by instant, then statuses before fixes (a strap that opens at an instant silences the fix of that
instant), then kind, source, accuracy and content. Whatever the order of arrival, the items are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.membership import is_poor, sigma_m
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.status import Statuses, StatusKind

Batch = TypeVar("Batch", Fixes, Statuses)

FIX = 0
PRESENCE_KINDS = (
    StatusKind.RADIO_HEARD,
    StatusKind.RADIO_MISSED,
    StatusKind.UNIT_HEARTBEAT,
    StatusKind.UNIT_MOVED,
    StatusKind.UNIT_IN_PLACE,
    StatusKind.UNIT_POWER_RESTORED,
    StatusKind.UNIT_DEAD,
    StatusKind.STRAP_OPEN,
    StatusKind.STRAP_CLOSED,
    StatusKind.BATTERY_PERCENT,
    StatusKind.BATTERY_DEAD,
    StatusKind.DEVICE_HEARTBEAT,
    StatusKind.NO_POSITION,
)


@dataclass(frozen=True, eq=False)
class Items:
    """Presence evidence of one activation in canonical order.

    Parameters
    ----------
    t_us : int64 array of shape (m,)
    kind : int64 array of shape (m,)
        0 for a fix, else a :class:`StatusKind`.
    lat_deg, lon_deg, sigma_m, radius_m : float64 arrays of shape (m,)
        NaN for statuses. ``radius_m`` is the radius at 68 %, for the tuned rule's gate.
    poor : bool array of shape (m,)
    origin : int64 array of shape (m,)
        Row in the activation's fixes or statuses.
    """

    t_us: Ints
    kind: Ints
    lat_deg: Floats
    lon_deg: Floats
    sigma_m: Floats
    radius_m: Floats
    poor: NDArray[np.bool_]
    origin: Ints

    def __len__(self) -> int:
        return len(self.t_us)

    @cached_property
    def without_polls(self) -> Items:
        """The items that matter where no home unit speaks: the fixes and the strap."""
        rows = np.flatnonzero(np.isin(self.kind, (FIX, StatusKind.STRAP_OPEN, StatusKind.STRAP_CLOSED)))
        if len(rows) == len(self):
            return self
        return Items(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def canonical_fixes(fixes: Fixes) -> Fixes:
    """Return the fixes in canonical order, exact duplicates kept once (the earliest received)."""
    return _unique(fixes, (fixes.accuracy_m, fixes.source, fixes.t_us))


def canonical_statuses(statuses: Statuses) -> Statuses:
    """Return the statuses in canonical order, exact duplicates kept once (the earliest received)."""
    return _unique(statuses, (statuses.kind, statuses.t_us))


def _unique(batch: Batch, keys: tuple[NDArray[np.generic], ...]) -> Batch:
    if bool(np.all(batch.t_us[1:] > batch.t_us[:-1])):
        return batch  # in order and no two at one instant: canonical already
    content = batch.content()
    order = np.lexsort((batch.received_us, content, *keys))
    ordered = content[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]) | (batch.t_us[order][1:] != batch.t_us[order][:-1])
    return batch.take(order[first])


def merge_items(fixes: Fixes, statuses: Statuses, parameters: Parameters) -> Items:
    """Return the presence evidence of one activation.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Of one activation, canonical.
    """
    wanted = np.flatnonzero(np.isin(statuses.kind, np.array(PRESENCE_KINDS, dtype=np.int64)))
    sigma = sigma_m(fixes, parameters)
    blank = np.full(len(wanted), np.nan)
    t_us = np.concatenate([statuses.t_us[wanted], fixes.t_us])
    order = np.argsort(t_us, kind="stable")  # statuses stand first, so they stay first at equal instants
    return Items(
        t_us=t_us[order],
        kind=np.concatenate([statuses.kind[wanted], np.zeros(len(fixes), np.int64)])[order],
        lat_deg=np.concatenate([blank, fixes.lat_deg])[order],
        lon_deg=np.concatenate([blank, fixes.lon_deg])[order],
        sigma_m=np.concatenate([blank, sigma])[order],
        radius_m=np.concatenate([blank, sigma * np.sqrt(-2.0 * np.log(1.0 - 0.68))])[order],
        poor=np.concatenate([np.zeros(len(wanted), np.bool_), is_poor(fixes, parameters)])[order],
        origin=np.concatenate([wanted, np.arange(len(fixes))])[order].astype(np.int64),
    )
