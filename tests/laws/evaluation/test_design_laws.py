"""Laws of the other designs: what must not change an answer, and what must."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.lib.slow_designs import area_under, chance_of_sum, leniency_one_by_one, life_table
from throughcare.evaluation.discontinuity import Line, sharp_jump
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.examiner import Rota, leniency
from throughcare.evaluation.multiplicity import holm
from throughcare.evaluation.power import Plan, Scale, Way, power
from throughcare.evaluation.ratio_sets import SetKind, ratio_set
from throughcare.evaluation.sensitivity import (
    bias_factor,
    bounds_of_binary_pairs,
    bounds_of_pairs,
    e_value,
    tipping_strength,
)
from throughcare.evaluation.staggered import NEVER, Panel, staggered_effect
from throughcare.evaluation.subgroups import pool
from throughcare.evaluation.survival import COMPETED, REOFFENDED, FollowUp, incidence, survival_effect

CHANCES = st.floats(0.0, 1.0, allow_nan=False)
RATIOS = st.floats(0.05, 20.0)
PEOPLE = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from((0, 1, 2)), st.floats(0.1, 5.0), st.booleans()),
    min_size=4,
    max_size=40,
)


def follow_up(rows: list[tuple[int, int, float, bool]]) -> tuple[FollowUp, np.ndarray]:
    days, events, weights, treated = (list(column) for column in zip(*rows, strict=True))
    people = FollowUp(np.array(days, float), np.array(events, dtype=np.int8), np.array(weights))
    return people, np.array(treated)


@given(PEOPLE)
def test_shares_equal_the_walk_through_the_days_and_add_up(rows: list[tuple[int, int, float, bool]]) -> None:
    people, _ = follow_up(rows)
    again, away = incidence(people), incidence(people, cause=COMPETED)
    slow = life_table(people.days.tolist(), people.events.tolist(), people.weights.tolist())
    for day, first, second in slow:
        assert again.at(day) == pytest.approx(first, abs=1e-12)
        assert away.at(day) == pytest.approx(second, abs=1e-12)
        assert first + second <= 1 + 1e-12
    assert (np.diff(again.share) >= -1e-15).all()
    assert np.isfinite(again.standard_error).all()


@given(PEOPLE, st.permutations(range(40)), st.floats(0.1, 9.0))
def test_order_and_the_unit_of_weights_change_nothing(
    rows: list[tuple[int, int, float, bool]], order: list[int], unit: float
) -> None:
    people, treated = follow_up(rows)
    assume(treated.any() and not treated.all() and (people.events == REOFFENDED).any())
    horizon = min(people.days[treated].max(), people.days[~treated].max())
    assume(((people.events == REOFFENDED) & (people.days <= horizon)).any())
    chosen = np.array([at for at in order if at < len(rows)])
    moved = FollowUp(people.days[chosen], people.events[chosen], people.weights[chosen] * unit)
    arms = treated[chosen]
    one = _without_hazards(people, treated, horizon)
    other = _without_hazards(moved, arms, horizon)
    assert one == pytest.approx(other, rel=1e-8, abs=1e-9)
    slow = [
        area_under(life_table(*(c.tolist() for c in (part.days, part.events, part.weights))), horizon)
        for part in (people.rows(treated), people.rows(~treated))
    ]
    assert one[0] == pytest.approx(slow[0][0] - slow[1][0], abs=1e-9)


def _without_hazards(people: FollowUp, treated: np.ndarray, horizon: float) -> tuple[float, ...]:
    effect = survival_effect(people, treated, horizon_days=float(horizon))
    lost, free = effect.days_lost.difference, effect.days_free.difference
    return lost.estimate, lost.standard_error, free.estimate, free.standard_error


@given(st.lists(CHANCES, max_size=12))
def test_holm_never_lowers_keeps_order_and_stays_a_probability(values: list[float]) -> None:
    adjusted = holm(values)
    assert (adjusted >= np.array(values)).all()
    assert (adjusted <= 1.0).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@given(RATIOS)
def test_e_value_of_a_ratio_and_of_its_inverse_are_one(ratio: float) -> None:
    found = e_value(Interval(ratio, ratio * 0.9, ratio * 1.1, 0.05))
    other = e_value(Interval(1 / ratio, 1 / (ratio * 1.1), 1 / (ratio * 0.9), 0.05))
    assert found.point == pytest.approx(other.point)
    assert found.limit == pytest.approx(other.limit)
    assert found.point >= found.limit >= 1.0
    strongest = found.point**2 / (2 * found.point - 1)  # the bias that two ties of that strength can make
    assert strongest == pytest.approx(max(ratio, 1 / ratio))


@given(RATIOS, CHANCES, CHANCES)
def test_the_tipping_strength_tips(ratio: float, treated_share: float, comparison_share: float) -> None:
    strength = tipping_strength(ratio, treated_share=treated_share, comparison_share=comparison_share)
    if strength is not None and 1e-6 < strength < 1e6:
        factor = bias_factor(
            treated_share=treated_share, comparison_share=comparison_share, strength=strength
        )
        assert ratio / factor == pytest.approx(1.0, rel=1e-4)


@given(st.integers(0, 9), st.integers(0, 9), st.floats(1.0, 20.0), st.floats(1.0, 20.0))
def test_bounds_widen_with_gamma_and_equal_every_sign(ups: int, downs: int, one: float, other: float) -> None:
    assume(ups + downs > 0)
    low, high = sorted((one, other))
    first, second = bounds_of_binary_pairs(treated_only=ups, comparison_only=downs, gammas=(low, high))
    assert first.least >= second.least - 1e-12
    assert first.greatest <= second.greatest + 1e-12
    slow = chance_of_sum([1] * (ups + downs), least=max(ups, downs), chance=high / (1 + high))
    assert second.greatest == pytest.approx(slow, rel=1e-8)


@given(st.lists(st.floats(-9, 9).filter(lambda v: abs(v) > 1e-3), min_size=3, max_size=30))
def test_bounds_of_ranks_know_no_unit_and_no_side(differences: list[float]) -> None:
    values = np.array(differences)
    found = bounds_of_pairs(values, gammas=(1.0, 2.0))
    assert [b.greatest for b in bounds_of_pairs(-3.0 * values, gammas=(1.0, 2.0))] == pytest.approx(
        [b.greatest for b in found]
    )
    assert found[0].least == pytest.approx(found[0].greatest)


@given(
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(1e-3, 1),
    st.floats(1e-3, 1),
    st.floats(-0.99, 0.99),
    st.floats(-9, 9),
)
def test_a_ratio_is_in_the_set_exactly_when_the_test_does_not_reject_it(
    above: float, below: float, first: float, second: float, correlation: float, ratio: float
) -> None:
    covariance = correlation * math.sqrt(first * second)
    found = ratio_set(
        above=above, below=below, variances=(first, second), covariance=covariance, critical=1.96
    )
    gap = (above - ratio * below) ** 2 - 1.96**2 * (first - 2 * ratio * covariance + ratio**2 * second)
    assume(abs(gap) > 1e-6)
    assert found.holds(ratio) == (gap <= 0)
    assert (found.kind is SetKind.EVERYTHING) == math.isinf(found.low)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=12, max_size=60))
def test_leniency_equals_taking_each_case_away(rows: list[tuple[int, int, bool]]) -> None:
    examiner, stratum, tagged = (np.array(column) for column in zip(*rows, strict=True))
    assume(np.bincount(examiner)[examiner].min() > 1)
    assume(np.bincount(stratum)[stratum].min() > 1)
    slow = leniency_one_by_one(examiner.tolist(), stratum.tolist(), tagged.tolist())
    assert leniency(Rota(examiner, stratum, tagged)) == pytest.approx(slow, abs=1e-10)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.1, 50.0), st.floats(-5, 5), st.floats(-3, 3))
def test_a_line_moved_and_measured_in_another_unit_is_the_same_line(
    seed: int, unit: float, shift: float, slope: float
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, 800)
    y = 0.2 * (x >= 0) + np.sin(2 * x) + 0.3 * rng.normal(size=800)
    plain = sharp_jump(Line(x, 0.0), y)
    moved = sharp_jump(Line(x * unit + shift * unit, shift * unit), y, bandwidth=plain.bandwidth * unit)
    assert moved.estimate == pytest.approx(plain.estimate, abs=1e-6)
    # a straight line through the cut is no jump
    tilted = sharp_jump(Line(x, 0.0), y + slope * x, bandwidth=plain.bandwidth)
    assert tilted.robust.estimate == pytest.approx(plain.robust.estimate, abs=1e-8)
    assert tilted.robust.standard_error == pytest.approx(plain.robust.standard_error, rel=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(-0.3, 0.3))
def test_what_is_the_same_for_all_areas_or_all_periods_is_no_effect(seed: int, effect: float) -> None:
    rng = np.random.default_rng(seed)
    began = np.array([1, 1, 2, 2, NEVER, NEVER])
    on = (began[:, None] != NEVER) & (np.arange(4)[None, :] >= began[:, None])
    means = rng.normal(size=6)[:, None] + rng.normal(size=4)[None, :] + effect * on
    people = np.full((6, 4), 50.0)
    found = staggered_effect(Panel(began, means, people, tuple("abcdef")))
    assert found.overall.estimate == pytest.approx(effect, abs=1e-10)
    assert found.overall.standard_error == pytest.approx(0.0, abs=1e-10)


PLANS = st.builds(
    Plan,
    treated=st.integers(20, 2_000),
    pool=st.just(5_000),
    base_rate=st.floats(0.05, 0.6),
    ratio=st.floats(0.4, 0.95),
    way=st.sampled_from(Way),
    scale=st.sampled_from(Scale),
    design_effect=st.floats(1.0, 3.0),
)


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_power_is_a_chance_and_grows_with_people_and_effect(plan: Plan) -> None:
    now = power(plan)
    assert 0.0 <= now <= 1.0
    assert power(replace(plan, treated=min(2 * plan.treated, 5_000))) >= now - 0.03  # counts are lumpy
    assert power(replace(plan, ratio=plan.ratio * 0.8)) >= now - 0.01
    assert power(replace(plan, design_effect=2 * plan.design_effect)) <= now + 0.03


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.4, 2.0), st.floats(0.05, 0.6)), min_size=2, max_size=6))
def test_pooling_draws_every_group_inwards(groups: list[tuple[float, float]]) -> None:
    ratios = [Interval(r, r * math.exp(-1.96 * e), r * math.exp(1.96 * e), e) for r, e in groups]
    found = pool(ratios, 0.25)
    for own, drawn in zip(ratios, found, strict=True):
        assert drawn is not None
        assert (
            min(r.estimate for r in ratios) - 1e-9 <= drawn.estimate <= max(r.estimate for r in ratios) + 1e-9
        )
        assert drawn.standard_error <= own.standard_error * 1.1 + 1e-9
        assert drawn.low < drawn.estimate < drawn.high
