from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.lib.simulated import small_town
from throughcare.simulation.areas import Area
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.diary import Block, Rank, Walker, settle
from throughcare.simulation.movement import Track, TrackBuilder
from throughcare.simulation.network import Router
from throughcare.simulation.people import Person, draw_person
from throughcare.simulation.routine import AT_HOME_WEEKDAY, AT_HOME_WEEKEND, days_of, outings
from throughcare.simulation.town import PlaceKind

CALENDAR = Calendar(dt.date(2026, 5, 4), 14)
ROUTER = Router(small_town().network)


def _walker(index: int, *, keep_out: Area | None = None, days: int = 14) -> Walker:
    rng = np.random.default_rng([9, index])
    person = draw_person(rng=rng, town=small_town(), index=index, ref=f"W{index:04d}")
    builder = TrackBuilder(rng, ROUTER)
    builder.number(person.home)
    calendar = Calendar(CALENDAR.start, days)
    return Walker(rng, person, calendar, person.habits(small_town()), builder, avoid=keep_out)


def _life(person: Person, rng: np.random.Generator, calendar: Calendar) -> list[Block]:
    blocks = [Block(a, b, Rank.OUTING) for a, b in outings(rng=rng, calendar=calendar)]
    if person.shift is not None:
        shifts = days_of(calendar, person.shift)
        blocks += [Block(a, b, Rank.WORK, person.work, fixed=True) for a, b in shifts]
    return blocks


def _home(track: Track, t: np.ndarray) -> np.ndarray:
    return track.place[track.row(t)] == 0


def test_lives_are_at_home_as_the_time_use_survey_says() -> None:
    t = np.arange(0.0, CALENDAR.end_s, 300.0)
    hour = CALENDAR.hour_of_day(t).astype(int)
    weekend = np.array([CALENDAR.weekday(x) >= 5 for x in np.arange(0.0, CALENDAR.end_s, 86_400.0)])
    weekend = weekend[(t // 86_400).astype(int)]
    home = np.zeros(len(t))
    for index in range(70):
        walker = _walker(index)
        home += _home(walker.follow(settle(_life(walker.person, walker.rng, CALENDAR))), t) / 70
    for is_weekend, table, room in ((False, AT_HOME_WEEKDAY, 0.075), (True, AT_HOME_WEEKEND, 0.1)):
        shares = np.array([home[(hour == h) & (weekend == is_weekend)].mean() for h in range(24)])
        np.testing.assert_allclose(shares, table, atol=room)
        assert abs(shares.mean() - np.mean(table)) < 0.04


def test_the_higher_rank_keeps_its_time_and_the_lower_is_cut() -> None:
    evening = Block(1000.0, 9000.0, Rank.STAY_IN)
    outing = Block(0.0, 5000.0, Rank.OUTING)
    lapse = Block(6000.0, 7000.0, Rank.PLANNED)
    assert settle([outing, evening, lapse]) == [Block(0.0, 1000.0, Rank.OUTING), lapse]


def test_what_is_left_too_short_is_dropped() -> None:
    assert settle([Block(0.0, 1100.0, Rank.OUTING), Block(100.0, 9000.0, Rank.STAY_IN)]) == []


def test_a_person_who_means_to_stay_in_is_in() -> None:
    walker = _walker(2)
    evenings = [
        Block(CALENDAR.midnight_s(d) + 68_000, CALENDAR.midnight_s(d) + 110_000, Rank.STAY_IN)
        for d in range(13)
    ]
    track = walker.follow(settle(_life(walker.person, walker.rng, CALENDAR) + evenings))
    inside = np.concatenate([np.arange(b.start_s + 900, b.end_s - 900, 60.0) for b in evenings])
    assert _home(track, inside).mean() > 0.995
    outside = np.arange(36_000.0, 60_000.0, 60.0)
    assert not _home(track, np.concatenate([outside + 86_400.0 * d for d in range(13)])).all()


def test_an_appointment_is_reached_on_time_and_a_late_return_is_as_late_as_planned() -> None:
    walker = _walker(4)
    office = small_town().of_kind(PlaceKind.PROBATION_OFFICE)[0]
    track = walker.follow(
        settle(
            [
                Block(40_000.0, 43_000.0, Rank.APPOINTMENT, office, fixed=True),
                Block(60_000.0, 80_000.0, Rank.PLANNED),
            ]
        )
    )
    number = next(i for i, place in enumerate(walker.builder.places) if place is office)
    arrived = track.t_s[np.flatnonzero(track.place == number)[0]]
    assert arrived == pytest.approx(40_000, abs=300)
    t = np.arange(50_000.0, 86_400.0, 10.0)
    away = t[~_home(track, t)]
    assert away.min() == pytest.approx(60_000, abs=20)
    assert away.max() == pytest.approx(80_000, abs=300)


def test_somebody_who_respects_a_zone_hardly_ever_walks_through_it() -> None:
    zone = Area(centre=(0.0, 0.0), radius_m=150.0)  # the market place, which everybody else passes
    t = np.arange(0.0, CALENDAR.end_s, 20.0)
    seen = {True: 0, False: 0}
    for index in range(14):
        for heeding in (True, False):
            walker = _walker(index, keep_out=zone if heeding else None)
            if np.hypot(*walker.person.home.centre) < 500.0:
                continue
            blocks = [Block(a, b, Rank.OUTING) for a, b in outings(rng=walker.rng, calendar=CALENDAR)]
            seen[heeding] += int(zone.contains(*walker.follow(settle(blocks)).at(t)).sum())
    assert seen[False] > 2000
    assert seen[True] < seen[False] / 10
