"""How fast a validation is, and how the drift alarm behaves: ``python -m benchmarks.risk_validation [RUNS]``.

Invented people whose probabilities are right. Speed: the performance of 100,000 people and an audit of six groups with their
intersections, as the median of the runs, in CPU seconds. Drift: alarm limits for 100, 300 and 1,000 complete cases a month,
with the run length of a perfect score and the months until true odds a quarter higher are noticed, both on months that were not
used to set the limits.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from throughcare.risk.fairness.audit import audit
from throughcare.risk.fairness.groups import grouping_of_texts
from throughcare.risk.validation.cases import cases_of
from throughcare.risk.validation.drift import limits
from throughcare.risk.validation.performance import performance

PEOPLE = 100_000
MONTHLY = (100, 300, 1_000)


def cpu_s(task: Callable[[], object], runs: int) -> float:
    """Return the median CPU time of a task, after one run to warm up."""
    task()
    taken = []
    for _ in range(runs):
        before = time.process_time()
        task()
        taken.append(time.process_time() - before)
    return round(statistics.median(taken), 2)


def main(arguments: list[str]) -> None:
    """Print one line of JSON for the speed and one for each size of the drift alarm."""
    runs = int(arguments[0]) if arguments else 5
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, PEOPLE)
    cases = cases_of(score, rng.random(PEOPLE) < score)
    groupings = [
        grouping_of_texts(name, np.array(words)[rng.integers(0, len(words), PEOPLE)])
        for name, words in (("area", ("a", "b", "c", "d")), ("sex", ("man", "woman")))
    ]
    print(
        json.dumps(
            {
                "people": PEOPLE,
                "performance_s": cpu_s(lambda: performance(cases), runs),
                "audit_s": cpu_s(lambda: audit(cases, groupings), runs),
            }
        )
    )
    for monthly in MONTHLY:
        found = limits(score[:5_000], people_a_month=monthly, rng=np.random.default_rng(2), runs=2_000)
        print(
            json.dumps(
                {
                    "people_a_month": monthly,
                    "run_length_months": round(found.run_length_months, 1),
                    "interval": [round(found.low, 1), round(found.high, 1)],
                    "months_to_notice": round(found.months_to_notice, 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
