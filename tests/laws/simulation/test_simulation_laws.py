from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.orders.document import dump_orders
from throughcare.orders.history import history_of
from throughcare.simulation.models import Models
from throughcare.simulation.scenario import Simulation, simulate

START = dt.date(2026, 10, 23)  # the autumn clock change is on the third night


@cache
def _usual() -> Simulation:
    return _small()


def _small(*, seed: int = 3, people: int = 3, days: int = 3, models: Models | None = None) -> Simulation:
    return simulate(seed=seed, people=people, days=days, start=START, models=models)


def _bytes(simulation: Simulation) -> list[bytes]:
    found = [dump_orders([history_of([order])]).encode() for order in simulation.orders]
    for batch in (simulation.positions, simulation.readings, simulation.protected):
        found += [repr(batch.keys).encode(), batch.key.tobytes()]
        found += [getattr(batch, name).tobytes() for name in batch.columns()]
    fixes = simulation.truth.fixes
    found += [a.tobytes() for a in (fixes.east_m, fixes.north_m, fixes.regime, fixes.sky)]
    for person in simulation.truth.people:
        found += [
            person.east_m.tobytes(),
            repr((person.absences, person.zone_spans, person.drinking)).encode(),
        ]
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_town() -> None:
    first = _usual()
    assert _bytes(first) == _bytes(_small())
    second = _small(seed=4, people=1, days=1)
    assert len(first.town.buildings) != len(second.town.buildings)
    assert first.town.street_names != second.town.street_names


def test_adding_people_changes_nobody_who_was_there_before() -> None:
    few, many = _small(people=2, days=2), _small(people=5, days=2)
    assert few.orders == many.orders[: len(few.orders)]
    size = len(few.positions)
    for name in few.positions.columns():
        np.testing.assert_array_equal(
            getattr(few.positions, name), getattr(many.positions, name)[:size], err_msg=name
        )
    for before, after in zip(few.truth.people, many.truth.people, strict=False):
        np.testing.assert_array_equal(before.east_m, after.east_m)
        assert before.absences == after.absences
    names = [many.readings.keys[i] for i in many.readings.key[: len(few.readings)].tolist()]
    assert names == [few.readings.keys[i] for i in few.readings.key.tolist()]


def test_another_error_model_leaves_the_true_life_as_it_was() -> None:
    usual = _usual()
    models = Models()
    other = replace(models, errors=replace(models.errors, sigma_m=(50.0,) * 8, outlier_share=0.1))
    noisy = _small(models=other)
    for before, after in zip(usual.truth.people, noisy.truth.people, strict=True):
        np.testing.assert_array_equal(before.east_m, after.east_m)
        assert before.absences == after.absences
        assert before.appointments == after.appointments
    assert usual.orders == noisy.orders
    assert not np.array_equal(usual.positions.lat_deg[:500], noisy.positions.lat_deg[:500])


@settings(max_examples=3)
@given(seed=st.integers(0, 2**32), days=st.integers(1, 3))
def test_whatever_the_seed_every_fact_is_in_its_range(seed: int, days: int) -> None:
    simulation = simulate(seed=seed, people=10, days=days, start=START)
    positions, readings = simulation.positions, simulation.readings
    assert np.isfinite(positions.lat_deg).all()
    assert np.nanmin(positions.accuracy_m) > 0
    assert (np.isnan(positions.accuracy_m) == np.isnan(positions.level)).all()
    assert set(np.unique(positions.source)) <= {1, 5, 6}
    assert (positions.received_us > positions.t_us).all()
    assert (readings.received_us >= readings.t_us).all()
    assert readings.t_us.min() >= simulation.calendar.start_us
    assert positions.t_us.max() <= simulation.calendar.to_us(simulation.calendar.end_s)
    assert len(simulation.truth.people) == 10


@pytest.mark.parametrize("interval_s", [15.0, 60.0])
def test_the_interval_sets_how_many_positions_there_are(interval_s: float) -> None:
    models = Models()
    simulation = _small(
        people=1, days=2, models=replace(models, tag=replace(models.tag, interval_s=interval_s))
    )
    a_day = len(simulation.positions) / 1.5
    assert 0.4 < a_day * interval_s / 86_400 < 1.1
