"""Examiners: case by case, beside linearmodels, and what cannot be an instrument."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lib.slow_designs import leniency_one_by_one
from throughcare.evaluation.examiner import (
    Rota,
    assignment_check,
    examiner_effect,
    first_stage_by_group,
    leniency,
    usable_cases,
)
from throughcare.evaluation.ratio_sets import SetKind, ratio_set
from throughcare.kernel.errors import RefusedInput


def drawn(seed: int = 3) -> tuple[Rota, np.ndarray]:
    rng = np.random.default_rng(seed)
    examiner = np.repeat(np.arange(12), 30)
    stratum = examiner % 3
    lean = rng.normal(0, 0.8, 12)
    u = rng.normal(size=360)
    tagged = (lean[examiner] + 0.5 * u + rng.normal(size=360)) > 0
    outcome = (rng.random(360) < np.clip(0.45 + 0.1 * u - 0.15 * tagged, 0, 1)).astype(float)
    return Rota(examiner, stratum, tagged), outcome


def larger(
    seed: int, *, spread: float = 0.5, examiners: int = 40, cases: int = 100
) -> tuple[Rota, np.ndarray]:
    rng = np.random.default_rng(seed)
    examiner = np.repeat(np.arange(examiners), cases)
    u = rng.normal(size=len(examiner))
    tagged = (rng.normal(0, spread, examiners)[examiner] + 0.5 * u + rng.normal(size=len(u))) > 0
    outcome = 0.5 * u - 0.2 * tagged + rng.normal(size=len(u))
    return Rota(examiner, examiner % 5, tagged), outcome


def test_leniency_equals_taking_each_case_away() -> None:
    rng = np.random.default_rng(2)
    examiner, stratum = rng.integers(0, 6, 150), rng.integers(0, 3, 150)
    tagged = rng.random(150) < 0.4
    slow = leniency_one_by_one(examiner.tolist(), stratum.tolist(), tagged.tolist())
    assert leniency(Rota(examiner, stratum, tagged)) == pytest.approx(slow, abs=1e-12)


def test_estimate_equals_linearmodels() -> None:
    # linearmodels 7.1, IV2SLS with court dummies, clustered by examiner: -0.100849, error 0.055085 without any
    # correction for few examiners; ours has one, so it is larger
    rota, outcome = drawn()
    found = examiner_effect(rota, outcome)
    assert found.effect.estimate == pytest.approx(-0.10084904969868624, abs=1e-10)
    assert 0.055085 < found.effect.standard_error < 0.055085 * 1.6
    assert (found.cases, found.examiners, found.strata) == (360, 12, 3)


def test_the_pull_of_an_examiner_is_that_of_leaving_them_out() -> None:
    rota, outcome = drawn()
    found = examiner_effect(rota, outcome)
    z = leniency(rota)
    squares = 0.0

    def slope(kept: np.ndarray) -> tuple[float, float]:
        centred = []
        for column in (z, rota.tagged.astype(float)):
            part = column[kept].copy()
            for court in range(3):
                inside = rota.stratum[kept] == court
                part[inside] -= part[inside].mean()
            centred.append(part)
        return float(centred[0] @ centred[1] / (centred[0] @ centred[0])), float(centred[0] @ centred[0])

    whole, moved = slope(np.ones(360, dtype=bool))
    for examiner in range(12):
        without, left = slope(rota.examiner != examiner)
        squares += (without - whole) ** 2 * left / moved
    assert found.first_stage.standard_error == pytest.approx(math.sqrt(squares), rel=1e-9)


def test_the_allowed_set_is_where_the_test_does_not_reject() -> None:
    rota, outcome = larger(1)
    found = examiner_effect(rota, outcome)
    assert found.allowed.kind is SetKind.INTERVAL
    for effect in (found.allowed.low, found.allowed.high):
        left = examiner_effect(rota, outcome - effect * rota.tagged).reduced_form
        assert min(abs(left.low), abs(left.high)) == pytest.approx(0.0, abs=1e-8)
    assert not found.is_weak


def test_covariates_make_it_sharper_and_do_not_move_it_far() -> None:
    rota, outcome = larger(4)
    rng = np.random.default_rng(9)
    known = 2.0 * rng.normal(size=len(outcome))
    plain = examiner_effect(rota, outcome + known)
    better = examiner_effect(rota, outcome + known, covariates=known[:, None])
    assert better.effect.standard_error < 0.8 * plain.effect.standard_error
    assert better.effect.estimate == pytest.approx(examiner_effect(rota, outcome).effect.estimate, abs=0.02)


def test_examiners_who_hardly_differ_are_a_weak_instrument() -> None:
    rota, outcome = larger(2, spread=0.0)
    found = examiner_effect(rota, outcome)
    assert found.is_weak
    assert found.allowed.kind is not SetKind.INTERVAL


def test_monotonicity_is_shown_by_group_and_its_breach_is_found() -> None:
    rota, _ = larger(3)
    group = np.arange(len(rota.tagged)) % 2 == 0
    stages = first_stage_by_group(rota, {"men": group, "women": ~group})
    assert all(stage.first_stage.low > 0 and stage.wrong_way_p > 0.9 for stage in stages)
    reversed_tags = np.where(group, ~rota.tagged, rota.tagged)
    broken = first_stage_by_group(
        Rota(rota.examiner, rota.stratum, reversed_tags), {"men": group, "women": ~group}
    )
    assert all(stage.wrong_way_p < 0.05 for stage in broken)


def test_assignment_by_chance_passes_and_steering_is_found() -> None:
    rota, _ = larger(5)
    rng = np.random.default_rng(4)
    chance = rng.normal(size=(len(rota.tagged), 4))
    assert assignment_check(rota, chance).p_value > 0.05
    steered = chance.copy()
    steered[:, 2] += 3.0 * leniency(rota)
    assert assignment_check(rota, steered).p_value < 0.01


def test_cases_that_cannot_be_compared_are_counted_by_reason() -> None:
    rota, _ = drawn()
    examiner = np.concatenate(
        [rota.examiner, np.full(5, 50), np.full(25, 51), np.full(25, 52), np.full(25, 53)]
    )
    stratum = np.concatenate([rota.stratum, np.full(5, 0), np.full(25, 8), np.full(50, 9)])
    tagged = np.concatenate([rota.tagged, np.ones(5), np.arange(25) % 2, np.ones(50)]).astype(bool)
    found = usable_cases(Rota(examiner, stratum, tagged))
    assert (found.few_cases, found.one_examiner, found.all_alike) == (5, 25, 50)
    assert found.kept.sum() == 360


@pytest.mark.parametrize(
    ("examiner", "stratum", "word"),
    [
        (np.zeros(100, int), np.zeros(100, int), "found 0 .*100 of strata with one examiner"),
        (np.arange(100) % 4, np.zeros(100, int), "found 4"),
        (np.arange(100) % 20, np.zeros(100, int), "100 cases of examiners with too few"),
    ],
)
def test_too_few_examiners_are_refused(examiner: np.ndarray, stratum: np.ndarray, word: str) -> None:
    rota = Rota(examiner, stratum, np.arange(100) % 3 == 0)
    with pytest.raises(RefusedInput, match=word):
        usable_cases(rota)


def test_unusable_cases_and_outcomes_are_refused() -> None:
    rota, outcome = drawn()
    with pytest.raises(RefusedInput, match="1 cases without one"):
        examiner_effect(rota, np.append(outcome[:-1], np.nan))
    alone = Rota(rota.examiner, rota.examiner, rota.tagged)
    with pytest.raises(RefusedInput, match="usable cases"):
        examiner_effect(alone, outcome)
    none = Rota(rota.examiner, rota.stratum, np.zeros(360, dtype=np.bool_))
    with pytest.raises(RefusedInput, match="examiners who differ"):
        examiner_effect(none, outcome)
    few = np.arange(360) < 90
    with pytest.raises(RefusedInput, match="group young"):
        first_stage_by_group(rota, {"young": few})


def test_the_three_forms_of_a_set_of_ratios() -> None:
    strong = ratio_set(above=-0.1, below=0.5, variances=(0.001, 0.001), covariance=0.0, critical=1.96)
    assert strong.kind is SetKind.INTERVAL
    assert strong.holds(-0.2)
    assert not strong.holds(0.3)
    outside = ratio_set(above=-1.0, below=0.05, variances=(0.001, 0.01), covariance=0.0, critical=1.96)
    assert outside.kind is SetKind.OUTSIDE
    assert outside.holds(-20.0)
    assert outside.holds(20.0)
    assert not outside.holds(0.0)
    nothing = ratio_set(above=0.01, below=0.01, variances=(0.1, 0.1), covariance=0.0, critical=1.96)
    assert nothing.kind is SetKind.EVERYTHING
    assert nothing.holds(1e6)
