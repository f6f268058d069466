"""Evidence bundles: they hold what the fold did, all of it, and no alteration goes unseen."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lib.engine_tables import Clock, facts, final, night, order, rules_of, square
from throughcare.kernel.ids import chain_hashes, content_hash
from throughcare.monitoring.evidence import EvidenceBundle, chain_bundles
from throughcare.monitoring.folding import fold, probability, start_carry
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.items import FIX, merge_items
from throughcare.monitoring.kernels import LOG_ODDS
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.tracing import MARGIN_US, Tracer
from throughcare.orders.model import Order

CLOCK = Clock()
NOW_US = CLOCK.us("Tue 08:00")
AT = {"home": (0.0, 0.0), "away": (0.0, 2000.0), "zone": (3000.0, 0.0), "friend": (600.0, 0.0)}
CURFEW = {"kind": "curfew", "condition_id": "C1", "phases": [{"timetable": night()}]}
ZONE = {
    "kind": "exclusion_zone",
    "condition_id": "Z1",
    "name": "Square",
    "area": square(AT["zone"], 400),
    "buffer_m": 100,
}
NIGHT = (
    "17:00-21:00 home; 17:00:30-21:00 home unit hears the tag every 5 min; 21:00-22:00 away; 22:00-22:30 zone; "
    "22:30-23:00 away by Wi-Fi within 80 m; 23:00-Tue 08:00 home; 21:00:30-23:00 home unit misses the tag; "
    "Tue 02:00 case open; Tue 02:10 case closed; Tue 03:00 battery 12; Tue 03:20 charging; Tue 04:00 fault; "
    "Tue 04:30 fault cleared; Tue 05:00 home unit loses power; Tue 05:30 home unit has power; "
    "Tue 06:00 strap open; Tue 06:05 strap closed; 22:10 no position"
)


def story(
    cell: str = NIGHT, *conditions: dict[str, Any], **more: Any
) -> tuple[Order, Scope, tuple[Incident, ...]]:
    made = order(
        *(conditions or (CURFEW, ZONE)), homes={"home": AT["home"]}, clock=CLOCK, home_unit=True, **more
    )
    told = facts(cell, at=AT, clock=CLOCK, now_us=NOW_US)
    return made, *final(rules_of(made, clock=CLOCK), told, now_us=NOW_US)


def bundles() -> tuple[Scope, tuple[EvidenceBundle, ...]]:
    made, scope, incidents = story()
    tracer = Tracer(scope, order=made, code_version="test")
    return scope, chain_bundles(tuple(tracer.bundle(incident) for incident in incidents))


SCOPE, BUNDLES = bundles()
BY_KIND = {bundle.incident.kind: bundle for bundle in BUNDLES}


def test_the_night_has_an_incident_of_every_kind_that_the_tests_look_at() -> None:
    assert {
        IncidentKind.CURFEW_ABSENCE,
        IncidentKind.ZONE_ENTRY,
        IncidentKind.CASE_TAMPER,
        IncidentKind.BATTERY,
        IncidentKind.DEVICE_FAULT,
        IncidentKind.HOME_UNIT_POWER,
        IncidentKind.STRAP_TAMPER,
        IncidentKind.LOSS_OF_CONTACT,
    } <= set(BY_KIND)


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda b: str(b.incident.code))
def test_a_bundle_holds_every_fact_from_twenty_minutes_before_to_twenty_minutes_after(
    bundle: EvidenceBundle,
) -> None:
    incident = bundle.incident
    stop_us = NOW_US if incident.end_us is None else incident.end_us
    inside = [
        int(((times >= incident.start_us - MARGIN_US) & (times <= stop_us + MARGIN_US)).sum())
        for times in (SCOPE.fixes.t_us, SCOPE.statuses.t_us)
    ]
    assert len(bundle.items) == sum(inside)
    assert sum(item.lat_deg is not None for item in bundle.items) == inside[0]
    assert [item.number for item in bundle.items] == list(range(1, len(bundle.items) + 1))
    assert [item.t_us for item in bundle.items] == sorted(item.t_us for item in bundle.items)


@pytest.mark.parametrize("kind", [IncidentKind.CURFEW_ABSENCE, IncidentKind.ZONE_ENTRY])
def test_the_traced_probability_is_what_the_fold_itself_reached_at_each_item(kind: IncidentKind) -> None:
    incident = BY_KIND[kind].incident
    assert incident.watch_id is not None
    watch = SCOPE.rules.watch(incident.watch_id)
    items = merge_items(SCOPE.fixes, SCOPE.statuses, SCOPE.parameters)
    carry = start_carry(SCOPE.rules.interval.start_us)
    reached: dict[tuple[int, bool], float] = {}
    for row in range(len(items)):
        is_fix, place = int(items.kind[row]) == FIX, int(items.origin[row])
        one = merge_items(
            SCOPE.fixes.take(slice(place, place + is_fix)),
            SCOPE.statuses.take(slice(place, place + (not is_fix))),
            SCOPE.parameters,
        )
        carry, _ = fold(one, watch, carry, parameters=SCOPE.parameters)
        reached[int(items.t_us[row]), int(items.kind[row]) == FIX] = float(carry.sums[LOG_ODDS])
    used = [item for item in BY_KIND[kind].items if item.used]
    assert len(used) > 30
    for item in used:
        assert item.p_after == probability(reached[item.t_us, item.lat_deg is not None])
        assert item.p_compliant is not None


def test_the_probability_falls_through_the_absence_and_rises_after_it() -> None:
    bundle = BY_KIND[IncidentKind.CURFEW_ABSENCE]
    fixes = [item for item in bundle.items if item.used and item.p_after is not None]
    at = {CLOCK.words(item.t_us): item.p_after for item in fixes}
    assert at["Mon 20:50"] > 0.8
    assert at["Mon 21:30"] < 0.05
    assert at["Mon 23:15"] > 0.5


def test_what_a_case_a_battery_a_fault_and_the_mains_said_is_in_the_evidence_of_their_incidents() -> None:
    said = {
        IncidentKind.CASE_TAMPER: "case_open",
        IncidentKind.BATTERY: "battery_percent",
        IncidentKind.DEVICE_FAULT: "device_fault",
        IncidentKind.HOME_UNIT_POWER: "unit_power_lost",
        IncidentKind.STRAP_TAMPER: "strap_open",
    }
    for kind, word in said.items():
        assert any(word in item.why for item in BY_KIND[kind].items), kind
    (percent,) = [i.value for i in BY_KIND[IncidentKind.BATTERY].items if i.why.startswith("battery_percent")]
    assert percent == 12.0


def test_the_rule_of_an_incident_names_its_own_window_and_areas() -> None:
    entry, night_out = BY_KIND[IncidentKind.ZONE_ENTRY], BY_KIND[IncidentKind.CURFEW_ABSENCE]
    assert entry.rule["window"]["label"] == "always"
    assert entry.rule["areas"][0]["type"] == "Polygon"
    assert night_out.rule["window"]["scheduled"] == ["2026-03-02T19:00:00Z", "2026-03-03T07:00:00Z"]
    assert night_out.rule["areas"][0]["radius_m"] == 30
    assert "condition_id" not in BY_KIND[IncidentKind.CASE_TAMPER].rule


def test_an_item_that_was_not_used_says_why_and_moves_nothing() -> None:
    cell = "17:00-21:00 home; 21:00 strap open; 21:01-21:30 away; 21:30 strap closed; 21:31-Tue 08:00 away"
    made, scope, incidents = story(cell, CURFEW)
    bundle = Tracer(scope, order=made, code_version="t").bundle(
        next(i for i in incidents if i.kind is IncidentKind.CURFEW_ABSENCE)
    )
    silenced = [item for item in bundle.items if CLOCK.us("21:00") < item.t_us < CLOCK.us("21:30")]
    assert len(silenced) == 19  # twenty minutes before the incident, which begins when the strap is closed
    assert {(item.used, item.why, item.p_after) for item in silenced} == {
        (False, "not_used_strap_open", None)
    }


def altered(bundle: EvidenceBundle, number: int, name: str) -> EvidenceBundle:
    item = bundle.items[number]
    value = getattr(item, name)
    new = (
        (not value)
        if isinstance(value, bool)
        else f"{value}x"
        if isinstance(value, str)
        else (value or 0) + 1
    )
    items = (*bundle.items[:number], replace(item, **{name: new}), *bundle.items[number + 1 :])
    return replace(bundle, items=items)


ITEM_FIELDS = [field.name for field in fields(BUNDLES[0].items[0])]


@given(st.integers(0, len(BUNDLES) - 1), st.data())
def test_no_alteration_of_any_item_goes_unseen(place: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(BUNDLES[place].items) - 1))
    changed = list(BUNDLES)
    changed[place] = altered(BUNDLES[place], number, data.draw(st.sampled_from(ITEM_FIELDS)))
    links = chain_hashes(content_hash(bundle.content()) for bundle in changed)
    assert [a == b.chain_hash for a, b in zip(links, BUNDLES, strict=True)] == [
        i < place for i in range(len(BUNDLES))
    ]


def test_a_bundle_that_is_taken_out_or_exchanged_breaks_the_chain() -> None:
    stated = [bundle.chain_hash for bundle in BUNDLES]
    without = chain_bundles(BUNDLES[:1] + BUNDLES[2:])
    assert without[0].chain_hash == stated[0]
    assert without[1].chain_hash != stated[2]
    hashes = [content_hash(bundle.content()) for bundle in BUNDLES]
    assert list(chain_hashes(hashes)) == stated
    assert list(chain_hashes([hashes[1], hashes[0], *hashes[2:]]))[1:] != stated[1:]
    for name in ("parameters", "rule"):
        assert list(chain_hashes([content_hash(replace(BUNDLES[0], **{name: {}}).content())])) != stated[:1]
    assert np.unique(stated).size == len(stated)
