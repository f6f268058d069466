"""Passes of workers: who writes, who loses, what wakes an activation, and what reaches back before the kept facts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.service.monitoring.lives import (
    BY,
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
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.model import Order
from throughcare.service.monitoring import worker as worker_module
from throughcare.service.monitoring.actions import Memory, work_once
from throughcare.service.monitoring.models import (
    EngineEvent,
    EngineState,
    InboxItem,
    IncidentRow,
    Mark,
    PositionRow,
)
from throughcare.service.orders.actions import record_order
from throughcare.service.orders.models import Installation
from throughcare.service.outbox.models import OutboxItem
from throughcare.service.people.models import Person

pytestmark = pytest.mark.django_db
NO_STATUSES = Statuses.empty()


def at_home(first_us: int, last_us: int, *, activation_id: str = "A0", east_m: float = 0.0) -> Fixes:
    t_us = np.arange(first_us, last_us + 1, MINUTE_US)
    return Fixes.build(
        key=np.zeros(len(t_us)),
        keys=(activation_id,),
        t_us=t_us,
        lat_deg=np.full(len(t_us), 52.6),
        lon_deg=np.full(len(t_us), -1.2 + east_m / 67_500.0),
        accuracy_m=np.full(len(t_us), 10.0),
        source=np.ones(len(t_us)),
    )


def alive(first_us: int, last_us: int) -> Statuses:
    """Return a home unit that says every half hour that it is well."""
    t_us = np.arange(first_us, last_us + 1, 30 * MINUTE_US)
    return Statuses.build(
        key=np.zeros(len(t_us)),
        keys=("A0",),
        t_us=t_us,
        kind=np.full(len(t_us), int(StatusKind.UNIT_HEARTBEAT)),
    )


def test_silence_is_told_by_the_clock_alone_and_carries_the_time_of_the_deadline() -> None:
    put_on_record([order_for(0)])
    quiet_us = START_US + 90 * MINUTE_US
    deliver(*said(at_home(START_US, quiet_us), alive(START_US, quiet_us)), now_us=quiet_us)
    memory = Memory()
    work_until_idle(now_us=quiet_us, memory=memory)
    assert standing() == {}
    due_us = EngineState.objects.get().due_us
    assert due_us is not None
    assert due_us <= quiet_us + 15 * MINUTE_US
    late_us = quiet_us + 47 * MINUTE_US
    work_until_idle(now_us=late_us, memory=memory)
    lost = IncidentRow.objects.get(kind="loss_of_contact")
    assert lost.detected_us == quiet_us + 30 * MINUTE_US
    assert lost.first_recorded_us == late_us


def test_a_worker_woken_only_when_it_is_due_tells_what_one_that_never_sleeps_tells() -> None:
    put_on_record([order_for(0)])
    fixes = at_home(START_US, START_US + 3 * HOUR_US)
    deliver(*said(fixes, NO_STATUSES), now_us=START_US + 3 * HOUR_US)
    memory = Memory()
    now_us, passes = START_US + 3 * HOUR_US, 0
    while now_us < START_US + 20 * HOUR_US:
        work_until_idle(now_us=now_us, memory=memory)
        due_us = EngineState.objects.get().due_us
        assert due_us is not None
        assert due_us > now_us
        now_us, passes = due_us, passes + 1
    assert passes < 40
    assert standing() == expected(fixes, NO_STATUSES, order_ids=["O0"], now_us=now_us)


def test_the_loser_of_a_race_throws_its_work_away_and_nothing_is_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_on_record([order_for(0)])
    fixes, statuses = facts_from(21, people=1, fixes=200, statuses=60)
    deliver(*said(fixes, statuses), now_us=END_US)
    honest: Callable[..., object] = worker_module.write
    raced: list[object] = []

    def write(*arguments: object, **named: object) -> object:
        if not raced:
            raced.append(None)
            EngineState.objects.update(claimed_until_us=0)  # the claim ran out while this one was thinking
            raced.append(work_once(worker="quick", now_us=END_US))
        return honest(*arguments, **named)

    monkeypatch.setattr(worker_module, "write", write)
    slow = work_once(worker="slow", now_us=END_US)
    quick = raced[1]
    assert (quick.activations, quick.lost) == (1, 0)
    assert (slow.activations, slow.lost, slow.events, slow.items) == (0, 1, 0, 0)
    assert PositionRow.objects.count() == len(np.unique(fixes.content()))
    told = list(EngineEvent.objects.values_list("incident_id", "revision"))
    assert len(told) == len(set(told)) == quick.events
    assert standing() == expected(fixes, statuses, order_ids=["O0"], now_us=END_US)


def test_a_claim_keeps_others_away_until_it_expires() -> None:
    put_on_record([order_for(0), order_for(1)])
    work_until_idle(now_us=END_US, worker="first")
    EngineState.objects.filter(activation_id="A0").update(
        claimed_by="dead", claimed_until_us=END_US + MINUTE_US
    )
    EngineState.objects.filter(activation_id="A1").update(claimed_until_us=0)
    for number in (0, 1):
        own = at_home(END_US, END_US, activation_id=f"A{number}")
        deliver(*said(own, NO_STATUSES), now_us=END_US)
    memory = Memory()
    memory.order_mark = 10**6  # nothing to wake
    assert work_once(worker="w", now_us=END_US, memory=memory).items == 1
    assert list(InboxItem.objects.values_list("device_id", flat=True)) == ["D0"]
    assert work_once(worker="w", now_us=END_US + MINUTE_US, memory=memory).items == 1


def varied(order: Order, *, at: str, **changes: object) -> Order:
    document = order.as_json() | {"version": order.version + 1, "recorded_at": at} | changes
    return Order.model_validate(document)


def sign(order: Order, *, now_us: int) -> None:
    person = Person.objects.get(ref=order.wearer_ref)
    record_order(by=BY, now_us=now_us, person_id=person.pk, order=order)


def test_a_new_version_wakes_its_activations_for_every_worker_and_only_those() -> None:
    put_on_record([order_for(0), order_for(1)])
    fixes, statuses = facts_from(31, people=2, fixes=240, statuses=80)
    deliver(*said(fixes, statuses), now_us=END_US)
    memories = {"w1": Memory(), "w2": Memory()}
    for now_us in (END_US, END_US + MINUTE_US):
        for name, memory in memories.items():
            work_until_idle(now_us=now_us, worker=name, memory=memory)
    versions = dict(EngineState.objects.values_list("activation_id", "version"))
    allowed = [{
        "absence_id": "AA2", "condition_ids": [], "from_time": "2026-03-02T15:00:00Z",
        "to_time": "2026-03-05T22:00:00Z", "reason": "work", "authorised_by": "officer",
    }]  # fmt: skip
    sign(
        varied(order_for(0), at="2026-03-04T06:59:00Z", authorised_absences=allowed),
        now_us=END_US + MINUTE_US,
    )
    for name, memory in memories.items():
        work_until_idle(now_us=END_US + 2 * MINUTE_US, worker=name, memory=memory)
    after = dict(EngineState.objects.values_list("activation_id", "version"))
    assert after["A0"] > versions["A0"]
    assert after["A1"] == versions["A1"]
    assert standing() == expected(fixes, statuses, order_ids=["O0", "O1"], now_us=END_US + 2 * MINUTE_US)
    deliver(*said(at_home(END_US, END_US + 1), NO_STATUSES), now_us=END_US + HOUR_US)
    work_until_idle(now_us=END_US + HOUR_US, worker="w2", memory=memories["w2"])
    whole = Fixes.concat([fixes, at_home(END_US, END_US + 1)])
    assert standing() == expected(whole, statuses, order_ids=["O0", "O1"], now_us=END_US + HOUR_US)


def test_the_mark_of_versions_moves_only_when_nothing_older_can_still_appear() -> None:
    put_on_record([order_for(0)])
    memory = Memory()
    work_until_idle(now_us=END_US, memory=memory)
    assert Mark.objects.get(name="orders").value == 0
    work_until_idle(now_us=END_US + MINUTE_US, memory=memory)
    assert Mark.objects.get(name="orders").value > 0
    fresh = Memory()
    assert work_once(worker="w", now_us=END_US + MINUTE_US, memory=fresh).idle


@pytest.mark.parametrize("what", ["fact", "variation"])
def test_what_reaches_back_before_the_kept_facts_is_replayed_from_all_of_them(
    what: str, settings: object
) -> None:
    retain(settings, 6)
    put_on_record([order_for(0)])
    away = at_home(START_US + 10 * HOUR_US, START_US + 11 * HOUR_US, east_m=3000.0)
    fixes = Fixes.concat(
        [at_home(START_US + MINUTE_US, START_US + 9 * HOUR_US), at_home(START_US + 12 * HOUR_US, END_US)]
    )
    well = alive(START_US + MINUTE_US, END_US)
    memory = Memory()
    for now_us in range(START_US + HOUR_US, END_US + 1, HOUR_US):
        new = fixes.take((fixes.t_us > now_us - HOUR_US) & (fixes.t_us <= now_us))
        beats = well.take((well.t_us > now_us - HOUR_US) & (well.t_us <= now_us))
        deliver(*said(new, beats), now_us=now_us)
        work_until_idle(now_us=now_us, memory=memory)
    if what == "fact":
        deliver(*said(away, NO_STATUSES), now_us=END_US)
        fixes = Fixes.concat([fixes, away])
    else:
        moved = order_for(0).as_json()["places"]
        moved[0]["area"]["centre"] = [-1.3, 52.6]
        sign(varied(order_for(0), at="2026-03-04T06:59:00Z", places=moved), now_us=END_US)
    worked = work_once(worker="w1", now_us=END_US, memory=memory)
    assert worked.replays == 1
    work_until_idle(now_us=END_US + HOUR_US, memory=memory)
    kinds = set(EngineEvent.objects.values_list("kind", flat=True))
    assert {"fact": "too_late", "variation": "replay_needed"}[what] in kinds
    assert standing() == expected(fixes, well, order_ids=["O0"], now_us=END_US + HOUR_US)
    revisions = list(EngineEvent.objects.exclude(incident_id="").values_list("incident_id", "revision"))
    assert len(revisions) == len(set(revisions))


def test_the_register_hears_of_the_first_word_and_of_the_first_watched_position() -> None:
    put_on_record([order_for(0)])
    word = Statuses.build(
        key=[0], keys=("A0",), t_us=[START_US + HOUR_US], kind=[int(StatusKind.DEVICE_HEARTBEAT)]
    )
    deliver(*said(Fixes.empty(), word), now_us=END_US)
    work_until_idle(now_us=END_US)
    register = Installation.objects.get()
    assert (register.first_contact_us, register.monitored_us) == (START_US + HOUR_US, None)
    deliver(*said(at_home(START_US + DAY_US, START_US + DAY_US), NO_STATUSES), now_us=END_US)
    work_until_idle(now_us=END_US)
    register.refresh_from_db()
    assert (register.first_contact_us, register.monitored_us) == (START_US + HOUR_US, START_US + DAY_US)


@pytest.mark.parametrize(
    ("kind", "watched"), [("RADIO_HEARD", True), ("RADIO_MISSED", False), ("ALCOHOL_READING", True)]
)
def test_a_tag_without_positions_is_watched_from_its_first_word_of_a_condition(
    kind: str, watched: bool
) -> None:
    put_on_record([order_for(0)])
    told = Statuses.build(
        key=[0], keys=("A0",), t_us=[START_US + HOUR_US], kind=[int(StatusKind[kind])], value=[0.0]
    )
    deliver(*said(Fixes.empty(), told), now_us=START_US + HOUR_US)
    work_until_idle(now_us=START_US + 2 * HOUR_US)
    register = Installation.objects.get()
    assert (register.monitored_us == START_US + HOUR_US) is watched


def test_every_telling_of_an_incident_is_in_the_outbox_once() -> None:
    put_on_record([order_for(0)])
    fixes, statuses = facts_from(41, people=1, fixes=200, statuses=80)
    deliver(*said(fixes, statuses), now_us=END_US)
    work_until_idle(now_us=END_US)
    told = set(EngineEvent.objects.exclude(incident_id="").values_list("event_id", flat=True))
    assert set(OutboxItem.objects.values_list("key", flat=True)) == told
    body = OutboxItem.objects.first().body
    assert body.keys() == {"event_id", "incident_id", "person_ref", "kind", "code", "status", "revision", "t"}


@pytest.mark.parametrize("people", [1, 6])
def test_a_pass_asks_the_database_no_more_for_many_than_for_few(people: int) -> None:
    put_on_record([order_for(number) for number in range(people)])
    memory = Memory()
    work_until_idle(now_us=START_US, memory=memory)
    for now_us in (START_US + HOUR_US, START_US + HOUR_US + MINUTE_US):
        for number in range(people):
            own = at_home(now_us, now_us, activation_id=f"A{number}")
            deliver(*said(own, NO_STATUSES), now_us=now_us)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            worked = work_once(worker="w1", now_us=now_us, memory=memory)
        assert worked.activations == people
    assert len(asked) <= 16 + people  # executemany is listed once a row by Django's logger


def test_nothing_to_do_costs_a_handful_of_questions() -> None:
    put_on_record([order_for(0)])
    memory = Memory()
    work_until_idle(now_us=START_US, memory=memory)
    with CaptureQueriesContext(connection) as asked:
        assert work_once(worker="w1", now_us=START_US, memory=memory).idle
    assert len(asked) <= 4


def test_a_worker_that_runs_for_weeks_sees_every_curfew_as_its_rules_move_on() -> None:
    put_on_record([order_for(0)])
    memory = Memory()
    late_us = 5 * HOUR_US  # 20:00, an hour into the curfew
    days = range(START_US, START_US + 16 * DAY_US, DAY_US)
    fixes = Fixes.concat(
        [at_home(day + late_us, day + late_us + 40 * MINUTE_US, east_m=900.0) for day in days]
    )
    well = alive(START_US + MINUTE_US, START_US + 16 * DAY_US)
    for now_us in range(START_US, START_US + 16 * DAY_US, 8 * HOUR_US):
        new = fixes.take((fixes.t_us > now_us - 8 * HOUR_US) & (fixes.t_us <= now_us))
        beats = well.take((well.t_us > now_us - 8 * HOUR_US) & (well.t_us <= now_us))
        deliver(*said(new, beats), now_us=now_us)
        work_until_idle(now_us=now_us, memory=memory)
    seen = fixes.take(fixes.t_us <= now_us), well.take(well.t_us <= now_us)
    assert standing() == expected(*seen, order_ids=["O0"], now_us=now_us)
    absences = IncidentRow.objects.filter(kind="curfew_absence", retracted=False)
    assert absences.count() == 16
    [kept] = memory.compiled.values()
    assert kept.fresh_us > now_us
    assert kept.rules.within.stop_us > START_US + 16 * DAY_US
