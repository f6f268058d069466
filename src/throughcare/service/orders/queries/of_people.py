"""How the orders of certain people stand, for lists of people. Who may ask is settled before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Q

from throughcare.service.orders.models import OrderRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one running or coming order stands: when it ends, when it was last signed, how its installation goes.

    ``late_us`` is since when its installation is late; None where it is not, or is done.
    """

    person_ref: str
    order_id: str
    starts_us: int
    ends_us: int | None
    signed_us: int
    is_monitored: bool
    late_us: int | None


def standing_of(person_refs: Iterable[str], *, now_us: int) -> list[Standing]:
    """Return the orders of people that have not ended, the first to end first, with one question."""
    running = Q(ends_us__isnull=True) | Q(ends_us__gt=now_us)
    rows = (
        OrderRecord.objects.filter(running, person__ref__in=set(person_refs))
        .annotate(signed_us=Max("versions__recorded_us"))
        .order_by("ends_us", "order_id")
        .values_list(
            "person__ref",
            "order_id",
            "starts_us",
            "ends_us",
            "signed_us",
            "installation__monitored_us",
            "installation__closed_us",
            "installation__due_us",
        )
    )
    return [
        Standing(
            person_ref=ref,
            order_id=order_id,
            starts_us=starts_us,
            ends_us=ends_us,
            signed_us=signed_us or 0,
            is_monitored=monitored_us is not None,
            late_us=due_us
            if due_us is not None and due_us < now_us and monitored_us is None and closed_us is None
            else None,
        )
        for ref, order_id, starts_us, ends_us, signed_us, monitored_us, closed_us, due_us in rows
    ]
