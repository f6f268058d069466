"""Tracing: the evidence bundle of an incident, re-made from the facts by the same fold that decided it."""

from __future__ import annotations

from typing import Any

import numpy as np

from throughcare.kernel.columns import Ints
from throughcare.kernel.time import MINUTE_US, iso_utc
from throughcare.monitoring import kernels
from throughcare.monitoring.evidence import WITHHELD, EvidenceBundle, EvidenceItem
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.folding import Trace, probability, start_carry, trace
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.items import FIX, PRESENCE_KINDS, merge_items
from throughcare.monitoring.rules import ConditionRules, Window
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import StatusKind
from throughcare.orders.model import Curfew, Order
from throughcare.orders.plain_words import condition_words

MARGIN_US = 20 * MINUTE_US  # evidence shown before and after an incident

WHY = {
    kernels.WHY_USED: "used",
    kernels.WHY_SAME_INSTANT: "same_instant_as_another",
    kernels.WHY_POOR_CAPPED: "used_but_poor_source_cannot_open",
    kernels.WHY_STRAP_OPEN: "not_used_strap_open",
    kernels.WHY_UNIT_NOT_IN_PLACE: "not_used_home_unit_moved_or_dead",
    kernels.WHY_NO_RADIO_HERE: "not_used_home_unit_not_at_this_place",
    kernels.WHY_GATE: "not_used_accuracy_gate",
    kernels.WHY_UNIT_EVENT: "event",
    kernels.WHY_TAG_SILENT: "not_used_tag_dead_or_silent",
    kernels.WHY_COARSE: "not_used_too_wide_beside_home_unit",
}
COUNTED = (kernels.WHY_USED, kernels.WHY_POOR_CAPPED)


class Tracer:
    """Makes the bundles of one activation; each watch is traced once."""

    def __init__(self, scope: Scope, *, order: Order, code_version: str) -> None:
        self.scope = scope
        self.order = order
        self.code_version = code_version
        self._items = merge_items(scope.fixes, scope.statuses, scope.parameters)
        presence = np.isin(scope.statuses.kind, np.array(PRESENCE_KINDS, dtype=np.int64))
        self._others = np.flatnonzero(~presence)  # what decides no presence but may be what happened
        self._traces: dict[str, Trace] = {}

    def bundle(self, incident: Incident) -> EvidenceBundle:
        """Return the evidence bundle of an incident of this scope, without its chain hash."""
        return EvidenceBundle(
            incident=incident,
            items=self._evidence(incident),
            rule=self._rule(incident),
            parameters=self.scope.parameters.as_dict(),
            code_version=self.code_version,
        )

    def _trace(self, watch_id: str) -> Trace:
        if watch_id not in self._traces:
            watch = self.scope.rules.watch(watch_id)
            carry = start_carry(self.scope.rules.interval.start_us)
            self._traces[watch_id] = trace(self._items, watch, carry, parameters=self.scope.parameters)
        return self._traces[watch_id]

    def _evidence(self, incident: Incident) -> tuple[EvidenceItem, ...]:
        if incident.kind in WITHHELD:
            return ()
        stop_us = self.scope.now_us if incident.end_us is None else incident.end_us
        traced = None if incident.watch_id is None else self._trace(incident.watch_id)
        span = (incident.start_us - MARGIN_US, stop_us + MARGIN_US)
        others = [
            (int(self.scope.statuses.t_us[row]), 0, int(row))
            for row in self._others[_within(self.scope.statuses.t_us[self._others], span)]
        ]
        items = [
            (int(self._items.t_us[row]), 1, row)
            for row in range(len(self._items))[_within(self._items.t_us, span)]
        ]
        return tuple(
            self._item(row, number, traced) if is_item else self._recorded(row, number)
            for number, (_, is_item, row) in enumerate(sorted([*others, *items]), 1)
        )

    def _recorded(self, row: int, number: int) -> EvidenceItem:
        """Return a status that decides no presence, as it was recorded."""
        statuses = self.scope.statuses
        kind = StatusKind(int(statuses.kind[row]))
        return EvidenceItem(
            number=number,
            t_us=int(statuses.t_us[row]),
            source="home_unit" if kind <= StatusKind.UNIT_DEAD else "tag",
            lat_deg=None,
            lon_deg=None,
            accuracy_m=None,
            level=None,
            used=False,
            why=kind.name.lower(),
            p_compliant=None,
            p_after=None,
            value=_number(float(statuses.value[row])),
        )

    def _item(self, row: int, number: int, traced: Trace | None) -> EvidenceItem:
        items = self._items
        kind = int(items.kind[row])
        why, used, own, after = "recorded", False, None, None
        if traced is not None:
            code = int(traced.why[row])
            why, used = WHY[code], code in COUNTED
            if kind not in (FIX, StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED):
                why = StatusKind(kind).name.lower()
            if used:
                own, after = probability(float(traced.own[row])), probability(float(traced.after[row]))
        if kind != FIX:
            name = StatusKind(kind).name.lower()
            source = "home_unit" if kind <= StatusKind.UNIT_DEAD else "tag"
            why = why if used else f"{name}: {why}" if name not in why else why
            value = _number(float(self.scope.statuses.value[items.origin[row]]))
            return EvidenceItem(
                number, int(items.t_us[row]), source, None, None, None, None, used, why, own, after, value
            )
        fix = int(items.origin[row])
        fixes = self.scope.fixes
        return EvidenceItem(
            number=number,
            t_us=int(items.t_us[row]),
            source=Source(int(fixes.source[fix])).name.lower(),
            lat_deg=float(fixes.lat_deg[fix]),
            lon_deg=float(fixes.lon_deg[fix]),
            accuracy_m=_number(float(fixes.accuracy_m[fix])),
            level=_number(float(fixes.level[fix])),
            used=used,
            why=why,
            p_compliant=own,
            p_after=after,
        )

    def _rule(self, incident: Incident) -> dict[str, Any]:
        rule: dict[str, Any] = {
            "order_id": incident.order_id,
            "order_version": incident.order_version,
            "kind": str(incident.kind),
        }
        if incident.kind in WITHHELD:
            rule["withheld"] = "Positions are withheld: they would show where the protected person was."
        found = self._condition(incident)
        if found is None:
            return rule
        rule["condition_id"] = found.condition.condition_id
        rule["words"] = list(condition_words(self.order, found.condition))
        rule["areas"] = self._areas(found)
        window = next((w for w in found.windows if _is_of(w, incident)), None)
        if window is not None:
            rule["window"] = {
                "label": window.label,
                "scheduled": [iso_utc(window.scheduled.start_us), iso_utc(window.scheduled.stop_us)],
                "demanded": [[iso_utc(p.start_us), iso_utc(p.stop_us)] for p in window.pieces],
            }
        return rule

    def _condition(self, incident: Incident) -> ConditionRules | None:
        """Return the condition's rules: of the incident's own watch where a condition has several."""
        of_condition = [
            rules
            for rules in self.scope.rules.conditions
            if rules.condition.condition_id == incident.condition_id
        ]
        watched = [r for r in of_condition if any(w.watch_id == incident.watch_id for w in r.windows)]
        return next(iter([*watched, *of_condition]), None)

    def _areas(self, found: ConditionRules) -> list[dict[str, Any]]:
        condition = found.condition
        if isinstance(condition, Curfew):
            used = {p for phase in condition.phases for item in phase.timetable for p in item.place_ids}
            if condition.release_day is not None:
                used.add(condition.release_day.place_id)
            return [
                place.area.model_dump(mode="json") for place in self.order.places if place.place_id in used
            ]
        area = getattr(condition, "area", None)
        if area is not None:
            return [area.model_dump(mode="json")]
        place_id = getattr(condition, "place_id", None)
        return [] if place_id is None else [self.order.place(place_id).area.model_dump(mode="json")]


def _within(t_us: Ints, span: tuple[int, int]) -> slice:
    first, last = np.searchsorted(t_us, span[0]), np.searchsorted(t_us, span[1], side="right")
    return slice(int(first), int(last))


def _is_of(window: Window, incident: Incident) -> bool:
    if window.watch_id != incident.watch_id:
        return False
    if incident.window is not None:
        return window.scheduled == incident.window and window.order_version == incident.order_version
    return window.scheduled.contains(incident.start_us)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
