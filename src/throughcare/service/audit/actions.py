"""Writing the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from throughcare.service.audit.chain import entry_hash
from throughcare.service.audit.models import Entry, Head
from throughcare.service.audit.shown import listed
from throughcare.service.viewer import Viewer


@transaction.atomic
def record(
    *,
    viewer: Viewer,
    action: str,
    subject: str,
    at_us: int,
    person_ref: str = "",
    shown: Iterable[str] = (),
    reason: str = "",
    recipient: str = "",
    detail: dict[str, Any] | None = None,
) -> int:
    """Add one entry and return its number; it stands or falls with the surrounding transaction.

    Parameters
    ----------
    action : str
        Lower case with underscores, in the past tense: ``person_viewed``, ``order_signed``.
    subject : str
        ``kind:id`` of what was touched; never a name.
    person_ref : str
        The person that it concerns, where there is one.
    shown : iterable of str
        The people whom a list showed: one entry tells of the whole page.
    detail : dict or None
        Ids and counts only (JSON values).
    """
    head = Head.objects.select_for_update().get_or_create(pk=1)[0]
    values: dict[str, Any] = {
        "seq": head.seq + 1,
        "at_us": at_us,
        "actor": viewer.actor,
        "action": action,
        "subject": subject,
        "person_ref": person_ref,
        "shown": listed(shown),
        "reason": reason,
        "recipient": recipient,
        "detail": detail or {},
    }
    hashed = entry_hash(values, previous_hash=head.hash)
    Entry.objects.create(**values, previous_hash=head.hash, hash=hashed)
    head.seq, head.hash = values["seq"], hashed
    head.save(update_fields=["seq", "hash"])
    return head.seq
