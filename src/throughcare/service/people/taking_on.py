"""Taking on: organisations, teams and people who are known elsewhere, many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from throughcare.service.audit.actions import record
from throughcare.service.people.models import Assignment, ContactPoint, Organisation, Person, Team
from throughcare.service.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as another system knows them, and who works with them.

    Parameters
    ----------
    ref : str
        The opaque reference that their orders carry.
    from_us : int
        From when they are here, and with the team and the officer.
    """

    ref: str
    given_name: str
    family_name: str
    date_of_birth: dt.date
    sex: str
    team_id: int
    officer_id: int | None
    from_us: int
    mobile: str = ""


@transaction.atomic
def take_on_team(*, by: Viewer, now_us: int, organisation: str, kind: str, name: str) -> int:
    """Return the id of a team, made with its organisation where they are not there yet."""
    over = Organisation.objects.get_or_create(name=organisation, defaults={"kind": kind})[0]
    team, is_new = Team.objects.get_or_create(organisation=over, name=name)
    if is_new:
        record(viewer=by, action="team_made", subject=f"team:{team.pk}", at_us=now_us)
    return int(team.pk)


@transaction.atomic
def take_on_people(*, by: Viewer, now_us: int, people: Sequence[Known]) -> dict[str, int]:
    """Make the records of people and their assignments; return their keys by reference.

    Raises
    ------
    django.db.IntegrityError
        If one of them is here already; nothing is written then.
    """
    made = Person.objects.bulk_create(_person(known) for known in people)
    keys = {person.ref: int(person.pk) for person in made}
    Assignment.objects.bulk_create(
        Assignment(
            person_id=keys[known.ref],
            team_id=known.team_id,
            officer_id=known.officer_id,
            from_us=known.from_us,
        )
        for known in people
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(person_id=keys[known.ref], kind="mobile", value=known.mobile, verified_us=known.from_us)
        for known in people
        if known.mobile
    )
    record(
        viewer=by,
        action="people_taken_on",
        subject="people:many",
        at_us=now_us,
        detail={"number": len(people)},
    )
    return keys


def _person(known: Known) -> Person:
    return Person(
        ref=known.ref,
        given_name=known.given_name,
        family_name=known.family_name,
        date_of_birth=known.date_of_birth,
        sex=known.sex,
        created_us=known.from_us,
    )
