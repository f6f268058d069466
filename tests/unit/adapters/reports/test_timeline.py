"""The timeline: rows, bounds, and the two nights on which the clocks change."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from tests.lib import nights
from throughcare.adapters.reports.axis import Axis
from throughcare.adapters.reports.palette import PALE, RED
from throughcare.adapters.reports.svg import text_width
from throughcare.adapters.reports.timeline import TimelineDrawing, draw_timeline
from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.time import DAY_US, HOUR_US, Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses

SVG = "{http://www.w3.org/2000/svg}"


def night(date: dt.date = nights.FIRST, view: ActivationView | None = None) -> TimelineDrawing:
    shown = view or nights.activation(first=date)
    span = Interval(nights.at(date, 18), nights.at(date + dt.timedelta(days=1), 8))
    return draw_timeline(shown, shown.bundles[:1], shown=span, ident="t", title="Night")


def texts(found: TimelineDrawing) -> list[str]:
    return [e.text or "" for e in ET.fromstring(found.svg).iter(f"{SVG}text")]


def test_the_night_in_words_says_what_the_picture_shows() -> None:
    said = night().description
    assert "Curfew hours: 19:00 to 07:00." in said
    assert (
        "inside from 18:00, outside from 21:04, not known from 21:44, outside from 22:01, inside from 22:31"
        in said
    )
    assert "Home unit: heard the tag 50 times, missed it 6 times." in said
    assert "AL10: 1 h 27 min (at least 1 h 20 min, at most 1 h 35 min)" in said
    assert "mains lost 00:00, mains back 00:35" in said
    assert "lowest 18 %" in said


def test_each_state_has_a_word_or_a_pattern_not_only_a_colour() -> None:
    found = texts(night())
    assert {"inside", "OUT", "?", "enough evidence at 21:10"} <= set(found)


def test_an_exclusion_zone_is_loud_inside_and_quiet_outside() -> None:
    found = night()
    assert "outside from 18:00, inside from 21:37, outside from 21:45" in found.description
    rows = [row for row in ET.fromstring(found.svg).iter(f"{SVG}g") if row.get("class") == "row"]
    (row,) = [row for row in rows if "zone-1" in [words.text for words in row.iter(f"{SVG}text")]]
    assert [bar.get("fill") for bar in row.iter(f"{SVG}rect")] == [PALE, RED, PALE]


def test_the_low_and_high_bounds_are_drawn_to_scale() -> None:
    found = ET.fromstring(night().svg)
    per_h = (950 - 150) / 14
    whisker = next(
        e
        for e in found.iter(f"{SVG}path")
        if (e.get("d") or "").count(",10") == 2 and e.get("fill") == "none"
    )
    xs = [float(x) for x in re.findall(r"M([\d.]+),10 ([\d.]+),10", whisker.get("d", ""))[0]]
    assert xs[1] - xs[0] == pytest.approx((87 + 8) / 60 * per_h, abs=0.2)


@pytest.mark.parametrize(
    ("date", "said", "hours"),
    [
        (dt.date(2026, 3, 28), "after 00:59 GMT comes 02:00 BST", 13),
        (dt.date(2026, 10, 24), "after 01:59 BST comes 01:00 GMT", 15),
    ],
)
def test_a_clock_change_is_marked_and_true_lengths_are_kept(date: dt.date, said: str, hours: int) -> None:
    found = night(date)
    assert said in found.notes[0]
    assert any(said in words for words in texts(found))
    axis = Axis.over(Interval(nights.at(date, 18), nights.at(date + dt.timedelta(days=1), 8)), nights.LONDON)
    assert (axis.stop_us - axis.start_us) / HOUR_US == hours
    steps = {
        round(axis.x(t + HOUR_US) - axis.x(t), 6)
        for t in range(axis.start_us, axis.stop_us - HOUR_US, HOUR_US)
    }
    assert len(steps) == 1


def test_an_ordinary_night_has_no_note_of_a_change() -> None:
    assert night().notes == ()


@pytest.mark.parametrize("hours", [1, 3, 14, 24, 25, 60, 24 * 7, 24 * 40, 24 * 400])
@pytest.mark.parametrize("date", [nights.FIRST, dt.date(2026, 3, 28), dt.date(2026, 10, 24)])
def test_tick_labels_never_touch(hours: int, date: dt.date) -> None:
    start = nights.at(date, 18, 7)
    axis = Axis.over(Interval(start, start + hours * HOUR_US), nights.LONDON)
    parts = ET.fromstring(f"<g>{axis.grid(top=62, bottom=100)}</g>")
    labels = [(float(e.get("x", "")), e.text or "") for e in parts.iter("text")]
    assert len(labels) >= 2
    for (x1, a), (x2, b) in pairwise(labels):
        assert x1 + text_width(a, 11.5) / 2 <= x2 - text_width(b, 11.5) / 2 + 0.5
    assert all(x + text_width(words, 11.5) / 2 <= 960 for x, words in labels)


def test_rows_without_data_are_left_out() -> None:
    view = replace(
        nights.activation(),
        fixes=Fixes.empty(),
        statuses=Statuses.empty(),
        segments=(),
        allowances=(),
        bundles=(),
    )
    labels = texts(night(view=view))
    assert "Curfew hours" in labels
    assert not {"Home unit", "Positions", "Tag battery", "Presence", "Length"} & set(labels)


def test_an_open_span_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        Axis.over(Interval(0), nights.LONDON)


def test_a_hostile_window_label_stays_text() -> None:
    view = nights.activation()
    window = replace(view.windows[0], label="<script>alert(1)</script>")
    found = night(view=replace(view, windows=(window,)))
    assert "<script" not in found.svg


def test_time_outside_the_span_is_not_drawn() -> None:
    view = nights.activation()
    later = Interval(nights.at(nights.FIRST, 18) + 30 * DAY_US, nights.at(nights.FIRST, 18) + 31 * DAY_US)
    found = draw_timeline(view, view.bundles, shown=later, ident="t", title="Empty")
    assert "Presence" not in texts(found)


def test_the_drawing_says_where_knowledge_ends_and_draws_nothing_that_lasts_beyond_it() -> None:
    view = nights.activation()
    known = nights.at(nights.FIRST, 21, 30)
    spell = replace(view.bundles[0].incident.spells[0], end_us=None)
    bundle = replace(
        view.bundles[0], incident=replace(view.bundles[0].incident, end_us=None, spells=(spell,))
    )
    cut = replace(view, monitored=Interval(view.monitored.start_us, known), bundles=(bundle,))
    found = night(view=cut)
    assert "nothing is known after 21:30" in texts(found)
    edge = Axis.over(
        Interval(nights.at(nights.FIRST, 18), nights.at(nights.FIRST, 18) + 14 * HOUR_US), nights.LONDON
    ).x(known)
    bars = [e for e in ET.fromstring(found.svg).iter(f"{SVG}rect") if e.get("fill") in {RED, PALE, "#e6a5ab"}]
    assert bars
    assert all(float(e.get("x", "")) <= edge + 0.1 for e in bars)
    assert "not known" not in found.description
