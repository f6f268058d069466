"""Invented staff, teams and people for the tests of the service."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.kernel.time import DAY_US, parse_instant
from throughcare.service.accounts.models import RoleGrant, User
from throughcare.service.accounts.queries import viewer_of
from throughcare.service.people.models import Assignment, Organisation, Person, Team
from throughcare.service.roles import SCOPES, Role, Scope
from throughcare.service.viewer import Viewer

NOW_US = parse_instant("2026-03-09T12:00:00Z")
PASSWORD = "correct horse battery"


@dataclass
class Staff:
    """A member of staff and the viewer that they are now."""

    user: User
    viewer: Viewer


def make_team(name: str = "North") -> Team:
    """Return a team, made where it is not there yet."""
    region = Organisation.objects.get_or_create(name="Invented Region", defaults={"kind": "probation"})[0]
    return Team.objects.get_or_create(organisation=region, name=name)[0]


def make_user(role: Role, *, name: str = "", team: Team | None = None) -> Staff:
    """Return a member of staff who holds one role since yesterday."""
    user = User.objects.create_user(username=name or str(role), password=PASSWORD, first_name=str(role))
    bound = (team or make_team()) if SCOPES[role] is Scope.TEAM else None
    RoleGrant.objects.create(
        user=user, role=role, team=bound, from_us=NOW_US - DAY_US, granted_by="system:test"
    )
    return Staff(user, viewer_of(user.pk, now_us=NOW_US))


def make_staff() -> dict[Role, Staff]:
    """Return one member of staff a role."""
    return {role: make_user(role) for role in Role}


def make_person(ref: str = "P1", *, team: Team | None = None, officer: User | None = None) -> Person:
    """Return a person assigned to a team since yesterday."""
    person = Person.objects.create(
        ref=ref,
        given_name="Given",
        family_name=f"Family{ref}",
        date_of_birth="1990-01-02",
        sex="unknown",
        created_us=NOW_US - DAY_US,
    )
    Assignment.objects.create(
        person=person, team=team or make_team(), officer=officer, from_us=NOW_US - DAY_US
    )
    return person
