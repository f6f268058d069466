"""Writing, proposing and signing a draft. Who wrote in it never signs it; of two signers one wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from throughcare.orders.history import OrderHistory
from throughcare.orders.model import Order
from throughcare.orders.vocabulary import VariationType
from throughcare.service.audit.actions import record
from throughcare.service.orders.actions.record import NoSuchOrder, record_order
from throughcare.service.orders.drafting.checking import Checked, check_draft
from throughcare.service.orders.drafting.document import Document, blank_document
from throughcare.service.orders.drafting.ending import ended_document
from throughcare.service.orders.drafting.renewing import renewed
from throughcare.service.orders.models import OrderDraft, OrderRecord
from throughcare.service.orders.queries.drafts import Draft, draft, governing
from throughcare.service.orders.queries.record import histories
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.people.queries import ref_of
from throughcare.service.viewer import Viewer


class DraftChanged(Exception):
    """Somebody else changed, proposed, signed or discarded the draft in the meantime; nothing was written."""


class OwnDraft(Exception):
    """Whoever wrote in a draft may not sign it."""


class NotReady(Exception):
    """The draft still has faults, or findings of the law that nobody accepted."""


@transaction.atomic
def start_order(*, by: Viewer, now_us: int, person_id: int) -> str:
    """Begin a new order for a person and return the draft's id; nothing is monitored by it."""
    person_ref = ref_of(person_id)
    document = blank_document(order_id=f"O-{settings.NEW_TOKEN(6)}", wearer_ref=person_ref)
    row = _made(by, now_us, person_id, {"document": document})
    _log(by, now_us, row.draft_id, person_ref, "order_draft_started")
    return row.draft_id


@transaction.atomic
def start_variation(
    *,
    by: Viewer,
    now_us: int,
    order_id: str,
    types: Sequence[VariationType],
    effective_us: int,
    why: str,
    last_day: str | None = None,
) -> str:
    """Begin a variation of what governs at an instant and return the draft's id.

    Parameters
    ----------
    effective_us : int
        From when it takes effect; it may be in the past, and the engine then looks at that time again.
    last_day : str or None
        The day (ISO) on which monitoring ends, where it is to end: every condition is cut to it.

    Raises
    ------
    NoSuchOrder
        If there is no such order.
    """
    history = histories([order_id]).get(order_id)
    row = OrderRecord.objects.select_related("person").filter(order_id=order_id).first()
    if history is None or row is None:
        raise NoSuchOrder
    base, _ = governing(history, at_us=effective_us, now_us=now_us)
    document = _of_order(base)
    if last_day is not None:
        document = ended_document(document, last_day)
    variation = {"types": [str(kind) for kind in types], "effective_us": effective_us, "why": why}
    made = _made(by, now_us, row.person_id, {"document": document, "variation": variation}, order=row)
    _log(by, now_us, made.draft_id, row.person.ref, "order_draft_started")
    return made.draft_id


@transaction.atomic
def change_document(
    *, by: Viewer, now_us: int, draft_id: str, revision: int, document: Document, question: str
) -> None:
    """Write the answer to one question.

    Parameters
    ----------
    revision : int
        Of the draft from which ``document`` was made.
    question : str
        The slug of the question, for the log.

    Raises
    ------
    DraftChanged
        If the draft is no longer as it was, or no longer open.
    """
    row = _locked(draft_id)
    _write(row, revision, by, now_us, {"document": document})
    _log(by, now_us, draft_id, row.person.ref, "order_draft_changed", question=question)


@transaction.atomic
def accept_findings(
    *, by: Viewer, now_us: int, draft_id: str, revision: int, accepted: Mapping[str, str]
) -> None:
    """Write why findings of the law are accepted, by finding; it replaces what was accepted before.

    Raises
    ------
    DraftChanged
        As :func:`change_document`.
    """
    row = _locked(draft_id)
    _write(row, revision, by, now_us, {"accepted": dict(accepted)})
    _log(by, now_us, draft_id, row.person.ref, "order_findings_accepted", count=len(accepted))


@transaction.atomic
def renew_draft(*, by: Viewer, now_us: int, draft_id: str) -> tuple[str, ...]:
    """Bring a variation up to date with versions signed since it was begun; return what both changed.

    The draft is open again afterwards, whatever it was: whoever proposed it looks at it once more.

    Raises
    ------
    NoSuchOrder
        If it is no variation.
    DraftChanged
        If it was signed or discarded.
    """
    row = _locked(draft_id)
    read = draft(draft_id)
    history = histories([read.order_id]).get(read.order_id)
    if history is None or not read.is_variation:
        raise NoSuchOrder
    effective_us = int(read.variation["effective_us"])
    begun = OrderHistory(history.order_id, history.versions[: read.base_version])
    base, _ = governing(begun, at_us=effective_us, now_us=now_us)
    newest, _ = governing(history, at_us=effective_us, now_us=now_us)
    document, clashes = renewed(read.document, base=_of_order(base), newest=_of_order(newest))
    alive = OrderDraft.objects.filter(
        pk=row.pk, revision=read.revision, state__in=(DraftState.WRITING, DraftState.PROPOSED)
    )
    if not alive.update(
        answers={**row.answers, "document": document, "authors": _with_author(row, by)},
        base_version=len(history.versions),
        state=DraftState.WRITING,
        revision=read.revision + 1,
        updated_us=now_us,
    ):
        raise DraftChanged
    _log(by, now_us, draft_id, row.person.ref, "order_draft_renewed", version=len(history.versions))
    return clashes


@transaction.atomic
def propose_draft(*, by: Viewer, now_us: int, draft_id: str, revision: int) -> None:
    """Hand a draft to a senior for signature.

    Raises
    ------
    NotReady
        If it is not whole, or a finding that needs it was not accepted.
    DraftChanged
        As :func:`change_document`.
    """
    row = _locked(draft_id)
    if not _checked(draft(draft_id), now_us).may_be_proposed:
        raise NotReady
    _write(row, revision, by, now_us, {}, state=DraftState.PROPOSED)
    _log(by, now_us, draft_id, row.person.ref, "order_draft_proposed")


@transaction.atomic
def return_draft(*, by: Viewer, now_us: int, draft_id: str, note: str) -> None:
    """Give a proposed draft back to its author, saying what to change.

    Raises
    ------
    DraftChanged
        If it is not waiting for a signature.
    """
    row = _locked(draft_id)
    waiting = OrderDraft.objects.filter(pk=row.pk, state=DraftState.PROPOSED)
    if not waiting.update(
        state=DraftState.WRITING, returned_note=note, revision=row.revision + 1, updated_us=now_us
    ):
        raise DraftChanged
    _log(by, now_us, draft_id, row.person.ref, "order_draft_returned")


@transaction.atomic
def discard_draft(*, by: Viewer, now_us: int, draft_id: str) -> None:
    """Put an open draft away; it stays in the record, and nothing was ever monitored by it.

    Raises
    ------
    DraftChanged
        If it is not open.
    """
    row = _locked(draft_id)
    still = OrderDraft.objects.filter(pk=row.pk, state=DraftState.WRITING)
    if not still.update(state=DraftState.DISCARDED, revision=row.revision + 1, updated_us=now_us):
        raise DraftChanged
    _log(by, now_us, draft_id, row.person.ref, "order_draft_discarded")


@transaction.atomic
def sign_draft(*, by: Viewer, now_us: int, draft_id: str, digest: str) -> int:
    """Make a proposed draft a signed version and return its number.

    Parameters
    ----------
    digest : str
        Of the draft as the signer read it.

    Raises
    ------
    OwnDraft
        If the signer wrote in it.
    DraftChanged
        If it is not what the signer read, or no longer waits for a signature.
    OrderChanged
        If another version of the order was signed after the draft was begun.
    NotReady
        If it is not whole any more.
    """
    row = _locked(draft_id)
    read = draft(draft_id)
    if by.actor in read.authors:
        raise OwnDraft
    if read.state is not DraftState.PROPOSED or read.digest != digest:
        raise DraftChanged
    checked = _checked(read, now_us)
    if checked.order is None or not checked.may_be_proposed:
        raise NotReady
    claimed = OrderDraft.objects.filter(pk=row.pk, state=DraftState.PROPOSED, revision=read.revision)
    if not claimed.update(state=DraftState.SIGNED, revision=read.revision + 1, updated_us=now_us):
        raise DraftChanged
    return record_order(
        by=by,
        now_us=now_us,
        person_id=read.person_id,
        order=checked.order,
        note=str(read.variation.get("why", "")),
        authored_by=read.authors[-1],
    )


def _checked(read: Draft, now_us: int) -> Checked:
    return check_draft(
        read.document,
        version=read.base_version + 1,
        now_us=now_us,
        variation=read.variation,
        accepted=read.accepted,
    )


def _made(
    by: Viewer, now_us: int, person_id: int, answers: dict[str, Any], order: OrderRecord | None = None
) -> OrderDraft:
    return OrderDraft.objects.create(
        draft_id=f"draft-{settings.NEW_TOKEN(8)}",
        person_id=person_id,
        order=order,
        base_version=0 if order is None else order.newest_version,
        answers={**answers, "authors": [by.actor]},
        authored_by=by.actor,
        created_us=now_us,
        updated_us=now_us,
    )


def _locked(draft_id: str) -> OrderDraft:
    return OrderDraft.objects.select_for_update(of=("self",)).select_related("person").get(draft_id=draft_id)


def _write(
    row: OrderDraft,
    revision: int,
    by: Viewer,
    now_us: int,
    changes: dict[str, Any],
    state: DraftState = DraftState.WRITING,
) -> None:
    mine = OrderDraft.objects.filter(pk=row.pk, state=DraftState.WRITING, revision=revision)
    if not mine.update(
        answers={**row.answers, **changes, "authors": _with_author(row, by)},
        revision=revision + 1,
        state=state,
        updated_us=now_us,
        returned_note="" if state is DraftState.PROPOSED else row.returned_note,
    ):
        raise DraftChanged


def _with_author(row: OrderDraft, by: Viewer) -> list[str]:
    """Return everybody who wrote, the last to write last."""
    return [*(actor for actor in row.answers.get("authors", ()) if actor != by.actor), by.actor]


def _of_order(order: Order) -> Document:
    """Return the document of a signed version, without what describes the version itself."""
    described = {"version", "recorded_at", "effective_from", "variation_types"}
    return {name: value for name, value in order.as_json().items() if name not in described}


def _log(by: Viewer, now_us: int, draft_id: str, person_ref: str, action: str, **detail: Any) -> None:  # noqa: ANN401
    record(
        viewer=by,
        action=action,
        subject=f"draft:{draft_id}",
        at_us=now_us,
        person_ref=person_ref,
        detail=detail,
    )
