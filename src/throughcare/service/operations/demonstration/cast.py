"""The invented staff and people of the demonstration: names that mean nobody, drawn from a seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from throughcare.service.roles import ROLE_WORDS, Role
from throughcare.service.viewer import Viewer
from throughcare.simulation.names import invented_words

REGION, CENTRE = "Invented Probation Region", "Invented Monitoring Centre"
TEAMS = ("North", "East", "South", "West")
OFFICERS_A_TEAM = 8
PASSWORD = "an invented town"  # noqa: S105 - printed at the start; the data is invented, and no real service has it
_GIVEN = {
    "male": (
        "Aaron", "Adil", "Ben", "Callum", "Daniel", "Emeka", "Gareth", "Hassan", "Ivan", "Jack", "Kofi", "Liam",
        "Marcus", "Nikhil", "Owen", "Piotr", "Rhys", "Sam", "Tomasz", "Yusuf",
    ),
    "female": (
        "Aisha", "Amy", "Beth", "Carys", "Dana", "Ewa", "Fatima", "Grace", "Holly", "Ines", "Jade", "Kayleigh",
        "Leah", "Megan", "Nadia", "Olivia", "Priya", "Rosa", "Sian", "Zoe",
    ),
}  # fmt: skip
_FEMALE_SHARE = 0.1  # of people under electronic monitoring, about; our rounding


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff: only those with a password can sign in."""

    username: str
    full_name: str
    role: Role
    team: str | None
    has_password: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person under supervision, and which officer of which team works with them."""

    ref: str
    given_name: str
    family_name: str
    date_of_birth: dt.date
    sex: str
    mobile: str
    team: str
    officer: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there: staff by user name with their ids, and each person's key and officer by reference."""

    members: dict[str, Member]
    user_ids: dict[str, int]
    person_ids: dict[str, int]
    officer_of: dict[str, str]

    def officer(self, person_ref: str) -> Viewer:
        """Return the person's officer."""
        return self._viewer(self.members[self.officer_of[person_ref]])

    def signer(self, person_ref: str) -> Viewer:
        """Return the senior of the person's team."""
        team = self.members[self.officer_of[person_ref]].team
        return self._viewer(next(m for m in self.members.values() if (m.role, m.team) == (Role.SENIOR, team)))

    def one_of(self, role: Role, number: int) -> Viewer:
        """Return one of those who hold a role, by a number that may be any."""
        holders = [m for m in self.members.values() if m.role is role]
        return self._viewer(holders[number % len(holders)])

    def _viewer(self, member: Member) -> Viewer:
        user_id = self.user_ids[member.username]
        return Viewer(actor=f"user:{user_id}", user_id=user_id)


def sign_ins() -> list[tuple[str, str, str]]:
    """Return one sign-in a role: the role in words, the user name, the password."""
    return [(ROLE_WORDS[role], str(role), PASSWORD) for role in Role]


def staff(*, rng: np.random.Generator) -> list[Member]:
    """Return the staff: the first of each role is the one whose sign-in is printed."""
    posts: list[tuple[Role, str | None]] = []
    for name in TEAMS:
        posts += [(Role.SENIOR, name)] + [(Role.PRACTITIONER, name)] * OFFICERS_A_TEAM
    posts += [(Role.MONITORING_OFFICER, None)] * 8 + [(Role.FIELD_OFFICER, None)] * 4
    posts += [(Role.ANALYST, None), (Role.AUDITOR, None), (Role.ADMINISTRATOR, None)]
    posts += [(Role.VICTIM_OFFICER, None)]
    families = invented_words(rng=rng, count=len(posts))
    counted: dict[Role, int] = {}
    members = []
    for (role, team), family in zip(posts, families, strict=True):
        counted[role] = counted.get(role, 0) + 1
        number = counted[role]
        given = str(rng.choice(_GIVEN["female" if rng.random() < 0.5 else "male"]))
        username = str(role) if number == 1 else f"{role}{number}"
        members.append(Member(username, f"{given} {family}", role, team, number == 1))
    return members


def people(*, rng: np.random.Generator, count: int, officers: list[Member]) -> list[Somebody]:
    """Return people with the references of the simulation, spread over the officers in turn."""
    families = invented_words(rng=rng, count=count)
    found = []
    for index in range(count):
        sex = "female" if rng.random() < _FEMALE_SHARE else "male"
        officer = officers[index % len(officers)]
        found.append(
            Somebody(
                ref=f"W{index + 1:04d}",
                given_name=str(rng.choice(_GIVEN[sex])),
                family_name=families[index],
                date_of_birth=dt.date(1962, 1, 1) + dt.timedelta(days=int(rng.integers(0, 44 * 365))),
                sex=sex,
                mobile=f"07700 900{index % 1000:03d}",  # Ofcom keeps 07700 900000 to 900999 for drama
                team=str(officer.team),
                officer=officer.username,
            )
        )
    return found
