"""What a live state tells, forgets and announces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.lib.engine_tables import Clock, facts, night, order, rules_of, square
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.deadlines import next_deadline_us
from throughcare.monitoring.events import Event, EventKind, final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.pruning import LOOK_BACK_US
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.model import Order

CLOCK = Clock()
AT = {"home": (0.0, 0.0), "away": (0.0, 2000.0), "zone": (3000.0, 0.0)}
CURFEW = {"kind": "curfew", "condition_id": "C1", "phases": [{"timetable": night()}]}
ZONE = {"kind": "exclusion_zone", "condition_id": "Z1", "name": "Square", "area": square(AT["zone"], 400)}
NONE = Fixes.empty(), Statuses.empty()


def rules(*conditions: dict[str, object]) -> Rules:
    made = order(*(conditions or (CURFEW, ZONE)), homes={"home": AT["home"]}, clock=CLOCK)
    return rules_of(made, clock=CLOCK)


def told(cell: str, now: str) -> tuple[Fixes, Statuses]:
    return facts(cell, at=AT, clock=CLOCK, now_us=CLOCK.us(now))


def go(
    state: State, found: tuple[Fixes, Statuses], now: str, **more: object
) -> tuple[State, tuple[Event, ...]]:
    return advance(state, *found, **{"rules": rules(), "now_us": CLOCK.us(now)} | more)  # type: ignore[arg-type]


def of(events: tuple[Event, ...], kind: IncidentKind) -> list[tuple[EventKind, int]]:
    ids = {e.incident_id for e in events if e.incident is not None and e.incident.kind is kind}
    return [(e.kind, e.revision) for e in events if e.incident_id in ids]


def test_an_absence_is_opened_revised_and_closed_with_the_times_of_its_events() -> None:
    state, first = go(State(), told("13:00-20:00 home; 20:00-20:30 away", "20:30"), "20:30")
    state, second = go(state, told("20:31-21:00 away; 21:00-21:30 home", "21:30"), "21:30")
    _, third = go(state, told("21:31-Tue 07:30 home", "Tue 07:30"), "Tue 07:30")

    (opened,) = [e for e in first if e.code == "AL10"]
    assert opened.kind is EventKind.OPENED
    assert opened.t_us < CLOCK.us("20:10") < opened.known_us == CLOCK.us("20:30")
    assert of(second, IncidentKind.CURFEW_ABSENCE) == [(EventKind.REVISED, 2)]
    (closed,) = [e for e in third if e.code == "AL10"]
    assert (closed.kind, closed.revision) == (EventKind.CLOSED, 3)
    assert abs(closed.t_us - CLOCK.us("21:00")) <= MINUTE_US


def test_an_open_absence_that_only_runs_on_is_not_told_again() -> None:
    state, _ = go(State(), told("13:00-20:00 home; 20:00-20:30 away", "20:30"), "20:30")
    _, more = go(state, told("20:31-21:00 away", "21:00"), "21:00")
    assert more == ()


def test_a_late_fact_takes_back_what_was_told_and_nothing_is_edited() -> None:
    state, first = go(State(), told("13:00-20:00 home; 20:20-20:30 away", "20:30"), "20:30")
    assert of(first, IncidentKind.CURFEW_ABSENCE) == [(EventKind.OPENED, 1)]
    _, second = go(state, told("20:15 strap open", "20:30"), "20:31")
    taken_back = [e for e in second if e.kind is EventKind.RETRACTED]
    assert [(e.incident, e.revision, e.code) for e in taken_back] == [(None, 2, "AL10")]
    assert taken_back[0].incident_id not in final_incidents([*first, *second])


def test_a_retracted_incident_that_later_facts_bring_back_goes_on_with_its_revisions() -> None:
    state, events = State(), []
    for cell in (
        "17:00-20:00 home; 20:00-22:00 away; 22:00-Tue 08:00 home",
        "19:00 strap open",
        "19:01 strap closed",
    ):
        state, news = go(state, told(cell, "Tue 08:00"), "Tue 08:00")
        events += [e for e in news if e.code == "AL10"]
    assert [(e.kind, e.revision) for e in events] == [
        (EventKind.OPENED, 1),
        (EventKind.RETRACTED, 2),
        (EventKind.OPENED, 3),
    ]
    assert len({e.event_id for e in events}) == 3


def test_a_strap_that_opens_after_hours_of_silence_lengthens_no_absence() -> None:
    cell = "17:00-20:00 home; 20:00-20:30 away"
    _, quiet = go(State(), told(cell, "Tue 08:00"), "Tue 08:00")
    _, opened = go(State(), told(f"{cell}; 23:30 strap open", "Tue 08:00"), "Tue 08:00")
    lengths = [
        next(i.best_s for i in final_incidents(e).values() if i.kind is IncidentKind.CURFEW_ABSENCE)
        for e in (quiet, opened)
    ]
    assert lengths[0] == lengths[1] == pytest.approx(29.5 * 60, abs=1)


def test_facts_of_an_activation_that_the_rules_do_not_hold_are_refused_as_a_fault_of_the_caller() -> None:
    stray = told("13:00 home", "14:00")[0].rekey(np.zeros(1, np.int64), ("act-9",))
    with pytest.raises(ValueError, match="act-9"):
        advance(State(), stray, Statuses.empty(), rules=rules(), now_us=CLOCK.us("14:00"))


def test_a_live_state_forgets_settled_facts_but_not_how_things_stood() -> None:
    cell = "13:00-Wed 08:00 home; 13:30 battery 80; 14:00 strap closed"
    state, _ = go(State(), told(cell, "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US)
    held = state.activations["act-1"]
    assert held.settled_us == CLOCK.us("Tue 18:00")  # an hour before the night that retained facts reach into
    assert held.base_us == held.settled_us - LOOK_BACK_US
    assert int((held.fixes.t_us <= held.base_us).sum()) == 1
    assert {int(k) for k in held.statuses.kind} == {StatusKind.BATTERY_PERCENT, StatusKind.STRAP_CLOSED}


def test_an_open_incident_keeps_its_facts_however_old() -> None:
    cell = "13:00-14:00 home; 14:00-15:00 zone"
    state, _ = go(State(), told(cell, "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US)
    held = state.activations["act-1"]
    assert held.settled_us < CLOCK.us("14:00")
    assert len(held.fixes) == 120
    again, events = go(
        state, told("Wed 08:01-Wed 08:30 zone", "Wed 08:30"), "Wed 08:30", retain_us=6 * HOUR_US
    )
    assert again.activations["act-1"].told.keys() >= held.told.keys()
    assert EventKind.TOO_LATE not in {e.kind for e in events}


def test_facts_from_before_what_is_settled_are_counted_and_change_nothing() -> None:
    state, _ = go(State(), told("13:00-Wed 08:00 home", "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US)
    before = {key: item.material for key, item in state.activations["act-1"].told.items()}
    after, events = go(
        state, told("13:30:30 away; 13:31:30 away", "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US
    )
    assert [(e.kind, e.count, e.incident) for e in events] == [(EventKind.TOO_LATE, 2, None)]
    assert {key: item.material for key, item in after.activations["act-1"].told.items()} == before


def test_other_rules_over_forgotten_time_ask_for_a_replay() -> None:
    state, _ = go(State(), told("13:00-Wed 08:00 home", "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US)
    other = rules_of(
        order(CURFEW, homes={"home": AT["home"]}, clock=CLOCK),
        clock=CLOCK,
        parameters=Parameters(margin_m=60),
    )
    _, events = go(state, NONE, "Wed 08:01", rules=other, retain_us=6 * HOUR_US)
    assert EventKind.REPLAY_NEEDED in {e.kind for e in events}


def corrected(*activations: str, version: int) -> Order:
    """Return a version that replaces the first from the beginning and knows these activations only."""
    made = order(CURFEW, ZONE, homes={"home": AT["home"]}, clock=CLOCK).as_json()
    known = [
        {"activation_id": name, "device_id": name, "from_time": CLOCK.iso("12:00")} for name in activations
    ]
    return Order.model_validate(made | {"version": version, "activations": known})


def test_a_correction_that_drops_an_activation_takes_back_what_was_told_of_it() -> None:
    state, first = go(State(), told("13:00-20:00 home; 20:00-21:00 away", "21:00"), "21:00")
    standing = {e.incident_id for e in first if e.kind is EventKind.OPENED}
    assert standing
    one = order(CURFEW, ZONE, homes={"home": AT["home"]}, clock=CLOCK)
    without = rules_of(one, corrected("act-2", version=2), clock=CLOCK)
    state, second = go(state, NONE, "21:01", rules=without)
    of_first = [e for e in second if e.activation_id == "act-1"]
    assert {e.kind for e in of_first} == {EventKind.RETRACTED}
    assert {e.incident_id for e in of_first} == standing
    assert final_incidents([*first, *of_first]) == {}

    state, third = go(state, NONE, "21:02", rules=without)
    assert [e for e in third if e.activation_id == "act-1"] == []  # said once

    back = rules_of(one, corrected("act-2", version=2), one.model_copy(update={"version": 3}), clock=CLOCK)
    _, fourth = go(state, NONE, "21:03", rules=back)
    again = {
        e.incident_id: e.revision for e in fourth if e.kind is EventKind.OPENED and e.activation_id == "act-1"
    }
    assert again == dict.fromkeys(standing, 3)


def test_a_dropped_activation_with_forgotten_time_asks_for_a_replay() -> None:
    state, _ = go(State(), told("13:00-Wed 08:00 home", "Wed 08:00"), "Wed 08:00", retain_us=6 * HOUR_US)
    one = order(CURFEW, ZONE, homes={"home": AT["home"]}, clock=CLOCK)
    without = rules_of(one, corrected("act-2", version=2), clock=CLOCK)
    _, events = go(state, NONE, "Wed 08:01", rules=without, retain_us=6 * HOUR_US)
    assert EventKind.REPLAY_NEEDED in {e.kind for e in events if e.activation_id == "act-1"}


def test_the_final_incidents_are_the_last_telling_of_each_that_was_not_taken_back() -> None:
    _, events = go(
        State(), told("13:00-20:00 home; 20:00-21:00 away; 21:00-Tue 08:00 home", "Tue 08:00"), "Tue 08:00"
    )
    first = next(e for e in events if e.code == "AL10")
    assert first.incident is not None
    again = replace(
        first, kind=EventKind.REVISED, revision=2, incident=replace(first.incident, unknown_s=7.0)
    )
    gone = replace(first, kind=EventKind.RETRACTED, revision=3, incident=None)
    notice = replace(first, kind=EventKind.TOO_LATE, incident=None, incident_id=None, count=4)
    assert final_incidents([first, again, notice])[first.incident.incident_id].unknown_s == 7.0
    assert final_incidents([first, again, gone]) == {}
    assert final_incidents([first, gone, first]) == {first.incident.incident_id: first.incident}


@pytest.mark.parametrize(
    ("cell", "now", "due", "why"),
    [
        ("nothing", "11:00", "12:00", "the tag is fitted"),
        (
            "12:00-13:00 home",
            "13:00",
            "13:14",
            "a quarter of an hour after the last position nothing merges with it",
        ),
        ("12:00-13:00 home", "13:20", "13:29", "contact is lost half an hour after the last position"),
        ("12:00-18:50 home", "18:55", "19:00", "the curfew begins"),
    ],
)
def test_the_next_deadline_is_when_time_alone_can_change_something(
    cell: str, now: str, due: str, why: str
) -> None:
    state, _ = go(State(), told(cell, now), now)
    assert next_deadline_us(state, rules()) == CLOCK.us(due), why


def test_no_deadline_lies_beyond_what_the_rules_were_compiled_for() -> None:
    compiled = rules()
    state, _ = advance(State(), *NONE, rules=compiled, now_us=compiled.within.stop_us)
    assert next_deadline_us(state, compiled) is None
    assert compiled.within.stop_us - CLOCK.us("Sun 23:59") <= 4 * DAY_US + SECOND_US
