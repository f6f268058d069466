"""Distance from a protected person, live: whatever comes first, the same incidents; and nothing of them on this side."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.apps import apps

from tests.lib.rule_tables import instant
from tests.lib.walks import fixes_along
from tests.service.monitoring.lives import BY, put_on_record, retain, standing, work_until_idle
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.status import Readings, Statuses
from throughcare.orders.model import Order
from throughcare.runners.monitoring import monitor
from throughcare.service.audit.models import Entry
from throughcare.service.monitoring.actions import (
    Delivery,
    Memory,
    protect,
    store_facts,
    unprotect,
    work_once,
)
from throughcare.service.monitoring.models import (
    EngineEvent,
    InboxItem,
    IncidentRow,
    PositionRow,
    ProximityWatch,
    Reject,
)
from throughcare.service.monitoring.queries import evidence, unowned
from throughcare.service.orders.actions import record_order
from throughcare.service.orders.queries import histories
from throughcare.service.people.models import Person
from throughcare.service.victims.models import ProtectedPosition

pytestmark = pytest.mark.django_db
NEAR, RING = IncidentKind.VICTIM_PROXIMITY, IncidentKind.VICTIM_PROXIMITY_WARNING
WAY = (
    "08:00-10:30 at 5000 every 1 min; 10:31-11:00 at 100 every 1 min; 11:01-12:00 at 5000 every 1 min; "
    "12:01-12:20 at 800 every 1 min; 12:21-13:00 at 5000 every 1 min"
)
STILL = "08:00-13:00 at 0 every 1 min"
FROM_US, NOW_US = instant("07:00"), instant("13:00")
SECRET = "GUARDIAN-88"


def order(**said: Any) -> Order:
    condition = {
        "kind": "victim_proximity",
        "condition_id": "vic-1",
        "start_date": "2026-03-02",
        "protected_ref": "PROTECTED-77",
        "distance_m": 500,
        "warning_m": 1000,
    }
    return Order.model_validate(
        {
            "order_id": "O0",
            "recorded_at": "2026-03-01T10:00:00Z",
            "wearer_ref": "W0",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "start_date": "2026-03-01",
            "ticked": ["victim_proximity"],
            "activations": [
                {
                    "activation_id": "A0",
                    "device_id": "D0",
                    "from_time": "2026-03-02T00:00:00Z",
                    "to_time": None,
                }
            ],
            "conditions": [condition],
            **said,
        }
    )


def positions(cell: str, device_id: str, *, days: int = 0) -> Positions:
    fixes = fixes_along(cell)
    columns = {name: getattr(fixes, name) for name in Positions.columns()}
    columns["t_us"] = columns["t_us"] + days * DAY_US
    return Positions.build(key=fixes.key, keys=(device_id,), **columns)


def deliver(batch: Positions, *, now_us: int) -> None:
    store_facts(delivery=Delivery(delivery_id="t", positions=batch, readings=Readings.empty()), now_us=now_us)


def given() -> int:
    return protect(by=BY, now_us=FROM_US, protected_ref="PROTECTED-77", device_id=SECRET, from_us=FROM_US)


def expected(wearer: Positions, protected: Positions, *, now_us: int) -> dict[str, str]:
    run = monitor(
        list(histories(["O0"]).values()),
        _as(Fixes, wearer, "A0"),
        Statuses.empty(),
        parameters=Parameters(),
        now_us=now_us,
        known_at_us=now_us,
        progress=lambda *_: None,
        protected=protected.rekey(np.zeros(len(protected), np.int64), ("PROTECTED-77",)),
        with_evidence=False,
    )
    return {i.incident_id: i.material for i in run.incidents}


def _as(kind: type[Fixes], batch: Positions, key: str) -> Fixes:
    return kind.build(
        key=np.zeros(len(batch), np.int64), keys=(key,), **{n: getattr(batch, n) for n in Positions.columns()}
    )


def kinds() -> list[str]:
    return list(
        IncidentRow.objects.filter(retracted=False).order_by("start_us").values_list("kind", flat=True)
    )


@pytest.mark.parametrize("first", ["wearer", "protected", "nobody"])
def test_an_approach_makes_the_incident_whoever_is_heard_first(first: str) -> None:
    put_on_record([order()], now_us=FROM_US)
    wearer, protected = positions(WAY, "D0"), positions(STILL, SECRET)
    if first != "nobody":
        given()
    for batch in (wearer, protected) if first == "wearer" else (protected, wearer):
        deliver(batch, now_us=NOW_US)
        work_until_idle(now_us=NOW_US)
    if first == "nobody":  # it spoke before anybody said whose it is
        assert [found.device_id for found in unowned()] == [SECRET]
        given()
        work_until_idle(now_us=NOW_US)
    assert standing() == expected(wearer, protected, now_us=NOW_US)
    assert [k for k in kinds() if k.startswith("victim")] == [str(NEAR), str(RING)]
    assert unowned() == []
    assert ProtectedPosition.objects.count() == len(protected)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_repetition_and_batching_gives_the_incidents_of_one_evaluation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    put_on_record([order()], now_us=FROM_US)
    given()
    wearer, protected = positions(WAY, "D0"), positions(STILL, SECRET)
    batches = [
        batch.take(np.flatnonzero(part == number))
        for batch in (wearer, protected)
        for part in [rng.integers(0, 5, len(batch))]
        for number in [0, 1, 2, 3, 4, 2]
    ]
    memories = [Memory(), Memory()]
    for place in rng.permutation(len(batches)).tolist():
        deliver(batches[place], now_us=NOW_US)
        if rng.random() < 0.6:
            which = int(rng.integers(0, 2))
            work_once(worker=f"w{which}", now_us=NOW_US, memory=memories[which], limit=2)
    work_until_idle(now_us=NOW_US + MINUTE_US, worker="w0", memory=memories[0])
    work_until_idle(now_us=NOW_US + HOUR_US, worker="w1")
    assert standing() == expected(wearer, protected, now_us=NOW_US + HOUR_US)
    assert InboxItem.objects.count() == 0


def live(wearer: Positions, protected: Positions, *, late: np.random.Generator, stop_us: int) -> None:
    """Deliver both day and night, some of it late, and let the worker work each half hour."""
    both = [
        (batch, batch.t_us + late.choice([0, 0, 0, 2, 15], len(batch)) * HOUR_US)
        for batch in (wearer, protected)
    ]
    memory, before_us = Memory(), 0
    for now_us in range(FROM_US, stop_us + 1, 90 * MINUTE_US):
        for batch, arrives in both:
            deliver(batch.take((arrives > before_us) & (arrives <= now_us)), now_us=now_us)
        if late.random() < 0.2:
            memory = Memory()
        work_until_idle(now_us=now_us, memory=memory)
        before_us = now_us


@pytest.mark.parametrize("seed", range(3))
def test_a_live_service_that_settles_and_hears_late_facts_ends_where_one_evaluation_ends(
    seed: int, settings: object
) -> None:
    retain(settings, 6)
    put_on_record([order()], now_us=FROM_US)
    given()
    wearer = Positions.concat([positions(WAY, "D0", days=day) for day in range(3)])
    protected = Positions.concat([positions(STILL, SECRET, days=day) for day in range(3)])
    stop_us = FROM_US + 90 * MINUTE_US * 60
    live(wearer, protected, late=np.random.default_rng(seed), stop_us=stop_us)
    assert standing() == expected(wearer, protected, now_us=stop_us)
    assert sum(kind.startswith("victim") for kind in kinds()) >= 6
    watch = ProximityWatch.objects.get()
    assert FROM_US + DAY_US < watch.settled_us < stop_us
    assert watch.news == watch.done


def test_a_late_position_of_either_revises_or_takes_back_what_was_told() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    wearer, protected = positions(WAY, "D0"), positions(STILL, SECRET)
    close = (wearer.t_us >= instant("10:31")) & (wearer.t_us < instant("11:00"))
    some = wearer.take(~close | (np.arange(len(wearer)) % 3 == 0))
    deliver(protected, now_us=NOW_US)
    deliver(some, now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    first = standing()
    deliver(wearer, now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    assert first != standing() == expected(wearer, protected, now_us=NOW_US)
    # elsewhere at the time, says a device that was out of coverage: the incident is taken back
    away = positions("10:25-11:05 at -9000 every 10 s", SECRET)
    deliver(away, now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    assert standing() == expected(wearer, Positions.concat([protected, away]), now_us=NOW_US)
    assert EngineEvent.objects.filter(kind__in=["revised", "retracted"]).exists()


def test_an_open_approach_ends_by_time_alone_where_a_position_is_no_longer_known() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    wearer = positions("10:00-10:30 at 5000 every 1 min; 10:31-11:00 at 100 every 1 min", "D0")
    protected = positions("10:00-11:00 at 0 every 1 min", SECRET)
    deliver(wearer, now_us=instant("11:00"))
    deliver(protected, now_us=instant("11:00"))
    memory = Memory()
    for minute in range(61):
        work_until_idle(now_us=instant("11:00") + minute * MINUTE_US, memory=memory)
        if minute == 5:
            assert IncidentRow.objects.get(kind=str(NEAR)).end_us is None
    row = IncidentRow.objects.get(kind=str(NEAR))
    assert (row.status, row.end_us) == ("closed", instant("11:00"))
    assert ProximityWatch.objects.get().due_us is None
    told = EngineEvent.objects.filter(incident_id=row.incident_id, kind="closed")
    assert [event.t_us for event in told] == [instant("11:00")]


def test_a_later_version_with_another_distance_takes_back_and_tells_anew() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    wearer, protected = positions(WAY, "D0"), positions(STILL, SECRET)
    deliver(wearer, now_us=NOW_US)
    deliver(protected, now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    wider = order(version=2, recorded_at="2026-03-02T12:30:00Z")
    said = wider.as_json()
    said["conditions"][0] |= {"distance_m": 50, "warning_m": 60}
    record_order(
        by=BY, now_us=NOW_US, person_id=Person.objects.get(ref="W0").pk, order=Order.model_validate(said)
    )
    work_until_idle(now_us=NOW_US + MINUTE_US)
    assert standing() == expected(wearer, protected, now_us=NOW_US + MINUTE_US)


def test_the_side_of_the_wearer_holds_nothing_of_the_protected_person() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    protected = positions(STILL, SECRET)
    deliver(positions(WAY, "D0"), now_us=NOW_US)
    bad = protected.take(np.array([0]))
    impossible = Positions.build(
        key=bad.key, keys=bad.keys, **{n: getattr(bad, n) for n in bad.columns()} | {"lat_deg": [95.4321]}
    )
    deliver(Positions.concat([protected, impossible]), now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    assert IncidentRow.objects.filter(kind=str(NEAR)).exists()
    lat_deg, lon_deg = (f"{float(getattr(protected, n)[0]):.4f}" for n in ("lat_deg", "lon_deg"))
    seen = []
    for model in apps.get_models():
        if model._meta.app_label == "victims":
            continue
        text = json.dumps([list(map(str, row)) for row in model._default_manager.values_list()])
        if model is not PositionRow:  # the wearer may have been at the same place
            seen.append((model, SECRET in text or lat_deg in text or lon_deg in text or "95.43" in text))
    assert [model for model, found in seen if found] == []
    assert not PositionRow.objects.exclude(device_id="D0").exists()
    assert Reject.objects.count() == 1
    assert "protected:PROTECTED-77" in set(Entry.objects.values_list("subject", flat=True))


def test_the_evidence_of_an_incident_says_when_and_how_sure_and_no_place() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    deliver(positions(WAY, "D0"), now_us=NOW_US)
    deliver(positions(STILL, SECRET), now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    row = IncidentRow.objects.get(kind=str(NEAR))
    bundle = evidence(row.incident_id, NOW_US)
    assert bundle is not None
    assert bundle.items == ()
    assert bundle.incident.material == row.material
    assert SECRET not in json.dumps(bundle.incident.as_dict())


def test_a_device_is_a_wearers_or_a_protected_persons_and_not_both() -> None:
    put_on_record([order()], now_us=FROM_US)
    given()
    with pytest.raises(RefusedInput, match="no wearer has"):
        protect(by=BY, now_us=NOW_US, protected_ref="PROTECTED-9", device_id="D0", from_us=NOW_US)
    with pytest.raises(RefusedInput, match="no protected person"):
        protect(by=BY, now_us=NOW_US, protected_ref="PROTECTED-9", device_id=SECRET, from_us=NOW_US)
    other = order(
        order_id="O1",
        wearer_ref="W1",
        activations=[
            {"activation_id": "A1", "device_id": SECRET, "from_time": "2026-03-03T00:00:00Z", "to_time": None}
        ],
    )
    with pytest.raises(RefusedInput, match="not free"):
        put_on_record([other], now_us=NOW_US)


def test_a_device_that_was_taken_back_says_nothing_of_the_protected_person_any_more() -> None:
    put_on_record([order()], now_us=FROM_US)
    number = given()
    wearer, protected = positions(WAY, "D0"), positions(STILL, SECRET)
    deliver(wearer, now_us=NOW_US)
    deliver(protected, now_us=NOW_US)
    work_until_idle(now_us=NOW_US)
    unprotect(by=BY, now_us=NOW_US, number=number, at_us=instant("10:00"))
    work_until_idle(now_us=NOW_US)
    before = protected.take(protected.t_us < instant("10:00"))
    assert standing() == expected(wearer, before, now_us=NOW_US)
    assert ProtectedPosition.objects.count() == len(before)
    assert PositionRow.objects.filter(activation_id="", device_id=SECRET).count() == len(protected) - len(
        before
    )
    with pytest.raises(RefusedInput, match="none"):
        unprotect(by=BY, now_us=NOW_US, number=number, at_us=instant("11:00"))
