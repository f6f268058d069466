"""What an order asks of a person, in plain English that a child of eleven can read.

The sentences are in :mod:`throughcare.orders.sentences`. They speak to the wearer; they never say where a
protected person is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import singledispatch

from throughcare.kernel.time import Interval, instant_us, local_datetime
from throughcare.orders.allowances import Allowance, allowances_for
from throughcare.orders.model import (
    Alcohol,
    Attendance,
    Condition,
    Curfew,
    Exemption,
    Order,
    Phase,
    Span,
    Trail,
    VictimProximity,
    Zone,
)
from throughcare.orders.recurrence import occurrence_days
from throughcare.orders.sentences import (
    ENGLISH,
    WEEKDAYS,
    clock_words,
    count_words,
    date_words,
    hours_words,
    list_words,
)

_ISO_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SEARCH_DAYS = 400
_SHOWN_DAYS = 3


def order_words(order: Order) -> tuple[str, ...]:
    """Return the whole order in sentences: when it runs, then every condition, then where to ask."""
    start = date_words(order.start_date.isoformat())
    if order.end_date is None:
        opening = ENGLISH["order_runs_open"].format(start=start)
    else:
        opening = ENGLISH["order_runs"].format(start=start, end=date_words(order.end_date.isoformat()))
    body = [line for condition in order.conditions for line in condition_words(order, condition)]
    return (opening, *body, ENGLISH["order_help"])


def condition_words(order: Order, condition: Condition) -> tuple[str, ...]:
    """Return one condition in sentences, with what is allowed, excused or on hold."""
    lines = list(_words(condition, order))
    last = min(filter(None, (condition.end_date, order.end_date)), default=None)
    if last is not None:
        lines.append(ENGLISH["last_day"].format(end=date_words(last.isoformat())))
    lines.extend(
        _allowance_words(item, order.time_zone)
        for item in allowances_for(order, condition.condition_id)
        if item.kind != "exemption"
    )
    return tuple(lines)


@singledispatch
def _words(condition: Condition, order: Order) -> Iterator[str]:
    raise TypeError(f"no words for a {type(condition).__name__}")


@_words.register
def _curfew(condition: Curfew, order: Order) -> Iterator[str]:
    yield ENGLISH["curfew"].format(start=_start(condition, order))
    release = condition.release_day
    if release is not None:
        start, end = _minute(release.start), _minute(release.end)
        yield ENGLISH["curfew_release"].format(
            day=date_words(release.release_date.isoformat()),
            place=order.place(release.place_id).label,
            hours=hours_words(start, end if end > start else end + 1440),
        )
    for phase in condition.phases:
        yield _phase_words(phase)
        for days, hours, places in _grouped(phase.timetable):
            labels = [order.place(place_id).label for place_id in places]
            yield ENGLISH["curfew_hours"].format(
                days=days, hours=hours, places=list_words(labels, joiner="or")
            )
    if condition.grace_s:
        minutes, seconds = divmod(condition.grace_s, 60)
        grace = count_words(minutes, "minute") if not seconds else count_words(condition.grace_s, "second")
        yield ENGLISH["curfew_grace"].format(minutes=grace)


@_words.register
def _zone(condition: Zone, order: Order) -> Iterator[str]:
    yield ENGLISH[condition.kind.value].format(name=condition.name)
    if condition.buffer_m:
        yield ENGLISH[f"zone_buffer_{condition.kind.value}"].format(
            metres=count_words(condition.buffer_m, "metre")
        )
    times = "zone_times" if condition.timetable else "zone_always"
    yield ENGLISH[times].format(start=_start(condition, order))
    for days, hours, _ in _grouped(condition.timetable):
        yield ENGLISH["zone_hours"].format(days=days, hours=hours)
    for item in condition.exemptions:
        yield _exemption_words(item, order.time_zone)


@_words.register
def _trail(condition: Trail, order: Order) -> Iterator[str]:
    yield ENGLISH[f"trail_{condition.device}"].format(start=_start(condition, order))


@_words.register
def _attendance(condition: Attendance, order: Order) -> Iterator[str]:
    start = _minute(condition.start)
    yield ENGLISH["attendance"].format(place=order.place(condition.place_id).label, purpose=condition.purpose)
    yield ENGLISH["attendance_days"].format(
        days=_recurrence_words(condition),
        hours=hours_words(start, start + condition.duration_min),
        start=_start(condition, order),
    )
    yield ENGLISH["attendance_late"].format(minutes=count_words(condition.late_after_min, "minute"))
    yield ENGLISH["attendance_stay"].format(minutes=count_words(condition.min_stay_min, "minute"))


@_words.register
def _alcohol(condition: Alcohol, order: Order) -> Iterator[str]:
    yield ENGLISH[f"alcohol_{condition.monitoring}"].format(
        start=_start(condition, order),
        level=f"{condition.level_limit_pct:g}" if condition.level_limit_pct else "",
    )
    yield ENGLISH["alcohol_reading"].format(minutes=count_words(condition.reading_interval_min, "minute"))


@_words.register
def _proximity(condition: VictimProximity, order: Order) -> Iterator[str]:
    yield ENGLISH["victim_proximity"].format(
        start=_start(condition, order), metres=count_words(condition.distance_m, "metre")
    )
    if condition.warning_m is not None:
        yield ENGLISH["victim_warning"].format(metres=count_words(condition.warning_m, "metre"))


def _start(condition: Condition, order: Order) -> str:
    return date_words(max(condition.start_date, order.start_date).isoformat())


def _phase_words(phase: Phase) -> str:
    start = date_words(phase.start_date.isoformat())
    if phase.end_date is None:
        return ENGLISH["curfew_phase_open"].format(start=start)
    return ENGLISH["curfew_phase"].format(start=start, end=date_words(phase.end_date.isoformat()))


def _grouped(timetable: Sequence[Span]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (days, hours, places), days with the same hours and places together, Monday first."""
    groups: dict[tuple[int, int, tuple[str, ...]], list[int]] = {}
    for item in sorted(timetable, key=lambda span: (span.day.iso, span.start)):
        groups.setdefault((*item.minutes(), item.place_ids), []).append(item.day.iso - 1)
    for (start, end, places), days in groups.items():
        names = ENGLISH["every_day"] if len(days) == 7 else list_words([WEEKDAYS[day] for day in days])
        yield names, hours_words(start, end), places


def _exemption_words(item: Exemption, zone: str) -> str:
    reason = item.details or ENGLISH[f"reason_{item.reason}"]
    if item.from_time is None or item.to_time is None:
        return ENGLISH["exemption_corridor"].format(reason=reason)
    name = "exemption_time" if item.corridor is None else "exemption_both"
    return ENGLISH[name].format(
        start=_moment(item.from_time, zone), end=_moment(item.to_time, zone), reason=reason
    )


def _allowance_words(item: Allowance, zone: str) -> str:
    reason = (
        ENGLISH.get(f"reason_{item.reason}", item.reason) if item.kind == "reasonable_excuse" else item.reason
    )
    start, end = _ends(item.interval, zone)
    if end is None:
        return ENGLISH["suspension_open"].format(start=start, reason=reason)
    return ENGLISH[item.kind].format(start=start, end=end, reason=reason)


def _ends(interval: Interval, zone: str) -> tuple[str, str | None]:
    start = _moment(local_datetime(interval.start_us, zone), zone)
    return start, None if interval.end_us is None else _moment(local_datetime(interval.end_us, zone), zone)


def _moment(moment: dt.datetime, zone: str) -> str:
    there = local_datetime(instant_us(moment), zone)
    return ENGLISH["at"].format(
        time=clock_words(_minute(there.time())), day=date_words(there.date().isoformat())
    )


def _recurrence_words(condition: Attendance) -> str:
    parts = dict(part.split("=") for part in condition.recurrence.split(";"))
    count = int(parts.get("INTERVAL", "1"))
    known = parts.keys() <= {"FREQ", "INTERVAL", "BYDAY", "WKST"}
    if known and parts["FREQ"] == "DAILY":
        return ENGLISH["each_day"] if count == 1 else ENGLISH["every_n_days"].format(count=count)
    if known and parts["FREQ"] == "WEEKLY":
        chosen = parts.get("BYDAY", _ISO_DAYS[condition.start_date.weekday()]).split(",")
        days = list_words([WEEKDAYS[day] for day, name in enumerate(_ISO_DAYS) if name in chosen])
        name = "each_week" if count == 1 else "every_n_weeks"
        return ENGLISH[name].format(days=days, count=count)
    return ENGLISH["on_days"].format(days=list_words(_first_days(condition)))


def _first_days(condition: Attendance) -> list[str]:
    last = condition.end_date or condition.start_date + dt.timedelta(days=_SEARCH_DAYS)
    days = occurrence_days(
        condition.recurrence, start=condition.start_date, first=condition.start_date, last=last
    )
    return [date_words(day.isoformat()) for day in days[:_SHOWN_DAYS]]


def _minute(at: dt.time) -> int:
    return at.hour * 60 + at.minute
