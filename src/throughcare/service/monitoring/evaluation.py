"""Evaluating what was taken from the inbox: facts to activations, activations to their next state. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.advance import tell_apart
from throughcare.monitoring.events import Event
from throughcare.monitoring.evidence import WITHHELD
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.intake import Reject as Refused
from throughcare.monitoring.items import Batch
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.state import State, Told
from throughcare.monitoring.status import Readings, Statuses
from throughcare.runners.embedded import Step, rebuild, step
from throughcare.service.monitoring.lines import Line, columns_of, parsed
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import EngineState, IncidentRow, ProximityWatch
from throughcare.service.monitoring.protecting import Watched, apart, told_of
from throughcare.service.monitoring.recorded import recorded, whole_state
from throughcare.service.orders.queries import ActivationSpan

NOBODYS = ("unknown_device", "outside_every_activation")  # kept, until an order covers them
_NO_FACTS = (Fixes.empty(), Statuses.empty())
_NOT_NAMED = "no order in force names this activation"


@dataclass(frozen=True, slots=True)
class Taken:
    """An item of the inbox, with the activations that its facts may belong to."""

    pk: int
    device_id: str
    delivery_id: str
    received_us: int
    body: bytes
    spans: tuple[ActivationSpan, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The state of an activation as claimed, without its bytes."""

    pk: int
    activation_id: str
    person_ref: str
    order_id: str
    version: int
    trouble: str
    last_fix_us: int | None
    last_heard_us: int | None


@dataclass(slots=True)
class Sorted:
    """The facts of some items: whose they are, nobody's, and refused.

    ``item`` says for every fact, by its row number, from which item it came.
    """

    item: list[int] = field(default_factory=list)
    fixes: dict[str, Fixes] = field(default_factory=dict)
    statuses: dict[str, Statuses] = field(default_factory=dict)
    nobodys: list[tuple[Positions | Readings, list[str]]] = field(default_factory=list)
    refused: list[tuple[int, Refused]] = field(default_factory=list)

    def of(self, activation_id: str) -> tuple[Fixes, Statuses]:
        """Return the facts of an activation; their rows are their numbers."""
        return (
            self.fixes.get(activation_id, _NO_FACTS[0]),
            self.statuses.get(activation_id, _NO_FACTS[1]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is to be written about one activation; ``step`` is None where no order in force names it."""

    claimed: Claimed
    fixes: Fixes
    statuses: Statuses
    step: Step | None
    events: tuple[Any, ...] = ()
    replayed: bool = False
    trouble: str = ""
    watched: tuple[Watched, ...] = ()


def sort_facts(items: Sequence[Taken], *, memory: Memory, now_us: int) -> Sorted:
    """Return whose the facts of the items are.

    Raises
    ------
    ValueError
        If an item is not what the inbox writes.
    """
    found = Sorted()
    owned: dict[str, list[tuple[int, int, Line]]] = {"p": [], "s": []}
    for place, taken in enumerate(items):
        for line in parsed(taken.body):
            owned[line[0]].append((len(found.item), place, line))
            found.item.append(place)
    spans = {span.activation_id: span for taken in items for span in taken.spans}
    memory.load_orders({span.order_id for span in spans.values()})
    places = {name: memory.places[name] for name in spans if name in memory.places}
    screen = Screen(spans.values(), now_us=now_us, places=places)
    devices = tuple(taken.device_id for taken in items)
    received_us = [taken.received_us for taken in items]
    if owned["p"]:
        positions = columns_of(Positions, owned["p"], devices=devices, received_us=received_us)
        screened = screen.positions(positions, file="inbox")
        found.fixes = _split(screened.fixes)
        _set_aside(found, positions, screened.rejects)
    if owned["s"]:
        readings = columns_of(Readings, owned["s"], devices=devices, received_us=received_us)
        tied = screen.readings(readings, file="inbox")
        found.statuses = _split(tied.statuses)
        _set_aside(found, readings, tied.rejects)
    return found


def _split(batch: Batch) -> dict[str, Batch]:
    order = np.argsort(batch.key, kind="stable")
    edges: list[int] = (np.flatnonzero(np.diff(batch.key[order])) + 1).tolist()
    ordered = {name: getattr(batch, name)[order] for name in batch.columns()}
    key = batch.key[order]
    found: dict[str, Batch] = {}
    for first, last in zip([0, *edges], [*edges, len(order)], strict=True):
        if last > first:
            name = batch.keys[int(key[first])]
            columns = {column: values[first:last] for column, values in ordered.items()}
            found[name] = type(batch).build(key=np.zeros(last - first, np.int64), keys=(name,), **columns)
    return found


def _set_aside(found: Sorted, batch: Positions | Readings, rejects: Iterable[Refused]) -> None:
    """Keep what is nobody's as facts, and what cannot be right as refused records."""
    place = {number: index for index, number in enumerate(batch.row.tolist())}
    waiting: list[tuple[int, str]] = []
    for reject in rejects:
        if reject.reason in NOBODYS:
            waiting.append((place[reject.row], reject.reason))
        else:
            found.refused.append((found.item[reject.row], replace(reject, row=-1)))
    if waiting:
        found.nobodys.append((batch.take(np.array([row for row, _ in waiting])), [why for _, why in waiting]))


def evaluate(
    claimed: Claimed, facts: tuple[Fixes, Statuses], *, memory: Memory, now_us: int, retain_us: int
) -> Outcome:
    """Return the next state of an activation and what it tells."""
    fixes, statuses = facts
    state = _load(claimed, memory)
    held = None if state is None else state.activations.get(claimed.activation_id)
    settled_us = None if held is None else held.settled_us
    rules = memory.rules(claimed.activation_id, claimed.order_id, settled_us=settled_us, now_us=now_us)
    if rules is None:
        return Outcome(
            claimed, fixes, statuses, None, _taken_back(claimed.activation_id, now_us), trouble=_NOT_NAMED
        )
    notices: tuple[Any, ...] = ()
    if state is not None:
        made = step(state, _plain(fixes), _plain(statuses), rules=rules, now_us=now_us, retain_us=retain_us)
        if not made.needs_archive:
            return Outcome(claimed, fixes, statuses, made, made.events)
        notices = tuple(event for event in made.events if event.incident_id is None)
    rules = memory.rules(claimed.activation_id, claimed.order_id, settled_us=None, now_us=now_us)
    assert rules is not None, "they were there a moment ago"
    old = recorded(claimed.activation_id)
    made = rebuild(
        _told(claimed.activation_id),
        Fixes.concat([old[0], _plain(fixes)]),
        Statuses.concat([old[1], _plain(statuses)]),
        rules=rules,
        now_us=now_us,
        retain_us=retain_us,
    )
    return Outcome(claimed, fixes, statuses, made, (*notices, *made.events), replayed=bool(notices))


def _taken_back(activation_id: str, now_us: int) -> tuple[Event, ...]:
    """Return what takes everything back that was told of an activation which no order names any more."""
    told = {row.incident_id: told_of(row) for row in IncidentRow.objects.filter(activation_id=activation_id)}
    return tuple(tell_apart(told, (), activation_id=activation_id, settled_us=NO_TIME_US, now_us=now_us)[1])


def with_distances(
    outcome: Outcome, watches: Sequence[ProximityWatch], *, memory: Memory, now_us: int, retain_us: int
) -> Outcome:
    """Return the outcome with what the distances from protected persons tell."""
    claimed, made = outcome.claimed, outcome.step
    held = None if made is None else made.state.activations.get(claimed.activation_id)
    if made is None or held is None:
        return outcome
    rules = memory.rules(claimed.activation_id, claimed.order_id, settled_us=held.settled_us, now_us=now_us)
    if rules is None:
        return outcome
    whole, watched = apart(made, watches, fixes=_plain(outcome.fixes), rules=rules, retain_us=retain_us)
    told = (*outcome.events, *whole.events[len(made.events) :])
    return replace(outcome, step=whole, events=told, watched=watched)


def _plain(batch: Batch) -> Batch:
    """Return the facts as they will be read back: without the numbers that they have in this pass."""
    if not len(batch):
        return batch
    columns = {name: getattr(batch, name) for name in batch.columns() if name != "row"}
    return type(batch).build(key=batch.key, keys=batch.keys, **columns)


def _load(claimed: Claimed, memory: Memory) -> State | None:
    known = memory.recall(claimed.activation_id, claimed.version)
    if known is not None:
        return known
    raw = EngineState.objects.filter(pk=claimed.pk).values_list("blob", flat=True).get()
    return whole_state(claimed.activation_id, bytes(raw))


def _told(activation_id: str) -> list[Told]:
    rows = IncidentRow.objects.filter(activation_id=activation_id).exclude(kind__in=WITHHELD)
    return [told_of(row) for row in rows]


def retained_us(retain_hours: int) -> int:
    """Return for how long facts are kept for revision."""
    return retain_hours * HOUR_US
