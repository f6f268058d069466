"""Working on an item: acknowledge, try to reach the person, note, assess, excuse, hand over, reopen."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from throughcare.orders.vocabulary import ExcuseReason
from throughcare.service.desk.actions.changing import ItemChanged, change, enter
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.shelf import Shelf, set_clock
from throughcare.service.desk.vocabulary import (
    OPEN_STATES,
    WORKED_STATES,
    Assessment,
    Channel,
    ContactOutcome,
    EntryKind,
    ItemState,
    Outcome,
)
from throughcare.service.orders.actions import add_authorised_absence, add_reasonable_excuse
from throughcare.service.viewer import Viewer


@transaction.atomic
def acknowledge(*, by: Viewer, now_us: int, item_id: int, revision: int) -> None:
    """Take an item: of two people at once, one gets it.

    Raises
    ------
    ItemChanged
        If somebody else took it first.
    """
    item = change(
        item_id,
        revision,
        among=[ItemState.NEW],
        state=ItemState.ACKNOWLEDGED,
        owner_id=by.user_id,
        acknowledged_us=Coalesce("acknowledged_us", now_us),
    )
    enter(item, EntryKind.ACKNOWLEDGED, by=by, now_us=now_us)


@transaction.atomic
def record_contact(
    *,
    by: Viewer,
    now_us: int,
    item_id: int,
    at_us: int,
    channel: Channel,
    outcome: ContactOutcome,
    words: str,
    next_step: str,
) -> None:
    """Write an attempt to reach the person. It adds to what is there, so two people may do it at once.

    Parameters
    ----------
    at_us : int
        When the attempt was made.

    Raises
    ------
    ItemChanged
        If the item is not open any more.
    """
    item = DeskItem.objects.select_for_update().get(pk=item_id)
    if item.state not in OPEN_STATES:
        raise ItemChanged
    if item.contacted_us is None:
        item.contacted_us = at_us
        set_clock(item)
        item.save(update_fields=["contacted_us", "due_us", "due_step"])
    detail = {"channel": channel, "at_us": at_us, "next": next_step}
    enter(item, EntryKind.CONTACT, by=by, now_us=now_us, outcome=outcome, words=words, detail=detail)


@transaction.atomic
def add_note(*, by: Viewer, now_us: int, item_id: int, words: str) -> None:
    """Write a note beside an item, whatever its state."""
    enter(DeskItem.objects.get(pk=item_id), EntryKind.NOTE, by=by, now_us=now_us, words=words)


@transaction.atomic
def assess(
    *, by: Viewer, now_us: int, item_id: int, revision: int, assessment: Assessment, words: str
) -> None:
    """Say what an incident was. A fault, or one that cannot be told, closes the item; non-compliance asks for a decision.

    Raises
    ------
    ItemChanged
    """
    closing = {
        Assessment.EQUIPMENT_FAULT: Outcome.EQUIPMENT_FAULT,
        Assessment.CANNOT_TELL: Outcome.CANNOT_TELL,
    }.get(assessment)
    values: dict[str, Any] = {"state": ItemState.ASSESSED}
    if closing is not None:
        values = closed(item_id, closing, now_us=now_us)
    item = change(item_id, revision, among=WORKED_STATES, **values)
    enter(item, EntryKind.ASSESSED, by=by, now_us=now_us, outcome=assessment, words=words)


@transaction.atomic
def accept_absence(
    *, by: Viewer, now_us: int, item_id: int, revision: int, from_us: int, to_us: int, reason: str
) -> None:
    """Record that the absence was authorised, as a version of the order; the engine then weighs it anew.

    Raises
    ------
    ItemChanged
        If the item changed in the meantime.
    OrderChanged, RefusedInput
        As :func:`throughcare.service.orders.actions.add_authorised_absence`.
    """
    values = closed(item_id, Outcome.AUTHORISED_ABSENCE, now_us=now_us)
    item = change(item_id, revision, among=WORKED_STATES, **values)
    absence_id = add_authorised_absence(
        by=by,
        now_us=now_us,
        order_id=item.order_id,
        condition_ids=[item.condition_id],
        from_us=from_us,
        to_us=to_us,
        reason=reason,
    )
    detail = {"absence": absence_id, "from_us": from_us, "to_us": to_us}
    enter(item, EntryKind.ABSENCE, by=by, now_us=now_us, words=reason, detail=detail)


@transaction.atomic
def accept_excuse(
    *,
    by: Viewer,
    now_us: int,
    item_id: int,
    revision: int,
    from_us: int,
    to_us: int,
    reason: ExcuseReason,
    proof: str,
) -> None:
    """Accept a reasonable excuse with its proof, as a version of the order; the engine then weighs it anew.

    Raises
    ------
    ItemChanged
        If the item changed in the meantime.
    OrderChanged, RefusedInput
        As :func:`throughcare.service.orders.actions.add_reasonable_excuse`.
    """
    values = closed(item_id, Outcome.REASONABLE_EXCUSE, now_us=now_us)
    item = change(item_id, revision, among=WORKED_STATES, **values)
    excuse_id = add_reasonable_excuse(
        by=by,
        now_us=now_us,
        order_id=item.order_id,
        condition_ids=[item.condition_id],
        from_us=from_us,
        to_us=to_us,
        reason=reason,
        proof=proof,
    )
    detail = {"excuse": excuse_id, "reason": reason, "from_us": from_us, "to_us": to_us}
    enter(item, EntryKind.EXCUSE, by=by, now_us=now_us, words=proof, outcome=reason, detail=detail)


def closed(item_id: int, outcome: Outcome, *, now_us: int) -> dict[str, Any]:
    """Return the fields of an item that is closed now; it comes back if its incidents grow beyond this."""
    group = DeskItem.objects.filter(Q(pk=item_id) | Q(merged_into=item_id), retracted=False)
    best_s = sum(group.values_list("best_s", flat=True))
    return {"state": ItemState.CLOSED, "outcome": outcome, "closed_us": now_us, "closed_best_s": best_s}


@transaction.atomic
def hand_over(
    *,
    by: Viewer,
    now_us: int,
    item_id: int,
    revision: int,
    words: str,
    team_id: int | None = None,
    user_id: int | None = None,
) -> None:
    """Give an open item to a team, or to one person, with a note of what they need to know.

    Raises
    ------
    ItemChanged
    """
    item = change(item_id, revision, among=OPEN_STATES, owner_id=user_id, team_id=team_id)
    detail = {"team": team_id, "user": user_id}
    enter(item, EntryKind.HANDED_OVER, by=by, now_us=now_us, words=words, detail=detail)


@transaction.atomic
def reopen(*, by: Viewer, now_us: int, item_id: int, revision: int, words: str) -> None:
    """Take a closed item up again; its history stays.

    Raises
    ------
    ItemChanged
    """
    values = {"state": ItemState.ACKNOWLEDGED, "outcome": "", "closed_us": None, "owner_id": by.user_id}
    clocks: dict[str, Any] = {"clock_us": now_us, "contacted_us": None, "escalated_us": None, "run_out": []}
    item = change(item_id, revision, among=[ItemState.CLOSED], **values, **clocks)
    enter(item, EntryKind.REOPENED, by=by, now_us=now_us, words=words)


@transaction.atomic
def put_on_desk(*, by: Viewer, now_us: int, item_id: int, revision: int, words: str) -> None:
    """Put on the desk what was suppressed, or take an incident out of the item that it was merged into.

    Raises
    ------
    ItemChanged
    """
    before = DeskItem.objects.get(pk=item_id)
    Shelf([before.person_ref])  # locks every item of the person, in the order in which the worker does
    was_merged = before.merged_into_id is not None
    values: dict[str, Any] = {"suppressed": "", "merged_into": None, "merge_rule": "", "kept": True}
    change(
        item_id,
        revision,
        among=[ItemState.SUPPRESSED, ItemState.MERGED],
        state=ItemState.NEW,
        clock_us=now_us,
        **values,
    )
    shelf = Shelf([before.person_ref])
    for changed in {before.pk, before.merged_into_id} - {None}:
        item = next(one for one in shelf.by_incident.values() if one.pk == changed)
        shelf.refresh(item, now_us=now_us)
        item.save()
    item = shelf.by_incident[before.incident_id]
    kind = EntryKind.SEPARATED if was_merged else EntryKind.UNSUPPRESSED
    enter(item, kind, by=by, now_us=now_us, words=words)


__all__ = [
    "ItemChanged",
    "accept_absence",
    "accept_excuse",
    "acknowledge",
    "add_note",
    "assess",
    "hand_over",
    "put_on_desk",
    "record_contact",
    "reopen",
]
