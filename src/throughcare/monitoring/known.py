"""Known facts: the rows of a scope that a rule asks for, never one from after ``now`` or the activation's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import StatusKind

_KINDS = max(StatusKind) + 2  # the last place stands for every unknown kind: in no rule
POLLS = frozenset({StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED})
HOME_UNIT_KINDS = tuple(kind for kind in StatusKind if kind <= StatusKind.UNIT_DEAD)


@dataclass(frozen=True, slots=True, eq=False)
class StatusRows:
    """Statuses of some kinds, in canonical order: arrays of one length."""

    t_us: Ints
    kind: Ints
    value: Floats

    def last(self, kinds: Sequence[StatusKind], *, until_us: int) -> int | None:
        """Return the instant of the last status of those kinds up to an instant, inclusive."""
        found = self.t_us[among(self.kind, kinds) & (self.t_us <= until_us)]
        return int(found[-1]) if len(found) else None


def statuses_of(scope: Scope, kinds: Sequence[StatusKind]) -> StatusRows:
    """Return the statuses of those kinds that are known at ``now``."""
    if POLLS.isdisjoint(kinds):
        rows = scope.told_rows[among(scope.statuses.kind[scope.told_rows], kinds)]
    else:
        rows = np.flatnonzero(among(scope.statuses.kind, kinds))
    rows = rows[: np.searchsorted(scope.statuses.t_us[rows], _after_us(scope))]
    return StatusRows(scope.statuses.t_us[rows], scope.statuses.kind[rows], scope.statuses.value[rows])


def among(kind: Ints, kinds: Sequence[StatusKind]) -> NDArray[np.bool_]:
    """Return which statuses are of those kinds, by one look into a table each. Shape (n,)."""
    table = np.zeros(_KINDS, np.bool_)
    table[list(kinds)] = True
    return np.asarray(table.take(kind, mode="clip"))


def fix_rows(scope: Scope, *, from_us: int | None = None, until_us: int | None = None) -> slice:
    """Return the rows of the fixes that are known at ``now``, within the bounds (both inclusive)."""
    after_us = _after_us(scope) if until_us is None else min(_after_us(scope), until_us + 1)
    first = 0 if from_us is None else int(np.searchsorted(scope.fixes.t_us, from_us))
    return slice(first, int(np.searchsorted(scope.fixes.t_us, after_us)))


def contacts_us(scope: Scope) -> Ints:
    """Return the instants at which the tag itself was in contact: every fix and every status of its own."""
    own = scope.statuses.kind > max(HOME_UNIT_KINDS)
    told = scope.statuses.t_us[own]
    told = told[: np.searchsorted(told, _after_us(scope))]
    merged = np.concatenate([scope.fixes.t_us[fix_rows(scope)], told])
    merged.sort(kind="stable")  # two sorted runs: merged in one pass
    return merged


def _after_us(scope: Scope) -> int:
    return min(scope.now_us + 1, scope.rules.interval.stop_us)
