"""Nights and their letters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.lib import nights as world
from throughcare.adapters.reports.nights import Night, excused, letter, night_span, nights
from throughcare.adapters.reports.palette import NIGHT_LETTERS
from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.time import HOUR_US, Interval
from throughcare.monitoring.evidence import chain_bundles
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.presence import Presence, Segment

VIEW = world.activation()
CURFEW_ONLY = replace(VIEW, places=VIEW.places[:1])


def letters(view: ActivationView) -> str:
    return "".join(night.letter for night in nights(view))


def test_an_absence_an_excused_absence_and_a_quiet_night_have_their_letters() -> None:
    assert letters(VIEW) == "AE·"


def test_a_night_without_hours_says_that_nothing_was_asked() -> None:
    assert letters(replace(CURFEW_ONLY, windows=(), bundles=())) == "---"


def test_hours_that_are_mostly_not_known_are_not_called_quiet() -> None:
    assert letters(replace(CURFEW_ONLY, segments=(), bundles=())) == "???"
    start = VIEW.windows[2].interval.start_us
    half = Segment(start, start + 6 * HOUR_US, Presence.INSIDE, start, start, start, 3, 0.9)
    more = replace(half, end_us=start + 7 * HOUR_US)
    assert letters(replace(CURFEW_ONLY, segments=(("curfew-1", half),), bundles=()))[2] == "?"
    assert letters(replace(CURFEW_ONLY, segments=(("curfew-1", more),), bundles=()))[2] == "·"


def test_an_unknown_stretch_is_not_evidence_of_presence() -> None:
    window = VIEW.windows[2].interval
    unknown = Segment(window.start_us, window.end_us, Presence.UNKNOWN, 0, 0, 0, 0, 0.5)
    assert letters(replace(CURFEW_ONLY, segments=(("curfew-1", unknown),), bundles=()))[2] == "?"


def test_a_zone_without_a_timetable_asks_at_every_hour() -> None:
    zone_only = replace(VIEW, windows=(), bundles=())
    assert letters(zone_only) == "···"
    assert letters(replace(zone_only, segments=())) == "???"


def test_one_condition_whose_hours_are_not_known_is_not_hidden_by_another() -> None:
    curfew = tuple(pair for pair in VIEW.segments if pair[0] == "curfew-1")
    assert letters(replace(VIEW, segments=curfew, bundles=())) == "???"


def test_an_incident_over_three_nights_marks_all_three_and_is_told_once() -> None:
    bundle = VIEW.bundles[0]
    long = replace(bundle, incident=replace(bundle.incident, end_us=None))
    found = nights(replace(VIEW, bundles=chain_bundles((long,))))
    assert [night.letter for night in found] == ["A", "A", "A"]
    assert [len(night.incidents) for night in found] == [1, 0, 0]


def test_the_weightiest_thing_of_a_night_is_shown() -> None:
    bundle = VIEW.bundles[0]
    battery = replace(
        bundle, incident=replace(bundle.incident, incident_id="inc-b", kind=IncidentKind.BATTERY)
    )
    assert letters(replace(VIEW, bundles=(battery,)))[0] == "B"
    assert letters(replace(VIEW, bundles=(battery, bundle)))[0] == "A"


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_has_a_letter_with_a_meaning(kind: IncidentKind) -> None:
    assert NIGHT_LETTERS[letter(replace(VIEW.incidents[0], kind=kind))][2]


def test_only_an_allowance_that_leaves_nothing_excuses_an_incident() -> None:
    excused_one = VIEW.incidents[1]
    assert excused(excused_one)
    assert not excused(replace(excused_one, atv_s=60.0))
    assert not excused(replace(excused_one, allowed=()))


@pytest.mark.parametrize(
    ("date", "hours"), [(world.FIRST, 24), (dt.date(2026, 3, 28), 23), (dt.date(2026, 10, 24), 25)]
)
def test_a_night_of_clock_change_is_23_or_25_hours_long(date: dt.date, hours: int) -> None:
    first: Night = nights(world.activation(first=date, nights=1))[0]
    assert first.interval.seconds() == hours * 3600


def test_the_drawn_part_of_a_night_holds_its_hours_and_incidents_with_a_margin() -> None:
    night = nights(VIEW)[0]
    span = night_span(VIEW, night, margin_us=HOUR_US)
    assert span.start_us == world.at(world.FIRST, 18)
    assert span.end_us == world.at(world.FIRST + dt.timedelta(days=1), 8)
    assert (
        night_span(replace(VIEW, windows=(), bundles=()), replace(night, incidents=()), margin_us=1)
        == night.interval
    )


def test_monitored_time_must_be_closed() -> None:
    with pytest.raises(ValueError, match="closed"):
        replace(VIEW, monitored=Interval(0))
