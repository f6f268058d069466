"""How fast people are scored: ``python -m benchmarks.risk_scores [PEOPLE] [RUNS] [SEED]``.

Invented people whose answers are drawn at random, all items answered. Every instrument scores one
person at a time, then all at once. A figure is the median of the runs, in CPU milliseconds of the process.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from tests.lib.risk_people import person, seeded
from throughcare.risk.answers import Answers
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import Status
from throughcare.risk.registry import INSTRUMENTS

DIFFERENT = 500  # people who are drawn; many are these over and over


def cpu_ms(task: Callable[[], object], runs: int) -> float:
    """Return the median CPU time of a task, after one run to warm up."""
    task()
    taken = []
    for _ in range(runs):
        before = time.process_time()
        task()
        taken.append(1000.0 * (time.process_time() - before))
    return statistics.median(taken)


def measure(name: str, *, people: int, runs: int, seed: int) -> dict[str, float | str]:
    """Return what one instrument takes for one person, and for all."""
    instrument = INSTRUMENTS[name]
    draw = seeded(np.random.default_rng(seed))
    drawn = [Answers.of(**person(instrument.spec, draw)) for _ in range(DIFFERENT)]
    columns = columns_of(drawn, instrument.spec.items)
    many = {item: np.resize(column, people) for item, column in columns.items()}
    single = [answers for answers in drawn if instrument.score(answers).status is Status.SCORED][:100]
    return {
        "instrument": name,
        "one_person_ms": round(
            cpu_ms(lambda: [instrument.score(each) for each in single], runs) / len(single), 3
        ),
        f"{people}_people_ms": round(cpu_ms(lambda: instrument.score_columns(many), runs), 1),
    }


def main(arguments: list[str]) -> None:
    """Print one line of JSON for each instrument."""
    people, runs, seed = (int(value) for value in (*arguments, *("100000", "5", "1")[len(arguments) :]))
    for name in INSTRUMENTS:
        print(json.dumps(measure(name, people=people, runs=runs, seed=seed)))


if __name__ == "__main__":
    main(sys.argv[1:])
