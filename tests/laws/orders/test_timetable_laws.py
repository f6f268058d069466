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


def slow_is_curfew(order: Order, t_us: int) -> bool:
    """The rules of the page, one instant at a time, in a zone whose clock never changes."""
    curfew = curfew_of(order)
    if not condition_interval(order, curfew).contains(t_us):
        return False
    candidates: list[tuple[int, int]] = []
    release = curfew.release_day
    opening = (0, 0)
    if release is not None:
        midnight_us = civil_us(release.release_date, dt.time(0), "UTC")
        start, end = (at.hour * 60 + at.minute for at in (release.start, release.end))
        opening = (
            midnight_us + start * MINUTE_US,
            midnight_us + (end if end > start else end + 1440) * MINUTE_US,
        )
        if opening[0] <= t_us < opening[1]:
            candidates.append(opening)
    today = utc_datetime(t_us).date()
    for day in (today - dt.timedelta(days=1), today):
        if release is not None and day == release.release_date:
            continue
        for phase in curfew.phases:
            if phase.start_date <= day and (phase.end_date is None or day <= phase.end_date):
                for item in phase.timetable:
                    start, end = item.minutes()
                    midnight_us = civil_us(day, dt.time(0), "UTC")
                    if item.day.iso == day.isoweekday():
                        span = (midnight_us + start * MINUTE_US, midnight_us + end * MINUTE_US)
                        if span[0] <= t_us < span[1]:
                            candidates.append(span)
    return bool(candidates)


@given(order=orders(time_zone="UTC"), instants=st.lists(st.integers(0, 400 * 288), min_size=1, max_size=60))
def test_the_fast_expansion_equals_the_rules_one_instant_at_a_time(order: Order, instants: list[int]) -> None:
    within = Interval(START_US, START_US + 401 * DAY_US)
    spans = curfew_spans(order, curfew_of(order), within=within)
    for step in instants:
        t_us = START_US + step * 5 * MINUTE_US
        assert any(s.start_us <= t_us < s.end_us for s in spans) == slow_may_be_cut(order, t_us)


def slow_may_be_cut(order: Order, t_us: int) -> bool:
    """As ``slow_is_curfew``, where a span of an earlier phase ends when one of a later phase begins."""
    if not slow_is_curfew(order, t_us):
        return False
    return not _in_a_tail_that_a_later_phase_ended(order, t_us)


def _in_a_tail_that_a_later_phase_ended(order: Order, t_us: int) -> bool:
    curfew = curfew_of(order)
    today = utc_datetime(t_us).date()
    yesterday = today - dt.timedelta(days=1)
    release = curfew.release_day
    begun = [
        (
            civil_us(day, item.start, "UTC"),
            phase.start_date,
            civil_us(day, dt.time(0), "UTC") + item.minutes()[1] * MINUTE_US,
        )
        for day in (yesterday, today)
        for phase in curfew.phases
        if phase.start_date <= day and (phase.end_date is None or day <= phase.end_date)
        for item in phase.timetable
        if item.day.iso == day.isoweekday() and not (release is not None and day == release.release_date)
    ]
    covering = [row for row in begun if row[0] <= t_us < row[2]]
    if not covering or (release is not None and release.release_date in {yesterday, today}):
        return False
    latest_us = max(row[0] for row in begun if row[0] <= t_us)
    return all(row[0] < latest_us for row in covering)


@given(order=orders())
def test_a_clock_change_moves_a_span_s_length_by_at_most_an_hour(order: Order) -> None:
    within = Interval(START_US, START_US + 400 * DAY_US)
    plain = order.model_copy(update={"time_zone": "UTC"})
    hours = {
        (s.label, utc_datetime(s.start_us).date()): s.end_us - s.start_us
        for s in curfew_spans(plain, curfew_of(plain), within=within)
    }
    changed = total_us(curfew_spans(order, curfew_of(order), within=within)) - sum(hours.values())
    assert abs(changed) <= 6 * HOUR_US + DAY_US  # two or three changes, and the shifted edges of the window
