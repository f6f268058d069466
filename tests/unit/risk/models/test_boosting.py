"""The booster's tables are exactly its trees; the same seed gives the same model; a rising effect rises."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.risk.models.additive import AdditiveModel, PairTable, SingleTable
from throughcare.risk.models.boosting import BoostingSettings, fit_additive, purify
from throughcare.risk.models.columns import Column, Form

COLUMNS = (
    Column(name="priors", label="number of earlier convictions", levels=("0", "1", "2", "3"), rising=1),
    Column(name="area", label="area", form=Form.NOMINAL, levels=("a", "b", "c", "d", "e")),
    Column(name="age", label="age", levels=("18-24", "25-34", "35 or older")),
)
SMALL = BoostingSettings(rounds=150, rate=0.1, min_rows=20, pairs=3)


def people(*, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, column.size, count) for column in COLUMNS], axis=1).astype(np.int16)
    young_with_priors = (codes[:, 2] == 0) & (codes[:, 0] >= 2) & (codes[:, 0] < 4)
    log_odds = -1.0 + 0.3 * np.minimum(codes[:, 0], 3) + 1.2 * young_with_priors + 0.8 * (codes[:, 1] == 3)
    return codes, (rng.random(count) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)


def fitted(seed: int = 5) -> tuple[AdditiveModel, np.ndarray, np.ndarray]:
    codes, target = people(count=6_000, seed=1)
    model = fit_additive(codes, target, columns=COLUMNS, settings=SMALL, rng=np.random.default_rng(seed))
    return model, codes, target


def test_a_fitted_model_beats_the_base_rate_on_people_it_never_saw() -> None:
    model, _, target = fitted()
    codes, unseen = people(count=6_000, seed=2)
    brier = np.mean((model.probability(codes) - unseen) ** 2)
    assert brier < np.mean((target.mean() - unseen) ** 2) - 0.01


def test_the_pair_that_made_the_data_is_found_first() -> None:
    model, _, _ = fitted()
    assert (model.pairs[0].first, model.pairs[0].second) == (0, 2)


def test_the_same_seed_gives_the_same_model_and_another_gives_another() -> None:
    once, codes, _ = fitted()
    again, _, _ = fitted()
    other, _, _ = fitted(seed=6)
    assert np.array_equal(once.log_odds(codes), again.log_odds(codes))
    assert not np.array_equal(once.log_odds(codes), other.log_odds(codes))


def test_a_rising_effect_never_falls_whatever_the_other_features_are() -> None:
    codes, target = people(count=3_000, seed=1)
    against = np.where(codes[:, 0] < 4, target * (codes[:, 0] < 2), target).astype(
        np.int8
    )  # falls in the data
    settings = BoostingSettings(rounds=200, rate=0.2, min_rows=5, pairs=3, feature_share=1.0)
    model = fit_additive(codes, against, columns=COLUMNS, settings=settings, rng=np.random.default_rng(5))
    for area in range(COLUMNS[1].size):
        for age in range(COLUMNS[2].size):
            along = np.array([[priors, area, age] for priors in range(4)], dtype=np.int16)
            assert np.all(np.diff(model.log_odds(along)) >= -1e-12)


def test_contributions_and_intercept_add_up_to_the_log_odds() -> None:
    model, codes, _ = fitted()
    assert np.allclose(model.intercept + model.contributions(codes).sum(axis=1), model.log_odds(codes))


def test_singles_and_pairs_are_centred_on_the_people_they_were_fitted_to() -> None:
    model, codes, _ = fitted()
    assert np.allclose(model.contributions(codes).mean(axis=0), 0.0, atol=1e-9)


def test_purifying_loses_nothing_and_leaves_no_single_effect_in_the_pair() -> None:
    rng = np.random.default_rng(3)
    table, counts = rng.normal(size=(4, 5)), rng.integers(0, 50, (4, 5)).astype(float)
    pure, rows, columns = purify(table, counts)
    assert np.allclose(pure + rows[:, None] + columns[None, :], table)
    assert np.allclose((pure * counts).sum(axis=0), 0.0, atol=1e-6)
    assert np.allclose((pure * counts).sum(axis=1), 0.0, atol=1e-6)


def test_a_table_that_does_not_fit_its_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="priors"):
        AdditiveModel(columns=COLUMNS, intercept=0.0, singles=(SingleTable(0, np.zeros(3)),))
    with pytest.raises(ValueError, match="pair 0, 1"):
        AdditiveModel(columns=COLUMNS, intercept=0.0, singles=(), pairs=(PairTable(0, 1, np.zeros((2, 2))),))
