"""The typed order, frozen and validated: nothing invalid can exist.

An order says what a person must do, where, and when, in civil time with a named zone. It refers to the
person by an opaque reference only. Every condition that was ticked must be complete: a ticked curfew without
a timetable is refused here, not discovered at night. Statutory limits are not structure: they are dated rules
in :mod:`throughcare.orders.statutory`, because an order that breaks one still exists and must be shown.

Times are civil (``"19:00"``) in ``Order.time_zone``; instants carry an offset; end dates are inclusive.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from throughcare.kernel.time import Interval, civil_day_interval, instant_us, time_zone
from throughcare.orders.geometry import Geometry
from throughcare.orders.recurrence import check_recurrence
from throughcare.orders.vocabulary import (
    ConditionKind,
    ExcuseReason,
    LegalBasis,
    NotifyingOrganisation,
    OrderType,
    ResponsibleOrganisation,
    SentenceType,
    VariationType,
    Weekday,
)
from throughcare.orders.week import DAY_MIN, date_overlap, week_overlap

SCHEMA_VERSION = "1"

Ref = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Metres = Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
ZoneName = Annotated[str, AfterValidator(lambda name: time_zone(name).key)]


class Frozen(BaseModel):
    """A value type: immutable, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """A weekly span of civil time. It begins on ``day``; an end at or before the start is on the next day.

    ``end="24:00"`` is midnight at the end of the same day. Equal start and end is a full day.
    """

    day: Weekday
    start: dt.time
    end: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
    place_ids: Annotated[tuple[Ref, ...], Field(max_length=3)] = ()

    @field_validator("start")
    @classmethod
    def _whole_minutes(cls, value: dt.time) -> dt.time:
        if value.tzinfo is not None or value.second or value.microsecond:
            raise ValueError("expected a civil time in whole minutes such as 19:00, without an offset")
        return value

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

    start_date: dt.date
    end_date: dt.date | None = None
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

    release_date: dt.date
    start: dt.time
    end: dt.time
    place_id: Ref


class Place(Frozen):
    """A place that conditions refer to, such as a curfew address: an area with a boundary, not a pin."""

    place_id: Ref
    label: Annotated[str, Field(min_length=1, max_length=200)]
    area: Geometry


class Condition(Frozen):
    """What every condition has: its identity and its dates (end date inclusive, None open-ended)."""

    condition_id: Ref
    start_date: dt.date
    end_date: dt.date | None = None

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
        if release is not None and not runs_on(self, release.release_date):
            raise ValueError(
                f"release_date {release.release_date} is not a day of the curfew "
                f"({self.start_date} to {self.end_date or 'open-ended'}); start the curfew on the day of release"
            )
        return self


class Exemption(Frozen):
    """A stated exception to a zone: a time, a corridor, or both. At least one is given."""

    reason: Literal["court", "appointment", "accompanied", "travel_corridor", "work", "other"]
    details: Annotated[str, Field(max_length=500)] = ""
    from_time: AwareDatetime | None = None
    to_time: AwareDatetime | None = None
    corridor: Geometry | None = None

    @model_validator(mode="after")
    def _says_when_or_where(self) -> Self:
        if (self.from_time is None) != (self.to_time is None):
            raise ValueError("expected both from_time and to_time, or neither")
        if self.from_time is None and self.corridor is None:
            raise ValueError("expected a time (from_time, to_time) or a corridor; found neither")
        if self.from_time is not None and self.to_time is not None and self.to_time <= self.from_time:
            raise ValueError("to_time must be after from_time")
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
        for item in value:
            if item.place_ids:
                raise ValueError(
                    f"the span {item} names places; a zone's place is its own area: remove place_ids"
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
    start: dt.time
    duration_min: Annotated[int, Field(ge=1, le=1440)]
    late_after_min: Annotated[int, Field(ge=0, le=240)] = 10
    min_stay_min: Annotated[int, Field(ge=0, le=1440)] = 5


class Alcohol(Condition):
    """Alcohol monitoring: abstinence (AAMR) or a level (AML)."""

    kind: Literal[ConditionKind.ALCOHOL] = ConditionKind.ALCOHOL
    monitoring: Literal["abstinence", "level"]
    level_limit_pct: Annotated[float, Field(gt=0, le=0.5)] | None = None
    reading_interval_min: Annotated[int, Field(ge=1, le=1440)] = 30

    @model_validator(mode="after")
    def _level_has_a_limit(self) -> Self:
        if self.monitoring == "level" and self.level_limit_pct is None:
            raise ValueError("level_limit_pct is required when monitoring is 'level'")
        if self.monitoring == "abstinence" and self.level_limit_pct is not None:
            raise ValueError("level_limit_pct belongs to 'level'; abstinence has no limit to set")
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
            raise ValueError("warning_m must be more than distance_m")
        return self


AnyCondition = Annotated[
    Curfew | Zone | Trail | Attendance | Alcohol | VictimProximity, Field(discriminator="kind")
]


class Activation(Frozen):
    """The device on the person from one instant to another: the key of all monitoring."""

    activation_id: Ref
    device_id: Ref
    from_time: AwareDatetime
    to_time: AwareDatetime | None = None
    home_unit_id: Ref | None = None
    home_unit_place_id: Ref | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.to_time is not None and self.to_time <= self.from_time:
            raise ValueError("to_time must be after from_time")
        if (self.home_unit_id is None) != (self.home_unit_place_id is None):
            raise ValueError("home_unit_id and home_unit_place_id come together")
        return self

    @property
    def interval(self) -> Interval:
        """The half-open interval of the activation."""
        return Interval(
            instant_us(self.from_time), None if self.to_time is None else instant_us(self.to_time)
        )


class AuthorisedAbsence(Frozen):
    """Permission, given beforehand, not to meet the named conditions (all when none is named)."""

    absence_id: Ref
    condition_ids: tuple[Ref, ...] = ()
    from_time: AwareDatetime
    to_time: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    authorised_by: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_instants(self.from_time, self.to_time)
        return self


class ReasonableExcuse(Frozen):
    """An accepted reason, given afterwards, for time out of compliance; it leaves the ATV total."""

    excuse_id: Ref
    condition_ids: tuple[Ref, ...] = ()
    from_time: AwareDatetime
    to_time: AwareDatetime
    reason: ExcuseReason
    proof: Annotated[str, Field(max_length=500)] = ""
    accepted_by: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_instants(self.from_time, self.to_time)
        return self


class Suspension(Frozen):
    """A period in which the named conditions (all when none is named) do not run."""

    suspension_id: Ref
    condition_ids: tuple[Ref, ...] = ()
    from_time: AwareDatetime
    to_time: AwareDatetime | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.to_time is not None:
            check_instants(self.from_time, self.to_time)
        return self


class Order(Frozen):
    """One version of one order, as recorded at one time.

    Versions that share ``order_id`` form a history: ``recorded_at`` is when we learned it (transaction time),
    ``effective_from`` when it takes effect (valid time; None is the order's first day).
    See :mod:`throughcare.orders.history`.
    """

    schema_version: Literal["1"] = "1"
    order_id: Ref
    version: Annotated[int, Field(ge=1)] = 1
    recorded_at: AwareDatetime
    effective_from: AwareDatetime | None = None
    variation_types: tuple[VariationType, ...] = ()
    wearer_ref: Ref
    order_type: OrderType
    legal_basis: LegalBasis
    sentence_type: SentenceType | None = None
    notifying_organisation: NotifyingOrganisation
    responsible_organisation: ResponsibleOrganisation
    time_zone: ZoneName = "Europe/London"
    start_date: dt.date
    end_date: dt.date | None = None
    convicted_on: dt.date | None = None
    home_detention_curfew: bool = False
    ticked: Annotated[frozenset[ConditionKind], Field(min_length=1)]
    places: tuple[Place, ...] = ()
    activations: tuple[Activation, ...] = ()
    conditions: tuple[AnyCondition, ...]
    authorised_absences: tuple[AuthorisedAbsence, ...] = ()
    reasonable_excuses: tuple[ReasonableExcuse, ...] = ()
    suspensions: tuple[Suspension, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_dates(self.start_date, self.end_date)
        _check_ticked(self)
        _check_unique(self)
        _check_references(self)
        _check_condition_dates(self)
        _check_activations(self)
        return self

    @property
    def interval(self) -> Interval:
        """From the first day's midnight to the midnight that ends the last day, in the order's zone."""
        return civil_day_interval(self.start_date, self.end_date, self.time_zone)

    @property
    def allowances(self) -> tuple[AuthorisedAbsence | ReasonableExcuse | Suspension, ...]:
        """Every authorised absence, reasonable excuse and suspension."""
        given: list[AuthorisedAbsence | ReasonableExcuse | Suspension] = [*self.authorised_absences]
        given += self.reasonable_excuses
        given += self.suspensions
        return tuple(given)

    def place(self, place_id: str) -> Place:
        """Return the place; construction has proved that every reference resolves."""
        return next(place for place in self.places if place.place_id == place_id)

    def as_json(self) -> dict[str, Any]:
        """Return the order as JSON values."""
        return self.model_dump(mode="json")


def check_dates(start: dt.date, end: dt.date | None) -> None:
    """Refuse an end date before the start (equal is one day: end dates are inclusive)."""
    if end is not None and end < start:
        raise ValueError(f"end_date {end} is before start_date {start}; the end date is inclusive")


def runs_on(condition: Condition | Order, day: dt.date) -> bool:
    """Return whether a civil day lies in the inclusive dates of a condition or an order."""
    return condition.start_date <= day and (condition.end_date is None or day <= condition.end_date)


def check_spans(spans: tuple[Span, ...]) -> None:
    """Refuse two weekly spans that share a minute, also across Sunday midnight; spans may touch."""
    minutes = [item.minutes() for item in spans]
    starts = [(item.day.iso - 1) * DAY_MIN for item in spans]
    clash = week_overlap([(day + a, day + b) for day, (a, b) in zip(starts, minutes, strict=True)])
    if clash is not None:
        first, second = clash
        raise ValueError(
            f"overlapping spans: {spans[first]} (number {first + 1}) and {spans[second]} (number {second + 1}); "
            "change one, or join them into one span (a span may name up to three places)"
        )


def check_phases(phases: tuple[Phase, ...]) -> None:
    """Refuse two phases of one curfew that share a day."""
    clash = date_overlap([(phase.start_date, phase.end_date) for phase in phases])
    if clash is not None:
        first, second = clash
        raise ValueError(
            f"overlapping phases: number {first + 1} runs to {phases[first].end_date or 'an open end'} and "
            f"number {second + 1} starts on {phases[second].start_date}; end dates are inclusive, "
            "so end the earlier phase on the day before the later one starts"
        )


def check_instants(start: dt.datetime, end: dt.datetime) -> None:
    """Refuse a span that does not move forward."""
    if end <= start:
        raise ValueError(f"to_time {end.isoformat()} is not after from_time {start.isoformat()}")


def _check_ticked(order: Order) -> None:
    present = {condition.kind for condition in order.conditions}
    for kind in sorted(order.ticked - present):
        raise ValueError(f"{kind} is ticked but no {kind} condition is given; add its details or untick it")
    for kind in sorted(present - order.ticked):
        raise ValueError(
            f"a {kind} condition is given but {kind} is not ticked; tick it or remove the condition"
        )


def _check_unique(order: Order) -> None:
    groups = {
        "place_id": [place.place_id for place in order.places],
        "condition_id": [condition.condition_id for condition in order.conditions],
        "activation_id": [activation.activation_id for activation in order.activations],
        "absence_id": [absence.absence_id for absence in order.authorised_absences],
        "excuse_id": [excuse.excuse_id for excuse in order.reasonable_excuses],
        "suspension_id": [suspension.suspension_id for suspension in order.suspensions],
    }
    for name, values in groups.items():
        for value in values:
            if values.count(value) > 1:
                raise ValueError(f"{name} {value!r} is used {values.count(value)} times; each must be unique")


def _check_references(order: Order) -> None:
    places = {place.place_id for place in order.places}
    conditions = {condition.condition_id for condition in order.conditions}
    for where, place_id in _place_references(order):
        if place_id not in places:
            raise ValueError(
                f"{where} names the unknown place {place_id!r}; known places: {sorted(places) or 'none'}"
            )
    for allowance in order.allowances:
        for condition_id in allowance.condition_ids:
            if condition_id not in conditions:
                raise ValueError(
                    f"{type(allowance).__name__} names the unknown condition {condition_id!r}; "
                    f"known conditions: {sorted(conditions)}"
                )


def _check_condition_dates(order: Order) -> None:
    for condition in order.conditions:
        starts_too_late = order.end_date is not None and condition.start_date > order.end_date
        ends_too_soon = condition.end_date is not None and condition.end_date < order.start_date
        if starts_too_late or ends_too_soon:
            raise ValueError(
                f"condition {condition.condition_id} runs from {condition.start_date} to "
                f"{condition.end_date or 'an open end'}, outside the order's dates ({order.start_date} to "
                f"{order.end_date or 'an open end'}), so it could never apply; correct its dates or remove it"
            )


def _place_references(order: Order) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for condition in order.conditions:
        name = f"condition {condition.condition_id}"
        if isinstance(condition, Attendance):
            found.append((name, condition.place_id))
        if isinstance(condition, Curfew):
            found.extend(_curfew_places(name, condition))
    found.extend(
        (f"activation {activation.activation_id}", activation.home_unit_place_id)
        for activation in order.activations
        if activation.home_unit_place_id is not None
    )
    return found


def _curfew_places(name: str, curfew: Curfew) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for phase in curfew.phases:
        for item in phase.timetable:
            if not item.place_ids:
                raise ValueError(
                    f"{name}: the span on {item.day} at {item.start:%H:%M} names no curfew address"
                )
            found.extend((name, place_id) for place_id in item.place_ids)
    if curfew.release_day is not None:
        found.append((name, curfew.release_day.place_id))
    if len({place_id for _, place_id in found}) > 3:
        raise ValueError(f"{name}: at most three curfew addresses; found {len({p for _, p in found})}")
    return found


def _check_activations(order: Order) -> None:
    ordered = sorted(order.activations, key=lambda a: (a.device_id, a.from_time))
    for earlier, later in pairwise(ordered):
        if earlier.device_id == later.device_id and earlier.interval.intersect(later.interval):
            raise ValueError(
                f"activations {earlier.activation_id} and {later.activation_id} put device "
                f"{later.device_id} on the person twice at once"
            )
