"""Embedded: one activation, one step at a time, for a service that keeps its facts and its state in a database.

Everything here is a pure function of values. The stored state leaves out the facts after its base: they are rows of
the database, and :func:`restored` puts them back, so that storing a state costs a kilobyte and not a night.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash
from throughcare.kernel.time import DAY_US, HOUR_US, Interval
from throughcare.monitoring import kernels
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.deadlines import next_deadline_us
from throughcare.monitoring.events import Event, EventKind, final_incidents
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.folding import open_tail, probability
from throughcare.monitoring.items import Batch, canonical_fixes, canonical_statuses
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.pruning import prune
from throughcare.monitoring.rules import ActivationRules, Rules, compile_rules
from throughcare.monitoring.state import ActivationState, State, Told
from throughcare.monitoring.status import Statuses
from throughcare.monitoring.tracing import Tracer
from throughcare.orders.history import OrderHistory, known
from throughcare.runners.loading import earliest_us
from throughcare.runners.monitoring import code_version
from throughcare.runners.protecting import proximity_incidents
from throughcare.runners.views import activation_view

LOOK_AHEAD_US = 9 * DAY_US  # a week's timetable is seen whole, and a day is left until the next look
LOOK_BACK_US = 2 * DAY_US  # windows kept before what is settled; nothing settled is told again
_ARCHIVE_NEEDED = (EventKind.TOO_LATE, EventKind.REPLAY_NEEDED)
_NO_FACTS = (Fixes.empty(), Statuses.empty())


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a step made of one activation.

    Parameters
    ----------
    told : dict of str to Told
        What was last told of each incident that an event is about.
    due_us : int or None
        When to step again although nothing new has come; None when nothing can change any more.
    needs_archive : bool
        Whether a fact or a variation reached back before the retained time: the result must not be kept, and
        :func:`rebuild` over all facts takes its place.
    """

    state: State
    events: tuple[Event, ...]
    told: dict[str, Told]
    due_us: int | None
    needs_archive: bool


def rules_for(
    history: OrderHistory, *, parameters: Parameters, now_us: int, until_us: int | None = None
) -> dict[str, Rules]:
    """Return the rules of each activation of an order as known now, alone and with the order's own ``rules_id``.

    Parameters
    ----------
    until_us : int or None
        As far ahead as they are compiled; None is a day, as in a run over recorded facts.
    """
    if not known(history, known_at_us=now_us):
        return {}
    first_us = min(now_us, earliest_us([history])) - DAY_US
    within = Interval(first_us, now_us + DAY_US if until_us is None else until_us)
    rules = compile_rules([history], parameters=parameters, known_at_us=now_us, within=within)
    return {name: replace(rules, activations={name: one}) for name, one in rules.activations.items()}


def look_ahead_us(order_id: str, *, now_us: int) -> int:
    """Return as far ahead as a live order is compiled, until the next day begins for it.

    Each order has a midnight of its own, so that not all of them are compiled anew at once.
    """
    own_us = int(content_hash(order_id)[:8], 16) % DAY_US
    return (now_us - own_us) // DAY_US * DAY_US + own_us + LOOK_AHEAD_US


def trimmed(rules: Rules, *, settled_us: int) -> Rules:
    """Return the rules without the windows that ended long before what is settled: they can tell nothing new."""
    oldest_us = settled_us - LOOK_BACK_US
    return replace(
        rules, activations={name: _recent(one, oldest_us) for name, one in rules.activations.items()}
    )


def _recent(compiled: ActivationRules, oldest_us: int) -> ActivationRules:
    conditions = tuple(
        replace(c, windows=tuple(w for w in c.windows if w.scheduled.stop_us > oldest_us))
        for c in compiled.conditions
    )
    return replace(compiled, conditions=conditions)


def step(
    state: State, fixes: Fixes, statuses: Statuses, *, rules: Rules, now_us: int, retain_us: int
) -> Step:
    """Return the state of one activation after new facts, or after time alone has passed.

    Parameters
    ----------
    state : State
        Of this activation, whole (:func:`restored`); ``State()`` at its beginning.
    fixes, statuses : Fixes, Statuses
        Of this activation, none after ``now_us``. A fact that the state holds changes nothing.
    rules : Rules
        Of this activation alone (:func:`rules_for`).
    now_us : int
        Where another worker's clock was ahead, the state's own instant counts.
    retain_us : int
        How long facts are kept for revision. The line moves by whole hours.
    """
    activation_id = next(iter(rules.activations))
    at_us = max(now_us, state.now_us)
    held = state.activations.get(activation_id)
    new = (
        (fixes, statuses) if held is None else (_unseen(fixes, held.fixes), _unseen(statuses, held.statuses))
    )
    oldest_us = (at_us - retain_us) // HOUR_US * HOUR_US
    whole, events = advance(state, *new, rules=rules, now_us=at_us)
    one = whole.activations.get(activation_id)
    if one is None:  # it has not begun, and nothing was said of it
        return Step(whole, events, {}, _due_us(whole, rules), needs_archive=False)
    pruned = prune(one, compiled=rules.activations[activation_id], rules=rules, oldest_us=oldest_us)
    after = replace(whole, activations={activation_id: pruned})
    quiet_us = (
        one.quiet_until_us if pruned is one and at_us < one.quiet_until_us < rules.within.stop_us else None
    )
    return Step(
        state=after,
        events=events,
        told={e.incident_id: one.told[e.incident_id] for e in events if e.incident_id is not None},
        due_us=_due_us(after, rules) if quiet_us is None else quiet_us,
        needs_archive=any(event.kind in _ARCHIVE_NEEDED for event in events),
    )


def rebuild(
    told: Iterable[Told],
    fixes: Fixes,
    statuses: Statuses,
    *,
    rules: Rules,
    now_us: int,
    retain_us: int,
) -> Step:
    """Return the state made anew from every fact of an activation, and the events against what was told before.

    Parameters
    ----------
    told : iterable of Told
        Every incident of the activation that was ever told, as last told, the retracted ones too.
    fixes, statuses : Fixes, Statuses
        All of them, the archive's too. What lies outside the activation is left out.
    """
    activation_id, compiled = next(iter(rules.activations.items()))
    first_us = compiled.interval.start_us - 1
    empty = ActivationState(
        activation_id=activation_id,
        settled_us=first_us,
        base_us=first_us,
        head_us=NO_TIME_US,
        fixes=_NO_FACTS[0],
        statuses=_NO_FACTS[1],
        watches={},
        told={item.incident_id: item for item in told},
    )
    before = State(activations={activation_id: empty}, rules_id=rules.rules_id)
    worn = [_within(batch, compiled.interval) for batch in (fixes, statuses)]
    return step(before, *worn, rules=rules, now_us=now_us, retain_us=retain_us)  # type: ignore[arg-type]


def _within(batch: Fixes | Statuses, interval: Interval) -> Fixes | Statuses:
    return batch.take((batch.t_us >= interval.start_us) & (batch.t_us < interval.stop_us))


def _unseen(new: Batch, held: Batch) -> Batch:
    """Return the facts that are not held yet: the row that was stored first stays the one that counts."""
    if not len(new):
        return new
    first = int(np.searchsorted(held.t_us, int(new.t_us.min())))
    if first == len(held):
        return new
    recent = held.take(slice(first, None))
    return new.take(~np.isin(new.content(), recent.content())) if len(recent) else new


def _due_us(state: State, rules: Rules) -> int | None:
    due_us = next_deadline_us(state, rules)
    if due_us is not None:
        return due_us
    running = any(one.interval.stop_us > state.now_us for one in rules.activations.values())
    next_day_us = rules.within.stop_us - LOOK_AHEAD_US + DAY_US
    return max(next_day_us, state.now_us + HOUR_US) if running else None


def stored(state: State) -> bytes:
    """Return the state of one activation as bytes, without the facts after its base."""
    activation_id, held = next(iter(state.activations.items()))
    bare = replace(held, fixes=_until(held.fixes, held.base_us), statuses=_until(held.statuses, held.base_us))
    return encode(replace(state, activations={activation_id: bare}))


def _until(batch: Batch, t_us: int) -> Batch:
    return batch.take(slice(0, int(np.searchsorted(batch.t_us, t_us, side="right"))))


def unpacked(raw: bytes) -> State | None:
    """Return the state without the facts after its base; None where there are no bytes, or damaged ones."""
    try:
        return decode(raw) if raw else None
    except RefusedInput:
        return None


def restored(bare: State, fixes: Fixes, statuses: Statuses) -> State:
    """Return the state with the facts after its base put back. Rows at or before the base are ignored."""
    activation_id, held = next(iter(bare.activations.items()))
    after = fixes.take(fixes.t_us > held.base_us), statuses.take(statuses.t_us > held.base_us)
    whole = replace(
        held,
        fixes=canonical_fixes(Fixes.concat([held.fixes, after[0]])) if len(after[0]) else held.fixes,
        statuses=canonical_statuses(Statuses.concat([held.statuses, after[1]]))
        if len(after[1])
        else held.statuses,
    )
    return replace(bare, activations={activation_id: whole})


@dataclass(frozen=True, slots=True)
class WatchStatus:
    """Whether a wearer meets one demand now, as far as is known.

    Parameters
    ----------
    presence : Presence
        With respect to compliance: ``INSIDE`` complies, ``OUTSIDE`` does not, ``UNKNOWN`` is nobody's fault.
    since_us : int
        Since when it stands so, as estimated.
    probability : float
        Of compliance, after the last evidence; 0.5 says nothing.
    demanded : bool
        Whether it is demanded of the wearer at this moment.
    """

    condition_id: str
    kind: str
    presence: Presence
    since_us: int
    probability: float
    demanded: bool


def watch_statuses(state: State, rules: Rules, *, now_us: int) -> tuple[WatchStatus, ...]:
    """Return how each watch of one activation stands at an instant, in order of condition."""
    activation_id, compiled = next(iter(rules.activations.items()))
    held = state.activations.get(activation_id)
    if held is None:
        return ()
    pieces = {
        watch.watch_id: [
            p
            for c in compiled.conditions
            for w in c.windows
            if w.watch_id == watch.watch_id
            for p in w.pieces
        ]
        for watch in compiled.watches
    }
    found: list[WatchStatus] = []
    for watch in compiled.watches:
        if watch.watch_id not in held.watches:
            continue
        head = held.watches[watch.watch_id].head
        last = open_tail(head, now_us=now_us, parameters=rules.parameters)[-1]
        unknown = last.state is Presence.UNKNOWN
        found.append(
            WatchStatus(
                condition_id=watch.condition_id,
                kind=str(watch.kind),
                presence=last.state,
                since_us=last.start_us,
                probability=0.5 if unknown else probability(float(head.sums[kernels.LOG_ODDS])),
                demanded=any(piece.contains(now_us) for piece in pieces[watch.watch_id]),
            )
        )
    return tuple(sorted(found, key=lambda w: (w.condition_id, w.kind, w.since_us)))


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """An incident's evidence, and the activation as a drawing of its nights needs it."""

    bundle: EvidenceBundle
    activation: ActivationView


def traced_incident(
    incident_id: str,
    fixes: Fixes,
    statuses: Statuses,
    *,
    history: OrderHistory,
    rules: Rules,
    now_us: int,
    protected: Positions | None = None,
) -> Traced | None:
    """Return the evidence of an incident, made from all facts of its activation by the fold that decided it.

    Parameters
    ----------
    history : OrderHistory
        Of the incident's order; the version that the incident names says the rule in words.
    protected : Positions or None
        Of the protected persons whom the incident is about, keyed by reference. They are compared and let go.

    Returns
    -------
    Traced or None
        None when the facts known now do not show the incident.
    """
    activation_id, compiled = next(iter(rules.activations.items()))
    worn = [_within(batch, compiled.interval) for batch in (fixes, statuses)]
    known_by_now = [batch.take(batch.t_us <= now_us) for batch in worn]
    state, events = advance(State(), *known_by_now, rules=rules, now_us=now_us)  # type: ignore[arg-type]
    if activation_id not in state.activations:
        return None
    scope = scope_of(state.activations[activation_id], compiled=compiled, rules=rules, now_us=now_us)
    found = final_incidents(events)
    found |= {item.incident_id: item for item in proximity_incidents({activation_id: scope}, protected)}
    incident = found.get(incident_id)
    if incident is None:
        return None
    order = next(o for o in history.versions if o.version == incident.order_version)
    bundle = Tracer(scope, order=order, code_version=code_version()).bundle(incident)
    return Traced(bundle, activation_view(scope, order=order, bundles=(bundle,)))
