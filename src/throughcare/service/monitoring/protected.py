"""The list of protected persons' devices, as victim services see it: references and devices, and no name or place.

It stands apart from the wearers' pages: nothing leads from here to one of them, and nothing from there to here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from throughcare.orders.model import VictimProximity
from throughcare.service.access.queries import hidden_people
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.models import ProximityWatch
from throughcare.service.monitoring.protecting import refs_in_need
from throughcare.service.orders.queries import histories, orders_of_activations
from throughcare.service.victims.queries import ProtectedSpan, listed, refs_with_device, rows_before
from throughcare.service.viewer import Viewer

PAGE = 50
_MOST_WITHOUT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks that a distance be kept: conditions as ``(order, condition)``, and how many orders are closed."""

    conditions: tuple[tuple[str, str], ...] = ()
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page of the list: devices with who asks, how many there are, and references that have no device."""

    devices: tuple[tuple[ProtectedSpan, Asked], ...]
    total: int
    without: tuple[tuple[str, Asked], ...]


def look(*, by: Viewer, now_us: int, ended: bool = False, page: int = 1) -> Shown:
    """Return a page of the devices that are given, or were taken back, after the log was written."""
    spans, total = listed(now_us=now_us, ended=ended, first=(page - 1) * PAGE, most=PAGE)
    lacking = [] if ended or page > 1 else _refs_without_device(now_us)
    asked = _asked({span.protected_ref for span in spans} | set(lacking), by=by, now_us=now_us)
    detail = {"devices": len(spans), "without": len(lacking)}
    record(
        viewer=by, action="protected_devices_viewed", subject="page:protected", at_us=now_us, detail=detail
    )
    return Shown(
        devices=tuple((span, asked.get(span.protected_ref, Asked())) for span in spans),
        total=total,
        without=tuple((ref, asked[ref]) for ref in lacking if ref in asked),
    )


def due_to_erase(*, before_us: int, keep: Collection[str]) -> int:
    """Return how many facts of protected persons' devices :func:`erase_protected` would erase."""
    return sum(found.count() for found in rows_before(before_us, keep_refs=refs_in_need(keep)))


def _refs_without_device(now_us: int) -> list[str]:
    named = ProximityWatch.objects.order_by("protected_ref").values_list("protected_ref", flat=True)
    lacking = named.exclude(protected_ref__in=refs_with_device(now_us=now_us))
    return list(lacking.distinct()[:_MOST_WITHOUT])


def _asked(refs: Collection[str], *, by: Viewer, now_us: int) -> dict[str, Asked]:
    """Return who asks for a distance from each person, by the newest versions; whom nobody names is left out."""
    watches = ProximityWatch.objects.filter(protected_ref__in=list(refs)).values_list(
        "activation_id", flat=True
    )
    whose = dict(orders_of_activations(watches).values())
    closed = set(hidden_people(by, now_us=now_us))
    named: dict[str, set[tuple[str, str]]] = {}
    for order_id, history in histories(whose).items():
        for condition in history.versions[-1].conditions:
            if isinstance(condition, VictimProximity) and condition.protected_ref in refs:
                named.setdefault(condition.protected_ref, set()).add((order_id, condition.condition_id))
    return {
        ref: Asked(
            conditions=tuple(sorted(pair for pair in pairs if whose[pair[0]] not in closed)),
            closed=len({order_id for order_id, _ in pairs if whose[order_id] in closed}),
        )
        for ref, pairs in named.items()
    }
