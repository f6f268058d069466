"""Deadlines: when to call ``advance`` again although nothing new has arrived.

Silence must fire too: a curfew begins, an appointment passes, contact is lost. The event that a deadline
causes carries the deadline's time, so a late scheduler moves nothing.
"""

from __future__ import annotations

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.monitoring import kernels
from throughcare.monitoring.alcohol import CONSECUTIVE_INTERVALS
from throughcare.monitoring.known import HOME_UNIT_KINDS
from throughcare.monitoring.rules import ActivationRules, Rules
from throughcare.monitoring.state import ActivationState, State
from throughcare.monitoring.status import StatusKind
from throughcare.orders.model import Alcohol, Attendance


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
        for due in _due(compiled, state.activations.get(activation_id), rules)
        if due > state.now_us and due <= rules.within.stop_us
    ]
    return min(found, default=None)


def _due(compiled: ActivationRules, held: ActivationState | None, rules: Rules) -> list[int]:
    due = [compiled.interval.start_us, *_window_edges(compiled)]
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


def _window_edges(compiled: ActivationRules) -> list[int]:
    edges: list[int] = []
    for rules in compiled.conditions:
        late_us = 0
        if isinstance(rules.condition, Attendance):
            late_us = rules.condition.late_after_min * MINUTE_US
        for window in rules.windows:
            edges.extend((window.scheduled.start_us + late_us, window.scheduled.stop_us))
            edges.extend(edge for piece in window.pieces for edge in (piece.start_us, piece.stop_us))
    return edges


def _silences(held: ActivationState, rules: Rules) -> list[int]:
    gap_us = round(rules.parameters.gap_limit_s * SECOND_US) + 1
    lasts = [int(watch.head.marks[kernels.LAST_ANY]) for watch in held.watches.values()]
    due = [last + gap_us for last in lasts if last != NO_TIME_US]
    gaps_us = [
        round(gap * SECOND_US) for gap in (rules.parameters.merge_gap_s, rules.parameters.alcohol_merge_gap_s)
    ]
    ends = [told.end_us for told in held.told.values() if told.end_us is not None]
    due.extend(end + gap for end in ends for gap in gaps_us)
    own = held.statuses.kind > max(HOME_UNIT_KINDS)
    parameters = rules.parameters
    for times, wait_s in (
        (held.fixes.t_us, parameters.no_contact_s),
        (held.statuses.t_us[own], parameters.no_contact_s),
        (held.statuses.t_us[~own], parameters.unit_silent_s),
        (held.fixes.t_us, parameters.merge_gap_s),
        (held.statuses.t_us[own], parameters.merge_gap_s),
        (held.statuses.t_us[~own], parameters.merge_gap_s),
    ):
        if len(times):
            due.append(int(times[-1]) + round(wait_s * SECOND_US))
    return due


def _readings(compiled: ActivationRules, held: ActivationState) -> list[int]:
    """Return when the readings of an alcohol condition stop being consecutive."""
    readings = held.statuses.t_us[held.statuses.kind == StatusKind.ALCOHOL_READING]
    if not len(readings):
        return []
    minutes = [
        c.condition.reading_interval_min for c in compiled.conditions if isinstance(c.condition, Alcohol)
    ]
    return [int(readings[-1]) + round(CONSECUTIVE_INTERVALS * each * MINUTE_US) for each in minutes]
