"""Survival: day by day, beside lifelines' numbers, and errors as people are really drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lib.slow_designs import area_under, life_table
from throughcare.evaluation.survival import COMPETED, FollowUp, cox, incidence, survival, survival_effect
from throughcare.kernel.errors import RefusedInput


def drawn(n: int = 400, seed: int = 11, *, ties: bool = False) -> tuple[FollowUp, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    treated = np.arange(n) % 3 == 0
    x = rng.normal(size=n)
    first = rng.exponential(300 * np.exp(-0.4 * x + 0.3 * treated))
    second = rng.exponential(900, n)
    days = np.minimum(np.minimum(first, second), 365.0)
    events = np.where(days == 365.0, 0, np.where(first < second, 1, 2)).astype(np.int8)
    if ties:
        days = np.ceil(days / 15)
    return FollowUp(days, events, np.where(treated, 1.0, np.exp(0.2 * x))), treated, x


# lifelines 0.30.3 on `drawn()`, made once in a scratch environment (it is no dependency); weights as given,
# Cox with robust errors
KM = {30: 0.8955434610588973, 100: 0.6857072353409313, 200: 0.4898605412233994, 364: 0.3047452502887578}
AJ = {30: 0.10241613282761727, 100: 0.2976929085350788, 200: 0.46480068366027844, 364: 0.6028555455993807}
AJ_COMPETED = {
    30: 0.033107826856991374,
    100: 0.08341775845668498,
    200: 0.1385684302943715,
    364: 0.1909586380993858,
}


@pytest.mark.parametrize("day", KM)
def test_curves_equal_lifelines(day: int) -> None:
    people, _, _ = drawn()
    assert survival(people).at(day) == pytest.approx(KM[day], abs=1e-10)
    assert incidence(people).at(day) == pytest.approx(AJ[day], abs=1e-6)  # theirs shakes tied times apart
    assert incidence(people, cause=COMPETED).at(day) == pytest.approx(AJ_COMPETED[day], abs=1e-6)


def test_cox_equals_lifelines() -> None:
    people, treated, x = drawn()
    fit = cox(people, np.stack([treated, x], axis=1).astype(np.float64))
    assert fit.coefficients == pytest.approx([-0.43434203878106026, 0.3772399086678574], abs=1e-8)
    assert fit.standard_errors == pytest.approx([0.14789003357018185, 0.07362575492260909], rel=1e-6)
    alone = FollowUp(people.days, people.events, np.ones(len(treated)))
    fit = cox(alone, np.stack([treated, x], axis=1).astype(np.float64))
    assert fit.coefficients == pytest.approx([-0.4318050463171276, 0.38039192797571586], abs=5e-6)


def test_with_heavy_ties_cox_stays_near_lifelines_which_splits_them_otherwise() -> None:
    people, treated, _ = drawn(ties=True)
    fit = cox(people, treated.astype(np.float64)[:, None])
    assert fit.coefficients[0] == pytest.approx(-0.4149395590740193, abs=0.02)
    assert fit.standard_errors[0] == pytest.approx(0.1433217401787154, rel=0.03)


def test_shares_and_areas_equal_the_walk_through_the_days() -> None:
    people, treated, _ = drawn(120, ties=True)
    effect = survival_effect(people, treated, horizon_days=20.0)
    for arm, chosen in (("with_value", treated), ("without_value", ~treated)):
        part = people.rows(chosen)
        rows = life_table(part.days.tolist(), part.events.tolist(), part.weights.tolist())
        until = [row for row in rows if row[0] <= 20.0][-1]
        lost = area_under(rows, 20.0)
        assert getattr(effect.reoffended, arm) == pytest.approx(until[1], abs=1e-12)
        assert getattr(effect.competed, arm) == pytest.approx(until[2], abs=1e-12)
        assert getattr(effect.days_lost, arm) == pytest.approx(lost[0], abs=1e-10)
        assert getattr(effect.days_free, arm) == pytest.approx(20.0 - sum(lost), abs=1e-10)


def test_errors_are_the_sum_of_what_each_person_adds() -> None:
    """Nudging one person's weight moves the estimate by their influence: the error must be the root of its squares."""
    people, treated, _ = drawn(60, ties=True)
    part = people.rows(~treated)

    def share(weights: np.ndarray) -> float:
        return incidence(FollowUp(part.days, part.events, weights)).at(20.0)

    nudges = []
    for person in range(len(part.days)):
        weights = part.weights.copy()
        weights[person] *= 1.0 + 1e-6
        nudges.append((share(weights) - share(part.weights)) / 1e-6)
    curve = incidence(part)
    at = int(np.searchsorted(curve.days, 20.0, side="right")) - 1
    assert curve.standard_error[at] == pytest.approx(math.sqrt(sum(n * n for n in nudges)), rel=1e-4)


def test_without_censoring_and_weights_it_is_the_binomial_error() -> None:
    days = np.arange(1.0, 101.0)
    events = np.where(np.arange(100) % 3 == 0, 1, 2).astype(np.int8)
    curve = incidence(FollowUp(days, events, np.ones(100)))
    share = 17 / 100
    assert curve.at(50.0) == pytest.approx(share)
    assert curve.standard_error[49] == pytest.approx(math.sqrt(share * (1 - share) / 100), rel=1e-9)


def test_weights_of_two_are_people_seen_twice_and_clusters_say_so() -> None:
    people, treated, _ = drawn(90)
    plain = FollowUp(people.days, people.events, np.where(treated, 1.0, 2.0))
    again = np.concatenate([np.arange(90), np.flatnonzero(~treated)])
    twice = FollowUp(people.days[again], people.events[again], np.ones(len(again)))
    one = survival_effect(plain, treated, horizon_days=300.0)
    other = survival_effect(twice, treated[again], horizon_days=300.0, clusters=again)
    assert one.days_free.difference == pytest.approx(other.days_free.difference)
    assert one.hazard_ratio is not None
    assert other.hazard_ratio is not None
    assert one.hazard_ratio.estimate == pytest.approx(other.hazard_ratio.estimate)
    assert one.hazard_ratio.standard_error == pytest.approx(other.hazard_ratio.standard_error)


def test_balanced_columns_make_the_error_that_of_people_drawn_anew() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(300):
        x = (rng.random(1_000) < 0.5).astype(float)
        treated = rng.random(1_000) < np.where(x > 0, 0.5, 0.2)
        days = np.minimum(rng.exponential(np.where(x > 0, 200, 900)), 365.0)
        events = (days < 365).astype(np.int8)
        odds = np.array([treated[x == v].sum() / (~treated[x == v]).sum() for v in (0, 1)])
        weights = np.where(treated, 1.0, odds[x.astype(int)])
        effect = survival_effect(
            FollowUp(days, events, weights), treated, horizon_days=365.0, balanced_on=x[:, None]
        ).days_free.difference
        plain = survival_effect(
            FollowUp(days, events, weights), treated, horizon_days=365.0
        ).days_free.difference
        found.append((effect.estimate, effect.standard_error, plain.standard_error))
    estimates, errors, given = np.array(found).T
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.1)
    assert given.mean() > errors.mean()  # weights taken as given: a little wide


def test_columns_that_are_not_balanced_are_refused() -> None:
    people, treated, x = drawn()
    with pytest.raises(RefusedInput, match="balanced_on, column 2"):
        survival_effect(
            people, treated, horizon_days=300.0, balanced_on=np.stack([np.ones(400), x + treated], axis=1)
        )


def test_nobody_reoffending_in_an_arm_has_no_hazard_ratio() -> None:
    people, treated, _ = drawn(90)
    events = np.where(treated & (people.events == 1), 2, people.events).astype(np.int8)
    effect = survival_effect(FollowUp(people.days, events, people.weights), treated, horizon_days=300.0)
    assert effect.hazard_ratio is None
    assert effect.reoffended.ratio is None
    assert effect.reoffended.with_value == 0.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"days": np.array([0.0, 2.0])}, "days, row 1"),
        ({"events": np.array([1, 3], dtype=np.int8)}, "events, row 2"),
        ({"weights": np.array([1.0, -1.0])}, "weights, row 2"),
    ],
)
def test_impossible_rows_are_named(change: dict[str, np.ndarray], word: str) -> None:
    rows = {"days": np.array([1.0, 2.0]), "events": np.array([1, 0], dtype=np.int8), "weights": np.ones(2)}
    with pytest.raises(RefusedInput, match=word):
        FollowUp(**{**rows, **change})


@pytest.mark.parametrize(
    ("events", "weights", "horizon", "word"),
    [
        ([1, 1, 0, 0], [1, 1, 0, 0], 5.0, "comparison arm"),
        ([1, 0, 1, 0], [1, 1, 1, 1], 50.0, "longest follow-up ends on day 10"),
        ([0, 2, 0, 2], [1, 1, 1, 1], 5.0, "nobody reoffended"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    events: list[int], weights: list[float], horizon: float, word: str
) -> None:
    people = FollowUp(
        np.array([3.0, 10.0, 4.0, 10.0]), np.array(events, dtype=np.int8), np.array(weights, dtype=float)
    )
    with pytest.raises(RefusedInput, match=word):
        survival_effect(people, np.array([True, True, False, False]), horizon_days=horizon)


def test_a_hazard_ratio_that_runs_away_is_refused() -> None:
    days = np.arange(1.0, 41.0)
    reoffended = (days <= 20).astype(np.int8)
    with pytest.raises(RefusedInput, match="a hazard ratio that settles"):
        cox(FollowUp(days, reoffended, np.ones(40)), reoffended.astype(np.float64)[:, None])
