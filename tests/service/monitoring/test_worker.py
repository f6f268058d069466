"""The worker: whatever the order, the batches and the workers, the same incidents stand as after one evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.service.monitoring.lives import (
    END_US,
    START_US,
    deliver,
    expected,
    facts_from,
    order_for,
    put_on_record,
    retain,
    said,
    standing,
    work_until_idle,
)
from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.codec import encode
from throughcare.service.monitoring.actions import Memory, work_once
from throughcare.service.monitoring.models import EngineState, InboxItem
from throughcare.service.monitoring.recorded import whole_state

pytestmark = pytest.mark.django_db
PEOPLE = 2
ORDERS = [f"O{number}" for number in range(PEOPLE)]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_repetition_and_batching_gives_the_incidents_of_one_evaluation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fixes, statuses = facts_from(seed, people=PEOPLE, fixes=240, statuses=100)
    put_on_record([order_for(number) for number in range(PEOPLE)])
    positions, readings = said(fixes, statuses)
    memories = [Memory(), Memory()]
    of_fix, of_status = rng.integers(0, 5, len(positions)), rng.integers(0, 5, len(readings))
    for part in [*range(5), 2]:  # the third batch comes twice
        shuffled = rng.permutation(np.flatnonzero(of_fix == part))
        deliver(positions.take(shuffled), readings.take(of_status == part), now_us=END_US)
        if rng.random() < 0.6:
            which = int(rng.integers(0, 2))
            work_once(worker=f"w{which}", now_us=END_US, memory=memories[which], limit=3)
    work_until_idle(now_us=END_US + HOUR_US, worker="w0", memory=memories[0])
    work_until_idle(now_us=END_US + HOUR_US, worker="w1")
    assert standing() == expected(fixes, statuses, order_ids=ORDERS, now_us=END_US + HOUR_US)
    assert InboxItem.objects.count() == 0
    assert standing()


@pytest.mark.parametrize("hours", [6, 48])
@pytest.mark.parametrize("seed", range(4))
def test_a_live_service_that_forgets_and_hears_late_facts_ends_where_one_evaluation_ends(
    seed: int, hours: int, settings: object
) -> None:
    retain(settings, hours)
    rng = np.random.default_rng(100 + seed)
    fixes, statuses = facts_from(seed + 50, people=PEOPLE, fixes=240, statuses=100)
    put_on_record([order_for(number) for number in range(PEOPLE)])
    positions, readings = said(fixes, statuses)
    arrives = positions.t_us + rng.choice([0, 0, 0, 2, 20], len(positions)) * HOUR_US
    heard = readings.t_us + rng.choice([0, 0, 0, 2, 20], len(readings)) * HOUR_US
    memory = Memory()
    before_us, stop_us = 0, END_US + 24 * HOUR_US
    for now_us in range(START_US, stop_us + 1, 3 * HOUR_US):
        new = (arrives > before_us) & (arrives <= now_us)
        news = (heard > before_us) & (heard <= now_us)
        deliver(positions.take(new), readings.take(news), now_us=now_us)
        if rng.random() < 0.3:
            memory = Memory()  # as after a restart
        work_until_idle(now_us=now_us, memory=memory)
        before_us = now_us
    assert standing() == expected(fixes, statuses, order_ids=ORDERS, now_us=before_us)
    assert InboxItem.objects.count() == 0


@pytest.mark.parametrize("hours", [6, 48])
def test_a_state_without_its_facts_is_put_back_to_the_last_bit(hours: int, settings: object) -> None:
    retain(settings, hours)
    fixes, statuses = facts_from(7, people=PEOPLE, fixes=300, statuses=150)
    put_on_record([order_for(number) for number in range(PEOPLE)])
    positions, readings = said(fixes, statuses)
    memory = Memory()
    for now_us in range(START_US, END_US + 12 * HOUR_US, 5 * HOUR_US):
        early, soon = positions.t_us <= now_us, readings.t_us <= now_us
        deliver(positions.take(early), readings.take(soon), now_us=now_us)
        work_until_idle(now_us=now_us, memory=memory)
        for row in EngineState.objects.all():
            remembered = memory.recall(row.activation_id, row.version)
            put_back = whole_state(row.activation_id, bytes(row.blob))
            assert remembered is not None
            assert put_back is not None
            assert encode(put_back) == encode(remembered)
            assert len(bytes(row.blob)) <= len(encode(remembered))
