"""The leak detector: what is declared late, dated late, or lets the days of follow-up be worked out."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.columns import Column, Form, Measured, Table, TableSpec, Use, code_table
from throughcare.risk.models.leaks import (
    LeakKind,
    dated_leaks,
    declared_leaks,
    find_leaks,
    recovered_days,
    refuse,
    telling_when,
    without_features,
)

PRIORS = Column(name="priors", label="earlier arrests", levels=("0", "1", "2", "3"), measured=Measured.BEFORE)
EMPLOYED = Column(
    name="employed",
    label="share of days employed",
    form=Form.NUMBER,
    cuts=(0.1, 0.3, 0.5, 0.7, 0.9),
    measured=Measured.BEFORE,
)
JOBS = Column(
    name="jobs", label="jobs a year", form=Form.NUMBER, cuts=(0.5, 1.0, 2.0), measured=Measured.BEFORE
)
OUTCOMES = tuple(Column(name=name, label=name, use=Use.OUTCOME) for name in ("y1", "y2"))


def described(*features: Column, predicted_on: str | None = None) -> TableSpec:
    return TableSpec(
        name="released",
        columns=(*features, *OUTCOMES),
        outcomes=("y1", "y2"),
        period_words=("the first year", "the second year"),
        predicted_on=predicted_on,
    )


def followed_up(count: int = 3_000) -> dict[str, np.ndarray]:
    """Return people whose share of days employed and jobs a year were counted until the event or 730 days."""
    rng = np.random.default_rng(4)
    days = np.where(rng.random(count) < 0.6, rng.integers(40, 730, count), 730)
    worked = (days * rng.random(count)).astype(int)
    jobs = rng.integers(1, 5, count)
    return {
        "priors": rng.integers(0, 4, count).astype(str),
        "employed": np.array([f"{value:.9f}" for value in worked / days]),
        "jobs": np.array([f"{value:.9f}" for value in jobs / days * 365.25]),
        "y1": ((days < 365) * 1).astype(str),
        "y2": (((days >= 365) & (days < 730)) * 1).astype(str),
    }


def coded(texts: dict[str, np.ndarray], spec: TableSpec) -> Table:
    table, problems = code_table(texts, spec=spec)
    assert problems == ()
    return table


def test_features_that_are_measured_late_or_nobody_knows_when_are_named() -> None:
    late = Column(name="late", label="late", levels=("a",), measured=Measured.AFTER)
    unknown = Column(name="unknown", label="unknown", levels=("a",))
    found = declared_leaks(described(PRIORS, late, unknown))
    assert [(leak.kind, leak.columns) for leak in found] == [
        (LeakKind.MEASURED_AFTER, ("late",)),
        (LeakKind.NOT_KNOWN_WHEN, ("unknown",)),
    ]


def test_a_row_that_was_measured_after_its_own_prediction_is_found() -> None:
    dated = Column(
        name="score", label="score", levels=("0", "1"), measured=Measured.BEFORE, measured_on="scored"
    )
    texts = {
        "score": ["0", "1", "1", "0"],
        "scored": ["2025-01-31", "2025-02-01", "2025-02-02", "never"],
        "released": ["2025-02-01"] * 4,
    }
    found = dated_leaks(texts, spec=described(dated, predicted_on="released"))
    assert [leak.kind for leak in found] == [LeakKind.DATED_AFTER, LeakKind.NOT_KNOWN_WHEN]
    assert "1 rows (first: row 3)" in found[0].words
    assert "row 4" in found[1].words


def test_days_of_measurement_without_days_of_prediction_are_no_proof() -> None:
    dated = Column(name="s", label="s", levels=("0",), measured=Measured.BEFORE, measured_on="scored")
    found = dated_leaks({"s": ["0"], "scored": ["2025-01-01"]}, spec=described(dated))
    assert [leak.kind for leak in found] == [LeakKind.NOT_KNOWN_WHEN]


def test_the_days_of_follow_up_are_recovered_from_whole_number_ratios() -> None:
    leak = recovered_days(followed_up(), columns=(EMPLOYED, JOBS), most_days=730)
    assert leak is not None
    assert set(leak.columns) == {"employed", "jobs"}
    assert leak.measure > 0.95


def test_ratios_that_were_known_before_give_no_days_away() -> None:
    rng = np.random.default_rng(5)
    texts = {
        "employed": np.array([f"{value:.9f}" for value in rng.random(2_000)]),
        "jobs": np.array([f"{a / b:.9f}" for a, b in rng.integers(1, 8, (2_000, 2))]),
    }
    assert recovered_days({"employed": texts["employed"]}, columns=(EMPLOYED,), most_days=730) is None


def test_numbers_with_few_decimals_tell_nothing() -> None:
    rng = np.random.default_rng(5)
    texts = {"employed": np.array([f"{value:.2f}" for value in rng.random(2_000)])}
    assert recovered_days(texts, columns=(EMPLOYED,), most_days=730) is None


def test_inputs_that_tell_when_and_not_whether_are_found() -> None:
    rng = np.random.default_rng(6)
    days = rng.integers(1, 730, 3_000)
    tests = Column(
        name="tests",
        label="drug tests",
        form=Form.NUMBER,
        cuts=(5.0, 10.0, 15.0, 20.0),
        measured=Measured.BEFORE,
    )
    texts = {
        "tests": np.array([str(value) for value in days // 30]),
        "y1": ((days < 365) * 1).astype(str),
        "y2": ((days >= 365) * 1).astype(str),
    }
    leak = telling_when(coded(texts, described(tests)), rng=rng)
    assert leak is not None
    assert leak.columns == ("tests",)
    assert leak.measure > 0.95
    texts["tests"] = rng.integers(0, 25, 3_000).astype(str)
    assert telling_when(coded(texts, described(tests)), rng=rng) is None


def test_every_test_runs_and_a_refusal_names_every_column() -> None:
    texts = followed_up()
    late = Column(name="priors", label="p", levels=("0", "1", "2", "3"), measured=Measured.AFTER)
    table = coded(texts, described(late, EMPLOYED, JOBS))
    leaks = find_leaks(texts, table=table, most_days=730, rng=np.random.default_rng(1))
    with pytest.raises(RefusedInput, match=r"Take out priors, .*(employed|jobs)"):
        refuse(leaks, where="table.csv")
    refuse((), where="table.csv")


def test_features_that_are_set_aside_are_no_longer_read() -> None:
    spec = without_features(described(PRIORS, EMPLOYED), ["employed"])
    assert [column.name for column in spec.features] == ["priors"]
