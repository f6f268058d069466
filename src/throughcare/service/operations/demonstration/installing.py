"""The field officers' visits: those that led to a fitting, and orders that stand at every stage before one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, instant_us
from throughcare.monitoring.status import Readings, StatusKind
from throughcare.orders.model import Order
from throughcare.service.operations.demonstration.cast import Cast
from throughcare.service.orders.actions import book_visit, record_attempt, record_fitting, set_not_monitored
from throughcare.service.orders.vocabulary import AttemptOutcome, NotMonitoredReason
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where an order stands that is not monitored: the visits that failed, then what holds it up, then what is booked.

    ``fitted`` and ``heard`` say that a tag is on, and that it spoke; no position of it came yet.
    """

    failed: tuple[AttemptOutcome, ...] = ()
    held_up: NotMonitoredReason | None = None
    booked: bool = False
    fitted: bool = False
    heard: bool = False


STANDINGS = (
    Waiting(failed=(AttemptOutcome.NO_SHOW, AttemptOutcome.REFUSED_ACCESS)),
    Waiting(failed=(AttemptOutcome.WRONG_ADDRESS,), booked=True),
    Waiting(held_up=NotMonitoredReason.IN_CUSTODY),
    Waiting(fitted=True),
    Waiting(fitted=True, heard=True),
    Waiting(failed=(AttemptOutcome.NO_SHOW,), booked=True),
    Waiting(),
    Waiting(booked=True),
    Waiting(held_up=NotMonitoredReason.NO_EQUIPMENT),
    Waiting(failed=(AttemptOutcome.NO_SHOW,)),
    Waiting(booked=True),
    Waiting(),
)  # in the order of the people who wait, those who wait longest first
_SPEAKS_EVERY_US = 30 * MINUTE_US
_SPEAKS_FOR_US = 14 * DAY_US


def write_fitting_visit(*, cast: Cast, order: Order, fitted: Order, number: int) -> None:
    """Record the visit at which a tag was fitted."""
    fitter = cast.one_of(Role.FIELD_OFFICER, number)
    booked_us, at_us = instant_us(order.recorded_at) + 3 * HOUR_US, instant_us(fitted.recorded_at)
    book_visit(by=fitter, now_us=booked_us, order_id=order.order_id, at_us=at_us)
    record_attempt(
        by=fitter, now_us=at_us, order_id=order.order_id, at_us=at_us, outcome=AttemptOutcome.SUCCESS
    )


def write_waiting(*, cast: Cast, orders: Sequence[Order], now_us: int) -> Readings:
    """Record what was done so far about orders without a tag, and return what the tags will say that were fitted.

    After all else: the worker meets these tags as new ones.
    """
    speaking = []
    for number, order in enumerate(orders):
        standing = STANDINGS[number % len(STANDINGS)]
        by = cast.one_of(Role.FIELD_OFFICER, number)
        _write(standing, order, by, now_us)
        if standing.fitted:
            device_id = _device_of(order)
            record_fitting(
                by=by,
                now_us=now_us,
                order_id=order.order_id,
                at_us=now_us - 2 * HOUR_US,
                device_id=device_id,
                note="Fitted at home; the tag was tested with the handset.",
            )
            if standing.heard:
                speaking.append(_battery_only(device_id, now_us))
    return Readings.concat(speaking)


def _write(standing: Waiting, order: Order, by: Viewer, now_us: int) -> None:
    ordered_us, order_id = instant_us(order.recorded_at), order.order_id
    for visit, outcome in enumerate(standing.failed, 1):
        at_us = min(ordered_us + visit * 26 * HOUR_US, now_us - HOUR_US)
        book_visit(by=by, now_us=at_us - 20 * HOUR_US, order_id=order_id, at_us=at_us)
        record_attempt(by=by, now_us=at_us, order_id=order_id, at_us=at_us, outcome=outcome)
    if standing.held_up is not None:
        set_not_monitored(
            by=by,
            now_us=now_us - 5 * HOUR_US,
            order_id=order_id,
            reason=standing.held_up,
            note="Told by phone.",
        )
    if standing.booked:
        book_visit(by=by, now_us=now_us - 4 * HOUR_US, order_id=order_id, at_us=now_us + 18 * HOUR_US)


def _device_of(order: Order) -> str:
    return f"N{order.wearer_ref.removeprefix('W')}-1"


def _battery_only(device_id: str, now_us: int) -> Readings:
    """Return what a tag says that finds no satellites yet: only how full its battery is."""
    t_us = np.arange(now_us + MINUTE_US // 2, now_us + _SPEAKS_FOR_US, _SPEAKS_EVERY_US)
    return Readings.build(
        keys=(device_id,),
        key=np.zeros(len(t_us), np.int64),
        t_us=t_us,
        kind=np.full(len(t_us), int(StatusKind.BATTERY_PERCENT)),
        value=90.0 - np.arange(len(t_us)) % 96 * 0.5,
    )
