"""Orders, facts and labels of the nights that the detectors are measured on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.nights import HOME_RADIUS_M, MINUTES, Night
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Interval, parse_instant
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.scoring import Labels
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

FIRST_NIGHT_US = parse_instant("2026-01-05T19:00:00Z")  # winter: London is on UTC, no clock change
HOME_DEG = (54.5, 1.5)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def order_for(person: int, *, with_unit: bool) -> Order:
    """Return a curfew order of one person, every night from 19:00 to 07:00."""
    unit = {"home_unit_id": f"H{person}", "home_unit_place_id": "home"} if with_unit else {}
    timetable = [{"day": day, "start": "19:00", "end": "07:00", "place_ids": ["home"]} for day in DAYS]
    home = {"type": "Circle", "centre": [HOME_DEG[1], HOME_DEG[0]], "radius_m": HOME_RADIUS_M}
    return Order.model_validate(
        {
            "order_id": f"O{person}",
            "recorded_at": "2026-01-01T10:00:00Z",
            "wearer_ref": f"W{person}",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "start_date": "2026-01-05",
            "end_date": "2026-03-20",
            "ticked": ["curfew"],
            "places": [{"place_id": "home", "label": "Home", "area": home}],
            "activations": [
                {
                    "activation_id": f"A{person}",
                    "device_id": f"D{person}",
                    "from_time": "2026-01-05T18:00:00Z",
                }
                | unit
            ],
            "conditions": [
                {
                    "condition_id": "C",
                    "kind": "curfew",
                    "start_date": "2026-01-05",
                    "phases": [{"start_date": "2026-01-05", "timetable": timetable}],
                }
            ],
        }
    )


def facts_of(person: int, own: Sequence[Night], *, with_unit: bool) -> tuple[Fixes, Statuses]:
    """Return one person's nights as facts, night ``i`` on the ``i``-th date."""
    starts = FIRST_NIGHT_US + np.arange(len(own)) * DAY_US
    minute = (starts[:, None] + np.arange(MINUTES)[None, :] * MINUTE_US).ravel()
    found = np.concatenate([night.found for night in own])
    east = np.concatenate([night.east_m for night in own])[found]
    north = np.concatenate([night.north_m for night in own])[found]
    degree_m = np.pi / 180.0 * 6_371_008.8
    fixes = Fixes.build(
        key=np.zeros(int(found.sum()), np.int64),
        keys=(f"A{person}",),
        t_us=minute[found] + 5 * SECOND_US,
        lat_deg=HOME_DEG[0] + north / degree_m,
        lon_deg=HOME_DEG[1] + east / (degree_m * np.cos(np.radians(HOME_DEG[0]))),
        accuracy_m=np.concatenate([night.radius_m for night in own])[found],
        level=np.full(int(found.sum()), 0.68),
        source=np.ones(int(found.sum()), np.int64),
    )
    if not with_unit:
        return fixes, Statuses.empty()
    up = np.concatenate([night.unit_up for night in own])
    heard = np.concatenate([night.heard for night in own])[up]
    return fixes, Statuses.build(
        key=np.zeros(int(up.sum()), np.int64),
        keys=(f"A{person}",),
        t_us=minute[up],
        kind=np.where(heard, int(StatusKind.RADIO_HEARD), int(StatusKind.RADIO_MISSED)),
    )


def labels_of(own: Sequence[Night]) -> Labels:
    """Return the truth of one person's nights; every minute of them is known."""
    starts = [FIRST_NIGHT_US + i * DAY_US for i in range(len(own))]
    return Labels(
        checked=tuple(Interval(start, start + MINUTES * MINUTE_US) for start in starts),
        absent=tuple(
            Interval(start + a * MINUTE_US, start + b * MINUTE_US)
            for start, night in zip(starts, own, strict=True)
            for a, b in night.absences
        ),
    )


def end_us(own: Sequence[Night]) -> int:
    """Return the noon after the last night."""
    return FIRST_NIGHT_US + len(own) * DAY_US - 7 * HOUR_US


def rules_for(person: int, own: Sequence[Night], parameters: Parameters, *, with_unit: bool) -> Rules:
    """Return one person's compiled order for as long as their nights last."""
    return compile_rules(
        [history_of([order_for(person, with_unit=with_unit)])],
        parameters=parameters,
        known_at_us=end_us(own),
        within=Interval(FIRST_NIGHT_US - HOUR_US, end_us(own)),
    )
