"""Questions about contacts and looks. Who may ask is settled before (people.actions)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable

from throughcare.service.accounts.queries import display_names
from throughcare.service.casework.models import Contact, Look
from throughcare.service.casework.vocabulary import (
    CHANNEL_WORDS,
    RESULT_WORDS,
    ContactChannel,
    ContactResult,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A planned contact, and what came of it; ``result`` is empty until then."""

    contact_id: int
    planned_us: int
    channel: str
    result: str
    result_words: str
    note: str
    planned_by: str
    recorded_by: str
    recorded_us: int | None

    def is_overdue(self, now_us: int) -> bool:
        """Return whether its time has passed and nobody said what came of it."""
        return not self.result and self.planned_us < now_us


def contacts_of(person_id: int, *, limit: int = 50) -> list[ContactView]:
    """Return the contacts with a person, the last planned first."""
    rows = list(Contact.objects.filter(person_id=person_id).order_by("-planned_us", "-pk")[:limit])
    names = display_names({by for row in rows for by in (row.planned_by, row.recorded_by) if by})
    return [_view(row, names) for row in rows]


def contact(person_id: int, contact_id: int) -> ContactView | None:
    """Return one contact with a person; None where there is no such contact."""
    row = Contact.objects.filter(person_id=person_id, pk=contact_id).first()
    if row is None:
        return None
    return _view(row, display_names({by for by in (row.planned_by, row.recorded_by) if by}))


def missed_contacts(person_ids: Iterable[int], *, since_us: int) -> list[tuple[int, int]]:
    """Return whom each missed contact since an instant was planned with, and for when, with one question."""
    rows = Contact.objects.filter(
        person_id__in=set(person_ids), result=ContactResult.DID_NOT_COME, planned_us__gt=since_us
    )
    return list(rows.values_list("person_id", "planned_us"))


def first_due() -> Combinable:
    """Return, for use in a question about people, when the first contact is due of which nobody said what came."""
    waiting = Contact.objects.filter(person_id=OuterRef("pk"), result="").order_by("planned_us")
    return Subquery(waiting.values("planned_us")[:1])


def next_due(now_us: int) -> Combinable:
    """Return, for use in a question about people, when the next contact to come is planned."""
    ahead = Contact.objects.filter(person_id=OuterRef("pk"), result="", planned_us__gte=now_us)
    return Subquery(ahead.order_by("planned_us").values("planned_us")[:1])


def last_look(user_id: int) -> Combinable:
    """Return, for use in a question about people, when a member of staff last opened their page."""
    return Subquery(Look.objects.filter(person_id=OuterRef("pk"), user_id=user_id).values("at_us")[:1])


def looked_us(person_id: int, user_id: int) -> int | None:
    """Return when a member of staff last opened a person's page; None where they never did."""
    rows: QuerySet[Look, int] = Look.objects.filter(person_id=person_id, user_id=user_id).values_list(
        "at_us", flat=True
    )
    return rows.first()


def _view(row: Contact, names: dict[str, str]) -> ContactView:
    return ContactView(
        contact_id=row.pk,
        planned_us=row.planned_us,
        channel=CHANNEL_WORDS[ContactChannel(row.channel)],
        result=row.result,
        result_words=RESULT_WORDS[ContactResult(row.result)] if row.result else "",
        note=row.note,
        planned_by=names[row.planned_by],
        recorded_by=names.get(row.recorded_by, ""),
        recorded_us=row.recorded_us,
    )
