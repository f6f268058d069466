"""Known facts: the rows of a scope that a rule asks for, never one from after ``now`` or the activation's end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Ints
from throughcare.monitoring.scope import Scope, StatusRows
from throughcare.monitoring.status import StatusKind

_KINDS = max(StatusKind) + 2  # the last place stands for every unknown kind: in no rule
POLLS = frozenset({StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED})
HOME_UNIT_KINDS = tuple(kind for kind in StatusKind if kind <= StatusKind.UNIT_DEAD)


def statuses_of(scope: Scope, kinds: Sequence[StatusKind]) -> StatusRows:
    """Return the statuses of those kinds that are known at ``now``."""
    asked = tuple(kinds)
    if asked not in scope.found:
        scope.found[asked] = _known(scope, _rows_of(scope, asked))
    return scope.found[asked]


def _known(scope: Scope, rows: Ints) -> StatusRows:
    statuses = scope.statuses
    if len(rows) == len(statuses):  # of every kind asked for: nothing to pick out
        known = slice(0, int(np.searchsorted(statuses.t_us, _after_us(scope))))
        return StatusRows(statuses.t_us[known], statuses.kind[known], statuses.value[known])
    rows = rows[: np.searchsorted(statuses.t_us[rows], _after_us(scope))]
    return StatusRows(statuses.t_us[rows], statuses.kind[rows], statuses.value[rows])


def _rows_of(scope: Scope, kinds: Sequence[StatusKind]) -> Ints:
    if POLLS.isdisjoint(kinds):
        return scope.told_rows[among(scope.statuses.kind[scope.told_rows], kinds)]
    return np.flatnonzero(among(scope.statuses.kind, kinds))


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
