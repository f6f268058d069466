"""Setting and ending limits, opening a record in an emergency, reviewing that. Each writes the log as it acts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q

from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.access.queries import NOTICE, TOLD_WITHIN_US, Opening, check
from throughcare.service.access.vocabulary import Purpose, ReviewOutcome
from throughcare.service.accounts.actions import Refused
from throughcare.service.audit.actions import record
from throughcare.service.outbox.actions import enqueue
from throughcare.service.outbox.queries import first_delivery_us
from throughcare.service.viewer import Viewer

OPEN_MINUTES = 60
REVIEW_HOURS = 24


@transaction.atomic
def exclude(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    person_ref: str,
    user_id: int,
    from_us: int,
    to_us: int | None,
    message: str,
) -> int:
    """Bar one member of staff from a person's record, such as a relative; return the exclusion's id.

    Raises
    ------
    Refused
        If somebody bars themself: they could not undo it, nor see whether it holds.
    """
    if by.user_id == user_id:
        raise Refused("You cannot bar yourself. Ask another senior to do it.")
    row = Exclusion.objects.create(
        person_id=person_id,
        user_id=user_id,
        from_us=max(from_us, now_us),
        to_us=to_us,
        message=message,
        set_by=by.actor,
    )
    _note(by, now_us, "exclusion_set", f"exclusion:{row.pk}", person_ref, user=user_id)
    return int(row.pk)


@transaction.atomic
def end_exclusion(*, by: Viewer, now_us: int, person_id: int, person_ref: str, limit_id: int) -> None:
    """End an exclusion now; one that is over stays as it is."""
    rows = Exclusion.objects.filter(_ahead(now_us), pk=limit_id, person_id=person_id)
    if rows.update(to_us=now_us):
        _note(by, now_us, "exclusion_ended", f"exclusion:{limit_id}", person_ref)


@transaction.atomic
def restrict(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    person_ref: str,
    user_ids: frozenset[int],
    from_us: int,
    to_us: int | None,
    message: str,
) -> None:
    """Close a person's record to everybody but the named.

    Whoever begins a list is on it from its start to its end: a list that nobody could see could not be ended.
    """
    named = set(user_ids)
    listed = Restriction.objects.filter(_ahead(now_us), person_id=person_id)
    if by.user_id is not None and not listed.exists():
        named.add(by.user_id)
    for user_id in sorted(named - set(listed.values_list("user_id", flat=True))):
        row = Restriction.objects.create(
            person_id=person_id,
            user_id=user_id,
            from_us=max(from_us, now_us),
            to_us=to_us,
            message=message,
            set_by=by.actor,
        )
        _note(by, now_us, "restriction_set", f"restriction:{row.pk}", person_ref, user=user_id)


@transaction.atomic
def end_place(*, by: Viewer, now_us: int, person_id: int, person_ref: str, limit_id: int) -> None:
    """Take one member of staff off a restriction's list.

    Raises
    ------
    Refused
        If nobody would be left: that would open the record to all, which is for :func:`lift_restriction`.
    """
    listed = Restriction.objects.select_for_update().filter(_ahead(now_us), person_id=person_id)
    if {row.pk for row in listed} == {limit_id}:
        raise Refused("This is the last name on the list. Lift the restriction instead.")
    if listed.filter(pk=limit_id).update(to_us=now_us):
        _note(by, now_us, "restriction_place_ended", f"restriction:{limit_id}", person_ref)


@transaction.atomic
def lift_restriction(*, by: Viewer, now_us: int, person_id: int, person_ref: str) -> None:
    """End a restriction for everybody: whoever the roles allow may look again."""
    lifted = Restriction.objects.filter(_ahead(now_us), person_id=person_id).update(to_us=now_us)
    if lifted:
        _note(by, now_us, "restriction_lifted", "restriction", person_ref, places=lifted)


@transaction.atomic
def break_glass(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    person_ref: str,
    purpose: Purpose,
    reason: str,
    seniors: Sequence[int] = (),
) -> int:
    """Open a record beyond the viewer's reach for an hour; return the opening's id.

    A senior is told at once, and reviews it within a day.

    Parameters
    ----------
    seniors : sequence of int
        The members of staff who are to be told.

    Raises
    ------
    Refused
        If the viewer is barred by name: a relative stays out in an emergency too, and somebody else acts.
    """
    assert by.user_id is not None, "only a member of staff opens a record"
    answer = check(user_id=by.user_id, person_ids=[person_id], now_us=now_us)[person_id]
    if answer.excluded:
        raise Refused(f"You are barred from this record by name. {answer.message}".strip())
    row = BreakGlass.objects.create(
        person_id=person_id,
        user_id=by.user_id,
        purpose=str(purpose),
        reason=reason,
        at_us=now_us,
        until_us=now_us + OPEN_MINUTES * MINUTE_US,
        review_due_us=now_us + REVIEW_HOURS * HOUR_US,
    )
    _note(by, now_us, "break_glass_used", f"break_glass:{row.pk}", person_ref, purpose=str(purpose))
    enqueue(
        kind="break_glass_used",
        key=f"break_glass:{row.pk}",
        # no reference to the person: whoever receives the notice may not see them
        body={
            "break_glass": row.pk,
            "purpose": str(purpose),
            "at_us": now_us,
            "tell_by_us": now_us + TOLD_WITHIN_US,
            "review_due_us": row.review_due_us,
            "seniors": [f"user:{user_id}" for user_id in seniors],
        },
        now_us=now_us,
    )
    return int(row.pk)


@transaction.atomic
def note_failed_opening(*, by: Viewer, now_us: int, person_ref: str, why: str) -> None:
    """Write that somebody tried to open a record by break-glass in vain: unknown, or barred by name."""
    _note(by, now_us, "break_glass_refused", "break_glass", person_ref, why=why)


@transaction.atomic
def note_seen(*, by: Viewer, now_us: int, openings: Iterable[Opening]) -> None:
    """Note that a senior saw openings: the first to see one is who was told. One's own does not count."""
    assert by.user_id is not None, "only a member of staff sees the list"
    for each in openings:
        if each.told_us is not None:
            continue
        untold = BreakGlass.objects.filter(pk=each.opening_id, told_us__isnull=True).exclude(
            user_id=by.user_id
        )
        if untold.update(told_us=now_us, told_by=by.actor):
            _note(by, now_us, "break_glass_seen", f"break_glass:{each.opening_id}", "")


def note_delivered(*, now_us: int) -> int:
    """Note which notices of openings reached another system, at the instant at which they did; return how many."""
    untold = BreakGlass.objects.filter(told_us__isnull=True, at_us__lte=now_us)
    noted = 0
    for opening_id in list(untold.values_list("pk", flat=True)):
        delivered_us = first_delivery_us(f"break_glass:{opening_id}")
        if delivered_us is not None:
            noted += untold.filter(pk=opening_id).update(told_us=delivered_us, told_by=NOTICE)
    return noted


@transaction.atomic
def review(
    *, by: Viewer, now_us: int, opening_id: int, person_ref: str, outcome: ReviewOutcome, note: str
) -> None:
    """Say what a senior made of an opening, and why; what is reviewed stays as it is.

    One that was not right closes the record at once.

    Raises
    ------
    Refused
        If somebody reviews their own.
    """
    assert by.user_id is not None, "only a member of staff reviews"
    rows = BreakGlass.objects.filter(pk=opening_id, reviewed_us__isnull=True)
    if rows.filter(user_id=by.user_id).exists():
        raise Refused("You opened this record yourself. Another senior reviews it.")
    done = rows.update(
        reviewed_by=by.actor, reviewed_us=now_us, review_outcome=str(outcome), review_note=note
    )
    if done:
        reviewed = BreakGlass.objects.filter(pk=opening_id)
        reviewed.filter(told_us__isnull=True).update(told_us=now_us, told_by=by.actor)
        if outcome is ReviewOutcome.NOT_JUSTIFIED:
            reviewed.filter(until_us__gt=now_us).update(until_us=now_us)
        _note(
            by, now_us, "break_glass_reviewed", f"break_glass:{opening_id}", person_ref, outcome=str(outcome)
        )


def _ahead(now_us: int) -> Q:
    """Return the condition that a row is in force or will be."""
    return Q(to_us__isnull=True) | Q(to_us__gt=now_us)


def _note(by: Viewer, now_us: int, action: str, subject: str, person_ref: str, **detail: str | int) -> None:
    record(viewer=by, action=action, subject=subject, at_us=now_us, person_ref=person_ref, detail=detail)
