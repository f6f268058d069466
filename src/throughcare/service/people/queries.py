"""Questions about people. Every one starts from :func:`visible_people`: limited access is applied there, once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from throughcare.service.access.queries import check, hidden_people, opened_people
from throughcare.service.accounts.queries import holders
from throughcare.service.people.models import Assignment, Identifier, Person
from throughcare.service.roles import Permission, Scope
from throughcare.service.viewer import Viewer


def visible_people(viewer: Viewer, *, now_us: int) -> QuerySet[Person]:
    """Return the people whose records the viewer may open now.

    Reach by role first; then exclusions and restrictions take people away; what break-glass opened comes back.
    Lists, counts, searches, maps, exports and notices are all built on it.
    """
    reached = Person.objects.filter(_reach(viewer, now_us))
    return reached.exclude(pk__in=hidden_people(viewer, now_us=now_us)) | Person.objects.filter(
        pk__in=opened_people(viewer, now_us=now_us)
    )


def visible_refs(viewer: Viewer, *, now_us: int) -> QuerySet[Person, str]:
    """Return the opaque references of the visible people, for use inside other queries."""
    return visible_people(viewer, now_us=now_us).values_list("ref", flat=True)


def _reach(viewer: Viewer, now_us: int) -> Q:
    reach = viewer.reach
    if Scope.EVERYBODY in reach:
        return Q()
    found = Q(pk__in=[])
    if Scope.TEAM in reach:
        found |= Q(Exists(_live_assignments(now_us).filter(team_id__in=viewer.team_ids)))
    if Scope.MONITORED in reach:
        found |= Q(pk__in=Person.objects.filter(orders__isnull=False).values("pk"))
    if Scope.INSTALLATION in reach:
        open_work = Person.objects.filter(
            orders__installation__isnull=False, orders__installation__closed_us__isnull=True
        )
        found |= Q(pk__in=open_work.values("pk"))
    return found


def _live_assignments(now_us: int) -> QuerySet[Assignment]:
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    return Assignment.objects.filter(live, person_id=OuterRef("pk"))


def person_known_as(text: str) -> Person | None:
    """Return the person whose reference or identifier is exactly the text, visible or not.

    Only for what is meant to reach beyond the visible: opening a record in an emergency.
    """
    if not text:
        return None
    named = Q(ref=text) | Q(pk__in=Identifier.objects.filter(value__iexact=text).values("person_id"))
    found = list(Person.objects.filter(named)[:2])
    return found[0] if len(found) == 1 else None


def ref_of(person_id: int) -> str:
    """Return the opaque reference of a person by the record's key.

    Raises
    ------
    Person.DoesNotExist
        If there is none.
    """
    return str(Person.objects.values_list("ref", flat=True).get(pk=person_id))


def hidden_refs(viewer: Viewer, *, now_us: int) -> frozenset[str]:
    """Return the references of the people whose records are closed to the viewer, whatever their roles reach.

    For what must blot them out, such as the log; never to be shown.
    """
    hidden = Person.objects.filter(pk__in=hidden_people(viewer, now_us=now_us))
    return frozenset(
        hidden.exclude(pk__in=opened_people(viewer, now_us=now_us)).values_list("ref", flat=True)
    )


def family_names(refs: set[str]) -> dict[str, str]:
    """Return the family names behind references, folded for comparison; for the search for unusual views."""
    found = Person.objects.filter(ref__in=refs).values_list("ref", "family_name")
    return {ref: name.casefold() for ref, name in found}


def assignments_at(refs: set[str], *, at_us: int) -> dict[str, list[tuple[int, int | None]]]:
    """Return the team and the officer (or None) of each assignment of some people at an instant, by reference."""
    live = Q(from_us__lte=at_us) & (Q(to_us__isnull=True) | Q(to_us__gt=at_us))
    rows = Assignment.objects.filter(live, person__ref__in=refs)
    found: dict[str, list[tuple[int, int | None]]] = {}
    for ref, team_id, officer_id in rows.values_list("person__ref", "team_id", "officer_id"):
        found.setdefault(ref, []).append((team_id, officer_id))
    return found


def refs_with_safety_note(refs: Iterable[str]) -> set[str]:
    """Return which of the references belong to people whose record has a note about risk; never the note."""
    found = Person.objects.filter(ref__in=set(refs)).exclude(safety_note="")
    return set(found.values_list("ref", flat=True))


def names_of(viewer: Viewer, refs: Iterable[str], *, now_us: int) -> dict[str, str]:
    """Return the names by which staff know the visible among some people, by reference."""
    people = visible_people(viewer, now_us=now_us).filter(ref__in=set(refs))
    return {person.ref: person.display_name for person in people}


def refs_in_team(team_id: int, *, now_us: int) -> QuerySet[Assignment, str]:
    """Return the references of the people of a team now, for use inside other queries that limit who is visible."""
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    return Assignment.objects.filter(live, team_id=team_id).values_list("person__ref", flat=True)


def seniors_of(person_id: int, *, opener_id: int | None, now_us: int) -> list[int]:
    """Return the seniors who are to be told that a person's record was opened: those of the person's teams.

    Where no team has one who may see the record, it is every senior who is not barred from it. Never the opener.
    """
    live = Q(from_us__lte=now_us) & (Q(to_us__isnull=True) | Q(to_us__gt=now_us))
    teams = frozenset(Assignment.objects.filter(live, person_id=person_id).values_list("team_id", flat=True))
    for among in (teams, None):
        held = holders(Permission.BREAK_GLASS_REVIEW, now_us=now_us, team_ids=among)
        found = [
            user_id
            for user_id in held
            if user_id != opener_id
            and not check(user_id=user_id, person_ids=[person_id], now_us=now_us)[person_id].blocked
        ]
        if found:
            return found
    return []
