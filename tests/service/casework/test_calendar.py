"""The calendar's rules: what each night comes to, from the timetable, the tag, the incidents and what staff settled."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.service.makers import NOW_US
from tests.service.orders.examples import curfew, nights, order
from throughcare.kernel.time import DAY_US, HOUR_US, Interval, iso_utc, parse_instant
from throughcare.monitoring.incidents import IncidentKind
from throughcare.orders.history import history_of
from throughcare.service.casework.calendar import Day, Held, days_of
from throughcare.service.casework.calendar_drawing import draw_calendar, said, weeks_of
from throughcare.service.casework.vocabulary import DayState

START_US = parse_instant("2026-03-02T00:00:00Z")
NIGHT_US = parse_instant("2026-03-04T22:00:00Z")  # within the curfew of the night of 4 March
ALWAYS = (Interval(START_US, None),)
STATE = DayState


def state_of(
    day: int,
    *,
    worn: tuple[Interval, ...] = ALWAYS,
    evaluated: tuple[Interval, ...] = ALWAYS,
    incidents: tuple[Held, ...] = (),
    **changes: object,
) -> DayState:
    history = history_of([order(**changes)])
    found = days_of(history, now_us=NOW_US, worn=worn, evaluated=evaluated, incidents=incidents)
    return next(item.state for item in found if item.date == dt.date(2026, 3, day))


def held(
    makes: DayState | None,
    *,
    kind: IncidentKind = IncidentKind.CURFEW_ABSENCE,
    start_us: int = NIGHT_US,
    hours: float = 1,
) -> Held:
    return Held(interval=Interval(start_us, start_us + int(hours * HOUR_US)), kind=kind, makes=makes)


def allowed(kind: str, start: str, end: str) -> dict[str, object]:
    item = {"condition_ids": ["c1"], "from_time": start, "to_time": end, "reason": "work"}
    if kind == "suspensions":
        return {kind: [{**item, "suspension_id": "s1"}]}
    return {kind: [{**item, "absence_id": "a1", "authorised_by": "user:1"}]}


def test_a_night_without_an_incident_and_with_a_tag_that_was_heard_is_complied() -> None:
    assert state_of(4) is STATE.COMPLIED


@pytest.mark.parametrize("makes", [STATE.OPEN, STATE.DECIDED, STATE.EXCUSED, STATE.UNKNOWN])
def test_an_incident_decides_its_night_and_no_other(makes: DayState) -> None:
    assert [state_of(day, incidents=(held(makes),)) for day in (3, 4, 5)] == [
        STATE.COMPLIED,
        makes,
        STATE.COMPLIED,
    ]


def test_the_gravest_of_several_decides() -> None:
    several = (held(STATE.EXCUSED), held(STATE.OPEN), held(STATE.DECIDED))
    assert state_of(4, incidents=several) is STATE.OPEN
    assert state_of(4, incidents=several[::2]) is STATE.DECIDED


def test_an_incident_in_the_small_hours_belongs_to_the_evening_before() -> None:
    late = held(STATE.OPEN, start_us=parse_instant("2026-03-05T03:00:00Z"))
    assert (state_of(4, incidents=(late,)), state_of(5, incidents=(late,))) == (STATE.OPEN, STATE.COMPLIED)


@pytest.mark.parametrize(
    "kind",
    [IncidentKind.BATTERY, IncidentKind.DEVICE_FAULT, IncidentKind.ZONE_BUFFER, IncidentKind.HOME_UNIT_POWER],
)
def test_batteries_faults_and_warnings_are_not_held_against_anybody(kind: IncidentKind) -> None:
    assert state_of(4, incidents=(held(STATE.OPEN, kind=kind),)) is STATE.COMPLIED


def test_silence_is_unknown_where_it_is_half_of_what_was_asked_and_never_an_incident() -> None:
    evening = parse_instant("2026-03-04T19:00:00Z")
    half = held(STATE.OPEN, kind=IncidentKind.LOSS_OF_CONTACT, start_us=evening, hours=6)
    less = held(STATE.OPEN, kind=IncidentKind.LOSS_OF_CONTACT, start_us=evening, hours=5.9)
    assert (state_of(4, incidents=(half,)), state_of(4, incidents=(less,))) == (STATE.UNKNOWN, STATE.COMPLIED)


def test_an_incident_that_was_taken_back_leaves_the_night_complied() -> None:
    assert state_of(4, incidents=(held(None),)) is STATE.COMPLIED


def test_what_is_not_evaluated_yet_is_unknown_and_not_complied() -> None:
    until = (Interval(START_US, parse_instant("2026-03-04T20:00:00Z")),)
    assert [state_of(day, evaluated=until) for day in (3, 4)] == [STATE.COMPLIED, STATE.UNKNOWN]
    assert state_of(4, evaluated=()) is STATE.UNKNOWN


def test_without_a_tag_for_half_of_the_time_it_is_not_monitored_whatever_else_is_told() -> None:
    fitted = (Interval(parse_instant("2026-03-05T02:00:00Z"), None),)
    assert state_of(4, worn=fitted) is STATE.NOT_MONITORED
    assert state_of(4, worn=(), incidents=(held(STATE.OPEN),)) is STATE.NOT_MONITORED
    assert state_of(5, worn=fitted) is STATE.COMPLIED


def test_a_night_that_asks_nothing_says_so() -> None:
    phase = {**curfew()["phases"][0], "timetable": [span for span in nights() if span["day"] != "wednesday"]}
    assert state_of(4, conditions=[curfew(phases=[phase])]) is STATE.NOT_ASKED


def test_leave_for_the_whole_night_is_excused_and_a_suspension_asks_nothing() -> None:
    night = ("2026-03-04T18:00:00Z", "2026-03-05T08:00:00Z")
    assert state_of(4, **allowed("authorised_absences", *night)) is STATE.EXCUSED
    assert state_of(4, **allowed("suspensions", *night)) is STATE.NOT_ASKED


def test_nights_ahead_are_to_come_and_the_last_night_is_there() -> None:
    history = history_of([order()])
    days = days_of(history, now_us=NOW_US, worn=ALWAYS, evaluated=ALWAYS, incidents=())
    assert days[-1] == Day(dt.date(2026, 6, 1), STATE.AHEAD)
    assert [day.date for day in days] == [days[0].date + dt.timedelta(days=n) for n in range(len(days))]
    assert sum(day.state is STATE.AHEAD for day in days) == (dt.date(2026, 6, 1) - dt.date(2026, 3, 8)).days


def test_an_order_without_an_end_is_shown_to_now() -> None:
    open_ended = order(
        end_date=None,
        conditions=[curfew(end_date=None, phases=[{**curfew()["phases"][0], "end_date": None}])],
    )
    days = days_of(history_of([open_ended]), now_us=NOW_US, worn=ALWAYS, evaluated=ALWAYS, incidents=())
    assert days[-1].date == dt.date(2026, 3, 9)


def test_an_order_that_is_not_known_yet_has_no_calendar() -> None:
    late = order(recorded_at=iso_utc(NOW_US + DAY_US))
    assert days_of(history_of([late]), now_us=NOW_US, worn=(), evaluated=(), incidents=()) == ()


def test_the_drawing_holds_a_titled_square_for_every_night_and_the_table_every_night() -> None:
    days = [Day(dt.date(2026, 3, 2) + dt.timedelta(days=n), list(STATE)[n % 8]) for n in range(400)]
    drawn = draw_calendar(days, ident="c", title="Calendar <x>")
    assert drawn.count("<title>") + drawn.count("<title ") == 401
    assert "5 Mar 2026: excused" in drawn
    assert "<x>" not in drawn
    assert sum(day is not None for _, week in weeks_of(days) for day in week) == 400
    assert said(days[:9]).startswith("complied 2; incident open 1")
