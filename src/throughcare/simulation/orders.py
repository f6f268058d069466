"""From terms to valid :class:`~throughcare.orders.model.Order` objects, with everything that happens to orders.

Activations and device swaps, authorised absences, a suspension, a variation (second version), and excuses
accepted afterwards (a later version, recorded later).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import utc_datetime
from throughcare.orders.model import (
    Activation,
    Alcohol,
    AuthorisedAbsence,
    Order,
    ReasonableExcuse,
    Suspension,
)
from throughcare.orders.vocabulary import (
    ExcuseReason,
    LegalBasis,
    NotifyingOrganisation,
    OrderType,
    ResponsibleOrganisation,
    SentenceType,
    VariationType,
)
from throughcare.simulation.calendar import HOUR_S, Calendar
from throughcare.simulation.people import Person
from throughcare.simulation.schedule import Spans, clip, minus
from throughcare.simulation.terms import Kind, Terms

_LEGAL = {
    Kind.CURFEW: (OrderType.COMMUNITY, LegalBasis.COMMUNITY_ORDER_REQUIREMENT, SentenceType.COMMUNITY),
    Kind.ALCOHOL: (OrderType.COMMUNITY, LegalBasis.COMMUNITY_ORDER_REQUIREMENT, SentenceType.COMMUNITY),
    Kind.VARIED_CURFEW: (OrderType.BAIL, LegalBasis.BAIL_ORDER, SentenceType.BAIL),
    Kind.PROXIMITY: (OrderType.BAIL, LegalBasis.BAIL_ORDER, SentenceType.BAIL),
}
_POST_RELEASE = (
    OrderType.POST_RELEASE,
    LegalBasis.LICENCE_CONDITION,
    SentenceType.STANDARD_DETERMINATE,
)


@dataclass(frozen=True, slots=True)
class Fitting:
    """One device on the person, from one second to another; the unit is the home unit beside it."""

    device_id: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Allowances:
    """What the order allows: authorised absences and a suspension, as (start, end) seconds."""

    authorised: tuple[tuple[float, float], ...] = ()
    suspended: tuple[tuple[float, float], ...] = ()


def draw_fittings(
    *, rng: np.random.Generator, person: Person, terms: Terms, calendar: Calendar
) -> list[Fitting]:
    """Return the person's devices: one, or two where a tag had to be replaced half-way."""
    letter = "A" if terms.alcohol else "G"
    number = f"{letter}{person.index + 1:04d}"
    begin = round(float(rng.uniform(9.5, 14.5)) * HOUR_S)
    end = calendar.end_s
    if terms.kind is not Kind.GPS_CURFEW or calendar.days < 4:
        return [Fitting(f"{number}-1", begin, end)]
    swap = round(calendar.midnight_s(calendar.days // 2) + 11 * HOUR_S)
    return [Fitting(f"{number}-1", begin, swap), Fitting(f"{number}-2", swap + 1200, end)]


def draw_allowances(
    *, rng: np.random.Generator, terms: Terms, calendar: Calendar, windows: Spans
) -> Allowances:
    """Return an evening allowed in some curfews, and the suspended nights of a varied order."""
    if not windows:
        return Allowances()
    authorised: list[tuple[float, float]] = []
    if terms.kind is Kind.VARIED_CURFEW or rng.random() < 0.1:
        start, end = windows[min(2, len(windows) - 1)]
        if end - start > 6 * HOUR_S:
            authorised.append((round(start) + 1800.0, round(start) + 4.5 * HOUR_S))
    suspended: list[tuple[float, float]] = []
    if terms.kind is Kind.VARIATION:
        first = min(4, calendar.days - 1)
        noon = calendar.civil_s(first, dt.time(12))
        suspended.append((noon, calendar.civil_s(first + 2, dt.time(12))))
    return Allowances(tuple(authorised), tuple(suspended))


def change_day(calendar: Calendar) -> int:
    """Return the day at whose noon a variation takes effect."""
    return max(1, calendar.days // 2)


def running(*, windows: Spans, allowances: Allowances, fittings: list[Fitting]) -> Spans:
    """Return the windows that are monitored: a device is on, and no suspension holds."""
    on = [part for f in fittings for part in clip(windows, f.from_s, f.to_s)]
    return minus(sorted(on), list(allowances.suspended))


def write_orders(
    *,
    person: Person,
    terms: Terms,
    calendar: Calendar,
    fittings: list[Fitting],
    allowances: Allowances,
) -> tuple[Order, ...]:
    """Return the versions of the person's order, oldest first: the first, and the variation where there is one."""
    writer = _Writer(person, terms, calendar, tuple(fittings), allowances)
    if terms.later_conditions is None:
        return (writer.first(),)
    return writer.first(), writer.varied()


def with_excuses(*, orders: tuple[Order, ...], excused: Spans, calendar: Calendar) -> tuple[Order, ...]:
    """Return the versions with a further one that records excuses accepted for time already passed."""
    if not excused:
        return orders

    def at(t_s: float) -> dt.datetime:
        return utc_datetime(calendar.to_us(t_s))

    excuses = tuple(
        ReasonableExcuse(
            excuse_id=f"excuse-{number}",
            condition_ids=("curfew",),
            from_time=at(start),
            to_time=at(end),
            reason=(ExcuseReason.MEDICAL, ExcuseReason.WORK_AT_SHORT_NOTICE)[number % 2],
            proof="Appointment card seen" if number % 2 == 0 else "Employer's letter seen",
            accepted_by="Monitoring centre",
        )
        for number, (start, end) in enumerate(excused)
    )
    changes = {
        "version": orders[-1].version + 1,
        "recorded_at": at(excused[-1][1] + 86_400),
        "variation_types": (VariationType.OTHER,),
        "reasonable_excuses": excuses,
    }
    return (*orders, Order.model_validate(orders[-1].model_dump() | changes))


@dataclass(frozen=True)
class _Writer:
    person: Person
    terms: Terms
    calendar: Calendar
    fittings: tuple[Fitting, ...]
    allowances: Allowances

    def first(self) -> Order:
        """Return the order as first made."""
        order_type, basis, sentence = self._legal()
        bail = order_type is OrderType.BAIL
        return Order(
            order_id=f"O{self.person.index + 1:04d}",
            recorded_at=self._at(-2 * 86_400),
            wearer_ref=self.person.ref,
            order_type=order_type,
            legal_basis=basis,
            sentence_type=sentence,
            notifying_organisation=self._notifier(order_type),
            responsible_organisation=ResponsibleOrganisation.FIELD_MONITORING_SERVICE
            if bail
            else ResponsibleOrganisation.PROBATION,
            start_date=self.calendar.start,
            end_date=self.calendar.start + dt.timedelta(days=181),
            convicted_on=None if bail else self.calendar.start - dt.timedelta(days=40),
            ticked=frozenset(condition.kind for condition in self.terms.conditions),
            places=self.terms.places,
            activations=tuple(self._activation(i) for i in range(len(self.fittings))),
            conditions=self.terms.conditions,
            authorised_absences=self._authorised(),
            suspensions=self._suspensions(),
        )

    def varied(self) -> Order:
        """Return the second version: new curfew hours from a noon on."""
        effective = self.calendar.civil_s(change_day(self.calendar), dt.time(12))
        assert self.terms.later_conditions is not None
        changes = {
            "version": 2,
            "recorded_at": self._at(effective - 86_400),
            "effective_from": self._at(effective),
            "variation_types": (VariationType.CHANGE_TO_CURFEW_HOURS,),
            "conditions": self.terms.later_conditions,
        }
        return Order.model_validate(self.first().model_dump() | changes)

    def _legal(self) -> tuple[OrderType, LegalBasis, SentenceType]:
        """Return the legal frame; a level of alcohol is a licence condition, abstinence a court's requirement."""
        level = any(isinstance(c, Alcohol) and c.monitoring == "level" for c in self.terms.conditions)
        return _POST_RELEASE if level else _LEGAL.get(self.terms.kind, _POST_RELEASE)

    def _at(self, t_s: float) -> dt.datetime:
        return utc_datetime(self.calendar.to_us(t_s))

    def _notifier(self, order_type: OrderType) -> NotifyingOrganisation:
        if order_type is OrderType.POST_RELEASE:
            return NotifyingOrganisation.PRISON
        return NotifyingOrganisation.MAGISTRATES_COURT

    def _activation(self, number: int) -> Activation:
        fitting = self.fittings[number]
        last = number == len(self.fittings) - 1
        return Activation(
            activation_id=f"ACT-{self.person.index + 1:04d}-{number + 1}",
            device_id=fitting.device_id,
            from_time=self._at(fitting.from_s),
            to_time=None if last else self._at(fitting.to_s),
            home_unit_id=f"H{self.person.index + 1:04d}" if self.terms.home_unit else None,
            home_unit_place_id="home" if self.terms.home_unit else None,
        )

    def _authorised(self) -> tuple[AuthorisedAbsence, ...]:
        return tuple(
            AuthorisedAbsence(
                absence_id=f"absence-{number}",
                condition_ids=("curfew",),
                from_time=self._at(start),
                to_time=self._at(end),
                reason="Family event",
                authorised_by="Responsible officer",
            )
            for number, (start, end) in enumerate(self.allowances.authorised, 1)
        )

    def _suspensions(self) -> tuple[Suspension, ...]:
        return tuple(
            Suspension(
                suspension_id=f"suspension-{number}",
                condition_ids=("curfew",),
                from_time=self._at(start),
                to_time=self._at(end),
                reason="Hospital stay",
            )
            for number, (start, end) in enumerate(self.allowances.suspended, 1)
        )
