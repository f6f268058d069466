"""Rules on dates that do not meet: gaps and cuts of phases, conditions, devices and allowances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from throughcare.kernel.time import (
    HOUR_US,
    Interval,
    instant_us,
    local_datetime,
    subtract_intervals,
)
from throughcare.orders.model import Curfew, Order, Phase, Span
from throughcare.orders.problem import join_path
from throughcare.orders.statutory.citations import HOUSE, ORDER_FORM
from throughcare.orders.statutory.finding import Finding
from throughcare.orders.statutory.wall_clock import (
    curfews,
    day_words,
    hours_words,
    shared,
    wall_clock,
)
from throughcare.orders.week import DAY_MIN

_DAY = dt.timedelta(days=1)
_GAP_US = HOUR_US  # a device is changed in less


def condition_dates(order: Order) -> Iterator[Finding]:
    """Show each condition that the order's own dates cut short."""
    for number, condition in enumerate(order.conditions):
        starts_before = condition.start_date < order.start_date
        ends_after = (
            condition.end_date is not None
            and order.end_date is not None
            and condition.end_date > order.end_date
        )
        for rule_id, is_cut, field, own, limit in (
            ("condition-cut-start", starts_before, "start_date", condition.start_date, order.start_date),
            ("condition-cut-end", ends_after, "end_date", condition.end_date, order.end_date),
        ):
            if is_cut:
                yield Finding(
                    rule_id,
                    "check",
                    join_path(("conditions", number, field)),
                    f"a date within the order, whose {field} is {limit}",
                    f"{own}; the condition is monitored only within the order",
                    "Correct one of the two dates.",
                    HOUSE,
                )


def phase_dates(order: Order) -> Iterator[Finding]:
    """Show days of a curfew that no phase covers, and phases that the curfew's dates cut."""
    for number, curfew in curfews(order):
        path = ("conditions", number, "phases")
        last = min(filter(None, (curfew.end_date, order.end_date)), default=None)
        for first, end in _uncovered(curfew, max(curfew.start_date, order.start_date), last):
            yield Finding(
                "curfew-gap",
                "check",
                join_path(path),
                "phases that follow each other day by day",
                f"no curfew from {day_words(first)} to {day_words(end) if end else 'an open end'}",
                "Add a phase, or see that no curfew was meant then.",
                HOUSE,
            )
        for position, phase in enumerate(curfew.phases):
            if _reaches_out(phase, curfew):
                yield Finding(
                    "curfew-phase-cut",
                    "check",
                    join_path((*path, position)),
                    f"dates within the curfew ({curfew.start_date} to {curfew.end_date or 'an open end'})",
                    f"{phase.start_date} to {phase.end_date or 'an open end'}",
                    "Correct one of the dates; the phase applies only within the curfew.",
                    HOUSE,
                )


def phase_nights(order: Order) -> Iterator[Finding]:
    """Show the first morning of a phase whose curfew no span covers, though its own weeks do.

    The night before a new phase belongs to the phase before. Where that phase has no such night, the early
    hours of the first day are free.
    """
    for number, curfew in curfews(order):
        covered = wall_clock(order, curfew)
        for position, phase in enumerate(curfew.phases):
            midnight = phase.start_date.toordinal() * DAY_MIN
            tail = _tail_min(phase, (phase.start_date - _DAY).weekday())
            follows = any(other.end_date == phase.start_date - _DAY for other in curfew.phases)
            if follows and tail and not any(a <= midnight < b for a, b in covered):
                yield Finding(
                    "curfew-phase-first-night",
                    "check",
                    join_path(("conditions", number, "phases", position)),
                    f"curfew before {hours_words(tail)} after midnight on {day_words(phase.start_date)}, "
                    "as in the phase's other weeks",
                    "none: the night before belongs to the earlier phase, which has no such hours",
                    "Start the phase on a day that begins without curfew, or add the hours to the earlier one.",
                    HOUSE,
                )


def curfews_at_once(order: Order) -> Iterator[Finding]:
    """Show two curfews of one order that ask for presence at the same time."""
    found = [(number, curfew, wall_clock(order, curfew)) for number, curfew in curfews(order)]
    for (first, one, spans), (second, other, others) in combinations(found, 2):
        both = shared(spans, others)
        if both:
            start = both[0][0]
            yield Finding(
                "curfews-overlap",
                "check",
                join_path(("conditions", second)),
                f"hours apart from those of conditions[{first}] ({one.condition_id})",
                f"both ask for presence from {day_words(dt.date.fromordinal(start // DAY_MIN))} "
                f"{start % DAY_MIN // 60:02}:{start % 60:02} ({other.condition_id})",
                "Put both places into one span if either will do; nobody can be at two places.",
                HOUSE,
            )


def release_day(order: Order) -> Iterator[Finding]:
    """Show a day of release that is not the curfew's first day, or that home detention curfew lacks."""
    for number, curfew in curfews(order):
        path = ("conditions", number, "release_day")
        if curfew.release_day is None:
            if order.home_detention_curfew:
                yield Finding(
                    "release-day-missing",
                    "note",
                    join_path(path),
                    "a day-of-release curfew with home detention curfew",
                    f"none; the weekly hours apply from midnight on {day_words(curfew.start_date)}",
                    "Add the hours of the day of release if the licence states them.",
                    ORDER_FORM,
                )
        elif curfew.release_day.release_date != curfew.start_date:
            yield Finding(
                "release-day-not-first",
                "check",
                join_path((*path, "release_date")),
                f"the first day of the curfew, {curfew.start_date}",
                str(curfew.release_day.release_date),
                "Correct one of the dates: before release nobody can keep a curfew at home.",
                ORDER_FORM,
            )


def device_gaps(order: Order) -> Iterator[Finding]:
    """Show when the order runs and no device is recorded on the person."""
    worn = [activation.interval for activation in order.activations]
    if not worn:
        yield Finding(
            "no-device",
            "note",
            "activations",
            "a device on the person",
            "no activation",
            "Add the activation when the device is fitted; until then nothing is monitored.",
            HOUSE,
        )
        return
    for gap in subtract_intervals([order.interval], worn):
        if gap.seconds() * 1_000_000 > _GAP_US:
            yield Finding(
                "device-gap",
                "check" if gap.start_us > order.interval.start_us else "note",
                "activations",
                "a device on the person throughout the order",
                f"none {_interval_words(gap, order.time_zone)}",
                "See whether an activation is missing; that time is not monitored and is not a breach.",
                HOUSE,
            )


def allowance_dates(order: Order) -> Iterator[Finding]:
    """Show each absence, excuse or suspension that lies wholly outside the order."""
    for field in ("authorised_absences", "reasonable_excuses", "suspensions"):
        for position, item in enumerate(getattr(order, field)):
            end = None if item.to_time is None else instant_us(item.to_time)
            if Interval(instant_us(item.from_time), end).intersect(order.interval) is None:
                yield Finding(
                    "allowance-outside",
                    "check",
                    join_path((field, position)),
                    f"a time within the order ({order.start_date} to {order.end_date or 'an open end'})",
                    _interval_words(Interval(instant_us(item.from_time), end), order.time_zone),
                    "Correct the times, or remove it.",
                    HOUSE,
                )


def _uncovered(
    curfew: Curfew, first: dt.date, last: dt.date | None
) -> Iterator[tuple[dt.date, dt.date | None]]:
    free = first
    for phase in sorted(curfew.phases, key=lambda item: item.start_date):
        if last is not None and phase.start_date > last:
            break
        if phase.start_date > free:
            yield free, phase.start_date - _DAY
        if phase.end_date is None:
            return
        free = max(free, phase.end_date + _DAY)
    if last is None or free <= last:
        yield free, last


def _reaches_out(phase: Phase, curfew: Curfew) -> bool:
    ends_late = curfew.end_date is not None and (
        phase.start_date > curfew.end_date
        or (phase.end_date is not None and phase.end_date > curfew.end_date)
    )
    return phase.start_date < curfew.start_date or ends_late


def _tail_min(phase: Phase, weekday: int) -> int:
    """Return until which minute after midnight the phase's nights that begin on a weekday (Monday 0) run."""
    return max((_past_midnight(item) for item in phase.timetable if item.day.iso - 1 == weekday), default=0)


def _past_midnight(item: Span) -> int:
    return max(0, item.minutes()[1] - DAY_MIN)


def _interval_words(interval: Interval, zone: str) -> str:
    start = f"{local_datetime(interval.start_us, zone):%Y-%m-%d %H:%M}"
    if interval.end_us is None:
        return f"from {start}"
    return f"from {start} to {local_datetime(interval.end_us, zone):%Y-%m-%d %H:%M}"
