from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.alcohol import AlcoholModel, AlcoholRecord, sense
from throughcare.simulation.calendar import Calendar

CALENDAR = Calendar(dt.date(2026, 5, 4), 20)
NEVER = AlcoholModel(drinking_per_day=0.0, covered_per_day=0.0)


def _sensed(
    model: AlcoholModel, *, days: tuple[int, ...] = (), cover: tuple[tuple[float, float], ...] = ()
) -> AlcoholRecord:
    return sense(
        rng=np.random.default_rng(2),
        model=model,
        calendar=CALENDAR,
        from_s=0.0,
        to_s=CALENDAR.end_s,
        certain_days=days,
        certain_cover=np.array(cover).reshape(-1, 2),
    )


def test_a_sober_person_reads_near_nothing_every_half_hour() -> None:
    record = _sensed(NEVER)
    assert record.drinking == ()
    assert np.nanmax(record.value) < 0.012
    assert np.median(np.diff(record.t_s)) == 1800
    assert len(record.t_s) == pytest.approx(20 * 48 * 0.99, rel=0.02)


def test_drinking_shows_after_a_delay_and_wears_off() -> None:
    record = _sensed(AlcoholModel(drinking_per_day=0.0, covered_per_day=0.0, drinks=(7, 7)), days=(3,))
    (event,) = record.drinking
    assert event.drinks == 7
    assert 0.05 < event.peak_pct < 0.15
    peak = int(np.argmax(record.value))
    assert record.t_s[peak] > event.start_s + 3600
    assert record.value[peak] == pytest.approx(event.peak_pct, rel=0.35)
    next_evening = record.t_s > event.end_s + 20 * 3600
    assert record.value[next_evening].max() < 0.012
    before = record.t_s < event.start_s
    assert record.value[before].max() < 0.012


def test_blood_alcohol_falls_by_the_usual_amount_an_hour() -> None:
    model = AlcoholModel(
        drinking_per_day=0.0, covered_per_day=0.0, drinks=(8, 8), noise_pct=0.0, gap_share=0.0
    )
    record = _sensed(model, days=(3,))
    falling = (record.t_s > record.drinking[0].end_s + 5 * 3600) & (record.value > 0.03)
    slope = np.polyfit(record.t_s[falling] / 3600, record.value[falling], 1)[0]
    assert slope == pytest.approx(-0.015, rel=0.25)


def test_a_covered_sensor_says_so_and_reads_nothing() -> None:
    record = _sensed(NEVER, cover=((200_000.0, 220_000.0),))
    covered = (record.t_s > 200_000) & (record.t_s < 220_000)
    assert not covered.any()
    kinds = record.kind.tolist()
    assert kinds.count(StatusKind.ALCOHOL_OBSTRUCTED) == kinds.count(StatusKind.ALCOHOL_CLEAR) == 1
    assert np.isnan(record.value[record.kind != StatusKind.ALCOHOL_READING]).all()


def test_most_days_of_an_abstinence_order_are_sober() -> None:
    days = sum(
        len(
            sense(
                rng=np.random.default_rng(seed),
                model=AlcoholModel(),
                calendar=CALENDAR,
                from_s=0.0,
                to_s=CALENDAR.end_s,
                certain_days=(),
                certain_cover=np.empty((0, 2)),
            ).drinking
        )
        for seed in range(60)
    )
    assert days / (60 * 20) == pytest.approx(0.03, abs=0.012)  # 97 % sober days (MoJ, October 2021)
