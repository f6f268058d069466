from __future__ import annotations

import time

import pytest

from tests.lib.order_cases import HOME, curfew, make_order
from throughcare.kernel.time import HOUR_US, Interval, iso_utc, parse_instant
from throughcare.orders.model import Curfew, Order, Zone
from throughcare.orders.timetable import condition_interval, curfew_spans, zone_spans

YEAR = Interval(parse_instant("2026-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z"))


def only_curfew(order: Order) -> Curfew:
    condition = order.conditions[0]
    assert isinstance(condition, Curfew)
    return condition


def test_a_condition_runs_only_within_its_order() -> None:
    order = make_order(curfew(start="2025-12-01", end="2027-01-01"))
    interval = condition_interval(order, order.conditions[0])
    assert (iso_utc(interval.start_us), iso_utc(interval.end_us or 0)) == (
        "2026-01-05T00:00:00Z",
        "2026-07-04T23:00:00Z",  # midnight BST
    )


def test_an_open_ended_question_is_refused_because_a_timetable_has_no_last_span() -> None:
    order = make_order(curfew(end=None), end_date=None)
    with pytest.raises(ValueError, match="open-ended"):
        curfew_spans(order, only_curfew(order), within=Interval(0))


def test_a_question_outside_the_dates_has_no_answer() -> None:
    order = make_order()
    assert curfew_spans(order, only_curfew(order), within=Interval(0, HOUR_US)) == ()


def test_a_span_says_where_it_comes_from_and_which_places_satisfy_it() -> None:
    order = make_order(curfew("release 2026-01-05 15:00-07:00 / 2026-01-05..: mon 19:00-07:00"))
    first, second = curfew_spans(order, only_curfew(order), within=YEAR)[:2]
    assert (first.label, first.place_ids) == ("day of release 15:00-07:00", ("home",))
    assert (second.label, second.place_ids) == ("phase 1, monday 19:00-07:00", ("home",))


def test_phases_are_numbered_as_the_order_lists_them() -> None:
    words = "2026-02-01..2026-02-28: daily 20:00-22:00 / 2026-01-05..2026-01-31: daily 20:00-22:00"
    order = make_order(curfew(words))
    found = curfew_spans(order, only_curfew(order), within=YEAR)
    assert [found[0].label[:7], found[-1].label[:7]] == ["phase 2", "phase 1"]
    assert list(found) == sorted(found, key=lambda span: span.start_us)


def test_other_zones_change_their_clocks_on_their_own_nights() -> None:
    order = make_order(
        curfew("daily 19:00-07:00", end="2026-12-31"), time_zone="America/New_York", end_date="2026-12-31"
    )
    lengths = {
        iso_utc(span.start_us)[:10]: (span.end_us - span.start_us) // HOUR_US
        for span in curfew_spans(order, only_curfew(order), within=YEAR)
        if span.end_us - span.start_us != 12 * HOUR_US
    }
    # 19:00 in New York is the next day in UTC in winter and the same day in summer.
    assert lengths == {"2026-03-08": 11, "2026-10-31": 13}


def test_a_zone_of_half_an_hour_s_change_is_read_right() -> None:
    # Lord Howe Island puts its clock forward by 30 minutes, from 02:00 to 02:30, on 4 October 2026.
    zone = {
        "kind": "exclusion_zone",
        "condition_id": "z1",
        "start_date": "2026-10-01",
        "name": "the jetty",
        "area": HOME,
        "timetable": [
            {"day": "sunday", "start": "02:10", "end": "03:00"},
            {"day": "sunday", "start": "01:00", "end": "02:10"},
        ],
    }
    order = make_order(zone, time_zone="Australia/Lord_Howe", end_date="2026-12-31")
    condition = order.conditions[0]
    assert isinstance(condition, Zone)
    day = Interval(parse_instant("2026-10-03T12:00:00Z"), parse_instant("2026-10-04T12:00:00Z"))
    found = zone_spans(order, condition, within=day)
    assert [(iso_utc(span.start_us), iso_utc(span.end_us)) for span in found] == [
        ("2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z"),
        ("2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"),
    ]


def test_a_year_of_curfew_is_worked_out_in_milliseconds() -> None:
    order = make_order(curfew(end="2027-01-04"), end_date="2027-01-04")
    condition = only_curfew(order)
    within = Interval(YEAR.start_us, YEAR.start_us + 400 * 24 * HOUR_US)
    curfew_spans(order, condition, within=within)
    best_s = min(_seconds(order, condition, within) for _ in range(5))
    assert best_s < 0.005


def _seconds(order: Order, condition: Curfew, within: Interval) -> float:
    start = time.perf_counter()
    curfew_spans(order, condition, within=within)
    return time.perf_counter() - start
