"""A whole night through the real engine: an order on record, a tag that tells, an absence, the desk."""

from __future__ import annotations

import numpy as np

from tests.service.makers import make_person
from tests.service.monitoring.lives import BY, START_US, deliver, order_for, work_until_idle
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.accounts.models import RoleGrant
from throughcare.service.desk.actions import take_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Assignment

HOME = (-1.2, 52.6)
OUT_FROM_US = START_US + 10 * HOUR_US  # 01:00, in curfew hours, outside every allowance
OUT_TO_US = OUT_FROM_US + 80 * MINUTE_US
MORNING_US = START_US + 17 * HOUR_US


def live_night(*, number: int = 0) -> DeskItem:
    """Return the item of an absence of 80 minutes of the person W0, as the desk has it in the morning.

    Everybody's roles and teams are made to hold in that week.
    """
    person = make_person(f"W{number}")
    RoleGrant.objects.update(from_us=0)
    Assignment.objects.update(from_us=0)
    record_order(by=BY, now_us=START_US, person_id=person.pk, order=order_for(number))
    deliver(_positions(number), Readings.empty(), now_us=MORNING_US)
    work_until_idle(now_us=MORNING_US)
    take_in(now_us=MORNING_US)
    return DeskItem.objects.get(person_ref=f"W{number}", kind="curfew_absence", merged_into=None)


def weigh_again(*, now_us: int) -> None:
    """Let the worker and the desk do what waits."""
    work_until_idle(now_us=now_us)
    take_in(now_us=now_us)


def _positions(number: int) -> Positions:
    rng = np.random.default_rng(number)
    t_us = np.arange(START_US + MINUTE_US, MORNING_US, MINUTE_US)
    out = (t_us >= OUT_FROM_US) & (t_us < OUT_TO_US)
    count = len(t_us)
    return Positions.build(
        key=np.zeros(count, dtype=np.int64),
        keys=(f"D{number}",),
        t_us=t_us,
        lat_deg=HOME[1] + rng.normal(0, 5, count) / 111_195.0,
        lon_deg=HOME[0] + (out * 900.0 + rng.normal(0, 5, count)) / 67_500.0,
        accuracy_m=np.where(np.arange(count) % 40 == 7, 400.0, 8.0),
        level=np.full(count, 0.95),
        source=np.where(np.arange(count) % 40 == 7, 6, 1),
        received_us=t_us,
    )
