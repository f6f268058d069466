"""What opens or changes the record of a person."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from throughcare.service.audit.actions import record
from throughcare.service.people.models import Person
from throughcare.service.people.queries import visible_people
from throughcare.service.viewer import Viewer


class NotVisible(Exception):
    """The viewer may not see the person, or there is none: the two look the same from outside."""


@transaction.atomic
def open_person(*, viewer: Viewer, ref: str, page: str, now_us: int, reason: str = "") -> Person:
    """Return the person, after the log says who looked at which page of theirs and when.

    Raises
    ------
    NotVisible
        If the viewer may not see the person, or there is no such person.
    """
    person = visible_people(viewer, now_us=now_us).filter(ref=ref).first()
    if person is None:
        raise NotVisible
    record(
        viewer=viewer,
        action="person_viewed",
        subject=f"page:{page}",
        at_us=now_us,
        person_ref=ref,
        reason=reason,
    )
    return person


def log_list(*, by: Viewer, now_us: int, page: str, refs: Iterable[str]) -> None:
    """Write that a list of people was shown, and whom it held, before it is rendered: one entry for the page.

    Of a list that shows nobody nothing is written.
    """
    if shown := set(refs):
        record(viewer=by, action="list_viewed", subject=f"page:{page}", at_us=now_us, shown=shown)
