"""Pruning: how a live state forgets what can no longer matter, without changing any answer.

Facts are settled up to an instant that no unsettled incident and no running window reaches back over; the base
lies a little earlier, for causes that look back. What lies before the base is folded into each watch's base; of the facts before it only the last fix and the last status of
each kind stay, because they say how things stood.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from throughcare.kernel.time import HOUR_US, SECOND_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import ActivationRules, Rules
from throughcare.monitoring.state import ActivationState, WatchState
from throughcare.monitoring.status import Statuses

EARLY_ARRIVAL_US = HOUR_US  # presence before an appointment belongs to it
LOOK_BACK_US = 3 * HOUR_US  # causes look back from an incident's start; more than the furthest of them


def prune(
    held: ActivationState, *, compiled: ActivationRules, rules: Rules, oldest_us: int
) -> ActivationState:
    """Return the state with its base moved up towards ``oldest_us``, as far as that changes no answer."""
    settled_us = _settled_us(held, compiled, rules, oldest_us)
    base_us = settled_us - LOOK_BACK_US
    if base_us <= held.base_us:
        return held
    items = merge_items(
        held.fixes.take((held.fixes.t_us > held.base_us) & (held.fixes.t_us <= base_us)),
        held.statuses.take((held.statuses.t_us > held.base_us) & (held.statuses.t_us <= base_us)),
        rules.parameters,
    )
    watches: dict[str, WatchState] = {}
    for watch in compiled.watches:
        known = held.watches[watch.watch_id]
        base, closed = fold(items, watch, known.base, parameters=rules.parameters)
        watches[watch.watch_id] = WatchState(
            base=base,
            head=known.head,
            before=_still_needed((*known.before, *closed), base_us),
            since=known.since[len(closed) :],
        )
    return replace(
        held,
        settled_us=settled_us,
        base_us=base_us,
        fixes=_recent_fixes(held.fixes, base_us),
        statuses=_recent_statuses(held.statuses, base_us),
        watches=watches,
        told={key: told for key, told in held.told.items() if told.start_us > settled_us},
    )


def _settled_us(held: ActivationState, compiled: ActivationRules, rules: Rules, oldest_us: int) -> int:
    """Return the latest instant, at most ``oldest_us``, that nothing unsettled reaches back over."""
    longest_s = max(rules.parameters.merge_gap_s, rules.parameters.alcohol_merge_gap_s)
    linger_us = round(2 * longest_s * SECOND_US)
    spans = [
        (told.start_us - 1, None if told.stop_us is None else told.stop_us + linger_us)
        for told in held.told.values()
    ]
    spans.extend(_running_windows(compiled, oldest_us))
    settled_us = oldest_us
    for start_us, stop_us in sorted(spans, key=lambda item: -item[0]):
        if start_us < settled_us and (stop_us is None or stop_us > settled_us):
            settled_us = start_us
    return settled_us


def _running_windows(compiled: ActivationRules, oldest_us: int) -> list[tuple[int, int | None]]:
    whole = (IncidentKind.CURFEW_ABSENCE, IncidentKind.ATTENDANCE_MISSED)
    return [
        (window.scheduled.start_us - EARLY_ARRIVAL_US, window.scheduled.stop_us)
        for rules in compiled.conditions
        if rules.kind in whole
        for window in rules.windows
        if window.scheduled.start_us - EARLY_ARRIVAL_US <= oldest_us
    ]


def _still_needed(segments: tuple[Segment, ...], base_us: int) -> tuple[Segment, ...]:
    """Return the segments that reach past the base, and what bounds the first spell among them.

    That is the last compliant segment before, or, where compliance was never seen, the beginning.
    """
    past = [s for s in segments if s.end_us is not None and s.end_us <= base_us]
    compliant = [s for s in past if s.state is Presence.INSIDE]
    return (*(compliant[-1:] or past[:1]), *segments[len(past) :])


def _recent_fixes(fixes: Fixes, base_us: int) -> Fixes:
    first = int(np.searchsorted(fixes.t_us, base_us, side="right"))
    return fixes.take(np.arange(max(first - 1, 0), len(fixes)))


def _recent_statuses(statuses: Statuses, base_us: int) -> Statuses:
    first = int(np.searchsorted(statuses.t_us, base_us, side="right"))
    last_of_kind = {int(kind): row for row, kind in enumerate(statuses.kind[:first])}
    rows = [*sorted(last_of_kind.values()), *range(first, len(statuses))]
    return statuses.take(np.array(rows, np.int64))
