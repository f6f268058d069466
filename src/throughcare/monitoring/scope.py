"""Scope: what an incident rule may look at. Rules are pure functions from a scope to incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.time import Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.items import tells_presence
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Segment
from throughcare.monitoring.rules import ActivationRules
from throughcare.monitoring.status import Statuses, StatusKind


@dataclass(frozen=True, eq=False)
class StatusRows:
    """Statuses of some kinds, in canonical order: arrays of one length."""

    t_us: Ints
    kind: Ints
    value: Floats

    def last(self, kinds: Sequence[StatusKind], *, until_us: int) -> int | None:
        """Return the instant of the last status of those kinds up to an instant, inclusive."""
        found = [t_us[: np.searchsorted(t_us, until_us, side="right")][-1:] for t_us in self._of(kinds)]
        return max((int(t_us[0]) for t_us in found if len(t_us)), default=None)

    def _of(self, kinds: Sequence[StatusKind]) -> list[Ints]:
        return [self._by_kind[kind] for kind in kinds if kind in self._by_kind]

    @cached_property
    def _by_kind(self) -> dict[int, Ints]:
        """Instants by kind: rules ask for the last of a kind before each of many incidents."""
        return {int(kind): self.t_us[self.kind == kind] for kind in np.unique(self.kind)}


@dataclass(frozen=True, eq=False)
class Scope:
    """The facts and rules of one activation, at one ``now``.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Of this activation only, canonical (sorted by instant, exact duplicates once). In a live state the
        oldest rows may be the last of their kind before the retained time: they say how things stood.
    segments : mapping of watch id to tuple of Segment
        Presence with respect to compliance: ``INSIDE`` is compliant (at the curfew address; outside the
        exclusion zone), ``OUTSIDE`` is not. Contiguous, in time order, the last one open.
    now_us : int
        Nothing after this instant is known; deadlines up to it have passed.
    whole_from_us : int or None
        From here on every fact is present; of what came before, only the last of its kind. None where nothing
        was cut. Incidents that ended by then are not told again: they are final.
    """

    rules: ActivationRules
    parameters: Parameters
    fixes: Fixes
    statuses: Statuses
    segments: Mapping[str, tuple[Segment, ...]]
    now_us: int
    whole_from_us: int | None = None

    @cached_property
    def presence_us(self) -> Ints:
        """Instants of the statuses that tell of presence. Shape (k,)."""
        return self.statuses.t_us[tells_presence(self.statuses)]

    @cached_property
    def found(self) -> dict[tuple[StatusKind, ...], StatusRows]:
        """Statuses by the kinds that were asked for, kept because rules ask for the same again."""
        return {}

    @cached_property
    def told_rows(self) -> Ints:
        """Rows of the statuses other than the home unit's polls: few beside them. Shape (k,)."""
        polls = (StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED)
        return np.flatnonzero((self.statuses.kind != polls[0]) & (self.statuses.kind != polls[1]))

    @property
    def interval(self) -> Interval | None:
        """The activation up to ``now``; None when it has not begun."""
        worn = self.rules.interval
        if self.now_us <= worn.start_us:
            return None
        return Interval(worn.start_us, min(worn.stop_us, self.now_us))
