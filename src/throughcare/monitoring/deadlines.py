"""Deadlines: when to call ``advance`` again although nothing new has arrived.

Silence must fire too: a curfew begins, an appointment passes, contact is lost. The event that a deadline
causes carries the deadline's time, so a late scheduler moves nothing.
"""

from __future__ import annotations

import bisect

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US, Ints
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.monitoring import kernels
from throughcare.monitoring.alcohol import CONSECUTIVE_INTERVALS
from throughcare.monitoring.known import HOME_UNIT_KINDS
from throughcare.monitoring.rules import ActivationRules, Rules
from throughcare.monitoring.state import ActivationState, State
from throughcare.monitoring.status import StatusKind
from throughcare.orders.model import Alcohol


def next_deadline_us(state: State, rules: Rules) -> int | None:
    """Return the earliest instant after ``state.now_us`` at which time alone can change an incident.

    Returns
    -------
    int or None
        None when nothing is due within the time for which the rules were compiled.
    """
    found = [
        due
        for activation_id, compiled in rules.activations.items()
        for due in [
            first_due_us(compiled, state.activations.get(activation_id), rules, after_us=state.now_us)
        ]
        if due is not None and due <= rules.within.stop_us
    ]
    return min(found, default=None)


def first_due_us(
    compiled: ActivationRules, held: ActivationState | None, rules: Rules, *, after_us: int
) -> int | None:
    """Return the earliest deadline of an activation after an instant; None where there is none."""
    due = _due(compiled, held, rules)
    place = bisect.bisect_right(compiled.edges_us, after_us)
    due.extend(compiled.edges_us[place : place + 1])
    return min((at for at in due if at > after_us), default=None)


def _due(compiled: ActivationRules, held: ActivationState | None, rules: Rules) -> list[int]:
    due = [compiled.interval.start_us]
    if compiled.interval.end_us is not None:
        due.append(compiled.interval.end_us)
    last_us = compiled.interval.start_us
    if held is not None:
        last_us = max(last_us, held.head_us)
        due.extend(_silences(held, rules))
        due.extend(_readings(compiled, held))
    parameters = rules.parameters
    waits_s = (
        parameters.no_contact_s,
        parameters.unit_silent_s,
        parameters.merge_gap_s,
        parameters.gap_limit_s,
    )
    due.extend(last_us + round(wait * SECOND_US) for wait in waits_s)
    return due


def _silences(held: ActivationState, rules: Rules) -> list[int]:
    parameters = rules.parameters
    gap_us = round(parameters.gap_limit_s * SECOND_US) + 1
    lasts = [int(watch.head.marks[kernels.LAST_ANY]) for watch in held.watches.values()]
    due = [last + gap_us for last in lasts if last != NO_TIME_US]
    merge_us = round(parameters.merge_gap_s * SECOND_US)
    gaps_us = (merge_us, round(parameters.alcohol_merge_gap_s * SECOND_US))
    ends = [told.end_us for told in held.told.values() if told.end_us is not None]
    due.extend(end + gap for end in ends for gap in gaps_us)
    own = held.statuses.kind > max(HOME_UNIT_KINDS)
    contact_us = round(parameters.no_contact_s * SECOND_US)
    for last, wait_us in (
        (held.fixes.t_us[-1:], contact_us),
        (_last(held.statuses.t_us, own), contact_us),
        (_last(held.statuses.t_us, ~own), round(parameters.unit_silent_s * SECOND_US)),
    ):
        due.extend(at + wait for at in last.tolist() for wait in (wait_us, merge_us))
    return due


def _last(t_us: Ints, rows: NDArray[np.bool_]) -> Ints:
    """Return the last of those instants, if there is one. Shape (0,) or (1,)."""
    if not len(rows):
        return t_us
    place = len(rows) - 1 - int(np.argmax(rows[::-1]))
    return t_us[place : place + 1] if rows[place] else t_us[:0]


def _readings(compiled: ActivationRules, held: ActivationState) -> list[int]:
    """Return when the readings of an alcohol condition stop being consecutive."""
    minutes = [
        c.condition.reading_interval_min for c in compiled.conditions if isinstance(c.condition, Alcohol)
    ]
    if not minutes:
        return []
    readings = held.statuses.t_us[held.statuses.kind == StatusKind.ALCOHOL_READING]
    if not len(readings):
        return []
    return [int(readings[-1]) + round(CONSECUTIVE_INTERVALS * each * MINUTE_US) for each in minutes]
