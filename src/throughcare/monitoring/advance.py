"""Advance: state, facts and rules in; new state and events out. Pure.

New facts join the retained ones in canonical order. Where all of them are newer than everything folded so far
the fold goes on from its head; otherwise it starts again from the base, so that a late fact revises or
retracts what was told and nothing is edited. Facts older than the base are counted and told as ``too_late``:
the archive, replayed, is the place to settle them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.deadlines import first_due_us
from throughcare.monitoring.evaluate import evaluate
from throughcare.monitoring.events import Event, EventKind, event_id
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold, open_tail, start_carry
from throughcare.monitoring.incidents import Incident, IncidentStatus
from throughcare.monitoring.items import Batch, Items, canonical_fixes, canonical_statuses, merge_items
from throughcare.monitoring.presence import Segment
from throughcare.monitoring.pruning import prune
from throughcare.monitoring.quiet import stays_quiet
from throughcare.monitoring.rules import ActivationRules, Rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.state import ActivationState, State, Told, WatchState
from throughcare.monitoring.status import Statuses


def advance(
    state: State,
    fixes: Fixes,
    statuses: Statuses,
    *,
    rules: Rules,
    now_us: int,
    retain_us: int | None = None,
) -> tuple[State, tuple[Event, ...]]:
    """Return the state and the events after new facts, or after time alone has passed.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        New facts in any order, duplicates allowed; keyed by activation. Every activation must be in ``rules``
        (intake has rejected the others).
    rules : Rules
        Compiled orders; when they differ from the last advance's, everything retained is evaluated anew.
    now_us : int
        Nothing is known after it; it never goes back.
    retain_us : int or None, microseconds
        How long facts are kept for revision; None keeps all (replay).

    Raises
    ------
    ValueError
        If ``now_us`` goes back, or an activation is not in the rules.
    """
    if now_us < state.now_us:
        raise ValueError(f"now_us {now_us} is before the last advance's {state.now_us}")
    arrived = _by_activation(fixes, statuses)
    unknown = sorted(set(arrived) - set(rules.activations))
    if unknown:
        raise ValueError(f"facts of activations that the rules do not hold: {unknown[:3]}")
    activations = dict(state.activations)
    events: list[Event] = []
    for activation_id in sorted(rules.activations):
        compiled = rules.activations[activation_id]
        held = activations.get(activation_id)
        new = arrived.get(activation_id)
        if new is None and held is None and compiled.interval.start_us > now_us:
            continue
        after, told = _advance_one(
            held or _empty(compiled),
            new or (_NO_FIXES, _NO_STATUSES),
            compiled,
            rules,
            now_us,
            state,
        )
        if retain_us is not None:
            after = prune(after, compiled=compiled, rules=rules, oldest_us=now_us - retain_us)
        activations[activation_id] = after
        events.extend(told)
    for dropped in sorted(activations.keys() - rules.activations.keys()):
        activations[dropped], told = _let_go(activations[dropped], now_us, state.rules_id == rules.rules_id)
        events.extend(told)
    events.sort(key=lambda event: (event.t_us, event.event_id))
    return State(activations=activations, rules_id=rules.rules_id, now_us=now_us), tuple(events)


_NO_FIXES = Fixes.empty()
_NO_STATUSES = Statuses.empty()

Facts = tuple[Fixes, Statuses]


def scope_of(held: ActivationState, *, compiled: ActivationRules, rules: Rules, now_us: int) -> Scope:
    """Return what the incident rules may look at, from a state."""
    segments: dict[str, tuple[Segment, ...]] = {}
    for watch_id, watch in held.watches.items():
        tail = open_tail(watch.head, now_us=now_us, parameters=rules.parameters)
        segments[watch_id] = (*watch.before, *watch.since, *tail)
    return Scope(
        rules=compiled,
        parameters=rules.parameters,
        fixes=held.fixes,
        statuses=held.statuses,
        segments=segments,
        now_us=now_us,
        whole_from_us=held.base_us + 1 if held.base_us >= compiled.interval.start_us else None,
    )


def _by_activation(fixes: Fixes, statuses: Statuses) -> dict[str, Facts]:
    of_fixes = _split(fixes)
    of_statuses = _split(statuses)
    return {
        key: (of_fixes.get(key, _NO_FIXES), of_statuses.get(key, _NO_STATUSES))
        for key in of_fixes.keys() | of_statuses.keys()
    }


def _split(batch: Batch) -> dict[str, Batch]:
    if not len(batch):
        return {}
    if len(batch.keys) == 1:  # as a live worker calls
        return {batch.keys[0]: batch}
    if bool(np.any(batch.key[1:] < batch.key[:-1])):
        batch = batch.take(np.argsort(batch.key, kind="stable"))
    edges = [0, *(np.flatnonzero(np.diff(batch.key)) + 1).tolist(), len(batch)]
    found: dict[str, Batch] = {}
    for first, after in itertools.pairwise(edges):
        name = batch.keys[int(batch.key[first])]
        found[name] = batch.take(slice(first, after)).rekey(np.zeros(after - first, np.int64), (name,))
    return found


def _empty(compiled: ActivationRules) -> ActivationState:
    return ActivationState(
        activation_id=compiled.activation.activation_id,
        settled_us=compiled.interval.start_us - 1,
        base_us=compiled.interval.start_us - 1,
        head_us=NO_TIME_US,
        fixes=_NO_FIXES,
        statuses=_NO_STATUSES,
        watches={},
        told={},
    )


def _advance_one(
    held: ActivationState,
    new: Facts,
    compiled: ActivationRules,
    rules: Rules,
    now_us: int,
    last: State,
) -> tuple[ActivationState, list[Event]]:
    events: list[Event] = []
    same_rules = last.rules_id == rules.rules_id
    fixes, statuses = new
    late = int(
        np.count_nonzero(fixes.t_us <= held.settled_us) + np.count_nonzero(statuses.t_us <= held.settled_us)
    )
    if late:
        events.append(_notice(EventKind.TOO_LATE, held, now_us, late))
        fixes = fixes.take(fixes.t_us > held.settled_us)
        statuses = statuses.take(statuses.t_us > held.settled_us)
    if not same_rules and held.settled_us >= compiled.interval.start_us and held.watches:
        events.append(_notice(EventKind.REPLAY_NEEDED, held, now_us, 0))
    goes_on = same_rules and _goes_on(held, fixes, statuses, compiled)
    merged = _merge(held, fixes, statuses, compiled, rules, goes_on)
    if goes_on and stays_quiet(
        held,
        merged,
        statuses,
        compiled=compiled,
        parameters=rules.parameters,
        was_us=last.now_us,
        now_us=now_us,
    ):
        return replace(merged, quiet_until_us=_quiet_until_us(merged, compiled, rules)), events
    incidents = evaluate(scope_of(merged, compiled=compiled, rules=rules, now_us=now_us))
    told, news = _tell(merged, incidents, now_us)
    after = replace(merged, told=told)
    return replace(after, quiet_until_us=_quiet_until_us(after, compiled, rules)), events + news


def _quiet_until_us(held: ActivationState, compiled: ActivationRules, rules: Rules) -> int:
    due_us = first_due_us(compiled, held, rules, after_us=held.head_us)
    return rules.within.stop_us if due_us is None else min(due_us, rules.within.stop_us)


def _let_go(
    held: ActivationState,
    now_us: int,
    same_rules: bool,  # noqa: FBT001
) -> tuple[ActivationState, list[Event]]:
    """Take back what was told of an activation that a correction dropped: nobody was monitored then.

    The facts are kept, for a further correction may bring it back. What is final asks for a replay.
    """
    told, events = _tell(held, (), now_us)
    if not same_rules and held.base_us < held.settled_us:
        events.insert(0, _notice(EventKind.REPLAY_NEEDED, held, now_us, 0))
    return replace(held, told=told), events


def _notice(kind: EventKind, held: ActivationState, now_us: int, count: int) -> Event:
    identity = event_id(
        kind=kind, about=held.activation_id, revision=0, content=f"{held.settled_us} {now_us} {count}"
    )
    return Event(identity, kind, held.activation_id, None, 0, now_us, now_us, None, count=count)


def _merge(
    held: ActivationState,
    fixes: Fixes,
    statuses: Statuses,
    compiled: ActivationRules,
    rules: Rules,
    goes_on: bool,  # noqa: FBT001
) -> ActivationState:
    all_fixes = canonical_fixes(Fixes.concat([held.fixes, fixes])) if len(fixes) else held.fixes
    all_statuses = (
        canonical_statuses(Statuses.concat([held.statuses, statuses])) if len(statuses) else held.statuses
    )
    fold_all = _fold_on if goes_on else _fold_again
    return fold_all(held, all_fixes, all_statuses, compiled, rules)


def _goes_on(held: ActivationState, fixes: Fixes, statuses: Statuses, compiled: ActivationRules) -> bool:
    """Return whether the fold can go on from its head: what is new is newer than everything folded."""
    oldest = min(
        [int(batch.t_us.min()) for batch in (fixes, statuses) if len(batch)], default=held.head_us + 1
    )
    return oldest > held.head_us and all(watch.watch_id in held.watches for watch in compiled.watches)


def _fold_on(
    held: ActivationState, fixes: Fixes, statuses: Statuses, compiled: ActivationRules, rules: Rules
) -> ActivationState:
    new = _items_after(held.head_us, fixes, statuses, rules)
    watches: dict[str, WatchState] = {}
    for watch in compiled.watches:
        before = held.watches[watch.watch_id]
        head, segments = fold(new, watch, before.head, parameters=rules.parameters)
        watches[watch.watch_id] = replace(before, head=head, since=before.since + segments)
    return replace(held, head_us=_newest(fixes, statuses), fixes=fixes, statuses=statuses, watches=watches)


def _fold_again(
    held: ActivationState, fixes: Fixes, statuses: Statuses, compiled: ActivationRules, rules: Rules
) -> ActivationState:
    items = _items_after(held.base_us, fixes, statuses, rules)
    watches: dict[str, WatchState] = {}
    for watch in compiled.watches:
        known = held.watches.get(watch.watch_id)
        base = start_carry(held.base_us + 1) if known is None else known.base
        head, segments = fold(items, watch, base, parameters=rules.parameters)
        watches[watch.watch_id] = WatchState(
            base=base, head=head, before=() if known is None else known.before, since=segments
        )
    return replace(held, head_us=_newest(fixes, statuses), fixes=fixes, statuses=statuses, watches=watches)


def _items_after(after_us: int, fixes: Fixes, statuses: Statuses, rules: Rules) -> Items:
    return merge_items(_after(fixes, after_us), _after(statuses, after_us), rules.parameters)


def _after(batch: Batch, t_us: int) -> Batch:
    return batch.take(slice(int(np.searchsorted(batch.t_us, t_us, side="right")), None))


def _newest(fixes: Fixes, statuses: Statuses) -> int:
    return max([int(batch.t_us[-1]) for batch in (fixes, statuses) if len(batch)], default=NO_TIME_US)


def _tell(
    held: ActivationState, incidents: tuple[Incident, ...], now_us: int
) -> tuple[dict[str, Told], list[Event]]:
    """Compare what stands with what was told; return the new telling and the events between the two."""
    told: dict[str, Told] = {}
    events: list[Event] = []
    for incident in incidents:
        before = held.told.get(incident.incident_id)
        if before is None and incident.start_us <= held.settled_us:
            continue  # told before and final; only its trace is seen here
        material = incident.material
        if before is not None and before.material == material:
            told[incident.incident_id] = before
            continue
        revision = 1 if before is None else before.revision + 1
        standing = None if before is None or before.retracted else before
        events.append(_news(incident, standing, revision, material, now_us))
        told[incident.incident_id] = Told(
            incident_id=incident.incident_id,
            kind=str(incident.kind),
            code=str(incident.code),
            start_us=incident.start_us,
            end_us=incident.end_us,
            stop_us=_stop_us(incident),
            material=material,
            revision=revision,
        )
    for incident_id in sorted(held.told.keys() - told.keys()):
        before = held.told[incident_id]
        if not before.retracted:
            events.append(_retraction(held, before, now_us))
            before = replace(
                before, end_us=None, stop_us=before.start_us, material="", revision=before.revision + 1
            )
        told[incident_id] = before
    return told, events


def tell_apart(
    told: Mapping[str, Told],
    incidents: tuple[Incident, ...],
    *,
    activation_id: str,
    settled_us: int,
    now_us: int,
) -> tuple[dict[str, Told], list[Event]]:
    """Return the new telling, and the events, of incidents that were found beside the fold of an activation.

    Parameters
    ----------
    told : mapping of incident id to Told
        Everything of that sort that was told before and began after ``settled_us``.
    settled_us : int
        What began up to it is final and is not told again.
    """
    held = ActivationState(
        activation_id, settled_us, settled_us, NO_TIME_US, _NO_FIXES, _NO_STATUSES, watches={}, told=told
    )
    return _tell(held, incidents, now_us)


def _stop_us(incident: Incident) -> int | None:
    """Return the instant after which no fact can change the incident; None while it is open."""
    if incident.status is IncidentStatus.OPEN:
        return None
    window = incident.window
    ends = [incident.end_us, None if window is None else window.end_us, incident.detected_us]
    return max(end for end in ends if end is not None)


def _news(incident: Incident, before: Told | None, revision: int, material: str, now_us: int) -> Event:
    closed = incident.status is IncidentStatus.CLOSED
    if before is None:
        kind, t_us = EventKind.OPENED, incident.detected_us
    elif closed and before.stop_us is None:
        kind, t_us = EventKind.CLOSED, now_us if incident.end_us is None else incident.end_us
    else:
        kind, t_us = EventKind.REVISED, now_us
    identity = event_id(kind=kind, about=incident.incident_id, revision=revision, content=material)
    return Event(
        event_id=identity,
        kind=kind,
        activation_id=incident.activation_id,
        incident_id=incident.incident_id,
        revision=revision,
        t_us=t_us,
        known_us=now_us,
        incident=incident,
        code=str(incident.code),
    )


def _retraction(held: ActivationState, told: Told, now_us: int) -> Event:
    revision = told.revision + 1
    identity = event_id(
        kind=EventKind.RETRACTED, about=told.incident_id, revision=revision, content=told.material
    )
    return Event(
        event_id=identity,
        kind=EventKind.RETRACTED,
        activation_id=held.activation_id,
        incident_id=told.incident_id,
        revision=revision,
        t_us=now_us,
        known_us=now_us,
        incident=None,
        code=told.code,
    )
