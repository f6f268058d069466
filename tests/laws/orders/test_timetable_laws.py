from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.lib.order_strategies import orders
from throughcare.kernel.time import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    Interval,
    civil_us,
    local_datetime,
    utc_datetime,
)
from throughcare.orders.model import Curfew, Order, Zone
from throughcare.orders.timetable import ScheduledSpan, condition_interval, curfew_spans, zone_spans

START_US = civil_us(dt.date(2025, 12, 25), dt.time(0), "UTC")
windows = st.tuples(st.integers(0, 400 * 24), st.integers(1, 200 * 24)).map(
    lambda pair: Interval(START_US + pair[0] * HOUR_US, START_US + (pair[0] + pair[1]) * HOUR_US)
)


def curfew_of(order: Order) -> Curfew:
    condition = order.conditions[0]
    assert isinstance(condition, Curfew)
    return condition


def total_us(spans: tuple[ScheduledSpan, ...]) -> int:
    return sum(span.end_us - span.start_us for span in spans)


@given(order=orders(), within=windows)
def test_spans_are_in_order_disjoint_and_within_what_was_asked(order: Order, within: Interval) -> None:
    curfew = curfew_of(order)
    spans = curfew_spans(order, curfew, within=within)
    interval = condition_interval(order, curfew)
    for earlier, later in pairwise(spans):
        assert earlier.end_us <= later.start_us
    for span in spans:
        assert max(interval.start_us, within.start_us) <= span.start_us < span.end_us
        assert span.end_us <= min(interval.stop_us, within.stop_us)


@given(order=orders(), within=windows, share=st.floats(0.01, 0.99))
def test_no_second_is_lost_or_doubled_when_the_question_is_split(
    order: Order, within: Interval, share: float
) -> None:
    middle_us = within.start_us + max(1, int((within.stop_us - within.start_us) * share))
    parts = (Interval(within.start_us, middle_us), Interval(middle_us, within.stop_us))
    curfew = curfew_of(order)
    whole = curfew_spans(order, curfew, within=within)
    assert sum(total_us(curfew_spans(order, curfew, within=part)) for part in parts) == total_us(whole)
    for condition in order.conditions:
        if isinstance(condition, Zone):
            pieces = [total_us(zone_spans(order, condition, within=part)) for part in parts]
            assert sum(pieces) == total_us(zone_spans(order, condition, within=within))


def begun(order: Order, t_us: int) -> list[tuple[int, int]]:
    """Every weekly span that began today or yesterday, not after ``t_us`` and not on the day of release."""
    curfew = curfew_of(order)
    today = utc_datetime(t_us).date()
    found = []
    for day in (today - dt.timedelta(days=1), today):
        midnight_us = civil_us(day, dt.time(0), "UTC")
        for phase in curfew.phases:
            for item in phase.timetable:
                runs = phase.start_date <= day <= (phase.end_date or day) and item.day.iso == day.isoweekday()
                if runs and (curfew.release_day is None or curfew.release_day.release_date != day):
                    start, end = item.minutes()
                    found.append((midnight_us + start * MINUTE_US, midnight_us + end * MINUTE_US))
    return [span for span in found if span[0] <= t_us]


def slow_is_curfew(order: Order, t_us: int) -> bool:
    """The rules of the page one instant at a time, where the clock never changes.

    The day-of-release curfew holds; else the span that began last holds for as long as it runs.
    """
    curfew = curfew_of(order)
    if not condition_interval(order, curfew).contains(t_us):
        return False
    release = curfew.release_day
    if release is not None:
        midnight_us = civil_us(release.release_date, dt.time(0), "UTC")
        start, end = (at.hour * 60 + at.minute for at in (release.start, release.end))
        end += 0 if end > start else 1440
        if midnight_us + start * MINUTE_US <= t_us < midnight_us + end * MINUTE_US:
            return True
    return max(begun(order, t_us), default=(t_us, t_us))[1] > t_us


@given(order=orders(time_zone="UTC"), steps=st.lists(st.integers(0, 200 * 288), min_size=1, max_size=60))
def test_the_fast_expansion_equals_the_rules_one_instant_at_a_time(order: Order, steps: list[int]) -> None:
    interval = condition_interval(order, curfew_of(order))
    first_us = interval.start_us - DAY_US
    spans = curfew_spans(order, curfew_of(order), within=Interval(first_us, first_us + 202 * DAY_US))
    for step in steps:
        t_us = first_us + step * 5 * MINUTE_US
        assert any(s.start_us <= t_us < s.end_us for s in spans) == slow_is_curfew(order, t_us)


@given(order=orders())
def test_a_clock_change_moves_the_length_of_a_span_by_at_most_an_hour(order: Order) -> None:
    plain = order.model_copy(update={"time_zone": "UTC"})
    window_us = Interval(START_US, START_US + 600 * DAY_US)
    lengths = [
        {
            (span.label, local_datetime(span.start_us, which.time_zone).date()): span.end_us - span.start_us
            for span in curfew_spans(which, curfew_of(which), within=window_us)
            if span.end_us < window_us.stop_us - 2 * DAY_US
        }
        for which in (order, plain)
    ]
    for key in lengths[0].keys() & lengths[1].keys():
        assert abs(lengths[0][key] - lengths[1][key]) <= HOUR_US
    assert len(lengths[0]) >= 0.9 * len(lengths[1]) - 2
