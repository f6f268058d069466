"""Quiet: new facts that can change no incident, known for such without evaluating any rule.

Most facts say that all is as it was: another position, another poll. Where the fold has gone on inside the same
segments, nothing told can still change and no deadline lies between the last fact and now, every rule would find what
it found before. A law in the tests holds this to the full evaluation; where in doubt the answer is no.
"""

from __future__ import annotations

import numpy as np

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring import kernels
from throughcare.monitoring.devices import CHARGED_ABOVE_LOW_PERCENT
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.rules import ActivationRules, Watch
from throughcare.monitoring.state import ActivationState, WatchState
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.model import Alcohol

# they tell of presence and of contact, which the fold and the deadlines know, and of nothing else
_PLAIN = (
    StatusKind.RADIO_HEARD,
    StatusKind.RADIO_MISSED,
    StatusKind.UNIT_HEARTBEAT,
    StatusKind.DEVICE_HEARTBEAT,
)
# of an open segment, what rules look at; its last evidence, its count and its peak matter only out of compliance
_STANDING = [kernels.STATE, kernels.SEG_START, kernels.SEG_FIRST, kernels.SEG_DECIDED]


def stays_quiet(
    before: ActivationState,
    after: ActivationState,
    new: Statuses,
    *,
    compiled: ActivationRules,
    parameters: Parameters,
    was_us: int,
    now_us: int,
) -> bool:
    """Return whether what is told after the fold is what was told before it.

    Parameters
    ----------
    before, after : ActivationState
        The fold of ``after`` goes on from that of ``before``, by the same rules.
    new : Statuses
        The statuses that came; every fix counts as plain.
    was_us, now_us : int
        The instants of the last advance and of this one.
    """
    return (
        before.head_us < after.head_us <= now_us < before.quiet_until_us
        and before.head_us <= was_us
        and len(before.fixes) > 0
        and _all_plain(new, parameters)
        and not any(isinstance(rules.condition, Alcohol) for rules in compiled.conditions)
        and all(t.stop_us is not None and t.stop_us <= before.head_us for t in before.told.values())
        and all(
            _stands(
                before.watches[watch.watch_id],
                after.watches[watch.watch_id],
                gap_us=round(parameters.gap_limit_s * SECOND_US),
                was_us=was_us,
            )
            and not _is_weighed(watch, after.watches[watch.watch_id], compiled, now_us)
            for watch in compiled.watches
        )
    )


def _all_plain(new: Statuses, parameters: Parameters) -> bool:
    if not len(new):
        return True
    full = new.value > parameters.low_battery_percent + CHARGED_ABOVE_LOW_PERCENT
    charged = (new.kind == StatusKind.BATTERY_PERCENT) & full
    return bool(np.all(charged | np.isin(new.kind, _PLAIN)))


def _stands(before: WatchState, after: WatchState, *, gap_us: int, was_us: int) -> bool:
    """Return whether the same segment is open, was known to be at the last advance, and none was closed."""
    last_us = int(before.head.marks[kernels.LAST_ANY])
    return (
        len(before.since) == len(after.since)
        and (last_us == NO_TIME_US or was_us - last_us <= gap_us)
        and bool(np.array_equal(before.head.marks[_STANDING], after.head.marks[_STANDING]))
    )


def _is_weighed(watch: Watch, held: WatchState, compiled: ActivationRules, now_us: int) -> bool:
    """Return whether the open segment tells against the wearer, or of an appointment, in a time demanded."""
    marks = held.head.marks
    if marks[kernels.STATE] != Presence.OUTSIDE and watch.kind is not IncidentKind.ATTENDANCE_MISSED:
        return False
    start_us = int(marks[kernels.SEG_START])
    return any(
        window.start_us <= now_us and window.stop_us >= start_us
        for window in compiled.windows_by_watch[watch.watch_id]
    )
