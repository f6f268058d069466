"""Recurring appointments: RFC 5545 recurrence rules in civil time."""

from __future__ import annotations

import datetime as dt

from dateutil.rrule import rrulestr

_PROBE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - civil time, the zone is the order's


def check_recurrence(rule: str) -> str:
    """Return the rule if it is a day-or-longer RFC 5545 RRULE; refuse it otherwise."""
    text = rule.removeprefix("RRULE:")
    frequency = next((part[5:] for part in text.upper().split(";") if part.startswith("FREQ=")), "")
    if frequency not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise ValueError(f"expected an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=MO; found {rule!r}")
    try:
        rrulestr(text, dtstart=_PROBE)
    except (ValueError, TypeError, KeyError) as problem:
        raise ValueError(f"the recurrence rule {rule!r} cannot be read: {problem}") from None
    return text


def occurrence_days(rule: str, *, start: dt.date, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return the civil days of a recurrence from ``first`` to ``last`` inclusive.

    Parameters
    ----------
    rule : str
        A rule that :func:`check_recurrence` returned.
    start : date
        The anchor: "every two weeks" counts from here.
    """
    anchor = dt.datetime.combine(start, dt.time(0))
    rows = rrulestr(rule, dtstart=anchor)
    found = rows.between(
        dt.datetime.combine(first, dt.time(0)), dt.datetime.combine(last, dt.time(0)), inc=True
    )
    return tuple(moment.date() for moment in found)
