"""The COMPAS teaching page: ``python -m benchmarks.compas [PAGE] [PICTURE]`` writes docs/risk/compas.md and its drawing.

Reads ProPublica's table of two years (../shared/data/compas, names removed), reproduces the published error rates, and
sets a logistic regression on age and number of earlier offences beside it, predicted for people held back (ten folds).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports.plot import DASHES, HEIGHT, PAINTS, WIDTH, Plot, Span, key
from throughcare.adapters.reports.svg import picture
from throughcare.risk.fairness.comparing import compare, tests_of_pair
from throughcare.risk.fairness.sweep import all_thresholds, sweep, threshold_of_top
from throughcare.risk.fairness.tension import rates_at, tension
from throughcare.risk.validation.cases import Cases, Scale, cases_of
from throughcare.risk.validation.discrimination import auc_difference, auc_interval
from throughcare.risk.validation.intervals import Bools, Estimate, Floats

DATA = Path("../shared/data/compas/compas-scores-two-years.deid.csv")
PAGE, PICTURE = Path("docs/risk/compas.md"), Path("docs/pictures/compas.svg")
FOLDS, SEED = 10, 1
GROUPS = ("African-American", "Caucasian")
DECILE = 5.0
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def read(path: Path = DATA) -> dict[str, np.ndarray]:
    """Return the columns that are used."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("decile_score", "two_year_recid", "age", "priors_count")
    found = {name: np.array([float(row[name]) for row in rows]) for name in names}
    return {**found, "race": np.array([row["race"] for row in rows])}


def held_back(columns: dict[str, np.ndarray]) -> Floats:
    """Return for each person the probability by a logistic regression of the other nine parts on age and priors."""
    inputs = np.stack([columns["age"], columns["priors_count"]], axis=1)
    x = np.column_stack([np.ones(len(inputs)), (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)])
    y = columns["two_year_recid"]
    part = np.random.default_rng(SEED).permutation(len(y)) % FOLDS
    found = np.zeros(len(y))
    for number in range(FOLDS):
        weights = np.zeros(x.shape[1])
        rest = part != number
        for _ in range(25):
            p = 1.0 / (1.0 + np.exp(-x[rest] @ weights))
            curvature = (x[rest] * (p * (1 - p))[:, None]).T @ x[rest]
            weights += np.linalg.solve(curvature, x[rest].T @ (y[rest] - p))
        found[~rest] = 1.0 / (1.0 + np.exp(-x[~rest] @ weights))
    return found


def both(columns: dict[str, np.ndarray]) -> tuple[Cases, Cases]:
    """Return COMPAS, in deciles, and the two-input model, of the same people."""
    happened = columns["two_year_recid"]
    return (
        cases_of(columns["decile_score"], happened, scale=Scale.POINTS),
        cases_of(held_back(columns), happened),
    )


def _told(found: Estimate, *, percent: bool = False) -> str:
    factor, places = (100.0, 1) if percent else (1.0, 3)
    return f"{factor * found.value:.{places}f} ({factor * found.low:.{places}f} to {factor * found.high:.{places}f})"


def drawing(compas: Cases, model: Cases, race: np.ndarray) -> str:
    """Return the share wrongly flagged of each group against the share of all people that is flagged."""
    plot = Plot(
        Span(0, 1, "Share of all people flagged", _SHARES),
        Span(0, 1, "Flagged, of those not re-arrested", _SHARES),
    )
    parts, names = [plot.axes()], []
    for place, (score, word, group) in enumerate(
        (score, word, group)
        for score, word in ((compas, "COMPAS"), (model, "two inputs"))
        for group in GROUPS
    ):
        thresholds = all_thresholds(score)
        thresholds = thresholds if len(thresholds) < 50 else np.quantile(thresholds, np.linspace(0, 1, 60))
        across = sweep(score, thresholds).above.value
        up = sweep(score.rows(race == group), thresholds).false_positive.value
        order = np.argsort(across)
        ends = np.concatenate([[0.0], across[order]]), np.concatenate([[0.0], up[order]])
        parts.append(plot.line(ends[0].tolist(), ends[1].tolist(), paint=PAINTS[place], dash=DASHES[place]))
        names.append(f"{word}, {'Black' if group == GROUPS[0] else 'White'}")
    flagged = float(np.mean(compas.score >= DECILE))
    parts.append(plot.whisker(flagged, 0.0, 1.0))
    parts.append(plot.mark(flagged, 0.93, "decile 5"))
    return picture(
        *parts,
        key(names),
        width=WIDTH,
        height=HEIGHT,
        ident="compas",
        title="Who is flagged though nothing happened, at every threshold",
        description=(
            "Two lines for each score, one a group. At every share flagged the lines of Black people lie above those of "
            "White people, for COMPAS and for the model of two inputs alike. The tables hold numbers."
        ),
        kind="map",
    )


def _rates_row(name: str, cases: Cases, rows: Bools, threshold: float) -> str:
    found = rates_at(cases.rows(rows), threshold, group=name)
    cells = (found.base_rate, found.false_positive, found.false_negative, found.predictive)
    return f"| {name} | {int(rows.sum()):,} | " + " | ".join(f"{100 * cell:.2f} %" for cell in cells) + " |"


def _rates_table(cases: Cases, race: np.ndarray, threshold: float) -> list[str]:
    return [
        "| group | people | re-arrested | flagged, of those not re-arrested | missed, of those re-arrested | re-arrested, of those flagged |",
        "|---|---|---|---|---|---|",
        *(_rates_row(group, cases, race == group, threshold) for group in GROUPS),
    ]


def page(columns: dict[str, np.ndarray]) -> tuple[str, str]:
    """Return the page and its drawing."""
    compas, model = both(columns)
    race = columns["race"]
    same = threshold_of_top(model, float(np.mean(compas.score >= DECILE)))
    black, white = (model.rows(race == group) for group in GROUPS)
    told = tension(black, white, names=("Black people", "White people"), threshold=same)
    lines = [
        *_opening(race),
        *_published(compas, race),
        *_beside(compas, model, race, same),
        *_closing(told.words),
    ]
    return "\n".join(lines), drawing(compas, model, race) + "\n"


def _gap(cases: Cases, race: np.ndarray, threshold: float) -> str:
    """Return how much more often Black people to whom nothing happened are flagged, in percentage points."""
    one, two = (cases.rows(race == group) for group in GROUPS)
    found = compare(one, two, grouping="race", group=GROUPS[0], against=GROUPS[1], thresholds=[threshold])
    return _told(found.at[0].false_positive, percent=True)


def _opening(race: np.ndarray) -> list[str]:
    return [
        "# COMPAS, and two questions beside it",
        "",
        "<!-- written by `.venv/bin/python -m benchmarks.compas`; a test compares it with the data -->",
        "",
        "A teaching case. In 2016 ProPublica published scores of a commercial tool, COMPAS, for people arrested in Broward",
        "County, Florida, in 2013 and 2014, and who was arrested again within two years. It began the argument about fairness",
        "that every tool since has to answer. This page computes the published numbers again with what `risk validate` uses,",
        "and sets a logistic regression on **two inputs, age and number of earlier offences**, beside it.",
        "",
        f"The table holds {len(race):,} people; names are removed. An arrest is not an offence: where policing differs, so do",
        "arrests. Nothing here is a claim about anybody outside Broward.",
        "",
    ]


def _published(compas: Cases, race: np.ndarray) -> list[str]:
    one, two = (compas.rows(race == group) for group in GROUPS)
    widest = tests_of_pair(one, two, grouping="race", group=GROUPS[0], against=GROUPS[1])[1]
    return [
        "## The published gap",
        "",
        f"Flagged means a decile of {DECILE:g} or more, as ProPublica had it.",
        "",
        *_rates_table(compas, race, DECILE),
        "",
        f"Black people to whom nothing happened were flagged more often than White people by {_gap(compas, race, DECILE)}",
        f"percentage points. The gap is nowhere larger than {100 * widest.difference:.1f} points (at decile {widest.threshold:g} and above).",
        "",
    ]


def _beside(compas: Cases, model: Cases, race: np.ndarray, same: float) -> list[str]:
    flagged = [100 * float(np.mean(each)) for each in (model.score >= same, compas.score >= DECILE)]
    return [
        "## Two inputs do as well, with the same gap",
        "",
        "| score | AUC (95 % interval) |",
        "|---|---|",
        f"| COMPAS decile | {_told(auc_interval(compas))} |",
        f"| age and earlier offences, people held back (10 folds) | {_told(auc_interval(model))} |",
        f"| two inputs less COMPAS, the same people | {_told(auc_difference(model, compas))} |",
        "",
        f"At the threshold that flags as many people ({flagged[0]:.1f} %, against {flagged[1]:.1f} % by COMPAS):",
        "",
        *_rates_table(model, race, same),
        "",
        f"The gap in false alarms is {_gap(model, race, same)} percentage points, though the model was never told",
        "anybody's race and has no secret. Replacing one tool by another does not make it go away.",
        "",
        "![Share flagged of those not re-arrested, by share of all people flagged: the lines of Black people lie above those of White people at every threshold, for both scores.](../pictures/compas.svg)",
        "",
    ]


def _closing(words: tuple[str, ...]) -> list[str]:
    return [
        "## Why, in words from the numbers",
        "",
        *(f"- {sentence}" for sentence in words),
        "",
        "## What follows",
        "",
        "- Report error rates **at every threshold**, not at one: [fairness](fairness.md).",
        "- Say which equality was chosen and who chose it. No score has both.",
        "- A tool that cannot beat two questions has to show what its other questions are for.",
        "- Source: ProPublica, *compas-analysis* (open data, with attribution); J. Dressel and H. Farid, Science Advances 4 (2018), eaao5580,",
        "  first showed that two inputs do as well.",
        "",
    ]


def main(arguments: list[str]) -> None:
    """Write the page and the drawing."""
    where = [Path(each) for each in arguments] or [PAGE, PICTURE]
    for path, text in zip(where, page(read()), strict=False):
        atomic_bytes(path, text.encode())
        path.chmod(0o644)
        print(f"wrote {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
