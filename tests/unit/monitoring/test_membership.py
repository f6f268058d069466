"""The table of log-likelihood ratios against the formula, and standard errors at both stated levels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.kernels import table_value
from throughcare.monitoring.membership import U_LIMIT, Z_LIMIT, is_poor, log_ratio, log_ratio_table, sigma_m
from throughcare.monitoring.parameters import Parameters

SHARE = 0.1
TABLE = log_ratio_table(SHARE)
BEYOND = st.floats(-12, 12, allow_nan=False)


def exact(z: float, u: float, share: float = SHARE) -> float:
    """Return the log of P(compliant | fix) over P(not | fix): Gaussian by z, a share of it Laplace by u."""
    inside = 0.5 * math.erfc(-z / math.sqrt(2))
    tail = 1 - 0.5 * math.exp(-u) if u >= 0 else 0.5 * math.exp(u)
    compliant = (1 - share) * inside + share * tail
    return math.log(compliant / (1 - compliant))


@given(st.floats(-Z_LIMIT, Z_LIMIT), st.floats(-U_LIMIT, U_LIMIT))
def test_the_table_is_the_formula(z: float, u: float) -> None:
    if z * u < 0:
        u = -u  # both are the same distance over two positive scales
    assert log_ratio(z, u, TABLE) == pytest.approx(exact(z, u), abs=0.02)


def test_the_table_is_the_formula_at_its_knots() -> None:
    for z in (-4.0, -1.0, -0.0625, 0.0, 0.5, 2.0, 4.0):
        for u in (-8.0, -0.125, 0.0, 1.0, 8.0):
            assert log_ratio(z, u, TABLE) == pytest.approx(exact(z, u), abs=1e-12)


@given(BEYOND, BEYOND)
def test_outside_by_as_much_says_as_much_against(z: float, u: float) -> None:
    assert log_ratio(-z, -u, TABLE) == pytest.approx(-log_ratio(z, u, TABLE), abs=1e-12)


@given(BEYOND, BEYOND, BEYOND)
def test_farther_inside_never_says_less_for_compliance(z: float, farther: float, u: float) -> None:
    low, high = sorted((z, farther))
    assert log_ratio(low, u, TABLE) <= log_ratio(high, u, TABLE)
    assert log_ratio(u, low, TABLE) <= log_ratio(u, high, TABLE)


@given(BEYOND, BEYOND)
def test_no_single_fix_is_conclusive(z: float, u: float) -> None:
    assert abs(log_ratio(z, u, TABLE)) <= exact(Z_LIMIT, U_LIMIT)
    assert log_ratio(z, u, TABLE) == log_ratio(
        max(-Z_LIMIT, min(Z_LIMIT, z)), max(-U_LIMIT, min(U_LIMIT, u)), TABLE
    )


@given(BEYOND, BEYOND)
def test_the_compiled_table_look_up_gives_the_same_bits(z: float, u: float) -> None:
    assert table_value(z, u, TABLE) == log_ratio(z, u, TABLE)


def test_a_larger_share_of_outliers_makes_every_fix_say_less() -> None:
    doubtful = log_ratio_table(0.3)
    assert abs(log_ratio(-3, -3, doubtful)) < abs(log_ratio(-3, -3, TABLE))
    assert not TABLE.flags.writeable


def positions(accuracy_m: list[float], level: list[float], source: list[int]) -> Positions:
    return Positions.build(
        key=np.zeros(len(accuracy_m), np.int64),
        keys=("d",),
        accuracy_m=accuracy_m,
        level=level,
        source=source,
    )


def test_a_radius_at_68_and_at_95_percent_are_the_rayleigh_quantiles_of_one_error() -> None:
    rng = np.random.default_rng(1)
    errors = np.hypot(*rng.normal(0, 20.0, (2, 400_000)))
    radius = np.quantile(errors, [0.68, 0.95]).tolist()
    found = sigma_m(positions(radius, [0.68, 0.95], [1, 1]), Parameters())
    assert found == pytest.approx([20.0, 20.0], rel=0.01)


def test_what_a_fix_does_not_say_is_read_in_favour_of_the_wearer() -> None:
    nan = math.nan
    found = sigma_m(
        positions([30.0, 30.0, nan, nan, nan, 0.5], [nan, 0.68, nan, 0.95, nan, 0.68], [1, 1, 1, 1, 5, 1]),
        Parameters(),
    )
    assert found[0] == found[1]  # an unstated level is the one with the larger error
    assert found[2] == found[3] == pytest.approx(25.0 / math.sqrt(-2 * math.log(1 - 0.68)))
    assert found[4] == pytest.approx(1000.0 / math.sqrt(-2 * math.log(1 - 0.68)))
    assert found[5] == Parameters().min_sigma_m


def test_of_the_sources_only_wifi_and_cell_are_poor() -> None:
    every = [int(source) for source in Source]
    found = is_poor(positions([10.0] * len(every), [0.68] * len(every), every), Parameters())
    assert [Source(s) for s, poor in zip(every, found, strict=True) if poor] == [Source.CELL, Source.WIFI]


def test_a_radius_as_wide_as_a_phone_mast_gives_is_poor_whatever_its_source() -> None:
    unsaid, satellite = int(Source.UNKNOWN), int(Source.GNSS)
    found = is_poor(positions([199.0, 201.0, 900.0], [0.68] * 3, [unsaid, unsaid, satellite]), Parameters())
    assert found.tolist() == [False, True, True]
