"""Compiled orders: what was in force when, as known then; and ids that looking further does not move."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lib.engine_tables import Clock, circle, night, order, rules_of, square
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import HOUR_US, Interval
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import ActivationRules, Rules, compile_rules
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

CLOCK = Clock()
HOMES = {"home": (0.0, 0.0), "friend": (3000.0, 0.0)}


def curfew(hours: str = "19:00-07:00", place: str = "home") -> dict[str, Any]:
    return {"kind": "curfew", "condition_id": "C1", "phases": [{"timetable": night(hours, places=[place])}]}


def first(*conditions: dict[str, Any], **more: Any) -> Order:
    return order(*(conditions or (curfew(),)), homes=HOMES, clock=CLOCK, **more)


def second(*conditions: dict[str, Any], recorded: str, effective: str | None, **more: Any) -> Order:
    times = {"recorded_at": CLOCK.iso(recorded), "effective_from": effective and CLOCK.iso(effective)}
    return first(*conditions, version=2, **times, **more)


def only(rules: Rules) -> ActivationRules:
    (compiled,) = rules.activations.values()
    return compiled


def windows(rules: Rules) -> list[tuple[str, str, list[str], int]]:
    """Return (starts, ends, pieces, version) of every window from Monday to Wednesday, in clock times."""
    return [
        (
            CLOCK.words(w.scheduled.start_us),
            CLOCK.words(w.scheduled.stop_us),
            [f"{CLOCK.words(p.start_us)} to {CLOCK.words(p.stop_us)}" for p in w.pieces],
            w.order_version,
        )
        for c in only(rules).conditions
        for w in c.windows
        if w.pieces and w.scheduled.start_us < CLOCK.us("Wed 12:00")
    ]


def test_a_night_that_the_fitting_of_the_tag_cuts_is_demanded_from_the_fitting_on() -> None:
    rules = rules_of(first(worn_from=CLOCK.iso("21:00")), clock=CLOCK)
    assert windows(rules)[0] == ("Mon 19:00", "Tue 07:00", ["Mon 21:00 to Tue 07:00"], 1)


def test_a_variation_inside_a_night_divides_it_and_each_part_has_its_own_anchor() -> None:
    versions = first(), second(curfew(place="friend"), recorded="12:00", effective="23:00")
    rules = rules_of(*versions, clock=CLOCK)
    assert sorted(windows(rules)[:2], key=lambda row: row[3]) == [
        ("Mon 19:00", "Tue 07:00", ["Mon 19:00 to Mon 23:00"], 1),
        ("Mon 19:00", "Tue 07:00", ["Mon 23:00 to Tue 07:00"], 2),
    ]
    monday = [w for w in only(rules).conditions[0].windows if w.scheduled.start_us == CLOCK.us("19:00")]
    anchors = {w.order_version: CLOCK.words(w.anchor_us) for w in monday if w.pieces}
    assert anchors == {1: "Mon 19:00", 2: "Mon 23:00"}


def test_a_variation_that_leaves_the_night_as_it_was_leaves_one_window() -> None:
    versions = first(), second(curfew(), recorded="12:00", effective="23:00")
    assert windows(rules_of(*versions, clock=CLOCK))[0] == (
        "Mon 19:00", "Tue 07:00", ["Mon 19:00 to Tue 07:00"], 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "ends"), [("Tue 09:59", ["Tue 07:00", "Wed 07:00"]), ("Tue 10:00", ["Tue 06:00", "Wed 06:00"])]
)
def test_what_was_recorded_later_is_not_yet_known(known: str, ends: list[str]) -> None:
    versions = first(), second(curfew("21:00-06:00"), recorded="Tue 10:00", effective=None)
    rules = rules_of(*versions, clock=CLOCK, known_at_us=CLOCK.us(known))
    assert [end for _, end, _, _ in windows(rules)][:2] == ends


def test_rules_known_differently_have_different_ids_and_the_same_orders_the_same() -> None:
    versions = first(), second(curfew("21:00-06:00"), recorded="Tue 10:00", effective=None)
    known = [rules_of(*versions, clock=CLOCK, known_at_us=CLOCK.us(t)) for t in ("Tue 09:00", "Tue 11:00")]
    assert known[0].rules_id != known[1].rules_id
    assert known[0].rules_id == rules_of(versions[0], clock=CLOCK).rules_id
    doubtful = rules_of(versions[0], clock=CLOCK, parameters=Parameters(margin_m=60))
    assert doubtful.rules_id != known[0].rules_id


@pytest.mark.parametrize("earlier_h", [0, 5, 31])
@pytest.mark.parametrize("later_h", [0, 7, 200])
def test_looking_earlier_or_later_moves_no_id_and_no_window(earlier_h: int, later_h: int) -> None:
    versions = first(), second(curfew(place="friend"), recorded="12:00", effective="23:00")
    histories = [history_of(versions)]
    week = rules_of(*versions, clock=CLOCK)
    narrow = Interval(CLOCK.us("Mon 12:00"), CLOCK.us("Wed 12:00"))
    wide = Interval(narrow.start_us - earlier_h * HOUR_US, narrow.stop_us + later_h * HOUR_US)
    seen = [
        compile_rules(histories, parameters=Parameters(), known_at_us=week.known_at_us, within=within)
        for within in (narrow, wide)
    ]
    assert seen[0].rules_id == seen[1].rules_id
    assert [w.watch_id for w in only(seen[0]).watches] == [w.watch_id for w in only(seen[1]).watches]
    found = [
        {
            (w.watch_id, w.scheduled, w.anchor_us)
            for c in only(rules).conditions
            for w in c.windows
            if w.pieces and w.scheduled.stop_us <= narrow.stop_us
        }
        for rules in seen
    ]
    assert found[0]
    assert found[0] <= found[1]


def test_radio_speaks_for_the_address_of_the_home_unit_only() -> None:
    at_home = rules_of(first(home_unit=True), clock=CLOCK)
    at_friends = rules_of(first(curfew(place="friend"), home_unit=True), clock=CLOCK)
    assert [w.radio for w in only(at_home).watches] == [True]
    assert [w.radio for w in only(at_friends).watches] == [False]


def test_allowances_given_beforehand_are_cut_out_and_excuses_are_not() -> None:
    times = {"from_time": CLOCK.iso("20:00"), "to_time": CLOCK.iso("21:00")}
    absence = {"absence_id": "a", "reason": "Work", "authorised_by": "PO", **times}
    later = {"from_time": CLOCK.iso("22:00"), "to_time": CLOCK.iso("23:00")}
    excuse = {"excuse_id": "e", "reason": "medical", "accepted_by": "PO", **later}
    rules = rules_of(first(authorised_absences=[absence], reasonable_excuses=[excuse]), clock=CLOCK)
    assert windows(rules)[0][2] == ["Mon 19:00 to Mon 20:00", "Mon 21:00 to Tue 07:00"]
    assert [a.kind for a in only(rules).conditions[0].allowances] == [
        "authorised_absence",
        "reasonable_excuse",
    ]


@pytest.mark.parametrize(
    ("effective", "allowed"),
    [("Tue 20:30", ["Tue 20:00 to Tue 20:30"]), ("Tue 12:00", []), (None, [])],
)
def test_an_absence_that_a_later_version_withdraws_is_allowed_only_until_then(
    effective: str | None, allowed: list[str]
) -> None:
    times = {"from_time": CLOCK.iso("Tue 20:00"), "to_time": CLOCK.iso("Tue 21:00")}
    absence = {"absence_id": "a", "reason": "Work", "authorised_by": "PO", **times}
    versions = first(authorised_absences=[absence]), second(recorded="Tue 12:00", effective=effective)
    (condition,) = only(rules_of(*versions, clock=CLOCK)).conditions
    intervals = [a.interval for a in condition.allowances]
    assert [f"{CLOCK.words(i.start_us)} to {CLOCK.words(i.stop_us)}" for i in intervals] == allowed


def test_an_absence_that_a_later_version_keeps_is_one_and_an_excuse_may_come_afterwards() -> None:
    times = {"from_time": CLOCK.iso("Tue 20:00"), "to_time": CLOCK.iso("Tue 21:00")}
    absence = {"absence_id": "a", "reason": "Work", "authorised_by": "PO", **times}
    monday = {"from_time": CLOCK.iso("22:00"), "to_time": CLOCK.iso("23:00")}
    excuse = {"excuse_id": "e", "reason": "medical", "accepted_by": "PO", **monday}
    kept = {"authorised_absences": [absence]}
    later = second(recorded="Tue 12:00", effective="Tue 20:30", reasonable_excuses=[excuse], **kept)
    (condition,) = only(rules_of(first(**kept), later, clock=CLOCK)).conditions
    found = [
        (a.kind, CLOCK.words(a.interval.start_us), CLOCK.words(a.interval.stop_us))
        for a in condition.allowances
    ]
    assert found == [
        ("reasonable_excuse", "Mon 22:00", "Mon 23:00"),
        ("authorised_absence", "Tue 20:00", "Tue 21:00"),
    ]


def test_a_zone_with_a_ring_and_a_timed_corridor_is_watched_as_four_areas() -> None:
    corridor = {"reason": "work", "corridor": circle((3000.0, 0.0), 60)}
    timed = corridor | {"from_time": CLOCK.iso("14:00"), "to_time": CLOCK.iso("16:00")}
    zone = {
        "kind": "exclusion_zone",
        "condition_id": "Z1",
        "name": "Square",
        "area": square((3000.0, 0.0), 400),
        "buffer_m": 100,
        "exemptions": [timed],
    }
    rules = rules_of(first(zone), clock=CLOCK)
    kinds = sorted(str(w.kind) for w in only(rules).watches)
    assert kinds == ["zone_buffer", "zone_buffer", "zone_entry", "zone_entry"]
    entry = next(c for c in only(rules).conditions if c.kind is IncidentKind.ZONE_ENTRY)
    monday = [w for w in entry.windows if w.scheduled.start_us <= CLOCK.us("15:00") < w.scheduled.stop_us]
    assert [(CLOCK.words(w.scheduled.start_us), CLOCK.words(w.scheduled.stop_us)) for w in monday] == [
        ("Mon 14:00", "Mon 16:00")
    ]
    assert len({w.watch_id for w in entry.windows}) == 2


def test_two_orders_that_name_one_activation_are_refused() -> None:
    other = Order.model_validate(first().as_json() | {"order_id": "ORD-2"})
    with pytest.raises(RefusedInput, match="in order ORD-1 and in order ORD-2"):
        compile_rules(
            [history_of([first()]), history_of([other])],
            parameters=Parameters(),
            known_at_us=CLOCK.us("Sun 00:00"),
            within=Interval(CLOCK.us("Mon 00:00"), CLOCK.us("Sun 00:00")),
        )


def test_an_order_that_is_not_yet_known_compiles_to_nothing() -> None:
    rules = rules_of(first(), clock=CLOCK, known_at_us=0)
    assert rules.activations == {}
