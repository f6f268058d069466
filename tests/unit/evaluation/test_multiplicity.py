"""Many questions: worked numbers, and false findings as often as promised."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.evaluation.multiplicity import covariance_of, holm, max_t
from throughcare.kernel.errors import RefusedInput


def test_holm_by_hand() -> None:
    assert list(holm([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert list(holm([])) == []
    assert list(holm([0.9, 0.8])) == [1.0, 1.0]


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(RefusedInput, match="p-value 2"):
        holm([0.5, bad])


def test_max_t_of_one_estimate_is_the_plain_test() -> None:
    found = max_t(np.array([1.96]), np.array([[1.0]]), rng=np.random.default_rng(1), draws=100_000)
    assert found.adjusted[0] == pytest.approx(0.05, abs=0.003)
    assert found.critical == pytest.approx(1.96, abs=0.02)


def test_max_t_of_equal_outcomes_costs_nothing_and_of_unlike_ones_what_holm_does() -> None:
    same = np.full((4, 4), 1.0)
    found = max_t(np.full(4, 2.5), same, rng=np.random.default_rng(1), draws=50_000)
    assert found.adjusted == pytest.approx(np.full(4, 0.0124), abs=0.002)
    unlike = max_t(np.array([3.0, 2.5, 1.0, 0.2]), np.eye(4), rng=np.random.default_rng(1), draws=50_000)
    plain = np.array([0.0027, 0.01242, 0.3173, 0.8415])
    assert unlike.adjusted[:2] == pytest.approx(holm(plain)[:2], abs=0.002)
    assert (unlike.adjusted <= holm(plain) + 0.005).all()


def test_family_error_of_both_rules_is_what_was_promised() -> None:
    rng = np.random.default_rng(7)
    correlation = 0.6 * np.ones((8, 8)) + 0.4 * np.eye(8)
    critical = max_t(np.zeros(8), correlation, rng=rng, draws=50_000).critical
    drawn = rng.multivariate_normal(np.zeros(8), correlation, size=20_000)
    assert (np.abs(drawn).max(axis=1) > critical).mean() == pytest.approx(0.05, abs=0.006)


def test_covariance_of_influence_is_that_of_means() -> None:
    rng = np.random.default_rng(2)
    influence = rng.normal(size=(500, 3))
    assert covariance_of(influence) == pytest.approx(np.cov(influence.T, bias=True) / 500)


def test_an_estimate_without_error_is_refused() -> None:
    with pytest.raises(RefusedInput, match="estimate 2"):
        max_t(np.array([1.0, 2.0]), np.diag([1.0, 0.0]), rng=np.random.default_rng(1))
