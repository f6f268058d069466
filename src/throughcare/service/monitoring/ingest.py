"""Facts come in: read, checked row by row, made durable, and only then answered.

The same bytes of the same sender get the same answer for an hour, and add nothing however often they come.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.intake import Reject
from throughcare.service.monitoring.credentials import Sender
from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.monitoring.inbox import usable
from throughcare.service.monitoring.ingest_commit import COMMITS, Ticket
from throughcare.service.monitoring.ingest_held import held_already
from throughcare.service.monitoring.ingest_limits import LIMITS, TooMuch
from throughcare.service.monitoring.ingest_reading import Read, read_delivery
from throughcare.service.monitoring.ingest_sorting import facts_by_device, limit_of, named, sort_out, speakers
from throughcare.service.monitoring.models import Receipt

PASSING = frozenset({"too_many_facts", "device_disabled", "clock_in_future"})  # may be taken when sent again
SHOWN = 100  # rejects that an answer lists; all are counted, and kept
RECEIPT_US = HOUR_US
_PART = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told, as JSON; ``again`` says that it was told so before."""

    text: str
    again: bool = False


def receive(*, data: bytes, form: str, sender: Sender, now_us: int) -> Answer:
    """Make a delivery durable and return what its sender is told. When this returns, nothing of it can be lost.

    Parameters
    ----------
    form : str
        ``json``, ``ndjson``, or a vendor of the registry of devices.

    Raises
    ------
    RefusedInput
        If nothing in the bytes can be read; TooLarge, if there are too many rows.
    TooMuch
        If the sender is over its limit, or the inbox is full.
    DatabaseError, InterfaceError
        If it could not be stored. Nothing was.
    """
    digest = delivery_digest(data, form=form, sender=sender)
    told = Receipt.objects.filter(digest=digest).values_list("answer", flat=True).first()
    if told is not None:
        return Answer(told, again=True)
    LIMITS.require_room(now_us=now_us)
    _require_patience(sender, now_us)
    own = None if sender.is_gateway else sender.device_id
    read = read_delivery(data, form=form, device_id=own, now_us=now_us)
    devices = speakers(read, sender=sender)
    ticket = prepared(read, sender=sender, devices=devices, digest=digest, now_us=now_us)
    COMMITS.commit(ticket)
    charge(ticket.delivery, sender=sender, devices=devices, now_us=now_us)
    return Answer(ticket.answer)


def prepared(read: Read, *, sender: Sender, devices: dict[str, Sender], digest: str, now_us: int) -> Ticket:
    """Return a delivery that is ready to be written, with its answer."""
    delivery = checked(read, sender=sender, devices=devices, delivery_id=digest[:32], now_us=now_us)
    facts = len(delivery.positions) + len(delivery.readings)
    held = held_already(delivery.positions, delivery.readings)
    answer: dict[str, Any] = {
        "delivery_id": delivery.delivery_id,
        "accepted": facts - held,
        "already_held": held,
        "rejected": len(delivery.rejects),
        "rejects": shown(delivery.rejects),
    }
    if read.messages:
        answer |= {"messages": read.messages, "fields_passed_over": read.passed_over}
    settled = not any(reject.reason in PASSING for reject in delivery.rejects)
    return Ticket(delivery, digest if settled else "", json.dumps(answer), now_us)


def checked(
    read: Read, *, sender: Sender, devices: dict[str, Sender], delivery_id: str, now_us: int
) -> Delivery:
    """Return what was read as a delivery: its sender's usable facts, and everything else as rejects."""
    sorted_out = sort_out(read, sender=sender, devices=devices, delivery_id=delivery_id, now_us=now_us)
    return named(usable(sorted_out, now_us=now_us), sender.device_id)


def delivery_digest(data: bytes, *, form: str, sender: Sender) -> str:
    """Return what makes a delivery the same as one before: who sent which bytes, read as what."""
    head = json.dumps([sender.device_id, form]).encode()
    return hashlib.sha256(head + b"\n" + data).hexdigest()


def shown(rejects: Sequence[Reject]) -> list[dict[str, Any]]:
    """Return the first rejects as an answer lists them, by row; the record itself is not sent back."""
    first = sorted(rejects, key=lambda reject: reject.row)[:SHOWN]
    return [
        {"row": r.row, "device": r.key, "field": r.field, "reason": r.reason, "words": r.words} for r in first
    ]


def charge(delivery: Delivery, *, sender: Sender, devices: dict[str, Sender], now_us: int) -> None:
    """Count what was stored against the limits of its devices, and what was refused against the sender's own."""
    for name, facts in facts_by_device((delivery.positions, delivery.readings)).items():
        LIMITS.charge(name, facts, per_minute=limit_of(devices[name]), now_us=now_us)
    own = len(delivery.rejects)
    if sender.is_gateway:
        own += len(delivery.positions) + len(delivery.readings)
    LIMITS.charge(sender.device_id, own, per_minute=limit_of(sender), now_us=now_us)


def _require_patience(sender: Sender, now_us: int) -> None:
    if sender.is_gateway and sender.facts_per_minute is None:
        return
    wait_s = LIMITS.wait_s(sender.device_id, per_minute=limit_of(sender), now_us=now_us)
    if wait_s:
        words = f"Expected at most {limit_of(sender)} facts a minute. Nothing was stored: send again in {wait_s} s."
        raise TooMuch(words, retry_after_s=wait_s, device=True)


def forget_receipts(*, now_us: int) -> int:
    """Let go of the receipts that are older than an hour, and return how many they were."""
    gone = 0
    old = Receipt.objects.filter(at_us__lt=now_us - RECEIPT_US)
    while keys := list(old.values_list("pk", flat=True)[:_PART]):
        gone += Receipt.objects.filter(pk__in=keys).delete()[0]
    return gone
