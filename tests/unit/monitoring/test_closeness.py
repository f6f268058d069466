"""The probability of being within a distance, against other ways of finding it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from throughcare.monitoring.closeness import erf, probability_at_best, probability_within


def integrated(distance_m: float, sigma_m: float, limit_m: float) -> float:
    """Return the same probability by summing the density of the difference over rings and angles."""
    radius = np.linspace(max(0.0, distance_m - 9 * sigma_m), limit_m, 3001)[:, None]
    angle = np.linspace(-np.pi, np.pi, 1441)[None, :-1]
    apart2 = radius**2 + distance_m**2 - 2 * radius * distance_m * np.cos(angle)
    density = np.exp(-apart2 / (2 * sigma_m**2)) / (2 * np.pi * sigma_m**2)
    around = density.mean(axis=1) * 2 * np.pi * radius[:, 0]
    return float(np.trapezoid(around, radius[:, 0]))


@pytest.mark.parametrize("limit_m", [50.0, 500.0, 2_000.0])
@pytest.mark.parametrize("sigma_m", [20.0, 90.0, 800.0])
@pytest.mark.parametrize("steps", [-3.0, -1.0, 0.0, 0.5, 2.0])
def test_the_probability_agrees_with_integration_over_rings(
    limit_m: float, sigma_m: float, steps: float
) -> None:
    distance_m = abs(limit_m + steps * sigma_m)

    found = probability_within(np.array([distance_m]), np.array([sigma_m]), limit_m)[0]

    assert found == pytest.approx(integrated(distance_m, sigma_m, limit_m), abs=2e-5)


def test_the_probability_agrees_with_drawing_places_at_random() -> None:
    rng = np.random.default_rng(5)
    east_m, north_m = rng.normal(120.0, 60.0, 400_000), rng.normal(0.0, 60.0, 400_000)

    found = probability_within(np.array([120.0]), np.array([60.0]), 100.0)[0]

    assert found == pytest.approx(np.mean(np.hypot(east_m, north_m) < 100.0), abs=0.003)


def test_places_that_coincide_have_the_closed_form_of_rayleigh() -> None:
    sigma_m = np.array([10.0, 100.0, 1_000.0])

    found = probability_within(np.zeros(3), sigma_m, 100.0)

    assert found == pytest.approx(-np.expm1(-0.5 * (100.0 / sigma_m) ** 2), abs=1e-6)
    assert found == pytest.approx(probability_at_best(sigma_m, 100.0), abs=1e-6)


def test_extremes_neither_overflow_nor_leave_the_unit_interval() -> None:
    distance_m = np.array([0.0, 1e-9, 1e7, 49_999.0, 50_001.0, 20_000.0])
    sigma_m = np.array([5.0, 1e6, 5.0, 5.0, 5.0, 1e-3])

    found = probability_within(distance_m, sigma_m, 20_000.0)

    assert np.all((found >= 0) & (found <= 1))
    assert found[[0, 2, 4]].tolist() == [1.0, 0.0, 0.0]
    assert 0.45 < found[5] < 0.55


def test_the_probability_falls_with_distance() -> None:
    distance_m = np.linspace(0, 2_000, 500)

    found = probability_within(distance_m, np.full(500, 130.0), 700.0)

    assert np.all(np.diff(found) <= 1e-6)


def test_a_missing_distance_gives_no_probability() -> None:
    assert math.isnan(probability_within(np.array([np.nan]), np.array([5.0]), 100.0)[0])


def test_the_error_function_is_right_to_seven_places() -> None:
    x = np.linspace(0, 6, 400)

    assert erf(x) == pytest.approx(np.array([math.erf(v) for v in x]), abs=2e-7)
