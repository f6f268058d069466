"""What is still wrong with a draft, each thing at its question and field, in words that say what to do.

A fault of structure must be mended: such an order cannot exist. A finding of the law is about an order that
can exist: one outside a limit needs a written reason before it is proposed, one to be checked needs a tick, a
note needs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.ids import content_id
from throughcare.kernel.time import iso_utc
from throughcare.orders.model import Order
from throughcare.orders.statutory import Finding, check_statutory
from throughcare.service.orders.drafting.document import Document
from throughcare.service.orders.drafting.flow import first_gap
from throughcare.service.orders.drafting.question import Question
from throughcare.service.orders.drafting.questions import locate
from throughcare.service.orders.reading import Fault, check_document
from throughcare.service.pages.times import DayField

MISSING = frozenset({"nothing", "a list of 0 items"})  # as throughcare.orders.wording says it
_LISTS = {
    "activations": "Equipment",
    "places": "Places",
    "conditions": "Conditions",
}  # of the order as a whole


@dataclass(frozen=True, slots=True)
class Located:
    """A fault at its question: ``field`` names the form's field, ``is_missing`` tells a gap from a mistake."""

    question: Question
    key: str
    field: str
    words: str
    is_missing: bool = False

    @property
    def anchor(self) -> str:
        """The id of the field on its page; empty for a page that asks nothing."""
        if not self.field:
            return ""
        field = self.question.form.base_fields.get(self.field)
        return f"id_{self.field}{'_0' if isinstance(field, DayField) else ''}"


@dataclass(frozen=True, slots=True)
class Warned:
    """A finding of the law at its question, and why it was accepted (empty if it was not yet)."""

    at: Located
    about: str
    finding: Finding
    finding_id: str
    accepted: str

    @property
    def is_unlawful(self) -> bool:
        """Whether it is outside a limit: an error, unless a reason was given."""
        return self.finding.severity == "unlawful"

    @property
    def waits(self) -> bool:
        """Whether somebody must still accept it."""
        return self.finding.severity != "note" and not self.accepted


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft checked: the whole order where there is one, what must be mended, what the law has to say."""

    order: Order | None
    faults: tuple[Located, ...]
    findings: tuple[Warned, ...]

    @property
    def errors(self) -> tuple[Located, ...]:
        """Every fault, and every finding outside a limit that has no reason yet."""
        return (*self.faults, *(w.at for w in self.findings if w.is_unlawful and w.waits))

    @property
    def may_be_proposed(self) -> bool:
        """Whether it is whole and every finding that needs it was accepted."""
        return self.order is not None and not any(warned.waits for warned in self.findings)


def whole_document(
    document: Document, *, version: int, recorded_us: int, variation: Mapping[str, Any]
) -> Document:
    """Return the document with what a version needs beside the answers."""
    effective_us = variation.get("effective_us")
    return {
        **document,
        "version": version,
        "recorded_at": iso_utc(recorded_us),
        "effective_from": None if effective_us is None else iso_utc(effective_us),
        "variation_types": list(variation.get("types", ())),
    }


def check_draft(
    document: Document,
    *,
    version: int,
    now_us: int,
    variation: Mapping[str, Any],
    accepted: Mapping[str, str],
) -> Checked:
    """Return what is wrong with a draft, as the order that would be signed now."""
    whole = whole_document(document, version=version, recorded_us=now_us, variation=variation)
    order, faults = check_document(whole)
    located = tuple(dict.fromkeys(_located_fault(document, fault) for fault in faults))
    if order is None:
        return Checked(None, located, ())
    warned = [_warned(document, finding, accepted) for finding in check_statutory(order)]
    return Checked(order, (), tuple(warned))


def _located_fault(document: Document, fault: Fault) -> Located:
    question, key, rest = locate(document, fault.path)
    field = _field_name(question, rest)
    if fault.found not in MISSING:
        words = f"{fault.action} Expected {fault.expected}; found {fault.found}."
        unfinished = not rest and first_gap(document, question.section, key) is not None
        return Located(question, key, field, words, is_missing=unfinished)
    known = question.form.base_fields.get(field)
    words = str(known.error_messages["required"]) if known else f"Answer the question: {question.title}"
    return Located(question, key, field, words, is_missing=True)


def _warned(document: Document, finding: Finding, accepted: Mapping[str, str]) -> Warned:
    question, key, rest = locate(document, finding.path)
    words = f"{finding.action} Expected {finding.expected}; found {finding.found}."
    finding_id = content_id("finding", finding.rule_id, finding.path, finding.expected, finding.found)
    at = Located(question, key, _field_name(question, rest), words)
    about = _LISTS.get(finding.path, question.title)
    return Warned(at, about, finding, finding_id, accepted.get(finding_id, ""))


def _field_name(question: Question, rest: str) -> str:
    """Return the form's field for the rest of a path; the form's first where none has its name."""
    names = [part.partition("[")[0] for part in rest.split(".")]
    fields = question.form.base_fields
    exact = next((name for name in reversed(names) if name in fields), None)
    return exact or question.form.main_field or next(iter(fields), "")
