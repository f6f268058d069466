"""Invented lives for the tests of the worker: orders on record, and what their devices said, in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from django.conf import settings as django_settings

from tests.laws.monitoring.worlds import END_US, START_US, facts_from, order_for
from tests.service.makers import make_person
from throughcare.kernel.time import DAY_US
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.known import HOME_UNIT_KINDS
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.status import Readings, Statuses
from throughcare.orders.model import Order
from throughcare.runners.monitoring import Run, monitor
from throughcare.service.monitoring.actions import Delivery, Memory, store_facts, work_once
from throughcare.service.monitoring.models import IncidentRow
from throughcare.service.orders.actions import record_order
from throughcare.service.orders.queries import histories
from throughcare.service.viewer import system

__all__ = ["END_US", "START_US", "facts_from", "order_for"]

BY = system("test")
EARLY_US = START_US - DAY_US + 1


def put_on_record(orders: Iterable[Order], *, now_us: int = START_US) -> None:
    """Record orders, of people made for them."""
    for order in orders:
        person = make_person(order.wearer_ref)
        record_order(by=BY, now_us=now_us, person_id=person.pk, order=order)


def said(fixes: Fixes, statuses: Statuses) -> tuple[Positions, Readings]:
    """Return facts of the activations A0, A1 ... as what their devices D0, D1 ... and home units H0, H1 ... said."""
    devices = tuple("D" + name[1:] for name in fixes.keys)
    columns = {name: getattr(fixes, name) for name in Positions.columns()}
    positions = Positions.build(key=fixes.key, keys=devices, **columns)
    owners = [statuses.keys[i][1:] for i in statuses.key.tolist()]
    of_unit = np.isin(statuses.kind, HOME_UNIT_KINDS).tolist()
    names = [("H" if unit else "D") + owner for owner, unit in zip(owners, of_unit, strict=True)]
    keys = tuple(sorted(set(names)))
    readings = Readings.build(
        key=[keys.index(name) for name in names],
        keys=keys,
        **{name: getattr(statuses, name) for name in Readings.columns()},
    )
    return positions, readings


def deliver(positions: Positions, readings: Readings, *, now_us: int) -> None:
    """Store facts as one delivery."""
    store_facts(delivery=Delivery(delivery_id="t", positions=positions, readings=readings), now_us=now_us)


def work_until_idle(
    *, now_us: int, worker: str = "w1", memory: Memory | None = None, limit: int = 2_000
) -> int:
    """Do passes until there is nothing to do; return how many there were."""
    memory = memory or Memory()
    for passes in range(200):
        if work_once(worker=worker, now_us=now_us, memory=memory, limit=limit).idle:
            return passes
    raise AssertionError("the worker never came to rest")


def standing() -> dict[str, str]:
    """Return what stands in the database: the material of every incident that was not taken back."""
    return dict(IncidentRow.objects.filter(retracted=False).values_list("incident_id", "material"))


def expected(fixes: Fixes, statuses: Statuses, *, order_ids: Iterable[str], now_us: int) -> dict[str, str]:
    """Return what one evaluation of all the facts says."""
    return {i.incident_id: i.material for i in whole_run(fixes, statuses, order_ids, now_us).incidents}


def whole_run(fixes: Fixes, statuses: Statuses, order_ids: Iterable[str], now_us: int) -> Run:
    """Return the monitoring run over all the facts."""
    return monitor(
        list(histories(order_ids).values()),
        fixes,
        statuses,
        parameters=Parameters(),
        now_us=now_us,
        known_at_us=now_us,
        progress=lambda *_: None,
    )


def retain(settings: object, hours: int) -> None:
    """Let live facts be kept for some hours only."""
    settings.CONFIGURATION = replace(django_settings.CONFIGURATION, retain_hours=hours)
