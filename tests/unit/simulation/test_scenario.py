from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from tests.lib.simulated import START, small_simulation
from throughcare.kernel.time import SECOND_US, instant_us
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.status import StatusKind
from throughcare.orders.geometry import Circle
from throughcare.orders.model import Curfew, Order
from throughcare.simulation.errors import Regime
from throughcare.simulation.scenario import simulate
from throughcare.simulation.shapes import inside_polygon
from throughcare.simulation.town import PLANE, SEA_BOX_DEG
from throughcare.simulation.truth import AbsenceKind, PersonTruth


def _first_versions() -> dict[str, Order]:
    return {order.wearer_ref: order for order in reversed(small_simulation().orders)}


def _at_the_address(order: Order, person: PersonTruth) -> np.ndarray:
    """Return for each minute whether the true position lies in the curfew address, from the order's own area."""
    area = order.place("home").area
    east, north = person.east_m.astype(float), person.north_m.astype(float)
    if isinstance(area, Circle):
        x, y = PLANE.to_metres(area.centre[1], area.centre[0])
        return np.asarray(np.hypot(east - x, north - y) <= area.radius_m)
    ring = np.array(area.coordinates[0][:-1])
    x, y = PLANE.to_metres(ring[:, 1], ring[:, 0])
    return inside_polygon(east_m=east, north_m=north, ring=np.column_stack([x, y]))


def _curfewed() -> Iterator[tuple[Order, PersonTruth]]:
    orders = _first_versions()
    for person in small_simulation().truth.people:
        order = orders[person.wearer_ref]
        if any(isinstance(condition, Curfew) for condition in order.conditions):
            yield order, person


def test_true_absences_are_exactly_the_minutes_outside_the_curfew_address() -> None:
    checked = 0
    for order, person in _curfewed():
        minute = person.minute_us
        out = np.zeros(len(minute), dtype=bool)
        for absence in person.absences:
            out |= (minute >= absence.start_us) & (minute < absence.end_us)
        watched = np.zeros(len(minute), dtype=bool)
        for start, end in person.windows:
            watched |= (minute >= start) & (minute < end)
        differ = watched & (out == _at_the_address(order, person))
        assert differ.sum() <= 3, person.wearer_ref  # a crossing on the very minute, or under ten seconds
        checked += int(watched.sum())
    assert checked > 100_000


def test_absences_lie_in_their_windows_and_are_named_for_how_they_lie() -> None:
    kinds: Counter[AbsenceKind] = Counter()
    for _, person in _curfewed():
        for absence in person.absences:
            assert absence.window_start_us <= absence.start_us < absence.end_us <= absence.window_end_us
            starts = absence.start_us <= absence.window_start_us + 10 * SECOND_US
            ends = absence.end_us >= absence.window_end_us - 10 * SECOND_US
            named = absence.kind in (AbsenceKind.LATE_RETURN, AbsenceKind.OUT_ENTIRE)
            assert starts == named
            assert ends == (absence.kind in (AbsenceKind.OUT_AT_END, AbsenceKind.OUT_ENTIRE))
            kinds[absence.kind] += 1
    assert set(kinds) == set(AbsenceKind)


def test_absences_last_from_minutes_to_a_whole_night() -> None:
    minutes = [(a.end_us - a.start_us) / SECOND_US / 60 for _, p in _curfewed() for a in p.absences]
    assert min(minutes) < 8
    assert any(15 < length < 60 for length in minutes)
    assert max(minutes) > 500


def test_people_with_a_curfew_mostly_keep_it() -> None:
    away = sum(a.end_us - a.start_us for _, p in _curfewed() for a in p.absences if not a.authorised)
    watched = sum(end - start for _, p in _curfewed() for start, end in p.windows)
    assert 0.002 < away / watched < 0.08


def test_zone_spans_hold_the_minutes_in_the_zone_and_no_others() -> None:
    orders = _first_versions()
    seen = 0
    for person in small_simulation().truth.people:
        if person.order_kind != "area_exclusion":
            continue
        zone = next(c for c in orders[person.wearer_ref].conditions if c.condition_id == "zone")
        ring = np.array(zone.area.coordinates[0][:-1])  # type: ignore[union-attr]
        x, y = PLANE.to_metres(ring[:, 1], ring[:, 0])
        ring_m = np.column_stack([x, y])
        inside = inside_polygon(east_m=person.east_m * 1.0, north_m=person.north_m * 1.0, ring=ring_m)
        told = np.zeros(len(inside), dtype=bool)
        for item in person.zone_spans:
            told |= (person.minute_us >= item.start_us) & (person.minute_us < item.end_us)
        fitted_us = instant_us(orders[person.wearer_ref].activations[0].from_time)
        assert ((told != inside) & (person.minute_us >= fitted_us)).sum() <= 2
        seen += len(person.zone_spans)
    assert seen >= 2


def test_zones_are_entered_briefly_and_for_long() -> None:
    spans = [s for p in small_simulation().truth.people for s in p.zone_spans if s.what == "inside"]
    minutes = [(s.end_us - s.start_us) / SECOND_US / 60 for s in spans]
    assert min(minutes) < 15
    assert max(minutes) > 30


def test_appointments_are_kept_late_and_missed_and_arrivals_agree() -> None:
    simulation = simulate(seed=5, people=10, days=16, start=START)
    records = [a for p in simulation.truth.people for a in p.appointments]
    assert {a.outcome for a in records} == {"attended", "late", "absent"}
    for item in records:
        assert (item.arrived_us is None) == (item.outcome == "absent")
        if item.arrived_us is not None:
            late_s = (item.arrived_us - item.due_start_us) / SECOND_US
            assert (late_s > 600) == (item.outcome == "late")


def test_the_truth_beside_each_position_is_near_it_unless_the_regime_says_why_not() -> None:
    simulation = small_simulation()
    positions, truth = simulation.positions, simulation.truth.fixes
    assert len(truth.regime) == len(positions)
    east, north = PLANE.to_metres(positions.lat_deg, positions.lon_deg)
    error = np.hypot(east - truth.east_m, north - truth.north_m)
    clean = (truth.regime & ~np.int8(Regime.OVERCONFIDENT | Regime.DUPLICATE)) == 0
    assert np.percentile(error[clean], 50) < 20
    assert np.percentile(error[clean], 99.9) < 400
    assert np.median(error[(truth.regime & Regime.OUTLIER) > 0]) > 50
    assert np.array_equal((truth.regime & Regime.WIFI) > 0, positions.source == Source.WIFI)
    assert np.array_equal((truth.regime & Regime.CELL) > 0, positions.source == Source.CELL)


def test_only_stray_positions_lie_outside_every_activation() -> None:
    simulation = small_simulation()
    worn = {
        a.device_id: a.interval for order in simulation.orders for a in order.activations
    }  # a later version says the same
    positions = simulation.positions
    inside = np.zeros(len(positions), dtype=bool)
    for number, device in enumerate(positions.keys):
        rows = positions.key == number
        interval = worn[device]
        inside[rows] = (positions.t_us[rows] >= interval.start_us) & (positions.t_us[rows] < interval.stop_us)
    stray = (simulation.truth.fixes.regime & Regime.NOT_WORN) > 0
    assert np.array_equal(~inside, stray)
    assert 0 < stray.sum() < 0.001 * len(positions)


def test_no_position_lies_on_land() -> None:
    south, north, west, east = SEA_BOX_DEG
    for batch in (small_simulation().positions, small_simulation().protected):
        assert south < batch.lat_deg.min() <= batch.lat_deg.max() < north
        assert west < batch.lon_deg.min() <= batch.lon_deg.max() < east


def test_the_home_unit_hears_the_tag_at_home_and_not_when_the_person_is_away() -> None:
    simulation = small_simulation()
    readings = simulation.readings
    for index in (10, 20, 30):  # plain curfews with a home unit
        person = simulation.truth.people[index]
        rows = readings.key == readings.keys.index(f"H{index + 1:04d}")
        t, kind = readings.t_us[rows], readings.kind[rows]
        minute = np.clip((t - person.minute_us[0]) // (60 * SECOND_US), 0, len(person.at_home) - 2)
        home, away = (
            person.at_home[minute] & person.at_home[minute + 1],
            ~person.at_home[minute] & ~person.at_home[minute + 1],
        )
        for event in person.device_events:
            if event.what.startswith("unit_") or event.what in {"battery_dead", "device_fault"}:
                home &= ~((t >= event.start_us) & (t < event.end_us))
        heard, missed = kind == StatusKind.RADIO_HEARD, kind == StatusKind.RADIO_MISSED
        assert heard[home].sum() / (heard[home].sum() + missed[home].sum()) > 0.94
        assert heard[away].sum() / (heard[away].sum() + missed[away].sum()) < 0.08


def test_every_kind_of_trouble_happens() -> None:
    events = {e.what for p in small_simulation().truth.people for e in p.device_events}
    tag = {"strap_open", "case_open", "device_fault", "no_network", "battery_dead", "charging"}
    unit = {"unit_silent", "unit_announced", "unit_unplugged", "unit_moved"}
    assert tag | unit <= events
    told = set(small_simulation().readings.kind.tolist())
    assert told == {int(kind) for kind in StatusKind}


def test_drinking_and_proximity_happen_to_those_whose_orders_speak_of_them() -> None:
    people = small_simulation().truth.people
    assert {p.order_kind for p in people if p.drinking} == {"alcohol"}
    assert {p.order_kind for p in people if p.proximity} == {"proximity"}


def test_a_simulation_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        simulate(seed=1, people=0, days=3, start=START)
