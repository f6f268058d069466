"""How much work there is and how long it waits: of the whole desk, without naming anybody.

It counts everybody's items, visible or not: work is work. So that a count tells nothing about one person, numbers
by kind below five are not told, and there is no number by member of staff.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Min, Q

from throughcare.kernel.time import HOUR_US, SECOND_US
from throughcare.service.desk.drawing import Hour
from throughcare.service.desk.models import DeskEntry, DeskItem, Pack
from throughcare.service.desk.vocabulary import EntryKind, ItemState

FEWEST = 5
_NOT_WORKED = (ItemState.MERGED, ItemState.SUPPRESSED)


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
    """Return the work that came within ``[from_us, to_us)``."""
    rows = list(
        DeskItem.objects.filter(opened_us__gte=from_us, opened_us__lt=to_us).values_list(
            "pk", "kind", "state", "person_ref", "opened_us", "acknowledged_us"
        )
    )
    worked = [row for row in rows if row[2] not in _NOT_WORKED]
    people = Counter(row[3] for row in worked)
    return Workload(
        hours=_hours(from_us, to_us, now_us),
        kinds=_kinds(rows, _first_contacts([row[0] for row in worked])),
        arrived=len(rows),
        suppressed=sum(row[2] == ItemState.SUPPRESSED for row in rows),
        merged=sum(row[2] == ItemState.MERGED for row in rows),
        waiting=DeskItem.objects.filter(state=ItemState.NEW).count(),
        worst_tenth_share=worst_tenth(list(people.values())),
        people=len(people),
    )


def worst_tenth(counts: Sequence[int]) -> float | None:
    """Return the share of items that the tenth of people with the most items has; None with fewer than ten people."""
    if len(counts) < 10:
        return None
    return sum(sorted(counts, reverse=True)[: len(counts) // 10]) / sum(counts)


def _hours(from_us: int, to_us: int, now_us: int) -> tuple[Hour, ...]:
    """Return each hour: what came, what was first acknowledged, what waited at its end."""
    stop_us = min(to_us, max(now_us, from_us) + 1)
    touching = Q(opened_us__lt=stop_us) & (Q(acknowledged_us__isnull=True) | Q(acknowledged_us__gte=from_us))
    ended = Q(acknowledged_us__isnull=True, closed_us__lt=from_us)
    items = DeskItem.objects.filter(touching).exclude(ended).exclude(state__in=_NOT_WORKED)
    times = list(items.values_list("opened_us", "acknowledged_us", "closed_us"))
    came = sorted(opened for opened, _, _ in times)
    acknowledged = sorted(ack for _, ack, _ in times if ack is not None)
    taken = sorted(end for _, ack, shut in times if (end := _taken(ack, shut)) is not None)
    found = []
    for start_us in range(from_us, stop_us, HOUR_US):
        end_us = min(start_us + HOUR_US, stop_us)
        found.append(
            Hour(
                start_us=start_us,
                arrived=bisect_left(came, end_us) - bisect_left(came, start_us),
                acknowledged=bisect_left(acknowledged, end_us) - bisect_left(acknowledged, start_us),
                waiting=bisect_left(came, end_us) - bisect_left(taken, end_us),
            )
        )
    return tuple(found)


def _taken(acknowledged_us: int | None, closed_us: int | None) -> int | None:
    """Return when an item stopped waiting: it was acknowledged, or the engine took it back before."""
    ends = [t_us for t_us in (acknowledged_us, closed_us) if t_us is not None]
    return min(ends, default=None)


def _first_contacts(keys: list[int]) -> dict[int, int]:
    tried = DeskEntry.objects.filter(item__in=keys, kind=EntryKind.CONTACT).values("item")
    return {row["item"]: row["first"] for row in tried.annotate(first=Min("at_us"))}


def _kinds(
    rows: Sequence[tuple[int, str, str, str, int, int | None]], contacts: dict[int, int]
) -> tuple[OfKind, ...]:
    by_kind: dict[str, list[tuple[int, str, str, str, int, int | None]]] = defaultdict(list)
    for row in rows:
        by_kind[row[1]].append(row)
    return tuple(_of_kind(kind, by_kind[kind], contacts) for kind in sorted(by_kind))


def _of_kind(
    kind: str, rows: Sequence[tuple[int, str, str, str, int, int | None]], contacts: dict[int, int]
) -> OfKind:
    enough = len(rows) >= FEWEST
    taken_s = sorted((row[5] - row[4]) / SECOND_US for row in rows if row[5] is not None)
    tried_s = sorted((contacts[row[0]] - row[4]) / SECOND_US for row in rows if row[0] in contacts)
    left = sum(row[2] in _NOT_WORKED for row in rows)
    return OfKind(
        kind=kind,
        arrived=len(rows) if enough else None,
        left_out_share=left / len(rows) if enough else None,
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
