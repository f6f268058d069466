"""How fast the whole engine is: ``python benchmarks/engine.py [ACTIVATIONS] [DAYS] [RUNS]``.

Makes an invented estate: every wearer has a nightly curfew with a home unit, an exclusion zone with a warning ring
and an inclusion zone, so four watches; a position and a radio poll a minute; days out, some late returns, a gap and
a wild position now and then. Prints the median over the runs of fixes a CPU-second, of one process and one thread:

* ``advance``: facts in memory to incidents, compiled code warm, reading excluded, and what a year of 50,000 costs;
* with evidence: the same through ``monitor``: orders compiled, measures, and every incident's evidence bundle;
* with reading: Parquet files to incidents;
* live: hourly deliveries with settled facts forgotten after 48 hours, and the bytes of encoded state a wearer.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.positions_out import write_positions, write_readings
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Interval, iso_utc, parse_instant
from throughcare.monitoring.advance import advance
from throughcare.monitoring.codec import encode
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Readings, Statuses, StatusKind
from throughcare.orders.history import OrderHistory, history_of
from throughcare.orders.model import Order
from throughcare.runners.loading import load_facts
from throughcare.runners.monitoring import monitor

START_US = parse_instant("2026-05-04T12:00:00Z")
TOWN = Plane(52.0, -1.5)
SHARD = 25  # activations whose facts are held at once
RETAIN_US = 48 * HOUR_US
NATION = 50_000
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def box(centre: tuple[float, float], half_m: float, corners: int = 12) -> dict[str, object]:
    angle = np.linspace(0, 2 * np.pi, corners + 1)
    lat, lon = TOWN.to_degrees(centre[0] + half_m * np.cos(angle), centre[1] + half_m * np.sin(angle))
    ring = [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]
    return {"type": "Polygon", "coordinates": [[*ring[:-1], ring[0]]]}


def home_of(number: int) -> tuple[float, float]:
    return 400.0 * (number % 40) - 8_000.0, 400.0 * (number // 40) - 8_000.0


def order_of(number: int) -> Order:
    east, north = home_of(number)
    lat, lon = TOWN.to_degrees(east, north)
    night = [{"day": day, "start": "19:00", "end": "07:00", "place_ids": ["home"]} for day in DAYS]
    day = "2026-05-04"
    return Order.model_validate(
        {
            "order_id": f"O{number}",
            "recorded_at": "2026-05-01T10:00:00Z",
            "wearer_ref": f"W{number}",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "start_date": day,
            "ticked": ["curfew", "exclusion_zone", "inclusion_zone"],
            "places": [
                {
                    "place_id": "home",
                    "label": "Home",
                    "area": {"type": "Circle", "centre": [float(lon), float(lat)], "radius_m": 30},
                }
            ],
            "activations": [
                {
                    "activation_id": f"A{number:04d}",
                    "device_id": f"T{number:04d}",
                    "from_time": iso_utc(START_US),
                    "home_unit_id": f"H{number:04d}",
                    "home_unit_place_id": "home",
                }
            ],
            "conditions": [
                {
                    "condition_id": "C",
                    "kind": "curfew",
                    "start_date": day,
                    "phases": [{"start_date": day, "timetable": night}],
                },
                {
                    "condition_id": "E",
                    "kind": "exclusion_zone",
                    "name": "Square",
                    "start_date": day,
                    "area": box((east + 1_500, north), 250),
                    "buffer_m": 100,
                },
                {
                    "condition_id": "I",
                    "kind": "inclusion_zone",
                    "name": "District",
                    "start_date": day,
                    "area": box((0, 0), 15_000, 60),
                },
            ],
        }
    )


def facts_of(numbers: range, days: int) -> tuple[Fixes, Statuses]:
    """Return the facts of some activations: out from 08:00 to about 18:00, home else, late one night in ten."""
    fixes, statuses = [], []
    for number in numbers:
        rng = np.random.default_rng(number)
        minutes = np.arange(days * 1440)
        t_us = START_US + minutes * MINUTE_US
        of_day = (minutes + 12 * 60) % 1440
        date = (minutes + 12 * 60) // 1440
        back = np.where(rng.random(days + 2) < 0.1, 21 * 60, 18 * 60) + rng.integers(-30, 30, days + 2)
        out = (of_day > 8 * 60) & (of_day < back[date])
        reach_m = np.where(rng.random(days + 2) < 0.1, 1_500.0, 900.0)[date]
        sigma = np.where(out, 5.0, 12.0)
        wild = np.where(rng.random(len(minutes)) < 0.001, 3_000.0, 0.0)
        east, north = home_of(number)
        lat, lon = TOWN.to_degrees(
            east + np.where(out, reach_m, 0.0) + rng.normal(0, sigma), north + rng.normal(0, sigma) + wild
        )
        heard = np.arange(days * 1440) % 4_000 >= 40  # forty minutes of silence about every third day
        keys = (f"A{number:04d}",)
        fixes.append(
            Fixes.build(
                key=np.zeros(int(heard.sum()), np.int64),
                keys=keys,
                t_us=t_us[heard],
                lat_deg=lat[heard],
                lon_deg=lon[heard],
                accuracy_m=(sigma * 1.51)[heard],
                level=np.full(int(heard.sum()), 0.68),
                source=np.ones(int(heard.sum()), np.int64),
                received_us=t_us[heard] + 20 * SECOND_US,
            )
        )
        statuses.append(
            Statuses.build(
                key=np.zeros(len(minutes), np.int64),
                keys=keys,
                t_us=t_us + 7 * SECOND_US,
                kind=np.where(
                    out | (rng.random(len(minutes)) < 0.02), StatusKind.RADIO_MISSED, StatusKind.RADIO_HEARD
                ),
                received_us=t_us + 20 * SECOND_US,
            )
        )
    return Fixes.concat(fixes), Statuses.concat(statuses)


def rules_of(numbers: range, days: int) -> tuple[Rules, list[OrderHistory]]:
    histories = [history_of([order_of(number)]) for number in numbers]
    within = Interval(START_US - DAY_US, START_US + (days + 1) * DAY_US)
    rules = compile_rules(histories, parameters=Parameters(), known_at_us=START_US, within=within)
    return rules, histories


def shards(activations: int) -> Iterator[range]:
    for first in range(0, activations, SHARD):
        yield range(first, min(first + SHARD, activations))


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def told(label: str, fixes: int, seconds: list[float]) -> None:
    rates = sorted(fixes / s / 1e6 for s in seconds)
    print(
        f"{label:<34}{statistics.median(rates):>7.2f} M fixes/CPU-s   "
        f"(from {rates[0]:.2f} to {rates[-1]:.2f}, {len(rates)} runs of {fixes:,} fixes)",
        flush=True,
    )


def in_memory(activations: int, days: int, runs: int) -> None:
    now_us = START_US + days * DAY_US
    seconds = [0.0] * runs
    fixes = incidents = 0
    for numbers in shards(activations):
        rules, _ = rules_of(numbers, days)
        facts = facts_of(numbers, days)
        fixes += len(facts[0])
        incidents += len(advance(State(), *facts, rules=rules, now_us=now_us)[1])  # warm
        for run in range(runs):
            seconds[run] += cpu_seconds(lambda: advance(State(), *facts, rules=rules, now_us=now_us))  # noqa: B023
    told("advance, facts in memory", fixes, seconds)
    print(f"{'':<34}{incidents / activations / days:>7.2f} events a person-day")
    hours = NATION * 365 * 1440 * statistics.median(seconds) / fixes / 3600
    print(f"{'':<34}{hours:>7.1f} CPU-hours for a year of {NATION:,} wearers at a fix a minute")


def with_evidence(activations: int, days: int, runs: int) -> None:
    now_us = START_US + days * DAY_US
    _, histories = rules_of(range(activations), days)
    facts = facts_of(range(activations), days)

    def work() -> None:
        found = monitor(
            histories,
            *facts,
            parameters=Parameters(),
            now_us=now_us,
            known_at_us=now_us,
            progress=lambda *_: None,
        )
        assert len(found.bundles) == len(found.incidents)

    work()
    told("monitor, with evidence bundles", len(facts[0]), [cpu_seconds(work) for _ in range(runs)])


def with_reading(activations: int, days: int, runs: int) -> None:
    now_us = START_US + days * DAY_US
    seconds = [0.0] * runs
    fixes = 0
    with tempfile.TemporaryDirectory() as folder:
        for numbers in shards(activations):
            rules, histories = rules_of(numbers, days)
            made, said = facts_of(numbers, days)
            fixes += len(made)
            paths = [Path(folder) / "p.parquet", Path(folder) / "s.parquet"]
            tags = {f"A{n:04d}": f"T{n:04d}" for n in numbers}
            for path, batch, kind, write in (
                (paths[0], made, Positions, write_positions),
                (paths[1], said, Readings, write_readings),
            ):
                columns = {name: getattr(batch, name) for name in batch.columns()}
                write(path, [kind.build(key=batch.key, keys=tuple(tags[k] for k in batch.keys), **columns)])

            def work(
                rules: Rules = rules,
                histories: list[OrderHistory] = histories,
                paths: list[Path] = paths,
            ) -> None:
                loaded = load_facts(
                    [paths[0]],
                    [paths[1]],
                    histories=histories,
                    options=ReadOptions(),
                    now_us=now_us,
                    progress=lambda *_: None,
                )
                assert not loaded.rejects
                advance(State(), loaded.fixes, loaded.statuses, rules=rules, now_us=now_us)

            work()
            for run in range(runs):
                seconds[run] += cpu_seconds(work)
    told("Parquet files to incidents", fixes, seconds)


def live(activations: int, days: int, runs: int) -> None:
    rules, _ = rules_of(range(activations), days)
    fixes, statuses = facts_of(range(activations), days)
    hours = [START_US + hour * HOUR_US for hour in range(1, days * 24 + 1)]
    batches = []
    for now_us in hours:
        new = (fixes.t_us > now_us - HOUR_US) & (fixes.t_us <= now_us)
        news = (statuses.t_us > now_us - HOUR_US) & (statuses.t_us <= now_us)
        batches.append((fixes.take(new), statuses.take(news)))
    sizes: list[int] = []

    def work() -> None:
        state = State()
        for number, (now_us, (some, more)) in enumerate(zip(hours, batches, strict=True)):
            state, _ = advance(state, some, more, rules=rules, now_us=now_us, retain_us=RETAIN_US)
            if number >= 4 * 24 and number % 24 == 0 and len(sizes) < days - 4:
                sizes.append(len(encode(state)) // activations)

    work()
    seconds = [cpu_seconds(work) for _ in range(runs)]
    told(f"live, {activations} wearers, hourly", len(fixes), seconds)
    print(f"{'':<34}{statistics.median(sizes):>7,.0f} bytes of encoded state a wearer, 48 h retained")


def main() -> None:
    activations, days, runs = (int(x) for x in [*sys.argv[1:], *("200", "30", "5")[len(sys.argv) - 1 :]])
    print(json.dumps({"activations": activations, "days": days, "runs": runs, "watches a wearer": 4}))
    in_memory(activations, days, runs)
    with_evidence(min(activations, 25), days, runs)
    with_reading(min(activations, 50), days, runs)
    live(min(activations, 20), min(days, 10), runs)


if __name__ == "__main__":
    main()
