"""Taking in what the engine told: every incident gets an item, and whatever became of it is written beside it."""

from __future__ import annotations

from typing import Any

from throughcare.service.desk.merging import suppression
from throughcare.service.desk.models import Decision, DeskEntry, DeskItem
from throughcare.service.desk.shelf import Shelf, told_of
from throughcare.service.desk.vocabulary import (
    MERGE_WORDS,
    OPEN_STATES,
    SUPPRESSION_WORDS,
    EntryKind,
    ItemState,
    Outcome,
)
from throughcare.service.monitoring.queries import IncidentView

BY = "system:desk"
GREW_S = 900.0  # a closed item whose incident grew by more comes back
CLOSED = "closed"


def take(view: IncidentView, shelf: Shelf, *, now_us: int) -> None:
    """Bring the item of one incident up to what the engine told last."""
    item = shelf.by_incident.get(view.incident_id)
    if item is None:
        _first(view, shelf, now_us)
        return
    before = {"retracted": item.retracted, "best_s": item.best_s, "end_us": item.end_us, "atv_s": item.atv_s}
    _copy(view, item)
    root = shelf.root(item)
    if item.retracted and not before["retracted"]:
        _retract(item, root, shelf, now_us)
    elif before["retracted"] and not item.retracted:
        _retell(item, root, now_us)
    elif not item.retracted:
        _grow(item, root, before, shelf, now_us)
    shelf.refresh(root, now_us=now_us)
    root.save()
    if item is not root:
        item.save()


def write(item: DeskItem, kind: EntryKind, *, now_us: int, words: str = "", **detail: Any) -> None:  # noqa: ANN401
    """Write what the desk itself did about an item."""
    DeskEntry.objects.create(item=item, at_us=now_us, by=BY, kind=kind, words=words, detail=detail)


def _copy(view: IncidentView, item: DeskItem) -> None:
    item.order_id, item.activation_id = view.order_id, view.activation_id
    item.person_ref, item.condition_id = view.person_ref, view.condition_id
    item.kind, item.code = view.kind, view.code
    item.start_us, item.end_us, item.detected_us = view.start_us, view.end_us, view.detected_us
    item.best_s, item.atv_s = view.best_s, view.body["atv_s"]
    item.allowed_s = sum(part["seconds"] for part in view.body["allowed"])
    item.cause = view.body["cause"] or ""
    item.confidence = view.confidence
    item.is_over = view.status == CLOSED
    item.retracted = view.retracted
    item.engine_revision = view.revision


def _first(view: IncidentView, shelf: Shelf, now_us: int) -> None:
    item = DeskItem(incident_id=view.incident_id, opened_us=now_us, clock_us=now_us, state=ItemState.NEW)
    _copy(view, item)
    item.lead_kind = item.kind
    found = None if item.retracted else suppression(told_of(item), closed=item.is_over)
    home = None if item.retracted or found else shelf.home_for(told_of(item), now_us=now_us)
    if item.retracted:
        item.state, item.outcome, item.closed_us = ItemState.CLOSED, Outcome.RETRACTED, now_us
        kind, words = EntryKind.RETRACTED, "The engine had taken it back before it came on the desk."
    elif found is not None:
        item.state, item.suppressed = ItemState.SUPPRESSED, found
        kind, words = EntryKind.SUPPRESSED, SUPPRESSION_WORDS[found]
    elif home is not None:
        item.state, item.merged_into, item.merge_rule = ItemState.MERGED, home[0], home[1]
        kind, words = EntryKind.MERGED, MERGE_WORDS[home[1]]
    else:
        kind, words = EntryKind.TAKEN_IN, ""
    item.save()
    shelf.put(item)
    write(item, kind, now_us=now_us, words=words)
    root = shelf.root(item)
    if root is not item:
        write(root, EntryKind.MERGED, now_us=now_us, words=words, incident=item.incident_id)
    shelf.refresh(root, now_us=now_us)
    root.save()


def _retract(item: DeskItem, root: DeskItem, shelf: Shelf, now_us: int) -> None:
    """Close what rests on nothing any more; bring back what was decided on it. Nothing vanishes."""
    write(root, EntryKind.RETRACTED, now_us=now_us, incident=item.incident_id,
          words="Facts that came later, or a change of the order, do not show it any more.")  # fmt: skip
    if shelf.standing(root):
        return
    if root.state in OPEN_STATES or root.state == ItemState.SUPPRESSED:
        _close(root, Outcome.RETRACTED, now_us)
        withdrawn = "The engine took the incident back."
        Decision.objects.filter(item=root, signed_us__isnull=True, ended_us__isnull=True).update(
            ended_by=BY, ended_us=now_us, ended_words=withdrawn
        )
    elif root.outcome == Outcome.DECIDED:
        reopen(root, now_us)
        write(root, EntryKind.REOPENED, now_us=now_us,
              words="A decision was signed on an incident that the engine has taken back since: look at it again.")  # fmt: skip


def _retell(item: DeskItem, root: DeskItem, now_us: int) -> None:
    write(root, EntryKind.RETOLD, now_us=now_us, incident=item.incident_id)
    if root.state == ItemState.CLOSED and root.outcome == Outcome.RETRACTED:
        reopen(root, now_us)


def _grow(item: DeskItem, root: DeskItem, before: dict[str, Any], shelf: Shelf, now_us: int) -> None:
    write(root, EntryKind.GREW, now_us=now_us, incident=item.incident_id,
          before={name: before[name] for name in ("best_s", "atv_s", "end_us")},
          after={"best_s": item.best_s, "atv_s": item.atv_s, "end_us": item.end_us})  # fmt: skip
    found = suppression(told_of(item), closed=item.is_over)
    if item.state == ItemState.SUPPRESSED and found is None:
        reopen(item, now_us)
        item.suppressed = ""
        write(item, EntryKind.UNSUPPRESSED, now_us=now_us, words="It changed, and the reason is gone.")
    elif item.state == ItemState.NEW and found is not None and not item.kept and len(shelf.group(item)) == 1:
        item.state, item.suppressed, item.revision = ItemState.SUPPRESSED, found, item.revision + 1
        write(item, EntryKind.SUPPRESSED, now_us=now_us, words=SUPPRESSION_WORDS[found])
    elif root.state == ItemState.CLOSED and found is None and _grew_since_closed(root, shelf):
        reopen(root, now_us)
        write(
            root,
            EntryKind.REOPENED,
            now_us=now_us,
            words="It grew by more than 15 minutes after it was closed.",
        )


def _grew_since_closed(root: DeskItem, shelf: Shelf) -> bool:
    return sum(item.best_s for item in shelf.standing(root)) > root.closed_best_s + GREW_S


def _close(root: DeskItem, outcome: Outcome, now_us: int) -> None:
    root.state, root.outcome, root.closed_us, root.suppressed = ItemState.CLOSED, outcome, now_us, ""
    root.revision += 1


def reopen(root: DeskItem, now_us: int) -> None:
    """Make an item new again: its clocks start anew. The caller saves it."""
    root.state, root.outcome, root.closed_us = ItemState.NEW, "", None
    root.clock_us, root.contacted_us, root.escalated_us, root.run_out = now_us, None, None, []
    root.revision += 1
