"""The conditions of an order, and the timetables and places they are made of: frozen, checked when made.

Each condition is complete in itself here. What only the whole order can tell (a place that does not exist, a
ticked condition that is missing) is checked in :mod:`throughcare.orders.structure`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from throughcare.orders.civil import ClockTime, Day, Instant
from throughcare.orders.geometry import Geometry
from throughcare.orders.problem import Problem
from throughcare.orders.recurrence import check_recurrence, occurrence_days
from throughcare.orders.vocabulary import ConditionKind, Weekday
from throughcare.orders.week import DAY_MIN, date_overlap, week_overlap

Ref = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Metres = Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
OPEN_END = "an open end"
_SEARCH_DAYS = 5 * 366  # 29 February is at most 4 years away in this century


class Frozen(BaseModel):
    """A value type: immutable, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """A weekly span of civil time. It begins on ``day``; an end at or before the start is on the next day.

    ``end="24:00"`` is midnight at the end of the same day. Equal start and end is a full day.
    """

    day: Weekday
    start: ClockTime
    end: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
    place_ids: Annotated[tuple[Ref, ...], Field(max_length=3)] = ()

    def minutes(self) -> tuple[int, int]:
        """Return (start, end) in minutes after the day's midnight; end may exceed 1,440 (next day)."""
        start = self.start.hour * 60 + self.start.minute
        hour, minute = (int(part) for part in self.end.split(":"))
        end = hour * 60 + minute
        return start, end if end > start else end + DAY_MIN

    def __str__(self) -> str:
        return f"{self.day.value} {self.start:%H:%M}-{self.end}"


class Phase(Frozen):
    """A period with its own weekly timetable. The end date is inclusive; None is open-ended."""

    start_date: Day
    end_date: Day | None = None
    timetable: Annotated[tuple[Span, ...], Field(min_length=1)]

    @field_validator("timetable")
    @classmethod
    def _no_overlap(cls, value: tuple[Span, ...]) -> tuple[Span, ...]:
        check_spans(value)
        return value

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        check_dates(self.start_date, self.end_date)
        return self


class ReleaseDayCurfew(Frozen):
    """The curfew of the day of release; it may end on the day after."""

    release_date: Day
    start: ClockTime
    end: ClockTime
    place_id: Ref


class Place(Frozen):
    """A place that conditions refer to, such as a curfew address: an area with a boundary, not a pin."""

    place_id: Ref
    label: Annotated[str, Field(min_length=1, max_length=200)]
    area: Geometry


class Condition(Frozen):
    """What every condition has: its identity and its dates (end date inclusive, None open-ended)."""

    condition_id: Ref
    start_date: Day
    end_date: Day | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        check_dates(self.start_date, self.end_date)
        return self


class Curfew(Condition):
    """Be at the curfew address in the hours of the timetable."""

    kind: Literal[ConditionKind.CURFEW] = ConditionKind.CURFEW
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    release_day: ReleaseDayCurfew | None = None
    grace_s: Annotated[int, Field(ge=0, le=3600)] = 0

    @field_validator("phases")
    @classmethod
    def _phases_apart(cls, value: tuple[Phase, ...]) -> tuple[Phase, ...]:
        check_phases(value)
        return value

    @model_validator(mode="after")
    def _release_within(self) -> Self:
        release = self.release_day
        if release is not None and not self.start_date <= release.release_date <= (
            self.end_date or dt.date.max
        ):
            raise Problem(
                expected=f"a release date from {self.start_date} to {self.end_date or OPEN_END}, "
                "the dates of the curfew",
                found=str(release.release_date),
                action="Start the curfew on the day of release.",
                path=("release_day", "release_date"),
            )
        return self


class Exemption(Frozen):
    """A stated exception to a zone: a time, a corridor, or both. At least one is given."""

    reason: Literal["court", "appointment", "accompanied", "travel_corridor", "work", "other"]
    details: Annotated[str, Field(max_length=500)] = ""
    from_time: Instant | None = None
    to_time: Instant | None = None
    corridor: Geometry | None = None

    @model_validator(mode="after")
    def _says_when_or_where(self) -> Self:
        if (self.from_time is None) != (self.to_time is None):
            raise Problem(
                expected="both from_time and to_time, or neither",
                found="only one of them",
                action="Add the other time.",
            )
        if self.from_time is None and self.corridor is None:
            raise Problem(
                expected="a time (from_time and to_time), a corridor, or both",
                found="neither",
                action="Say when or where the exemption applies.",
            )
        check_instants(self.from_time, self.to_time)
        return self


class Zone(Condition):
    """Keep out of (exclusion) or inside (inclusion, restriction) an area, always or to a timetable."""

    kind: Literal[ConditionKind.EXCLUSION_ZONE, ConditionKind.INCLUSION_ZONE, ConditionKind.RESTRICTION_ZONE]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    area: Geometry
    buffer_m: Metres = 0.0
    timetable: tuple[Span, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    @field_validator("timetable")
    @classmethod
    def _times_only(cls, value: tuple[Span, ...]) -> tuple[Span, ...]:
        for number, item in enumerate(value):
            if item.place_ids:
                raise Problem(
                    expected="times only: a zone's place is its own area",
                    found=f"place_ids {list(item.place_ids)}",
                    action="Remove place_ids.",
                    path=(number, "place_ids"),
                )
        check_spans(value)
        return value


class Trail(Condition):
    """Wear the tag; the trail is recorded and no place is required."""

    kind: Literal[ConditionKind.TRAIL] = ConditionKind.TRAIL
    device: Literal["fitted", "non_fitted"] = "fitted"


class Attendance(Condition):
    """Be at a place at recurring times (RFC 5545 recurrence rule in civil time)."""

    kind: Literal[ConditionKind.ATTENDANCE] = ConditionKind.ATTENDANCE
    purpose: Annotated[str, Field(min_length=1, max_length=200)]
    place_id: Ref
    recurrence: Annotated[str, Field(min_length=5, max_length=500), AfterValidator(check_recurrence)]
    start: ClockTime
    duration_min: Annotated[int, Field(ge=1, le=1440)]
    late_after_min: Annotated[int, Field(ge=0, le=240)] = 10
    min_stay_min: Annotated[int, Field(ge=0, le=1440)] = 5

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        last = self.end_date or self.start_date + dt.timedelta(days=_SEARCH_DAYS)
        if not occurrence_days(self.recurrence, start=self.start_date, first=self.start_date, last=last):
            raise Problem(
                expected="a rule with at least one day in the condition's dates",
                found=f"{self.recurrence} has none from {self.start_date} to {last}",
                action="Correct the rule or the dates.",
                path=("recurrence",),
            )
        if self.min_stay_min > self.duration_min:
            raise Problem(
                expected=f"a stay no longer than the appointment ({self.duration_min} minutes)",
                found=f"{self.min_stay_min} minutes",
                action="Lower min_stay_min or lengthen the appointment.",
                path=("min_stay_min",),
            )
        return self


class Alcohol(Condition):
    """Alcohol monitoring: abstinence (AAMR) or a level (AML)."""

    kind: Literal[ConditionKind.ALCOHOL] = ConditionKind.ALCOHOL
    monitoring: Literal["abstinence", "level"]
    level_limit_pct: Annotated[float, Field(gt=0, le=0.5)] | None = None
    reading_interval_min: Annotated[int, Field(ge=1, le=1440)] = 30

    @model_validator(mode="after")
    def _level_has_a_limit(self) -> Self:
        if (self.monitoring == "level") != (self.level_limit_pct is not None):
            raise Problem(
                expected="a level_limit_pct when monitoring is level, and none when it is abstinence",
                found=f"{self.monitoring} with level_limit_pct {self.level_limit_pct}",
                action="Add the limit, or remove it.",
                path=("level_limit_pct",),
            )
        return self


class VictimProximity(Condition):
    """Keep a distance from a protected person's own device. The order holds only its opaque reference."""

    kind: Literal[ConditionKind.VICTIM_PROXIMITY] = ConditionKind.VICTIM_PROXIMITY
    protected_ref: Ref
    distance_m: Annotated[float, Field(ge=50, le=20_000)]
    warning_m: Annotated[float, Field(ge=50, le=40_000)] | None = None

    @model_validator(mode="after")
    def _warning_is_wider(self) -> Self:
        if self.warning_m is not None and self.warning_m <= self.distance_m:
            raise Problem(
                expected=f"a warning distance above distance_m ({self.distance_m:g} m)",
                found=f"{self.warning_m:g} m",
                action="Widen warning_m or remove it.",
                path=("warning_m",),
            )
        return self


AnyCondition = Annotated[
    Curfew | Zone | Trail | Attendance | Alcohol | VictimProximity, Field(discriminator="kind")
]


def check_dates(start: dt.date, end: dt.date | None) -> None:
    """Refuse an end date before the start (equal is one day: end dates are inclusive)."""
    if end is not None and end < start:
        raise Problem(
            expected=f"an end date on or after the start date {start} (end dates are inclusive)",
            found=str(end),
            action="Correct one of the dates.",
            path=("end_date",),
        )


def check_instants(start: dt.datetime | None, end: dt.datetime | None) -> None:
    """Refuse a pair of instants that does not move forward; a missing one is not compared."""
    if start is not None and end is not None and end <= start:
        raise Problem(
            expected=f"a time after from_time {start.isoformat()}",
            found=end.isoformat(),
            action="Correct one of the times.",
            path=("to_time",),
        )


def check_spans(spans: tuple[Span, ...]) -> None:
    """Refuse two weekly spans that share a minute, also across Sunday midnight; spans may touch."""
    in_week = []
    for item in spans:
        start, end = item.minutes()
        day = (item.day.iso - 1) * DAY_MIN
        in_week.append((day + start, day + end))
    clash = week_overlap(in_week)
    if clash is not None:
        first, second = clash
        raise Problem(
            expected="spans that do not overlap",
            found=f"overlapping spans: {spans[first]} (number {first + 1}) "
            f"and {spans[second]} (number {second + 1})",
            action="Change one, or join them: one span may name up to three places.",
        )


def check_phases(phases: tuple[Phase, ...]) -> None:
    """Refuse two phases of one curfew that share a day."""
    clash = date_overlap([(phase.start_date, phase.end_date) for phase in phases])
    if clash is not None:
        first, second = clash
        raise Problem(
            expected="phases that do not overlap (end dates are inclusive)",
            found=f"overlapping phases: number {first + 1} runs to {phases[first].end_date or OPEN_END} "
            f"and number {second + 1} starts on {phases[second].start_date}",
            action="End the earlier phase on the day before the later one starts.",
        )
