"""The reasons that device incidents give."""

from __future__ import annotations

from tests.lib.rule_tables import facts, instant
from tests.lib.scopes import compiled, cut, scope_of
from throughcare.monitoring.devices import device_incidents
from throughcare.monitoring.incidents import Incident, IncidentKind

WORN = {"worn_from": "2026-03-02T10:00:00Z", "home_unit": True}


def only(kind: IncidentKind, received: str, now: str) -> Incident:
    scope = scope_of(facts(received), now_us=instant(now), rules=compiled(**WORN))
    (incident,) = (i for i in device_incidents(scope) if i.kind is kind)
    return incident


def test_a_battery_incident_tells_when_it_was_low_and_when_empty() -> None:
    incident = only(IncidentKind.BATTERY, "10:00 battery 18; 11:00 battery empty", "11:30")

    assert [(r.code, r.facts["code"], r.facts["t"]) for r in incident.reasons] == [
        ("battery_low", "AL21", "2026-03-02T10:00:00Z"),
        ("battery_empty", "AL23", "2026-03-02T11:00:00Z"),
    ]
    assert incident.reasons[0].facts["percent"] == 18


def test_a_flapping_strap_tells_how_often() -> None:
    incident = only(
        IncidentKind.STRAP_TAMPER,
        "10:00 strap open; 10:02 strap closed; 10:05 strap open; 10:06 strap open; 10:07 strap closed",
        "11:00",
    )

    assert incident.reasons[0].facts == {"first": "2026-03-02T10:00:00Z", "reports": 3, "spells": 2}
    assert incident.best_s == 4 * 60


def test_power_tells_whether_mains_was_lost_and_when_it_went_off() -> None:
    lost = only(
        IncidentKind.HOME_UNIT_POWER, "10:00 home unit loses power; 10:30 home unit goes off", "10:40"
    )
    off = only(IncidentKind.HOME_UNIT_POWER, "10:30 home unit goes off", "10:40")

    assert [r.code for r in lost.reasons] == ["unit_power_lost", "unit_went_off"]
    assert [r.code for r in off.reasons] == ["unit_went_off"]


def test_a_silent_unit_tells_what_it_said_last() -> None:
    silent = only(
        IncidentKind.HOME_UNIT_SILENT, "10:00 home unit loses power; 10:30 home unit goes off", "12:00"
    )

    assert [r.code for r in silent.reasons] == ["unit_silent", "unit_power_lost", "unit_went_off"]
    assert silent.unknown_s == silent.best_s == 90 * 60


def test_an_activation_without_a_home_unit_has_none_that_is_silent() -> None:
    rules = compiled(worn_from="2026-03-02T10:00:00Z")

    assert device_incidents(scope_of([], now_us=instant("20:00"), rules=rules)) == ()


def test_what_ended_before_the_cut_is_not_told_again_and_what_stands_is() -> None:
    said = facts("10:00 strap open; 10:05 strap closed; 10:10 fault; 14:00 alive")
    scope = scope_of(said, now_us=instant("14:00"), rules=compiled())

    found = device_incidents(cut(scope, instant("13:00")))

    assert [(i.kind, i.start_us) for i in found] == [(IncidentKind.DEVICE_FAULT, instant("10:10"))]
