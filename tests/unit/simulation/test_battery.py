from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.battery import BatteryLife, BatteryModel, live_battery
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.movement import Setting, Track

CALENDAR = Calendar(dt.date(2026, 5, 4), 40)
HOME = Track(
    np.array([0.0, CALENDAR.end_s]),
    np.zeros(2),
    np.zeros(2),
    np.full(2, Setting.HOME_INDOORS),
    np.zeros(2, int),
)


def _life(model: BatteryModel, seed: int = 1, track: Track = HOME) -> BatteryLife:
    return live_battery(
        rng=np.random.default_rng(seed),
        model=model,
        calendar=CALENDAR,
        track=track,
        from_s=0.0,
        to_s=CALENDAR.end_s,
    )


def test_a_person_who_charges_every_evening_hardly_ever_has_a_dead_tag() -> None:
    lives = [_life(BatteryModel(forget_share=(0.0, 0.0)), seed) for seed in range(20)]
    dead_s = sum(float((life.dead[:, 1] - life.dead[:, 0]).sum()) for life in lives)
    assert dead_s / (20 * CALENDAR.end_s) < 0.005
    assert min(len(life.charging) for life in lives) >= 39


def test_a_person_who_forgets_every_evening_has_a_dead_tag_again_and_again() -> None:
    life = _life(BatteryModel(forget_share=(1.0, 1.0), rescue_share=0.0))
    assert len(life.dead) > 3
    spoken = [t for t, kind, _ in life.readings if kind is StatusKind.BATTERY_DEAD]
    assert spoken == pytest.approx(life.dead[:, 0].tolist())


def test_the_warning_saves_the_day_for_those_who_heed_it() -> None:
    careless, heeding = (
        sum(len(_life(BatteryModel(forget_share=(1.0, 1.0), rescue_share=share), s).dead) for s in range(6))
        for share in (0.0, 1.0)
    )
    assert heeding < careless / 2


def test_percentages_fall_between_charges_and_stay_between_empty_and_full() -> None:
    life = _life(BatteryModel())
    percents = [(t, value) for t, kind, value in life.readings if kind is StatusKind.BATTERY_PERCENT]
    values = np.array([value for _, value in percents])
    assert values.min() >= 0
    assert values.max() <= 100
    ends = {t for t, kind, _ in life.readings if kind is StatusKind.CHARGING_ENDED}
    rises = [t for (_, a), (t, b) in itertools.pairwise(percents) if b > a]
    assert set(rises) <= ends


def test_a_tag_is_never_dead_and_charging_at_once() -> None:
    for seed in range(10):
        life = _life(BatteryModel(forget_share=(0.5, 0.5)), seed)
        for start, end in life.charging.tolist():
            assert not ((life.dead[:, 0] < end) & (start < life.dead[:, 1])).any()


def test_nobody_charges_away_from_home() -> None:
    away = Track(
        np.array([0.0, 5 * 86_400.0, CALENDAR.end_s]),
        np.zeros(3),
        np.zeros(3),
        np.full(3, Setting.AWAY_INDOORS),
        np.array([3, 0, 0]),
    )
    life = _life(BatteryModel(), track=away)
    assert life.charging[:, 0].min() >= 5 * 86_400.0
    assert life.dead[0, 1] >= 5 * 86_400.0
