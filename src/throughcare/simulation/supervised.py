"""One supervised person from seed to record: life, order, lapses, devices, truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.orders.model import Order
from throughcare.simulation.battery import live_battery
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.conduct import appointment_blocks, curfew_blocks, zone_blocks
from throughcare.simulation.devices import DeviceRecords, run_devices
from throughcare.simulation.diary import Block, Rank, Walker, settle
from throughcare.simulation.errors import Receiver
from throughcare.simulation.models import Models
from throughcare.simulation.movement import Track, TrackBuilder
from throughcare.simulation.network import Router
from throughcare.simulation.orders import (
    Allowances,
    Fitting,
    draw_allowances,
    draw_fittings,
    running,
    with_excuses,
    write_orders,
)
from throughcare.simulation.people import Person, draw_person
from throughcare.simulation.routine import days_of, outings
from throughcare.simulation.schedule import Spans, appointments, as_array, clip, curfew_windows, zone_windows
from throughcare.simulation.tags import TagRecord, draw_wearing, record
from throughcare.simulation.terms import NEAR_M, Terms, draw_terms
from throughcare.simulation.town import Town
from throughcare.simulation.truth import (
    PersonTruth,
    TrueAbsence,
    TrueAppointment,
    TrueSpan,
    kind_of_absence,
    overlaps,
    spans_where,
)


@dataclass(frozen=True, eq=False)
class Case:
    """Everything about one person. ``protected`` is the protected person's own track, where there is one."""

    orders: tuple[Order, ...]
    tags: tuple[TagRecord, ...]
    readings: Readings
    protected: Positions | None
    truth: PersonTruth


@dataclass(frozen=True, eq=False)
class _Under:
    """The person and the order they live under."""

    person: Person
    terms: Terms
    orders: tuple[Order, ...]
    fittings: list[Fitting]
    allowances: Allowances


@dataclass(frozen=True, eq=False)
class _Life(_Under):
    """The person, the order they live under, and where they truly were."""

    windows: Spans
    due: Spans
    track: Track
    absences: list[tuple[tuple[float, float], tuple[float, float]]]  # (window, span)
    zone_spans: Spans


def simulate_case(
    *,
    rng: np.random.Generator,
    town: Town,
    router: Router,
    calendar: Calendar,
    index: int,
    models: Models,
) -> Case:
    """Return one person's orders, device records and truth, drawn from their own generator.

    Life, devices and the protected person draw from generators of their own, so that another error model
    leaves the true tracks as they were.
    """
    life_rng, device_rng, other_rng = rng.spawn(3)
    under = _under(life_rng, town, router, calendar, index)
    life = _live(life_rng, town, router, calendar, under, models)
    protected = _protected(other_rng, town, router, calendar, life, models)
    sent = run_devices(
        rng=device_rng,
        models=models,
        calendar=calendar,
        town=town,
        person=life.person,
        terms=life.terms,
        fittings=life.fittings,
        track=life.track,
        violations=as_array([span for _, span in life.absences] + life.zone_spans),
    )
    excused = _excused(life_rng, life)
    orders = with_excuses(orders=life.orders, excused=excused, calendar=calendar)
    proximity = [] if protected is None else _near(life, protected[1], calendar)
    truth = _truth(calendar, life, excused, proximity, sent)
    return Case(orders, sent.tags, sent.readings, None if protected is None else protected[0], truth)


def go_on(
    *,
    rng: np.random.Generator,
    later_rng: np.random.Generator,
    town: Town,
    router: Router,
    calendar: Calendar,
    later: Calendar,
    index: int,
    models: Models,
) -> DeviceRecords:
    """Return what the devices of the person of :func:`simulate_case` send on further days.

    Parameters
    ----------
    rng : numpy.random.Generator
        The person's own, as it was given for the first days: who they are and their order are drawn again from it.
    later_rng : numpy.random.Generator
        For the life of the further days.
    calendar, later : Calendar
        The first days and the further ones. On these the last device is worn from beginning to end.
    """
    under = _under(rng.spawn(3)[0], town, router, calendar, index)
    worn = [Fitting(under.fittings[-1].device_id, 0.0, later.end_s)]
    life_rng, device_rng = later_rng.spawn(2)
    life = _live(
        life_rng, town, router, later, replace(under, fittings=worn, allowances=Allowances()), models
    )
    return run_devices(
        rng=device_rng,
        models=models,
        calendar=later,
        town=town,
        person=life.person,
        terms=life.terms,
        fittings=worn,
        track=life.track,
        violations=as_array([span for _, span in life.absences] + life.zone_spans),
    )


def _under(rng: np.random.Generator, town: Town, router: Router, calendar: Calendar, index: int) -> _Under:
    person = draw_person(rng=rng, town=town, index=index, ref=f"W{index + 1:04d}")
    terms = draw_terms(rng=rng, town=town, router=router, person=person, calendar=calendar)
    fittings = draw_fittings(rng=rng, person=person, terms=terms, calendar=calendar)
    orders, allowances = _orders(rng, person, terms, calendar, fittings)
    return _Under(person, terms, orders, fittings, allowances)


def _live(
    rng: np.random.Generator, town: Town, router: Router, calendar: Calendar, under: _Under, models: Models
) -> _Life:
    person, terms, orders = under.person, under.terms, under.orders
    fittings, allowances = under.fittings, under.allowances
    windows = running(
        windows=curfew_windows(orders=orders, calendar=calendar), allowances=allowances, fittings=fittings
    )
    due = [span for span in appointments(orders=orders, calendar=calendar) if span[0] > fittings[0].from_s]
    blocks = curfew_blocks(rng=rng, model=models.conduct, person=person, windows=windows)
    blocks += [Block(a + 900.0, b - 1500.0, Rank.PLANNED) for a, b in allowances.authorised]
    blocks += zone_blocks(
        rng=rng, model=models.conduct, person=person, town=town, terms=terms, calendar=calendar
    )
    if terms.office is not None:
        blocks += appointment_blocks(
            rng=rng, model=models.conduct, person=person, office=terms.office, due=due
        )
    walker = _walker(rng, town, router, calendar, person, terms)
    track = walker.follow(settle(blocks + _daily(rng, calendar, person, walker)))
    absences = [
        (window, span)
        for window in windows
        for span in spans_where(track=track, area=terms.home_area, inside=False, within=[window])
    ]
    zone_spans = _zone_spans(calendar, orders, terms, track, fittings)
    return _Life(person, terms, orders, fittings, allowances, windows, due, track, absences, zone_spans)


def _walker(
    rng: np.random.Generator,
    town: Town,
    router: Router,
    calendar: Calendar,
    person: Person,
    terms: Terms | None,
) -> Walker:
    garden = town.buildings.garden(person.home_building)
    builder = TrackBuilder(rng, router, garden=garden)
    builder.number(person.home)
    return Walker(
        rng=rng,
        person=person,
        calendar=calendar,
        habits=person.habits(town),
        builder=builder,
        avoid=None if terms is None else terms.keep_out,
        keep_within=None if terms is None else terms.keep_in,
    )


def _daily(rng: np.random.Generator, calendar: Calendar, person: Person, walker: Walker) -> list[Block]:
    """Return outings, and work where the way to it keeps to the person's zones."""
    blocks = [Block(a, b, Rank.OUTING) for a, b in outings(rng=rng, calendar=calendar)]
    if person.work is not None and person.shift is not None:
        work = walker.builder.number(person.work)
        if work != 0 and walker.allows(0, work):
            shifts = days_of(calendar, person.shift)
            blocks += [Block(a, b, Rank.WORK, person.work, fixed=True) for a, b in shifts]
    return blocks


def _orders(
    rng: np.random.Generator, person: Person, terms: Terms, calendar: Calendar, fittings: list[Fitting]
) -> tuple[tuple[Order, ...], Allowances]:
    """Return the versions of the order, and what it allows; allowances are drawn to fit its own windows."""

    def written(allowances: Allowances) -> tuple[Order, ...]:
        return write_orders(
            person=person, terms=terms, calendar=calendar, fittings=fittings, allowances=allowances
        )

    windows = curfew_windows(orders=written(Allowances()), calendar=calendar)
    allowances = draw_allowances(rng=rng, terms=terms, calendar=calendar, windows=windows)
    return written(allowances), allowances


def _zone_spans(
    calendar: Calendar, orders: tuple[Order, ...], terms: Terms, track: Track, fittings: list[Fitting]
) -> Spans:
    area = terms.keep_out if terms.keep_out is not None else terms.keep_in
    if area is None:
        return []
    hours = zone_windows(orders=orders, calendar=calendar)
    on = [part for f in fittings for part in clip(hours, f.from_s, f.to_s)]
    return spans_where(track=track, area=area, inside=terms.keep_out is not None, within=on)


def _excused(rng: np.random.Generator, life: _Life) -> Spans:
    """Return the absences for which an excuse is accepted afterwards, with a little room on both sides."""
    if life.terms.later_conditions is not None:
        return []
    found = []
    for number, (_, (start, end)) in enumerate(life.absences):
        accepted = rng.random() < 0.12 or (life.person.index == 0 and number == 0)
        allowed = overlaps((start, end), list(life.allowances.authorised))
        if end - start >= 600.0 and accepted and not allowed:
            found.append((start - 120.0, end + 120.0))
    return found


def _protected(
    rng: np.random.Generator,
    town: Town,
    router: Router,
    calendar: Calendar,
    life: _Life,
    models: Models,
) -> tuple[Positions, Track] | None:
    """Return the protected person's own positions and true track: an ordinary life with a device of its own."""
    row = life.terms.protected_home
    if row is None:
        return None
    ref = f"P{life.person.index + 1:04d}"
    person = draw_person(rng=rng, town=town, index=life.person.index, ref=ref, building=row)
    walker = _walker(rng, town, router, calendar, person, None)
    track = walker.follow(settle(_daily(rng, calendar, person, walker)))
    wearing = draw_wearing(
        rng=rng,
        model=models.tag,
        receiver=Receiver(0.68, 1.0),
        device_id=ref,
        from_s=0.0,
        to_s=calendar.end_s,
        certain=lambda _: as_array([]),
    )
    battery = live_battery(
        rng=rng, model=models.battery, calendar=calendar, track=track, from_s=0.0, to_s=calendar.end_s
    )
    sent = record(
        rng=rng,
        model=models.tag,
        errors=models.errors,
        calendar=calendar,
        wearing=wearing,
        battery=battery,
        track=track,
        home_class=person.home_class,
        violations=np.empty((0, 2)),
    )
    return sent.positions, track


def _near(life: _Life, other: Track, calendar: Calendar) -> Spans:
    """Return when the two were truly within the ordered distance, to about five seconds."""
    t = np.arange(life.fittings[0].from_s, calendar.end_s, 5.0)
    (east, north), (x, y) = life.track.at(t), other.at(t)
    near = np.hypot(east - x, north - y) < NEAR_M
    edge = np.flatnonzero(np.diff(np.concatenate([[0], near.astype(np.int8), [0]])))
    return [(float(t[a]), float(t[b - 1]) + 5.0) for a, b in zip(edge[::2], edge[1::2], strict=True)]


def _truth(
    calendar: Calendar, life: _Life, excused: Spans, proximity: Spans, sent: DeviceRecords
) -> PersonTruth:
    minute_s = np.arange(0.0, calendar.end_s, 60.0)
    east, north = life.track.at(minute_s)
    row = life.track.row(minute_s)
    keep_out = life.terms.keep_out is not None
    authorised = list(life.allowances.authorised)
    return PersonTruth(
        wearer_ref=life.person.ref,
        order_kind=str(life.terms.kind),
        home_class=str(life.person.home_class),
        conduct=str(life.person.conduct),
        minute_us=calendar.start_us + minute_s.astype(np.int64) * SECOND_US,
        east_m=east.astype(np.float32),
        north_m=north.astype(np.float32),
        setting=life.track.setting[row].astype(np.int8),
        at_home=life.track.place[row] == 0,
        windows=tuple((calendar.to_us(a), calendar.to_us(b)) for a, b in life.windows),
        absences=tuple(
            TrueAbsence(
                window_start_us=calendar.to_us(window[0]),
                window_end_us=calendar.to_us(window[1]),
                start_us=calendar.to_us(span[0]),
                end_us=calendar.to_us(span[1]),
                kind=kind_of_absence(window=window, span=span),
                authorised=overlaps(span, authorised),
                excused=overlaps(span, excused),
            )
            for window, span in life.absences
        ),
        zone_spans=_spans_us(
            calendar, [("inside" if keep_out else "outside", a, b) for a, b in life.zone_spans]
        ),
        proximity=_spans_us(calendar, [("near", a, b) for a, b in proximity]),
        appointments=tuple(_appointment(calendar, life, span) for span in life.due),
        drinking=sent.drinking,
        device_events=_spans_us(calendar, sent.events),
    )


def _spans_us(calendar: Calendar, spans: Sequence[tuple[str, float, float]]) -> tuple[TrueSpan, ...]:
    return tuple(TrueSpan(what, calendar.to_us(a), calendar.to_us(b)) for what, a, b in spans)


def _appointment(calendar: Calendar, life: _Life, due: tuple[float, float]) -> TrueAppointment:
    """Return what became of an appointment: late is ten minutes or more after its start."""
    assert life.terms.office_area is not None
    early = (due[0] - 1800.0, due[1])
    there = spans_where(track=life.track, area=life.terms.office_area, inside=True, within=[early])
    there = [(a, b) for a, b in there if b > due[0]]
    if not there:
        return TrueAppointment(calendar.to_us(due[0]), calendar.to_us(due[1]), "absent", None)
    arrived = there[0][0]
    outcome = "attended" if arrived <= due[0] + 600.0 else "late"
    return TrueAppointment(calendar.to_us(due[0]), calendar.to_us(due[1]), outcome, calendar.to_us(arrived))
