"""How fast a cohort is followed up: ``python -m benchmarks.reoffending [PEOPLE] [OFFENCES] [SEED] [number|text]``.

Invented people, each with an index event in the window, a tenth of them with a second one; offences over twelve
years around it, in no order; a spell in custody for every fourth. Ids are whole numbers or text of twelve characters. Printed: seconds of
processor and of clock for each step, what was found, and the most memory that the process held (it holds the input too).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from throughcare.evaluation.clock import Clock, CohortWindow, ReoffendingRules
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import proven_reoffending
from throughcare.evaluation.reoffending_measures import measures
from throughcare.evaluation.reoffending_tables import IndexEvents, Offences, People, Spells

FIRST = np.datetime64("2023-01-01", "D")
WINDOW = CohortWindow(FIRST, np.datetime64("2023-04-01", "D"))
EXTRACT = np.datetime64("2025-06-30", "D")

T = TypeVar("T")


def text_ids(letter: str, numbers: np.ndarray) -> np.ndarray:
    """Return text such as ``P00000000042``."""
    digits = numbers[:, None] // 10 ** np.arange(10, -1, -1) % 10
    letters = np.empty((len(numbers), 12), np.uint32)
    letters[:, 0] = ord(letter)
    letters[:, 1:] = digits + ord("0")
    return letters.view("U12").ravel()


def invented(
    people: int, offences: int, seed: int, *, as_text: bool
) -> tuple[People, IndexEvents, Offences, Spells]:
    """Return the four tables."""
    rng = np.random.default_rng(seed)

    def ids(letter: str, numbers: np.ndarray) -> np.ndarray:
        return text_ids(letter, numbers) if as_text else numbers

    who = np.arange(people)
    again = rng.choice(people, people // 10, replace=False)
    indexed = np.concatenate([who, again])
    on = FIRST - np.timedelta64(3_600, "D") + rng.integers(0, 4_400, offences).astype("timedelta64[D]")
    inside = rng.choice(people, people // 4, replace=False)
    begins = FIRST + rng.integers(0, 400, len(inside)).astype("timedelta64[D]")
    return (
        People.of(
            ids=ids("P", who),
            treated=rng.integers(0, 2, people),
            born=np.datetime64("1960-01-01", "D") + rng.integers(0, 14_000, people).astype("timedelta64[D]"),
            matched=rng.random(people) > 0.02,
            score=rng.random(people),
        ),
        IndexEvents.of(
            ids=ids("E", np.arange(len(indexed))),
            person=ids("P", indexed),
            kind=rng.integers(0, 6, len(indexed)),
            on=FIRST + rng.integers(0, 90, len(indexed)).astype("timedelta64[D]"),
            breach_only=rng.random(len(indexed)) < 0.03,
        ),
        Offences.of(
            ids=ids("O", rng.permutation(offences)),
            person=ids("P", rng.integers(0, people, offences)),
            on=on,
            proven=on + rng.integers(0, 250, offences).astype("timedelta64[D]"),
            outcome=rng.choice(np.array([1, 1, 1, 1, 2, 5, 0]), offences),
            tier=rng.integers(1, 4, offences),
            breach=rng.random(offences) < 0.05,
            recordable=rng.random(offences) > 0.05,
            custody=rng.random(offences) < 0.1,
        ),
        Spells.of(
            ids=ids("S", np.arange(len(inside))),
            person=ids("P", inside),
            begins=begins,
            ends=begins + rng.integers(1, 200, len(inside)).astype("timedelta64[D]"),
        ),
    )


def timed(step: str, task: Callable[[], T], told: dict[str, object]) -> T:
    """Run a step and note its seconds."""
    cpu, clock = time.process_time(), time.perf_counter()
    result = task()
    told[f"{step}_cpu_s"] = round(time.process_time() - cpu, 2)
    told[f"{step}_clock_s"] = round(time.perf_counter() - clock, 2)
    return result


def most_gb() -> float:
    """Return the most memory that the process held since it was last forgotten (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return round(int(found[1]) / 2**20, 2)


def main(arguments: list[str]) -> None:
    """Print one line of JSON."""
    filled = (*arguments, *("1000000", "10000000", "1", "text")[len(arguments) :])
    people, offences, seed = (int(value) for value in filled[:3])
    told: dict[str, object] = {"people": people, "offences": offences, "seed": seed, "ids": filled[3]}
    tables = invented(people, offences, seed, as_text=filled[3] == "text")
    Path("/proc/self/clear_refs").write_text("5")  # forget the most that making the input needed
    told["input_gb"] = most_gb()
    whole = time.process_time()
    checked = timed(
        "check",
        lambda: check_tables(*tables[:3], spells=tables[3], extract_on=EXTRACT),
        told,
    )
    found = timed(
        "follow",
        lambda: proven_reoffending(
            checked, window=WINDOW, rules=ReoffendingRules(), clock=Clock(period_days=90)
        ),
        told,
    )
    rates = timed("measures", lambda: measures(found), told)
    timed("drop_out", found.drop_out.counts, told)
    told["whole_cpu_s"] = round(time.process_time() - whole, 2)
    told["cohort"] = len(found)
    told["rate"] = round(rates[0].estimate, 4)
    told["counted"] = int(found.followed.offences.sum())
    told["most_gb"] = most_gb()
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
