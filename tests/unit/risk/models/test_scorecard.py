"""The scorecard: it finds the lines that made the data, and no single other line or point would be better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from throughcare.risk.models.columns import Column, Form
from throughcare.risk.models.local_model import Card
from throughcare.risk.models.scorecard import CardSettings, as_additive, candidate_lines, fit_card
from throughcare.risk.models.scorecard_kernels import calibrated

COLUMNS = (
    Column(name="arrests", label="arrests", levels=tuple(str(n) for n in range(7))),
    Column(name="area", label="area", form=Form.NOMINAL, levels=("a", "b", "c")),
    Column(name="age", label="age", form=Form.NUMBER, cuts=(25.0, 40.0)),
    *(Column(name=f"noise{n}", label=f"noise {n}", levels=("0", "1")) for n in range(6)),
)


def people(count: int = 6_000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, column.size - 1, count) for column in COLUMNS], axis=1)
    codes[rng.random(count) < 0.1, 2] = COLUMNS[2].size - 1
    points = 3 * (codes[:, 0] >= 4) + 2 * (codes[:, 1] == 1) - 4 * (codes[:, 2] == 2)
    chance = 1 / (1 + np.exp(0.5 - 0.5 * points))
    return codes.astype(np.int16), (rng.random(count) < chance).astype(np.int8)


def loss(card: Card, codes: np.ndarray, target: np.ndarray) -> float:
    found, _, _ = calibrated(
        card.points(codes).astype(np.int64), target.astype(float), card.intercept, card.scale
    )
    return found


def test_the_lines_that_made_the_data_are_found() -> None:
    card = fit_card(*people(), columns=COLUMNS, settings=CardSettings(lines=3))
    found = {line.words: line.points * card.scale for line in card.lines}
    assert found.keys() == {"arrests: 4 or any later answer", "area: b", "age: 40 or more"}
    assert found["arrests: 4 or any later answer"] == pytest.approx(1.5, abs=0.25)
    assert found["age: 40 or more"] == pytest.approx(-2.0, abs=0.3)


def test_no_other_points_of_any_one_line_are_better() -> None:
    codes, target = people()
    card = fit_card(codes, target, columns=COLUMNS, settings=CardSettings(lines=4))
    best = loss(card, codes, target)
    for place, line in enumerate(card.lines):
        for points in set(range(-10, 11)) - {line.points}:
            others = (*card.lines[:place], replace(line, points=points), *card.lines[place + 1 :])
            assert loss(replace(card, lines=others), codes, target) >= best - 1e-6


def test_the_curve_is_the_one_of_maximum_likelihood() -> None:
    codes, target = people()
    card = fit_card(codes, target, columns=COLUMNS, settings=CardSettings(lines=4))
    chance = as_additive(card, COLUMNS).probability(codes)
    assert chance.sum() == pytest.approx(target.sum(), rel=1e-6)
    assert (chance * card.points(codes)).sum() == pytest.approx((target * card.points(codes)).sum(), rel=1e-5)


def test_more_lines_never_fit_worse_and_limits_are_kept() -> None:
    codes, target = people()
    losses = []
    for lines in (1, 2, 4, 6):
        card = fit_card(codes, target, columns=COLUMNS, settings=CardSettings(lines=lines, most_points=5))
        assert len(card.lines) <= lines
        assert all(1 <= abs(line.points) <= 5 for line in card.lines)
        losses.append(loss(card, codes, target))
    assert losses == sorted(losses, reverse=True)


def test_a_rising_column_gets_no_points_to_the_other_side() -> None:
    codes, target = people()
    falling = (replace(COLUMNS[0], rising=-1), *COLUMNS[1:])
    card = fit_card(codes, target, columns=falling, settings=CardSettings(lines=6))
    assert all(line.points < 0 for line in card.lines if line.feature == 0)


def test_lines_of_too_few_people_or_said_twice_are_not_asked() -> None:
    codes, _ = people()
    codes[:, 3] = codes[:, 4]  # two columns that say the same
    codes[:3, 1] = 3
    lines = candidate_lines(codes, columns=COLUMNS, least_share=0.01)
    assert sum(line.feature in {3, 4} for line in lines) == 1
    assert not any(line.feature == 1 and line.codes == (3,) for line in lines)
    with pytest.raises(ValueError, match="different values"):
        fit_card(
            np.zeros((50, len(COLUMNS)), np.int16),
            np.zeros(50, np.int8),
            columns=COLUMNS,
            settings=CardSettings(),
        )
