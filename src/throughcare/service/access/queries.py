"""Who is hidden from whom. An exclusion bars the named; a restriction bars everybody who is not named.

Semantics of HMPPS's limited-access library, except that a rule counts from its start as well as to its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.access.vocabulary import PURPOSE_WORDS, REVIEW_WORDS, Purpose, ReviewOutcome
from throughcare.service.accounts.queries import display_names
from throughcare.service.viewer import Viewer

TOLD_WITHIN_US = 5 * MINUTE_US  # from the opening to a senior who knows of it
NOTICE = "notice"  # who was told first: whoever receives the notices


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
    """Return the ids of the people whose records the viewer opened by break-glass and may still see.

    An exclusion by name is stronger than break-glass: it ends what was opened before it.
    """
    if viewer.user_id is None:
        return BreakGlass.objects.none().values_list("person_id", flat=True)
    barred = Exclusion.objects.filter(live(now_us), user_id=viewer.user_id, person_id=OuterRef("person_id"))
    opened = BreakGlass.objects.filter(user_id=viewer.user_id, at_us__lte=now_us, until_us__gt=now_us)
    return opened.exclude(Exists(barred)).values_list("person_id", flat=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a record is closed to somebody by name, or by a list that they are not on, and what to tell them."""

    excluded: bool
    restricted: bool
    message: str

    @property
    def blocked(self) -> bool:
        """Whether either rule closes the record."""
        return self.excluded or self.restricted


def check(*, user_id: int | None, person_ids: Iterable[int], now_us: int) -> dict[int, Answer]:
    """Return for each person whether the record is closed to a member of staff, in two questions for any number.

    For an unknown member of staff every limited record is closed.
    """
    wanted = set(person_ids)
    exclusions = Exclusion.objects.filter(live(now_us), person_id__in=wanted)
    if user_id is not None:
        exclusions = exclusions.filter(user_id=user_id)
    excluded = {row.person_id: row.message for row in exclusions}
    places = list(Restriction.objects.filter(live(now_us), person_id__in=wanted).order_by("pk"))
    named = {row.person_id for row in places if row.user_id == user_id}
    restricted = {row.person_id: row.message for row in places if row.person_id not in named}
    return {
        person_id: Answer(
            person_id in excluded,
            person_id in restricted,
            excluded.get(person_id, "") or restricted.get(person_id, ""),
        )
        for person_id in wanted
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An exclusion, or a place on a restriction's list, as its page shows it. ``state``: future, live or ended."""

    limit_id: int
    user_id: int
    name: str
    from_us: int
    to_us: int | None
    message: str
    set_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits access to one person's record: who is barred, and who alone may look."""

    exclusions: tuple[Limit, ...]
    places: tuple[Limit, ...]

    @property
    def restricted(self) -> bool:
        """Whether only those on the list may look now."""
        return any(place.state == "live" for place in self.places)


def limits_of(person_id: int, *, now_us: int) -> Limits:
    """Return every limit of a person's record, the newest first, ended ones included."""
    exclusions = list(Exclusion.objects.filter(person_id=person_id).order_by("-from_us", "-pk"))
    places = list(Restriction.objects.filter(person_id=person_id).order_by("-from_us", "-pk"))
    rows: list[Exclusion | Restriction] = [*exclusions, *places]
    actors = {actor for row in rows for actor in (f"user:{row.user_id}", row.set_by)}
    names = display_names(actors)
    return Limits(
        tuple(_limit(row, names, now_us) for row in exclusions),
        tuple(_limit(row, names, now_us) for row in places),
    )


def limited_people(*, now_us: int) -> set[int]:
    """Return the ids of the people whose record is limited now or will be."""
    ahead = Q(to_us__isnull=True) | Q(to_us__gt=now_us)
    return {
        *Exclusion.objects.filter(ahead).values_list("person_id", flat=True),
        *Restriction.objects.filter(ahead).values_list("person_id", flat=True),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A record opened by break-glass, as its opener or its reviewer sees it."""

    opening_id: int
    person_id: int
    user_id: int
    name: str
    purpose: str
    reason: str
    at_us: int
    until_us: int
    told_us: int | None
    told_by: str
    review_due_us: int
    reviewed_us: int | None
    reviewer: str
    outcome: str
    note: str

    @property
    def told_after_s(self) -> float | None:
        """How long it took until a senior was told; None while none is."""
        return None if self.told_us is None else (self.told_us - self.at_us) / SECOND_US

    def is_told_late(self, now_us: int) -> bool:
        """Return whether a senior was told too late, or is not yet and it is too late."""
        return (now_us if self.told_us is None else self.told_us) > self.at_us + TOLD_WITHIN_US

    def is_overdue(self, now_us: int) -> bool:
        """Return whether the review should have been done."""
        return self.reviewed_us is None and self.review_due_us <= now_us


def opening(opening_id: int) -> Opening | None:
    """Return one opening, or None where there is none."""
    row = BreakGlass.objects.filter(pk=opening_id).first()
    return None if row is None else _openings([row])[0]


def openings(*, reviewed: bool, limit: int = 200) -> list[Opening]:
    """Return the openings that wait for their review by when it is due, or the reviewed ones, newest first."""
    rows = BreakGlass.objects.filter(reviewed_us__isnull=not reviewed)
    rows = rows.order_by("-reviewed_us") if reviewed else rows.order_by("review_due_us")
    return _openings(list(rows[:limit]))


def opened_since(since_us: int) -> list[Opening]:
    """Return what was opened since an instant, and what is still to be told or reviewed; the newest first."""
    waiting = Q(reviewed_us__isnull=True) | Q(told_us__isnull=True)
    return _openings(
        list(BreakGlass.objects.filter(Q(at_us__gte=since_us) | waiting).order_by("-at_us", "-pk"))
    )


def openings_by(user_id: int, *, now_us: int) -> list[Opening]:
    """Return what a member of staff has open by break-glass now."""
    rows = BreakGlass.objects.filter(user_id=user_id, at_us__lte=now_us, until_us__gt=now_us)
    return _openings(list(rows.order_by("until_us")))


def _openings(rows: list[BreakGlass]) -> list[Opening]:
    names = display_names(
        {actor for row in rows for actor in (f"user:{row.user_id}", row.reviewed_by, row.told_by)}
        - {"", NOTICE}
    )
    return [
        Opening(
            opening_id=row.pk,
            person_id=row.person_id,
            user_id=row.user_id,
            name=names[f"user:{row.user_id}"],
            purpose=PURPOSE_WORDS[Purpose(row.purpose)],
            reason=row.reason,
            at_us=row.at_us,
            until_us=row.until_us,
            told_us=row.told_us,
            told_by=names.get(row.told_by, "a notice"),
            review_due_us=row.review_due_us,
            reviewed_us=row.reviewed_us,
            reviewer=names.get(row.reviewed_by, ""),
            outcome=REVIEW_WORDS[ReviewOutcome(row.review_outcome)] if row.review_outcome else "",
            note=row.review_note,
        )
        for row in rows
    ]


def _limit(row: Exclusion | Restriction, names: dict[str, str], now_us: int) -> Limit:
    ended = row.to_us is not None and row.to_us <= now_us
    return Limit(
        limit_id=row.pk,
        user_id=row.user_id,
        name=names[f"user:{row.user_id}"],
        from_us=row.from_us,
        to_us=row.to_us,
        message=row.message,
        set_by=names[row.set_by],
        state="ended" if ended else "future" if row.from_us > now_us else "live",
    )
