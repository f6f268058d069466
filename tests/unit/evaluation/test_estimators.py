"""The named methods: what they refuse, what they find where the truth is known, and published replications."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.lib.lalonde import lalonde
from throughcare.evaluation.balance import calibrate_threshold, judge_balance
from throughcare.evaluation.basis import automatic_basis
from throughcare.evaluation.estimators import HEADLINE, METHODS, Settings, design, estimate
from throughcare.evaluation.learners import boosted_learner
from throughcare.evaluation.overlap import judge_overlap
from throughcare.evaluation.propensity import odds_of
from throughcare.kernel.errors import RefusedInput
from throughcare.simulation.curfew_cohort import CohortPlan, invent_cohort


def invented(people: int = 4000, seed: int = 1, **plan: object):
    return invent_cohort(CohortPlan(people, **plan), rng=np.random.default_rng(seed))


def test_one_seed_is_one_cohort_and_the_truth_is_the_ratio_asked_for():
    first, second = invented(world="nonlin"), invented(world="nonlin")
    assert (first.outcomes.binary["reoffended"] == second.outcomes.binary["reoffended"]).all()
    assert first.cohort.people.tolist() == second.cohort.people.tolist()
    assert math.isclose(first.truth.ratio, 0.8)
    assert math.isclose(first.truth.frequency_ratio, 0.8)
    reoffences = first.outcomes.counts["reoffences"]
    assert ((reoffences > 0) == (first.outcomes.binary["reoffended"] > 0)).all()


@pytest.mark.parametrize("people", [60, 61, 200])
def test_a_tiny_cohort_has_both_arms(people: int):
    for seed in range(20):
        made = invented(people, seed, treated_share=0.02)
        assert 0 < made.cohort.treated.sum() < people


def test_a_hidden_trait_misleads_every_method_that_reads_the_record():
    made = invented(60_000, hidden=math.log(1.42))
    ratio = estimate("entropy_balancing", made.cohort, made.outcomes, outcome="reoffended").ratio
    assert ratio.low > 0.8


def test_means_agree_and_the_answer_is_wrong_until_curves_are_looked_at():
    made = invented(40_000, seed=2, world="nonlin")
    by = design("justice_data_lab", made.cohort)
    table = judge_balance(made.cohort, kept=by.kept, weights=by.weights)
    assert abs(table.largest(generated=False).after) < 0.05  # a green table
    assert (
        estimate("justice_data_lab", made.cohort, made.outcomes, outcome="reoffended", made=by).ratio.low
        > 0.8
    )
    threshold = calibrate_threshold(made.cohort, rng=np.random.default_rng(1)).threshold
    assert table.beyond(threshold)
    headline = estimate(HEADLINE, made.cohort, made.outcomes, outcome="reoffended").ratio
    assert headline.low < 0.8 < headline.high


@pytest.mark.parametrize("method", [name for name in METHODS if name != "cross_fitted_aipw_boosted"])
def test_every_method_but_the_plain_difference_is_near_the_truth_where_all_is_linear(method: str):
    made = invented(20_000)
    for outcome, truth in (("reoffended", made.truth.ratio), ("reoffences", made.truth.frequency_ratio)):
        effect = estimate(method, made.cohort, made.outcomes, outcome=outcome)
        away = abs(math.log(effect.ratio.estimate / truth)) / effect.ratio.standard_error
        assert away > 3 if method == "difference" else away < 3.5
        assert math.isclose(effect.difference.estimate, effect.with_mean - effect.without_mean, abs_tol=1e-12)
        assert (effect.odds_ratio is None) == (outcome == "reoffences")


def test_boosted_trees_learn_the_curve():
    pytest.importorskip("sklearn")
    made = invented(6_000, world="nonlin")
    effect = estimate("cross_fitted_aipw_boosted", made.cohort, made.outcomes, outcome="reoffended")
    assert abs(math.log(effect.ratio.estimate / 0.8)) < 3 * effect.ratio.standard_error
    assert boosted_learner(made.cohort, seed=2).columns.shape == (6_000, 29)


def test_nobody_is_expected_to_be_beyond_those_who_were_learnt_from():
    made = invented(
        5_000, seed=708, world="nonlin"
    )  # one person with 60 convictions: unbounded, 781 reoffences
    by = design(HEADLINE, made.cohort)
    assert by.plan is not None
    reoffences = made.outcomes.counts["reoffences"]
    expected = by.plan.outcome.out_of_fold(
        reoffences, among=~made.cohort.treated, family="number", folds=by.plan.folds
    )
    assert expected.max() < reoffences.max()
    effect = estimate(HEADLINE, made.cohort, made.outcomes, outcome="reoffences", made=by)
    assert effect.ratio.low < 0.8 < effect.ratio.high


def test_another_salt_deals_other_folds_and_the_same_salt_the_same():
    made = invented(1500)
    effects = [
        estimate(
            HEADLINE,
            made.cohort,
            made.outcomes,
            outcome="reoffended",
            made=design(HEADLINE, made.cohort, settings=Settings(salt=salt)),
        ).ratio.estimate
        for salt in ("a", "a", "b")
    ]
    assert effects[0] == effects[1] != effects[2]


@pytest.mark.parametrize(
    ("method", "outcome", "where"),
    [("magic", "reoffended", "method"), ("difference", "height", "outcome")],
)
def test_an_unknown_name_is_refused_with_those_there_are(method: str, outcome: str, where: str):
    made = invented(200)
    with pytest.raises(RefusedInput, match="one of") as refused:
        estimate(method, made.cohort, made.outcomes, outcome=outcome)
    assert refused.value.where == where


def test_an_outcome_that_is_not_complete_is_refused():
    made = invented(200)
    values = made.outcomes.binary["reoffended"].copy()
    values[:3] = np.nan
    outcomes = replace(made.outcomes, binary={"reoffended": values})
    with pytest.raises(RefusedInput, match="3 people whose outcome is not known"):
        estimate("difference", made.cohort, outcomes, outcome="reoffended")


def test_groups_that_are_not_alike_at_all_are_refused_or_left_unmatched():
    made = invented(400, treated_share=0.3)
    columns = dict(made.cohort.columns)
    columns["age_years"] = np.where(made.cohort.treated, 60.0, 20.0) + np.arange(400) % 7 / 10
    apart = replace(made.cohort, columns=columns)
    with pytest.raises(RefusedInput):
        design("entropy_balancing", apart)
    with pytest.raises(RefusedInput, match="within the caliper"):
        design("justice_data_lab", apart)
    by = design("inverse_probability", apart)
    assert judge_overlap(by.chance, apart.treated, weights=by.weights).nearly_sure_share > 0.9


def test_weights_are_cut_from_above_only():
    assert odds_of(np.array([1e-9]))[0] < 1e-8
    assert math.isclose(odds_of(np.array([0.9999]))[0], 99.0, rel_tol=1e-9)


def test_the_basis_of_the_invented_record_holds_squares_products_and_tenths():
    basis = automatic_basis(invented(4000).cohort)
    assert np.bincount(basis.groups).tolist() == [
        29,
        6,
        15 + 24,
        53,
    ]  # two tenths of convictions are one number
    np.testing.assert_allclose(basis.columns.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(basis.columns.std(axis=0), 1, rtol=1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("controls", "method", "published"),
    [
        ("nsw_dw", "difference", 1794.3),
        ("cps_controls", "difference", -8497.5),
        ("cps_controls", "linear_regression", 1066.4),
        ("cps_controls", "entropy_balancing", 1406.3),
        ("psid_controls", "difference", -15204.8),
        ("psid_controls", "linear_regression", 4.2),
    ],
)
def test_lalonde_to_the_first_decimal_of_the_published_replication(
    shared_data: Path, controls: str, method: str, published: float
):
    """Imbens and Xu (2024), Table B1."""
    folder = shared_data / "evaluate" / "lalonde"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine")
    cohort, outcomes = lalonde(folder, controls)
    effect = estimate(method, cohort, outcomes, outcome="re78")
    assert round(effect.difference.estimate, 1) == published
