"""Validation: published examples, edges, drift, and how fast it is."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from throughcare.risk.validation.calibration import calibration, line, observed_over_expected
from throughcare.risk.validation.cases import Scale, cases_of, too_few
from throughcare.risk.validation.discrimination import auc_interval, brier_skill
from throughcare.risk.validation.drift import (
    Limits,
    calibration_cusum,
    limits,
    monthly_stability,
    stability,
    stability_of_texts,
    worded,
)
from throughcare.risk.validation.intervals import clopper_pearson, newcombe, plain_values, wilson
from throughcare.risk.validation.performance import performance
from throughcare.risk.validation.periods import follow_up_ends


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def test_newcombe_gives_the_interval_of_his_own_example() -> None:
    found = newcombe((56, 70), (48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_exact_and_wilson_intervals_of_a_textbook_case() -> None:
    exact = clopper_pearson(3, 10)
    assert (exact.low, exact.high) == pytest.approx((0.0667, 0.6525), abs=5e-5)
    assert wilson(3, 10) == (pytest.approx(0.1078, abs=5e-5), pytest.approx(0.6032, abs=5e-5))
    assert (clopper_pearson(0, 10).low, clopper_pearson(10, 10).high) == (0.0, 1.0)
    assert math.isnan(clopper_pearson(0, 0).value)


def test_a_score_that_separates_says_so_and_keeps_an_interval() -> None:
    found = auc_interval(cases_of([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]))
    assert found.value == 1.0
    assert found.low == pytest.approx(math.sqrt(0.025))
    assert "DeLong's variance is nought" in found.method


def test_nothing_is_made_up_where_all_outcomes_are_the_same() -> None:
    found = performance(cases_of([0.2, 0.3, 0.4], [0, 0, 0]))
    assert found.calibration is not None
    for each in (found.auc, found.skill, found.calibration.slope, found.calibration.in_the_large):
        assert each is not None
        assert math.isnan(each.value)
        assert "nobody" in each.method or "same" in each.method
    assert plain_values(found)["auc"]["value"] is None


def test_one_score_for_all_has_no_slope_and_no_skill() -> None:
    cases = cases_of(np.full(200, 0.25), np.arange(200) % 4 == 0)
    assert math.isnan(line(cases)[1].value)
    assert brier_skill(cases).value == pytest.approx(0.0)
    assert observed_over_expected(cases).value == pytest.approx(1.0)
    found = calibration(cases)
    assert len(found.bins) == 1
    assert found.smooth.observed.tolist() == pytest.approx([0.25])


def test_points_are_put_in_order_and_never_calibrated() -> None:
    found = performance(cases_of([1, 5, 5, 9], [0, 1, 0, 1], scale=Scale.POINTS))
    assert found.auc.value == pytest.approx(0.875)
    assert (found.brier, found.calibration) == (None, None)


def test_sure_scores_and_few_events_are_cautioned() -> None:
    found = performance(cases_of([0.0, 1.0, 0.3, 0.4], [0, 1, 1, 0]))
    assert found.calibration is not None
    assert found.calibration.at_edges == 2
    assert len(found.cautions) == 2


@pytest.mark.parametrize(
    ("score", "happened", "weight"),
    [([0.5], [1, 0], None), ([math.nan], [1], None), ([1.5], [1], None), ([0.5], [1], [-1.0])],
)
def test_cases_that_make_no_sense_are_refused(score: list, happened: list, weight: list | None) -> None:
    with pytest.raises(ValueError, match=r"score|probability|weight"):
        cases_of(score, happened, weight=weight)


def test_too_few_are_refused_in_words() -> None:
    cases = cases_of(np.linspace(0.1, 0.9, 250), np.arange(250) < 99)
    found = too_few(cases)
    assert found is not None
    assert found.found == "99 and 151"
    assert too_few(cases, least=99) is None


def test_a_hundred_thousand_people_take_under_two_seconds() -> None:
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, 100_000)
    cases = cases_of(score, rng.random(100_000) < score)
    began = time.process_time()
    found = performance(cases)
    assert time.process_time() - began < 2.0
    assert found.people == 100_000


def test_a_follow_up_of_months_ends_on_a_day_that_exists() -> None:
    started = np.array(["2024-01-31", "2024-02-29", "2023-12-15"], dtype="datetime64[D]")
    assert follow_up_ends(started, horizon_months=1).astype(str).tolist() == [
        "2024-02-29",
        "2024-03-29",
        "2024-01-15",
    ]
    assert follow_up_ends(started, horizon_months=12).astype(str).tolist()[1] == "2025-02-28"


def test_stability_equals_its_sum_and_chance_stays_under_its_limit() -> None:
    first, second = np.array(["a"] * 40 + ["b"] * 60), np.array(["a"] * 60 + ["b"] * 40)
    p, q = np.array([40.5, 60.5]) / 101, np.array([60.5, 40.5]) / 101
    assert stability_of_texts(first, second).value == pytest.approx(float(np.sum((q - p) * np.log(q / p))))
    rng = np.random.default_rng(5)
    found = [stability(rng.random(3_000), rng.random(400)) for _ in range(400)]
    assert np.mean([each.value for each in found]) == pytest.approx(found[0].by_chance, rel=0.1)
    assert 0.02 <= np.mean([each.changed for each in found]) <= 0.08


def test_a_changed_month_shows_and_a_small_one_is_left_out() -> None:
    rng = np.random.default_rng(6)
    started = np.repeat(
        np.array(["2024-01-10", "2024-02-10", "2024-03-10"], dtype="datetime64[D]"), (500, 300, 10)
    )
    score = np.concatenate([rng.beta(2, 5, 500), rng.beta(5, 2, 300), rng.random(10)])
    found = monthly_stability(score, started, reference=np.arange(810) < 500)
    assert [month for month, _ in found] == ["2024-02"]
    assert found[0][1].changed


def test_alarm_limits_have_the_run_length_that_they_promise() -> None:
    rng = np.random.default_rng(7)
    score = rng.beta(2, 5, 2_000)
    found = limits(score, people_a_month=150, rng=rng, target_months=60, runs=400)
    assert found.low <= 62
    assert found.high >= 58
    assert found.months_to_notice < 12
    assert found.false_alarms_a_year == pytest.approx(12 / found.run_length_months)


def test_a_case_enters_only_when_its_follow_up_is_over() -> None:
    started = np.array(["2024-01-10", "2024-01-20", "2024-02-10", "2024-03-05"], dtype="datetime64[D]")
    score, happened = np.full(4, 0.5), np.array([True, False, True, True])
    within = Limits(99.0, 99.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    found = calibration_cusum(
        score, happened, started, horizon_months=12, known_until=day("2025-02-15"), within=within
    )
    assert [(each.month, each.people, each.events) for each in found] == [
        ("2025-01", 2, 1),
        ("2025-02", 1, 1),
    ]
    assert found[0].above == pytest.approx(max(0.0, math.log(1.25) - 2 * math.log(1.125)))
    nobody = calibration_cusum(
        score, happened, started, horizon_months=12, known_until=day("2024-12-31"), within=within
    )
    assert nobody == ()
    assert "nothing can be said" in worded(nobody)


def test_what_happens_to_cases_under_way_changes_nothing() -> None:
    rng = np.random.default_rng(8)
    started = day("2023-01-01") + rng.integers(0, 700, 500)
    score = rng.random(500)
    happened = rng.random(500) < score
    within = Limits(3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    until = day("2024-10-01")
    found = calibration_cusum(score, happened, started, horizon_months=12, known_until=until, within=within)
    under_way = follow_up_ends(started, horizon_months=12) > until
    other = calibration_cusum(
        score, happened ^ under_way, started, horizon_months=12, known_until=until, within=within
    )
    assert under_way.any()
    assert found == other


@pytest.mark.parametrize(("true_odds", "side"), [(2.0, "more"), (0.5, "fewer")])
def test_drift_of_either_kind_is_noticed_and_worded(true_odds: float, side: str) -> None:
    rng = np.random.default_rng(9)
    score = rng.beta(2, 5, 6_000)
    odds = true_odds * score / (1 - score)
    happened = rng.random(6_000) < odds / (1 + odds)
    started = day("2022-01-01") + np.arange(6_000) // 10
    within = limits(score, people_a_month=300, rng=rng, target_months=60, runs=200)
    found = calibration_cusum(
        score, happened, started, horizon_months=6, known_until=day("2025-01-01"), within=within
    )
    assert {each.alarm for each in found if each.alarm} == {side}
    assert side in worded(found)
