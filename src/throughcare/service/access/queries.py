"""Who is hidden from whom. An exclusion bars the named; a restriction bars everybody who is not named.

Semantics of HMPPS's limited-access library, except that a rule counts from its start as well as to its end.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.viewer import Viewer


def live(now_us: int) -> Q:
    """Return the condition that a row is in force at an instant: ``[from, to)``, open-ended without an end."""
    return Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))


def hidden_people(viewer: Viewer, *, now_us: int) -> QuerySet[Restriction, int]:
    """Return the ids of the people hidden from the viewer; an unknown viewer loses every limited record."""
    restricted = Restriction.objects.filter(live(now_us))
    excluded = Exclusion.objects.filter(live(now_us))
    if viewer.user_id is not None:
        allowed = restricted.filter(user_id=viewer.user_id).values("person_id")
        restricted = restricted.exclude(person_id__in=allowed)
        excluded = excluded.filter(user_id=viewer.user_id)
    return restricted.values_list("person_id", flat=True).union(excluded.values_list("person_id", flat=True))


def opened_people(viewer: Viewer, *, now_us: int) -> QuerySet[BreakGlass, int]:
    """Return the ids of the people whose records the viewer opened by break-glass and may still see."""
    if viewer.user_id is None:
        return BreakGlass.objects.none().values_list("person_id", flat=True)
    opened = BreakGlass.objects.filter(user_id=viewer.user_id, at_us__lte=now_us, until_us__gt=now_us)
    return opened.values_list("person_id", flat=True)
