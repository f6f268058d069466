"""What loss of contact costs a watcher: alerts a person-day, one a missed contact against one merged incident.

    python -m benchmarks.burden [--people 200] [--days 30] [--seed 9401] [--write-docs]

Wearers of the product's simulation: batteries that are forgotten, spells without a network after which stored facts
arrive late, faults, homes where no position is found, home units that fail. The same tags are counted four ways:

* one alert for each missed contact, as a service without memory raises: every 30 minutes of silence, by arrival;
* one alert for each silence of over 30 minutes, by arrival;
* one incident for silences parted by less than 15 minutes, by arrival: what the engine has told while it happens;
* the engine's incidents in the end, when what was stored has arrived and only true silences stand.

A home unit is counted alike, by its heartbeats and polls. Intervals are 95 %, by bootstrap over people.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tracks.tables import Cell, Table, share, write_page
from throughcare.kernel.time import DAY_US, MINUTE_US, SECOND_US, Interval
from throughcare.monitoring.episodes import Episode, merge_runs, silences
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.scoring import bootstrap
from throughcare.monitoring.screening import screen_positions, screen_statuses
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.history import OrderHistory, history_of
from throughcare.runners.loading import activations_of
from throughcare.runners.monitoring import Run, monitor
from throughcare.simulation.scenario import Simulation, simulate

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
START = dt.date(2026, 5, 4)  # no clock change within 60 days
FROM_UNIT = tuple(int(kind) for kind in StatusKind if kind < StatusKind.STRAP_OPEN)
WAYS = ("each missed contact", "each silence", "merged, as it arrives", "merged, in the end")


@dataclass
class Burden:
    """One person's counts."""

    days: float = 0.0
    unit_days: float = 0.0
    tag: list[int] = field(default_factory=lambda: [0] * len(WAYS))
    unit: list[int] = field(default_factory=lambda: [0] * len(WAYS))
    causes: Counter[str] = field(default_factory=Counter)
    truths: Counter[tuple[str, str]] = field(default_factory=Counter)
    complete: int = 0


def arrived(contacts_us: np.ndarray, worn: Interval, *, limit_s: float, merge_s: float) -> list[int]:
    """Return the alerts of the three ways that go by arrival."""
    found = silences(np.sort(contacts_us), worn, limit_s=limit_s, now_us=worn.stop_us + 1)
    runs = merge_runs(found, gap_s=merge_s, worn=worn, now_us=worn.stop_us + 1)
    missed = sum(_length_us(item, worn) // round(limit_s * SECOND_US) for item in found)
    return [missed, len(found), len(runs)]


def _length_us(item: Episode, worn: Interval) -> int:
    return (worn.stop_us if item.end_us is None else item.end_us) - item.start_us


def burdens(simulation: Simulation, parameters: Parameters) -> dict[str, Burden]:
    """Return each person's counts."""
    histories = tuple(
        history_of(list(versions)) for _, versions in groupby(simulation.orders, key=lambda o: o.order_id)
    )
    now_us = int(simulation.positions.t_us.max())
    run, fixes, statuses = _run(histories, simulation, parameters, now_us)
    people = {truth.wearer_ref: truth for truth in simulation.truth.people}
    found: dict[str, Burden] = {}
    for key, scope in run.scopes.items():
        mine = found.setdefault(scope.rules.wearer_ref, Burden())
        told = [i for i in run.incidents if i.activation_id == key]
        _count(mine, scope, _of(fixes, key), _of(statuses, key), told, parameters)
        for incident in told:
            if incident.kind is IncidentKind.LOSS_OF_CONTACT:
                truth = _true_cause(incident, people[scope.rules.wearer_ref].device_events)
                mine.truths[(str(incident.cause), truth)] += 1
    return found


def _run(
    histories: Sequence[OrderHistory], simulation: Simulation, parameters: Parameters, now_us: int
) -> tuple[Run, Fixes, Statuses]:
    worn = activations_of(histories)
    fixes = screen_positions(simulation.positions, worn, now_us=now_us, file="simulated").fixes
    statuses = screen_statuses(simulation.readings, worn, now_us=now_us, file="simulated").statuses
    run = monitor(
        histories, fixes, statuses, parameters=parameters, now_us=now_us, known_at_us=now_us,
        progress=lambda *_: None,
    )  # fmt: skip
    return run, fixes, statuses


def _of(rows: Any, key: str) -> Any:  # noqa: ANN401 - fixes or statuses
    return rows.take(rows.key == rows.keys.index(key)) if key in rows.keys else rows.take(rows.key < 0)


def _count(
    mine: Burden,
    scope: Scope,
    fixes: Fixes,
    statuses: Statuses,
    told: Sequence[Incident],
    parameters: Parameters,
) -> None:
    worn = scope.interval
    if worn is None:
        return
    days = (worn.stop_us - worn.start_us) / DAY_US
    mine.days += days
    from_unit = np.isin(statuses.kind, FROM_UNIT)
    for rows, counts, kind, limit_s in (
        ([fixes.received_us, statuses.received_us[~from_unit]], mine.tag, IncidentKind.LOSS_OF_CONTACT,
         parameters.no_contact_s),
        ([statuses.received_us[from_unit]], mine.unit, IncidentKind.HOME_UNIT_SILENT, parameters.unit_silent_s),
    ):  # fmt: skip
        contacts = np.concatenate(rows)
        contacts = contacts[(contacts >= worn.start_us) & (contacts < worn.stop_us)]
        if kind is IncidentKind.HOME_UNIT_SILENT and not len(contacts):
            continue
        mine.unit_days += days if kind is IncidentKind.HOME_UNIT_SILENT else 0.0
        ended = [i for i in told if i.kind is kind]
        every = [*arrived(contacts, worn, limit_s=limit_s, merge_s=parameters.merge_gap_s), len(ended)]
        counts[:] = [a + b for a, b in zip(counts, every, strict=True)]
        if kind is IncidentKind.LOSS_OF_CONTACT:
            mine.causes.update(str(i.cause) for i in ended)
            mine.complete += sum(_is_complete(i) for i in ended)


def _is_complete(incident: Incident) -> bool:
    """Return whether the incident names a likely cause (or that none is known) and when contact was expected."""
    return incident.cause is not None and any(r.facts.get("next_expected_by") for r in incident.reasons)


def _true_cause(incident: Incident, events: Sequence[object]) -> str:
    start_us, end_us = incident.start_us, incident.end_us or incident.start_us + MINUTE_US
    shared: Counter[str] = Counter()
    for event in events:
        overlap = min(end_us, event.end_us) - max(start_us, event.start_us)  # type: ignore[attr-defined]
        if overlap > 0:
            shared[event.what] += overlap  # type: ignore[attr-defined]
    return shared.most_common(1)[0][0] if shared else "none"


def rates_table(found: Sequence[Burden]) -> Table:
    """Return alerts a person-day each way, of the tag and of the home unit."""
    rows: list[tuple[Cell, ...]] = []
    for name, counts, days in (
        ("tag", np.array([b.tag for b in found], float), np.array([b.days for b in found])),
        ("home unit", np.array([b.unit for b in found], float), np.array([b.unit_days for b in found])),
    ):

        def rate(drawn: np.ndarray, counts: np.ndarray = counts, days: np.ndarray = days) -> np.ndarray:
            return np.asarray(counts[drawn].sum(axis=0) / max(days[drawn].sum(), 1e-9))

        point = rate(np.arange(len(found)))
        low, high = bootstrap(np.random.default_rng(1), len(found), rate)
        rows.append(
            (name, *[f"{p:.3f} [{a:.3f}, {b:.3f}]" for p, a, b in zip(point, low, high, strict=True)])
        )
    return Table("burden-rates", ("a person-day", *WAYS), rows)


def causes_table(found: Sequence[Burden]) -> Table:
    """Return the engine's incidents by likely cause, beside what truly was the matter."""
    truths: Counter[tuple[str, str]] = sum((b.truths for b in found), Counter())
    days = sum(b.days for b in found)
    causes, whats = sorted({c for c, _ in truths}), sorted({w for _, w in truths})
    rows: list[tuple[Cell, ...]] = []
    for cause in causes:
        counts = [truths[(cause, what)] for what in whats]
        rows.append((cause, f"{sum(counts) / days:.4f}", sum(counts), *counts))
    header = (
        "likely cause told",
        "a person-day",
        "incidents",
        *[f"truly {w.replace('_', ' ')}" for w in whats],
    )
    return Table("burden-causes", header, rows)


def main() -> int:
    """Count, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=9401)
    parser.add_argument("--write-docs", action="store_true", help="fill docs/benchmarks.md")
    options = parser.parse_args()
    simulation = simulate(seed=options.seed, people=options.people, days=options.days, start=START)
    found = list(burdens(simulation, Parameters()).values())
    told = sum(b.tag[-1] for b in found)
    print(f"{len(found)} people, {sum(b.days for b in found):.0f} person-days worn, seed {options.seed}")
    print(
        f"cause and next expected contact on {share(sum(b.complete for b in found), told)} of {told} incidents"
    )
    tables = [rates_table(found), causes_table(found)]
    for table in tables:
        print(f"\n## {table.name}\n\n{table.markdown()}")
    if options.write_docs:
        write_page(PAGE, tables)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
