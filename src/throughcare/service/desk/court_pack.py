"""Making a court pack: the evidence as the engine shows it now, and what people wrote. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass

from throughcare.adapters.reports import words
from throughcare.adapters.reports.casework import Casework
from throughcare.adapters.reports.pack import bundle_json, evidence_pdf
from throughcare.kernel.ids import content_hash
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident
from throughcare.runners.embedded import Traced
from throughcare.service.desk.queries.item import DecisionView, EntryView, ItemView
from throughcare.service.desk.vocabulary import (
    CONTACT_WORDS,
    DECISION_WORDS,
    ContactOutcome,
    DecisionOutcome,
    EntryKind,
)


@dataclass(frozen=True, slots=True)
class CourtPack:
    """The document and the evidence beside it."""

    document: bytes
    evidence: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a pack is about, and who makes it when."""

    name: str
    reference: str
    maker: str
    made_us: int
    order_document_hash: str


def court_pack(item: ItemView, traced: Traced, *, subject: Subject) -> CourtPack:
    """Return the court pack of an item; the same for the same item, facts and instant."""
    zone = traced.activation.time_zone
    casework = Casework(
        cover=_cover(item, subject, zone),
        chronology=[_line(entry, zone) for entry in item.entries],
        decision=_decision(item.signed, zone),
        incidents=[_incident(member.incident, zone, retracted=member.retracted) for member in item.members],
        sources=_sources(item, traced, subject),
    )
    document = evidence_pdf(traced.bundle, activation=traced.activation, casework=casework)
    return CourtPack(document, bundle_json(traced.bundle).encode())


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _cover(item: ItemView, subject: Subject, zone: str) -> list[tuple[str, str]]:
    after = words.duration((subject.made_us - item.violation_us) / SECOND_US)
    return [
        ("Person", f"{subject.name}, reference {subject.reference}"),
        ("Item of the alert desk", str(item.item_id)),
        ("Pack made", f"{words.moment(subject.made_us, zone)} by {subject.maker}"),
        ("Time from the violation to this pack", after),
    ]


def _line(entry: EntryView, zone: str) -> tuple[str, str, str, str]:
    what = entry.title
    if entry.kind == EntryKind.CONTACT:
        what = f"{what}, {entry.channel.lower()}: {CONTACT_WORDS[ContactOutcome(entry.outcome)].lower()}"
    elif entry.outcome:
        what = f"{what}: {entry.outcome.replace('_', ' ')}"
    said = entry.words + (f" Next: {entry.next_step}" if entry.next_step else "")
    return words.stamp(entry.at_us, zone), what, entry.by, said or words.NOTHING


def _decision(decision: DecisionView | None, zone: str) -> list[tuple[str, str]]:
    if decision is None:
        return [("Decision", "No decision was signed when this pack was made.")]
    return [
        ("Decision", DECISION_WORDS[DecisionOutcome(decision.outcome)]),
        ("Reason", decision.reason),
        *[
            (f"Also weighed: {DECISION_WORDS[DecisionOutcome(other)].lower()}", f"Not chosen: {why}")
            for other, why in decision.alternatives
        ],
        ("Proposed", f"{decision.proposer}, {words.moment(decision.proposed_us, zone)}"),
        ("Signed", f"{decision.signer}, {words.moment(decision.signed_us or 0, zone)}"),
    ]


def _incident(incident: Incident, zone: str, *, retracted: bool) -> tuple[str, str, str]:
    code = words.code_words(incident.code) + (" (retracted by the engine)" if retracted else "")
    length = words.duration(incident.best_s) if incident.best_s > 0 else words.NOTHING
    return code, words.stamp(incident.start_us, zone), length


def _sources(item: ItemView, traced: Traced, subject: Subject) -> list[tuple[str, str]]:
    written = [dataclasses.asdict(entry) for entry in item.entries]
    decided = [dataclasses.asdict(decision) for decision in item.decisions]
    return [
        ("Evidence beside this pack, the file's bytes", digest(bundle_json(traced.bundle).encode())),
        ("Evidence, its content", traced.bundle.as_dict()["content_hash"]),
        ("Order version, its document", subject.order_document_hash),
        *[
            (f"Incident {member.incident.incident_id}, as told", member.incident.fingerprint)
            for member in item.members
        ],
        ("Chronology, as recorded", content_hash(written)),
        ("Decisions, as recorded", content_hash(decided)),
    ]
