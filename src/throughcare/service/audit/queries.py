"""Reading the log and proving that it is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from throughcare.service.audit.chain import COVERED, FIRST_HASH, entry_hash
from throughcare.service.audit.models import Entry, Head


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain holds: how many entries were checked, and the first that does not fit (None if all do)."""

    checked: int
    broken_at: int | None
    words: str


def verify(*, last: int | None = None, keep_on: Callable[[], None] = lambda: None) -> Verdict:
    """Check every entry against the one before it, and the last against the head.

    Parameters
    ----------
    last : int or None
        Check only so many entries at the end of the log; None checks all.
    keep_on : callable
        Called every 10,000 entries; what it raises ends the check there.
    """
    end_seq, end_hash = head()
    first = 1 if last is None else max(1, end_seq - last + 1)
    previous = FIRST_HASH if first == 1 else hash_of(first - 1)
    expected = first
    for entry in Entry.objects.filter(seq__gte=first).order_by("seq").iterator(chunk_size=2000):
        values = {name: getattr(entry, name) for name in COVERED}
        if entry.seq != expected:
            return Verdict(expected - first, expected, f"entry {expected} is missing")
        if entry.previous_hash != previous or entry.hash != entry_hash(values, previous_hash=previous):
            return Verdict(expected - first, entry.seq, f"entry {entry.seq} was altered")
        previous, expected = entry.hash, expected + 1
        if entry.seq % 10_000 == 0:
            keep_on()
        if entry.seq == end_seq and entry.hash == end_hash:
            break  # what is written while this runs was not there when it began
    if (end_seq, end_hash) != (expected - 1, previous):
        return Verdict(expected - first, expected, f"entry {expected} to {end_seq} are missing")
    return Verdict(expected - first, None, "every entry fits the one before it")


def head() -> tuple[int, str]:
    """Return the number and the hash of the last entry; 0 and the first hash of an empty log."""
    found = Head.objects.filter(pk=1).first()
    return (0, FIRST_HASH) if found is None else (found.seq, found.hash)


def hash_of(seq: int) -> str:
    """Return the hash of one entry; empty where there is none."""
    return Entry.objects.filter(seq=seq).values_list("hash", flat=True).first() or ""


def newest_us() -> int | None:
    """Return the instant of the last entry; None of an empty log."""
    return Entry.objects.order_by("-seq").values_list("at_us", flat=True).first()
