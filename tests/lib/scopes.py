"""Builds what an incident rule looks at, from an invented order and a list of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tests.lib.rule_tables import MONDAY, Fact
from throughcare.kernel.time import DAY_US, Interval, instant_us
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.items import canonical_fixes, canonical_statuses
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Segment
from throughcare.monitoring.rules import ActivationRules, compile_rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

PLACE = {"type": "Circle", "centre": [-1.5, 52.0], "radius_m": 75.0}
TRAIL = {"kind": "trail", "condition_id": "trail-1", "start_date": "2026-03-02"}


def compiled(
    *conditions: dict[str, Any],
    worn_from: str = "2026-03-02T00:00:00Z",
    worn_to: str | None = None,
    home_unit: bool = False,
    zone: str = "Europe/London",
    parameters: Parameters | None = None,
    within: Interval | None = None,
    **order: Any,
) -> ActivationRules:
    """Return the compiled rules of one activation under an order with the given conditions."""
    conditions = conditions or (TRAIL,)
    activation: dict[str, Any] = {
        "activation_id": "act-1",
        "device_id": "tag-1",
        "from_time": worn_from,
        "to_time": worn_to,
    }
    if home_unit:
        activation |= {"home_unit_id": "unit-1", "home_unit_place_id": "home"}
    made = Order.model_validate(
        {
            "order_id": "ORD-1",
            "recorded_at": "2026-02-20T00:00:00Z",
            "wearer_ref": "W-1",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "time_zone": zone,
            "start_date": "2026-03-01",
            "ticked": sorted({c["kind"] for c in conditions}),
            "places": [
                {"place_id": "home", "label": "Home", "area": PLACE},
                {"place_id": "office", "label": "Office", "area": PLACE | {"centre": [-1.48, 52.0]}},
            ],
            "activations": [activation],
            "conditions": list(conditions),
            **order,
        }
    )
    within = within or Interval(instant_us(MONDAY) - 2 * DAY_US, instant_us(MONDAY) + 60 * DAY_US)
    rules = compile_rules(
        [history_of([made])],
        parameters=parameters or Parameters(),
        known_at_us=instant_us(dt.datetime(2026, 12, 31, tzinfo=dt.UTC)),
        within=within,
    )
    return rules.activations["act-1"]


def fixes_of(facts: Iterable[Fact]) -> Fixes:
    """Return the positions among the facts, canonical; a poor one comes from a cell."""
    rows = [fact for fact in facts if fact.kind is None]
    return canonical_fixes(
        Fixes.build(
            key=np.zeros(len(rows), np.int64),
            keys=("act-1",),
            t_us=[row.t_us for row in rows],
            lat_deg=np.full(len(rows), 52.0),
            lon_deg=np.full(len(rows), -1.5),
            accuracy_m=[900.0 if row.poor else 8.0 for row in rows],
            level=np.full(len(rows), 0.68),
            source=[Source.CELL if row.poor else Source.GNSS for row in rows],
        )
    )


def statuses_of(facts: Iterable[Fact]) -> Statuses:
    """Return the statuses among the facts, canonical."""
    rows = [fact for fact in facts if fact.kind is not None]
    return canonical_statuses(
        Statuses.build(
            key=np.zeros(len(rows), np.int64),
            keys=("act-1",),
            t_us=[row.t_us for row in rows],
            kind=[row.kind for row in rows],
            value=[row.value for row in rows],
        )
    )


def scope_of(
    facts: Iterable[Fact],
    *,
    now_us: int,
    rules: ActivationRules | None = None,
    parameters: Parameters | None = None,
    segments: Mapping[str, tuple[Segment, ...]] | None = None,
    whole_from_us: int | None = None,
) -> Scope:
    """Return the scope of the facts known at ``now_us``."""
    known = [fact for fact in facts if fact.t_us <= now_us]
    return Scope(
        rules=rules or compiled(),
        parameters=parameters or Parameters(),
        fixes=fixes_of(known),
        statuses=statuses_of(known),
        segments=segments or {},
        now_us=now_us,
        whole_from_us=whole_from_us,
    )


def cut(scope: Scope, whole_from_us: int) -> Scope:
    """Return the scope as a live state keeps it: before the instant only the last fix and status of a kind."""
    first_fix = int(np.searchsorted(scope.fixes.t_us, whole_from_us))
    first = int(np.searchsorted(scope.statuses.t_us, whole_from_us))
    last_of_kind = {int(kind): row for row, kind in enumerate(scope.statuses.kind[:first])}
    rows = np.array([*sorted(last_of_kind.values()), *range(first, len(scope.statuses))], np.int64)
    return Scope(
        rules=scope.rules,
        parameters=scope.parameters,
        fixes=scope.fixes.take(np.arange(max(first_fix - 1, 0), len(scope.fixes))),
        statuses=scope.statuses.take(rows),
        segments=scope.segments,
        now_us=scope.now_us,
        whole_from_us=whole_from_us,
    )
