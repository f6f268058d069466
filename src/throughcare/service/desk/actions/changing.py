"""The one way in which a person changes an item: compare its revision, set, write the entry and the log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F

from throughcare.service.audit.actions import record
from throughcare.service.desk.models import DeskEntry, DeskItem
from throughcare.service.desk.shelf import set_clock
from throughcare.service.desk.vocabulary import EntryKind, ItemState
from throughcare.service.viewer import Viewer


class ItemChanged(Exception):
    """Somebody else, or the engine, changed the item in the meantime; nothing was written."""


def change(
    item_id: int,
    revision: int,
    *,
    among: Collection[ItemState],
    **values: Any,  # noqa: ANN401
) -> DeskItem:
    """Set an item's fields if it is still as it was seen, and return it. Call it inside a transaction.

    Parameters
    ----------
    revision : int
        The one that the person saw.
    among : collection of ItemState
        The states in which the change makes sense.

    Raises
    ------
    ItemChanged
    """
    seen = DeskItem.objects.filter(pk=item_id, revision=revision, state__in=among)
    if not seen.update(revision=F("revision") + 1, **values):
        raise ItemChanged
    item = DeskItem.objects.get(pk=item_id)
    set_clock(item)
    item.save(update_fields=["due_us", "due_step"])
    return item


def enter(
    item: DeskItem,
    kind: EntryKind,
    *,
    by: Viewer,
    now_us: int,
    outcome: str = "",
    words: str = "",
    detail: dict[str, Any] | None = None,
) -> DeskEntry:
    """Write what a person did about an item, and the log of it; the log never holds the words."""
    entry = DeskEntry.objects.create(
        item=item, at_us=now_us, by=by.actor, kind=kind, outcome=outcome, words=words, detail=detail or {}
    )
    record(
        viewer=by,
        action=f"desk_{kind}",
        subject=f"desk_item:{item.pk}",
        at_us=now_us,
        person_ref=item.person_ref,
        detail={"entry": entry.pk, "outcome": outcome},
    )
    return entry
