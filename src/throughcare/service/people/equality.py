"""Equality fields as counts over everybody: for reports on fairness, with small numbers suppressed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from throughcare.service.people.models import EqualityRecord, Person
from throughcare.service.people.vocabulary import EQUALITY_FIELDS, NOT_SAID, NOT_SAID_WORDS

ROUNDED_TO = 5


@dataclass(frozen=True, slots=True)
class Group:
    """A group and how many are in it, to the nearest 5; None where it is not shown."""

    words: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One equality field over everybody."""

    field: str
    groups: tuple[Group, ...]


def equality_counts(*, below: int) -> list[Counted]:
    """Return for each equality field how many people are in each group.

    Numbers are rounded to 5, so that somebody who joins or leaves a group does not show. Groups of fewer than
    ``below`` people are not shown, nor is the smallest of the others where only one would be missing: it could be
    worked out from the sum. Closed records count too: from what is shown nobody can tell whether they do.
    """
    everybody = Person.objects.count()
    return [
        _counted(name, label, words, everybody, below) for name, (label, words) in EQUALITY_FIELDS.items()
    ]


def groups_of(field: str) -> dict[int, str]:
    """Return which group of an equality field each person is in, by the record's key: to be counted, never shown.

    Raises
    ------
    KeyError
        If there is no such field.
    """
    words = EQUALITY_FIELDS[field][1] | {NOT_SAID: NOT_SAID_WORDS}
    rows = EqualityRecord.objects.exclude(**{field: ""}).values_list("person_id", field)
    return {person_id: words.get(value, value) for person_id, value in rows}


def _counted(name: str, label: str, words: dict[str, str], everybody: int, below: int) -> Counted:
    rows = EqualityRecord.objects.values_list(name).annotate(n=Count("pk")).order_by()
    found = {value: number for value, number in rows if value}
    numbers = {words.get(value, value): found.get(value, 0) for value in words}
    numbers[NOT_SAID_WORDS] = found.get(NOT_SAID, 0)
    numbers["Not recorded"] = everybody - sum(found.values())
    hidden = {said for said, number in numbers.items() if 0 < number < below}
    shown = sorted((number, said) for said, number in numbers.items() if number >= below)
    if len(hidden) == 1 and shown:
        hidden.add(shown[0][1])
    return Counted(
        label,
        tuple(
            Group(said, None if said in hidden else ROUNDED_TO * round(number / ROUNDED_TO))
            for said, number in numbers.items()
        ),
    )
