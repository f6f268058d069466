"""Recurring appointments: RFC 5545 recurrence rules of days, in civil time."""

from __future__ import annotations

import datetime as dt
import re
from itertools import islice

from dateutil.rrule import rrulestr

from throughcare.orders.problem import Problem

_PROBE = dt.date(2026, 1, 1)
_EXPECTED = "a recurrence rule of days (RFC 5545) such as FREQ=WEEKLY;BYDAY=MO or FREQ=WEEKLY;INTERVAL=2"
# A rule of days or weeks chooses weekdays only. So it always occurs, and the search for its next day is short;
# dateutil looks for a day that never comes (30 February) until the year 9999, which costs 6 s day by day.
_PARTS = {
    "DAILY": r"INTERVAL=[1-9]\d{0,2}",
    "WEEKLY": r"INTERVAL=[1-9]\d{0,2}|BYDAY=[A-Z,]+|WKST=[A-Z]{2}",
    "MONTHLY": r"INTERVAL=[1-9]\d{0,2}|(BYDAY|BYMONTHDAY|BYSETPOS|BYMONTH)=[0-9A-Z,+-]+",
    "YEARLY": r"INTERVAL=[1-9]\d{0,2}|(BYDAY|BYMONTHDAY|BYSETPOS|BYMONTH)=[0-9A-Z,+-]+",
}
_ENDS = r"COUNT=[1-9]\d{0,2}|UNTIL=\d{8}"
_RULE = re.compile("|".join(f"FREQ={name}(;({parts}|{_ENDS}))*" for name, parts in _PARTS.items()))


def check_recurrence(rule: str) -> str:
    """Return the rule, in capitals and without ``RRULE:``, if it is a rule of days; refuse it otherwise.

    Days and weeks take ``INTERVAL``, weeks also ``BYDAY``; months and years also ``BYDAY``, ``BYMONTHDAY``,
    ``BYMONTH`` and ``BYSETPOS``; all take ``COUNT`` or ``UNTIL`` (a date). The clock time of an appointment is
    the condition's ``start``, so a rule holds no hours. Parts may not repeat.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    names = [part.partition("=")[0] for part in text.split(";")]
    if not _RULE.fullmatch(text) or len(set(names)) < len(names):
        raise Problem(
            expected=_EXPECTED,
            found=repr(rule),
            action="Write FREQ first and each part once; give the clock time in start, not in the rule.",
        )
    try:
        dt.date.fromisoformat(dict(part.split("=") for part in text.split(";")).get("UNTIL", "99991231"))
        occurrence_days(text, start=_PROBE, first=_PROBE, last=_PROBE)
    except (ValueError, TypeError) as problem:
        raise Problem(
            expected=_EXPECTED, found=f"{rule!r} ({problem})", action="Correct the rule."
        ) from problem
    return text


def occurrence_days(rule: str, *, start: dt.date, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return the civil days of a recurrence from ``first`` to ``last`` inclusive.

    Parameters
    ----------
    rule : str
        A rule that :func:`check_recurrence` returned.
    start : date
        The anchor: "every two weeks", and ``COUNT``, count from here.
    """
    parts = dict(part.split("=") for part in rule.split(";"))
    count = int(parts.pop("COUNT", 0)) or None
    until = min(parts.get("UNTIL", "99991231"), f"{last:%Y%m%d}")
    bounded = ";".join(f"{name}={value}" for name, value in (parts | {"UNTIL": until}).items())
    days = (moment.date() for moment in rrulestr(bounded, dtstart=dt.datetime.combine(start, dt.time(0))))
    return tuple(day for day in islice(days, count) if day >= first)
