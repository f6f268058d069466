"""Quality of the detectors on nights with known truth, each beside its baselines in the same run.

    python -m benchmarks.quality [--people 300] [--seed 9001]

Every detector runs through the engine's public ``advance``. A false incident is a spell that overlaps no true
absence (two minutes of grace on either side). Intervals are 95 %, by bootstrap over people.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.nights import HOME_RADIUS_M, MINUTES, Night, nights
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Interval, parse_instant
from throughcare.monitoring.advance import advance
from throughcare.monitoring.events import final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.rules import compile_rules
from throughcare.monitoring.scoring import bootstrap_interval
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

FIRST_NIGHT_US = parse_instant("2026-01-05T19:00:00Z")  # winter: London is on UTC, no clock change
HOME_DEG = (54.5, 1.5)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def rule(*, margin_m: float, dwell_s: float, fixes: int, gate_m: float) -> Parameters:
    """Return the parameters of a plain rule: margin, dwell outside, number of fixes, accuracy gate."""
    return Parameters(
        detector=Detector.TUNED_RULE,
        margin_m=margin_m,
        rule_dwell_s=dwell_s,
        rule_min_fixes=fixes,
        rule_gate_m=gate_m,
        curfew_dwell_s=0.0,
    )


DETECTORS: dict[str, tuple[Parameters, bool]] = {
    "one fix": (rule(margin_m=0, dwell_s=0, fixes=1, gate_m=1e9), False),
    "five consecutive": (rule(margin_m=0, dwell_s=0, fixes=5, gate_m=1e9), False),
    "rule, our margin": (rule(margin_m=60, dwell_s=300, fixes=4, gate_m=100), False),
    "rule, best of a search": (rule(margin_m=125, dwell_s=180, fixes=3, gate_m=150), False),
    "ours, satellite only": (Parameters(), False),
    "ours, with radio": (Parameters(), True),
}


@dataclass(frozen=True)
class Score:
    """What one detector did, a row a person."""

    nights: np.ndarray
    false: np.ndarray
    found10: np.ndarray
    true10: np.ndarray
    found5: np.ndarray
    true5: np.ndarray
    delays_min: np.ndarray
    home_class: np.ndarray


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


def detect(
    person: int, own: Sequence[Night], parameters: Parameters, *, with_unit: bool
) -> list[tuple[float, float, float]]:
    """Return the curfew spells of one person as (start, end, detected) in minutes after the first 19:00."""
    now_us = FIRST_NIGHT_US + len(own) * DAY_US
    rules = compile_rules(
        [history_of([order_for(person, with_unit=with_unit)])],
        parameters=parameters,
        known_at_us=now_us,
        within=Interval(FIRST_NIGHT_US - HOUR_US, now_us),
    )
    fixes, statuses = facts_of(person, own, with_unit=with_unit)
    _, events = advance(State(), fixes, statuses, rules=rules, now_us=now_us)
    spells: list[tuple[float, float, float]] = []
    for incident in final_incidents(events).values():
        if incident.kind is not IncidentKind.CURFEW_ABSENCE:
            continue
        for number, spell in enumerate(incident.spells):
            start = (spell.start_us - FIRST_NIGHT_US) / MINUTE_US
            stop = (
                start + spell.best_s / 60
                if spell.end_us is None
                else (spell.end_us - FIRST_NIGHT_US) / MINUTE_US
            )
            told = (incident.detected_us - FIRST_NIGHT_US) / MINUTE_US if number == 0 else np.nan
            spells.append((start, stop, told))
    return spells


def score(world: Sequence[Night], parameters: Parameters, *, with_unit: bool) -> Score:
    """Return how one detector did on a world."""
    people = sorted({night.person for night in world})
    rows, delays = [], []
    for person in people:
        own = [night for night in world if night.person == person]
        spells = detect(person, own, parameters, with_unit=with_unit)
        truth = [
            (i * 1440 + start, i * 1440 + stop)
            for i, night in enumerate(own)
            for start, stop in night.absences
        ]
        false = sum(not any(s[0] < b + 2 and s[1] > a - 2 for a, b in truth) for s in spells)
        counts = {5: [0, 0], 10: [0, 0]}
        for a, b in truth:
            hits = [s for s in spells if s[0] < b and s[1] > a]
            for least, tally in counts.items():
                if b - a >= least:
                    tally[0] += bool(hits)
                    tally[1] += 1
            if b - a >= 10 and hits and not np.isnan(hits[0][2]):
                delays.append(max(0.0, hits[0][2] - a))
        rows.append([len(own), false, *counts[10], *counts[5], own[0].home_class])
    columns = np.array(rows, dtype=np.float64).T
    return Score(*columns[:6], np.array(delays), columns[6])


def row(name: str, got: Score) -> str:
    """Return one line of the table."""
    rng = np.random.default_rng(1)
    low, high = bootstrap_interval(rng, got.false, got.nights)
    recall = got.found10.sum() / got.true10.sum()
    p50, p90, p99 = (float(np.quantile(got.delays_min, q)) for q in (0.5, 0.9, 0.99))
    worst = np.sort(got.false / got.nights)[-max(1, len(got.false) // 10) :].mean()
    return (
        f"{name:<24} {got.false.sum() / got.nights.sum():8.4f} [{low:.4f}, {high:.4f}]  "
        f"{recall:.3f}  {got.found5.sum() / got.true5.sum():.3f}  {p50:4.1f} {p90:5.1f} {p99:5.1f}  {worst:8.3f}"
    )


def main() -> None:
    """Measure every detector on one world and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=9001)
    arguments = parser.parse_args()
    world = nights(arguments.seed, people=arguments.people)
    print(f"{arguments.people} people, {len(world)} nights, seed {arguments.seed}")
    print(
        f"{'detector':<24} {'false/person-day [95 %]':<27} {'R10':<6} {'R5':<5} {'p50':>5} {'p90':>5} {'p99':>5}  worst decile"
    )
    for name, (parameters, with_unit) in DETECTORS.items():
        print(row(name, score(world, parameters, with_unit=with_unit)), flush=True)


if __name__ == "__main__":
    main()
