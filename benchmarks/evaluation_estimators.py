"""Whether the estimators are right: ``python -m benchmarks.evaluation_estimators simulate WORLD SEEDS [PEOPLE] [TREATED] [EVERY]``.

Cohorts are invented by ``simulation/curfew_cohort.py`` with a true risk ratio of 0.80, seed by seed. Each line of
``out/evaluation-WORLD-PEOPLE[-TREATED].jsonl`` is one cohort, of the seeds from 1 up to SEEDS without it: what methods
said, the error and the interval, and what the gates saw. The headline and entropy balancing of means are looked at in
every cohort, the other methods, the frequency ratio and the balance in every EVERYth (4).

``summary FILE...`` reads such files and prints the tables of docs/benchmarks.md; ``oracle WORLD`` says what luck the
seeds had; ``relaxed SEEDS`` says what less shrinkage does; ``lalonde FOLDER`` prints what is said of LaLonde's samples.

One thread: set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1. Times are CPU seconds of the process.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.lib.lalonde import lalonde as samples
from throughcare.evaluation import regression
from throughcare.evaluation.aipw import doubly_robust_effect
from throughcare.evaluation.balance import calibrate_threshold, judge_balance
from throughcare.evaluation.basis import automatic_basis
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.estimators import HEADLINE, METHODS, Design, design, estimate
from throughcare.kernel.errors import RefusedInput
from throughcare.simulation.curfew_cohort import CohortPlan, InventedCohort, invent_cohort

Array = NDArray[np.float64]
OUT = Path("out")
ALWAYS = (HEADLINE, "entropy_balancing")
BOOSTED = "cross_fitted_aipw_boosted"


def simulate(world: str, sims: str, people: str = "5000", treated: str = "0", every: str = "4") -> None:
    """Write one line a cohort; go on where a file ends."""
    OUT.mkdir(exist_ok=True)
    target = OUT / f"evaluation-{world}-{people}{'-' + treated if treated != '0' else ''}.jsonl"
    plan = CohortPlan(
        people=int(people),
        world="nonlin" if world == "nonlin" else "linear",
        treated_share=int(treated) / int(people) if treated != "0" else None,
    )
    done = len(target.read_text().splitlines()) if target.exists() else 0
    with target.open("a") as lines:
        for seed in range(1 + done, int(sims)):
            lines.write(json.dumps(one(plan, seed, every=int(every))) + "\n")
            lines.flush()


def one(plan: CohortPlan, seed: int, *, every: int = 4) -> dict[str, object]:
    """Return what every method says of one cohort, and whether the gates fire."""
    started = time.process_time()
    made = invent_cohort(plan, rng=np.random.default_rng(seed))
    found: dict[str, object] = {"seed": seed, "treated": int(made.cohort.treated.sum())}
    designs: dict[str, Design] = {}
    for method in METHODS:
        if method == BOOSTED or (seed % every and method not in ALWAYS):
            continue
        try:
            designs[method] = design(method, made.cohort)
        except RefusedInput:
            found[method] = None
            continue
        found[method] = judged(made, method, designs[method], "reoffended", made.truth.ratio)
        if seed % every == 0:
            found[f"{method}/number"] = judged(
                made, method, designs[method], "reoffences", made.truth.frequency_ratio
            )
    if seed % every == 0:
        found |= gates(made, designs, seed)
    found["cpu_s"] = round(time.process_time() - started, 3)
    return found


def judged(made: InventedCohort, method: str, by: Design, outcome: str, truth: float) -> list[float]:
    """Return the error of the log ratio, its standard error, and whether the interval holds the truth."""
    ratio = estimate(method, made.cohort, made.outcomes, outcome=outcome, made=by).ratio
    inside = ratio.low <= truth <= ratio.high
    return [round(math.log(ratio.estimate / truth), 6), round(ratio.standard_error, 6), float(inside)]


def gates(made: InventedCohort, designs: dict[str, Design], seed: int) -> dict[str, object]:
    """Return the largest difference of any covariate and any generated column, and the threshold."""
    by = designs.get("entropy_balancing") or designs["justice_data_lab"]
    basis = automatic_basis(made.cohort)
    shown: dict[str, object] = {}
    for name in ("entropy_balancing", "justice_data_lab"):
        if name not in designs:
            continue
        by = designs[name]
        table = judge_balance(made.cohort, kept=by.kept, weights=by.weights, basis=basis)
        main, generated = table.largest(generated=False), table.largest(generated=True)
        assert main is not None
        assert generated is not None
        shown[f"smd/{name}"] = [round(abs(main.after), 4), round(abs(generated.after), 4)]
        shown[f"gap/{name}"] = round(table.largest_gap(), 4)
    rng = np.random.default_rng(10_000_000 + seed)
    shown["percentile_95"] = round(
        calibrate_threshold(made.cohort, rng=rng, basis=basis, draws=200).percentile_95, 4
    )
    return shown


def summary(*files: str) -> None:
    """Print the tables of some files."""
    for name in files:
        rows = [json.loads(line) for line in Path(name).read_text().splitlines()]
        cpu = sum(row["cpu_s"] for row in rows)
        print(
            f"\n{name}: {len(rows)} cohorts, seeds {rows[0]['seed']} to {rows[-1]['seed']}, {cpu:.0f} CPU s"
        )
        for method in METHODS:
            for key in (method, f"{method}/number"):
                print_method(key, rows)
        print_gates(rows)


def print_method(key: str, rows: list[dict[str, list[float]]]) -> None:
    """Print one method's bias, spread, mean error and coverage."""
    asked = [row[key] for row in rows if key in row]
    values = np.array([value for value in asked if value is not None and math.isfinite(value[0])])
    if len(values):
        errors = values[:, 0]
        print(
            f"| {key} | {errors.mean():+.4f} ({errors.std() / math.sqrt(len(errors)):.4f}) | {errors.std():.4f} |"
            f" {values[:, 1].mean():.4f} | {100 * values[:, 2].mean():.1f} | {len(values)} of {len(asked)} |"
        )


def print_gates(rows: list[dict[str, list[float]]]) -> None:
    """Print how often each gate fires."""
    everything, rows = rows, [row for row in rows if "percentile_95" in row]
    threshold = np.array([max(0.05, row["percentile_95"]) for row in rows])  # type: ignore[type-var]
    print(f"| threshold | mean {threshold.mean():.4f} |")
    for name in ("entropy_balancing", "justice_data_lab"):
        have = np.array([f"smd/{name}" in row for row in rows])
        values = np.array([row.get(f"smd/{name}", [0.0, 0.0]) for row in rows])
        fired = values[have, 1] > threshold[have]
        print(
            f"| balance gate, {name} | {100 * fired.mean():.1f} % (5 % cut: {100 * (values[have, 1] > 0.05).mean():.1f}"
            f" %) | largest covariate {values[have, 0].mean():.4f}, generated {values[have, 1].mean():.4f} | {have.sum()} |"
        )
    both = [row for row in everything if row.get("entropy_balancing") and row.get(HEADLINE)]
    apart = np.array([(row["entropy_balancing"][0] - row[HEADLINE][0]) / row[HEADLINE][1] for row in both])
    print(
        f"| agreement gate | {100 * (np.abs(apart) > 1).mean():.1f} % | apart {apart.mean():+.2f} SE"
        f" (sd {apart.std():.2f}) | {len(both)} |"
    )


def oracle(world: str, people: str = "5000") -> None:
    """Print the errors of the same estimator told the true chances, on the cohorts of a file, and how far ours is from it.

    What the oracle errs is the luck of the draw. The rest is ours, and far more precisely known.
    """
    rows = [
        json.loads(line) for line in (OUT / f"evaluation-{world}-{people}.jsonl").read_text().splitlines()
    ]
    plan = CohortPlan(int(people), "nonlin" if world == "nonlin" else "linear")
    errors, inside = np.empty(len(rows)), np.empty(len(rows))
    for place, row in enumerate(rows):
        made = invent_cohort(plan, rng=np.random.default_rng(row["seed"]))
        ratio = told_the_truth(made)
        errors[place] = math.log(ratio.estimate / made.truth.ratio)
        inside[place] = ratio.low <= made.truth.ratio <= ratio.high
    print(f"| {world} | oracle | {shown(errors)} | {errors.std():.4f} | {100 * inside.mean():.1f} |")
    for method in ALWAYS:
        beyond = np.array([row[method][0] for row in rows]) - errors
        print(f"| {world} | {method} beyond the oracle | {shown(beyond)} |")


def relaxed(sims: str) -> None:
    """Print how far the headline is from the oracle in `nonlin` by how much of the best shrinkage is used."""
    apart: dict[float, list[float]] = {1.0: [], regression.RELAXED: []}
    for share, found in apart.items():
        regression.RELAXED = share  # type: ignore[misc]
        for seed in range(1, int(sims) + 1):
            made = invent_cohort(CohortPlan(5000, "nonlin"), rng=np.random.default_rng(seed))
            ours = estimate(HEADLINE, made.cohort, made.outcomes, outcome="reoffended").ratio
            found.append(math.log(ours.estimate / told_the_truth(made).estimate))
    for share, found in apart.items():
        print(f"| {share} of the shrinkage that predicts best | {shown(np.array(found))} |")


def told_the_truth(made: InventedCohort) -> Interval:
    """Return the ratio of the same estimator where the chances are the true ones."""
    return doubly_robust_effect(
        made.cohort.treated,
        made.outcomes.binary["reoffended"],
        chance=made.truth.chance_of_tag,
        expected=made.truth.chance_without,
        method="oracle",
        outcome="reoffended",
        family="rate",
    ).ratio


def shown(errors: Array) -> str:
    """Return a mean with its own error."""
    return f"{errors.mean():+.4f} ({errors.std() / math.sqrt(len(errors)):.4f})"


def lalonde(folder: str) -> None:
    """Print what every method says of the experiment and of two comparison groups, in dollars of 1978."""
    for controls in ("nsw_dw", "cps_controls", "psid_controls"):
        cohort, outcomes = samples(Path(folder), controls)
        for method in METHODS:
            try:
                effect = estimate(method, cohort, outcomes, outcome="re78")
            except RefusedInput as refused:
                print(f"| {controls} | {method} | refused: {refused.where} |")
                continue
            found = effect.difference
            print(
                f"| {controls} | {method} | {found.estimate:,.1f} ({found.standard_error:.0f}) |", flush=True
            )


if __name__ == "__main__":
    {"simulate": simulate, "summary": summary, "oracle": oracle, "relaxed": relaxed, "lalonde": lalonde}[
        sys.argv[1]
    ](*sys.argv[2:])
