"""Orders and variations being written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, QuerySet, When

from throughcare.kernel.ids import content_hash
from throughcare.kernel.time import Interval
from throughcare.orders.history import OrderHistory, timeline
from throughcare.orders.model import Order
from throughcare.service.orders.models import OrderDraft, OrderVersion
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.people.queries import visible_people
from throughcare.service.viewer import Viewer

_ALIVE = (DraftState.PROPOSED, DraftState.WRITING)


class NoSuchDraft(Exception):
    """There is no draft of this id."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order or a variation being written.

    Parameters
    ----------
    base_version, newest_version : int
        The newest version when the variation was begun, and now; 0 for a new order.
    document : dict
        The order as far as it is known.
    variation : mapping
        ``types``, ``effective_us`` and ``why`` of a variation; empty for a new order.
    accepted : mapping
        Why a finding of the law was accepted, by the finding's id.
    authors : tuple of str
        Every actor who wrote in it: none of them may sign.
    digest : str
        Of what would be signed; a signature names the digest that was read.
    """

    draft_id: str
    person_id: int
    person_ref: str
    person_name: str
    order_id: str
    is_variation: bool
    base_version: int
    newest_version: int
    document: dict[str, Any]
    variation: Mapping[str, Any]
    accepted: Mapping[str, str]
    authors: tuple[str, ...]
    state: DraftState
    revision: int
    returned_note: str
    updated_us: int

    @property
    def digest(self) -> str:
        """The content hash of what would be signed."""
        return content_hash([self.document, dict(self.variation), dict(self.accepted)])

    @property
    def is_behind(self) -> bool:
        """Whether another version was signed since it was begun: it cannot be signed until it is renewed."""
        return self.newest_version != self.base_version

    @property
    def is_open(self) -> bool:
        """Whether it can still be written in."""
        return self.state is DraftState.WRITING


def draft(draft_id: str) -> Draft:
    """Return one draft.

    Raises
    ------
    NoSuchDraft
        If there is none.
    """
    row = OrderDraft.objects.select_related("person", "order").filter(draft_id=draft_id).first()
    if row is None:
        raise NoSuchDraft
    return _view(row)


def drafts_of_person(person_ref: str) -> list[Draft]:
    """Return the person's open and proposed drafts, the last changed first."""
    return [_view(row) for row in _alive().filter(person__ref=person_ref)]


def visible_drafts(
    viewer: Viewer, *, now_us: int, first: int = 0, most: int = 100
) -> tuple[list[Draft], dict[DraftState, int]]:
    """Return proposed, then open drafts about people whom the viewer may see, and how many of each there are.

    Within each, the last changed come first.

    Parameters
    ----------
    first, most : int
        Which part of the list to return: at most ``most`` from the one at ``first`` (0 for the beginning).
    """
    rows = _alive().filter(person__in=visible_people(viewer, now_us=now_us).values("pk"))
    counted = dict(rows.order_by("state").values_list("state").annotate(number=Count("pk")))
    waiting = Case(When(state=DraftState.PROPOSED, then=0), default=1)
    shown = rows.order_by(waiting, "-updated_us", "pk")[first : first + most]
    return [_view(row) for row in shown], {state: counted.get(state, 0) for state in _ALIVE}


def governing(history: OrderHistory, *, at_us: int, now_us: int) -> tuple[Order, tuple[Order, ...]]:
    """Return the version that governs an instant, and the later ones that a variation from then on replaces.

    Before the order's first day it is the first version to govern; after its last, the last one that did.
    """
    pieces = timeline(history, known_at_us=now_us)
    reached = [order for piece, order in pieces if Interval(piece.start_us).contains(at_us)]
    later = tuple(order for piece, order in pieces if piece.start_us > at_us)
    if reached:
        return reached[-1], later
    return (pieces[0][1], later[1:]) if pieces else (history.versions[-1], ())


def known_places(
    viewer: Viewer, *, now_us: int, person_ref: str
) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return places that may be picked: the person's own, and where people whom the viewer may see attend.

    A home is offered for its own person only.
    """
    people = visible_people(viewer, now_us=now_us).values("pk")
    newest = OrderVersion.objects.filter(version=F("order__newest_version"))
    rows = newest.filter(order__person__in=people).order_by("pk")
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for ref, document in rows.values_list("order__person__ref", "document"):
        attended = {item["place_id"] for item in document["conditions"] if "place_id" in item}
        for place in document["places"]:
            if ref == person_ref or place["place_id"] in attended:
                found[place["label"], content_hash(place["area"])] = place["area"]
    return tuple((label, area) for (label, _), area in sorted(found.items()))


def _alive() -> QuerySet[OrderDraft]:
    return (
        OrderDraft.objects.filter(state__in=_ALIVE)
        .select_related("person", "order")
        .order_by("-updated_us", "pk")
    )


def _view(row: OrderDraft) -> Draft:
    answers = row.answers
    return Draft(
        draft_id=row.draft_id,
        person_id=row.person_id,
        person_ref=row.person.ref,
        person_name=row.person.display_name,
        order_id=answers["document"]["order_id"],
        is_variation=row.order_id is not None,
        base_version=row.base_version,
        newest_version=0 if row.order is None else row.order.newest_version,
        document=answers["document"],
        variation=answers.get("variation", {}),
        accepted=answers.get("accepted", {}),
        authors=tuple(answers.get("authors", ())),
        state=DraftState(row.state),
        revision=row.revision,
        returned_note=row.returned_note,
        updated_us=row.updated_us,
    )
