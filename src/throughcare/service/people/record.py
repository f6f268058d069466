"""What is on record about one person, for the pages that show it. Who may ask is settled before (people.actions)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from throughcare.kernel.time import local_datetime
from throughcare.service.accounts.queries import display_names
from throughcare.service.people.identifiers import IDENTIFIER_WORDS
from throughcare.service.people.models import Assignment, ContactPoint, Person, PersonChange
from throughcare.service.people.queries import visible_people
from throughcare.service.people.vocabulary import (
    ACCESS_NEED_WORDS,
    CONTACT_KIND_WORDS,
    LANGUAGES,
    SEX_WORDS,
)
from throughcare.service.viewer import Viewer

ZONE = "Europe/London"
_PARTS = {
    "name": "Name",
    "born": "Date of birth",
    "sex": "Sex",
    "language": "Language",
    "needs": "Access needs",
    "safety": "Safety note",
    "alias": "Other name",
    "number": "Number",
    "contact": "Contact point",
    "team": "Team and officer",
    "record": "Record",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A number, another name or a need, as a row that can be taken away."""

    row_id: int
    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A way to reach the person."""

    row_id: int
    kind: str
    value: str
    label: str
    safe_hours: str
    consent: bool
    verified_us: int | None
    ended_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Who worked with the person, from when to when. ``officer`` is empty where there was none."""

    team: str
    officer: str
    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of the record."""

    at_us: int
    by: str
    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The record of a person. Equality fields are no part of it: they are for reports over many."""

    ref: str
    name: str
    full_name: str
    date_of_birth: dt.date
    age_years: int
    sex: str
    language: str
    interpreter_language: str
    safety_note: str
    revision: int
    numbers: tuple[Line, ...]
    other_names: tuple[Line, ...]
    needs: tuple[Line, ...]
    reached: tuple[Reach, ...]
    ended: tuple[Reach, ...]
    assignments: tuple[Assigned, ...]

    @property
    def assigned(self) -> Assigned | None:
        """The present assignment; None where there is none."""
        return next((item for item in self.assignments if item.to_us is None), None)


def record_of(ref: str, *, now_us: int) -> Record:
    """Return the record of a person.

    Raises
    ------
    Person.DoesNotExist
        If there is none.
    """
    related = ("identifiers", "aliases", "access_needs", "contact_points")
    person = Person.objects.prefetch_related(*related).get(ref=ref)
    reached = [_reach(row) for row in sorted(person.contact_points.all(), key=lambda row: row.pk)]
    return Record(
        ref=person.ref,
        name=person.display_name,
        full_name=" ".join(filter(None, (person.given_name, person.middle_names, person.family_name))),
        date_of_birth=person.date_of_birth,
        age_years=age_years(person.date_of_birth, now_us),
        sex=_said(SEX_WORDS, person.sex),
        language=LANGUAGES.get(person.language, person.language),
        interpreter_language=person.interpreter_language,
        safety_note=person.safety_note,
        revision=person.revision,
        numbers=tuple(
            Line(row.pk, _said(IDENTIFIER_WORDS, row.kind), row.value)
            for row in sorted(person.identifiers.all(), key=lambda row: (row.kind, row.value))
        ),
        other_names=tuple(
            Line(row.pk, "Other name", row.name)
            for row in sorted(person.aliases.all(), key=lambda row: row.name)
        ),
        needs=tuple(
            Line(row.pk, _said(ACCESS_NEED_WORDS, row.kind), row.note)
            for row in sorted(person.access_needs.all(), key=lambda row: row.pk)
        ),
        reached=tuple(item for item in reached if item.ended_us is None),
        ended=tuple(item for item in reached if item.ended_us is not None),
        assignments=_assignments(person),
    )


def age_years(born: dt.date, now_us: int) -> int:
    """Return somebody's age on the civil day of an instant."""
    today = local_datetime(now_us, ZONE).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def changes_of(ref: str, *, limit: int = 200) -> list[Change]:
    """Return what was changed in a record, the newest first."""
    rows = list(PersonChange.objects.filter(person__ref=ref).order_by("-at_us", "-pk")[:limit])
    names = display_names({row.by for row in rows})
    return [
        Change(
            at_us=row.at_us,
            by=names[row.by],
            part=_PARTS.get(row.part, row.part),
            before=row.before,
            after=row.after,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Allotted:
    """Who works with somebody now."""

    team_id: int
    team: str
    officer_id: int | None
    officer: str


def allotted(people: Iterable[int], *, now_us: int) -> dict[int, Allotted]:
    """Return who works with each of some people now, by the record's key, with one question.

    Where several teams do, it is the last to begin.
    """
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    rows = Assignment.objects.filter(live, person_id__in=list(people)).select_related("team", "officer")
    return {
        row.person_id: Allotted(
            team_id=row.team_id,
            team=row.team.name,
            officer_id=row.officer_id,
            officer="" if row.officer is None else row.officer.get_full_name() or row.officer.username,
        )
        for row in rows.order_by("from_us", "pk")
    }


def _assignments(person: Person) -> tuple[Assigned, ...]:
    rows = person.assignments.select_related("team", "officer").order_by("-from_us", "-pk")
    return tuple(
        Assigned(
            team=row.team.name,
            officer="" if row.officer is None else row.officer.get_full_name() or row.officer.username,
            from_us=row.from_us,
            to_us=row.to_us,
        )
        for row in rows
    )


def _reach(row: ContactPoint) -> Reach:
    return Reach(
        row_id=row.pk,
        kind=_said(CONTACT_KIND_WORDS, row.kind),
        value=row.value,
        label=row.label,
        safe_hours=row.safe_hours,
        consent=row.consent,
        verified_us=row.verified_us,
        ended_us=row.ended_us,
    )


def _said(words: Mapping[Any, str], value: str) -> str:
    """Return the words for a stored value; the value itself where it came from elsewhere."""
    return words.get(value, value)


def cases_of(viewer: Viewer, *, now_us: int, officer_id: int | None, team_id: int | None) -> QuerySet[Person]:
    """Return the visible people whom an officer, or a team, works with now; with neither, all the visible."""
    people = visible_people(viewer, now_us=now_us)
    if officer_id is None and team_id is None:
        return people
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    whose = Assignment.objects.filter(live)
    if officer_id is not None:
        whose = whose.filter(officer_id=officer_id)
    if team_id is not None:
        whose = whose.filter(team_id=team_id)
    return people.filter(pk__in=whose.values("person_id"))
