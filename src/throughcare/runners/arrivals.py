"""Arrivals: recorded facts replayed in the order in which they were received, as a live service saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.columns import NO_TIME_US, Ints
from throughcare.kernel.time import DAY_US, Interval
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.deadlines import next_deadline_us
from throughcare.monitoring.events import Event, final_incidents
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Progress, earliest_us
from throughcare.runners.protecting import proximity_incidents


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was told, step by step, and what stands at the end.

    ``differing`` names the incidents that one evaluation of all facts at once does not confirm; it is empty
    unless something is wrong, or facts came later than the retained time (then a ``too_late`` event says so).
    """

    now_us: int
    events: tuple[Event, ...]
    incidents: tuple[Incident, ...]
    differing: tuple[str, ...]


def replay(
    histories: Sequence[OrderHistory],
    fixes: Fixes,
    statuses: Statuses,
    *,
    parameters: Parameters,
    now_us: int,
    known_at_us: int,
    step_us: int,
    retain_us: int | None = None,
    progress: Progress,
    protected: Positions | None = None,
) -> Replayed:
    """Return what a live service would have told, advancing every ``step_us`` and at every deadline.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Received when ``received_us`` says, or when they happened where it does not.
    retain_us : int or None
        How long settled facts are kept; None keeps all.
    protected : Positions or None
        Of protected persons, keyed by their opaque reference. They are compared once, at the end: what that shows
        stands among the incidents, and is not among the events.
    """
    start_us = min(earliest_us(histories), now_us)
    rules = compile_rules(
        histories,
        parameters=parameters,
        known_at_us=known_at_us,
        within=Interval(start_us - DAY_US, now_us + DAY_US),
    )
    fixes, statuses = fixes.take(fixes.t_us <= now_us), statuses.take(statuses.t_us <= now_us)
    events = tuple(_deliver(fixes, statuses, rules, now_us, step_us, retain_us, progress))
    standing = final_incidents(events)
    state, whole = advance(State(), fixes, statuses, rules=rules, now_us=now_us)
    scopes = {
        key: scope_of(held, compiled=rules.activations[key], rules=rules, now_us=now_us)
        for key, held in state.activations.items()
    }
    incidents = [*standing.values(), *proximity_incidents(scopes, protected)]
    return Replayed(
        now_us=now_us,
        events=events,
        incidents=tuple(sorted(incidents, key=lambda i: (i.start_us, i.incident_id))),
        differing=_differing(standing, final_incidents(whole)),
    )


def _differing(first: dict[str, Incident], second: dict[str, Incident]) -> tuple[str, ...]:
    names = sorted(first.keys() | second.keys())
    return tuple(
        name
        for name in names
        if name not in first or name not in second or first[name].material != second[name].material
    )


def _deliver(
    fixes: Fixes,
    statuses: Statuses,
    rules: Rules,
    now_us: int,
    step_us: int,
    retain_us: int | None,
    progress: Progress,
) -> list[Event]:
    fix_us, status_us = received(fixes, now_us), received(statuses, now_us)
    arrivals = np.concatenate([fix_us, status_us])
    if not len(arrivals):
        return list(advance(State(), fixes, statuses, rules=rules, now_us=now_us)[1])
    state = State()
    events: list[Event] = []
    t_us = before_us = int(arrivals.min()) - 1
    first_us = t_us
    while t_us < now_us:
        t_us = min(now_us, t_us + step_us)
        deadline = next_deadline_us(state, rules) if before_us > first_us else None
        if deadline is not None and before_us < deadline < t_us:
            t_us = deadline
        new = (fix_us > before_us) & (fix_us <= t_us)
        news = (status_us > before_us) & (status_us <= t_us)
        state, told = advance(
            state, fixes.take(new), statuses.take(news), rules=rules, now_us=t_us, retain_us=retain_us
        )
        events.extend(told)
        progress("replaying arrivals", t_us - first_us, now_us - first_us)
        before_us = t_us
    return events


def received(batch: Fixes | Statuses, now_us: int) -> Ints:
    """Return when each row was received; when it happened where that is not said; at the latest at ``now``."""
    said = np.where(batch.received_us == NO_TIME_US, batch.t_us, batch.received_us)
    return np.asarray(np.minimum(np.maximum(said, batch.t_us), now_us), dtype=np.int64)
