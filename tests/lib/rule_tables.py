"""Reads the tables of docs/rules: a practitioner's words for times, facts and outcomes, turned into values.

All times are in the week of Monday 2 March 2026 in UTC, when London keeps UTC. A time without a day is Monday.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from throughcare.kernel.time import MINUTE_US, instant_us, iso_utc
from throughcare.monitoring.status import StatusKind

DOCS = Path(__file__).parents[2] / "docs" / "rules"
MONDAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

WORDS = {
    "home unit hears the tag": StatusKind.RADIO_HEARD,
    "home unit misses the tag": StatusKind.RADIO_MISSED,
    "home unit alive": StatusKind.UNIT_HEARTBEAT,
    "home unit moved": StatusKind.UNIT_MOVED,
    "home unit in place": StatusKind.UNIT_IN_PLACE,
    "home unit loses power": StatusKind.UNIT_POWER_LOST,
    "home unit has power": StatusKind.UNIT_POWER_RESTORED,
    "home unit goes off": StatusKind.UNIT_DEAD,
    "strap open": StatusKind.STRAP_OPEN,
    "strap closed": StatusKind.STRAP_CLOSED,
    "case open": StatusKind.CASE_OPEN,
    "case closed": StatusKind.CASE_CLOSED,
    "battery": StatusKind.BATTERY_PERCENT,
    "charging": StatusKind.CHARGING_STARTED,
    "charging ends": StatusKind.CHARGING_ENDED,
    "battery empty": StatusKind.BATTERY_DEAD,
    "fault": StatusKind.DEVICE_FAULT,
    "fault cleared": StatusKind.DEVICE_FAULT_CLEARED,
    "alive": StatusKind.DEVICE_HEARTBEAT,
    "no position": StatusKind.NO_POSITION,
    "reading": StatusKind.ALCOHOL_READING,
    "sensor covered": StatusKind.ALCOHOL_OBSTRUCTED,
    "sensor clear": StatusKind.ALCOHOL_CLEAR,
}

_TIME = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d\d:\d\d(?::\d\d)?"
_EVENT = re.compile(
    rf"^(?P<first>{_TIME})(?:-(?P<last>{_TIME}))? (?P<what>.+?)(?: (?P<value>\d+(?:\.\d+)?))?"
    r"(?: every (?P<step>\d+) min)?$"
)
_SERIES = re.compile(rf"^(?P<first>{_TIME}) readings every (?P<step>\d+) min: (?P<values>[\d. ]+)$")


@dataclass(frozen=True)
class Fact:
    """One thing that was received: ``kind`` is None for a position."""

    t_us: int
    kind: StatusKind | None
    value: float
    poor: bool


def table(name: str, heading: str) -> list[dict[str, str]]:
    """Return the rows of the first table under a heading of a rules page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    section = re.split(r"^#+ ", text, flags=re.MULTILINE)
    body = next(part for part in section if part.startswith(heading + "\n"))
    lines = [line.strip() for line in body.splitlines() if line.strip().startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    names, _, *cells = rows
    return [dict(zip(names, row, strict=True)) for row in cells]


def instant(text: str) -> int:
    """Return ``Tue 07:30`` or ``07:30`` as UTC microseconds."""
    day, _, clock = text.strip().rpartition(" ")
    hour, minute, *second = (int(part) for part in clock.split(":"))
    offset = dt.timedelta(days=DAYS.index(day or "Mon"), hours=hour, minutes=minute)
    return instant_us(MONDAY + offset + dt.timedelta(seconds=second[0] if second else 0))


def iso(text: str) -> str:
    """Return ``Tue 07:30`` or ``07:30`` as ISO 8601 in UTC."""
    return iso_utc(instant(text))


def facts(cell: str) -> list[Fact]:
    """Return the facts of a cell such as ``10:00-11:00 position every 5 min; 11:02 battery 9``."""
    found: list[Fact] = []
    for part in filter(None, (item.strip() for item in cell.split(";"))):
        if part in {"nothing", "-"}:
            continue
        series = _SERIES.match(part)
        if series is not None:
            start, step = instant(series["first"]), int(series["step"]) * MINUTE_US
            numbers = enumerate(series["values"].split())
            found.extend(
                Fact(start + i * step, StatusKind.ALCOHOL_READING, float(v), False) for i, v in numbers
            )
            continue
        match = _EVENT.match(part)
        assert match is not None, f"cannot read the event {part!r}"
        first = instant(match["first"])
        last = instant(match["last"]) if match["last"] else first
        step = int(match["step"] or 1) * MINUTE_US
        what = match["what"]
        kind = None if what in {"position", "poor position"} else WORDS[what]
        value = float(match["value"]) if match["value"] else float("nan")
        poor = what == "poor position"
        found.extend(Fact(t_us, kind, value, poor) for t_us in range(first, last + 1, step))
    return found


def spans(cell: str) -> list[tuple[int, int, str]]:
    """Return the stretches of a cell such as ``09:00-10:00 at the place; 10:00-11:00 unknown``."""
    found: list[tuple[int, int, str]] = []
    for part in filter(None, (item.strip() for item in cell.split(";"))):
        match = re.match(rf"^({_TIME})-({_TIME}) (.+)$", part)
        assert match is not None, f"cannot read the stretch {part!r}"
        found.append((instant(match[1]), instant(match[2]), match[3]))
    return found


def outcomes(cell: str) -> list[dict[str, str | int | None]]:
    """Return the expected incidents of a cell such as ``10:00 to 11:00, detected 10:30, closed``."""
    found: list[dict[str, str | int | None]] = []
    for part in filter(None, (item.strip() for item in cell.split(";"))):
        if part == "none":
            continue
        when, *phrases = (item.strip() for item in part.split(","))
        start, _, end = when.partition(" to ")
        outcome: dict[str, str | int | None] = {
            "start": instant(start),
            "end": None if end == "now" else instant(end),
        }
        for phrase in phrases:
            name, _, value = phrase.rpartition(" ")
            if name == "detected":
                outcome["detected"] = instant(value)
            elif name:
                outcome[name] = value
            else:
                outcome["status"] = value
        found.append(outcome)
    return found
