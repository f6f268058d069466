"""Taking over what was worked on before: one incident comes on the desk at the time at which it did."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from throughcare.service.desk.intake import take
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.shelf import Shelf
from throughcare.service.desk.vocabulary import ItemState
from throughcare.service.monitoring.queries import IncidentView


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as it stands, for whoever writes what was done about it."""

    item_id: int
    revision: int
    state: ItemState


@transaction.atomic
def take_over(*, view: IncidentView, now_us: int) -> Standing:
    """Put one incident on the desk as at an instant, and return its item."""
    shelf = Shelf([view.person_ref])
    take(view, shelf, now_us=now_us)
    return standing(shelf.by_incident[view.incident_id].pk)


def standing(item_id: int) -> Standing:
    """Return how an item stands."""
    item = DeskItem.objects.get(pk=item_id)
    return Standing(item.pk, item.revision, ItemState(item.state))
