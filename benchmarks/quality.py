"""Quality of the detectors on nights with known truth, each beside its baselines in the same run.

    python -m benchmarks.quality [--people 600] [--seed 9301 --seed 9302] [--real | --live] [--write-docs]

Every detector runs through the engine's public ``advance``. A false incident is a spell that overlaps no true
absence (two minutes of grace on either side). Intervals are 95 %, by bootstrap over people. ``--real`` lays real
error sequences on the same walks instead (benchmarks/real_noise.py) and says so where the data is absent.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import real_noise
from benchmarks.curfew_nights import end_us, facts_of, labels_of, rules_for
from benchmarks.live_nights import LiveScore, watch
from benchmarks.nights import Night, nights
from benchmarks.tracks.tables import Cell, Table, write_page
from throughcare.monitoring.advance import advance
from throughcare.monitoring.calibration import brier_score, reliability
from throughcare.monitoring.folding import start_carry, trace
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.kernels import WHY_USED
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.scoring import PersonScore, bootstrap, by_tenth, score_people
from throughcare.monitoring.state import State

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "benchmarks.md"
CONFIDENCE_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.0)
PRESENCE_EDGES = (0.0, 0.03, 0.1, 0.3, 0.5, 0.6, 0.7, 1.0)
LIVE_PEOPLE, LIVE_NIGHTS = 30, 4
LIVE = ("tuned rule at our margin", "ours, satellite only", "ours, with radio")
TENTHS = 10


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


@dataclass(frozen=True)
class Contender:
    """One detector: its name, its parameters, and whether it hears the home unit."""

    name: str
    parameters: Parameters
    with_unit: bool = False

    @property
    def states_probability(self) -> bool:
        """Whether its odds mean anything: the rule's are two constants."""
        return self.parameters.detector is Detector.PROBABILISTIC


# the rules are the best of a grid of 660 on seeds 11 and 12: at our margin, and at any (docs/adr/0014)
CONTENDERS = (
    Contender("one fix outside", rule(margin_m=0, dwell_s=0, fixes=1, gate_m=1e9)),
    Contender("five consecutive", rule(margin_m=0, dwell_s=0, fixes=5, gate_m=1e9)),
    Contender(
        "tuned rule at our margin", replace(Parameters(detector=Detector.TUNED_RULE), curfew_dwell_s=0.0)
    ),
    Contender("best rule of recall 0.99: 150 m", rule(margin_m=150, dwell_s=60, fixes=2, gate_m=150)),
    Contender("best rule under 0.02: 150 m", rule(margin_m=150, dwell_s=120, fixes=2, gate_m=100)),
    Contender("ours, satellite only", Parameters()),
    Contender("ours, with radio", Parameters(), with_unit=True),
)

World = Mapping[int, list[Night]]
Scores = list[PersonScore]


def by_person(found: Sequence[Night], *, offset: int = 0) -> dict[int, list[Night]]:
    """Return nights by person; the offset keeps the people of several seeds apart."""
    world: dict[int, list[Night]] = {}
    for night in found:
        world.setdefault(night.person + offset, []).append(night)
    return world


def scores(world: World, contender: Contender) -> Scores:
    """Return how one detector did, a score a person."""
    rows: Scores = []
    for person, own in world.items():
        rules = rules_for(person, own, contender.parameters, with_unit=contender.with_unit)
        fixes, statuses = facts_of(person, own, with_unit=contender.with_unit)
        labels = {f"A{person}": labels_of(own)}
        rows += score_people(fixes, statuses, rules=rules, labels=labels, now_us=end_us(own)).values()
    return rows


FIELDS = ("nights", "false", "found", "absences", "found_5", "absences_5", "missed_s", "wrong_s", "unknown_s")
DIGITS = (4, 3, 3, 1, 1, 1, 2, 2, 1, 3)


def measures(table: np.ndarray, delays: Sequence[np.ndarray]) -> list[float]:
    """Return every number of the two main tables, in their order.

    ``table`` is (people, fields), ``delays`` a person's delays each.
    """
    total = dict(zip(FIELDS, table.sum(axis=0), strict=True))
    every = np.concatenate(delays)
    tenths = by_tenth(table[:, 1], table[:, 0])
    return [
        total["false"] / total["nights"],
        total["found"] / total["absences"] if total["absences"] else np.nan,
        total["found_5"] / total["absences_5"] if total["absences_5"] else np.nan,
        *(np.quantile(every, (0.5, 0.9, 0.99)) if len(every) else (np.nan,) * 3),
        *(total[name] / 60 / total["nights"] for name in ("missed_s", "wrong_s", "unknown_s")),
        tenths[-1],
    ]


def cells(rows: Scores, *, seed: int = 1) -> list[str]:
    """Return the measures with their intervals."""
    table = np.array([[getattr(row, name) for name in FIELDS] for row in rows], np.float64)
    delays = [np.array(row.delays_min) for row in rows]
    low, high = bootstrap(
        np.random.default_rng(seed),
        len(rows),
        lambda drawn: measures(table[drawn], [delays[i] for i in drawn]),
    )
    if not table[:, 1].any():
        high[0] = 3.0 / table[:, 0].sum()  # a bootstrap of nothing but zeros would claim certainty
    return [
        f"{p:.{d}f} [{a:.{d}f}, {b:.{d}f}]"
        for p, a, b, d in zip(measures(table, delays), low, high, DIGITS, strict=True)
    ]


def main_tables(name: str, every: Mapping[str, list[str]]) -> list[Table]:
    """Return the two tables of a world: what is told, and the time that it costs."""
    first = ("detector", "false incidents a person-day", "R10", "R5", "delay p50", "p90", "p99")
    second = ("detector", "missed", "wrongly counted", "unknown", "worst tenth of people")
    return [
        Table(f"{name}-told", first, [(key, *row[:6]) for key, row in every.items()]),
        Table(f"{name}-time", second, [(key, *row[6:]) for key, row in every.items()]),
    ]


def tenths_table(name: str, found: Mapping[str, Scores]) -> Table:
    """Return false incidents a person-day of each tenth of the people, ordered for each detector apart."""
    rows: list[tuple[Cell, ...]] = []
    for key, people in found.items():
        tenths = by_tenth(
            np.array([r.false for r in people], float), np.array([r.nights for r in people], float)
        )
        rows.append((key, *[f"{value:.3f}" for value in tenths]))
    return Table(f"{name}-tenths", ("detector", *[str(i + 1) for i in range(TENTHS)]), rows)


def stated_presence(world: World, contender: Contender) -> tuple[np.ndarray, np.ndarray]:
    """Return what the log-odds after each item say of presence, and whether the person was there."""
    stated, there = [], []
    for person, own in world.items():
        rules = rules_for(person, own, contender.parameters, with_unit=contender.with_unit)
        fixes, statuses = facts_of(person, own, with_unit=contender.with_unit)
        state, _ = advance(State(), fixes, statuses, rules=rules, now_us=end_us(own))
        (held,), (compiled,) = state.activations.values(), rules.activations.values()
        items = merge_items(held.fixes, held.statuses, contender.parameters)
        got = trace(
            items,
            compiled.watches[0],
            start_carry(compiled.interval.start_us),
            parameters=contender.parameters,
        )
        used = got.why == WHY_USED
        away = np.zeros(len(items), bool)
        for absence in labels_of(own).absent:
            away |= (items.t_us >= absence.start_us) & (items.t_us < absence.stop_us)
        stated.append(1.0 / (1.0 + np.exp(-got.after[used])))
        there.append(~away[used])
    return np.concatenate(stated), np.concatenate(there)


def calibration_table(name: str, world: World, found: Mapping[str, Scores]) -> Table:
    """Return how true the log-odds are, read as a probability of presence after each item."""
    rows: list[tuple[Cell, ...]] = []
    for contender in (c for c in CONTENDERS if c.states_probability and c.name in found):
        p, y = stated_presence(world, contender)
        bins = reliability(p, y, edges=PRESENCE_EDGES)
        told = "; ".join(f"{b.stated:.3f} is {b.happened:.3f} (n {b.count:,})" for b in bins)
        rows.append((contender.name, f"{brier_score(p, y):.4f}", told))
    return Table(f"{name}-calibration", ("detector", "Brier", "stated is true share"), rows)


def stated_measures(rows: Scores) -> list[float]:
    """Return the Brier score of what spells state, then of each bin what was stated and the share that was true."""
    pairs = np.array([pair for row in rows for pair in row.stated], np.float64).reshape(-1, 2)
    found = [brier_score(pairs[:, 0], pairs[:, 1])]
    place = np.minimum(
        np.searchsorted(CONFIDENCE_EDGES, pairs[:, 0], side="right"), len(CONFIDENCE_EDGES) - 1
    )
    for number in range(1, len(CONFIDENCE_EDGES)):
        mine = pairs[place == number]
        found += [mine[:, 0].mean(), mine[:, 1].mean()] if len(mine) else [np.nan, np.nan]
    return found


def stated_table(name: str, found: Mapping[str, Scores]) -> Table:
    """Return how true what a told spell states is, with intervals over people."""
    shown: list[tuple[Cell, ...]] = []
    for contender in (c for c in CONTENDERS if c.states_probability and c.name in found):
        rows = found[contender.name]
        point = stated_measures(rows)
        low, high = bootstrap(
            np.random.default_rng(1),
            len(rows),
            lambda drawn, rows=rows: stated_measures([rows[i] for i in drawn]),
        )
        told = [p for row in rows for p, _ in row.stated]
        bins = reliability(told, [t for row in rows for _, t in row.stated], edges=CONFIDENCE_EDGES)
        for part in bins:
            at = 2 * CONFIDENCE_EDGES.index(part.low) + 2
            share = f"{part.happened:.3f} [{low[at]:.3f}, {high[at]:.3f}]"
            shown.append((contender.name, f"{part.stated:.3f}", share, part.count))
        brier = f"Brier {point[0]:.4f} [{low[0]:.4f}, {high[0]:.4f}]"
        always = np.mean([t for row in rows for _, t in row.stated])
        shown.append((contender.name, "all", f"{always:.3f}; {brier}", len(told)))
    return Table(f"{name}-stated", ("detector", "stated, on average", "true", "spells"), shown)


def live_measures(rows: Sequence[LiveScore]) -> list[float]:
    """Return the numbers of the live table."""
    told, back = sum(r.told for r in rows), sum(r.retracted for r in rows)
    delays = [delay for r in rows for delay in r.delays_min]
    return [
        back / told if told else np.nan,
        sum(r.revised for r in rows) / told if told else np.nan,
        sum(r.false_standing for r in rows) / sum(r.nights for r in rows),
        *(np.quantile(delays, (0.5, 0.9)) if delays else (np.nan,) * 2),
    ]


def live_table(name: str, seed: int) -> Table:
    """Return what a watcher sees when facts arrive late: fewer nights, every other with an absence."""
    world = by_person(nights(seed, people=LIVE_PEOPLE, per_person=LIVE_NIGHTS, absent_share=0.5))
    rows: list[tuple[Cell, ...]] = []
    for contender in (c for c in CONTENDERS if c.name in LIVE):
        seen = [
            watch(person, own, contender.parameters, with_unit=contender.with_unit)
            for person, own in world.items()
        ]
        point = live_measures(seen)
        low, high = bootstrap(
            np.random.default_rng(1),
            len(seen),
            lambda drawn, seen=seen: live_measures([seen[i] for i in drawn]),
        )
        shown = [f"{p:.3g} [{a:.3g}, {b:.3g}]" for p, a, b in zip(point, low, high, strict=True)]
        told, back = sum(r.told for r in seen), sum(r.retracted for r in seen)
        rows.append((contender.name, told, f"{back} ({sum(r.retracted_false for r in seen)} false)", *shown))
    header = (
        "detector", "incidents told", "taken back", "share taken back", "revisions an incident",
        "false a night that stand", "told after p50, min", "p90",
    )  # fmt: skip
    return Table(f"{name}-live", header, rows)


def report(name: str, world: World) -> list[Table]:
    """Measure every detector on one world."""
    found: dict[str, Scores] = {}
    shown: dict[str, list[str]] = {}
    for contender in CONTENDERS:
        found[contender.name] = scores(world, contender)
        shown[contender.name] = cells(found[contender.name])
        print(f"  {contender.name}: {' | '.join(shown[contender.name])}", flush=True)
    return [
        *main_tables(name, shown),
        stated_table(name, found),
        tenths_table(name, found),
        calibration_table(name, world, found),
    ]


def simulated_world(seeds: Sequence[int], people: int) -> dict[int, list[Night]]:
    """Return the nights of some people of each seed."""
    world: dict[int, list[Night]] = {}
    for number, seed in enumerate(seeds):
        world |= by_person(nights(seed, people=people), offset=number * people)
    return world


def main() -> int:
    """Measure every detector and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=300, help="how many, of each seed")
    parser.add_argument("--seed", type=int, action="append", help="one or more; never 11, 12 or 21 to 23")
    parser.add_argument("--real", action="store_true", help="real error sequences, on simulated walks")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--live", action="store_true", help="only what a watcher sees when facts come late")
    parser.add_argument("--write-docs", action="store_true", help=f"fill {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    seeds = options.seed or [9301]
    if options.live:
        tables = [live_table("simulated", seeds[0])]
        show(tables, write=options.write_docs)
        return 0
    if options.real and not (options.data / real_noise.FILE).is_file():
        print(f"skipped: the real data is not on this machine ({options.data / real_noise.FILE} is absent)")
        return 0
    if options.real:
        source = real_noise.pool(options.data)
        name, world = "real", by_person(real_noise.nights(seeds[0], source))
        print(
            f"{len(source.still)} runs at rest, {source.still_hours:.0f} hours; {len(source.moving)} on the way"
        )
    else:
        name, world = "simulated", simulated_world(seeds, options.people)
    print(f"{len(world)} people, {sum(map(len, world.values()))} nights, seeds {seeds}")
    tables = report(name, world)
    show(tables[:3] if options.real else tables, write=options.write_docs)
    return 0


def show(tables: Sequence[Table], *, write: bool) -> None:
    """Print the tables, and put them into the page."""
    for table in tables:
        print(f"\n## {table.name}\n\n{table.markdown()}")
    if write:
        write_page(PAGE, tables)


if __name__ == "__main__":
    raise SystemExit(main())
