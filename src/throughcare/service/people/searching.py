"""Finding people: by name, other name, reference or number, among the visible only; and who may be on record twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from throughcare.service.people.identifiers import IdentifierKind, WrongIdentifier, read_identifier
from throughcare.service.people.models import Alias, Identifier, Person
from throughcare.service.people.queries import visible_people
from throughcare.service.viewer import Viewer

PAGE = 25
MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person in a list of those found."""

    ref: str
    name: str
    date_of_birth: dt.date
    numbers: tuple[str, ...]
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found; ``total`` counts only people whom the viewer may see."""

    rows: tuple[Found, ...]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


def search(viewer: Viewer, *, text: str, now_us: int, page: int = 1) -> Page:
    """Return one page of the visible people whom the text fits, by name.

    The whole text may be a reference or a number, in any spelling of it; else each of its words must be in one of
    the person's names or other names. An empty text finds nobody.
    """
    words = text.split()[:MOST_WORDS]
    if not words:
        return Page((), 0, 1)
    people = visible_people(viewer, now_us=now_us).filter(_is_called(words) | _is_known_as(text))
    total = people.count()
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    ordered = people.order_by("family_name", "given_name", "ref")[(number - 1) * PAGE : number * PAGE]
    return Page(_found(ordered), total, number)


def _is_called(words: Sequence[str]) -> Q:
    named = Q()
    for word in words:
        other = Alias.objects.filter(name__icontains=word).values("person_id")
        named &= (
            Q(family_name__icontains=word)
            | Q(given_name__icontains=word)
            | Q(middle_names__icontains=word)
            | Q(preferred_name__icontains=word)
            | Q(pk__in=other)
        )
    return named


def _is_known_as(text: str) -> Q:
    values = {text.strip()}
    for kind in IdentifierKind:
        try:
            values.add(read_identifier(kind, text).value)
        except WrongIdentifier:
            continue
    numbered = Identifier.objects.filter(value__in=values).values("person_id")
    return Q(ref__iexact=text.strip()) | Q(pk__in=numbered)


def _found(people: QuerySet[Person]) -> tuple[Found, ...]:
    return tuple(
        Found(
            ref=person.ref,
            name=person.display_name,
            date_of_birth=person.date_of_birth,
            numbers=tuple(sorted(number.value for number in person.identifiers.all())),
            other_names=tuple(sorted(alias.name for alias in person.aliases.all())),
        )
        for person in people.prefetch_related("identifiers", "aliases")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Who may be the same person as somebody to be registered.

    Parameters
    ----------
    visible : tuple of Found
        The viewer may open their records.
    closed_refs : tuple of str
        On records that the viewer may not open: for the log only, never to be shown.
    """

    visible: tuple[Found, ...]
    closed_refs: tuple[str, ...]


def alike(viewer: Viewer, *, now_us: int, given_name: str, family_name: str, date_of_birth: dt.date) -> Alike:
    """Return the people with the same birth date and a like name, or the same names and day and month turned round."""
    family = Q(family_name__iexact=family_name)
    given = Q(given_name__iexact=given_name) | Q(preferred_name__iexact=given_name)
    other = Alias.objects.filter(name__icontains=family_name).values("person_id")
    same = Q(date_of_birth=date_of_birth) & (family | given | Q(pk__in=other))
    if date_of_birth.day <= 12:
        turned = date_of_birth.replace(day=date_of_birth.month, month=date_of_birth.day)
        same |= Q(date_of_birth=turned) & family & given
    return _alike(viewer, now_us, Person.objects.filter(same))


def numbered_alike(viewer: Viewer, *, now_us: int, numbers: Mapping[str, str]) -> dict[str, Alike]:
    """Return for each kind of number whose record it is on already; kinds of new numbers are left out."""
    taken = {}
    for kind, value in numbers.items():
        people = Person.objects.filter(
            pk__in=Identifier.objects.filter(kind=kind, value=value).values("person_id")
        )
        found = _alike(viewer, now_us, people)
        if found.visible or found.closed_refs:
            taken[kind] = found
    return taken


def _alike(viewer: Viewer, now_us: int, people: QuerySet[Person]) -> Alike:
    refs = set(people.values_list("ref", flat=True)[:PAGE])
    visible = visible_people(viewer, now_us=now_us).filter(ref__in=refs)
    shown = _found(visible.order_by(F("family_name"), F("given_name"), F("ref")))
    return Alike(visible=shown, closed_refs=tuple(sorted(refs - {found.ref for found in shown})))
