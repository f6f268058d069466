from __future__ import annotations

import datetime as dt
from itertools import groupby

import numpy as np

from tests.lib.simulated import START, small_simulation
from throughcare.kernel.time import Interval, instant_us, local_datetime
from throughcare.orders.document import dump_orders, load_orders
from throughcare.orders.history import OrderHistory, history_of
from throughcare.orders.model import Attendance, Curfew, Order, Zone
from throughcare.orders.statutory import check_statutory
from throughcare.orders.vocabulary import ConditionKind
from throughcare.simulation.schedule import clip, minus
from throughcare.simulation.town import TIME_ZONE


def _histories() -> list[OrderHistory]:
    orders = small_simulation().orders
    return [history_of(list(group)) for _, group in groupby(orders, key=lambda order: order.order_id)]


def test_every_order_is_whole_and_survives_being_written_and_read() -> None:
    loaded = load_orders(dump_orders(_histories()), where="orders.json")
    assert loaded.refusals == ()
    assert loaded.histories == tuple(_histories())
    assert len(loaded.histories) == 40


def test_no_order_breaks_the_law() -> None:
    findings = [f for order in small_simulation().orders for f in check_statutory(order)]
    assert [f.rule_id for f in findings if f.severity == "unlawful"] == []


def test_the_first_twenty_people_show_every_kind_of_condition_and_every_turn_an_order_takes() -> None:
    orders = [order for order in small_simulation().orders if order.wearer_ref <= "W0020"]
    kinds = {condition.kind for order in orders for condition in order.conditions}
    assert kinds == set(ConditionKind)
    assert any(order.authorised_absences for order in orders)
    assert any(order.reasonable_excuses for order in orders)
    assert any(order.suspensions for order in orders)
    assert any(order.effective_from for order in orders)
    assert any(len(order.activations) == 2 for order in orders)
    curfews = [c for order in orders for c in order.conditions if isinstance(c, Curfew)]
    assert any(len(curfew.phases) == 2 for curfew in curfews)
    zones = [c for order in orders for c in order.conditions if isinstance(c, Zone)]
    assert {zone.area.type for zone in zones} == {"Circle", "Polygon"}
    assert any(zone.timetable for zone in zones)
    assert any(zone.buffer_m > 0 for zone in zones)
    assert any(isinstance(c, Attendance) for order in orders for c in order.conditions)


def test_devices_home_units_and_positions_carry_the_names_in_the_order() -> None:
    simulation = small_simulation()
    activations = [a for order in simulation.orders for a in order.activations]
    devices = {a.device_id for a in activations}
    units = {a.home_unit_id for a in activations if a.home_unit_id is not None}
    assert set(simulation.positions.keys) <= devices
    assert set(simulation.readings.keys) == devices | units
    assert not set(simulation.protected.keys) & devices


def test_a_protected_persons_reference_is_the_key_of_their_positions() -> None:
    simulation = small_simulation()
    refs = {
        condition.protected_ref
        for order in simulation.orders
        for condition in order.conditions
        if condition.kind is ConditionKind.VICTIM_PROXIMITY
    }
    assert set(simulation.protected.keys) == refs
    assert len(refs) == 4


def test_an_excuse_is_recorded_after_the_time_it_excuses() -> None:
    for history in _histories():
        for order in history.versions:
            for excuse in order.reasonable_excuses:
                assert order.recorded_at > excuse.to_time


def test_a_variation_takes_effect_at_a_noon_and_changes_the_hours() -> None:
    varied = [order for order in small_simulation().orders if order.effective_from is not None]
    for order in varied:
        assert order.effective_from is not None
        assert local_datetime(instant_us(order.effective_from), TIME_ZONE).time() == dt.time(12)
    assert len(varied) == 4


def test_a_night_over_the_spring_clock_change_is_an_hour_short() -> None:
    change = dt.date(2026, 3, 29)
    assert change - START == dt.timedelta(days=6)
    lengths = {
        round(Interval(a, b).seconds() / 3600)
        for person in small_simulation().truth.people
        if person.order_kind == "curfew"
        for a, b in person.windows
        if local_datetime(a, TIME_ZONE).date() == change - dt.timedelta(days=1)
    }
    ordinary = {
        round(Interval(a, b).seconds() / 3600)
        for person in small_simulation().truth.people
        if person.order_kind == "curfew"
        for a, b in person.windows
        if local_datetime(a, TIME_ZONE).date() == change
    }
    assert {length + 1 for length in lengths} == ordinary


def test_spans_are_cut_and_taken_off_exactly() -> None:
    assert minus([(0.0, 10.0), (20.0, 30.0)], [(5.0, 22.0), (25.0, 26.0)]) == [
        (0.0, 5.0),
        (22.0, 25.0),
        (26.0, 30.0),
    ]
    assert clip([(0.0, 10.0), (20.0, 30.0)], 5.0, 20.0) == [(5.0, 10.0)]


def test_orders_begin_before_the_first_position_of_the_person() -> None:
    simulation = small_simulation()
    first: Order = simulation.orders[0]
    assert (
        instant_us(first.recorded_at) < simulation.calendar.start_us <= int(np.min(simulation.positions.t_us))
    )
