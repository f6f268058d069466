"""Do per-person intervals hold the truth as often as they say? ``python -m benchmarks.risk_intervals [RUNS] [FITS] [SEED]``.

The people are those of the recidivism challenge (benchmarks/nij_tables.py), their recorded features as they are.
Their true probability in the first year is made known: the log-odds of gradient-boosted trees fitted to the real
outcomes, which no sum of tables can equal. In each run outcomes are drawn from that truth, the booster and its fits
to people drawn anew are made as `risk fit` makes them, and for each race and sex the share of people whose true
probability lies inside their interval of 90 % is counted. Other widths and shifts are shown beside ours.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.nij_tables import settings, table_of
from throughcare.risk.models.additive import Floats
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Table
from throughcare.risk.models.comparators import fit_boosted_trees
from throughcare.risk.models.fitting import in_order
from throughcare.risk.models.intervals import SPREAD, fit_layout, replicates
from throughcare.risk.models.local_model import Layout, Spread, spread_out

BOOSTING = BoostingSettings(rounds=800, rate=0.06, feature_share=0.3, pairs=40, bags=2)


def truth_of(table: Table) -> Floats:
    """Return the log-odds that are taken for the truth, (n,)."""
    columns = table.spec.features
    fits = [
        fit_boosted_trees(table.codes, table.events[:, 0], columns=columns, seed=seed) for seed in range(2)
    ]
    chance = np.mean([fit(table.codes) for fit in fits], axis=0)
    return np.asarray(np.log(chance / (1.0 - chance)))


def one_run(table: Table, truth: Floats, *, fits: int, seed: int) -> tuple[Floats, Floats]:
    """Return the log-odds of the model, (n, 1), and of its fits to people drawn anew, (fits, n, 1)."""
    rng = np.random.default_rng(seed)
    drawn = (rng.random(len(table)) < 1.0 / (1.0 + np.exp(-truth))).astype(np.int8)
    made = replace(table, events=drawn[:, None])
    models, chosen = fit_layout(made, Layout.YEARLY, settings=BOOSTING, rng=rng)
    again = replicates(
        made,
        Layout.YEARLY,
        settings=replace(BOOSTING, bags=1),
        chosen=chosen,
        count=fits,
        rng=rng,
    )
    own = models[0].log_odds(table.codes)[:, None]
    return own, np.stack([each[0].log_odds(table.codes)[:, None] for each in again])


def groups_of(table: Table) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return who is in each group."""
    sex = table.codes[:, [column.name for column in table.spec.features].index("Gender")]
    race = table.groups["Race"]
    return {
        f"{words} {who}": (race == code) & (sex == place)
        for code, words in ((0, "Black"), (1, "White"))
        for place, who in ((0, "women"), (1, "men"))
    } | {"everybody": np.ones(len(table), dtype=np.bool_)}


def coverage(truth: Floats, own: Floats, again: Floats, spread: Spread) -> np.ndarray:
    """Return for whom the true probability lies inside, (n,)."""
    low, high = spread_out(own, again, spread)
    chance = 1.0 / (1.0 + np.exp(-truth))
    return np.asarray((low[:, 0] <= chance) & (chance <= high[:, 0]))


def main(arguments: list[str]) -> None:
    """Print coverage by group, ours first."""
    runs, fits, seed = (int(value) for value in (*arguments, *("4", "20", "1")[len(arguments) :]))
    table = in_order(table_of(settings()["year1"]))
    truth, groups = truth_of(table), groups_of(table)
    started = time.perf_counter()
    found = []
    for number in range(runs):
        found.append(one_run(table, truth, fits=fits, seed=seed + number))
        print(json.dumps({"run": number + 1, "seconds": round(time.perf_counter() - started)}), flush=True)
    tried = [
        SPREAD,
        *(Spread(0.9, width, shift) for shift in (0.0, 1.0) for width in (1.645, 1.9, 2.2, 2.5, 2.8)),
    ]
    for spread in tried:
        inside = np.mean([coverage(truth, *each, spread) for each in found], axis=0)
        ends = [spread_out(*each, spread) for each in found]
        told = {name: round(float(inside[some].mean()), 4) for name, some in groups.items()}
        width = float(np.median([high - low for low, high in ends]))
        print(
            json.dumps(
                {
                    "width": spread.width,
                    "shift": spread.shift,
                    "inside": told,
                    "median_width_points": round(100 * width, 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
