from __future__ import annotations

import numpy as np
import pytest

from throughcare.simulation.processes import autocorrelated, spell_of, spells, threshold, within


def test_autocorrelated_noise_has_unit_variance_and_the_correlation_asked_for() -> None:
    t = np.arange(0.0, 60.0 * 40_000, 60.0)
    noise = autocorrelated(rng=np.random.default_rng(1), t_s=t, tau_s=720.0)[0]
    assert noise.std() == pytest.approx(1.0, abs=0.06)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(np.exp(-60 / 720), abs=0.01)
    assert np.corrcoef(noise[20:], noise[:-20])[0, 1] == pytest.approx(np.exp(-1200 / 720), abs=0.05)


def test_the_scan_equals_the_plain_recursion() -> None:
    t = np.cumsum(np.random.default_rng(2).uniform(1, 400, 300))
    noise = autocorrelated(rng=np.random.default_rng(5), t_s=t, tau_s=300.0)[0]
    keep = np.exp(-np.diff(t, prepend=t[0] - 1e9) / 300.0)
    fresh = np.random.default_rng(5).standard_normal((1, 300))[0] * np.sqrt(1 - keep**2)
    plain, last = [], 0.0
    for k, e in zip(keep, fresh, strict=True):
        last = k * last + e
        plain.append(last)
    np.testing.assert_allclose(noise, plain, rtol=1e-9, atol=1e-12)


def test_the_threshold_holds_the_share_asked_for() -> None:
    draws = np.random.default_rng(3).standard_normal(200_000)
    assert (draws < threshold(0.7)).mean() == pytest.approx(0.7, abs=0.005)


def test_spells_come_at_their_rate_with_their_median() -> None:
    found = spells(
        rng=np.random.default_rng(4),
        end_s=86_400.0 * 4000,
        per_day=0.5,
        median_s=600,
        spread=0.8,
        most_s=5000,
    )
    assert len(found) == pytest.approx(2000, rel=0.08)
    length = found[:, 1] - found[:, 0]
    assert np.median(length) == pytest.approx(600, rel=0.08)
    assert length.max() <= 5000.0001


def test_within_counts_half_open_spans_that_may_overlap() -> None:
    spans = np.array([[0.0, 10.0], [5.0, 20.0], [30.0, 31.0]])
    times = np.array([-1.0, 0.0, 9.9, 10.0, 19.9, 20.0, 30.0, 31.0])
    assert within(times, spans).tolist() == [False, True, True, True, True, False, True, False]
    assert spell_of(np.array([15.0, 25.0]), spans).tolist() == [1, -1]
    assert not within(times, np.empty((0, 2))).any()
