from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.status import StatusKind
from throughcare.simulation.battery import BatteryLife
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.errors import ErrorModel, Receiver, Regime
from throughcare.simulation.movement import Setting, Track
from throughcare.simulation.people import HomeClass
from throughcare.simulation.shapes import Floats
from throughcare.simulation.tags import TagModel, TagRecord, Wearing, draw_wearing, record, stray

CALENDAR = Calendar(dt.date(2026, 5, 4), 10)
NONE = np.empty((0, 2))
FULL = BatteryLife(NONE, NONE, ())
STREET = Track(
    np.array([0.0, CALENDAR.end_s]), np.zeros(2), np.zeros(2), np.full(2, Setting.ON_FOOT), np.full(2, -1)
)
QUIET = TagModel(blackouts_per_day=0.0, straps_per_day=0.0, cases_per_day=0.0, faults_per_day=0.0)
SKY = replace(ErrorModel(), available=(1.0,) * 8)


def _wearing(model: TagModel = QUIET, **spans: Floats) -> Wearing:
    return draw_wearing(
        rng=np.random.default_rng(1),
        model=model,
        receiver=Receiver(0.95, 1.0),
        device_id="G0001-1",
        from_s=36_000.0,
        to_s=CALENDAR.end_s,
        certain=lambda name: spans.get(name, NONE),
    )


def _sent(
    wearing: Wearing,
    *,
    model: TagModel = QUIET,
    battery: BatteryLife = FULL,
    violations: Floats = NONE,
    errors: ErrorModel = SKY,
) -> TagRecord:
    return record(
        rng=np.random.default_rng(2),
        model=model,
        errors=errors,
        calendar=CALENDAR,
        wearing=wearing,
        battery=battery,
        track=STREET,
        home_class=HomeClass.GOOD,
        violations=violations,
    )


def _seconds(sent: TagRecord) -> Floats:
    first = ~(sent.regime & Regime.DUPLICATE > 0)
    return np.sort((sent.positions.t_us[first] - CALENDAR.start_us) / SECOND_US)


def test_positions_come_every_minute_and_every_15_s_while_a_rule_is_broken() -> None:
    t = _seconds(_sent(_wearing(), violations=np.array([[100_000.0, 103_600.0]])))
    gaps = np.diff(t)
    broken = (t[:-1] > 100_060) & (t[:-1] < 103_500)
    assert set(gaps[broken].tolist()) == {15.0}
    assert set(gaps[(t[:-1] < 99_900) | (t[:-1] > 103_700)].tolist()) == {60.0}
    assert t.min() >= 36_000


def test_a_15_s_tag_measures_every_15_s_throughout() -> None:
    model = replace(QUIET, interval_s=15.0)
    assert set(np.diff(_seconds(_sent(_wearing(model), model=model))).tolist()) == {15.0}


def test_nothing_is_received_before_it_happens_and_batches_come_every_ten_minutes() -> None:
    positions = _sent(_wearing()).positions
    delay_s = (positions.received_us - positions.t_us) / SECOND_US
    assert delay_s.min() >= 1
    assert np.percentile(delay_s, 99) < 620
    assert np.median(delay_s) == pytest.approx(310, abs=60)
    assert np.diff(positions.received_us).min() >= 0


def test_a_blackout_delays_what_it_holds_back_and_loses_nothing() -> None:
    span = np.array([[200_000.0, 230_000.0]])
    held, free = _sent(_wearing(blackouts=span)), _sent(_wearing())
    assert np.array_equal(_seconds(held), _seconds(free))
    t = (held.positions.t_us - CALENDAR.start_us) / SECOND_US
    received = (held.positions.received_us - CALENDAR.start_us) / SECOND_US
    inside = (t > 200_000) & (t < 229_000)
    assert received[inside & (held.regime & Regime.DUPLICATE == 0)].min() >= 230_000


def test_after_some_blackouts_the_newest_come_before_the_stored() -> None:
    starts = np.arange(50_000.0, 800_000.0, 20_000.0)
    spans = np.column_stack([starts, starts + 3000.0])
    sent = _sent(_wearing(blackouts=spans))
    assert (np.diff(sent.positions.t_us) < 0).sum() > 5


def test_a_dead_battery_and_a_fault_silence_the_tag() -> None:
    battery = BatteryLife(
        np.array([[100_000.0, 150_000.0]]), NONE, ((100_000.0, StatusKind.BATTERY_DEAD, np.nan),)
    )
    sent = _sent(_wearing(faults=np.array([[300_000.0, 310_000.0]])), battery=battery)
    t = _seconds(sent)
    assert not ((t >= 100_000) & (t < 150_000)).any()
    assert not ((t >= 300_000) & (t < 310_000)).any()
    kinds = [kind for _, kind, _ in sent.readings]
    assert {StatusKind.BATTERY_DEAD, StatusKind.DEVICE_FAULT, StatusKind.DEVICE_FAULT_CLEARED} <= set(kinds)


def test_an_opened_strap_and_case_are_told_with_their_ends() -> None:
    span = np.array([[100_000.0, 101_000.0]])
    sent = _sent(_wearing(strap=span, case=span))
    told = {kind: t for t, kind, _ in sent.readings}
    assert told[StatusKind.STRAP_OPEN] == told[StatusKind.CASE_OPEN] == 100_000
    assert told[StatusKind.STRAP_CLOSED] == told[StatusKind.CASE_CLOSED] == 101_000


def test_a_tag_without_sky_says_that_it_has_no_position_but_is_alive() -> None:
    errors = replace(ErrorModel(), available=(0.0,) * 8, cell_place_share=0.0, wifi_place_share=0.0)
    sent = _sent(_wearing(), errors=errors)
    assert len(sent.positions) == 0
    kinds = [kind for _, kind, _ in sent.readings]
    assert kinds.count(StatusKind.NO_POSITION) > 1000
    assert kinds.count(StatusKind.DEVICE_HEARTBEAT) > 300


def test_duplicates_repeat_the_facts_and_arrive_later() -> None:
    sent = _sent(_wearing())
    twice = np.flatnonzero(sent.regime & Regime.DUPLICATE)
    assert len(twice) / len(sent.positions) == pytest.approx(0.001, abs=0.0008)
    content = sent.positions.content()
    for row in twice.tolist():
        same = np.flatnonzero(content == content[row])
        assert len(same) == 2
        assert sent.positions.received_us[same].max() == sent.positions.received_us[row]


def test_a_stray_tag_reports_before_it_is_fitted_and_is_worn_by_nobody() -> None:
    wearing = _wearing()
    found = stray(rng=np.random.default_rng(3), calendar=CALENDAR, wearing=wearing, at=(5.0, 6.0))
    t = (found.positions.t_us - CALENDAR.start_us) / SECOND_US
    assert (t < wearing.from_s).all()
    assert (found.regime == Regime.NOT_WORN).all()
