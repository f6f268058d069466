"""What puts things into the outbox, and sends them: at least once, each under one key that a receiver can tell."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import transaction

from throughcare.adapters.notify.webhooks import Sent, check_address, signature
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.service.audit.actions import record
from throughcare.service.outbox.models import OutboxItem, WebhookEndpoint
from throughcare.service.outbox.vocabulary import EVENTS, WAITS_US
from throughcare.service.viewer import Viewer

LEASE_US = MINUTE_US  # a sender that was killed leaves the item to another after it
A_PASS = 50
Post = Callable[[str, bytes, dict[str, str]], Sent]


def enqueue(*, kind: str, key: str, body: dict[str, Any], now_us: int) -> None:
    """Put one thing to send into the outbox, in the caller's transaction; the same key counts once."""
    OutboxItem.objects.get_or_create(
        key=key, defaults={"kind": kind, "body": body, "created_us": now_us, "next_try_us": now_us}
    )


@transaction.atomic
def add_endpoint(*, by: Viewer, now_us: int, url: str, events: Collection[str]) -> tuple[int, str]:
    """Let another system be told of events; return the endpoint's number and its secret, which is shown once.

    Raises
    ------
    RefusedInput
        If the address or an event is none that can be used.
    """
    check_address(url, plain_http=settings.CONFIGURATION.demo)
    unknown = sorted(set(events) - EVENTS.keys())
    if unknown or not events:
        raise RefusedInput(
            where="webhook events",
            expected=f"at least one of {', '.join(EVENTS)}",
            found=", ".join(unknown)[:80] or "none",
            action="Choose what the other system is to be told of.",
        )
    row = WebhookEndpoint.objects.create(
        url=url,
        salt=settings.NEW_TOKEN(16),
        events=sorted(set(events)),
        created_by=by.actor,
        created_us=now_us,
    )
    record(
        viewer=by,
        action="webhook_added",
        subject=f"webhook:{row.pk}",
        at_us=now_us,
        recipient=f"webhook:{row.pk}",
        detail={"events": row.events},
    )
    return int(row.pk), secret_of(row)


@transaction.atomic
def stop_endpoint(*, by: Viewer, now_us: int, number: int) -> bool:
    """Tell an endpoint nothing any more; return whether there was one to stop. What still waits for it is given up."""
    stopped = WebhookEndpoint.objects.filter(pk=number, stopped_us__isnull=True).update(stopped_us=now_us)
    if not stopped:
        return False
    OutboxItem.objects.filter(
        endpoint_id=number, delivered_us__isnull=True, abandoned_us__isnull=True
    ).update(abandoned_us=now_us, next_try_us=None, last_error="the endpoint was stopped")
    record(viewer=by, action="webhook_stopped", subject=f"webhook:{number}", at_us=now_us)
    return True


@transaction.atomic
def try_again(*, by: Viewer, now_us: int, number: int) -> int | None:
    """Try everything again that was given up for an endpoint; return how much that is, None if there is no such one."""
    if not WebhookEndpoint.objects.filter(pk=number, stopped_us__isnull=True).exists():
        return None
    tried = OutboxItem.objects.filter(endpoint_id=number, abandoned_us__isnull=False).update(
        abandoned_us=None, next_try_us=now_us, attempts=0
    )
    record(
        viewer=by,
        action="webhook_tried_again",
        subject=f"webhook:{number}",
        at_us=now_us,
        detail={"items": tried},
    )
    return tried


def send_due(*, now_us: int, post: Post, hidden_refs: Collection[str] = ()) -> int:
    """Send what is due and return how much was worked off. Safe in several senders, and to be killed in.

    Parameters
    ----------
    post : callable
        Sends a body with headers to an address; says what became of it.
    hidden_refs : collection of str
        People whose records are limited: nothing of theirs is told to another system.
    """
    done = _announce(now_us, hidden_refs)
    due = OutboxItem.objects.filter(next_try_us__lte=now_us, endpoint__isnull=False).order_by(
        "next_try_us", "pk"
    )
    silent: set[int] = set()
    for item in due.select_related("endpoint")[:A_PASS]:
        if item.endpoint_id in silent:
            continue  # an endpoint that did not answer waits; the others do not wait for it
        done += 1
        if not _send(item, now_us, post):
            silent.add(int(item.endpoint_id or 0))
    return done


def secret_of(endpoint: WebhookEndpoint) -> str:
    """Return the secret that signs what an endpoint is sent."""
    words = f"webhook:{endpoint.pk}:{endpoint.salt}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


def _announce(now_us: int, hidden_refs: Collection[str]) -> int:
    """Make one item for each endpoint out of every announcement."""
    waiting = OutboxItem.objects.filter(endpoint__isnull=True, next_try_us__lte=now_us).order_by("pk")
    endpoints = list(WebhookEndpoint.objects.filter(stopped_us__isnull=True))
    done = 0
    for item in waiting[: 10 * A_PASS]:
        hidden = item.body.get("person_ref") in hidden_refs
        asked = [] if hidden else [e for e in endpoints if item.kind in e.events]
        with transaction.atomic():
            mine = OutboxItem.objects.filter(pk=item.pk, next_try_us__isnull=False)
            words = "withheld: limited access" if hidden else ""
            if not mine.update(next_try_us=None, delivered_us=now_us, last_error=words):
                continue  # another sender was first
            OutboxItem.objects.bulk_create([_for(e, item, now_us) for e in asked], ignore_conflicts=True)
        done += 1
    return done


def _for(endpoint: WebhookEndpoint, item: OutboxItem, now_us: int) -> OutboxItem:
    return OutboxItem(
        key=f"{item.key}@{endpoint.pk}",
        kind=item.kind,
        endpoint=endpoint,
        body=item.body,
        created_us=item.created_us,
        next_try_us=now_us,
    )


def _send(item: OutboxItem, now_us: int, post: Post) -> bool:
    """Send one item, if no other sender took it; return False only where its endpoint did not take it."""
    assert item.endpoint is not None, "announcements are not sent"
    mine = OutboxItem.objects.filter(pk=item.pk, next_try_us=item.next_try_us, attempts=item.attempts)
    if not mine.update(next_try_us=now_us + LEASE_US, attempts=item.attempts + 1):
        return True
    body = json.dumps({"event": item.kind, **item.body}, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "Throughcare-Event": item.kind,
        "Throughcare-Delivery": item.key,
        "Throughcare-Signature": signature(body, secret=secret_of(item.endpoint), at_s=now_us // SECOND_US),
    }
    sent = post(item.endpoint.url, body, headers)
    _note(item, sent, now_us)
    return sent.arrived


def _note(item: OutboxItem, sent: Sent, now_us: int) -> None:
    mine = OutboxItem.objects.filter(pk=item.pk, attempts=item.attempts + 1, abandoned_us__isnull=True)
    if sent.arrived:
        mine.update(delivered_us=now_us, next_try_us=None, last_error="")
    elif item.attempts < len(WAITS_US):
        mine.update(next_try_us=now_us + WAITS_US[item.attempts], last_error=sent.words[:300])
    else:
        mine.update(next_try_us=None, abandoned_us=now_us, last_error=sent.words[:300])
