"""The inbox: what is stored, what is refused, what belongs to nobody, and what an order changes about it."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import DataError, OperationalError, ProgrammingError

from tests.service.monitoring.lives import (
    BY,
    END_US,
    START_US,
    deliver,
    expected,
    facts_from,
    order_for,
    put_on_record,
    said,
    standing,
    work_until_idle,
)
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject as Refused
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Readings, StatusKind
from throughcare.orders.model import Order
from throughcare.service.monitoring import evaluation, worker
from throughcare.service.monitoring.actions import Delivery, Memory, store_deliveries, store_facts, work_once
from throughcare.service.monitoring.models import (
    EngineState,
    InboxItem,
    IncidentRow,
    PositionRow,
    Reject,
    StatusRow,
)
from throughcare.service.monitoring.queries import rejects, unowned
from throughcare.service.monitoring.rows import insert
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Person

pytestmark = pytest.mark.django_db


def positions(device_id: str, *t_us: int, lat_deg: float = 52.6, lon_deg: float = -1.2) -> Positions:
    return Positions.build(
        key=np.zeros(len(t_us)),
        keys=(device_id,),
        t_us=t_us,
        lat_deg=np.full(len(t_us), lat_deg),
        lon_deg=np.full(len(t_us), lon_deg),
        accuracy_m=np.full(len(t_us), 10.0),
    )


def test_the_same_facts_of_a_device_are_one_item_in_any_order_and_any_delivery() -> None:
    both = positions("D0", START_US, START_US + MINUTE_US)
    for number, batch in enumerate((both, both.take(np.array([1, 0])), both.take(np.array([0, 1, 0])))):
        store_facts(delivery=Delivery(delivery_id=f"d{number}", positions=batch), now_us=END_US + number)
    item = InboxItem.objects.get()
    assert (item.facts, item.delivery_id, item.received_us) == (2, "d0", END_US)
    assert bytes(item.body).decode().splitlines()[0] == (
        f'["p",{START_US},52.6,-1.2,10.0,null,0,null,null,null,null]'
    )


def test_a_delivery_of_several_devices_is_an_item_for_each() -> None:
    mixed = Positions.concat([positions("D0", START_US), positions("D1", START_US)])
    stored = store_facts(delivery=Delivery(delivery_id="d", positions=mixed), now_us=END_US)
    assert (stored.facts, stored.refused) == (2, 0)
    assert sorted(InboxItem.objects.values_list("device_id", flat=True)) == ["D0", "D1"]


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        (positions("D0", START_US, lat_deg=91.0), "not_on_earth"),
        (positions("D0", START_US, lon_deg=float("nan")), "not_on_earth"),
        (positions("D0", START_US, lat_deg=float("inf")), "not_on_earth"),
        (positions("D0", 0), "impossible_time"),
        (positions("D0", -(2**62)), "impossible_time"),
        (positions("D0", 2**62), "clock_in_future"),
        (positions("D0", END_US + 121 * SECOND_US), "clock_in_future"),
        (positions("D" * 65, START_US), "unusable_device_id"),
        (positions("", START_US), "unusable_device_id"),
        (positions("D\x000", START_US), "unusable_device_id"),
        (Readings.build(key=[0], keys=("D0",), t_us=[START_US], kind=[999]), "unknown_status_kind"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_reason_and_the_rest_is_stored(batch, reason: str) -> None:
    kind = "positions" if isinstance(batch, Positions) else "readings"
    good = positions("D7", START_US) if kind == "positions" else Readings.build(
        key=[0], keys=("D7",), t_us=[START_US], kind=[int(StatusKind.STRAP_OPEN)]
    )  # fmt: skip
    delivery = Delivery(delivery_id="d", **{kind: type(batch).concat([batch, good])})
    stored = store_facts(delivery=delivery, now_us=END_US)
    assert (stored.facts, stored.refused) == (1, 1)
    assert [r.reason for r in rejects()] == [reason]
    assert rejects()[0].raw
    assert InboxItem.objects.get().device_id == "D7"


def test_a_refused_record_is_listed_once_however_often_it_is_sent() -> None:
    refused = Refused(
        file="r16h", row=3, field="lat", reason="not_a_number", words="w", key="D0", raw="x\x00y\ud800"
    )
    for _ in range(3):
        store_facts(delivery=Delivery(delivery_id="d", rejects=(refused,)), now_us=END_US)
    assert [(r.reason, r.raw) for r in rejects(device_id="D0")] == [("not_a_number", "x\\x00y\\ud800")]


def test_several_deliveries_are_stored_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [Delivery(delivery_id=str(n), positions=positions(f"D{n}", START_US)) for n in range(3)]
    assert [s.facts for s in store_deliveries(deliveries=whole, now_us=END_US)] == [1, 1, 1]
    InboxItem.objects.all().delete()

    def fails(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Reject.objects.__class__, "bulk_create", fails)
    with pytest.raises(OSError, match="disk full"):
        store_deliveries(deliveries=whole, now_us=END_US)
    assert InboxItem.objects.count() == 0


def test_a_clock_a_little_ahead_waits_until_its_time_and_holds_nothing_else_up() -> None:
    put_on_record([order_for(0)])
    soon_us = END_US + 100 * SECOND_US
    store_facts(delivery=Delivery(delivery_id="d", positions=positions("D0", END_US, soon_us)), now_us=END_US)
    memory = Memory()
    work_until_idle(now_us=END_US, memory=memory)
    assert list(PositionRow.objects.values_list("t_us", flat=True)) == [END_US]
    assert InboxItem.objects.count() == 1
    work_until_idle(now_us=soon_us, memory=memory)
    assert sorted(PositionRow.objects.values_list("t_us", flat=True)) == [END_US, soon_us]
    assert InboxItem.objects.count() == 0


def test_facts_of_nobody_are_kept_with_their_reason_until_an_order_covers_them() -> None:
    fixes, statuses = facts_from(3, people=1, fixes=200, statuses=60)
    memory = Memory()
    heard, told = said(fixes, statuses)
    deliver(heard, told, now_us=END_US)
    work_until_idle(now_us=END_US, memory=memory)
    assert InboxItem.objects.count() == 0
    found = {(item.device_id, item.reason): item for item in unowned()}
    assert found.keys() == {("D0", "unknown_device"), ("H0", "unknown_device")}
    assert found["D0", "unknown_device"].positions == len(np.unique(heard.content()))
    put_on_record([order_for(0)], now_us=END_US + 1)
    work_until_idle(now_us=END_US + HOUR_US, memory=memory)
    assert unowned() == []
    assert standing() == expected(fixes, statuses, order_ids=["O0"], now_us=END_US + HOUR_US)
    assert standing()


def test_a_fact_from_before_the_fitting_is_outside_every_activation() -> None:
    put_on_record([order_for(0)])
    deliver(positions("D0", START_US - MINUTE_US, START_US), Readings.empty(), now_us=END_US)
    work_until_idle(now_us=END_US)
    assert [(u.reason, u.positions, u.first_us) for u in unowned()] == [
        ("outside_every_activation", 1, START_US - MINUTE_US)
    ]
    assert PositionRow.objects.filter(activation_id="A0").count() == 1


def test_coordinates_the_wrong_way_round_are_refused_when_they_are_evaluated() -> None:
    put_on_record([order_for(0)])
    deliver(positions("D0", START_US, lat_deg=-1.2, lon_deg=52.6), Readings.empty(), now_us=END_US)
    work_until_idle(now_us=END_US)
    assert [r.reason for r in rejects()] == ["latitude_longitude_swapped"]
    assert PositionRow.objects.count() == 0


def ended(order: Order, device_of_next: str) -> Order:
    """Return the next version, in which the device was taken off after a day and another put on."""
    document = order.as_json()
    document |= {"version": 2, "recorded_at": "2026-03-04T06:00:00Z"}
    first = document["activations"][0]
    second = first | {
        "activation_id": "A0b",
        "device_id": device_of_next,
        "from_time": "2026-03-03T15:00:00Z",
    }
    document["activations"] = [first | {"to_time": "2026-03-03T15:00:00Z"}, second]
    return Order.model_validate(document)


def test_a_device_that_turns_out_to_have_been_moved_on_takes_its_facts_with_it() -> None:
    fixes, statuses = facts_from(11, people=1, fixes=240, statuses=80)
    put_on_record([order_for(0)])
    memory = Memory()
    heard, told = said(fixes, statuses)
    deliver(heard, told, now_us=END_US)
    work_until_idle(now_us=END_US, memory=memory)
    before = standing()
    swapped_us = START_US + DAY_US
    late = (heard.t_us >= swapped_us, told.t_us >= swapped_us)
    person = Person.objects.get(ref="W0")
    record_order(by=BY, now_us=END_US + 1, person_id=person.pk, order=ended(order_for(0), "D9"))
    work_until_idle(now_us=END_US + HOUR_US, memory=memory)
    assert PositionRow.objects.filter(activation_id="A0", t_us__gte=swapped_us).count() == 0
    assert StatusRow.objects.filter(activation_id="A0", t_us__gte=swapped_us).count() == 0
    assert {u.device_id for u in unowned()} == {"D0"}  # the home unit went on with the second device
    assert StatusRow.objects.filter(activation_id="A0b", device_id="H0").exists()
    kept, stayed = fixes.take(~late[0]), statuses.take(~late[1])
    unit = statuses.take(late[1] & (statuses.kind <= StatusKind.UNIT_DEAD))
    moved = unit.rekey(unit.key, ("A0b",))
    whole = type(statuses).concat([stayed, moved])
    assert standing() == expected(kept, whole, order_ids=["O0"], now_us=END_US + HOUR_US)
    assert standing() != before
    assert IncidentRow.objects.filter(retracted=True).exists()


def test_a_poison_record_is_set_aside_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_record([order_for(0), order_for(1)])
    honest = evaluation.step

    def step(state, fixes, *rest, **named):
        if (fixes.accuracy_m == 666.0).any():
            raise ZeroDivisionError
        return honest(state, fixes, *rest, **named)

    monkeypatch.setattr(evaluation, "step", step)
    monkeypatch.setattr(evaluation, "rebuild", _through(step))
    poison = positions("D0", START_US + 5 * MINUTE_US)
    poison = Positions.build(
        **{name: getattr(poison, name) for name in poison.columns()} | {"accuracy_m": [666.0]},
        key=[0],
        keys=("D0",),
    )
    for minute, batch in enumerate(
        (positions("D0", START_US), poison, positions("D0", START_US + 9 * MINUTE_US))
    ):
        deliver(batch, Readings.empty(), now_us=END_US + minute)
    deliver(positions("D1", START_US), Readings.empty(), now_us=END_US + 9)
    memory = Memory()
    worked = work_once(worker="w", now_us=END_US + HOUR_US, memory=memory)
    assert (worked.refused, InboxItem.objects.count()) == (1, 0)
    assert sorted(PositionRow.objects.values_list("activation_id", "t_us")) == [
        ("A0", START_US),
        ("A0", START_US + 9 * MINUTE_US),
        ("A1", START_US),
    ]
    [reject] = rejects()
    assert (reject.reason, reject.device_id) == ("cannot_be_evaluated", "D0")
    assert "666.0" in reject.raw


def _through(step):
    return lambda told, fixes, statuses, **named: step(State(), fixes, statuses, **named)


def test_a_state_that_cannot_be_evaluated_rests_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_record([order_for(0), order_for(1)])
    honest = worker.evaluate

    def evaluate(claimed, facts, **named):
        if claimed.activation_id == "A0":
            raise ZeroDivisionError
        return honest(claimed, facts, **named)

    memory = Memory()
    with monkeypatch.context() as patched:
        patched.setattr(worker, "evaluate", evaluate)
        for device_id in ("D0", "D1"):
            deliver(positions(device_id, START_US), Readings.empty(), now_us=END_US)
        worked = work_once(worker="w", now_us=END_US, memory=memory)
        assert worked.troubled == 1
        assert work_once(worker="w", now_us=END_US, memory=memory).troubled == 0  # it rests
    assert list(InboxItem.objects.values_list("device_id", flat=True)) == ["D0"]
    assert "ZeroDivisionError" in EngineState.objects.get(activation_id="A0").trouble
    work_until_idle(now_us=END_US + 2 * MINUTE_US, memory=memory)
    assert InboxItem.objects.count() == 0
    assert EngineState.objects.get(activation_id="A0").trouble == ""


def test_a_damaged_state_is_made_anew_from_the_facts() -> None:
    fixes, statuses = facts_from(5, people=1, fixes=200, statuses=60)
    put_on_record([order_for(0)])
    deliver(*said(fixes, statuses), now_us=END_US)
    work_until_idle(now_us=END_US)
    before = standing()
    EngineState.objects.update(blob=b"TCST but not whole", due_us=END_US)
    work_until_idle(now_us=END_US + HOUR_US)
    assert standing() == expected(fixes, statuses, order_ids=["O0"], now_us=END_US + HOUR_US)
    assert before


@pytest.mark.parametrize(
    "trouble",
    [
        OperationalError("database is locked"),
        ProgrammingError("no such column"),
        OSError(28, "no space left"),
    ],
)
def test_trouble_of_the_machine_ends_the_pass_and_blames_no_record(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_record([order_for(0)])
    deliver(positions("D0", START_US), Readings.empty(), now_us=END_US)

    def fails(*_: object, **__: object) -> None:
        raise trouble

    memory = Memory()
    for name in ("write", "evaluate"):
        with monkeypatch.context() as patched:
            patched.setattr(worker, name, fails)
            with pytest.raises(type(trouble)):
                work_once(worker="w", now_us=END_US, memory=memory)
    assert (InboxItem.objects.count(), Reject.objects.count()) == (1, 0)
    work_until_idle(now_us=END_US, worker="w", memory=memory)
    assert (InboxItem.objects.count(), PositionRow.objects.count()) == (0, 1)


def test_a_value_that_the_database_refuses_is_found_and_set_aside_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_on_record([order_for(0)])
    honest = worker.write

    def write(outcomes, items, *rest, **named):
        if any(item.delivery_id == "bad" for item in items):
            raise DataError("out of range")
        return honest(outcomes, items, *rest, **named)

    monkeypatch.setattr(worker, "write", write)
    for minute, name in enumerate(("good", "bad", "fine")):
        delivery = Delivery(delivery_id=name, positions=positions("D0", START_US + minute * MINUTE_US))
        store_facts(delivery=delivery, now_us=END_US)
    worked = work_once(worker="w", now_us=END_US, memory=Memory())
    assert (worked.items, worked.refused, InboxItem.objects.count()) == (2, 1, 0)
    assert [(r.delivery_id, r.reason) for r in rejects()] == [("bad", "cannot_be_evaluated")]
    assert PositionRow.objects.count() == 2


def test_facts_written_as_nobodys_just_after_their_order_was_seen_are_found_when_the_mark_moves_on() -> None:
    put_on_record([order_for(0)])
    memory = Memory()
    work_until_idle(now_us=END_US, memory=memory)
    late = positions("D0", START_US)
    columns = {name: getattr(late, name) for name in late.columns()} | {"received_us": [END_US]}
    late = Positions.build(key=late.key, keys=late.keys, **columns)
    # as a pass writes them that asked for the device's orders too early
    insert(late, device_ids=["D0"], why=["unknown_device"])
    work_until_idle(now_us=END_US + 1, memory=memory)
    assert [u.device_id for u in unowned()] == ["D0"]
    work_until_idle(now_us=END_US + MINUTE_US, memory=memory)
    assert unowned() == []
    assert list(PositionRow.objects.values_list("activation_id", "t_us")) == [("A0", START_US)]
