"""How much work there is and how long it waits: of the whole desk, without naming anybody.

It counts everybody's items, visible or not: work is work. So that a count tells nothing about one person, numbers
by kind below five are not told, and there is no number by member of staff.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from throughcare.kernel.time import HOUR_US, SECOND_US
from throughcare.service.desk.drawing import Hour
from throughcare.service.desk.models import DeskItem, Pack
from throughcare.service.desk.vocabulary import EntryKind, ItemState

FEWEST = 5
_NOT_WORKED = (ItemState.MERGED, ItemState.SUPPRESSED)
Counts = dict[tuple[str, str], int]  # items by kind and state

# When an item stopped waiting: it was acknowledged, or the engine took it back before.
_TAKEN_US = Least(
    Coalesce("acknowledged_us", "closed_us"), Coalesce("closed_us", "acknowledged_us")
)  # where one is missing, databases do not agree about the least


@dataclass(frozen=True, slots=True, kw_only=True)
class OfKind:
    """The work of one kind; None where it would be of fewer than five items."""

    kind: str
    arrived: int | None
    left_out_share: float | None
    acknowledge_median_s: float | None
    acknowledge_p90_s: float | None
    contact_median_s: float | None
    contact_p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A day of the desk. ``worst_tenth_share`` is None with fewer than ten people."""

    hours: tuple[Hour, ...]
    kinds: tuple[OfKind, ...]
    arrived: int
    suppressed: int
    merged: int
    waiting: int
    worst_tenth_share: float | None
    people: int


def workload(*, from_us: int, to_us: int, now_us: int) -> Workload:
    """Return the work that came within ``[from_us, to_us)``: counted by the database, so that a bad day costs no more."""
    came = DeskItem.objects.filter(opened_us__gte=from_us, opened_us__lt=to_us)
    counts = {(row["kind"], row["state"]): row["n"] for row in _counted(came, "kind", "state")}
    people = [row["n"] for row in _counted(came.exclude(state__in=_NOT_WORKED), "person_ref")]
    return Workload(
        hours=_hours(from_us, to_us, now_us),
        kinds=_kinds(counts, _acknowledged_s(came), _contacted_s(came)),
        arrived=sum(counts.values()),
        suppressed=_of_state(counts, ItemState.SUPPRESSED),
        merged=_of_state(counts, ItemState.MERGED),
        waiting=DeskItem.objects.filter(state=ItemState.NEW).count(),
        worst_tenth_share=worst_tenth(people),
        people=len(people),
    )


def _counted(items: QuerySet[DeskItem], *names: str) -> QuerySet[DeskItem, dict[str, Any]]:
    counted: QuerySet[DeskItem, dict[str, Any]] = items.order_by().values(*names).annotate(n=Count("pk"))
    return counted


def _of_state(counts: Counts, *states: ItemState) -> int:
    return sum(number for (_, state), number in counts.items() if state in states)


def worst_tenth(counts: Sequence[int]) -> float | None:
    """Return the share of items that the tenth of people with the most items has; None with fewer than ten people."""
    if len(counts) < 10:
        return None
    return sum(sorted(counts, reverse=True)[: len(counts) // 10]) / sum(counts)


def _hours(from_us: int, to_us: int, now_us: int) -> tuple[Hour, ...]:
    """Return each hour: what came, what was first acknowledged, what waited at its end."""
    stop_us = min(to_us, max(now_us, from_us) + 1)
    worked = DeskItem.objects.exclude(state__in=_NOT_WORKED).annotate(taken_us=_TAKEN_US)
    came, acknowledged, taken = (
        _by_hour(worked, name, from_us, stop_us) for name in ("opened_us", "acknowledged_us", "taken_us")
    )
    waiting = _waiting_at(from_us)
    found = []
    for number, start_us in enumerate(range(from_us, stop_us, HOUR_US)):
        waiting += came.get(number, 0) - taken.get(number, 0)
        found.append(
            Hour(
                start_us=start_us,
                arrived=came.get(number, 0),
                acknowledged=acknowledged.get(number, 0),
                waiting=waiting,
            )
        )
    return tuple(found)


def _by_hour(worked: QuerySet[DeskItem], name: str, from_us: int, stop_us: int) -> dict[int, int]:
    """Return in how many items an instant lies in each hour, by the hour's number from ``from_us``."""
    within = worked.filter(**{f"{name}__gte": from_us, f"{name}__lt": stop_us})
    if name == "taken_us":  # what the indexes know: one of the two is in the span
        either = Q(acknowledged_us__gte=from_us, acknowledged_us__lt=stop_us)
        within = within.filter(either | Q(closed_us__gte=from_us, closed_us__lt=stop_us))
    numbered = within.annotate(hour=(F(name) - from_us) / HOUR_US)
    return {row["hour"]: row["n"] for row in _counted(numbered, "hour")}


def _waiting_at(at_us: int) -> int:
    """Return how many items had come before an instant and were not taken yet."""
    untouched = Q(acknowledged_us__isnull=True, closed_us__isnull=True)
    later = Q(acknowledged_us__gte=at_us) & (Q(closed_us__isnull=True) | Q(closed_us__gte=at_us))
    ended = Q(acknowledged_us__isnull=True, closed_us__gte=at_us)
    before = DeskItem.objects.filter(opened_us__lt=at_us).exclude(state__in=_NOT_WORKED)
    return before.filter(untouched | later | ended).count()


def _acknowledged_s(came: QuerySet[DeskItem]) -> dict[str, list[float]]:
    """Return how long each acknowledgement took, by kind, the shortest first."""
    rows = came.filter(acknowledged_us__isnull=False).annotate(took_us=F("acknowledged_us") - F("opened_us"))
    return _by_kind(rows.order_by("took_us").values_list("kind", "took_us"))


def _contacted_s(came: QuerySet[DeskItem]) -> dict[str, list[float]]:
    """Return how long the first attempt to reach somebody took, by kind, the shortest first."""
    tried = came.exclude(state__in=_NOT_WORKED).filter(entries__kind=EntryKind.CONTACT)
    rows = tried.order_by().values("pk", "kind", "opened_us").annotate(first_us=Min("entries__at_us"))
    return _by_kind(
        sorted(((row["kind"], row["first_us"] - row["opened_us"]) for row in rows), key=itemgetter(1))
    )


def _by_kind(rows: Iterable[tuple[str, int]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for kind, took_us in rows:
        found[kind].append(took_us / SECOND_US)
    return found


def _kinds(
    counts: Counts, taken_s: dict[str, list[float]], tried_s: dict[str, list[float]]
) -> tuple[OfKind, ...]:
    kinds = sorted({kind for kind, _ in counts})
    return tuple(
        _of_kind(
            kind,
            {state: number for (name, state), number in counts.items() if name == kind},
            taken_s.get(kind, []),
            tried_s.get(kind, []),
        )
        for kind in kinds
    )


def _of_kind(kind: str, states: dict[str, int], taken_s: Sequence[float], tried_s: Sequence[float]) -> OfKind:
    arrived = sum(states.values())
    enough = arrived >= FEWEST
    left = sum(states.get(state, 0) for state in _NOT_WORKED)
    return OfKind(
        kind=kind,
        arrived=arrived if enough else None,
        left_out_share=left / arrived if enough else None,
        acknowledge_median_s=quantile(taken_s, 0.5),
        acknowledge_p90_s=quantile(taken_s, 0.9),
        contact_median_s=quantile(tried_s, 0.5),
        contact_p90_s=quantile(tried_s, 0.9),
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return a quantile of ordered values, by the nearest rank; None of fewer than five."""
    if len(ordered) < FEWEST:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def pack_hours(*, from_us: int, to_us: int) -> list[tuple[int, float]]:
    """Return when each court pack was made, and the hours from the violation to it; the first of each decision only."""
    found: dict[int, tuple[int, float]] = {}
    rows = Pack.objects.filter(made_us__gte=from_us, made_us__lt=to_us).order_by("made_us")
    for key, made_us, violation_us in rows.values_list("item_id", "made_us", "violation_us"):
        found.setdefault(key, (made_us, (made_us - violation_us) / HOUR_US))
    return list(found.values())
