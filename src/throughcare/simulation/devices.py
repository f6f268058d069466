"""All devices of one person: tags, home unit, alcohol sensor; what they sent and what truly befell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.status import Readings
from throughcare.simulation import showcase
from throughcare.simulation.alcohol import Drinking, sense
from throughcare.simulation.battery import BatteryLife, live_battery
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.errors import Receiver, draw_receiver
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
    worn = _Worn(rng, models, calendar, town, person, terms, track)
    receiver = draw_receiver(rng=rng, model=models.errors)
    tags: list[TagRecord] = []
    readings: list[Readings] = []
    events: list[Event] = []
    quiet: list[Floats] = []
    for fitting in fittings:
        wearing, battery = worn.fit(fitting, receiver)
        sent = worn.sent(wearing, battery, violations)
        tags += sent
        readings += [worn.statuses(fitting.device_id, part) for part in sent]
        quiet += [battery.dead, wearing.faults]
        events += _events(wearing, battery)
    if terms.home_unit:
        unit, unit_events = worn.home_unit(fittings[0].from_s, fittings[-1].to_s, quiet)
        readings.append(unit)
        events += unit_events
    drinking: tuple[Drinking, ...] = ()
    if terms.alcohol:
        sensor, drinking = worn.alcohol(fittings[0])
        readings.append(sensor)
    located = tuple(tag for tag in tags if len(tag.positions))
    return DeviceRecords(located, Readings.concat(readings), tuple(events), drinking)


@dataclass(eq=False)
class _Worn:
    """The devices of one person, with everything that they share."""

    rng: np.random.Generator
    models: Models
    calendar: Calendar
    town: Town
    person: Person
    terms: Terms
    track: Track

    def fit(self, fitting: Fitting, receiver: Receiver) -> tuple[Wearing, BatteryLife]:
        """Return a tag's accidents and its battery over its time on the person."""
        wearing = draw_wearing(
            rng=self.rng,
            model=self.models.tag,
            receiver=receiver,
            device_id=fitting.device_id,
            from_s=fitting.from_s,
            to_s=fitting.to_s,
            certain=self._certain,
        )
        battery = live_battery(
            rng=self.rng,
            model=self.models.battery,
            calendar=self.calendar,
            track=self.track,
            from_s=fitting.from_s,
            to_s=fitting.to_s,
        )
        return wearing, battery

    def sent(self, wearing: Wearing, battery: BatteryLife, violations: Floats) -> list[TagRecord]:
        """Return what a tag sent, its stray positions before it was fitted with it."""
        if not self.terms.located:
            return [record_unlocated(rng=self.rng, model=self.models.tag, wearing=wearing, battery=battery)]
        depot = self.town.of_kind(PlaceKind.PROBATION_OFFICE)[0].centre
        before = stray(rng=self.rng, calendar=self.calendar, wearing=wearing, at=depot)
        sent = record(
            rng=self.rng,
            model=self.models.tag,
            errors=self.models.errors,
            calendar=self.calendar,
            wearing=wearing,
            battery=battery,
            track=self.track,
            home_class=self.person.home_class,
            violations=violations,
        )
        return [before, sent]

    def statuses(self, device_id: str, sent: TagRecord) -> Readings:
        """Return a tag's statuses as readings."""
        rows = sent.readings
        return self._readings(
            key=device_id,
            t_s=np.array([row[0] for row in rows], dtype=np.float64),
            kind=np.array([int(row[1]) for row in rows], dtype=np.int64),
            value=np.array([row[2] for row in rows], dtype=np.float64),
            received_s=np.array(sent.received, dtype=np.float64),
        )

    def home_unit(self, from_s: float, to_s: float, quiet: list[Floats]) -> tuple[Readings, list[Event]]:
        """Return what the home unit sent, and its troubles; it stands somewhere in the house."""
        house = self.town.buildings.footprint(self.person.home_building)
        middle = house.mean(axis=0)
        corner = house[int(self.rng.integers(0, 4))]
        east, north = (middle + (corner - middle) * self.rng.uniform(0, 0.7)).tolist()
        unit = listen(
            rng=self.rng,
            model=self.models.radio,
            track=self.track,
            unit_at=(east, north),
            from_s=from_s,
            to_s=to_s,
            tag_silent=tuple(quiet),
            certain=self._certain,
        )
        readings = self._readings(
            key=f"H{self.person.index + 1:04d}",
            t_s=unit.t_s,
            kind=unit.kind,
            value=np.full(len(unit.t_s), np.nan),
            received_s=unit.received_s,
        )
        return readings, [(f"unit_{what}", start, end) for what, start, end in unit.troubles]

    def alcohol(self, fitting: Fitting) -> tuple[Readings, tuple[Drinking, ...]]:
        """Return the alcohol sensor's readings, and the true drinking."""
        sensed = sense(
            rng=self.rng,
            model=self.models.alcohol,
            calendar=self.calendar,
            from_s=fitting.from_s,
            to_s=fitting.to_s,
            certain_days=(1,) if self.person.index < showcase.PEOPLE else (),
            certain_cover=self._certain("covered"),
        )
        readings = self._readings(
            key=fitting.device_id,
            t_s=sensed.t_s,
            kind=sensed.kind,
            value=sensed.value,
            received_s=np.ceil((sensed.t_s + 30.0) / 1800.0) * 1800.0,
        )
        return readings, sensed.drinking

    def _certain(self, what: str) -> Floats:
        return showcase.certain_trouble(index=self.person.index, what=what, calendar=self.calendar)

    def _readings(
        self, *, key: str, t_s: Floats, kind: NDArray[np.int64], value: Floats, received_s: Floats
    ) -> Readings:
        """Return readings of one device or unit, in order of arrival, to the whole second."""
        order = np.lexsort((kind, t_s, received_s))
        start_us = self.calendar.start_us
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
