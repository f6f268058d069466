"""Balancing balances or refuses; folds follow the person; regressions equal the plain formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.evaluation.balance import distribution_gap, judge_balance
from throughcare.evaluation.balancing import LARGEST_DIFFERENCE, balance_entropy
from throughcare.evaluation.basis import MAIN, Basis, automatic_basis, independent_columns, main_basis
from throughcare.evaluation.estimators import METHODS, design, estimate
from throughcare.evaluation.folds import deal_folds, person_hashes
from throughcare.evaluation.regression import fit, mean_of, without_folds
from throughcare.kernel.errors import RefusedInput
from throughcare.simulation.curfew_cohort import CohortPlan, InventedCohort, invent_cohort

SEEDS = st.integers(0, 2**32 - 1)
QUICK = tuple(name for name in METHODS if name != "cross_fitted_aipw_boosted")


def cohort_of(seed: int, people: int = 900) -> InventedCohort:
    return invent_cohort(CohortPlan(people, "nonlin"), rng=np.random.default_rng(seed))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, people=st.integers(300, 1500))
def test_balancing_balances_every_column_or_refuses(seed: int, people: int):
    made = cohort_of(seed, people)
    for basis in (main_basis(made.cohort), automatic_basis(made.cohort)):
        try:
            found = balance_entropy(basis, made.cohort.treated)
        except RefusedInput:
            continue
        weights, treated = found.weights, made.cohort.treated
        gap = basis.columns[treated].mean(axis=0) - weights @ basis.columns / weights.sum()
        assert np.abs(gap).max() < LARGEST_DIFFERENCE
        assert (weights >= 0).all()
        assert (weights[treated] == 0).all()
        np.testing.assert_allclose(weights.sum(), treated.sum())


def test_balancing_refuses_treated_people_beyond_everybody_in_words():
    treated = np.array([True] * 5 + [False] * 50)
    column = np.where(treated, 10.0, np.linspace(-1, 1, 55))
    basis = Basis(np.stack([np.ones(55), column], axis=1), ("age",), np.array([MAIN], dtype=np.int8))
    with pytest.raises(RefusedInput, match="column 'age'"):
        balance_entropy(basis, treated)


def test_balancing_refuses_a_mix_of_columns_that_nobody_reaches():
    rng = np.random.default_rng(5)
    treated = np.arange(400) < 40
    first = np.where(treated, 0.9, rng.uniform(-1, 1, 400))
    second = np.where(treated, -0.9, first + rng.normal(0, 0.05, 400))  # each within reach, not both
    basis = Basis(np.stack([np.ones(400), first, second], axis=1), ("a", "b"), np.zeros(2, dtype=np.int8))
    with pytest.raises(RefusedInput, match="no weights remove"):
        balance_entropy(basis, treated)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_folds_follow_the_person_and_not_the_order(seed: int):
    rng = np.random.default_rng(seed)
    people = np.char.add("person ", rng.permutation(500).astype(np.str_))
    treated = rng.random(500) < 0.2
    folds = deal_folds(people, treated, salt="a")
    order = rng.permutation(500)
    again = deal_folds(people[order], treated[order], salt="a")
    assert (again.block == folds.block[order]).all()
    assert (again.fold_of_block == folds.fold_of_block).all()
    fold = folds.fold_of_block[:, folds.block]
    for repeat in fold:
        for arm in (treated, ~treated):
            sizes = np.bincount(repeat[arm], minlength=5)
            assert sizes.max() - sizes.min() <= len(np.unique(folds.block)) // 5
    assert (deal_folds(people, treated, salt="b").block != folds.block).any()


def test_people_with_equal_beginnings_have_hashes_of_their_own():
    people = np.array(["a", "aa", "b", "ab", "ba", "é", ""])
    wide = people.astype("<U40")
    assert len(np.unique(person_hashes(people, salt="s"))) == len(people)
    assert (person_hashes(people, salt="s") == person_hashes(wide, salt="s")).all()


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, family=st.sampled_from(["rate", "number"]))
def test_a_fit_without_a_fold_is_the_fit_of_the_others(seed: int, family: str):
    made = cohort_of(seed, 600)
    basis = automatic_basis(made.cohort)
    target = made.outcomes.binary["reoffended"] if family == "rate" else made.outcomes.counts["reoffences"]
    design_matrix, weights = basis.design, (~made.cohort.treated).astype(np.float64)
    whole = fit(design_matrix, target, groups=basis.groups, family=family, weights=weights)
    ends = np.array([150, 300, 450, 600])
    held_out = np.eye(4, dtype=np.bool_)
    found = without_folds(whole, design_matrix, target, weights=weights, ends=ends, held_out=held_out)
    for fold, end in enumerate(ends):
        others = weights.copy()
        others[end - 150 : end] = 0.0
        mean = mean_of(design_matrix @ found[:, fold], whole.family)
        slope = design_matrix.T @ (others * (target - mean)) / whole.dispersion
        slope -= whole.shrinkage * found[:, fold]
        curve = mean * (1 - mean) if family == "rate" else mean
        curvature = design_matrix.T @ (design_matrix * (others * curve / whole.dispersion)[:, None])
        curvature += np.diag(whole.shrinkage + 1e-12)
        left = design_matrix @ np.linalg.solve(curvature, slope)
        assert (
            np.sqrt(np.mean(left**2)) < 0.05
        )  # of a linear predictor: where the true fit would still move it


def test_plain_regression_solves_its_own_equations():
    made = cohort_of(3)
    basis = main_basis(made.cohort)
    treated = made.cohort.treated.astype(np.float64)
    fitted = fit(basis.design, treated, groups=basis.groups, shrink=False)
    score = basis.design.T @ (treated - fitted.predict(basis.design))
    assert np.abs(score).max() < 1e-3


def test_a_column_that_others_say_already_is_left_out():
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(500, 3))
    both = np.concatenate([columns, columns[:, :1] + columns[:, 1:2], np.zeros((500, 1)), columns**2], axis=1)
    both = (both - both.mean(axis=0)) / np.maximum(both.std(axis=0), 1e-9)
    assert independent_columns(both.T @ both / 500).tolist() == [0, 1, 2, 5, 6, 7]


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_people_changes_no_effect(seed: int):
    made = cohort_of(seed)
    order = np.random.default_rng(seed).permutation(len(made.cohort))
    cohort = made.cohort.rows(order)
    outcomes = replace(
        made.outcomes,
        binary={"reoffended": made.outcomes.binary["reoffended"][order]},
        counts={"reoffences": made.outcomes.counts["reoffences"][order]},
    )
    for method in QUICK:
        for outcome in ("reoffended", "reoffences"):
            try:
                here = estimate(method, made.cohort, made.outcomes, outcome=outcome)
            except RefusedInput:
                continue
            there = estimate(method, cohort, outcomes, outcome=outcome)
            np.testing.assert_allclose(there.ratio.estimate, here.ratio.estimate, rtol=1e-5)
            np.testing.assert_allclose(there.ratio.standard_error, here.ratio.standard_error, rtol=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_design_never_counts_the_treated_as_comparison(seed: int):
    made = cohort_of(seed)
    for method in QUICK:
        try:
            by = design(method, made.cohort)
        except RefusedInput:
            continue
        assert (by.weights[made.cohort.treated] == 0).all()
        assert not by.kept[~made.cohort.treated].any()
        np.testing.assert_allclose(by.weights.sum(), by.kept.sum(), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, values=st.integers(1, 30))
def test_the_gap_of_two_distributions_is_the_largest_over_every_value(seed: int, values: int):
    rng = np.random.default_rng(seed)
    column = rng.integers(0, values, 80).astype(np.float64)
    kept = rng.random(80) < 0.4
    kept[0], kept[1] = True, False
    weights = np.where(kept, 0.0, rng.random(80))
    slow = max(
        abs((column[kept] <= value).mean() - weights[column <= value].sum() / weights.sum())
        for value in column
    )
    np.testing.assert_allclose(distribution_gap(column, kept=kept, weights=weights), slow, atol=1e-12)


def test_a_table_of_balance_is_the_plain_formula():
    made = cohort_of(11)
    treated = made.cohort.treated
    by = design("justice_data_lab", made.cohort)
    table = judge_balance(made.cohort, kept=by.kept, weights=by.weights)
    age = made.cohort.columns["age_years"]
    spread = np.sqrt((age[treated].var() + age[~treated].var()) / 2)
    row = next(row for row in table.rows if row.name == "age in years")
    np.testing.assert_allclose(row.before, (age[treated].mean() - age[~treated].mean()) / spread, rtol=1e-9)
    after = age[by.kept].mean() - np.average(age, weights=by.weights)
    np.testing.assert_allclose(row.after, after / spread, rtol=1e-6)
    assert {row.kind for row in table.rows} == {"covariate", "square", "product", "bin"}
    largest = table.largest(generated=True)
    assert largest is not None
    assert all(abs(row.after) <= abs(largest.after) for row in table.rows if row.kind != "covariate")
    assert largest in table.beyond(abs(largest.after) - 1e-9)
