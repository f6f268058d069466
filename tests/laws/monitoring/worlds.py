"""Small worlds for the engine's laws: an order with every kind of area, and facts that try to upset it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Interval, parse_instant
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
START_US = parse_instant("2026-03-02T15:00:00Z")
END_US = START_US + 40 * HOUR_US
HOME = (-1.2, 52.6)
# numbers from which a fix may be built: near the boundary, far away, and wildly wrong
EAST_M = (0.0, 30.0, 49.0, 60.0, 99.0, 101.0, 130.0, 300.0, 2000.0, 90_000.0)
KINDS = tuple(StatusKind)


@dataclass(frozen=True)
class World:
    rules: Rules
    fixes: Fixes
    statuses: Statuses
    now_us: int


def polygon_around(centre: tuple[float, float], size_deg: float) -> dict[str, object]:
    lon, lat = centre
    ring = [
        [lon - size_deg, lat - size_deg],
        [lon + size_deg, lat - size_deg],
        [lon + size_deg * 1.4, lat],
        [lon + size_deg, lat + size_deg],
        [lon - size_deg, lat + size_deg],
        [lon - size_deg, lat - size_deg],
    ]
    hole = [
        [lon - size_deg / 4, lat - size_deg / 4],
        [lon + size_deg / 4, lat - size_deg / 4],
        [lon, lat + size_deg / 4],
        [lon - size_deg / 4, lat - size_deg / 4],
    ]
    return {"type": "Polygon", "coordinates": [ring, hole]}


def order_for(number: int) -> Order:
    night = [{"day": day, "start": "19:00", "end": "07:00", "place_ids": ["home"]} for day in DAYS]
    away = (HOME[0] + 0.004, HOME[1])
    return Order.model_validate(
        {
            "order_id": f"O{number}",
            "recorded_at": "2026-03-01T10:00:00Z",
            "wearer_ref": f"W{number}",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "start_date": "2026-03-02",
            "end_date": "2026-03-20",
            "convicted_on": "2026-02-20",
            "ticked": ["curfew", "exclusion_zone", "inclusion_zone"],
            "places": [
                {
                    "place_id": "home",
                    "label": "Home",
                    "area": {"type": "Circle", "centre": list(HOME), "radius_m": 50},
                }
            ],
            "activations": [
                {
                    "activation_id": f"A{number}",
                    "device_id": f"D{number}",
                    "from_time": "2026-03-02T15:00:00Z",
                    "home_unit_id": f"H{number}",
                    "home_unit_place_id": "home",
                }
            ],
            "conditions": [
                {
                    "condition_id": "C1",
                    "kind": "curfew",
                    "start_date": "2026-03-02",
                    "phases": [{"start_date": "2026-03-02", "timetable": night}],
                },
                {
                    "condition_id": "E1",
                    "kind": "exclusion_zone",
                    "name": "School",
                    "start_date": "2026-03-02",
                    "area": polygon_around(away, 0.0015),
                    "buffer_m": 60,
                },
                {
                    "condition_id": "I1",
                    "kind": "inclusion_zone",
                    "name": "District",
                    "start_date": "2026-03-02",
                    "area": polygon_around((HOME[0] + 0.01, HOME[1]), 0.02),
                },
            ],
            "authorised_absences": [
                {
                    "absence_id": "AA1",
                    "condition_ids": ["C1"],
                    "from_time": "2026-03-02T21:00:00Z",
                    "to_time": "2026-03-02T22:00:00Z",
                    "reason": "work",
                    "authorised_by": "officer",
                }
            ],
            "reasonable_excuses": [
                {
                    "excuse_id": "RE1",
                    "from_time": "2026-03-02T23:30:00Z",
                    "to_time": "2026-03-03T01:00:00Z",
                    "reason": "medical",
                    "accepted_by": "officer",
                }
            ],
        }
    )


def facts_from(seed: int, *, people: int, fixes: int, statuses: int) -> tuple[Fixes, Statuses]:
    """Return facts with walks, jumps, gaps, equal instants, duplicates and every kind of status."""
    rng = np.random.default_rng(seed)
    keys = tuple(f"A{i}" for i in range(people))
    key = rng.integers(0, people, fixes)
    steps = rng.choice([0, 15, 60, 60, 60, 180, 1200, 4000], fixes) * SECOND_US
    t_us = START_US + np.cumsum(steps) % (END_US - START_US)
    side = np.repeat(rng.choice(EAST_M, fixes // 8 + 1), 8)[:fixes]
    jitter = rng.normal(0, 12, fixes)
    north = rng.normal(0, 20, fixes) + rng.choice([0.0, 0.0, 50_000.0], fixes, p=[0.49, 0.49, 0.02])
    accuracy = rng.choice([np.nan, 4.0, 12.0, 40.0, 800.0], fixes)
    made = Fixes.build(
        key=key,
        keys=keys,
        t_us=t_us,
        lat_deg=HOME[1] + north / 111_195.0,
        lon_deg=HOME[0] + (side + jitter) / 67_500.0,
        accuracy_m=accuracy,
        level=rng.choice([np.nan, 0.68, 0.95], fixes),
        source=rng.choice([0, 1, 1, 1, 5, 6], fixes),
        received_us=t_us + rng.integers(0, 4, fixes) * HOUR_US,
    )
    twice = made.take(rng.integers(0, max(fixes, 1), fixes // 10)) if fixes else made
    events = Statuses.build(
        key=rng.integers(0, people, statuses),
        keys=keys,
        t_us=START_US + rng.integers(0, (END_US - START_US) // MINUTE_US, statuses) * MINUTE_US,
        kind=rng.choice([int(k) for k in KINDS] + [1] * 40 + [2] * 20, statuses),
        value=rng.choice([np.nan, 5.0, 50.0, 0.05], statuses),
    )
    return Fixes.concat([made, twice]), events


def rules_for(people: int, *, detector: Detector = Detector.PROBABILISTIC) -> Rules:
    return compile_rules(
        [history_of([order_for(i)]) for i in range(people)],
        parameters=Parameters(detector=detector),
        known_at_us=END_US,
        within=Interval(START_US - DAY_US, END_US + 8 * DAY_US),
    )


@st.composite
def worlds(draw: st.DrawFn, *, people: int = 2) -> World:
    seed = draw(st.integers(0, 2**32 - 1))
    fixes, statuses = facts_from(
        seed, people=people, fixes=draw(st.integers(0, 260)), statuses=draw(st.integers(0, 120))
    )
    now_us = draw(st.integers(START_US + HOUR_US, END_US + 2 * HOUR_US))
    detector = draw(st.sampled_from(list(Detector)))
    fixes = fixes.take(fixes.t_us <= now_us)
    statuses = statuses.take(statuses.t_us <= now_us)
    return World(rules_for(people, detector=detector), fixes, statuses, now_us)
