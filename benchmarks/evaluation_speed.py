"""How fast estimators are, and beside other packages: ``python -m benchmarks.evaluation_speed [PEOPLE...]``.

Each task on an invented cohort (world `nonlin`, seed 1) is run RUNS times after a warm-up (once, unwarmed, at a million),
in one thread; the figure is the median in CPU seconds. ``beside FOLDER`` measures DoubleML, zEpid and psmpy on a cohort of
50,000 in the environment at FOLDER (a venv that holds them; they are no dependency), each in a process of its own with a
limit of LIMIT_S seconds of wall time, and ours in the same run.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from throughcare.evaluation.balancing import balance_entropy
from throughcare.evaluation.basis import automatic_basis, main_basis
from throughcare.evaluation.estimators import HEADLINE, estimate
from throughcare.evaluation.matching import match_pairs, match_within_radius
from throughcare.evaluation.propensity import fit_propensity
from throughcare.simulation.curfew_cohort import CohortPlan, InventedCohort, invent_cohort

RUNS = 5
LIMIT_S = 300
OTHERS = {
    "DoubleML": """
import doubleml
from sklearn.ensemble import HistGradientBoostingClassifier as Boosted
data = doubleml.DoubleMLData.from_arrays(x, y, t)
options = dict(max_iter=150, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=30, early_stopping=False)
np.random.seed(1)
found = doubleml.DoubleMLIRM(data, Boosted(**options), Boosted(**options), n_folds=5, score="ATTE").fit()
answer = dict(difference=float(found.coef[0]), error=float(found.se[0]))
""",
    "zEpid": """
import pandas as pd
from zepid.causal.doublyrobust import AIPTW
frame = pd.DataFrame(x, columns=[f"x{place}" for place in range(x.shape[1])]).assign(t=t, y=y)
model = " + ".join(frame.columns[:-2])
made = AIPTW(frame, exposure="t", outcome="y")
made.exposure_model(model, print_results=False)
made.outcome_model("t + " + model, print_results=False)
made.fit()
answer = dict(ratio=float(made.risk_ratio), difference=float(made.risk_difference))
""",
    "psmpy": """
import pandas as pd
from psmpy import PsmPy
frame = pd.DataFrame(x, columns=[f"x{place}" for place in range(x.shape[1])]).assign(t=t, y=y, who=range(len(y)))
made = PsmPy(frame, treatment="t", indx="who", exclude=["y"])
made.logistic_ps(balance=False)
made.kdtree_matched(matcher="propensity_logit", replacement=False, caliper=None)
pairs = made.matched_ids.dropna().astype(int).to_numpy()
answer = dict(difference=float(np.where(t[pairs] == 1, y[pairs], -y[pairs]).sum() / len(pairs)), pairs=len(pairs))
""",
}


def cpu_s(task: Callable[[], object], *, runs: int = RUNS) -> float:
    """Return the median CPU seconds of a task; warmed up unless it runs once."""
    if runs > 1:
        task()
    taken = []
    for _ in range(runs):
        before = time.process_time()
        task()
        taken.append(time.process_time() - before)
    return statistics.median(taken)


def measure(people: int) -> None:
    """Print the CPU seconds of every task on one cohort."""
    runs = RUNS if people <= 100_000 else 1
    made = invent_cohort(CohortPlan(people, "nonlin"), rng=np.random.default_rng(1))
    cohort, treated = made.cohort, made.cohort.treated
    log_odds = fit_propensity(main_basis(cohort), treated).log_odds
    match_pairs(log_odds[:100], treated[:100])  # compiles
    basis = automatic_basis(cohort)
    tasks: dict[str, Callable[[], object]] = {
        "one to one, from log odds": lambda: match_pairs(log_odds, treated),
        "radius, from log odds": lambda: match_within_radius(log_odds, treated),
        "one to one, whole": lambda: whole(made, "one_to_one"),
        "justice_data_lab, whole": lambda: whole(made, "justice_data_lab"),
        "automatic basis": lambda: automatic_basis(cohort),
        f"balancing of {len(basis.names)} columns": lambda: balance_entropy(basis, treated),
        "g-computation, whole": lambda: whole(made, "g_computation"),
        "cross-fitted AIPW, 5 deals of 5 folds, whole": lambda: whole(made, HEADLINE),
    }
    for name, task in tasks.items():
        print(f"| {people:,} | {name} | {cpu_s(task, runs=runs):.2f} |", flush=True)


def whole(made: InventedCohort, method: str) -> object:
    """Return the effect, from the cohort on."""
    return estimate(method, made.cohort, made.outcomes, outcome="reoffended")


def beside(folder: str) -> None:
    """Print what ours and the others say of one cohort of 50,000, and in how many CPU seconds."""
    made = invent_cohort(CohortPlan(50_000, "nonlin"), rng=np.random.default_rng(1))
    truth = made.truth
    print(f"| truth | RR {truth.ratio:.3f}, RD {truth.difference:+.4f} | |")
    for method in (
        "one_to_one",
        "justice_data_lab",
        "entropy_balancing",
        HEADLINE,
        "cross_fitted_aipw_boosted",
    ):
        before = time.process_time()
        effect = estimate(method, made.cohort, made.outcomes, outcome="reoffended")
        taken = time.process_time() - before
        print(
            f"| ours: {method} | RR {effect.ratio.estimate:.3f}, RD {effect.difference.estimate:+.4f} | {taken:.2f} |"
        )
    columns, _ = made.cohort.main_effects()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "cohort.npz"
        np.savez(data, x=columns, y=made.outcomes.binary["reoffended"], t=made.cohort.treated.astype(int))
        for name, code in OTHERS.items():
            print(f"| {name} | {other(Path(folder), data, code)} |", flush=True)


def other(folder: Path, data: Path, code: str) -> str:
    """Return what another package says, or that it was stopped."""
    text = (
        "import json, time, warnings\nwarnings.simplefilter('ignore')\nimport numpy as np\n"
        f"data = np.load({str(data)!r})\nx, y, t = data['x'], data['y'], data['t']\n"
        f"started = time.process_time()\n{code}\n"
        "print('ANSWER', json.dumps(answer), round(time.process_time() - started, 2))\n"
    )
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # noqa: TID251
    try:
        done = subprocess.run(
            [str(folder / "bin" / "python"), "-c", text],
            capture_output=True, text=True, timeout=LIMIT_S, env=alone, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"stopped after {LIMIT_S} s of wall time, not done"
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    return answers[0] if answers else json.dumps(done.stderr[-300:])


if __name__ == "__main__":
    if sys.argv[1:2] == ["beside"]:
        beside(sys.argv[2])
    else:
        for count in sys.argv[1:] or ("50000", "1000000"):
            measure(int(count))
