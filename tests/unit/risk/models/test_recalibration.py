"""Recalibration finds the two numbers that made the data; sample sizes follow the published criteria."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lib.local_people import table, texts
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.model_file import read_model, text_of
from throughcare.risk.models.recalibrated import Recalibrated, percents, recalibrate_table
from throughcare.risk.models.recalibration import recalibrate
from throughcare.risk.models.sample_size import check_enough, need


def people(count: int, *, intercept: float, slope: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    published = rng.beta(2, 3, count)
    log_odds = intercept + slope * np.log(published / (1 - published))
    return published, (rng.random(count) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = [
        (found.slope.low <= 0.7 <= found.slope.high, found.intercept.low <= 0.4 <= found.intercept.high)
        for seed in range(10_000, 10_400)
        for found in [recalibrate(*people(600, intercept=0.4, slope=0.7, seed=seed))]
    ]
    assert np.all(np.abs(np.mean(held, axis=0) - 0.95) < 0.03)


def test_after_recalibration_as_many_events_are_expected_as_there_were() -> None:
    published, events = people(1_000, intercept=0.6, slope=0.5, seed=1)
    found = recalibrate(published, events)
    assert found.probability(published).sum() == pytest.approx(events.sum(), rel=1e-6)
    assert found.shift.low > 0


def test_too_few_events_or_one_probability_for_all_are_refused() -> None:
    published, events = people(1_000, intercept=0.0, slope=1.0, seed=1)
    with pytest.raises(RefusedInput, match="20 people with the event"):
        recalibrate(published[:30], events[:30])
    with pytest.raises(RefusedInput, match="differ"):
        recalibrate(np.full(1_000, 0.3), events)


def test_a_recalibrated_table_is_written_and_read() -> None:
    small, found = table(900), texts(900)
    model = recalibrate_table(small, percents(found, "published", where="t"), column="published")
    again = read_model(text_of(model), where="f").model
    assert isinstance(again, Recalibrated)
    percent = percents(found, "published", where="t")
    assert np.array_equal(again.hazards(percent), model.hazards(percent))
    assert 1.4 < model.periods[0].slope.value < 2.8  # the published percent was made twice too flat


@pytest.mark.parametrize("cell", ["101", "-1", "high", "nan"])
def test_a_cell_that_is_no_percent_is_named(cell: str) -> None:
    with pytest.raises(RefusedInput, match="row 2"):
        percents({"p": np.array(["5", cell])}, "p", where="t")
    with pytest.raises(RefusedInput, match="a column q"):
        percents({"p": np.array(["5"])}, "q", where="t")


def test_sample_sizes_are_those_of_the_worked_criteria() -> None:
    # Riley and others 2020: with 30 % events and 24 numbers, by hand: R2 = 0.15 * 0.7053, 24 / (0.1 * 0.12505) = 1919.2
    found = need(parameters=24, base_rate=0.3)
    assert found.shrinkage == 1920
    assert found.mean_risk == 323
    assert found.people == 2_000
    assert need(parameters=240, base_rate=0.3).people == pytest.approx(19_193)


def test_between_the_least_and_the_need_there_is_a_caution() -> None:
    assert check_enough(table(2_500)) == ()
    (reason,) = check_enough(table(2_500), parameters=100)
    assert reason.facts["needed"] > 2_500
