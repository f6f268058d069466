"""The people whom a list showed, in one field of one entry: how they are written, read and found."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

_BREAK = "\n"


def listed(refs: Iterable[str]) -> str:
    """Return references as the field holds them: each once, sorted, a line break before and after; empty for none.

    Raises
    ------
    ValueError
        If a reference holds a line break, or is empty: it would not be found again.
    """
    found = sorted(set(refs))
    if any(not ref or _BREAK in ref for ref in found):
        raise ValueError("a reference is neither empty nor of several lines")
    return _BREAK.join(("", *found, "")) if found else ""


def refs_in(field: str) -> tuple[str, ...]:
    """Return the references that a field holds."""
    return tuple(field.split(_BREAK)[1:-1])


def about(person_ref: str) -> Q:
    """Return the condition that an entry is about a person, or tells of a list in which they were shown."""
    place = StrIndex(F("shown"), Value(f"{_BREAK}{person_ref}{_BREAK}"))
    return Q(person_ref=person_ref) | (~Q(shown="") & Q(GreaterThan(place, 0)))
