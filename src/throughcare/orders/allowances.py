"""Allowances: times in which a condition is not held against the wearer, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import Interval, instant_us
from throughcare.orders.model import AuthorisedAbsence, Order, ReasonableExcuse, Suspension, Zone

AllowanceKind = Literal["authorised_absence", "reasonable_excuse", "suspension", "exemption"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A time in which a condition is not held against the wearer.

    Parameters
    ----------
    kind : {'authorised_absence', 'reasonable_excuse', 'suspension', 'exemption'}
        ``exemption`` is a zone's exemption that is a time only; one with a corridor is a matter of place too.
    allowance_id : str
        The record's own id; an exemption has none and is numbered within its zone.
    interval : Interval
        Half-open; only a suspension may be open-ended.
    reason : str
        In the order's words.
    """

    kind: AllowanceKind
    allowance_id: str
    interval: Interval
    reason: str


def allowances_for(order: Order, condition_id: str) -> tuple[Allowance, ...]:
    """Return every allowance that covers a condition, by start time and id. They may overlap.

    Raises
    ------
    RefusedInput
        If the order has no such condition.
    """
    condition = next((item for item in order.conditions if item.condition_id == condition_id), None)
    if condition is None:
        raise RefusedInput(
            where=f"order {order.order_id}",
            expected=f"one of the conditions {sorted(c.condition_id for c in order.conditions)}",
            found=repr(condition_id),
            action="Use the condition_id as the order writes it.",
        )
    found = [
        _allowance(item)
        for item in order.allowances
        if not item.condition_ids or condition_id in item.condition_ids
    ]
    if isinstance(condition, Zone):
        found.extend(_exemptions(condition))
    return tuple(sorted(found, key=lambda item: (item.interval.start_us, item.allowance_id)))


def _allowance(item: AuthorisedAbsence | ReasonableExcuse | Suspension) -> Allowance:
    when = _interval(item.from_time, item.to_time)
    if isinstance(item, AuthorisedAbsence):
        return Allowance("authorised_absence", item.absence_id, when, item.reason)
    if isinstance(item, ReasonableExcuse):
        return Allowance("reasonable_excuse", item.excuse_id, when, item.reason.value)
    return Allowance("suspension", item.suspension_id, when, item.reason)


def _exemptions(zone: Zone) -> list[Allowance]:
    return [
        Allowance(
            "exemption",
            f"{zone.condition_id}.exemption-{number}",
            _interval(item.from_time, item.to_time),
            item.details or item.reason,
        )
        for number, item in enumerate(zone.exemptions, 1)
        if item.corridor is None and item.from_time is not None
    ]


def _interval(start: dt.datetime, end: dt.datetime | None) -> Interval:
    return Interval(instant_us(start), None if end is None else instant_us(end))
