"""Writing what a pass made, in one transaction: state, events, incidents, facts and the inbox stand or fall together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from throughcare.kernel.time import iso_utc
from throughcare.monitoring.events import Event
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.intake import Reject as Refused
from throughcare.monitoring.known import HOME_UNIT_KINDS
from throughcare.monitoring.status import Readings, Statuses, StatusKind
from throughcare.runners.embedded import Step, stored
from throughcare.service.monitoring.evaluation import Claimed, Outcome, Sorted, Taken
from throughcare.service.monitoring.inbox import reject_row
from throughcare.service.monitoring.models import EngineEvent, EngineState, InboxItem, IncidentRow, Reject
from throughcare.service.monitoring.protecting import hold_devices, of_protected, settle, take_in
from throughcare.service.monitoring.rows import insert
from throughcare.service.monitoring.withholding import withheld
from throughcare.service.orders.actions import note_first_contact, note_monitored
from throughcare.service.outbox.actions import enqueue

NEVER_US = -1
_WATCHED = (
    StatusKind.RADIO_HEARD,
    StatusKind.ALCOHOL_READING,
)  # what speaks of a condition without a position
_STATE_FIELDS = (
    "version",
    "now_us",
    "blob",
    "due_us",
    "claimed_by",
    "claimed_until_us",
    "trouble",
    "last_fix_us",
    "last_heard_us",
)
_UPDATED = (
    "code", "status", "retracted", "start_us", "end_us", "detected_us", "last_recorded_us", "revision",
    "confidence", "best_s", "stop_us", "material", "body", "order_id", "condition_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What a transaction wrote: the activations that won their comparison, the items that are done, the events."""

    won: frozenset[str]
    done: frozenset[int]
    events: int


@transaction.atomic
def write(
    outcomes: Sequence[Outcome],
    items: Sequence[Taken],
    found: Sorted,
    *,
    waiting: Collection[int],
    worker: str,
    now_us: int,
    lease_us: int,
) -> Written:
    """Write the outcomes whose activations are still as they were claimed; the others are thrown away.

    An item is done when everything that it touches was written; its refused and nobody's facts are written then.

    Parameters
    ----------
    waiting : collection of int
        Items that must stay for another pass.
    """
    alive = _locked_items([item.pk for item in items])
    versions = _locked_versions([outcome.claimed.pk for outcome in outcomes])
    won = [o for o in outcomes if versions.get(o.claimed.activation_id) == o.claimed.version]
    lost = {o.claimed.activation_id for o in outcomes} - {o.claimed.activation_id for o in won}
    done = frozenset(
        item.pk
        for item in items
        if item.pk in alive
        and item.pk not in waiting
        and not any(span.activation_id in lost for span in item.spans)
    )
    _write_facts(won, items, found)
    _write_states(won, worker, now_us, lease_us)
    events = _write_events(won, now_us)
    _set_aside(items, found, done, now_us)
    for outcome in won:
        _note_contact(outcome, now_us)
        _announce(outcome, now_us)
        settle(outcome.watched)
    InboxItem.objects.filter(pk__in=done).delete()
    return Written(won=frozenset(o.claimed.activation_id for o in won), done=done, events=events)


def _locked_items(keys: Sequence[int]) -> set[int]:
    if not keys:
        return set()
    rows = InboxItem.objects.filter(pk__in=keys).order_by("pk").select_for_update()
    return set(rows.values_list("pk", flat=True))


def _locked_versions(keys: Sequence[int]) -> dict[str, int]:
    rows = EngineState.objects.filter(pk__in=keys).order_by("pk").select_for_update()
    return dict(rows.values_list("activation_id", "version"))


def _write_facts(won: Sequence[Outcome], items: Sequence[Taken], found: Sorted) -> None:
    for batch in (Fixes.concat([o.fixes for o in won]), Statuses.concat([o.statuses for o in won])):
        insert(batch, device_ids=[items[found.item[number]].device_id for number in batch.row.tolist()])


def _write_states(won: Sequence[Outcome], worker: str, now_us: int, lease_us: int) -> None:
    rows = [(*_state_values(o, worker, now_us, lease_us), o.claimed.pk) for o in won]
    if not rows:
        return
    quote = connection.ops.quote_name
    places = ", ".join(f"{quote(name)} = %s" for name in _STATE_FIELDS)
    table = quote(EngineState._meta.db_table)
    with connection.cursor() as cursor:  # one statement many times: thousands of rows a pass
        cursor.executemany(f"UPDATE {table} SET {places} WHERE {quote('id')} = %s", rows)  # noqa: S608


def _state_values(outcome: Outcome, worker: str, now_us: int, lease_us: int) -> tuple[Any, ...]:
    claimed, made = outcome.claimed, outcome.step
    last_fix_us, last_heard_us = last_heard(outcome)
    return (
        claimed.version + 1,
        now_us if made is None else made.state.now_us,
        b"" if made is None or not made.state.activations else stored(made.state),
        None if made is None else made.due_us,
        worker,
        now_us + lease_us,
        outcome.trouble,
        last_fix_us,
        last_heard_us,
    )


def last_heard(outcome: Outcome) -> tuple[int | None, int | None]:
    """Return when the tag last gave a position, and when anything of its own was last heard."""
    own = outcome.statuses.t_us[outcome.statuses.kind > max(HOME_UNIT_KINDS)]
    fix_us = max([outcome.claimed.last_fix_us or NEVER_US, *outcome.fixes.t_us.tolist()])
    heard_us = max([outcome.claimed.last_heard_us or NEVER_US, fix_us, *own.tolist()])
    return (None if fix_us == NEVER_US else fix_us), (None if heard_us == NEVER_US else heard_us)


def _note_contact(outcome: Outcome, now_us: int) -> None:
    """Tell the register of installation of the first word and of the first watched moment of an activation.

    A tag that finds positions is watched from its first; one beside a home unit from when the unit first heard it,
    a sensor of alcohol from its first reading. Such tags have no position that would tell later: they are asked
    about at every pass.
    """
    claimed = outcome.claimed
    if claimed.last_fix_us is not None or outcome.step is None:
        return
    watched = outcome.statuses.t_us[np.isin(outcome.statuses.kind, _WATCHED)]
    seen = [*outcome.fixes.t_us.tolist(), *watched.tolist()]
    if claimed.last_heard_us is None and (seen or last_heard(outcome)[1] is not None):
        first_us = min([*outcome.fixes.t_us.tolist(), *outcome.statuses.t_us.tolist()])
        note_first_contact(activation_id=claimed.activation_id, at_us=first_us, now_us=now_us)
    if seen:
        note_monitored(activation_id=claimed.activation_id, at_us=min(seen), now_us=now_us)


def _write_events(won: Sequence[Outcome], now_us: int) -> int:
    told = [(o, event) for o in won for event in o.events]
    if not told:
        return 0
    EngineEvent.objects.bulk_create(
        [_event_row(o.claimed, event, now_us) for o, event in told], ignore_conflicts=True
    )
    standing: dict[str, IncidentRow] = {}
    for outcome, event in told:
        if event.incident is not None and outcome.step is not None:
            standing[event.incident.incident_id] = _incident_row(outcome.claimed, event, outcome.step, now_us)
        elif event.incident_id is not None:
            _retract(standing, event, now_us)
    IncidentRow.objects.bulk_create(
        standing.values(), update_conflicts=True, unique_fields=["incident_id"], update_fields=_UPDATED
    )
    return len(told)


def _announce(outcome: Outcome, now_us: int) -> None:
    """Put every telling of an incident into the outbox: references and codes, nothing of where or who by name."""
    for event in outcome.events:
        if event.incident_id is None:
            continue
        status = "retracted" if event.incident is None else str(event.incident.status)
        body = {
            "event_id": event.event_id,
            "incident_id": event.incident_id,
            "person_ref": outcome.claimed.person_ref,
            "kind": str(event.kind),
            "code": event.code,
            "status": status,
            "revision": event.revision,
            "t": iso_utc(event.t_us),
        }
        enqueue(kind=f"incident.{event.kind}", key=event.event_id, body=body, now_us=now_us)


def _retract(standing: dict[str, IncidentRow], event: Event, now_us: int) -> None:
    """Mark an incident as taken back; its body stays as it was last told."""
    values = {"retracted": True, "material": "", "revision": event.revision, "last_recorded_us": now_us}
    row = standing.get(str(event.incident_id))
    if row is None:
        IncidentRow.objects.filter(incident_id=event.incident_id).update(**values)
        return
    for name, value in values.items():
        setattr(row, name, value)


def _event_row(claimed: Claimed, event: Event, now_us: int) -> EngineEvent:
    return EngineEvent(
        event_id=event.event_id,
        kind=str(event.kind),
        activation_id=event.activation_id,
        person_ref=claimed.person_ref,
        incident_id=event.incident_id or "",
        revision=event.revision,
        t_us=event.t_us,
        known_us=event.known_us,
        recorded_us=now_us,
        body=event.as_dict(),
    )


def _incident_row(claimed: Claimed, event: Event, made: Step, now_us: int) -> IncidentRow:
    incident = event.incident
    assert incident is not None, "asked for before"
    told = made.told[incident.incident_id]
    return IncidentRow(
        incident_id=incident.incident_id,
        activation_id=incident.activation_id,
        person_ref=claimed.person_ref,
        order_id=incident.order_id,
        condition_id=incident.condition_id or "",
        kind=str(incident.kind),
        code=str(incident.code),
        status=str(incident.status),
        retracted=False,
        start_us=incident.start_us,
        end_us=incident.end_us,
        detected_us=incident.detected_us,
        first_recorded_us=now_us,
        last_recorded_us=now_us,
        revision=event.revision,
        confidence=incident.confidence,
        best_s=incident.best_s,
        stop_us=told.stop_us,
        material=told.material,
        body=incident.as_dict(),
    )


def _set_aside(items: Sequence[Taken], found: Sorted, done: Collection[int], now_us: int) -> None:
    rejects: list[Reject] = []
    for place, refused in found.refused:
        if items[place].pk in done:
            rejects.append(reject_row(refused, delivery_id=items[place].delivery_id, at_us=now_us))
    if rejects:
        Reject.objects.bulk_create(withheld(rejects), ignore_conflicts=True)
    if found.nobodys:
        hold_devices()
    for batch, why in found.nobodys:
        owners = [items[found.item[number]] for number in batch.row.tolist()]
        kept = [place for place, owner in enumerate(owners) if owner.pk in done]
        if kept:
            _keep_nobodys(
                batch.take(kept),  # type: ignore[arg-type]
                [owners[place].device_id for place in kept],
                [why[place] for place in kept],
            )


def _keep_nobodys(batch: Positions | Readings, device_ids: Sequence[str], why: Sequence[str]) -> None:
    """Keep facts that are no wearer's: those of protected persons stand apart, with nothing of the wearers' side."""
    protected = of_protected(batch, device_ids)
    theirs = [place for place, is_theirs in enumerate(protected) if is_theirs]
    others = [place for place, is_theirs in enumerate(protected) if not is_theirs]
    if theirs:
        take_in(batch.take(theirs), device_ids=[device_ids[place] for place in theirs])  # type: ignore[arg-type]
    if others:
        insert(
            batch.take(others),  # type: ignore[arg-type]
            device_ids=[device_ids[place] for place in others],
            why=[why[place] for place in others],
        )


@transaction.atomic
def refuse(item: Taken, *, reason: str, words: str, now_us: int) -> None:
    """Take an item that cannot be evaluated out of the inbox, and keep it whole among the refused records."""
    if InboxItem.objects.filter(pk=item.pk).select_for_update().exists():
        refused = Refused(
            file="inbox",
            row=-1,
            field="item",
            reason=reason,
            words=words,
            key=item.device_id,
            raw=item.body.decode("utf-8", "backslashreplace"),
        )
        row = reject_row(refused, delivery_id=item.delivery_id, at_us=now_us)
        Reject.objects.bulk_create(withheld([row]), ignore_conflicts=True)
        InboxItem.objects.filter(pk=item.pk).delete()


def note_trouble(activation_ids: Iterable[str], *, words: str, rest_until_us: int | None = None) -> None:
    """Write trouble beside a state, for the desk and the operators; let it rest where it cannot go on."""
    rest = {} if rest_until_us is None else {"claimed_by": "resting", "claimed_until_us": rest_until_us}
    EngineState.objects.filter(activation_id__in=list(activation_ids)).update(trouble=words[:300], **rest)
