"""Waking: a new version of an order is taken into account, and facts that it ties anew are looked at again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from throughcare.kernel.time import FOREVER_US, MINUTE_US, Interval
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.monitoring.archiving import Overtaken, take_out
from throughcare.service.monitoring.inbox import put_back
from throughcare.service.monitoring.lines import Line
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import EngineState, Mark
from throughcare.service.monitoring.protecting import link
from throughcare.service.monitoring.rows import MODELS, strays
from throughcare.service.orders.queries import ActivationSpan, activations_of_order, orders_changed_since

SETTLED_US = MINUTE_US  # a transaction that began before a version was seen has ended by then
ORDERS_MARK = "orders"
_NEVER = Interval(0, 1)  # the time of an activation that no order names any more


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
            _gather_anew(order_id, now_us=now_us, settled=False)
        memory.looks.append((newest, tuple(changed), now_us))
    old = [look for look in memory.looks if now_us - look[2] >= SETTLED_US]
    settled = [mark for mark, _, _ in old]
    if settled:
        for order_id in {order_id for _, orders, _ in old for order_id in orders}:
            _gather_anew(order_id, now_us=now_us, settled=True)
        memory.order_mark = settled[-1]
        memory.looks = [look for look in memory.looks if look[0] > settled[-1]]
        Mark.objects.filter(name=ORDERS_MARK, value__lt=settled[-1]).update(value=settled[-1], at_us=now_us)


@transaction.atomic
def _wake(order_id: str, *, now_us: int) -> None:
    for span in activations_of_order(order_id):
        EngineState.objects.get_or_create(
            activation_id=span.activation_id,
            defaults={
                "person_ref": span.person_ref,
                "order_id": order_id,
                "blob": b"",
                "due_us": now_us,
                "from_us": span.interval.start_us,
                "to_us": span.interval.end_us,
            },
        )
        # a pass under way loses
        _state(span).update(due_us=now_us, version=F("version") + 1)
    link([order_id])


def _gather_anew(order_id: str, *, now_us: int, settled: bool) -> None:
    """Gather, however often files of the archive are replaced meanwhile."""
    while True:
        try:
            return _gather(order_id, now_us=now_us, settled=settled)
        except Overtaken:
            continue


@transaction.atomic
def _gather(order_id: str, *, now_us: int, settled: bool) -> None:
    """Put the facts back into the inbox that an order ties anew.

    It is done again when the mark moves on (``settled``): a pass that began before the version was seen may have
    written facts of nobody after the first time.
    """
    spans = activations_of_order(order_id)
    for span in spans:
        if _requeue(span, now_us=now_us):
            _state(span).update(blob=b"", version=F("version") + 1, due_us=now_us)
        if settled:
            _state(span).update(from_us=span.interval.start_us, to_us=span.interval.end_us)
    named = [span.activation_id for span in spans]
    gone = EngineState.objects.filter(order_id=order_id).exclude(activation_id__in=named)
    for state in gone.exclude(from_us=_NEVER.start_us, to_us=_NEVER.start_us):
        _put_back_all(state.activation_id, [], _NEVER, from_archive=True, now_us=now_us)
        ended = {"from_us": _NEVER.start_us, "to_us": _NEVER.start_us} if settled else {}
        again = EngineState.objects.filter(pk=state.pk)
        again.update(blob=b"", version=F("version") + 1, due_us=now_us, **ended)


def _state(span: ActivationSpan) -> QuerySet[EngineState]:
    return EngineState.objects.filter(activation_id=span.activation_id)


def _requeue(span: ActivationSpan, *, now_us: int) -> bool:
    """Put facts back into the inbox that the activation has and should not, or should have and nobody has.

    The archive is looked through only where the activation's time became shorter.

    Returns
    -------
    bool
        Whether the activation lost facts, so that its state must be made anew.
    """
    devices = [name for name in (span.device_id, span.home_unit_id) if name]
    times = _state(span).values_list("from_us", "to_us").first()
    return _put_back_all(
        span.activation_id,
        devices,
        span.interval,
        from_archive=times is not None and _is_shorter(span.interval, times),
        now_us=now_us,
    )


def _is_shorter(interval: Interval, before: tuple[int | None, int | None]) -> bool:
    from_us, to_us = before
    if from_us is None:  # not compared yet
        return True
    return interval.start_us > from_us or interval.stop_us < (FOREVER_US if to_us is None else to_us)


def _put_back_all(
    activation_id: str, devices: list[str], within: Interval, *, from_archive: bool, now_us: int
) -> bool:
    lost = False
    for kind in (Positions, Readings):
        condition = strays(
            activation_id=activation_id,
            device_ids=devices,
            from_us=within.start_us,
            stop_us=within.stop_us,
        )
        rows = MODELS[kind].objects.filter(condition)
        lost = lost or rows.filter(activation_id=activation_id).exists()
        _put_back(kind, rows)
    archived = take_out(activation_id, within, now_us=now_us) if from_archive else {}
    for (_, device_id), lines in archived.items():
        put_back(device_id, lines, received_us=now_us)
    return lost or bool(archived)


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
