"""What the desk holds about certain people, for pages above the desk. Who may ask is settled before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from throughcare.service.accounts.queries import display_names
from throughcare.service.desk.models import Decision, DeskEntry, DeskItem, Pack
from throughcare.service.desk.vocabulary import (
    CHANNEL_WORDS,
    CONTACT_WORDS,
    OPEN_STATES,
    Channel,
    ContactOutcome,
    DecisionOutcome,
    EntryKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of one incident; of a merged one, what became of the item that it is worked on in."""

    item_id: int
    incident_id: str
    person_ref: str
    kind: str
    state: str
    outcome: str
    suppressed: str
    due_us: int | None
    is_merged: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to reach the person about an item."""

    item_id: int
    at_us: int
    by: str
    channel: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class PackMade:
    """A court pack that was made about the person."""

    pack_id: int
    item_id: int
    made_us: int
    by: str


def handled(person_refs: Iterable[str], *, open_only: bool = False) -> list[Handled]:
    """Return what became of the incidents of people, with one question; with ``open_only`` what is still to be done."""
    rows = DeskItem.objects.filter(person_ref__in=set(person_refs)).select_related("merged_into")
    if open_only:
        rows = rows.filter(state__in=OPEN_STATES)
    return [_handled(row) for row in rows.order_by("-rank", "pk")]


def _handled(row: DeskItem) -> Handled:
    lead = row.merged_into or row
    return Handled(
        item_id=lead.pk,
        incident_id=row.incident_id,
        person_ref=row.person_ref,
        kind=row.kind,
        state=lead.state,
        outcome=lead.outcome,
        suppressed=lead.suppressed,
        due_us=lead.due_us,
        is_merged=row.merged_into is not None,
    )


def attempts_of(person_ref: str, *, limit: int = 50) -> list[Attempt]:
    """Return the attempts to reach a person that the desk recorded, the last first."""
    rows = list(
        DeskEntry.objects.filter(item__person_ref=person_ref, kind=EntryKind.CONTACT).order_by(
            "-at_us", "-pk"
        )[:limit]
    )
    names = display_names({row.by for row in rows})
    return [
        Attempt(
            item_id=row.item_id,
            at_us=row.detail.get("at_us", row.at_us),
            by=names[row.by],
            channel=CHANNEL_WORDS[Channel(row.detail["channel"])] if "channel" in row.detail else "",
            outcome=CONTACT_WORDS[ContactOutcome(row.outcome)],
            words=row.words,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Enforced:
    """A signed decision to return somebody to court or to refer them for recall."""

    person_ref: str
    outcome: str
    signed_us: int


def enforcement_of(person_refs: Iterable[str]) -> list[Enforced]:
    """Return when people were returned to court or referred for recall, the first first, with one question."""
    gravest = (DecisionOutcome.RETURN_TO_COURT, DecisionOutcome.RECALL_REFERRAL)
    rows = Decision.objects.filter(
        item__person_ref__in=set(person_refs), outcome__in=gravest, signed_us__isnull=False
    )
    found = rows.order_by("signed_us").values_list("item__person_ref", "outcome", "signed_us")
    return [Enforced(ref, outcome, signed_us or 0) for ref, outcome, signed_us in found]


def packs_of(person_ref: str) -> list[PackMade]:
    """Return the court packs that were made about a person, the last first."""
    rows = Pack.objects.filter(item__person_ref=person_ref).order_by("-made_us", "-pk")
    found = list(rows.values_list("pk", "item_id", "made_us", "made_by"))
    names = display_names({by for *_, by in found})
    return [PackMade(pk, item_id, made_us, names[by]) for pk, item_id, made_us, by in found]
