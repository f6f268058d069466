"""Field types of civil time: days, clock times, instants with an offset, and the zone they are read in."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer, WithJsonSchema

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import time_zone
from throughcare.orders.problem import Problem

_YEARS = range(1900, 2200)  # leaves room on both sides for arithmetic on days and offsets


def _check_year(value: dt.date) -> None:
    if value.year not in _YEARS:
        raise Problem(
            expected=f"a year from {_YEARS.start} to {_YEARS.stop - 1}",
            found=str(value.year),
            action="Leave the date out where there is no end.",
        )


def _day(value: dt.date) -> dt.date:
    _check_year(value)
    return value


def _instant(value: dt.datetime) -> dt.datetime:
    _check_year(value)
    return value


def _clock_time(value: dt.time) -> dt.time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise Problem(
            expected="a clock time in whole minutes, without an offset, such as 19:00",
            found=value.isoformat(),
            action="Give the time as the clock on the wall shows it.",
        )
    return value


def _zone_name(value: str) -> str:
    try:
        return time_zone(value).key
    except RefusedInput as refusal:
        raise Problem(expected=refusal.expected, found=refusal.found, action=refusal.action) from None


Day = Annotated[dt.date, AfterValidator(_day)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
ClockTime = Annotated[
    dt.time,
    AfterValidator(_clock_time),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:00)?$", "description": "HH:MM, civil time"}
    ),
]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
