"""A worker's pass: take, evaluate outside any lock, write by compare-and-set. Killed at any line, it loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db import Error as DatabaseTrouble
from django.db.models import Q

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.service.monitoring import protecting
from throughcare.service.monitoring.evaluation import (
    Claimed,
    Outcome,
    Sorted,
    Taken,
    evaluate,
    retained_us,
    sort_facts,
    with_distances,
)
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import EngineState, InboxItem, ProximityWatch
from throughcare.service.monitoring.waking import follow_orders
from throughcare.service.monitoring.writing import Written, last_heard, note_trouble, refuse, write

log = logging.getLogger(__name__)
LEASE_US = (
    15 * SECOND_US
)  # an activation stays with the worker that remembers its state, while that one comes back
REST_US = MINUTE_US
_LOOK = 4  # items looked at for each one taken: those of other workers' activations are passed over
_OF_RECORDS = (DataError, IntegrityError)  # of the database's errors, those that a record can cause
_OF_MACHINES = (
    DatabaseTrouble,
    OSError,
    MemoryError,
)  # the pass ends; nothing was written, the next one tries again


@dataclass(frozen=True, slots=True)
class Worked:
    """What a pass did.

    Parameters
    ----------
    lost : int
        Activations that another worker wrote first: their facts stay in the inbox, or came with the other.
    refused : int
        Items that could not be evaluated and were set aside whole.
    """

    items: int = 0
    facts: int = 0
    activations: int = 0
    events: int = 0
    replays: int = 0
    lost: int = 0
    refused: int = 0
    troubled: int = 0

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.items or self.activations or self.lost or self.refused)

    def __add__(self, other: Worked) -> Worked:
        """Return both together."""
        return Worked(*(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__))


def work(*, worker: str, now_us: int, limit: int, memory: Memory) -> Worked:
    """Do one pass; see :func:`throughcare.service.monitoring.actions.work_once`."""
    follow_orders(memory, now_us=now_us)
    items = _candidates(memory, now_us=now_us, limit=limit)
    due = [*_due(worker, now_us=now_us, limit=limit), *protecting.due(now_us=now_us, limit=limit)]
    wanted = {span.activation_id for item in items for span in item.spans} | set(due)
    claimed = _claim(wanted, worker, now_us)
    mine = [item for item in items if all(span.activation_id in claimed for span in item.spans)]
    watches = protecting.watches_of(claimed)
    desk = _Pass(memory=memory, worker=worker, now_us=now_us, claimed=claimed, watches=watches)
    return desk.process(_with_bodies(mine[:limit]), set(due) & claimed.keys())


def _candidates(memory: Memory, *, now_us: int, limit: int) -> list[Taken]:
    """Return the oldest items whose time has come, without their bodies."""
    rows = InboxItem.objects.filter(last_us__lte=now_us).order_by("pk")
    fields = ("pk", "device_id", "delivery_id", "received_us", "first_us", "last_us")
    listed = list(rows.values_list(*fields)[: limit * _LOOK])
    spans = memory.spans_of({row[1] for row in listed})
    return [
        Taken(
            pk,
            device_id,
            delivery_id,
            received_us,
            b"",
            tuple(
                s
                for s in spans[device_id]
                if s.interval.start_us <= last_us and s.interval.stop_us > first_us
            ),
        )
        for pk, device_id, delivery_id, received_us, first_us, last_us in listed
    ]


def _with_bodies(items: Sequence[Taken]) -> list[Taken]:
    bodies = dict(InboxItem.objects.filter(pk__in=[i.pk for i in items]).values_list("pk", "body"))
    return [
        Taken(i.pk, i.device_id, i.delivery_id, i.received_us, bytes(bodies[i.pk]), i.spans)
        for i in items
        if i.pk in bodies
    ]


def _raise_if_of_machines(problem: Exception) -> None:
    """Raise again what no record can cause: a database that is away, a disk that is full."""
    if isinstance(problem, _OF_MACHINES) and not isinstance(problem, _OF_RECORDS):
        raise problem


def _free(worker: str, now_us: int) -> Q:
    return Q(claimed_until_us__lte=now_us) | Q(claimed_by=worker)


def _due(worker: str, *, now_us: int, limit: int) -> list[str]:
    rows = EngineState.objects.filter(_free(worker, now_us), due_us__lte=now_us).order_by("due_us")
    return list(rows.values_list("activation_id", flat=True)[:limit])


def _claim(activation_ids: Iterable[str], worker: str, now_us: int) -> dict[str, Claimed]:
    wanted = sorted(set(activation_ids))
    if not wanted:
        return {}
    fields = (
        "pk",
        "activation_id",
        "person_ref",
        "order_id",
        "version",
        "trouble",
        "last_fix_us",
        "last_heard_us",
    )
    with transaction.atomic():
        rows = EngineState.objects.filter(_free(worker, now_us), activation_id__in=wanted).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        found = [Claimed(*values) for values in rows.values_list(*fields)]
        keys = [claimed.pk for claimed in found]
        EngineState.objects.filter(pk__in=keys).update(claimed_by=worker, claimed_until_us=now_us + LEASE_US)
    return {claimed.activation_id: claimed for claimed in found}


@dataclass(slots=True)
class _Pass:
    """One pass: what was claimed, and how it is worked off."""

    memory: Memory
    worker: str
    now_us: int
    claimed: dict[str, Claimed]
    watches: dict[str, list[ProximityWatch]]

    def process(self, items: Sequence[Taken], due: Collection[str]) -> Worked:
        """Evaluate and write together; what fails is tried again one by one, and what fails alone is set aside."""
        if not items and not due:
            return Worked()
        wanted = sorted({span.activation_id for item in items for span in item.spans} | set(due))
        try:
            found = sort_facts(items, memory=self.memory, now_us=self.now_us)
            outcomes, failed = self._evaluate(wanted, found)
            waiting = {i.pk for i in items if any(span.activation_id in failed for span in i.spans)}
            written = write(
                outcomes,
                items,
                found,
                waiting=waiting,
                worker=self.worker,
                now_us=self.now_us,
                lease_us=LEASE_US,
            )
        except Exception as problem:  # noqa: BLE001 - the edge of the process: a poison record may raise anything
            _raise_if_of_machines(problem)
            return self._apart(items, wanted, problem)
        made = self._remember(outcomes, items, found, written)
        for activation_id, why in failed.items():
            stuck = [
                i for i in items if i.pk in waiting and any(s.activation_id == activation_id for s in i.spans)
            ]
            made += self._apart(stuck, [activation_id], why)
        return made

    def _evaluate(self, wanted: Iterable[str], found: Sorted) -> tuple[list[Outcome], dict[str, Exception]]:
        outcomes: list[Outcome] = []
        failed: dict[str, Exception] = {}
        for activation_id in wanted:
            try:
                outcomes.append(self._evaluated(activation_id, found))
            except Exception as problem:  # noqa: BLE001 - as in process
                _raise_if_of_machines(problem)
                failed[activation_id] = problem
        return outcomes, failed

    def _evaluated(self, activation_id: str, found: Sorted) -> Outcome:
        outcome = evaluate(
            self.claimed[activation_id],
            found.of(activation_id),
            memory=self.memory,
            now_us=self.now_us,
            retain_us=retained_us(settings.CONFIGURATION.retain_hours),
        )
        watches = self.watches.get(activation_id)
        return outcome if watches is None else self._with_distances(outcome, watches)

    def _with_distances(self, outcome: Outcome, watches: Sequence[ProximityWatch]) -> Outcome:
        retain_us = retained_us(settings.CONFIGURATION.retain_hours)
        return with_distances(outcome, watches, memory=self.memory, now_us=self.now_us, retain_us=retain_us)

    def _apart(self, items: Sequence[Taken], activation_ids: Sequence[str], problem: Exception) -> Worked:
        """Work off one by one what failed together; set aside what fails alone."""
        if len(items) > 1:
            return sum((self.process([item], ()) for item in items), Worked())
        if not items and len(activation_ids) > 1:
            return sum((self.process((), [activation_id]) for activation_id in activation_ids), Worked())
        trouble = type(problem).__name__
        _, ill = self._evaluate(activation_ids, Sorted())
        if (
            items and not ill and not isinstance(problem, RefusedInput)
        ):  # a refused file or order is not its fault
            words = f"The engine could not evaluate it ({trouble}). It is kept here whole; report it."
            refuse(items[0], reason="cannot_be_evaluated", words=words, now_us=self.now_us)
            note_trouble(activation_ids, words=f"a delivery was set aside: {trouble}")
            log.error("delivery set aside", extra={"item": items[0].pk, "trouble": trouble})
            return Worked(refused=1)
        note_trouble(
            activation_ids, words=f"cannot be evaluated: {trouble}", rest_until_us=self.now_us + REST_US
        )
        log.error("activation set aside", extra={"activations": len(activation_ids), "trouble": trouble})
        return Worked(troubled=len(activation_ids))

    def _remember(
        self, outcomes: Sequence[Outcome], items: Sequence[Taken], found: Sorted, written: Written
    ) -> Worked:
        for outcome in outcomes:
            claimed = outcome.claimed
            if claimed.activation_id not in written.won or outcome.step is None:
                self.memory.drop(claimed.activation_id)
            else:
                self.memory.keep(claimed.activation_id, claimed.version + 1, outcome.step.state)
            if claimed.activation_id in written.won:
                fix_us, heard_us = last_heard(outcome)
                self.claimed[claimed.activation_id] = replace(
                    claimed, version=claimed.version + 1, last_fix_us=fix_us, last_heard_us=heard_us
                )
        return Worked(
            items=len(written.done),
            facts=sum(1 for place in found.item if items[place].pk in written.done),
            activations=len(written.won),
            events=written.events,
            replays=sum(o.replayed for o in outcomes if o.claimed.activation_id in written.won),
            lost=len(outcomes) - len(written.won),
        )
