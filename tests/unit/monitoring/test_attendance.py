"""Attendance: when the evidence sufficed, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.rule_tables import facts, instant
from tests.lib.scopes import compiled, scope_of
from throughcare.monitoring.attendance import attendance
from throughcare.monitoring.incidents import AttendanceRecord, Incident
from throughcare.monitoring.presence import Presence, Segment

OFFICE: dict[str, Any] = {
    "kind": "attendance",
    "condition_id": "att-1",
    "start_date": "2026-03-02",
    "purpose": "Supervision",
    "place_id": "office",
    "recurrence": "FREQ=DAILY",
    "start": "10:00",
    "duration_min": 60,
}
RULES = compiled(OFFICE)


def elsewhere(start: str, last: str, end: str | None = None, decided: str | None = None) -> Segment:
    first_us, last_us = instant(start), instant(last)
    return Segment(
        first_us,
        instant(end) if end else None,
        Presence.OUTSIDE,
        first_us,
        last_us,
        instant(decided or start),
        9,
        0.9,
    )


def judged(
    *segments: Segment, now: str, received: str = "-", rules: Any = RULES, **given: Any
) -> tuple[tuple[AttendanceRecord, ...], tuple[Incident, ...]]:
    held = {rules.watches[0].watch_id: segments}
    return attendance(scope_of(facts(received), now_us=instant(now), rules=rules, segments=held, **given))


def test_an_absence_is_detected_by_the_first_evidence_that_leaves_no_doubt() -> None:
    received = "09:00-10:40 position every 10 min; 11:07-11:17 position every 5 min"

    pending, none = judged(elsewhere("09:00", "10:40"), now="11:05", received=received)
    _, (incident,) = judged(elsewhere("09:00", "11:17"), now="11:20", received=received)

    assert (str(pending[0].outcome), pending[0].reasons[0].code, none) == ("not_yet", "evidence_pending", ())
    assert incident.detected_us == instant("11:07")


def test_an_absence_is_not_detected_before_presence_elsewhere_was_decided() -> None:
    _, (incident,) = judged(elsewhere("09:00", "11:10", decided="11:10"), now="11:20")

    assert incident.detected_us == instant("11:10")


def test_evidence_that_never_comes_makes_it_no_data() -> None:
    last_us = instant("10:40")
    unknown = Segment(last_us, None, Presence.UNKNOWN, last_us, last_us, last_us, 0, 0.5)

    (record,), incidents = judged(elsewhere("09:00", "10:40", end="10:40"), unknown, now="11:05")

    assert str(record.outcome) == "no_data"
    assert incidents == ()


def test_an_appointment_that_has_not_begun_is_left_out() -> None:
    records, _ = judged(elsewhere("09:00", "09:50"), now="09:59")

    assert records == ()


def test_an_appointment_settled_before_the_cut_is_left_out() -> None:
    records, incidents = judged(
        elsewhere("09:00", "Tue 12:00"), now="Tue 12:00", whole_from_us=instant("Tue 08:00")
    )

    assert [record.due.start_us for record in records] == [instant("Tue 10:00")]
    assert len(incidents) == 1


def test_a_tag_taken_off_during_the_appointment_leaves_no_data() -> None:
    rules = compiled(OFFICE, worn_to="2026-03-02T10:20:00Z")

    (record,), incidents = judged(elsewhere("09:00", "10:19"), now="13:00", rules=rules)

    assert str(record.outcome) in {"no_data", "not_yet"}
    assert incidents == ()


def test_the_incident_belongs_to_the_appointment() -> None:
    _, (incident,) = judged(elsewhere("09:00", "11:30"), now="11:30")

    assert incident.window is not None
    assert (incident.window.start_us, incident.window.end_us) == (instant("10:00"), instant("11:00"))
    assert incident.condition_id == "att-1"
    assert incident.watch_id == RULES.watches[0].watch_id
    assert incident.confidence == pytest.approx(0.9)
    assert incident.spells[0].evidence == 9


def test_the_id_stays_when_the_evidence_grows() -> None:
    _, (one,) = judged(elsewhere("09:00", "11:01"), now="11:01")
    _, (other,) = judged(elsewhere("08:30", "12:00"), now="12:00")

    assert one.incident_id == other.incident_id
