"""Enforcement decisions: one person proposes after weighing alternatives, another signs. Never by itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from throughcare.service.desk.actions.changing import ItemChanged, change, enter
from throughcare.service.desk.actions.working import closed
from throughcare.service.desk.models import Decision
from throughcare.service.desk.queries.seen import seen_of
from throughcare.service.desk.vocabulary import DecisionOutcome, EntryKind, ItemState, Outcome
from throughcare.service.viewer import Viewer


class OwnDecision(Exception):
    """Whoever proposed a decision may not sign it."""


class NothingWeighed(Exception):
    """A decision needs at least one other outcome that was weighed, with why it was not chosen."""


class IncidentChanged(Exception):
    """The engine told something new after the decision was proposed: it must be looked at first."""


@transaction.atomic
def propose_decision(
    *,
    by: Viewer,
    now_us: int,
    item_id: int,
    revision: int,
    outcome: DecisionOutcome,
    alternatives: Sequence[tuple[DecisionOutcome, str]],
    reason: str,
) -> int:
    """Propose what to do about an item that was assessed as non-compliance; return the decision's key.

    Parameters
    ----------
    alternatives : sequence of (DecisionOutcome, str)
        Every other outcome that was weighed, with why it was not chosen; at least one.

    Raises
    ------
    NothingWeighed, ItemChanged
    """
    weighed = [(other, why.strip()) for other, why in alternatives if other != outcome and why.strip()]
    if not weighed or not reason.strip():
        raise NothingWeighed
    item = change(item_id, revision, among=[ItemState.ASSESSED], state=ItemState.PROPOSED)
    decision = Decision.objects.create(
        item=item,
        outcome=outcome,
        alternatives=[[other, why] for other, why in weighed],
        reason=reason,
        seen=seen_of(item_id),
        proposed_by=by.actor,
        proposed_us=now_us,
    )
    enter(item, EntryKind.PROPOSED, by=by, now_us=now_us, outcome=outcome, detail={"decision": decision.pk})
    return decision.pk


@transaction.atomic
def sign_decision(*, by: Viewer, now_us: int, item_id: int, revision: int, seen: int) -> None:
    """Sign the decision that waits; the item closes.

    Parameters
    ----------
    seen : int
        The tellings of the incidents that the signer saw (:func:`throughcare.service.desk.queries.seen_of`).

    Raises
    ------
    OwnDecision
        If the signer proposed it.
    IncidentChanged
        If the engine told something that the signer has not seen.
    ItemChanged
    """
    decision = _waiting(item_id)
    if decision.proposed_by == by.actor:
        raise OwnDecision
    if seen_of(item_id) != seen:
        raise IncidentChanged
    item = change(
        item_id, revision, among=[ItemState.PROPOSED], **closed(item_id, Outcome.DECIDED, now_us=now_us)
    )
    signed = _still_waiting(decision).exclude(proposed_by=by.actor)
    if not signed.update(signed_by=by.actor, signed_us=now_us):
        raise ItemChanged
    detail = {"decision": decision.pk, "seen": seen}
    enter(item, EntryKind.SIGNED, by=by, now_us=now_us, outcome=decision.outcome, detail=detail)


@transaction.atomic
def send_back(*, by: Viewer, now_us: int, item_id: int, revision: int, words: str) -> None:
    """Send a proposed decision back, or withdraw one's own; the item needs a decision again.

    Raises
    ------
    ItemChanged
    """
    decision = _waiting(item_id)
    item = change(item_id, revision, among=[ItemState.PROPOSED], state=ItemState.ASSESSED)
    if not _still_waiting(decision).update(ended_by=by.actor, ended_us=now_us, ended_words=words):
        raise ItemChanged
    detail = {"decision": decision.pk}
    enter(item, EntryKind.REFUSED, by=by, now_us=now_us, words=words, detail=detail)


def _waiting(item_id: int) -> Decision:
    found = Decision.objects.filter(item_id=item_id, signed_us__isnull=True, ended_us__isnull=True).first()
    if found is None:
        raise ItemChanged
    return found


def _still_waiting(decision: Decision) -> QuerySet[Decision]:
    return Decision.objects.filter(pk=decision.pk, signed_us__isnull=True, ended_us__isnull=True)
