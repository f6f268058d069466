"""Planning a contact, saying what came of it, and keeping when somebody looked."""

from __future__ import annotations

from django.db import transaction

from throughcare.service.audit.actions import record
from throughcare.service.casework.models import Contact, Look
from throughcare.service.casework.vocabulary import ContactChannel, ContactResult
from throughcare.service.people.queries import ref_of
from throughcare.service.viewer import Viewer


class AlreadyRecorded(Exception):
    """Somebody has said already what came of the contact: nothing was written."""


@transaction.atomic
def plan_contact(*, by: Viewer, now_us: int, person_id: int, planned_us: int, channel: ContactChannel) -> int:
    """Plan a contact and return its id."""
    made = Contact.objects.create(
        person_id=person_id, planned_us=planned_us, channel=channel, planned_by=by.actor
    )
    record(
        viewer=by,
        action="contact_planned",
        subject=f"contact:{made.pk}",
        at_us=now_us,
        person_ref=ref_of(person_id),
        detail={"planned_us": planned_us},
    )
    return int(made.pk)


@transaction.atomic
def record_result(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    contact_id: int,
    result: ContactResult,
    note: str,
    next_us: int | None,
    next_channel: ContactChannel,
) -> None:
    """Say what came of a contact, and plan the next one where its time is given.

    Raises
    ------
    AlreadyRecorded
        If somebody said so before: the first word stands.
    """
    waiting = Contact.objects.filter(pk=contact_id, person_id=person_id, result="")
    if not waiting.update(result=result, note=note, recorded_by=by.actor, recorded_us=now_us):
        raise AlreadyRecorded
    record(
        viewer=by,
        action="contact_recorded",
        subject=f"contact:{contact_id}",
        at_us=now_us,
        person_ref=ref_of(person_id),
        detail={"result": result},
    )
    if next_us is not None:
        plan_contact(by=by, now_us=now_us, person_id=person_id, planned_us=next_us, channel=next_channel)


def note_look(*, by: Viewer, now_us: int, person_id: int) -> None:
    """Keep that somebody looked at a person's page now: what changes later is new to them."""
    if by.user_id is not None:
        Look.objects.update_or_create(person_id=person_id, user_id=by.user_id, defaults={"at_us": now_us})
