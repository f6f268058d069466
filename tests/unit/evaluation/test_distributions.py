"""Our distributions equal SciPy's."""

from __future__ import annotations

import pytest
from scipy import stats

from throughcare.evaluation.distributions import (
    binomial_at_least,
    chi_square_above,
    normal_below,
    normal_quantile,
    student_below,
    student_quantile,
    two_sided,
)


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 40, 300])
@pytest.mark.parametrize("value", [0.01, 0.7, 2.0, 9.0, 55.0, 400.0])
def test_chi_square(value: float, freedom: int) -> None:
    assert chi_square_above(value, freedom=freedom) == pytest.approx(
        stats.chi2.sf(value, freedom), rel=1e-9, abs=1e-15
    )


@pytest.mark.parametrize("freedom", [1, 2, 7, 40, 300, 50_000])
@pytest.mark.parametrize("t", [-12.0, -1.3, 0.0, 0.4, 2.2, 30.0])
def test_student(t: float, freedom: int) -> None:
    assert student_below(t, freedom=freedom) == pytest.approx(stats.t.cdf(t, freedom), rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("freedom", [1, 3, 25, 783, 1e9])
@pytest.mark.parametrize("share", [0.001, 0.4, 0.975])
def test_student_quantile(share: float, freedom: float) -> None:
    assert student_quantile(share, freedom=freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-7)


@pytest.mark.parametrize(
    ("least", "trials", "chance"), [(110, 122, 0.8), (0, 5, 0.2), (5, 5, 0.2), (6, 5, 0.2)]
)
def test_binomial(least: int, trials: int, chance: float) -> None:
    assert binomial_at_least(least, trials=trials, chance=chance) == pytest.approx(
        stats.binom.sf(least - 1, trials, chance), rel=1e-10
    )


def test_normal() -> None:
    assert normal_below(-8.0) == pytest.approx(stats.norm.cdf(-8.0), rel=1e-12)
    assert two_sided(-1.959963984540054) == pytest.approx(0.05)
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054)


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_binomial_that_is_certain(chance: float, expected: float) -> None:
    assert binomial_at_least(3, trials=5, chance=chance) == expected
