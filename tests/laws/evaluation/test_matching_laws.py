"""Matching equals the obvious loop, keeps to its caliper and its strata, and does not mind the order of people."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lib.slow_matching import clumped, pairs_by_hand, radius_weights_by_hand
from throughcare.evaluation.matching import caliper_of, match_pairs, match_within_radius

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, count=st.integers(2, 60))
def test_pairs_are_those_of_the_obvious_loop(seed: int, count: int):
    log_odds, treated = clumped(np.random.default_rng(seed), count)
    found = match_pairs(log_odds, treated, deviations=0.5)
    by_hand = pairs_by_hand(log_odds, treated, caliper_of(log_odds, treated, deviations=0.5))
    assert list(zip(found.treated.tolist(), found.comparison.tolist(), strict=True)) == by_hand
    assert found.unmatched == treated.sum() - len(by_hand)


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, count=st.integers(2, 80))
def test_radius_weights_are_those_of_the_obvious_loop(seed: int, count: int):
    log_odds, treated = clumped(np.random.default_rng(seed), count)
    found = match_within_radius(log_odds, treated, deviations=0.4)
    by_hand = radius_weights_by_hand(log_odds, treated, caliper_of(log_odds, treated, deviations=0.4))
    np.testing.assert_allclose(found.weights, by_hand, rtol=0, atol=1e-10)
    assert ((found.weights > 0) == (by_hand > 0)).all()
    np.testing.assert_allclose(found.weights.sum(), treated.sum() - found.unmatched, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, count=st.integers(4, 80))
def test_nobody_is_matched_across_strata(seed: int, count: int):
    rng = np.random.default_rng(seed)
    log_odds, treated = clumped(rng, count)
    strata = {
        "disposal": rng.integers(0, 3, count).astype(np.int16),
        "sex": rng.integers(0, 2, count).astype(np.int16),
    }
    pairs = match_pairs(log_odds, treated, strata=strata)
    for codes in strata.values():
        assert (codes[pairs.treated] == codes[pairs.comparison]).all()
    radius = match_within_radius(log_odds, treated, strata=strata)
    for disposal in range(3):
        for sex in range(2):
            here = (strata["disposal"] == disposal) & (strata["sex"] == sex)
            reached = (radius.matches[here & treated] > 0).sum()
            np.testing.assert_allclose(radius.weights[here].sum(), reached, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_pairs_keep_to_the_caliper_and_use_nobody_twice(seed: int):
    log_odds, treated = clumped(np.random.default_rng(seed), 300)
    pairs = match_pairs(log_odds, treated)
    assert (np.abs(log_odds[pairs.treated] - log_odds[pairs.comparison]) <= pairs.caliper).all()
    assert len(np.unique(pairs.comparison)) == len(pairs.comparison)
    assert treated[pairs.treated].all()
    assert not treated[pairs.comparison].any()


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_radius_weights_do_not_mind_the_order_of_people(seed: int):
    rng = np.random.default_rng(seed)
    log_odds, treated = clumped(rng, 200)
    order = rng.permutation(200)
    here = match_within_radius(log_odds, treated, deviations=0.3).weights
    there = match_within_radius(log_odds[order], treated[order], deviations=0.3).weights
    np.testing.assert_allclose(there, here[order], atol=1e-10)
