"""All devices of one person: tags, home unit, alcohol sensor; what they sent and what truly befell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.status import Readings
from throughcare.simulation.alcohol import Drinking, sense
from throughcare.simulation.battery import BatteryLife, live_battery
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.errors import draw_receiver
from throughcare.simulation.models import Models
from throughcare.simulation.movement import Track
from throughcare.simulation.orders import Fitting
from throughcare.simulation.people import Person
from throughcare.simulation.radio import listen
from throughcare.simulation.shapes import Floats
from throughcare.simulation.tags import (
    TagRecord,
    Wearing,
    draw_wearing,
    record,
    record_unlocated,
    stray,
)
from throughcare.simulation.terms import Terms
from throughcare.simulation.town import PlaceKind, Town

Event = tuple[str, float, float]


@dataclass(frozen=True, eq=False)
class DeviceRecords:
    """What the devices sent; ``events`` are true troubles as (what, start, end) in seconds."""

    tags: tuple[TagRecord, ...]
    readings: Readings
    events: tuple[Event, ...]
    drinking: tuple[Drinking, ...]


def run_devices(
    *,
    rng: np.random.Generator,
    models: Models,
    calendar: Calendar,
    town: Town,
    person: Person,
    terms: Terms,
    fittings: list[Fitting],
    track: Track,
    violations: Floats,
) -> DeviceRecords:
    """Return everything that a person's devices sent.

    Parameters
    ----------
    violations : float64 array of shape (k, 2), seconds
        When a geographic rule is truly broken.
    """
    receiver = draw_receiver(rng=rng, model=models.errors)
    tags: list[TagRecord] = []
    readings: list[Readings] = []
    events: list[Event] = []
    quiet: list[Floats] = []
    for fitting in fittings:
        wearing = draw_wearing(
            rng=rng, model=models.tag, receiver=receiver, device_id=fitting.device_id,
            from_s=fitting.from_s, to_s=fitting.to_s,
        )  # fmt: skip
        battery = live_battery(
            rng=rng, model=models.battery, calendar=calendar, track=track,
            from_s=fitting.from_s, to_s=fitting.to_s,
        )  # fmt: skip
        if terms.located:
            sent = record(
                rng=rng, model=models.tag, errors=models.errors, calendar=calendar, wearing=wearing,
                battery=battery, track=track, home_class=person.home_class, violations=violations,
            )  # fmt: skip
            depot = town.of_kind(PlaceKind.PROBATION_OFFICE)[0].centre
            tags += [stray(rng=rng, calendar=calendar, wearing=wearing, at=depot), sent]
        else:
            sent = record_unlocated(rng=rng, model=models.tag, wearing=wearing, battery=battery)
        readings.append(_readings(calendar, fitting.device_id, sent))
        quiet += [battery.dead, wearing.faults]
        events += _events(wearing, battery)
    unit, unit_events = _home_unit(rng, models, calendar, town, person, terms, fittings, track, quiet)
    alcohol, drinking = _alcohol(rng, models, calendar, person, terms, fittings[0])
    whole = Readings.concat([*readings, *unit, *alcohol])
    return DeviceRecords(tuple(tags), whole, (*events, *unit_events), drinking)


def _readings(calendar: Calendar, key: str, sent: TagRecord) -> Readings:
    rows = sent.readings
    return build_readings(
        calendar=calendar,
        key=key,
        t_s=np.array([row[0] for row in rows], dtype=np.float64),
        kind=np.array([int(row[1]) for row in rows], dtype=np.int64),
        value=np.array([row[2] for row in rows], dtype=np.float64),
        received_s=np.array(sent.received, dtype=np.float64),
    )


def build_readings(
    *, calendar: Calendar, key: str, t_s: Floats, kind: np.ndarray, value: Floats, received_s: Floats
) -> Readings:
    """Return readings of one device or unit, in order of arrival, to the whole second."""
    order = np.lexsort((kind, t_s, received_s))
    start_us = calendar.start_us
    return Readings.build(
        key=np.zeros(len(t_s), dtype=np.int64),
        keys=(key,),
        t_us=start_us + np.rint(t_s[order]).astype(np.int64) * SECOND_US,
        kind=kind[order],
        value=value[order],
        received_us=start_us + np.rint(received_s[order]).astype(np.int64) * SECOND_US,
    )


def _events(wearing: Wearing, battery: BatteryLife) -> list[Event]:
    named = (
        ("strap_open", wearing.strap),
        ("case_open", wearing.case),
        ("device_fault", wearing.faults),
        ("no_network", wearing.blackouts),
        ("battery_dead", battery.dead),
        ("charging", battery.charging),
    )
    return [(what, start, end) for what, spans in named for start, end in spans.tolist()]


def _home_unit(
    rng: np.random.Generator,
    models: Models,
    calendar: Calendar,
    town: Town,
    person: Person,
    terms: Terms,
    fittings: list[Fitting],
    track: Track,
    quiet: list[Floats],
) -> tuple[list[Readings], list[Event]]:
    if not terms.home_unit:
        return [], []
    house = town.buildings.footprint(person.home_building)
    middle = house.mean(axis=0)
    corner = house[int(rng.integers(0, 4))]
    east, north = (middle + (corner - middle) * rng.uniform(0, 0.7)).tolist()
    unit = listen(
        rng=rng,
        model=models.radio,
        track=track,
        unit_at=(east, north),
        from_s=fittings[0].from_s,
        to_s=fittings[-1].to_s,
        tag_silent=tuple(quiet),
    )
    readings = build_readings(
        calendar=calendar,
        key=f"H{person.index + 1:04d}",
        t_s=unit.t_s,
        kind=unit.kind,
        value=np.full(len(unit.t_s), np.nan),
        received_s=unit.received_s,
    )
    return [readings], [(f"unit_{what}", start, end) for what, start, end in unit.troubles]


def _alcohol(
    rng: np.random.Generator,
    models: Models,
    calendar: Calendar,
    person: Person,
    terms: Terms,
    fitting: Fitting,
) -> tuple[list[Readings], tuple[Drinking, ...]]:
    if not terms.alcohol:
        return [], ()
    certain = (1,) if person.index < 10 else ()
    sensed = sense(
        rng=rng,
        model=models.alcohol,
        calendar=calendar,
        from_s=fitting.from_s,
        to_s=fitting.to_s,
        certain_days=certain,
    )
    readings = build_readings(
        calendar=calendar,
        key=fitting.device_id,
        t_s=sensed.t_s,
        kind=sensed.kind,
        value=sensed.value,
        received_s=np.ceil((sensed.t_s + 30.0) / 1800.0) * 1800.0,
    )
    return [readings], sensed.drinking
