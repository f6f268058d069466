"""Laws of validation: equal to slow references, and true whatever the scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.lib.slow_validation import auc_by_pairs, binomial_tail, delong_variance
from throughcare.risk.validation.calibration import (
    bins_of,
    calibration,
    in_the_large,
    line,
    log_odds,
    observed_over_expected,
)
from throughcare.risk.validation.cases import Cases, cases_of
from throughcare.risk.validation.discrimination import (
    auc,
    auc_difference,
    auc_error,
    auc_interval,
    brier_interval,
    brier_skill,
)
from throughcare.risk.validation.drift import stability_of_counts
from throughcare.risk.validation.intervals import clopper_pearson, newcombe, wilson
from throughcare.risk.validation.performance import performance
from throughcare.risk.validation.periods import is_complete, split_in_time

hundredths = st.integers(1, 99).map(lambda number: number / 100.0)


@st.composite
def some_cases(draw: st.DrawFn, *, least: int = 4, weighted: bool = False) -> Cases:
    n = draw(st.integers(least, 40))
    score = draw(st.lists(hundredths, min_size=n, max_size=n))
    happened = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    assume(1 < sum(happened) < n - 1)
    weight = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)) if weighted else None
    return cases_of(score, happened, weight=weight)


def invented(n: int, seed: int) -> Cases:
    """People whose probabilities are right."""
    rng = np.random.default_rng(seed)
    score = rng.beta(2.0, 5.0, n)
    return cases_of(score, rng.random(n) < score)


@given(some_cases())
def test_the_auc_is_the_share_of_pairs_in_order(cases: Cases) -> None:
    assert auc(cases) == pytest.approx(auc_by_pairs(cases.score.tolist(), cases.happened.tolist()))


@given(some_cases())
def test_delong_equals_its_structural_components(cases: Cases) -> None:
    slow = delong_variance(cases.score.tolist(), cases.happened.tolist())
    assert auc_error(cases) ** 2 == pytest.approx(slow, abs=1e-12)


@given(some_cases(weighted=True))
def test_the_other_outcome_by_the_other_score_is_as_well_told(cases: Cases) -> None:
    other = cases_of(1.0 - cases.score, ~cases.happened, weight=cases.weight)
    assert auc(other) == pytest.approx(auc(cases))
    assert brier_interval(other).value == pytest.approx(brier_interval(cases).value)
    assert auc(cases_of(1.0 - cases.score, cases.happened, weight=cases.weight)) == pytest.approx(
        1 - auc(cases)
    )


@given(some_cases(weighted=True))
def test_a_weight_of_three_is_three_people(cases: Cases) -> None:
    times = cases.weights.astype(int)
    repeated = cases_of(np.repeat(cases.score, times), np.repeat(cases.happened, times))
    for measure in (
        auc,
        lambda each: brier_interval(each).value,
        lambda each: brier_skill(each).value,
        lambda each: observed_over_expected(each).value,
        lambda each: in_the_large(each).value,
    ):
        assert measure(cases) == pytest.approx(measure(repeated), rel=1e-6, abs=1e-8)


@given(some_cases())
def test_no_order_of_the_people_changes_anything(cases: Cases) -> None:
    turned = cases_of(cases.score[::-1], cases.happened[::-1])
    assert auc_interval(turned).low == pytest.approx(auc_interval(cases).low, nan_ok=True)
    assert calibration(turned).error == pytest.approx(calibration(cases).error)


@given(some_cases())
def test_an_interval_holds_its_value(cases: Cases) -> None:
    found = performance(cases)
    assert found.calibration is not None
    for each in (found.auc, found.brier, found.base_rate, found.calibration.ratio):
        assert each is not None
        assert each.low <= each.value <= each.high
    for each in found.calibration.bins:
        assert each.observed.low - 1e-12 <= each.observed.value <= each.observed.high + 1e-12


@given(st.integers(0, 30), st.integers(1, 30))
def test_the_exact_interval_leaves_its_tails(happened: int, n: int) -> None:
    assume(happened <= n)
    found = clopper_pearson(happened, n)
    if happened:
        assert binomial_tail(happened, n, found.low) == pytest.approx(0.025, abs=1e-8)
    if happened < n:
        assert 1 - binomial_tail(happened + 1, n, found.high) == pytest.approx(0.025, abs=1e-8)
    low, high = wilson(happened, n)
    assert 0.0 <= low <= happened / n <= high <= 1.0


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
def test_a_difference_turned_round_is_its_mirror(a: int, m: int, b: int, n: int) -> None:
    assume(a <= m and b <= n)
    one, two = newcombe((a, m), (b, n)), newcombe((b, n), (a, m))
    assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))


@given(some_cases(), st.integers(1, 12))
def test_equal_scores_are_never_parted_by_bins(cases: Cases, bins: int) -> None:
    found = bins_of(cases.score, bins)
    assert len(np.unique(found)) <= bins
    assert all(len(np.unique(found[cases.score == score])) == 1 for score in np.unique(cases.score))
    assert np.all(np.diff(found[np.argsort(cases.score, kind="stable")]) >= 0)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=9))
def test_stability_is_not_below_nought_and_the_same_from_both_sides(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    assume(first.sum() and second.sum())
    found = stability_of_counts(first, second)
    assert found.value >= -1e-12
    assert found.value == pytest.approx(stability_of_counts(second, first).value)
    assert stability_of_counts(first, first).value == 0.0


@given(
    st.lists(st.integers(0, 2_000), min_size=1, max_size=30),
    st.integers(0, 2_000),
    st.integers(0, 2_500),
    st.integers(1, 36),
)
def test_everybody_is_on_one_side_of_the_split_and_only_when_complete(
    days: list[int], split: int, known: int, months: int
) -> None:
    started = np.array(days, dtype="datetime64[D]")
    split_at, known_until = np.datetime64(split, "D"), np.datetime64(known, "D")
    found = split_in_time(started, split_at=split_at, horizon_months=months, known_until=known_until)
    sides = found.development.astype(int) + found.trial + found.under_way
    assert np.all(sides == 1)
    complete = is_complete(started, horizon_months=months, known_until=known_until)
    assert not np.any((found.development | found.trial) & ~complete)
    assert np.all(started[found.trial] >= split_at)
    assert np.all(is_complete(started[found.development], horizon_months=months, known_until=split_at))


def test_delong_agrees_with_a_bootstrap() -> None:
    cases = invented(600, seed=4)
    rng = np.random.default_rng(9)
    drawn = []
    for _ in range(800):
        rows = rng.integers(0, len(cases), len(cases))
        drawn.append(auc(Cases(cases.score[rows], cases.happened[rows])))
    assert auc_error(cases) == pytest.approx(float(np.std(drawn)), rel=0.08)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert auc_interval(cases).low == pytest.approx(low, abs=0.008)
    assert auc_interval(cases).high == pytest.approx(high, abs=0.008)


def test_the_difference_of_two_scores_of_the_same_people_agrees_with_a_bootstrap() -> None:
    cases = invented(500, seed=5)
    rng = np.random.default_rng(2)
    other = Cases(np.clip(cases.score + rng.normal(0, 0.1, len(cases)), 0, 1), cases.happened)
    drawn = []
    for _ in range(600):
        rows = rng.integers(0, len(cases), len(cases))
        drawn.append(
            auc(Cases(cases.score[rows], cases.happened[rows]))
            - auc(Cases(other.score[rows], other.happened[rows]))
        )
    found = auc_difference(cases, other)
    assert (found.high - found.low) / 3.92 == pytest.approx(float(np.std(drawn)), rel=0.1)


def test_intervals_of_calibration_cover_as_they_say() -> None:
    hits = {"slope": 0, "intercept": 0, "large": 0, "ratio": 0, "auc": 0, "skill": 0}
    rounds = 300
    truth = auc(invented(200_000, seed=1))
    skill = brier_skill(invented(200_000, seed=2)).value
    for seed in range(rounds):
        cases = invented(400, seed=100 + seed)
        intercept, slope = line(cases)
        hits["slope"] += slope.contains(1.0)
        hits["intercept"] += intercept.contains(0.0)
        hits["large"] += in_the_large(cases).contains(0.0)
        hits["ratio"] += observed_over_expected(cases).contains(1.0)
        hits["auc"] += auc_interval(cases).contains(truth)
        hits["skill"] += brier_skill(cases).contains(skill)
    assert all(number / rounds >= 0.915 for number in hits.values()), hits


def test_a_stretched_score_has_the_slope_that_undoes_it() -> None:
    cases = invented(50_000, seed=3)
    stretched = 1.0 / (1.0 + np.exp(-2.0 * log_odds(cases.score)))
    slope = line(Cases(stretched, cases.happened))[1]
    assert slope.contains(0.5 * line(cases)[1].value)


def test_a_weighted_ratio_varies_as_its_interval_says() -> None:
    rng = np.random.default_rng(6)
    hits = 0
    for seed in range(200):
        cases = invented(300, seed=seed)
        weighted = cases_of(cases.score, cases.happened, weight=rng.integers(1, 5, 300))
        hits += observed_over_expected(weighted).contains(1.0)
    assert hits >= 180
