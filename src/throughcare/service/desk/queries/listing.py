"""The list of the desk, and what of it was merged or suppressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Window

from throughcare.service.accounts.queries import teams
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.vocabulary import OPEN_STATES, ItemState
from throughcare.service.people.queries import names_of, refs_in_team, visible_refs
from throughcare.service.roles import Permission
from throughcare.service.viewer import Viewer

PAGE = 25
STATES = {
    "open": "Open",
    "new": "New",
    "acknowledged": "Acknowledged",
    "assessed": "Needs a decision",
    "proposed": "Waits for a second signature",
    "escalated": "Gone to a senior",
    "closed": "Closed",
}
_WAITS_FOR = (
    (Permission.DECISION_SIGN, ItemState.PROPOSED),
    (Permission.DECISION_PROPOSE, ItemState.ASSESSED),
)
OWNERS = {"": "Anybody", "me": "Me", "nobody": "Nobody yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What of the desk to list; empty means everything open."""

    kind: str = ""
    team_id: int | None = None
    owner: str = ""
    state: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the list. ``due_us`` is the clock that runs out next; ``grounds`` say why it ranks as it does."""

    item_id: int
    person_ref: str
    name: str
    kind: str
    code: str
    state: str
    rank: int
    grounds: tuple[str, ...]
    start_us: int
    opened_us: int
    closed_us: int | None
    outcome: str
    due_step: str
    due_us: int | None
    run_out: tuple[str, ...]
    escalated: bool
    owner: str
    team: str
    incidents: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list."""

    rows: tuple[Row, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


def listed(viewer: Viewer, chosen: Chosen, *, now_us: int, page: int = 1) -> Listed:
    """Return one page of the items of visible people, the highest rank first; of closed ones the last closed first."""
    items = _chosen(visible_items(viewer, now_us=now_us), viewer, chosen, now_us)
    order = ("-closed_us", "pk") if chosen.state == "closed" else ("-rank", "opened_us", "pk")
    found, total = _page(items.order_by(*order), page)
    counts = _merged_counts(found)
    names = names_of(viewer, [item.person_ref for item in found], now_us=now_us)
    rows = tuple(_row(item, names.get(item.person_ref, ""), counts.get(item.pk, 0)) for item in found)
    return Listed(rows, total, page)


def _page(items: QuerySet[DeskItem], page: int) -> tuple[list[DeskItem], int]:
    """Return one page of ordered items, and how many there are: counted over the keys, so that only a page is read."""
    keys = items.annotate(total=Window(Count("pk"))).values_list("pk", "total")
    wanted = list(keys[(page - 1) * PAGE : page * PAGE])
    rows = DeskItem.objects.select_related("owner", "team").in_bulk([key for key, _ in wanted])
    return [rows[key] for key, _ in wanted], wanted[0][1] if wanted else 0


def _merged_counts(found: Sequence[DeskItem]) -> dict[int, int]:
    merged = DeskItem.objects.filter(merged_into__in=found).values("merged_into").annotate(n=Count("pk"))
    return {row["merged_into"]: row["n"] for row in merged}


def visible_items(viewer: Viewer, *, now_us: int) -> QuerySet[DeskItem]:
    """Return the items about people whom the viewer may see: everything that is listed starts here."""
    return DeskItem.objects.filter(person_ref__in=visible_refs(viewer, now_us=now_us))


def waiting(viewer: Viewer, now_us: int) -> int:
    """Return how many items wait for what the viewer's roles are there to do: the number beside the menu's entry.

    A second signature, a decision, or to be taken up by whoever works at the desk. One question.
    """
    states = [state for permission, state in _WAITS_FOR if viewer.may(permission)]
    if viewer.may(Permission.INCIDENT_WORK) and not states:
        states = [ItemState.NEW]
    if not states:
        return 0
    return visible_items(viewer, now_us=now_us).filter(state__in=states).count()


def _chosen(items: QuerySet[DeskItem], viewer: Viewer, chosen: Chosen, now_us: int) -> QuerySet[DeskItem]:
    if chosen.state in ("open", "escalated"):
        items = items.filter(state__in=OPEN_STATES)
    else:
        items = items.filter(state=chosen.state)
    if chosen.state == "escalated":
        items = items.filter(escalated_us__isnull=False)
    if chosen.kind:
        items = items.filter(lead_kind=chosen.kind)
    if chosen.owner:
        items = items.filter(owner_id=viewer.user_id if chosen.owner == "me" else None)
    if chosen.team_id is not None:
        of_team = Q(team_id=chosen.team_id)
        of_person = Q(team__isnull=True, person_ref__in=refs_in_team(chosen.team_id, now_us=now_us))
        items = items.filter(of_team | of_person)
    return items


def _row(item: DeskItem, name: str, merged: int) -> Row:
    return Row(
        item_id=item.pk,
        person_ref=item.person_ref,
        name=name,
        kind=item.lead_kind,
        code=item.code,
        state=item.state,
        rank=item.rank,
        grounds=tuple(words for _, words in item.rank_reasons[1:]),
        start_us=item.start_us,
        opened_us=item.opened_us,
        closed_us=item.closed_us,
        outcome=item.outcome,
        due_step=item.due_step,
        due_us=item.due_us,
        run_out=tuple(item.run_out),
        escalated=item.escalated_us is not None,
        owner="" if item.owner is None else item.owner.get_full_name() or item.owner.username,
        team="" if item.team is None else item.team.name,
        incidents=merged + 1,
    )


def team_choices() -> list[tuple[int, str]]:
    """Return the teams by which the list can be narrowed."""
    return teams()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An incident that nobody was asked to look at by itself, why, and since when."""

    item_id: int
    revision: int
    name: str
    person_ref: str
    kind: str
    code: str
    start_us: int
    best_s: float
    at_us: int
    rule: str
    into_id: int | None


def left_out(viewer: Viewer, *, now_us: int, state: ItemState, page: int = 1) -> tuple[list[LeftOut], int]:
    """Return one page of what was suppressed, or merged, the last first, and how many there are.

    Parameters
    ----------
    state : ItemState
        ``SUPPRESSED`` or ``MERGED``.
    """
    items = visible_items(viewer, now_us=now_us).filter(state=state).order_by("-opened_us", "pk")
    found, total = _page(items, page)
    names = names_of(viewer, [item.person_ref for item in found], now_us=now_us)
    rows = [
        LeftOut(
            item_id=item.pk,
            revision=item.revision,
            name=names.get(item.person_ref, ""),
            person_ref=item.person_ref,
            kind=item.kind,
            code=item.code,
            start_us=item.start_us,
            best_s=item.best_s,
            at_us=item.opened_us,
            rule=item.suppressed or item.merge_rule,
            into_id=item.merged_into_id,
        )
        for item in found
    ]
    return rows, total
