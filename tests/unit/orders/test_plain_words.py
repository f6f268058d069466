from __future__ import annotations

from typing import Any

import pytest

from tests.lib.order_cases import HOME, curfew, make_order, spans
from tests.lib.reading_grade import grade
from throughcare.orders.plain_words import condition_words, order_words
from throughcare.orders.vocabulary import ConditionKind

START = {"start_date": "2026-01-05"}


def words(condition: dict[str, Any], **more: Any) -> list[str]:
    order = make_order({"condition_id": "c1"} | START | condition, **more)
    return list(condition_words(order, order.conditions[0]))


def zone(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "name": "the Old Market", "area": HOME, **more}


def visit(rule: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "attendance",
        "purpose": "a meeting",
        "place_id": "office",
        "recurrence": rule,
        "start": "10:00",
        "duration_min": 45,
        **more,
    }


CURFEW = curfew(
    "release 2026-01-05 15:00-07:00 / 2026-01-05..2026-02-01: daily 19:00-07:00 / "
    "2026-02-02..: mon 21:30-24:00; tue 21:30-24:00; sat 00:00-24:00",
    grace_s=300,
)
EVERY_KIND = {
    "curfew": CURFEW,
    "exclusion_zone": zone(
        "exclusion_zone",
        buffer_m=50,
        timetable=spans("sat 12:00-23:30", place=None),
        exemptions=[
            {"reason": "court", "from_time": "2026-02-03T09:00:00Z", "to_time": "2026-02-03T17:00:00Z"},
            {"reason": "travel_corridor", "corridor": HOME},
            {
                "reason": "work",
                "corridor": HOME,
                "from_time": "2026-07-03T08:00:00Z",
                "to_time": "2026-07-03T17:00:00Z",
            },
        ],
    ),
    "inclusion_zone": zone("inclusion_zone", buffer_m=1500),
    "restriction_zone": zone("restriction_zone", buffer_m=20),
    "trail": {"kind": "trail", "device": "non_fitted"},
    "attendance": visit("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH"),
    "alcohol": {"kind": "alcohol", "monitoring": "abstinence"},
    "victim_proximity": {
        "kind": "victim_proximity",
        "protected_ref": "secret-7",
        "distance_m": 500,
        "warning_m": 1000,
    },
}


def test_a_curfew_is_said_with_its_phases_release_day_and_grace() -> None:
    assert words(CURFEW) == [
        "You have a curfew. It starts on 5 January 2026.",
        "On the day you are let out, 5 January 2026, be at 12 Mill Lane from 3pm to 7am the next day.",
        "From 5 January 2026 to 1 February 2026, stay in at these times:",
        "Every day: 7pm to 7am the next day, at 12 Mill Lane.",
        "From 2 February 2026, stay in at these times:",
        "Monday and Tuesday: 9:30pm to midnight, at 12 Mill Lane.",
        "Saturday: all day, at 12 Mill Lane.",
        "You will not be marked as late for the first 5 minutes.",
        "The last day is 4 July 2026. It ends at midnight that night.",
    ]


def test_a_zone_is_said_with_its_times_its_edge_and_what_is_exempt() -> None:
    assert words(EVERY_KIND["exclusion_zone"], end_date=None) == [
        "Do not go into the area called the Old Market.",
        "Keep 50 metres away from its edge too.",
        "From 5 January 2026, this is at these times:",
        "Saturday: midday to 11:30pm.",
        "It does not count from 9am on 3 February 2026 to 5pm on 3 February 2026. The cause is: court.",
        "You may use the marked way through it. The cause is: to get from place to place.",
        (
            "You may use the marked way through it from 9am on 3 July 2026 to 6pm on 3 July 2026. "
            "The cause is: work."
        ),
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "each day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=WEEKLY", "each Monday"),
        ("FREQ=WEEKLY;BYDAY=TH,MO", "each Monday and Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday"),
        (
            "FREQ=MONTHLY;BYDAY=1MO",
            "on set days (the first are 5 January 2026, 2 February 2026 and 2 March 2026)",
        ),
        ("FREQ=WEEKLY;COUNT=1", "on set days (the first are 5 January 2026)"),
    ],
)
def test_how_often_an_appointment_is_can_be_said(rule: str, said: str) -> None:
    assert f"You need to be there {said}, from 10am to 10:45am. This starts on 5 January 2026." in words(
        visit(rule)
    )


def test_the_level_of_alcohol_is_said() -> None:
    level = {"kind": "alcohol", "monitoring": "level", "level_limit_pct": 0.02, "reading_interval_min": 1}
    assert words(level)[:2] == [
        "From 5 January 2026, drink so little that the level in your body stays below 0.02 percent.",
        "Your tag checks this every 1 minute.",
    ]


def test_a_protected_person_is_never_named() -> None:
    assert "secret-7" not in " ".join(words(EVERY_KIND["victim_proximity"]))


def test_what_is_allowed_excused_or_on_hold_is_said_in_the_wearer_s_clock_time() -> None:
    times = {"from_time": "2026-06-01T18:00:00Z", "to_time": "2026-06-01T21:30:00Z"}
    said = words(
        CURFEW,
        authorised_absences=[
            {"absence_id": "b1", **times, "reason": "a school play", "authorised_by": "the officer"}
        ],
        reasonable_excuses=[{"excuse_id": "e1", **times, "reason": "medical", "accepted_by": "the officer"}],
        suspensions=[{"suspension_id": "s1", "from_time": times["from_time"], "reason": "an appeal"}],
    )
    assert said[-3:] == [
        "You may be away from 7pm on 1 June 2026 to 10:30pm on 1 June 2026. The cause is: a school play.",
        (
            "Time from 7pm on 1 June 2026 to 10:30pm on 1 June 2026 is not held against you. "
            "The cause is: health care."
        ),
        "This is on hold from 7pm on 1 June 2026. The cause is: an appeal.",
    ]


def test_an_order_begins_with_its_dates_and_ends_with_where_to_ask() -> None:
    said = order_words(make_order())
    assert said[0] == "This order starts on 5 January 2026. The last day is 4 July 2026."
    assert said[-1] == "If you can not do what it says, tell your officer first. Say why."


def test_every_kind_of_condition_is_said() -> None:
    assert set(EVERY_KIND) == {kind.value for kind in ConditionKind}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_of_condition_reads_at_grade_6_or_below(kind: str) -> None:
    said = words(EVERY_KIND[kind])
    assert grade(said) <= 6, said


def test_a_whole_order_reads_at_grade_6_or_below() -> None:
    conditions = [
        {"condition_id": f"x{number}"} | START | condition | {"condition_id": f"x{number}"}
        for number, condition in enumerate(EVERY_KIND.values())
    ]
    assert grade(list(order_words(make_order(*conditions)))) <= 6


def test_the_reading_grade_tells_plain_words_from_official_ones() -> None:
    plain = ["The cat sat on the mat.", "It was a big red mat."]
    official = ["Notwithstanding any variation, the aforementioned requirement necessitates compliance."]
    assert grade(plain) < 2
    assert grade(official) > 12
