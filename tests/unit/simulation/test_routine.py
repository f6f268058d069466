from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.lib.simulated import small_town
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.people import draw_person
from throughcare.simulation.routine import (
    AT_HOME_WEEKDAY,
    AT_HOME_WEEKEND,
    EMPLOYED_SHARE,
    days_of,
    draw_shift,
    outings,
)
from throughcare.simulation.town import PlaceKind, Town

YEAR = Calendar(dt.date(2026, 1, 5), 364)


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town()


def test_the_at_home_shares_are_those_of_the_time_use_survey() -> None:
    assert len(AT_HOME_WEEKDAY) == len(AT_HOME_WEEKEND) == 24
    assert np.mean(AT_HOME_WEEKDAY) == pytest.approx(0.71, abs=0.005)
    assert np.mean(AT_HOME_WEEKEND) == pytest.approx(0.75, abs=0.005)


@pytest.mark.real_data
def test_the_shares_are_those_of_the_survey_file(shared_data: Path) -> None:
    path = shared_data / "time_use_occupancy/uk_at_home_10min_CREST_TUS2000.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    for day, table in (("weekday", AT_HOME_WEEKDAY), ("weekend", AT_HOME_WEEKEND)):
        for hour in range(24):
            shares = [float(r[3]) for r in rows if r[0] == "1" and r[1] == day and int(r[5]) == hour]
            assert np.mean(shares) == pytest.approx(table[hour], abs=0.0006)


def test_outings_and_work_together_leave_the_surveys_share_at_home() -> None:
    t = np.arange(0.0, YEAR.end_s, 600.0)
    hour = YEAR.hour_of_day(t).astype(int)
    weekend = np.array([YEAR.date(d).weekday() >= 5 for d in range(YEAR.days)])[(t // 86_400).astype(int)]
    home, people = np.zeros(len(t)), 60
    for index in range(people):
        rng = np.random.default_rng([4, index])
        away = np.zeros(len(t), dtype=bool)
        spans = outings(rng=rng, calendar=YEAR)
        if index < EMPLOYED_SHARE * people:
            spans += days_of(YEAR, draw_shift(rng=rng))
        for start, end in spans:
            away[np.searchsorted(t, start) : np.searchsorted(t, end)] = True
        home += ~away
    for is_weekend, table in ((False, AT_HOME_WEEKDAY), (True, AT_HOME_WEEKEND)):
        shares = [home[(hour == h) & (weekend == is_weekend)].mean() / people for h in range(24)]
        np.testing.assert_allclose(shares, table, atol=0.035)


def test_people_return_to_places_they_know_and_find_fewer_new_ones_as_time_passes(town: Town) -> None:
    early = late = top = 0
    for index in range(6):
        rng = np.random.default_rng([6, index])
        person = draw_person(rng=rng, town=town, index=index, ref="W0001")
        habits = person.habits(town)
        chosen = [id(habits.choose(rng=rng, hour=14.0, near=person.home)) for _ in range(300)]
        new = [place not in chosen[:i] for i, place in enumerate(chosen)]
        early, late = early + sum(new[:60]), late + sum(new[-60:])
        top += sum(count for _, count in Counter(chosen).most_common(5))
        assert 20 < len(habits.known) < 150
    assert early > 1.5 * late
    assert top > 6 * 60


def test_nobody_goes_to_a_shop_at_night_or_a_pub_in_the_morning(town: Town) -> None:
    rng = np.random.default_rng(7)
    person = draw_person(rng=rng, town=town, index=0, ref="W0001")
    habits = person.habits(town)
    night = {habits.choose(rng=rng, hour=3.0, near=person.home).kind for _ in range(60)}
    morning = {habits.choose(rng=rng, hour=9.5, near=person.home).kind for _ in range(120)}
    assert night == {PlaceKind.HOME}
    assert PlaceKind.PUB not in morning
    assert PlaceKind.SHOP in morning or PlaceKind.SUPERMARKET in morning


def test_civil_hours_are_right_on_both_sides_of_the_clock_change() -> None:
    calendar = Calendar(dt.date(2026, 3, 28), 3)
    assert calendar.end_s == 71 * 3600.0
    sunday_noon = calendar.civil_s(1, dt.time(12))
    assert sunday_noon == (24 + 11) * 3600.0
    assert calendar.hour_of_day(np.array([12 * 3600.0, sunday_noon])).tolist() == [12.0, 12.0]
    with pytest.raises(ValueError, match="at least one day"):
        Calendar(dt.date(2026, 3, 28), 0)
