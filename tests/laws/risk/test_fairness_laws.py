"""Laws of fairness: the sweep equals counting, the bands hold everywhere at once, Holm keeps his promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.lib import slow_validation as slow
from throughcare.kernel.disclosure import ProtectedTable, known_range, with_totals
from throughcare.risk.fairness.comparing import holm
from throughcare.risk.fairness.groups import crossed, grouping_of_texts, shown_groups, with_intersections
from throughcare.risk.fairness.nij_index import fair_and_accurate, gaming
from throughcare.risk.fairness.sweep import (
    LEAST_AT_THRESHOLD,
    all_thresholds,
    largest_gap,
    sweep,
    threshold_of_top,
)
from throughcare.risk.fairness.tension import implied_false_positive, rates_at
from throughcare.risk.validation.cases import Cases, Scale, cases_of

hundredths = st.integers(0, 100).map(lambda number: number / 100.0)


@st.composite
def some_cases(draw: st.DrawFn) -> Cases:
    n = draw(st.integers(2, 40))
    score = draw(st.lists(hundredths, min_size=n, max_size=n))
    happened = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    assume(0 < sum(happened) < n)
    return cases_of(score, happened)


@given(some_cases())
def test_the_sweep_equals_counting_at_every_threshold(cases: Cases) -> None:
    thresholds = all_thresholds(cases)
    found = sweep(cases, thresholds)
    for place, threshold in enumerate(thresholds):
        fpr, fnr, ppv = slow.rates(cases.score.tolist(), cases.happened.tolist(), float(threshold))
        assert found.false_positive.value[place] == pytest.approx(fpr)
        assert found.false_negative.value[place] == pytest.approx(fnr)
        flagged = int(np.count_nonzero(cases.score >= threshold))
        expected = ppv if flagged >= LEAST_AT_THRESHOLD else math.nan
        assert found.predictive.value[place] == pytest.approx(expected, nan_ok=True)
        rates = rates_at(cases, float(threshold), group="")
        assert (rates.false_positive, rates.false_negative) == pytest.approx((fpr, fnr))
        assert rates.predictive == pytest.approx(ppv)


@given(some_cases(), hundredths)
def test_the_arithmetic_of_the_tension_is_an_identity(cases: Cases, threshold: float) -> None:
    found = rates_at(cases, threshold, group="")
    assume(found.predictive > 0)
    implied = implied_false_positive(
        found.base_rate, predictive=found.predictive, false_negative=found.false_negative
    )
    assert implied == pytest.approx(found.false_positive, abs=1e-12)


@given(some_cases(), st.floats(0.0, 1.0))
def test_a_top_share_is_never_passed_and_one_more_score_would_pass_it(cases: Cases, share: float) -> None:
    threshold = threshold_of_top(cases, share)
    flagged = float(np.mean(cases.score >= threshold))
    assert flagged <= share + 1e-9
    below = cases.score[cases.score < threshold]
    if len(below):
        assert float(np.mean(cases.score >= below.max())) > share


@given(
    st.lists(hundredths, min_size=1, max_size=25),
    st.lists(hundredths, min_size=1, max_size=25),
)
def test_the_largest_gap_is_the_largest_over_every_score(first: list[float], second: list[float]) -> None:
    gap, _, p = largest_gap(np.array(first), np.array(second))
    assert abs(gap) == pytest.approx(slow.largest_gap(first, second))
    assert 0.0 <= p <= 1.0
    assert largest_gap(np.array(first), np.array(first))[0] == 0.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), st.sampled_from([0.01, 0.05, 0.2]))
def test_holm_adjusted_rejects_what_holm_by_steps_rejects(p_values: list[float], level: float) -> None:
    adjusted = holm(p_values)
    assume(all(abs(p - level) > 1e-9 for p in adjusted))
    assert all(p <= each for p, each in zip(p_values, adjusted, strict=True))
    # equal p values may stand in either order, with the same answer for both
    rejected = slow.holm_by_steps(p_values, level)
    assert [each <= level for each in adjusted] == rejected


def test_the_bands_hold_at_every_threshold_at_once() -> None:
    rng = np.random.default_rng(3)
    thresholds = np.linspace(0, 1, 101)
    rounds, hits = 400, 0
    for _ in range(rounds):
        score = rng.random(150)
        found = sweep(cases_of(score, np.zeros(150, dtype=bool)), thresholds)
        truth = 1.0 - thresholds
        hits += bool(np.all((found.false_positive.low <= truth) & (truth <= found.false_positive.high)))
    assert hits / rounds >= 0.93


def test_the_test_of_the_largest_gap_keeps_its_level() -> None:
    rng = np.random.default_rng(4)
    small = [largest_gap(rng.random(120), rng.random(80))[2] < 0.05 for _ in range(600)]
    assert np.mean(small) <= 0.07
    assert np.mean(small) >= 0.02


@given(some_cases())
def test_clipping_leaves_no_gap_and_only_the_brier_score(cases: Cases) -> None:
    first = np.arange(len(cases)) % 2 == 0
    found = gaming(cases.score, cases.happened, first)
    assert found.after.difference == 0.0
    assert found.after.value == pytest.approx(1.0 - found.after.brier)
    assert found.before == fair_and_accurate(cases.score, cases.happened, first)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans()), min_size=1, max_size=400
    )
)
def test_no_hidden_group_can_be_had_by_taking_others_from_the_total(
    people: list[tuple[str, str, bool]],
) -> None:
    one = grouping_of_texts("one", np.array([each[0] for each in people]))
    two = grouping_of_texts("two", np.array([each[1] for each in people]))
    happened = np.array([each[2] for each in people])
    cases = cases_of(np.zeros(len(people)), happened, scale=Scale.POINTS)
    every = with_intersections([one, two])
    for grouping, shown in zip(every, shown_groups(every, cases, minimum=5), strict=True):
        counts = np.bincount(grouping.member[happened], minlength=len(grouping.groups))
        rest = np.bincount(grouping.member[~happened], minlength=len(grouping.groups))
        assert all(min(counts[each], rest[each]) >= 5 for each in np.flatnonzero(shown))
        there = counts + rest > 0
        if len(grouping.shape) == 1 and np.any(there & ~shown) and counts[there].sum() >= 5:
            assert np.count_nonzero(there & ~shown) != 1 or there.sum() == 1


@pytest.mark.parametrize(
    "seed", [9, 185, 211, *range(400, 425)]
)  # the first three leaked before tables were joined
def test_a_group_that_one_table_hides_is_protected_in_every_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(150, 600))
    shares = [rng.dirichlet(np.ones(size)) for size in (3, 2, 3)]
    columns = [
        np.array(list(words))[rng.choice(len(words), n, p=share)]
        for words, share in zip(("abc", "xy", "pqr"), shares, strict=True)
    ]
    happened = rng.random(n) < 0.5
    every = with_intersections([grouping_of_texts(str(place), each) for place, each in enumerate(columns)])
    shown = shown_groups(every, cases_of(np.zeros(n), happened, scale=Scale.POINTS), minimum=5)
    hidden = {grouping.name: ~visible for grouping, visible in zip(every, shown, strict=True)}
    for grouping in every[3:]:
        for kind in (happened, ~happened):
            counts = np.bincount(grouping.member[kind], minlength=len(grouping.groups))
            table = with_totals(counts.reshape(grouping.shape))
            marks = np.zeros(table.shape, dtype=np.int8)
            marks[:-1, :-1] = hidden[grouping.name].reshape(grouping.shape)
            marks[:-1, -1], marks[-1, :-1] = (hidden[part] for part in grouping.parts)
            for row, column in np.argwhere(marks * table > 0):
                low, high = known_range(ProtectedTable(table, marks), int(row), int(column))
                assert high is None or high - low >= 5


def test_crossed_groups_are_those_of_both() -> None:
    one = grouping_of_texts("one", np.array(["a", "b", "", "a"]))
    two = grouping_of_texts("two", np.array(["x", "x", "y", "y"]))
    both = crossed(one, two)
    assert both.groups[both.member[2]] == "not recorded, y"
    assert [both.groups[each] for each in both.member] == ["a, x", "b, x", "not recorded, y", "a, y"]
