"""Fields that several protocols write alike: civil UTC stamps, degrees with a hemisphere, lines of text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import instant_us

MPS_PER_KMH = 1 / 3.6
MPS_PER_KNOT = 1852 / 3600
_LINE = re.compile(rb"[^\r\n]+")
_NUMBER = re.compile(r" *[+-]?\d{1,15}(\.\d{0,15})?", re.ASCII)


def number(text: str) -> float | None:
    """Return a plain decimal number, or None for anything else (infinity, hexadecimal, an empty field)."""
    return float(text) if _NUMBER.fullmatch(text) else None


def utc_stamp_us(date: str, clock: str, *, form: str) -> int:
    """Return the instant of a stamp in UTC, such as ``%Y%m%d``; ``NO_TIME_US`` where it is none.

    Parameters
    ----------
    date, clock : str
        The day, and the time as ``HHMMSS``.
    form : str
        The form of the day, as for ``strptime``; two-digit years are 1969 to 2068.
    """
    if not (date + clock).isascii() or not (date + clock).isdigit() or len(clock) != 6:
        return NO_TIME_US
    try:
        return instant_us(dt.datetime.strptime(f"{date} {clock}", f"{form} %H%M%S").replace(tzinfo=dt.UTC))
    except ValueError:
        return NO_TIME_US


def signed_deg(size_deg: float, hemisphere: str) -> float:
    """Return degrees with their sign; a sign already there and an empty hemisphere stand as they are."""
    return -abs(size_deg) if hemisphere in {"S", "W"} else size_deg


def lines(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each line that is not empty starts and stops, without the blanks around it."""
    for line in _LINE.finditer(data):
        if text := line[0].strip():
            start = line.start() + len(line[0]) - len(line[0].lstrip())
            yield start, start + len(text)


def cut_lines(data: bytes) -> int:
    """Return how many of the first bytes are whole lines: a line is whole when its end has come."""
    return max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
