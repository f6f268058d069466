"""The typed order, frozen and validated: nothing invalid can exist.

An order says what a person must do, where, and when, in civil time with a named zone. It refers to the
person by an opaque reference only. Every condition that was ticked must be complete: a ticked curfew without
a timetable is refused here, not discovered at night. Statutory limits are not structure: they are dated rules
in :mod:`throughcare.orders.statutory`, because an order that breaks one still exists and must be shown.

Times are civil (``"19:00"``) in ``Order.time_zone``; instants carry an offset; end dates are inclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_serializer, model_validator

from throughcare.kernel.time import Interval, civil_day_interval
from throughcare.orders.civil import Day, Instant, ZoneName
from throughcare.orders.conditions import (
    Alcohol,
    AnyCondition,
    Attendance,
    Condition,
    Curfew,
    Exemption,
    Frozen,
    Phase,
    Place,
    Ref,
    ReleaseDayCurfew,
    Span,
    Trail,
    VictimProximity,
    Zone,
    check_dates,
)
from throughcare.orders.problem import Problem, raise_all
from throughcare.orders.records import Activation, AuthorisedAbsence, ReasonableExcuse, Suspension
from throughcare.orders.structure import (
    activation_problems,
    allowance_problems,
    date_problems,
    place_problems,
    swap_problems,
    ticked_problems,
    unique_problems,
)
from throughcare.orders.vocabulary import (
    ConditionKind,
    LegalBasis,
    NotifyingOrganisation,
    OrderType,
    ResponsibleOrganisation,
    SentenceType,
    VariationType,
)

__all__ = [
    "SCHEMA_VERSION",
    "Activation",
    "Alcohol",
    "AnyCondition",
    "Attendance",
    "AuthorisedAbsence",
    "Condition",
    "Curfew",
    "Exemption",
    "Order",
    "Phase",
    "Place",
    "ReasonableExcuse",
    "ReleaseDayCurfew",
    "Span",
    "Suspension",
    "Trail",
    "VictimProximity",
    "Zone",
]

SCHEMA_VERSION: Literal["1"] = "1"


class Order(Frozen):
    """One version of one order, as recorded at one time.

    Versions that share ``order_id`` form a history: ``recorded_at`` is when we learned it (transaction time),
    ``effective_from`` when it takes effect (valid time; None replaces every earlier version from the start).
    See :mod:`throughcare.orders.history`.
    """

    schema_version: Literal["1"] = SCHEMA_VERSION
    order_id: Ref
    version: Annotated[int, Field(ge=1)] = 1
    recorded_at: Instant
    effective_from: Instant | None = None
    variation_types: tuple[VariationType, ...] = ()
    wearer_ref: Ref
    order_type: OrderType
    legal_basis: LegalBasis
    sentence_type: SentenceType | None = None
    notifying_organisation: NotifyingOrganisation
    responsible_organisation: ResponsibleOrganisation
    time_zone: ZoneName = "Europe/London"
    start_date: Day
    end_date: Day | None = None
    convicted_on: Day | None = None
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
        raise_all(self._problems())
        return self

    @field_serializer("ticked")
    def _in_one_sequence(self, value: frozenset[ConditionKind]) -> list[ConditionKind]:
        return sorted(value)  # a set has no order of its own, and content hashes need one

    @property
    def interval(self) -> Interval:
        """From the first day's midnight to the midnight that ends the last day, in the order's zone."""
        return civil_day_interval(self.start_date, self.end_date, self.time_zone)

    @property
    def allowances(self) -> tuple[AuthorisedAbsence | ReasonableExcuse | Suspension, ...]:
        """Every authorised absence, reasonable excuse and suspension."""
        return (*self.authorised_absences, *self.reasonable_excuses, *self.suspensions)

    def place(self, place_id: str) -> Place:
        """Return the place; construction has proved that every reference resolves."""
        return next(place for place in self.places if place.place_id == place_id)

    def as_json(self) -> dict[str, Any]:
        """Return the order as JSON values."""
        return self.model_dump(mode="json")

    def _problems(self) -> Iterator[Problem]:
        yield from ticked_problems(self.ticked, self.conditions)
        yield from unique_problems("places", "place_id", self.places)
        yield from unique_problems("conditions", "condition_id", self.conditions)
        yield from unique_problems("activations", "activation_id", self.activations)
        yield from unique_problems("authorised_absences", "absence_id", self.authorised_absences)
        yield from unique_problems("reasonable_excuses", "excuse_id", self.reasonable_excuses)
        yield from unique_problems("suspensions", "suspension_id", self.suspensions)
        yield from place_problems(self.places, self.conditions, self.activations)
        yield from allowance_problems("authorised_absences", self.authorised_absences, self.conditions)
        yield from allowance_problems("reasonable_excuses", self.reasonable_excuses, self.conditions)
        yield from allowance_problems("suspensions", self.suspensions, self.conditions)
        yield from date_problems(self.conditions, self.start_date, self.end_date)
        yield from activation_problems(self.activations)
        yield from swap_problems(self.time_zone, self.places, self.conditions)
