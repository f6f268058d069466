"""How long the desk's way takes, for those who run the service: counts and seconds, of nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Min, Q

from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.vocabulary import EntryKind


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an incident began, came to the desk and was first acknowledged (None while it is not)."""

    incident_id: str
    start_us: int
    opened_us: int
    acknowledged_us: int | None


def arrivals(*, since_us: int) -> list[Arrival]:
    """Return what came to the desk, or was first acknowledged, since an instant."""
    first = Min("entries__at_us", filter=Q(entries__kind=EntryKind.ACKNOWLEDGED))
    rows = DeskItem.objects.annotate(first_us=first).filter(
        Q(opened_us__gte=since_us) | Q(first_us__gte=since_us)
    )
    return [Arrival(*row) for row in rows.values_list("incident_id", "start_us", "opened_us", "first_us")]
