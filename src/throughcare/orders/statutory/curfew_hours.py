"""Rules on how long a curfew may be: in a day, in a week, in all; and home detention curfew's least hours.

"Any day" is read as any civil day, midnight to midnight. The seven days of the weekly limit begin on the day
of the week on which the curfew first takes effect, as the statute says; a fuller seven days that begin on
another day, and a fuller 24 hours than any civil day (the sentencing guideline's words), are shown as
``check``. All curfews of an order count together. Its first and last day are not held to the least hours:
the dates cut them short.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from throughcare.orders.model import Order
from throughcare.orders.statutory.citations import CURFEW_GUIDELINE, HDC
from throughcare.orders.statutory.finding import Finding, Severity
from throughcare.orders.statutory.limits import HOUR_MIN, CurfewLimits, last_day, limits_for
from throughcare.orders.statutory.wall_clock import (
    Stretch,
    by_day,
    by_week,
    curfews,
    day_words,
    fullest,
    horizon,
    hours_words,
    union,
    wall_clock,
)
from throughcare.orders.vocabulary import LegalBasis
from throughcare.orders.week import DAY_MIN, WEEK_MIN

HDC_DAY_MIN = 9 * HOUR_MIN
_WINDOWS = {DAY_MIN: "24 hours", WEEK_MIN: "7 days"}


@dataclass(frozen=True, slots=True)
class Curfewed:
    """The curfew hours of an order, in wall-clock minutes."""

    path: str
    first: dt.date
    last: dt.date
    spans: list[tuple[int, int]]
    days: dict[dt.date, int]

    def inner_days(self) -> dict[dt.date, int]:
        """Return the hours of every day but the first and the last."""
        return {day: minutes for day, minutes in self.days.items() if self.first < day < self.last}


def curfewed(order: Order) -> Curfewed | None:
    """Return all curfew hours of an order together; None if it has no curfew."""
    found = curfews(order)
    if not found:
        return None
    first = max(order.start_date, min(curfew.start_date for _, curfew in found))
    last = max(horizon(order, curfew) for _, curfew in found)
    spans = union(item for _, curfew in found for item in wall_clock(order, curfew))
    path = f"conditions[{found[0][0]}]" if len(found) == 1 else "conditions"
    return Curfewed(path, first, last, spans, by_day(spans, first, last))


def court_curfew_facts(order: Order) -> Iterator[Finding]:
    """Say which fact is missing to know the limits of a court curfew."""
    rows = limits_for(order)
    if not rows or not curfews(order):
        return
    facts = (
        ("court-curfew-convicted-on", "convicted_on", "the date of conviction"),
        ("court-curfew-sentence-type", "sentence_type", "the kind of sentence"),
    )
    for rule_id, field, words in facts:
        if getattr(order, field) is None:
            yield Finding(
                rule_id,
                "check",
                field,
                f"{words}, on which the limits of the curfew depend",
                "nothing",
                "Add it. Until then the limits that could apply are all tested, and a breach of only some "
                "of them is shown as a check.",
                rows[0].citation,
            )


def court_curfew_limits(order: Order) -> Iterator[Finding]:
    """Test a court curfew against every row of limits that may apply."""
    hours = curfewed(order)
    if hours is None:
        return
    rows = limits_for(order)
    for test in (_day_least, _day_most, _week_most, _period):
        for number, row in enumerate(rows):
            # A breach of the most generous row is a breach of all; of a later row, only if that row applies.
            finding = test(order, hours, row, "check" if number else "unlawful")
            if finding is not None:
                yield finding
                break


def court_curfew_windows(order: Order) -> Iterator[Finding]:
    """Show fuller 24 hours, or 7 days, than the statute's own days and weeks: the text has two readings."""
    hours = curfewed(order)
    rows = limits_for(order)
    if hours is None or not rows or not hours.spans:
        return
    row = rows[0]
    weeks = by_week(hours.spans, hours.first)
    if max(hours.days.values()) <= row.day_max_min:
        yield from _window("court-curfew-any-24-hours", hours, row.day_max_min, DAY_MIN)
    if row.week_max_min is not None and max(week.minutes for week in weeks) <= row.week_max_min:
        yield from _window("court-curfew-any-7-days", hours, row.week_max_min, WEEK_MIN)


def hours_without_rule(order: Order) -> Iterator[Finding]:
    """Say so where an order has a curfew and the table of limits has no row for it."""
    if curfews(order) and not limits_for(order) and not order.home_detention_curfew:
        yield Finding(
            "curfew-no-limits-held",
            "check" if order.legal_basis is LegalBasis.COMMUNITY_ORDER_REQUIREMENT else "note",
            "legal_basis",
            "a kind of order whose limits on curfew hours are in the table",
            f"{order.legal_basis.value}, sentence type {order.sentence_type or 'not given'}",
            "Compare the hours with the order itself: no limit was tested.",
            CURFEW_GUIDELINE,
        )


def home_detention_hours(order: Order) -> Iterator[Finding]:
    """Test that home detention curfew has a curfew, of at least 9 hours on every day but first and last."""
    if not order.home_detention_curfew:
        return
    hours = curfewed(order)
    if hours is None:
        yield Finding(
            "hdc-curfew-missing",
            "unlawful",
            "conditions",
            "a curfew, because home_detention_curfew is true",
            "none",
            "Add the curfew, or correct home_detention_curfew.",
            HDC,
        )
        return
    short = {day: minutes for day, minutes in hours.inner_days().items() if minutes < HDC_DAY_MIN}
    if short:
        yield Finding(
            "hdc-day-least",
            "unlawful",
            hours.path,
            f"at least {hours_words(HDC_DAY_MIN)} of curfew on every day but the first and the last",
            _days_words(short),
            "Lengthen the curfew on those days.",
            HDC,
        )


def _day_least(_: Order, hours: Curfewed, row: CurfewLimits, severity: Severity) -> Finding | None:
    inner = hours.inner_days()
    none = {day: minutes for day, minutes in inner.items() if minutes == 0}
    short = {day: minutes for day, minutes in inner.items() if 0 < minutes < row.day_min_min}
    if not short and not none:
        return None
    return Finding(
        "court-curfew-day-least" if short else "court-curfew-day-none",
        severity if short else "check",
        hours.path,
        f"at least {hours_words(row.day_min_min)} of curfew in any day",
        _days_words(short or none),
        "Lengthen the curfew on those days."
        if short
        else "See whether days without curfew were meant: the text can be read to forbid them.",
        row.citation,
    )


def _day_most(_: Order, hours: Curfewed, row: CurfewLimits, severity: Severity) -> Finding | None:
    long = {day: minutes for day, minutes in hours.days.items() if minutes > row.day_max_min}
    if not long:
        return None
    return Finding(
        "court-curfew-day-most",
        severity,
        hours.path,
        f"at most {hours_words(row.day_max_min)} of curfew in any day ({row.name})",
        _days_words(long, longest=True),
        "Shorten the curfew on those days.",
        row.citation,
    )


def _week_most(_: Order, hours: Curfewed, row: CurfewLimits, severity: Severity) -> Finding | None:
    limit = row.week_max_min
    over = [] if limit is None else [w for w in by_week(hours.spans, hours.first) if w.minutes > limit]
    if limit is None or not over:
        return None
    return Finding(
        "court-curfew-week-most",
        severity,
        hours.path,
        f"at most {hours_words(limit)} of curfew in the 7 days from each {hours.first:%A}, the day of the week "
        f"on which the curfew first takes effect ({row.name})",
        _week_words(over),
        "Shorten the curfew in those weeks.",
        row.citation,
    )


def _period(order: Order, hours: Curfewed, row: CurfewLimits, severity: Severity) -> Finding | None:
    latest = last_day(hours.first, row.period_months)
    is_open = order.end_date is None and any(curfew.end_date is None for _, curfew in curfews(order))
    if not is_open and hours.last <= latest:
        return None
    return Finding(
        "court-curfew-period-open" if is_open else "court-curfew-period",
        "check" if is_open else severity,
        f"{hours.path}.end_date",
        f"an end on or before {day_words(latest)}: {row.period_months} months beginning with the first day "
        f"({row.name})",
        "an open end" if is_open else day_words(hours.last),
        "Give an end date in that period.",
        row.citation,
    )


def _window(rule_id: str, hours: Curfewed, limit_min: int, width_min: int) -> Iterator[Finding]:
    most = fullest(hours.spans, width_min)
    if most.minutes > limit_min:
        clock = most.start_min % DAY_MIN
        yield Finding(
            rule_id,
            "check",
            hours.path,
            f"at most {hours_words(limit_min)} of curfew in any {_WINDOWS[width_min]}",
            f"{hours_words(most.minutes)} in those from {day_words(most.day)} {clock // 60:02}:{clock % 60:02}",
            "The statute's own days and weeks are within the limit; see whether these hours were meant.",
            CURFEW_GUIDELINE,
        )


def _days_words(days: dict[dt.date, int], *, longest: bool = False) -> str:
    """Return the worst of the days in words, and how many others there are."""
    worst = (max if longest else min)(days, key=lambda day: days[day])
    more = len(days) - 1
    others = f", and {more} more such day{'' if more == 1 else 's'}" if more else ""
    return f"{hours_words(days[worst])} on {day_words(worst)}{others}"


def _week_words(weeks: list[Stretch]) -> str:
    more = len(weeks) - 1
    others = f", and {more} more such week{'' if more == 1 else 's'}" if more else ""
    return f"{hours_words(weeks[0].minutes)} in the 7 days from {day_words(weeks[0].day)}{others}"
