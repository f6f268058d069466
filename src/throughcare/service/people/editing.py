"""Registering a person and changing a record: each in one transaction, with the log and the record's own history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from throughcare.service.audit.actions import record
from throughcare.service.people.identifiers import IDENTIFIER_WORDS, Known
from throughcare.service.people.models import (
    AccessNeed,
    Alias,
    Assignment,
    ContactPoint,
    EqualityRecord,
    Identifier,
    Person,
    PersonChange,
)
from throughcare.service.people.vocabulary import (
    ACCESS_NEED_WORDS,
    CONTACT_KIND_WORDS,
    EQUALITY_FIELDS,
    LANGUAGES,
    SEX_WORDS,
    AccessNeedKind,
    ContactKind,
    Sex,
)
from throughcare.service.viewer import Viewer

_WORDS_MOST = 600


class NumberTaken(Exception):
    """A number is on another record: nothing was written."""


class RecordChanged(Exception):
    """Somebody else changed the record after it was shown: nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody to be registered.

    Parameters
    ----------
    numbers : tuple of Known
        Checked by :mod:`throughcare.service.people.identifiers`; none of them on another record.
    closed_refs : tuple of str
        Records closed to whoever registers that may be of the same person: written to the log, not shown.
    """

    given_name: str
    middle_names: str
    family_name: str
    preferred_name: str
    date_of_birth: dt.date
    sex: Sex
    numbers: tuple[Known, ...]
    team_id: int
    officer_id: int | None
    closed_refs: tuple[str, ...] = ()


@transaction.atomic
def register(*, by: Viewer, now_us: int, newcomer: Newcomer) -> str:
    """Make the record of a person, with a team from now on; return the reference.

    Raises
    ------
    NumberTaken
        If one of the numbers is on another record.
    """
    ref = f"P-{settings.NEW_TOKEN(6)}"
    person = Person.objects.create(
        ref=ref,
        given_name=newcomer.given_name,
        middle_names=newcomer.middle_names,
        family_name=newcomer.family_name,
        preferred_name=newcomer.preferred_name,
        date_of_birth=newcomer.date_of_birth,
        sex=newcomer.sex,
        created_us=now_us,
    )
    for number in newcomer.numbers:
        _number(person.pk, number)
    Assignment.objects.create(
        person=person, team_id=newcomer.team_id, officer_id=newcomer.officer_id, from_us=now_us
    )
    PersonChange.objects.create(person=person, at_us=now_us, by=by.actor, part="record", after="Registered")
    record(
        viewer=by,
        action="person_registered",
        subject="person:record",
        at_us=now_us,
        person_ref=ref,
        detail={"numbers": len(newcomer.numbers), "team": newcomer.team_id},
    )
    for closed_ref in newcomer.closed_refs:
        record(
            viewer=by,
            action="duplicate_suspected",
            subject="person:record",
            at_us=now_us,
            person_ref=closed_ref,
        )
    return ref


@transaction.atomic
def set_name(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    revision: int,
    given_name: str,
    middle_names: str,
    family_name: str,
    preferred_name: str,
) -> None:
    """Correct or change the person's names. Raises :class:`RecordChanged`."""
    values = {
        "given_name": given_name,
        "middle_names": middle_names,
        "family_name": family_name,
        "preferred_name": preferred_name,
    }
    _set(by, now_us, person_id, revision, "name", values, _name_words)


@transaction.atomic
def set_birth(*, by: Viewer, now_us: int, person_id: int, revision: int, date_of_birth: dt.date) -> None:
    """Correct the date of birth. Raises :class:`RecordChanged`."""
    _set(
        by, now_us, person_id, revision, "born", {"date_of_birth": date_of_birth},
        lambda person: person.date_of_birth.isoformat(),
    )  # fmt: skip


@transaction.atomic
def set_sex(*, by: Viewer, now_us: int, person_id: int, revision: int, sex: Sex) -> None:
    """Correct the sex on record. Raises :class:`RecordChanged`."""
    _set(by, now_us, person_id, revision, "sex", {"sex": sex}, lambda person: SEX_WORDS[Sex(person.sex)])


@transaction.atomic
def set_language(
    *, by: Viewer, now_us: int, person_id: int, revision: int, language: str, interpreter_language: str
) -> None:
    """Set in which language the service writes to them, and for which they need an interpreter; empty for none."""
    values = {"language": language, "interpreter_language": interpreter_language}
    _set(by, now_us, person_id, revision, "language", values, _language_words)


@transaction.atomic
def set_safety_note(*, by: Viewer, now_us: int, person_id: int, revision: int, note: str) -> None:
    """Set what somebody who visits must know to be safe. Raises :class:`RecordChanged`."""
    _set(by, now_us, person_id, revision, "safety", {"safety_note": note}, lambda person: person.safety_note)


@transaction.atomic
def set_access_needs(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    revision: int,
    kinds: Sequence[AccessNeedKind],
    notes: Mapping[str, str],
) -> None:
    """Replace the access needs; ``notes`` says by kind what helps. Raises :class:`RecordChanged`."""
    _claim(person_id, revision)
    held = AccessNeed.objects.filter(person_id=person_id)
    before = _needs_words({row.kind: row.note for row in held})
    held.delete()
    wanted = {str(kind): notes.get(str(kind), "") for kind in kinds}
    AccessNeed.objects.bulk_create(
        AccessNeed(person_id=person_id, kind=kind, note=note) for kind, note in wanted.items()
    )
    _note(by, now_us, person_id, "needs", before=before, after=_needs_words(wanted))


@transaction.atomic
def set_equality(*, by: Viewer, now_us: int, person_id: int, answers: Mapping[str, str]) -> None:
    """Record equality fields; a field that is left empty keeps what was recorded. The log says only that it was done."""
    given = {name: value for name, value in answers.items() if value and name in EQUALITY_FIELDS}
    held, _ = EqualityRecord.objects.get_or_create(person_id=person_id, defaults={"recorded_us": now_us})
    EqualityRecord.objects.filter(pk=held.pk).update(**given, recorded_us=now_us)
    record(
        viewer=by,
        action="equality_recorded",
        subject="person:equality",
        at_us=now_us,
        person_ref=_ref(person_id),
    )


@transaction.atomic
def add_alias(*, by: Viewer, now_us: int, person_id: int, name: str) -> None:
    """Add another name by which the person is known; one that is there already is not added twice."""
    if not Alias.objects.filter(person_id=person_id, name__iexact=name).exists():
        Alias.objects.create(person_id=person_id, name=name)
        _touched(by, now_us, person_id, "alias", after=name)


@transaction.atomic
def add_number(*, by: Viewer, now_us: int, person_id: int, number: Known) -> None:
    """Add a number of another system.

    Raises
    ------
    NumberTaken
        If it is on another record.
    """
    _number(person_id, number)
    _touched(by, now_us, person_id, "number", after=f"{IDENTIFIER_WORDS[number.kind]} {number.value}")


@transaction.atomic
def add_contact_point(
    *,
    by: Viewer,
    now_us: int,
    person_id: int,
    kind: ContactKind,
    value: str,
    label: str,
    safe_hours: str,
    consent: bool,
    verified: bool,
) -> None:
    """Add a way to reach the person, when it is safe to use, and whether they agreed to its use."""
    ContactPoint.objects.create(
        person_id=person_id,
        kind=kind,
        value=value,
        label=label,
        safe_hours=safe_hours,
        consent=consent,
        verified_us=now_us if verified else None,
    )
    _touched(by, now_us, person_id, "contact", after=f"{CONTACT_KIND_WORDS[kind]} {value}")


@transaction.atomic
def take_away(*, by: Viewer, now_us: int, person_id: int, part: str, row_id: int) -> bool:
    """Take away another name or a number that was wrong, or end a contact point; return whether it was there."""
    before = _TAKERS[part](person_id, row_id, now_us)
    if before:
        _touched(by, now_us, person_id, part, before=before)
    return bool(before)


@transaction.atomic
def assign(
    *, by: Viewer, now_us: int, person_id: int, revision: int, team_id: int, officer_id: int | None
) -> None:
    """Give the person to a team and an officer from now on; what was before ends now and stays on record.

    Raises
    ------
    RecordChanged
        If somebody changed the record after it was shown.
    """
    _claim(person_id, revision)
    held = Assignment.objects.filter(person_id=person_id, to_us__isnull=True).select_related(
        "team", "officer"
    )
    before = "; ".join(_assignment_words(row) for row in held)
    Assignment.objects.filter(person_id=person_id, to_us__isnull=True).update(to_us=now_us)
    made = Assignment.objects.create(
        person_id=person_id, team_id=team_id, officer_id=officer_id, from_us=now_us
    )
    _note(by, now_us, person_id, "team", before=before, after=_assignment_words(made))


def _number(person_id: int, number: Known) -> None:
    try:
        with transaction.atomic():
            Identifier.objects.create(person_id=person_id, kind=number.kind, value=number.value)
    except IntegrityError as taken:
        raise NumberTaken from taken


def _set(
    by: Viewer,
    now_us: int,
    person_id: int,
    revision: int,
    part: str,
    values: Mapping[str, object],
    words: Callable[[Person], str],
) -> None:
    before = words(Person.objects.get(pk=person_id))
    _claim(person_id, revision, **values)
    _note(by, now_us, person_id, part, before=before, after=words(Person.objects.get(pk=person_id)))


def _claim(person_id: int, revision: int, **values: object) -> None:
    """Compare and set: one of two writers wins."""
    seen = Person.objects.filter(pk=person_id, revision=revision)
    if not seen.update(revision=revision + 1, **values):
        raise RecordChanged


def _touched(
    by: Viewer, now_us: int, person_id: int, part: str, *, before: str = "", after: str = ""
) -> None:
    Person.objects.filter(pk=person_id).update(revision=F("revision") + 1)
    _note(by, now_us, person_id, part, before=before, after=after)


def _note(by: Viewer, now_us: int, person_id: int, part: str, *, before: str, after: str) -> None:
    """Write the change to the record's history, and to the log without what it says."""
    if before == after:
        return
    PersonChange.objects.create(
        person_id=person_id,
        at_us=now_us,
        by=by.actor,
        part=part,
        before=before[:_WORDS_MOST],
        after=after[:_WORDS_MOST],
    )
    record(
        viewer=by,
        action="person_changed",
        subject=f"person:{part}",
        at_us=now_us,
        person_ref=_ref(person_id),
    )


def _ref(person_id: int) -> str:
    return str(Person.objects.values_list("ref", flat=True).get(pk=person_id))


def _take_alias(person_id: int, row_id: int, _now_us: int) -> str:
    row = Alias.objects.filter(person_id=person_id, pk=row_id).first()
    if row is None:
        return ""
    row.delete()
    return row.name


def _take_number(person_id: int, row_id: int, _now_us: int) -> str:
    row = Identifier.objects.filter(person_id=person_id, pk=row_id).first()
    if row is None:
        return ""
    row.delete()
    return f"{IDENTIFIER_WORDS.get(row.kind, row.kind)} {row.value}"  # type: ignore[call-overload]


def _end_contact(person_id: int, row_id: int, now_us: int) -> str:
    live = ContactPoint.objects.filter(person_id=person_id, pk=row_id, ended_us__isnull=True)
    row = live.first()
    if row is None or not live.update(ended_us=now_us):
        return ""
    return f"{CONTACT_KIND_WORDS.get(row.kind, row.kind)} {row.value}"  # type: ignore[call-overload]


_TAKERS = {"alias": _take_alias, "number": _take_number, "contact": _end_contact}


def _name_words(person: Person) -> str:
    names = " ".join(filter(None, (person.given_name, person.middle_names, person.family_name)))
    return f"{names}, called {person.preferred_name}" if person.preferred_name else names


def _language_words(person: Person) -> str:
    words = LANGUAGES.get(person.language, person.language)
    return f"{words}, interpreter for {person.interpreter_language}" if person.interpreter_language else words


def _needs_words(needs: Mapping[str, str]) -> str:
    said = {str(kind): words for kind, words in ACCESS_NEED_WORDS.items()}
    parts = (said.get(kind, kind) + (f" ({note})" if note else "") for kind, note in sorted(needs.items()))
    return "; ".join(parts)


def _assignment_words(row: Assignment) -> str:
    officer = "" if row.officer is None else row.officer.get_full_name() or row.officer.username
    return f"{row.team.name}, {officer}" if officer else row.team.name
