"""Reading the log and proving that it is whole."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.service.audit.chain import COVERED, FIRST_HASH, entry_hash
from throughcare.service.audit.models import Entry, Head


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain holds: how many entries were checked, and the first that does not fit (None if all do)."""

    checked: int
    broken_at: int | None
    words: str


def verify() -> Verdict:
    """Check every entry against the one before it, and the last against the head."""
    previous, expected_seq = FIRST_HASH, 1
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        values = {name: getattr(entry, name) for name in COVERED}
        if entry.seq != expected_seq:
            return Verdict(expected_seq - 1, expected_seq, f"entry {expected_seq} is missing")
        if entry.previous_hash != previous or entry.hash != entry_hash(values, previous_hash=previous):
            return Verdict(expected_seq - 1, entry.seq, f"entry {entry.seq} was altered")
        previous, expected_seq = entry.hash, expected_seq + 1
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.seq, head.hash) != (expected_seq - 1, previous):
        return Verdict(expected_seq - 1, expected_seq, f"entry {expected_seq} to {head.seq} are missing")
    return Verdict(expected_seq - 1, None, "every entry fits the one before it")
