"""Questions about what leaves the service."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from throughcare.service.outbox.models import OutboxItem, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as its page shows it: what waits, what arrived, what was given up and why last."""

    number: int
    url: str
    events: tuple[str, ...]
    created_us: int
    stopped_us: int | None
    waiting: int
    delivered: int
    abandoned: int
    last_delivered_us: int | None
    last_error: str


def endpoints() -> list[EndpointView]:
    """Return every endpoint, the live ones first."""
    rows = WebhookEndpoint.objects.annotate(
        waiting=Count("items", filter=Q(items__next_try_us__isnull=False)),
        delivered=Count("items", filter=Q(items__delivered_us__isnull=False)),
        abandoned=Count("items", filter=Q(items__abandoned_us__isnull=False)),
        last_delivered_us=Max("items__delivered_us"),
    ).order_by("stopped_us", "pk")
    return [
        EndpointView(
            number=row.pk,
            url=row.url,
            events=tuple(row.events),
            created_us=row.created_us,
            stopped_us=row.stopped_us,
            waiting=row.waiting,
            delivered=row.delivered,
            abandoned=row.abandoned,
            last_delivered_us=row.last_delivered_us,
            last_error=_last_error(row.pk) if row.waiting or row.abandoned else "",
        )
        for row in rows
    ]


def _last_error(number: int) -> str:
    troubled = OutboxItem.objects.filter(endpoint_id=number).exclude(last_error="")
    return str(troubled.order_by("-pk").values_list("last_error", flat=True).first() or "")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to leave: how many notices, since when the oldest waits (None for none), how many were given up."""

    waiting: int
    oldest_us: int | None
    abandoned: int


def backlog() -> Backlog:
    """Return what waits to leave the service."""
    waiting = Q(next_try_us__isnull=False)
    found = OutboxItem.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        oldest_us=Min("created_us", filter=waiting),
        abandoned=Count("pk", filter=Q(abandoned_us__isnull=False)),
    )
    return Backlog(found["waiting"], found["oldest_us"], found["abandoned"])


def first_delivery_us(key: str) -> int | None:
    """Return when what was announced under a key first reached another system; None where it has not."""
    sent = OutboxItem.objects.filter(key__startswith=f"{key}@", endpoint__isnull=False)
    found: int | None = sent.aggregate(first=Min("delivered_us"))["first"]
    return found
