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
from throughcare.monitoring.membership import errors
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

_TELLS_PRESENCE = np.zeros(max(StatusKind) + 2, np.bool_)  # the last place stands for every unknown kind
_TELLS_PRESENCE[list(PRESENCE_KINDS)] = True


@dataclass(frozen=True, eq=False)
class Items:
    """Presence evidence of one activation: its fixes, and those of its statuses that tell of presence.

    Items are numbered in canonical order, statuses and fixes together. The fold takes the next of either; the
    merged columns are for those who look at one item after the other.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Canonical.
    sigma_m, poor : float64 and bool arrays of shape (n,)
        By fix: its standard error, and whether it is too coarse to open a violation alone.
    told_rows : int64 array of shape (k,)
        Rows of the statuses that tell of presence.
    """

    fixes: Fixes
    statuses: Statuses
    sigma_m: Floats
    poor: NDArray[np.bool_]
    told_rows: Ints

    def __len__(self) -> int:
        return len(self.fixes) + len(self.told_rows)

    @cached_property
    def all_told(self) -> tuple[Ints, Ints]:
        """Instants and kinds of the statuses that tell of presence."""
        return self._told(self.told_rows)

    @cached_property
    def strap(self) -> tuple[Ints, Ints]:
        """Instants and kinds of what the strap said: all that matters where no home unit speaks."""
        kind = self.statuses.kind
        return self._told(np.flatnonzero((kind == StatusKind.STRAP_OPEN) | (kind == StatusKind.STRAP_CLOSED)))

    def _told(self, rows: Ints) -> tuple[Ints, Ints]:
        if len(rows) == len(self.statuses):
            return self.statuses.t_us, self.statuses.kind
        found = self.statuses.t_us[rows], self.statuses.kind[rows]
        for column in found:
            column.flags.writeable = False  # one sort of array, so that the kernels are compiled once
        return found

    @cached_property
    def t_us(self) -> Ints:
        """Instant of each item. Shape (m,)."""
        return self._both[0]

    @cached_property
    def kind(self) -> Ints:
        """0 for a fix, else the :class:`StatusKind`. Shape (m,)."""
        return np.concatenate([self.statuses.kind[self.told_rows], np.full(len(self.fixes), FIX)])[
            self._both[1]
        ]

    @cached_property
    def origin(self) -> Ints:
        """Row of each item in the fixes or the statuses. Shape (m,)."""
        return np.concatenate([self.told_rows, np.arange(len(self.fixes))])[self._both[1]]

    @cached_property
    def _both(self) -> tuple[Ints, Ints]:
        t_us = np.concatenate([self.statuses.t_us[self.told_rows], self.fixes.t_us])
        order = np.argsort(t_us, kind="stable")  # statuses stand first, so they stay first at equal instants
        return t_us[order], order


def tells_presence(statuses: Statuses) -> NDArray[np.bool_]:
    """Return which statuses tell of presence. Shape (n,)."""
    return np.asarray(_TELLS_PRESENCE.take(statuses.kind, mode="clip"))


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
    sigma, poor = errors(fixes, parameters)
    rows = np.flatnonzero(tells_presence(statuses))
    return Items(fixes=fixes, statuses=statuses, sigma_m=sigma, poor=poor, told_rows=rows)
