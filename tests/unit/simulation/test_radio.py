from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.movement import Setting, Track
from throughcare.simulation.radio import RadioModel, UnitRecord, listen
from throughcare.simulation.shapes import Floats

DAYS = 60
QUIET = RadioModel(silent_per_day=0, announced_per_day=0, unplugged_per_day=0, moved_per_day=0)


def _none(_: str) -> Floats:
    return np.empty((0, 2))


def _track(east_m: float) -> Track:
    ends = np.array([0.0, DAYS * 86_400.0])
    return Track(
        ends, np.full(2, east_m), np.zeros(2), np.full(2, Setting.HOME_INDOORS), np.zeros(2, np.int64)
    )


def _unit(
    model: RadioModel = QUIET,
    *,
    east_m: float = 3.0,
    certain: Callable[[str], Floats] = _none,
    tag_silent: tuple[Floats, ...] = (),
) -> UnitRecord:
    return listen(
        rng=np.random.default_rng(5),
        model=model,
        track=_track(east_m),
        unit_at=(0.0, 0.0),
        from_s=0.0,
        to_s=DAYS * 86_400.0,
        tag_silent=tag_silent,
        certain=certain,
    )


def _times(unit: UnitRecord, kind: StatusKind) -> Floats:
    return unit.t_s[unit.kind == kind]


def test_a_unit_listens_about_every_minute_and_misses_about_one_poll_in_fifty() -> None:
    unit = _unit()
    missed, heard = len(_times(unit, StatusKind.RADIO_MISSED)), len(_times(unit, StatusKind.RADIO_HEARD))
    assert missed + heard == pytest.approx(DAYS * 1440, rel=0.001)
    assert 0.02 <= missed / (missed + heard) < 0.025  # 2 % misses and 0.4 shadows a day


def test_misses_come_in_shadows_too() -> None:
    unit = _unit()
    polls = unit.kind[(unit.kind == StatusKind.RADIO_MISSED) | (unit.kind == StatusKind.RADIO_HEARD)]
    missed = np.concatenate([[0], (polls == StatusKind.RADIO_MISSED).astype(int), [0]])
    edge = np.flatnonzero(np.diff(missed))
    runs = edge[1::2] - edge[::2]
    assert (runs >= 3).sum() > 5  # independent misses alone would give one in 125,000 polls


def test_a_tag_in_the_garden_is_heard_and_one_down_the_street_is_not() -> None:
    garden, street = _unit(east_m=14.0), _unit(east_m=80.0)
    assert len(_times(garden, StatusKind.RADIO_HEARD)) > 0.95 * DAYS * 1440
    assert len(_times(street, StatusKind.RADIO_HEARD)) == 0


def test_a_dead_tag_is_not_heard_though_it_is_at_home() -> None:
    unit = _unit(tag_silent=(np.array([[1000.0, 50_000.0]]),))
    heard = _times(unit, StatusKind.RADIO_HEARD)
    assert not ((heard >= 1000) & (heard < 50_000)).any()
    assert (heard > 50_000).any()


def test_a_heartbeat_comes_every_quarter_of_an_hour() -> None:
    gaps = np.diff(_times(_unit(), StatusKind.UNIT_HEARTBEAT))
    assert gaps.max() == gaps.min() == 900


@pytest.mark.parametrize("trouble", ["silent", "announced"])
def test_an_outage_stops_everything_and_only_some_are_announced(trouble: str) -> None:
    span = np.array([[100_000.0, 110_000.0]])
    unit = _unit(certain=lambda name: span if name == trouble else _none(name))
    inside = (unit.t_s > 100_003) & (unit.t_s < 109_997)
    assert not inside.any()
    dead = _times(unit, StatusKind.UNIT_DEAD)
    assert len(dead) == (1 if trouble == "announced" else 0)


def test_an_unplugged_unit_lives_on_its_battery_and_then_says_goodbye() -> None:
    span = np.array([[100_000.0, 140_000.0]])
    unit = _unit(certain=lambda name: span if name == "unplugged" else _none(name))
    assert _times(unit, StatusKind.UNIT_POWER_LOST).tolist() == [100_000.0]
    assert _times(unit, StatusKind.UNIT_DEAD).tolist() == [100_000.0 + QUIET.unit_battery_s]
    heard = _times(unit, StatusKind.RADIO_HEARD)
    assert ((heard > 100_000) & (heard < 121_000)).any()
    assert not ((heard > 121_700) & (heard < 139_900)).any()
    assert len(_times(unit, StatusKind.UNIT_POWER_RESTORED)) == 1


def test_a_unit_that_is_moved_says_so_and_may_lose_the_tag_until_it_is_back() -> None:
    span = np.array([[100_000.0, 400_000.0]])
    far = RadioModel(
        silent_per_day=0, announced_per_day=0, unplugged_per_day=0, moved_per_day=0, moved_m=(90.0, 91.0)
    )
    unit = _unit(far, certain=lambda name: span if name == "moved" else _none(name))
    heard = _times(unit, StatusKind.RADIO_HEARD)
    assert not ((heard > 100_003) & (heard < 399_997)).any()
    assert (heard > 401_000).any()
    assert len(_times(unit, StatusKind.UNIT_MOVED)) == len(_times(unit, StatusKind.UNIT_IN_PLACE)) == 1


def test_troubles_come_at_their_rates() -> None:
    seeds = [
        listen(
            rng=np.random.default_rng(seed),
            model=RadioModel(),
            track=_track(3.0),
            unit_at=(0.0, 0.0),
            from_s=0.0,
            to_s=DAYS * 86_400.0,
            tag_silent=(),
            certain=_none,
        ).troubles
        for seed in range(20)
    ]
    names = [name for troubles in seeds for name, _, _ in troubles]
    assert names.count("silent") / (20 * DAYS) == pytest.approx(0.03, rel=0.4)
    assert names.count("announced") / (20 * DAYS) == pytest.approx(0.02, rel=0.5)
