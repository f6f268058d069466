"""Questions: live status with its doubt, trails with their gaps, incidents with evidence that anyone can re-make."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.service.monitoring.lives import (
    END_US,
    START_US,
    deliver,
    facts_from,
    order_for,
    put_on_record,
    said,
    whole_run,
    work_until_idle,
)
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.events import EventKind
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.service.monitoring.queries import (
    events_of,
    evidence,
    incident,
    incidents_of,
    live_status,
    trail,
)
from throughcare.service.people.models import Person

pytestmark = pytest.mark.django_db


def walk(first_us: int, minutes: int, *, east_m: float = 0.0, activation_id: str = "A0") -> Fixes:
    t_us = first_us + np.arange(minutes) * MINUTE_US
    return Fixes.build(
        key=np.zeros(minutes),
        keys=(activation_id,),
        t_us=t_us,
        lat_deg=np.full(minutes, 52.6),
        lon_deg=np.full(minutes, -1.2 + east_m / 67_500.0),
        accuracy_m=np.full(minutes, 10.0),
        source=np.ones(minutes),
    )


def battery(t_us: int, percent: float) -> Statuses:
    return Statuses.build(
        key=[0], keys=("A0",), t_us=[t_us], kind=[int(StatusKind.BATTERY_PERCENT)], value=[percent]
    )


def live(fixes: Fixes, statuses: Statuses, *, now_us: int) -> None:
    put_on_record([order_for(0)])
    deliver(*said(fixes, statuses), now_us=now_us)
    work_until_idle(now_us=now_us)


def curfew(now_us: int):
    [status] = live_status("W0", now_us)
    [watch] = [w for w in status.watches if w.kind == "curfew_absence"]
    return status, watch


def test_at_home_in_the_evening_is_compliance_with_its_probability_and_since_when() -> None:
    now_us = START_US + 5 * HOUR_US
    live(walk(START_US, 301), battery(START_US + HOUR_US, 61.0), now_us=now_us)
    status, watch = curfew(now_us)
    assert (status.activation_id, status.device_id, status.order_id, status.worn) == ("A0", "D0", "O0", True)
    assert status.position is not None
    assert (status.position.t_us, status.position.accuracy_m, status.position.source) == (
        now_us,
        10.0,
        "gnss",
    )
    assert (status.heard_us, status.battery_percent, status.battery_us) == (now_us, 61.0, START_US + HOUR_US)
    assert (watch.presence, watch.demanded) == (Presence.INSIDE, True)
    assert 0.7 < watch.probability < 1.0
    assert watch.since_us < START_US + HOUR_US


def test_away_in_the_evening_is_outside_and_nothing_is_demanded_under_an_authorised_absence() -> None:
    away = walk(START_US + HOUR_US, 300, east_m=2000.0)
    live(Fixes.concat([walk(START_US, 59), away]), Statuses.empty(), now_us=START_US + 6 * HOUR_US)
    _, watch = curfew(START_US + 6 * HOUR_US - MINUTE_US)
    assert (watch.presence, watch.demanded) == (Presence.OUTSIDE, True)
    assert watch.probability < 0.1
    assert curfew(START_US + 6 * HOUR_US)[1].demanded is False
    assert abs(watch.since_us - (START_US + HOUR_US)) <= 2 * MINUTE_US
    assert [i.code for i in incidents_of(["W0"], open_only=True) if i.kind == "curfew_absence"] == ["AL08"]


def test_silence_is_unknown_and_says_nothing_either_way() -> None:
    live(walk(START_US, 300), Statuses.empty(), now_us=START_US + 5 * HOUR_US)
    status, watch = curfew(START_US + 6 * HOUR_US)
    assert (watch.presence, watch.probability) == (Presence.UNKNOWN, 0.5)
    assert status.heard_us == START_US + 299 * MINUTE_US


def test_what_is_not_evaluated_yet_is_said_to_be_waiting() -> None:
    live(walk(START_US, 10), Statuses.empty(), now_us=START_US + HOUR_US)
    deliver(*said(walk(START_US + HOUR_US, 7), Statuses.empty()), now_us=START_US + 2 * HOUR_US)
    [status] = live_status("W0", START_US + 2 * HOUR_US)
    assert status.waiting == 7
    assert live_status("nobody", END_US) == []


def test_a_trail_is_in_order_and_marks_its_gaps() -> None:
    late = walk(START_US + 2 * HOUR_US, 3)
    live(walk(START_US, 3), Statuses.empty(), now_us=START_US + HOUR_US)
    deliver(*said(late, Statuses.empty()), now_us=START_US + 3 * HOUR_US)
    work_until_idle(now_us=START_US + 3 * HOUR_US)
    whole = trail("W0", START_US, END_US)
    assert [p.t_us for p in whole.points] == [
        *(START_US + m * MINUTE_US for m in range(3)),
        *(START_US + 2 * HOUR_US + m * MINUTE_US for m in range(3)),
    ]
    assert [p.gap_before_s for p in whole.points] == [None, None, None, 118 * 60.0, None, None]
    assert trail("W0", START_US, END_US, gap_s=3 * 3600.0).points[3].gap_before_s is None
    part = trail("W0", START_US + MINUTE_US, START_US + 2 * MINUTE_US)
    assert [p.t_us for p in part.points] == [START_US + MINUTE_US]


def test_the_evidence_is_the_one_that_a_monitoring_run_gives() -> None:
    fixes, statuses = facts_from(3, people=1, fixes=240, statuses=80)
    live(fixes, statuses, now_us=END_US)
    run = whole_run(fixes, statuses, ["O0"], END_US)
    assert run.bundles
    for bundle in run.bundles:
        assert evidence(bundle.incident.incident_id, END_US).content() == bundle.content()
    assert evidence("inc-none", END_US) is None


def test_incidents_are_listed_by_person_time_and_standing() -> None:
    put_on_record([order_for(0), order_for(1)])
    fixes, statuses = facts_from(8, people=2, fixes=260, statuses=100)
    deliver(*said(fixes, statuses), now_us=END_US)
    work_until_idle(now_us=END_US)
    every = incidents_of(["W0", "W1"])
    assert {i.person_ref for i in every} == {"W0", "W1"}
    assert [i.start_us for i in every] == sorted((i.start_us for i in every), reverse=True)
    refs = Person.objects.filter(ref="W1").values_list("ref", flat=True)
    with CaptureQueriesContext(connection) as asked:
        assert {i.person_ref for i in incidents_of(refs)} == {"W1"}
    assert len(asked) == 1
    middle_us = START_US + DAY_US
    before = incidents_of(["W0"], to_us=middle_us)
    after = incidents_of(["W0"], from_us=middle_us)
    assert all(i.start_us < middle_us for i in before)
    assert all(i.end_us is None or i.end_us > middle_us for i in after)
    assert {i.incident_id for i in before} | {i.incident_id for i in after} == {
        i.incident_id for i in incidents_of(["W0"])
    }
    one = every[0]
    assert incident(one.incident_id) == one
    assert incident("inc-none") is None
    assert one.body["incident_id"] == one.incident_id


def test_what_was_taken_back_is_shown_only_where_it_is_asked_for() -> None:
    away = walk(START_US + 4 * HOUR_US, 30, east_m=500.0)
    live(Fixes.concat([walk(START_US, 239), away]), Statuses.empty(), now_us=START_US + 5 * HOUR_US)
    [told] = [i for i in incidents_of(["W0"]) if i.kind == "curfew_absence"]
    heard = Statuses.build(
        key=np.zeros(300),
        keys=("A0",),
        t_us=START_US + np.arange(300) * MINUTE_US,
        kind=np.full(300, int(StatusKind.RADIO_HEARD)),
    )
    deliver(*said(Fixes.empty(), heard), now_us=START_US + 5 * HOUR_US)  # the home unit's line had failed
    work_until_idle(now_us=START_US + 5 * HOUR_US)
    assert not [i for i in incidents_of(["W0"]) if i.kind == "curfew_absence"]
    [back] = [i for i in incidents_of(["W0"], retracted=True) if i.kind == "curfew_absence"]
    assert (back.incident_id, back.retracted, back.revision) == (told.incident_id, True, told.revision + 1)
    kinds = [event.kind for event in events_of(told.incident_id)]
    assert (kinds[0], kinds[-1]) == (EventKind.OPENED, EventKind.RETRACTED)
    assert [event.revision for event in events_of(told.incident_id)] == list(range(1, len(kinds) + 1))
    assert evidence(told.incident_id, START_US + 5 * HOUR_US) is None
