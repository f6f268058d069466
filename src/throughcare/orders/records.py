"""What is recorded beside the conditions: which device is worn when, and what is allowed or excused."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from throughcare.kernel.time import Interval, instant_us
from throughcare.orders.civil import Instant
from throughcare.orders.conditions import Frozen, Ref, check_instants
from throughcare.orders.problem import Problem
from throughcare.orders.vocabulary import ExcuseReason


class Activation(Frozen):
    """The device on the person from one instant to another: the key of all monitoring."""

    activation_id: Ref
    device_id: Ref
    from_time: Instant
    to_time: Instant | None = None
    home_unit_id: Ref | None = None
    home_unit_place_id: Ref | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_instants(self.from_time, self.to_time)
        if (self.home_unit_id is None) != (self.home_unit_place_id is None):
            raise Problem(
                expected="both home_unit_id and home_unit_place_id, or neither",
                found="only one of them",
                action="Say which home unit stands at which place.",
            )
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
    from_time: Instant
    to_time: Instant
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
    from_time: Instant
    to_time: Instant
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
    from_time: Instant
    to_time: Instant | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_instants(self.from_time, self.to_time)
        return self
