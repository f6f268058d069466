"""The reasons that a loss of contact gives, where they rest on more than a table can show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.rule_tables import facts, instant
from tests.lib.scopes import compiled, scope_of
from throughcare.monitoring.contact import loss_of_contact
from throughcare.monitoring.incidents import Cause, Incident, IncidentStatus
from throughcare.monitoring.presence import Presence, Segment

CURFEW: dict[str, Any] = {
    "kind": "curfew",
    "condition_id": "cur-1",
    "start_date": "2026-03-02",
    "phases": [
        {
            "start_date": "2026-03-02",
            "timetable": [{"day": "monday", "start": "19:00", "end": "07:00", "place_ids": ["home"]}],
        }
    ],
}


def lost(received: str, now: str = "12:00", **given: Any) -> Incident:
    rules = given.pop("rules", compiled(worn_from="2026-03-02T10:00:00Z"))
    (incident,) = loss_of_contact(scope_of(facts(received), now_us=instant(now), rules=rules, **given))
    return incident


def codes(incident: Incident) -> list[str]:
    return [reason.code for reason in incident.reasons]


@pytest.mark.parametrize(
    ("positions", "cause"),
    [
        ("10:00-10:56 position every 1 min; 10:57-11:00 poor position every 1 min", Cause.COVERAGE),
        ("10:00-10:58 position every 1 min; 10:59-11:00 poor position every 1 min", Cause.UNKNOWN),
        ("10:00-10:40 poor position every 1 min; 11:00 alive", Cause.UNKNOWN),
    ],
)
def test_poor_last_positions_suggest_coverage(positions: str, cause: Cause) -> None:
    assert lost(positions).cause is cause


@pytest.mark.parametrize(
    ("state", "ended", "cause"),
    [
        (Presence.INSIDE, None, Cause.INDOORS),
        (Presence.INSIDE, "11:00", Cause.INDOORS),
        (Presence.INSIDE, "10:50", Cause.UNKNOWN),
        (Presence.OUTSIDE, None, Cause.UNKNOWN),
    ],
)
def test_last_known_at_a_curfew_address_suggests_indoors(
    state: Presence, ended: str | None, cause: Cause
) -> None:
    rules = compiled(CURFEW, worn_from="2026-03-02T10:00:00Z")
    begun = instant("10:00")
    segment = Segment(begun, instant(ended) if ended else None, state, begun, begun, begun, 9, 0.9)

    incident = lost(
        "10:00-11:00 position every 5 min", rules=rules, segments={rules.watches[0].watch_id: (segment,)}
    )

    assert incident.cause is cause


def test_every_explanation_is_given_and_the_likeliest_first() -> None:
    incident = lost("10:00-11:00 alive every 5 min; 10:50 no position; 10:55 strap open; 10:58 battery 5")

    assert incident.cause is Cause.TAMPER
    assert codes(incident) == ["no_contact", "opened_before", "battery_nearly_empty", "no_position_before"]


def test_it_says_when_contact_was_last_and_when_it_was_due() -> None:
    facts_of = lost("10:00-11:00 alive every 5 min").reasons[0].facts

    assert facts_of["last_contact"] == "2026-03-02T11:00:00Z"
    assert facts_of["next_expected_by"] == "2026-03-02T11:30:00Z"


def test_of_several_silences_the_latest_says_when_contact_was_due() -> None:
    incident = lost("10:00 position; 11:00-11:10 alive every 5 min")
    facts_of = incident.reasons[0].facts

    assert (incident.status, facts_of["silences"]) == (IncidentStatus.OPEN, 2)
    assert facts_of["last_contact"] == "2026-03-02T11:10:00Z"
    assert facts_of["next_expected_by"] == "2026-03-02T11:40:00Z"


def test_it_speaks_of_silence_and_never_of_absence() -> None:
    words = " ".join(reason.words for reason in lost("10:00 position; 10:00 battery 5").reasons).lower()

    assert "nothing is known" in words
    assert "absen" not in words
    assert "violation" not in words


def test_a_tag_never_in_contact_is_told_from_the_fitting_without_a_cause() -> None:
    incident = lost("-")

    assert codes(incident) == ["never_in_contact"]
    assert incident.cause is Cause.UNKNOWN
    assert incident.reasons[0].facts["last_contact"] is None


def test_a_contact_at_the_fitting_itself_is_contact() -> None:
    assert codes(lost("10:00 alive")) == ["no_contact"]


def test_the_home_units_hearing_is_a_reason_and_no_contact() -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z", home_unit=True)

    incident = lost("10:00 alive; 10:10-11:00 home unit hears the tag every 10 min", rules=rules)

    assert incident.reasons[-1].code == "heard_by_home_unit"
    assert incident.reasons[-1].facts == {"times": 6}
    assert incident.end_us is None


def test_an_activation_that_ends_in_silence_closes_the_incident() -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z", worn_to="2026-03-02T11:00:00Z")

    incident = lost("10:00 alive", now="11:01", rules=rules)

    assert incident.end_us == instant("11:00")
    assert incident.status is IncidentStatus.CLOSED
    assert codes(incident)[-1] == "activation_ended"


def test_silence_shorter_than_the_limit_at_the_end_of_the_activation_is_nothing() -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z", worn_to="2026-03-02T10:30:00Z")

    assert loss_of_contact(scope_of(facts("10:00 alive"), now_us=instant("12:00"), rules=rules)) == ()


def test_what_comes_after_the_activation_is_no_contact_of_it() -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z", worn_to="2026-03-02T11:00:00Z")

    incident = lost("10:00 alive; 11:05 alive; 11:10 position", now="12:00", rules=rules)

    assert incident.end_us == instant("11:00")
    assert len(incident.spells) == 1
