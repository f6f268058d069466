"""What puts things into the outbox."""

from __future__ import annotations

from typing import Any

from throughcare.service.outbox.models import OutboxItem


def enqueue(*, kind: str, key: str, body: dict[str, Any], now_us: int) -> None:
    """Put one thing to send into the outbox, in the caller's transaction; the same key counts once."""
    OutboxItem.objects.get_or_create(
        key=key, defaults={"kind": kind, "body": body, "created_us": now_us, "next_try_us": now_us}
    )
