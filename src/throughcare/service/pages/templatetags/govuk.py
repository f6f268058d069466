"""Template filters that every page may use: times as people say them, durations, tags."""

from __future__ import annotations

from django import template

from throughcare.kernel.time import local_datetime

register = template.Library()


@register.filter
def civil(t_us: int | None, zone: str = "Europe/London") -> str:
    """Return an instant as staff say it, such as ``Mon 9 Mar 2026, 21:45``; ``not yet`` for None."""
    if t_us is None:
        return "not yet"
    local = local_datetime(t_us, zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


@register.filter
def civil_date(t_us: int | None, zone: str = "Europe/London") -> str:
    """Return the civil date of an instant, such as ``9 March 2026``; ``no end`` for None."""
    if t_us is None:
        return "no end"
    local = local_datetime(t_us, zone)
    return f"{local.day} {local:%B %Y}"


@register.filter
def last_date(end_us: int | None, zone: str = "Europe/London") -> str:
    """Return the last civil day of a period that ends just before an instant; ``no end`` for None."""
    return civil_date(None if end_us is None else end_us - 1, zone)


@register.filter
def duration(seconds_s: float | None) -> str:
    """Return a duration in plain words: ``45 seconds``, ``12 minutes``, ``3 hours 5 minutes``, ``2 days``."""
    if seconds_s is None:
        return "unknown"
    minutes = round(seconds_s / 60)
    if minutes < 1:
        return _plural(round(seconds_s), "second")
    if minutes < 60:
        return _plural(minutes, "minute")
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return _plural(hours, "hour") + (f" {_plural(rest, 'minute')}" if rest else "")
    return _plural(round(minutes / 1440), "day")


@register.filter
def age(t_us: int | None, now_us: int) -> str:
    """Return how long ago an instant was, such as ``12 minutes ago``; ``never`` for None."""
    if t_us is None:
        return "never"
    return f"{duration(max(0.0, (now_us - t_us) / 1e6))} ago"


@register.filter
def words(code: str) -> str:
    """Return a code as words: ``loss_of_contact`` becomes ``Loss of contact``."""
    return code.replace("_", " ").capitalize()


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
