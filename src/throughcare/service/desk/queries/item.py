"""Everything about one item: its incidents, what people did, its decisions and packs, what came before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.time import DAY_US
from throughcare.monitoring.incidents import Incident
from throughcare.service.accounts.queries import display_names
from throughcare.service.desk.models import Decision, DeskEntry, DeskItem, Pack
from throughcare.service.desk.queries.seen import seen_of
from throughcare.service.desk.reading import incident_of
from throughcare.service.desk.vocabulary import CHANNEL_WORDS, ENTRY_WORDS, EntryKind, ItemState
from throughcare.service.monitoring.queries import incidents

BEFORE_DAYS = 180
_TELLINGS = (EntryKind.GREW, EntryKind.MERGED, EntryKind.RETRACTED, EntryKind.RETOLD)
SYSTEM_WORDS = {"system:desk": "The desk itself"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the incidents that are worked on as one item, as the engine told it last."""

    item_id: int
    revision: int
    incident: Incident
    retracted: bool
    engine_revision: int
    merge_rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One thing that was done; ``at_us`` is when a contact was tried, ``written_us`` when it was written."""

    kind: str
    title: str
    by: str
    at_us: int
    written_us: int
    outcome: str
    channel: str
    words: str
    next_step: str
    before_s: float | None
    after_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One decision, whether it waits, was signed, or ended without."""

    decision_id: int
    outcome: str
    alternatives: tuple[tuple[str, str], ...]
    reason: str
    proposed_by: str
    proposer: str
    proposed_us: int
    signer: str
    signed_us: int | None
    ended_by: str
    ended_us: int | None
    ended_words: str
    is_stale: bool

    @property
    def waits(self) -> bool:
        """Whether it waits for a second signature."""
        return self.signed_us is None and self.ended_us is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """One court pack as it was made."""

    pack_id: int
    made_us: int
    made_by: str
    violation_us: int
    digest: str
    evidence_digest: str
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier item of the same person."""

    item_id: int
    kind: str
    code: str
    start_us: int
    best_s: float
    state: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item, whole. ``members`` begins with the item's own incident."""

    item_id: int
    revision: int
    seen: int
    person_ref: str
    order_id: str
    condition_id: str
    kind: str
    state: str
    outcome: str
    rank: int
    rank_reasons: tuple[tuple[int, str], ...]
    suppressed: str
    merged_into_id: int | None
    merge_rule: str
    owner: str
    team: str
    due_step: str
    due_us: int | None
    run_out: tuple[str, ...]
    opened_us: int
    acknowledged_us: int | None
    contacted_us: int | None
    escalated_us: int | None
    closed_us: int | None
    members: tuple[Member, ...]
    entries: tuple[EntryView, ...]
    decisions: tuple[DecisionView, ...]
    packs: tuple[PackView, ...]

    @property
    def incident(self) -> Incident:
        """The item's own incident."""
        return self.members[0].incident

    @property
    def gravest(self) -> Member:
        """The gravest of its incidents that stand; its own where none does."""
        standing = [m for m in self.members if not m.retracted]
        return next(
            (m for m in standing if m.incident.kind == self.kind), (standing or list(self.members))[0]
        )

    @property
    def violation_us(self) -> int:
        """When the first of its incidents that stand began."""
        standing = [m for m in self.members if not m.retracted] or self.members
        return min(member.incident.start_us for member in standing)

    @property
    def waiting(self) -> DecisionView | None:
        """The decision that waits for a second signature."""
        return next((decision for decision in self.decisions if decision.waits), None)

    @property
    def signed(self) -> DecisionView | None:
        """The decision signed last."""
        signed = [decision for decision in self.decisions if decision.signed_us is not None]
        return max(signed, key=lambda one: one.signed_us or 0, default=None)


def person_ref_of(item_id: int) -> str | None:
    """Return whose incident an item is about; None where there is no such item."""
    return DeskItem.objects.filter(pk=item_id).values_list("person_ref", flat=True).first()


def item(item_id: int) -> ItemView:
    """Return one item, whole. Who may see the person is settled before.

    Raises
    ------
    DeskItem.DoesNotExist
        If there is none.
    """
    row = DeskItem.objects.select_related("owner", "team").get(pk=item_id)
    entries = list(DeskEntry.objects.filter(item=row).order_by("pk"))
    decisions = list(Decision.objects.filter(item=row).order_by("pk"))
    packs = list(Pack.objects.filter(item=row).defer("document", "evidence").order_by("-made_us"))
    actors = {entry.by for entry in entries} | {pack.made_by for pack in packs}
    for decision in decisions:
        actors |= {decision.proposed_by, decision.signed_by, decision.ended_by}
    names = {**display_names(actors - {""}), **SYSTEM_WORDS, "": ""}
    seen = seen_of(item_id)
    return ItemView(
        item_id=row.pk,
        seen=seen,
        kind=row.lead_kind,
        rank_reasons=tuple((points, words) for points, words in row.rank_reasons),
        owner="" if row.owner is None else row.owner.get_full_name() or row.owner.username,
        team="" if row.team is None else row.team.name,
        run_out=tuple(row.run_out),
        members=_members(row),
        entries=tuple(_entry(entry, names) for entry in entries),
        decisions=tuple(_decision(decision, names, seen) for decision in decisions),
        packs=tuple(_pack(pack, names, entries) for pack in packs),
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME = (
    "revision", "person_ref", "order_id", "condition_id", "state", "outcome", "rank", "suppressed", "merged_into_id",
    "merge_rule", "due_step", "due_us", "opened_us", "acknowledged_us", "contacted_us", "escalated_us", "closed_us",
)  # fmt: skip


def _members(row: DeskItem) -> tuple[Member, ...]:
    group = [row, *DeskItem.objects.filter(merged_into=row).order_by("start_us", "pk")]
    told = incidents(one.incident_id for one in group)
    return tuple(
        Member(
            item_id=one.pk,
            revision=one.revision,
            incident=incident_of(told[one.incident_id].body),
            retracted=one.retracted,
            engine_revision=one.engine_revision,
            merge_rule=one.merge_rule,
        )
        for one in group
    )


def _entry(entry: DeskEntry, names: dict[str, str]) -> EntryView:
    detail: dict[str, Any] = entry.detail
    return EntryView(
        kind=entry.kind,
        title=ENTRY_WORDS[EntryKind(entry.kind)],
        by=names[entry.by],
        at_us=detail.get("at_us", entry.at_us),
        written_us=entry.at_us,
        outcome=entry.outcome,
        channel=CHANNEL_WORDS[detail["channel"]] if "channel" in detail else "",
        words=entry.words,
        next_step=detail.get("next", ""),
        before_s=detail.get("before", {}).get("atv_s"),
        after_s=detail.get("after", {}).get("atv_s"),
    )


def _decision(row: Decision, names: dict[str, str], seen: int) -> DecisionView:
    return DecisionView(
        decision_id=row.pk,
        outcome=row.outcome,
        alternatives=tuple((other, why) for other, why in row.alternatives),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposer=names[row.proposed_by],
        proposed_us=row.proposed_us,
        signer=names[row.signed_by],
        signed_us=row.signed_us,
        ended_by=names[row.ended_by],
        ended_us=row.ended_us,
        ended_words=row.ended_words,
        is_stale=row.seen != seen,
    )


def _pack(row: Pack, names: dict[str, str], entries: list[DeskEntry]) -> PackView:
    later = (entry.kind in _TELLINGS and entry.at_us >= row.made_us for entry in entries)
    return PackView(
        pack_id=row.pk,
        made_us=row.made_us,
        made_by=names[row.made_by],
        violation_us=row.violation_us,
        digest=row.digest,
        evidence_digest=row.evidence_digest,
        is_stale=any(later),
    )


def earlier_items(item_id: int, *, limit: int = 10) -> list[Earlier]:
    """Return the items of the same person that began before this one within 180 days, the newest first."""
    row = DeskItem.objects.get(pk=item_id)
    since_us = row.start_us - BEFORE_DAYS * DAY_US
    before = DeskItem.objects.filter(
        person_ref=row.person_ref, start_us__gte=since_us, start_us__lt=row.start_us
    ).exclude(state=ItemState.MERGED)
    return [
        Earlier(item_id=one.pk, **{name: getattr(one, name) for name in _EARLIER})
        for one in before.exclude(pk=item_id).order_by("-start_us")[:limit]
    ]


_EARLIER = ("kind", "code", "start_us", "best_s", "state", "outcome")


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack's bytes, whose they are, and under which name they go out."""

    item_id: int
    content: bytes
    digest: str
    name: str


def pack_file(pack_id: int, *, evidence: bool) -> PackFile | None:
    """Return the document of a court pack, or the evidence beside it; None where there is no such pack."""
    name = "evidence" if evidence else "document"
    digest = "evidence_digest" if evidence else "digest"
    found = Pack.objects.filter(pk=pack_id).values_list("item_id", name, digest).first()
    if found is None:
        return None
    content = bytes(found[1])
    stem = f"court-pack-{pack_id}.pdf"
    if evidence:  # as the document names it
        stem = f"{json.loads(content)['incident']['incident_id']}.json"
    return PackFile(found[0], content, found[2], stem)
