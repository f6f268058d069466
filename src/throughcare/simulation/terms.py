"""The terms of an invented order: its conditions, and the same in the town's metres for the person to live by.

Ten kinds of order take turns by the person's number, so that even a small simulation shows every condition.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from throughcare.orders.model import (
    Alcohol,
    AnyCondition,
    Attendance,
    Curfew,
    Phase,
    Place,
    Span,
    Trail,
    VictimProximity,
    Zone,
)
from throughcare.orders.vocabulary import ConditionKind, Weekday
from throughcare.simulation.areas import Area, ring_area
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.network import Router
from throughcare.simulation.people import Person
from throughcare.simulation.shapes import blob, resample
from throughcare.simulation.town import PlaceKind, Town, TownPlace

_HOME, _OFFICE = "home", "probation-office"
_WEEKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
_WEEKEND = (Weekday.SATURDAY, Weekday.SUNDAY)
NEAR_M, WARNING_M = 300.0, 600.0
ABSTINENCE_DAYS = 120  # the longest abstinence requirement of a community order
_LOCATED_CURFEW_M = (60.0, 90.0)  # without a home unit the address is a wide circle, as in research D6


class Kind(StrEnum):
    """The kinds of invented order, in the order in which they take turns."""

    CURFEW = "curfew"
    VARIED_CURFEW = "varied_curfew"
    SCHOOL_EXCLUSION = "school_exclusion"
    AREA_EXCLUSION = "area_exclusion"
    ALCOHOL = "alcohol"
    PROXIMITY = "proximity"
    RESTRICTION = "restriction"
    VARIATION = "variation"
    TRAIL = "trail"
    GPS_CURFEW = "gps_curfew"


@dataclass(frozen=True, eq=False)
class Terms:
    """What an order asks of a person.

    Parameters
    ----------
    conditions, later_conditions : tuple of conditions
        As first ordered; and after the variation, where there is one.
    home_area : Area
        The curfew address: house and garden.
    keep_out, keep_in : Area or None
        The exclusion zone; the inclusion or restriction zone.
    office : TownPlace or None
        Where appointments are.
    protected_home : int or None
        Row of the buildings where the protected person lives.
    home_unit, located, alcohol : bool
        Whether there is a home unit, a tag that finds its position, an alcohol sensor.
    """

    kind: Kind
    conditions: tuple[AnyCondition, ...]
    places: tuple[Place, ...]
    home_area: Area
    later_conditions: tuple[AnyCondition, ...] | None = None
    keep_out: Area | None = None
    keep_in: Area | None = None
    office: TownPlace | None = None
    office_area: Area | None = None
    protected_home: int | None = None
    home_unit: bool = False
    located: bool = True
    alcohol: bool = False


def kind_of(index: int) -> Kind:
    """Return the kind of order of person number ``index``."""
    return list(Kind)[index % len(Kind)]


def draw_terms(
    *, rng: np.random.Generator, town: Town, router: Router, person: Person, calendar: Calendar
) -> Terms:
    """Return the terms of one person's order."""
    writer = _Writer(rng, town, router, person, calendar)
    return writer.write(kind_of(person.index))


def _spans(days: tuple[Weekday, ...], start: str, end: str, place: str = _HOME) -> tuple[Span, ...]:
    hour, minute = (int(part) for part in start.split(":"))
    places = (place,) if place else ()
    return tuple(Span(day=day, start=dt.time(hour, minute), end=end, place_ids=places) for day in days)


@dataclass(eq=False)
class _Writer:
    rng: np.random.Generator
    town: Town
    router: Router
    person: Person
    calendar: Calendar

    def write(self, kind: Kind) -> Terms:
        """Return the terms of an order of this kind."""
        makers = {
            Kind.CURFEW: self._plain_curfew,
            Kind.VARIED_CURFEW: self._varied_curfew,
            Kind.SCHOOL_EXCLUSION: self._school_exclusion,
            Kind.AREA_EXCLUSION: self._area_exclusion,
            Kind.ALCOHOL: self._alcohol,
            Kind.PROXIMITY: self._proximity,
            Kind.RESTRICTION: self._restriction,
            Kind.VARIATION: self._variation,
            Kind.TRAIL: self._trail,
            Kind.GPS_CURFEW: self._gps_curfew,
        }
        return makers[kind]()

    def _plain_curfew(self) -> Terms:
        area = self._home_area()
        return Terms(Kind.CURFEW, (self._curfew(self._nightly()),), (self._home(area),), area, home_unit=True)

    def _varied_curfew(self) -> Terms:
        area = self._home_area()
        change = self.calendar.date(max(1, self.calendar.days // 2))
        first = _spans(_WEEKDAYS, "19:30", "06:30") + _spans(_WEEKEND, "20:00", "08:00")
        first += _spans((Weekday.SUNDAY,), "13:00", "15:00")
        second = _spans(_WEEKDAYS, "21:00", "06:00") + _spans(_WEEKEND, "22:00", "08:00")
        phases = (
            Phase(start_date=self.calendar.start, end_date=change - dt.timedelta(days=1), timetable=first),
            Phase(start_date=change, timetable=second),
        )
        curfew = Curfew(condition_id="curfew", start_date=self.calendar.start, phases=phases)
        return Terms(Kind.VARIED_CURFEW, (curfew,), (self._home(area),), area, home_unit=True)

    def _school_exclusion(self) -> Terms:
        area = self._home_area()
        school, zone_area = self._far_zone(list(self.town.of_kind(PlaceKind.SCHOOL)), circle=True)
        hours = _spans(_WEEKDAYS, "07:30", "18:00", "") if self.rng.random() < 0.4 else ()
        zone = self._zone(ConditionKind.EXCLUSION_ZONE, school.name, zone_area, hours, buffer_m=50.0)
        conditions = (self._curfew(self._nightly()), zone)
        return Terms(
            Kind.SCHOOL_EXCLUSION,
            conditions,
            (self._home(area),),
            area,
            keep_out=zone_area,
            home_unit=True,
        )

    def _area_exclusion(self) -> Terms:
        area = self._home_area()
        pubs = [p for p in self.town.places if p.kind in {PlaceKind.PUB, PlaceKind.SHOP, PlaceKind.PARK}]
        place, zone_area = self._far_zone(pubs, circle=False)
        zone = self._zone(
            ConditionKind.EXCLUSION_ZONE, f"Streets about {place.name}", zone_area, (), buffer_m=0.0
        )
        office, office_area = self._office()
        conditions = (zone, self._attendance())
        places = (self._home(area), self._office_place(office, office_area))
        return Terms(
            Kind.AREA_EXCLUSION,
            conditions,
            places,
            area,
            keep_out=zone_area,
            office=office,
            office_area=office_area,
        )

    def _alcohol(self) -> Terms:
        area = self._home_area()
        level = (self.person.index // len(Kind)) % 2 == 1
        alcohol = Alcohol(
            condition_id="alcohol",
            start_date=self.calendar.start,
            end_date=self.calendar.start + dt.timedelta(days=ABSTINENCE_DAYS - 1),
            monitoring="level" if level else "abstinence",
            level_limit_pct=0.08 if level else None,
        )
        conditions = (self._curfew(self._nightly()), alcohol)
        return Terms(
            Kind.ALCOHOL, conditions, (self._home(area),), area, home_unit=True, located=False, alcohol=True
        )

    def _proximity(self) -> Terms:
        area = self._home_area()
        row, zone_area = self._protected_home()
        zone = self._zone(ConditionKind.EXCLUSION_ZONE, "Protected address", zone_area, (), buffer_m=100.0)
        near = VictimProximity(
            condition_id="proximity",
            start_date=self.calendar.start,
            protected_ref=f"P{self.person.index + 1:04d}",
            distance_m=NEAR_M,
            warning_m=WARNING_M,
        )
        return Terms(
            Kind.PROXIMITY,
            (zone, near),
            (self._home(area),),
            area,
            keep_out=zone_area,
            protected_home=row,
        )

    def _restriction(self) -> Terms:
        area = self._home_area()
        stay = Area(centre=self.person.home.centre, radius_m=float(self.rng.uniform(650, 950)))
        restriction = self.person.index // len(Kind) % 2 == 0
        kind = ConditionKind.RESTRICTION_ZONE if restriction else ConditionKind.INCLUSION_ZONE
        hours = () if restriction else _spans((*_WEEKDAYS, *_WEEKEND), "18:00", "24:00", "")
        zone = self._zone(kind, "Streets about home", stay, hours, buffer_m=0.0)
        return Terms(Kind.RESTRICTION, (zone,), (self._home(area),), area, keep_in=stay)

    def _variation(self) -> Terms:
        area = self._home_area()
        first = self._curfew(_spans((*_WEEKDAYS, *_WEEKEND), "19:00", "07:00"))
        second = self._curfew(
            _spans(_WEEKDAYS, "20:00", "06:00") + _spans(_WEEKEND, "21:00", "07:30"),
        )
        return Terms(
            Kind.VARIATION,
            (first,),
            (self._home(area),),
            area,
            later_conditions=(second,),
            home_unit=True,
        )

    def _trail(self) -> Terms:
        area = self._home_area()
        office, office_area = self._office()
        trail = Trail(condition_id="trail", start_date=self.calendar.start)
        places = (self._home(area), self._office_place(office, office_area))
        conditions = (trail, self._attendance())
        return Terms(Kind.TRAIL, conditions, places, area, office=office, office_area=office_area)

    def _gps_curfew(self) -> Terms:
        area = Area(centre=self.person.home.centre, radius_m=float(self.rng.uniform(*_LOCATED_CURFEW_M)))
        office, office_area = self._office()
        conditions = (self._curfew(self._nightly()), self._attendance())
        places = (self._home(area), self._office_place(office, office_area))
        return Terms(Kind.GPS_CURFEW, conditions, places, area, office=office, office_area=office_area)

    def _home_area(self) -> Area:
        """Return the plot of the house, or (in one order of four) a circle drawn round it."""
        plot = self.town.buildings.plot(self.person.home_building)
        if self.rng.random() < 0.75:
            return ring_area(plot)
        east, north = plot.mean(axis=0).tolist()
        return Area(centre=(east, north), radius_m=float(self.rng.uniform(25, 45)))

    def _home(self, area: Area) -> Place:
        return Place(place_id=_HOME, label=self.person.home.name, area=area.geometry())

    def _office(self) -> tuple[TownPlace, Area]:
        office = self.town.of_kind(PlaceKind.PROBATION_OFFICE)[0]
        return office, Area(centre=office.centre, radius_m=45.0)

    def _office_place(self, office: TownPlace, area: Area) -> Place:
        return Place(place_id=_OFFICE, label=office.name, area=area.geometry())

    def _nightly(self) -> tuple[Span, ...]:
        start, end = (("19:00", "07:00"), ("19:00", "07:00"), ("20:00", "06:00"), ("21:00", "07:00"))[
            int(self.rng.integers(0, 4))
        ]
        return _spans((*_WEEKDAYS, *_WEEKEND), start, end)

    def _curfew(self, timetable: tuple[Span, ...]) -> Curfew:
        phase = Phase(start_date=self.calendar.start, timetable=timetable)
        return Curfew(condition_id="curfew", start_date=self.calendar.start, phases=(phase,))

    def _attendance(self) -> Attendance:
        day = ("MO", "TU", "WE", "TH")[int(self.rng.integers(0, 4))]
        return Attendance(
            condition_id="attendance",
            start_date=self.calendar.start,
            purpose="Supervision appointment",
            place_id=_OFFICE,
            recurrence=f"FREQ=WEEKLY;BYDAY={day}",
            start=dt.time(int(self.rng.integers(10, 16)), int(self.rng.choice([0, 30]))),
            duration_min=45,
        )

    def _zone(
        self, kind: ConditionKind, name: str, area: Area, hours: tuple[Span, ...], *, buffer_m: float
    ) -> Zone:
        return Zone(
            condition_id="zone",
            kind=kind,
            start_date=self.calendar.start,
            name=name,
            area=area.geometry(),
            buffer_m=buffer_m,
            timetable=hours,
        )

    def _far_zone(self, candidates: list[TownPlace], *, circle: bool) -> tuple[TownPlace, Area]:
        """Return a zone away from home that does not lie on the way to work, where one can be found."""
        order = self.rng.permutation(len(candidates)).tolist()
        best: tuple[int, TownPlace, Area] | None = None
        for i in order[:25]:
            place = candidates[i]
            area = self._zone_about(place, circle=circle)
            score = self._trouble(area)
            if best is None or score < best[0]:
                best = (score, place, area)
            if score == 0:
                break
        assert best is not None
        return best[1], best[2]

    def _zone_about(self, place: TownPlace, *, circle: bool) -> Area:
        if circle:
            return Area(centre=place.centre, radius_m=float(np.round(self.rng.uniform(150, 260))))
        radius_m = float(self.rng.uniform(120, 220))
        return ring_area(blob(centre=place.centre, radius_m=radius_m, rng=self.rng, corners=14))

    def _trouble(self, area: Area) -> int:
        """Return how badly a zone clashes with the person's life: home near it, work or the way to it inside."""
        (x, y), (cx, cy) = self.person.home.centre, area.centre
        trouble = 4 if float(np.hypot(x - cx, y - cy)) < 480 else 0
        ends = [self.town.of_kind(PlaceKind.PROBATION_OFFICE)[0]]
        ends += [self.person.work] if self.person.work is not None else []
        for end in ends:
            for driving in (False, True):
                way = resample(self.router.path(self.person.home.spot, end.spot, driving=driving), 10.0)
                trouble += int(bool(area.contains(way[:, 0], way[:, 1]).any()))
        return trouble

    def _protected_home(self) -> tuple[int, Area]:
        best: tuple[int, int, Area] | None = None
        for row in self.rng.choice(self.town.homes, 25, replace=False).tolist():
            centre = self.town.as_home(row).centre
            area = self._shifted(centre)
            (x, y) = self.person.home.centre
            near = float(np.hypot(x - centre[0], y - centre[1])) < 1.5 * WARNING_M
            score = self._trouble(area) + (3 if near else 0)
            if best is None or score < best[0]:
                best = (score, int(row), area)
        assert best is not None
        return best[1], best[2]

    def _shifted(self, centre: tuple[float, float]) -> Area:
        """Return a zone that holds a protected home without giving it away by its middle."""
        turn, away_m = float(self.rng.uniform(0, 2 * np.pi)), float(self.rng.uniform(60, 130))
        middle = (centre[0] + away_m * np.cos(turn), centre[1] + away_m * np.sin(turn))
        return Area(centre=(float(middle[0]), float(middle[1])), radius_m=220.0)
