from __future__ import annotations

import numpy as np
import pytest

from throughcare.monitoring.calibration import Bin, brier_score, reliability


@pytest.mark.parametrize(
    ("stated", "happened", "expected"),
    [
        ([1.0, 0.0], [True, False], 0.0),
        ([0.0, 1.0], [True, False], 1.0),
        ([0.5, 0.5], [True, False], 0.25),
        ([0.9, 0.8, 0.3], [True, True, False], (0.01 + 0.04 + 0.09) / 3),
    ],
)
def test_the_brier_score_is_the_mean_squared_difference(
    stated: list[float], happened: list[bool], expected: float
) -> None:
    assert brier_score(stated, happened) == pytest.approx(expected)


def test_nothing_stated_has_no_score() -> None:
    assert np.isnan(brier_score([], []))
    assert reliability([], [], edges=(0.0, 1.0)) == ()


def test_a_bin_holds_its_lower_edge_and_the_last_bin_its_upper_edge_too() -> None:
    found = reliability([0.0, 0.5, 0.9, 1.0], [False, True, False, True], edges=(0.0, 0.5, 1.0))
    assert found == (Bin(0.0, 0.5, 1, 0.0, 0.0), Bin(0.5, 1.0, 3, pytest.approx(0.8), pytest.approx(2 / 3)))


def test_bins_without_a_statement_are_not_shown() -> None:
    assert [b.low for b in reliability([0.1, 0.95], [0, 1], edges=(0.0, 0.5, 0.9, 1.0))] == [0.0, 0.9]


def test_a_statement_outside_the_edges_is_an_error_and_not_left_out() -> None:
    with pytest.raises(ValueError, match=r"expected probabilities from 0\.5 to 1\.0; found 0\.2"):
        reliability([0.2, 0.7], [False, True], edges=(0.5, 1.0))


def test_every_statement_needs_an_outcome() -> None:
    with pytest.raises(ValueError, match="expected as many outcomes as probabilities"):
        brier_score([0.5, 0.6], [True])
