"""Waking: a new version of an order is taken into account, and facts that it ties anew are looked at again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.monitoring.inbox import put_back
from throughcare.service.monitoring.lines import Line
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import EngineState, Mark
from throughcare.service.monitoring.protecting import link
from throughcare.service.monitoring.rows import MODELS, strays
from throughcare.service.orders.queries import ActivationSpan, activations_of_order, orders_changed_since

SETTLED_US = MINUTE_US  # a transaction that began before a version was seen has ended by then
ORDERS_MARK = "orders"


def follow_orders(memory: Memory, *, now_us: int) -> None:
    """Wake the activations of every order that got a version since the last look, and forget its old rules.

    Versions are numbered when they are written and seen when they are committed, so that a lower number may appear
    after a higher one: the mark stays behind for a minute, and what is seen twice in that time changes nothing.
    """
    if memory.order_mark is None:
        memory.order_mark = Mark.objects.get_or_create(name=ORDERS_MARK)[0].value
    changed, newest = orders_changed_since(memory.order_mark)
    if changed and (not memory.looks or memory.looks[-1][:2] != (newest, tuple(changed))):
        memory.forget_orders(changed)
        for order_id in changed:
            _wake(order_id, now_us=now_us)
        memory.looks.append((newest, tuple(changed), now_us))
    old = [look for look in memory.looks if now_us - look[2] >= SETTLED_US]
    settled = [mark for mark, _, _ in old]
    if settled:
        for order_id in {order_id for _, orders, _ in old for order_id in orders}:
            _gather(order_id)
        memory.order_mark = settled[-1]
        memory.looks = [look for look in memory.looks if look[0] > settled[-1]]
        Mark.objects.filter(name=ORDERS_MARK, value__lt=settled[-1]).update(value=settled[-1], at_us=now_us)


@transaction.atomic
def _wake(order_id: str, *, now_us: int) -> None:
    for span in activations_of_order(order_id):
        EngineState.objects.get_or_create(
            activation_id=span.activation_id,
            defaults={"person_ref": span.person_ref, "order_id": order_id, "blob": b"", "due_us": now_us},
        )
        # a pass under way loses
        _state(span).update(due_us=now_us, version=F("version") + 1)
    link([order_id])
    _gather(order_id)


@transaction.atomic
def _gather(order_id: str) -> None:
    """Put the facts back into the inbox that an order ties anew.

    It is done again when the mark moves on: a pass that began before the version was seen may have written facts of
    nobody after the first time.
    """
    for span in activations_of_order(order_id):
        if _requeue(span):
            _state(span).update(blob=b"", version=F("version") + 1)


def _state(span: ActivationSpan) -> QuerySet[EngineState]:
    return EngineState.objects.filter(activation_id=span.activation_id)


def _requeue(span: ActivationSpan) -> bool:
    """Put facts back into the inbox that the activation has and should not, or should have and nobody has.

    Returns
    -------
    bool
        Whether the activation lost facts, so that its state must be made anew.
    """
    devices = [name for name in (span.device_id, span.home_unit_id) if name]
    lost = False
    for kind in (Positions, Readings):
        condition = strays(
            activation_id=span.activation_id,
            device_ids=devices,
            from_us=span.interval.start_us,
            stop_us=span.interval.stop_us,
        )
        rows = MODELS[kind].objects.filter(condition)
        lost = lost or rows.filter(activation_id=span.activation_id).exists()
        _put_back(kind, rows)
    return lost


def _put_back(kind: type[Positions] | type[Readings], rows: QuerySet[Any]) -> None:
    mark = "p" if kind is Positions else "s"
    of_device: dict[str, list[Line]] = {}
    received_us = 0
    for device_id, received, *values in rows.values_list("device_id", "received_us", *kind.FACTS):
        of_device.setdefault(device_id, []).append([mark, *values])
        received_us = max(received_us, received)
    for device_id, lines in of_device.items():
        put_back(device_id, lines, received_us=received_us)
    rows.delete()
