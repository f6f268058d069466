from __future__ import annotations

import numpy as np
import pytest

from tests.lib.simulated import small_town
from throughcare.simulation.movement import Mode, Setting, Track, TrackBuilder
from throughcare.simulation.network import Router
from throughcare.simulation.shapes import inside_polygon
from throughcare.simulation.town import PlaceKind, Town


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town()


@pytest.fixture(scope="module")
def walked(town: Town) -> tuple[Track, int, float]:
    """Return some days: home, by car to the station, on foot to a park, home by bus; the home's row; return time."""
    row = int(town.homes[1500])
    builder = TrackBuilder(np.random.default_rng(8), Router(town.network), garden=town.buildings.garden(row))
    home = builder.number(town.as_home(row))
    station = builder.number(town.of_kind(PlaceKind.STATION)[0])
    park = builder.number(town.of_kind(PlaceKind.PARK)[0])
    builder.stay(home, 0.0, 30_000.0)
    now_s = builder.trip(home, station, mode=Mode.CAR, depart_s=30_000.0)
    builder.stay(station, now_s, 40_000.0)
    now_s = builder.trip(station, park, mode=Mode.WALK, depart_s=40_000.0)
    builder.stay(park, now_s, 50_000.0)
    now_s = builder.trip(park, home, mode=Mode.BUS, depart_s=50_000.0)
    builder.stay(home, now_s, 4 * 86_400.0)
    return builder.build(), row, now_s


def test_nobody_jumps(walked: tuple[Track, int, float]) -> None:
    track, _, _ = walked
    t = np.arange(0.0, 86_400.0, 1.0)
    east, north = track.at(t)
    speed_mps = np.hypot(np.diff(east), np.diff(north))
    setting = track.setting[track.row(t[:-1])]
    assert speed_mps.max() < 16.0
    assert speed_mps[setting == Setting.ON_FOOT].max() < 3.0
    assert speed_mps[setting <= Setting.AWAY_OUTDOORS].max() < 1.6
    assert np.diff(track.t_s).min() >= 0


def test_a_person_at_home_is_in_the_house_or_the_garden(walked: tuple[Track, int, float], town: Town) -> None:
    track, row, _ = walked
    t = np.arange(0.0, 4 * 86_400.0, 5.0)
    knot = track.row(t)
    east, north = track.at(t)
    at_home = track.place[knot] == 0
    assert inside_polygon(east_m=east, north_m=north, ring=town.buildings.plot(row))[at_home].all()
    garden = track.setting[knot] == Setting.HOME_GARDEN
    assert garden.any()
    assert at_home[garden].all()


def test_an_open_place_is_outdoors_and_a_closed_one_indoors(walked: tuple[Track, int, float]) -> None:
    track, _, _ = walked
    setting = track.setting[track.row(np.array([1_000.0, 36_000.0, 45_000.0]))]
    assert setting[1] == Setting.AWAY_INDOORS
    assert setting[2] == Setting.AWAY_OUTDOORS
    assert setting[0] in (Setting.HOME_INDOORS, Setting.HOME_GARDEN)


def test_a_trip_takes_about_as_long_as_foretold(town: Town) -> None:
    builder = TrackBuilder(np.random.default_rng(8), Router(town.network))
    rows = town.homes[::700].tolist()
    numbers = [builder.number(town.as_home(row)) for row in rows]
    for mode in Mode:
        foretold = [builder.travel_s(numbers[0], n, mode) for n in numbers[1:]]
        taken = [builder.trip(numbers[0], n, mode=mode, depart_s=0.0) for n in numbers[1:]]
        assert sum(taken) == pytest.approx(sum(foretold), rel=0.15)


def test_a_car_is_faster_than_a_bus_a_cycle_and_a_walk(town: Town) -> None:
    builder = TrackBuilder(np.random.default_rng(8), Router(town.network))
    near, far = (builder.number(town.as_home(int(town.homes[i]))) for i in (10, -10))
    times = [builder.travel_s(near, far, mode) for mode in (Mode.CAR, Mode.BUS, Mode.CYCLE, Mode.WALK)]
    assert times == sorted(times)
