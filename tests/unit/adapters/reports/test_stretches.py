"""Stretches: being out is only read as not asked for in the hours of the condition."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.lib import nights
from throughcare.adapters.reports.stretches import Reading, asked_state, stretches
from throughcare.adapters.reports.view import PlaceView, WindowView
from throughcare.kernel.time import HOUR_US, Interval
from throughcare.monitoring.presence import Presence, Segment

VIEW = nights.activation()
NEXT = nights.FIRST + dt.timedelta(days=1)


def read(*segments: tuple[int, int, Presence], condition: str = "curfew-1") -> list[tuple[int, int, Reading]]:
    made = tuple((condition, Segment(a, b, state, a, b, a, 3, 0.9)) for a, b, state in segments)
    found = stretches(replace(VIEW, segments=made), condition)
    return [(s.start_us, s.stop_us, s.reading) for s in found]


def test_being_out_before_the_curfew_begins_is_free_and_after_is_not() -> None:
    afternoon, begin, evening = (
        nights.at(nights.FIRST, 15),
        nights.at(nights.FIRST, 19),
        nights.at(nights.FIRST, 20),
    )
    assert read((afternoon, evening, Presence.OUTSIDE)) == [
        (afternoon, begin, Reading.FREE),
        (begin, evening, Reading.NOT_AS_ASKED),
    ]


def test_not_known_is_never_read_as_out_whatever_the_hour() -> None:
    start, stop = nights.at(nights.FIRST, 15), nights.at(NEXT, 9)
    assert read((start, stop, Presence.UNKNOWN)) == [(start, stop, Reading.UNKNOWN)]


def test_what_lasts_is_not_drawn_beyond_what_is_known() -> None:
    start, known = nights.at(nights.FIRST, 20), nights.at(nights.FIRST, 23)
    segment = Segment(start, None, Presence.OUTSIDE, start, start, start, 3, 0.9)
    view = replace(
        VIEW, monitored=Interval(VIEW.monitored.start_us, known), segments=(("curfew-1", segment),)
    )
    assert [(s.start_us, s.stop_us) for s in stretches(view, "curfew-1")] == [(start, known)]


def test_a_zone_without_a_timetable_counts_at_every_hour_and_asks_to_be_outside() -> None:
    start, stop = nights.at(nights.FIRST, 15), nights.at(nights.FIRST, 16)
    assert asked_state(VIEW, "zone-1") == Presence.OUTSIDE
    assert read((start, stop, Presence.INSIDE), condition="zone-1") == [(start, stop, Reading.NOT_AS_ASKED)]
    assert read((start, stop, Presence.OUTSIDE), condition="zone-1") == [(start, stop, Reading.AS_ASKED)]


def test_an_inclusion_zone_asks_to_be_inside() -> None:
    zone = PlaceView("Ward", "inclusion_zone", nights.circle(0, 0, 500), condition_id="zone-2")
    assert asked_state(replace(VIEW, places=(zone,)), "zone-2") == Presence.INSIDE


@given(
    st.lists(st.tuples(st.integers(0, 71), st.integers(1, 30)), max_size=5),
    st.integers(0, 71),
    st.integers(1, 72),
)
def test_cutting_loses_no_time_and_adds_none(hours: list[tuple[int, int]], start_h: int, long_h: int) -> None:
    base = VIEW.monitored.start_us
    windows = tuple(
        WindowView("curfew-1", "curfew", Interval(base + a * HOUR_US, base + (a + b) * HOUR_US))
        for a, b in hours
    )
    whole = (base + start_h * HOUR_US, base + (start_h + long_h) * HOUR_US)
    seen_stop = min(whole[1], VIEW.monitored.stop_us)
    segment = Segment(*whole, Presence.OUTSIDE, *whole, whole[0], 3, 0.9)
    found = list(stretches(replace(VIEW, windows=windows, segments=(("curfew-1", segment),)), "curfew-1"))
    assert found[0].start_us == whole[0]
    assert found[-1].stop_us == seen_stop
    assert all(a.stop_us == b.start_us for a, b in itertools.pairwise(found))
    inside = [s for s in found if s.reading == Reading.NOT_AS_ASKED]
    if windows:
        assert all(any(w.interval.contains(s.start_us) for w in windows) for s in inside)
