"""Taking over what was monitored before: evaluated states, their events and facts, and files of the archive.

The rows are written by the worker's own writing. Only the instants of recording are put back to when a live service
would have recorded: a moment after each event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from throughcare.adapters.stores.archive import Part
from throughcare.kernel.time import SECOND_US
from throughcare.service.monitoring.evaluation import Claimed, Outcome, Sorted, Taken
from throughcare.service.monitoring.models import ArchiveFile, EngineEvent, EngineState, IncidentRow, Mark
from throughcare.service.monitoring.past import Past
from throughcare.service.monitoring.protecting import link
from throughcare.service.monitoring.waking import ORDERS_MARK
from throughcare.service.monitoring.writing import write
from throughcare.service.orders.actions import note_first_contact, note_monitored
from throughcare.service.orders.queries import orders_changed_since

SOON_US = 2 * SECOND_US


@transaction.atomic
def take_over(*, pasts: Sequence[Past], now_us: int) -> int:
    """Write activations that were evaluated elsewhere, none of which the service knows yet; return the events.

    Raises
    ------
    django.db.IntegrityError
        If the service knows one of them already; nothing is written then.
    """
    EngineState.objects.bulk_create(
        EngineState(
            activation_id=past.activation_id, person_ref=past.person_ref, order_id=past.order_id, blob=b""
        )
        for past in pasts
    )
    names = [past.activation_id for past in pasts]
    keys = dict(EngineState.objects.filter(activation_id__in=names).values_list("activation_id", "pk"))
    for past in pasts:
        _note_contact(past)
    found = Sorted()
    items: list[Taken] = []
    outcomes = [_outcome(past, keys[past.activation_id], found, items) for past in pasts]
    written = write(outcomes, items, found, waiting=(), worker="", now_us=now_us, lease_us=0)
    EngineEvent.objects.filter(activation_id__in=names).update(
        recorded_us=F("t_us") + SOON_US, known_us=F("t_us") + SOON_US
    )
    IncidentRow.objects.filter(activation_id__in=names).update(
        first_recorded_us=F("detected_us") + SOON_US,
        last_recorded_us=Greatest("detected_us", Coalesce("end_us", "detected_us")) + SOON_US,
    )
    return written.events


def take_over_files(*, files: Iterable[tuple[str, dt.date, Part]], now_us: int) -> int:
    """Write down files of the archive that were written elsewhere by the same means; return how many."""
    made = ArchiveFile.objects.bulk_create(
        ArchiveFile(path=part.path, day=day, kind=kind, rows=part.rows, digest=part.digest, written_us=now_us)
        for kind, day, part in files
    )
    return len(made)


def take_over_orders(*, now_us: int) -> None:
    """Note that every order version so far was taken into account, so that no worker looks at them all again."""
    changed, newest = orders_changed_since(0)
    link(changed)
    Mark.objects.update_or_create(name=ORDERS_MARK, defaults={"value": newest, "at_us": now_us})


def _note_contact(past: Past) -> None:
    """Note the first word and the first watched moment at their own times, so that the register closes then."""
    if past.first_us is not None:
        note_first_contact(
            activation_id=past.activation_id, at_us=past.first_us, now_us=past.first_us + SOON_US
        )
    if past.first_watched_us is not None:
        at_us = past.first_watched_us
        note_monitored(activation_id=past.activation_id, at_us=at_us, now_us=at_us + SOON_US)


def _outcome(past: Past, key: int, found: Sorted, items: list[Taken]) -> Outcome:
    """Return the outcome whose facts point to items that say which device spoke."""
    claimed = Claimed(
        pk=key,
        activation_id=past.activation_id,
        person_ref=past.person_ref,
        order_id=past.order_id,
        version=0,
        trouble="",
        last_fix_us=None,
        last_heard_us=None,
    )
    place: dict[str, int] = {}
    speakers = [past.device_id] * len(past.fixes) + list(past.speakers)
    for name in sorted(set(speakers)):
        place[name] = len(items)
        items.append(Taken(0, name, "", 0, b"", ()))
    first = len(found.item)
    found.item.extend(place[name] for name in speakers)
    numbers = np.arange(first, len(found.item))
    fixes = replace(past.fixes, row=numbers[: len(past.fixes)])
    statuses = replace(past.statuses, row=numbers[len(past.fixes) :])
    return Outcome(claimed, fixes, statuses, past.step, past.step.events)
