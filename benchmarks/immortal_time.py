"""What three clocks say where the truth is that a tag does nothing: ``python -m benchmarks.immortal_time [RUNS] [SEED]``.

Half of the people are ordered a tag, which is fitted a number of days later unless they reoffended before. The pace
of reoffending differs between people and not between arms. *Fitted, from the order* is the usual mistake: the arm is
who was tagged, the clock begins with the order. Printed: the mean of the log risk ratio, its error over the runs, how
often an interval of 95 % covers 0, and how often the guard against immortal time fires.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import numpy as np

from throughcare.evaluation.clock import Clock, CohortWindow, LateStart
from throughcare.evaluation.effects import NORMAL_95
from throughcare.evaluation.immortal_time import immortal_time
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import Reoffending, proven_reoffending
from throughcare.evaluation.reoffending_tables import COMPARISON, TREATED, IndexEvents, Offences, People

FIRST = np.datetime64("2023-01-01", "D")
WINDOW = CohortWindow(FIRST, np.datetime64("2023-04-01", "D"))
NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Design:
    people: int = 10_000
    longest_wait_days: int = 60
    mean_days: float = 600.0  # until a person of middling pace reoffends
    spread: float = 0.5  # of the logarithm of people's pace
    effect: float = 1.0  # on the pace, from the day of fitting


def cohort(rng: np.random.Generator, design: Design, *, arms: str, clock: Clock) -> Reoffending:
    """Draw people and follow them up, with arms as ordered or as fitted."""
    size = design.people
    who = np.arange(size)
    zero = FIRST + rng.integers(0, 90, size).astype("timedelta64[D]")
    ordered = rng.random(size) < 0.5
    wait_days = rng.integers(1, design.longest_wait_days, size)
    pace = np.exp(rng.normal(0, design.spread, size)) / design.mean_days
    untouched = 1 + np.floor(rng.exponential(1 / pace))
    fitted = ordered & (untouched >= wait_days)
    slowed = wait_days + (untouched - wait_days) / design.effect
    after_days = np.where(fitted, slowed, untouched).astype(np.int64)
    on = zero + after_days.astype("timedelta64[D]")
    seen = after_days < 500
    treated = fitted if arms == "fitted" else ordered
    starts = np.where(treated, zero + wait_days.astype("timedelta64[D]"), NO_DAY)
    checked = check_tables(
        People.of(ids=who, treated=treated, starts=starts),
        IndexEvents.of(ids=who, person=who, on=zero),
        Offences.of(ids=who[seen], person=who[seen], on=on[seen], proven=on[seen]),
        extract_on=np.datetime64("2026-01-01", "D"),
    )
    return proven_reoffending(checked, window=WINDOW, clock=clock)


def log_ratio(found: Reoffending) -> float:
    """Return the log of the risk ratio."""
    return _log_ratio_and_error(found)[0]


def _log_ratio_and_error(found: Reoffending) -> tuple[float, float]:
    rates, variance = [], 0.0
    for arm in (TREATED, COMPARISON):
        among = found.followed.reoffended[found.treated == arm]
        rates.append(among.mean())
        variance += (1 - among.mean()) / (among.mean() * len(among))
    return float(np.log(rates[0] / rates[1])), float(np.sqrt(variance))


CLOCKS = {
    "fitted, from the order": ("fitted", Clock()),
    "ordered, from the order": ("ordered", Clock()),
    "fitted, from a landmark": ("fitted", Clock(landmark_days=60, late_start=LateStart.AS_AT_ZERO)),
}


def main(arguments: list[str]) -> None:
    """Print one line of JSON for each clock."""
    runs, seed = (int(value) for value in (*arguments, *("1000", "1")[len(arguments) :]))
    for name, (arms, clock) in CLOCKS.items():
        rng = np.random.default_rng(seed)
        results, covered, fired = [], 0, 0
        for _ in range(runs):
            found = cohort(rng, Design(), arms=arms, clock=clock)
            estimate, error = _log_ratio_and_error(found)
            results.append(estimate)
            covered += abs(estimate) <= NORMAL_95 * error
            fired += immortal_time(found).is_suspected
        told = {
            "clock": name,
            "runs": runs,
            "bias_log_rr": round(float(np.mean(results)), 4),
            "error": round(float(np.std(results) / np.sqrt(runs)), 4),
            "covered": covered / runs,
            "guard_fired": fired / runs,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
