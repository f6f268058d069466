"""The log as those see it who may read it: filtered, page by page, and blind where the reader is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from throughcare.service.audit.models import Entry
from throughcare.service.audit.shown import about, refs_in

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What of the log is asked for; empty fields ask for all. Times are ``[from_us, to_us)``."""

    person_ref: str = ""
    actor: str = ""
    action: str = ""
    from_us: int | None = None
    to_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as shown. Of a record that is closed to the reader only who did what kind of thing when is told.

    ``shown`` are the people whom a list showed, without those whose records are closed to the reader.
    """

    seq: int
    at_us: int
    actor: str
    action: str
    subject: str
    person_ref: str
    shown: tuple[str, ...]
    reason: str
    recipient: str
    detail: dict[str, Any] = field(default_factory=dict)
    withheld: bool = False


def lines(sought: Sought, *, hidden_refs: frozenset[str], before_seq: int | None = None) -> list[Line]:
    """Return one page of entries, the newest first; ``before_seq`` asks for the page after the entry before it."""
    rows = _rows(sought, hidden_refs).order_by("-seq")
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    return [_line(row, hidden_refs) for row in rows[:PAGE]]


def all_lines(sought: Sought, *, hidden_refs: frozenset[str]) -> Iterator[Line]:
    """Yield every entry that is asked for, the oldest first, without holding them all."""
    for row in _rows(sought, hidden_refs).order_by("seq").iterator(chunk_size=2000):
        yield _line(row, hidden_refs)


def actions_logged() -> list[str]:
    """Return the kinds of things that the log holds."""
    return list(Entry.objects.order_by("action").values_list("action", flat=True).distinct())


def views_by_actor(*, from_us: int, to_us: int) -> list[tuple[str, str, int]]:
    """Return who opened whose record how often in ``[from_us, to_us)``: actor, person's reference, number."""
    rows = Entry.objects.filter(
        action="person_viewed", at_us__gte=from_us, at_us__lt=to_us, actor__startswith="user:"
    )
    counted = rows.order_by("actor", "person_ref").values_list("actor", "person_ref")
    return [(actor, ref, number) for actor, ref, number in counted.annotate(number=Count("seq"))]


def _rows(sought: Sought, hidden_refs: frozenset[str]) -> QuerySet[Entry]:
    if sought.person_ref in hidden_refs:
        return Entry.objects.none()  # as if there were no such person
    asked = {
        "actor": sought.actor or None,
        "action": sought.action or None,
        "at_us__gte": sought.from_us,
        "at_us__lt": sought.to_us,
    }
    rows = Entry.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    return rows.filter(about(sought.person_ref)) if sought.person_ref else rows


def _line(row: Entry, hidden_refs: frozenset[str]) -> Line:
    if row.person_ref in hidden_refs:
        return Line(
            seq=row.seq, at_us=row.at_us, actor=row.actor, action=row.action,
            subject=row.subject.partition(":")[0], person_ref="", shown=(), reason="", recipient="", withheld=True,
        )  # fmt: skip
    return Line(
        seq=row.seq, at_us=row.at_us, actor=row.actor, action=row.action, subject=row.subject,
        person_ref=row.person_ref, reason=row.reason, recipient=row.recipient, detail=row.detail,
        shown=tuple(ref for ref in refs_in(row.shown) if ref not in hidden_refs),
    )  # fmt: skip
