"""Variations under way: later evenings that officers ask for; some wait for a senior's signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from throughcare.kernel.time import DAY_US, HOUR_US, civil_us, local_datetime
from throughcare.orders.model import Curfew, Order
from throughcare.orders.vocabulary import VariationType
from throughcare.service.operations.demonstration.cast import Cast
from throughcare.service.orders.actions import NotReady, change_document, propose_draft, start_variation
from throughcare.service.orders.queries import draft
from throughcare.simulation.town import TIME_ZONE

COUNT = 6
_LATER_H = 2
_WHY = "New shifts at work until nine in the evening; the employer confirmed them by letter."


def write_variations(*, cast: Cast, orders: Sequence[Order], now_us: int) -> int:
    """Draft variations of curfew hours, propose every one that is ready but the last, and return how many are drafts."""
    simple = [order for order in orders if _plain_curfew(order) is not None]
    for number, order in enumerate(simple[:COUNT]):
        _write(cast, order, now_us - (number + 1) * 3 * HOUR_US, is_proposed=number < COUNT - 1)
    return len(simple[:COUNT])


def _plain_curfew(order: Order) -> int | None:
    """Return which condition is a curfew that begins in the evening; None where there is none."""
    if order.version != 1 or len(order.conditions) != 1:
        return None
    (condition,) = order.conditions
    if isinstance(condition, Curfew) and all(
        18 <= span.start.hour < 22 for span in condition.phases[0].timetable
    ):
        return 0 if len(condition.phases) == 1 else None
    return None


def _write(cast: Cast, order: Order, at_us: int, *, is_proposed: bool) -> None:
    by = cast.officer(order.wearer_ref)
    tomorrow = local_datetime(at_us + 2 * DAY_US, TIME_ZONE).date()
    draft_id = start_variation(
        by=by,
        now_us=at_us,
        order_id=order.order_id,
        types=[VariationType.CHANGE_TO_CURFEW_HOURS],
        effective_us=civil_us(tomorrow, dt.time(12), TIME_ZONE),
        why=_WHY,
    )
    read = draft(draft_id)
    change_document(
        by=by,
        now_us=at_us + HOUR_US,
        draft_id=draft_id,
        revision=read.revision,
        document=_an_evening_longer(read.document),
        question="hours",
    )
    if is_proposed:
        with suppress(NotReady):  # a finding of the law waits for a person's reason: it stays a draft
            propose_draft(by=by, now_us=at_us + HOUR_US, draft_id=draft_id, revision=draft(draft_id).revision)


def _an_evening_longer(document: dict[str, Any]) -> dict[str, Any]:
    """Return the order with a curfew that begins later from Monday to Friday."""
    conditions = [
        {**condition, "phases": [_later(phase) for phase in condition["phases"]]}
        for condition in document["conditions"]
    ]
    return {**document, "conditions": conditions}


def _later(phase: dict[str, Any]) -> dict[str, Any]:
    spans = [
        span
        if span["day"] in {"saturday", "sunday"}
        else {**span, "start": f"{int(span['start'][:2]) + _LATER_H:02d}{span['start'][2:]}"}
        for span in phase["timetable"]
    ]
    return {**phase, "timetable": spans}
