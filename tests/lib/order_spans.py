"""Scheduled spans as the documentation pages write them."""

from __future__ import annotations

from throughcare.kernel.time import MINUTE_US, local_datetime
from throughcare.orders.timetable import ScheduledSpan


def shown(span: ScheduledSpan) -> str:
    """Return ``2026-03-28 19:00 GMT to 2026-03-29 07:00 BST, 11 h``."""
    ends = [local_datetime(t, "Europe/London") for t in (span.start_us, span.end_us)]
    hours, minutes = divmod((span.end_us - span.start_us) // MINUTE_US, 60)
    length = " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n)
    return f"{ends[0]:%Y-%m-%d %H:%M %Z} to {ends[1]:%Y-%m-%d %H:%M %Z}, {length}"


def cell(text: str) -> list[str]:
    """Return the spans of a table cell."""
    return [] if text == "none" else text.split("<br>")
