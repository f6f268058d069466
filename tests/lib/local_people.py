"""Invented people with a known chance of an event in each of three years, for tests of local models."""

from __future__ import annotations

import numpy as np

from throughcare.risk.models.columns import Column, Form, Measured, Table, TableSpec, Use, code_table

FEATURES = (
    Column(
        name="Priors",
        label="earlier convictions",
        levels=("0", "1", "2", "3 or more"),
        measured=Measured.BEFORE,
        rising=1,
        missing=False,
    ),
    Column(
        name="Area",
        label="area",
        form=Form.NOMINAL,
        levels=("north", "south", "east"),
        measured=Measured.BEFORE,
    ),
    Column(name="Age", label="age", form=Form.NUMBER, cuts=(25.0, 40.0), measured=Measured.BEFORE),
    Column(
        name="Work",
        label="work",
        levels=("in work", "out of work"),
        measured=Measured.BEFORE,
        achievable=-1,
    ),
)
OUTCOMES = ("year1", "year2", "year3")
SPEC = TableSpec(
    name="invented people",
    predicts="a new conviction",
    columns=(
        Column(name="ID", label="number", use=Use.IDENTIFIER),
        *FEATURES,
        Column(name="Sex", label="sex", use=Use.GROUP, levels=("F", "M")),
        *(Column(name=name, label=name, use=Use.OUTCOME) for name in OUTCOMES),
    ),
    outcomes=OUTCOMES,
    period_words=("the first year", "the second year", "the third year"),
)
DESCRIPTION = """
name = "invented people"
predicts = "a new conviction"
outcomes = ["year1", "year2", "year3"]
period_words = ["the first year", "the second year", "the third year"]
[[columns]]
name = "ID"
use = "identifier"
[[columns]]
name = "Priors"
label = "earlier convictions"
levels = ["0", "1", "2", "3 or more"]
measured = "before"
rising = 1
missing = false
[[columns]]
name = "Area"
label = "area"
form = "nominal"
levels = ["north", "south", "east"]
measured = "before"
[[columns]]
name = "Age"
label = "age"
form = "number"
cuts = [25, 40]
measured = "before"
[[columns]]
name = "Work"
label = "work"
levels = ["in work", "out of work"]
measured = "before"
achievable = -1
[[columns]]
name = "Sex"
use = "group"
levels = ["F", "M"]
[[columns]]
name = "year1"
use = "outcome"
[[columns]]
name = "year2"
use = "outcome"
[[columns]]
name = "year3"
use = "outcome"
"""


def texts(count: int = 3_000, *, seed: int = 1) -> dict[str, np.ndarray]:
    """Return a table of people as texts."""
    rng = np.random.default_rng(seed)
    priors, area, work = (rng.integers(0, size, count) for size in (4, 3, 2))
    age = rng.integers(18, 70, count)
    log_odds = -1.6 + 0.45 * priors + 0.5 * (area == 1) - 0.8 * (age >= 40) + 0.5 * work
    chance = 1 / (1 + np.exp(-log_odds[:, None] + np.array([0.0, 0.3, 0.6])))
    happened = (rng.random((count, 3)) < chance).astype(int)
    before = np.cumsum(happened, axis=1) - happened > 0
    happened[before] = 0
    levels = np.array(FEATURES[0].levels)
    named = {
        "ID": np.array([f"p{number}" for number in range(count)]),
        "Priors": levels[priors],
        "Area": np.where(rng.random(count) < 0.05, "", np.array(FEATURES[1].levels)[area]),
        "Age": age.astype(str),
        "Work": np.array(FEATURES[3].levels)[work],
        "Sex": np.where(rng.random(count) < 0.2, "F", "M"),
        "published": (100 / (1 + np.exp(-0.5 * (log_odds - 0.4)))).round(3).astype(str),
    }
    return named | {name: happened[:, place].astype(str) for place, name in enumerate(OUTCOMES)}


def table(count: int = 3_000, *, seed: int = 1) -> Table:
    """Return coded people."""
    found, problems = code_table(texts(count, seed=seed), spec=SPEC)
    assert problems == ()
    return found


def as_csv(found: dict[str, np.ndarray]) -> str:
    """Return a table of texts as CSV."""
    rows = [",".join(found), *(",".join(row) for row in zip(*found.values(), strict=True))]
    return "\n".join(rows) + "\n"
