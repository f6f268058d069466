"""What people do about their orders: mostly keep them. Shares and lengths are assumptions, stated here.

Planned lapses go into the diary as blocks; what truly happened is then read off the track (see ``truth``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.simulation import showcase
from throughcare.simulation.calendar import HOUR_S, Calendar
from throughcare.simulation.diary import Block, Rank
from throughcare.simulation.people import Conduct, Person
from throughcare.simulation.schedule import Spans
from throughcare.simulation.terms import Terms
from throughcare.simulation.town import Town, TownPlace

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class ConductModel:
    """Every parameter of supervised behaviour. Tuples are steady, mixed, struggling.

    Parameters
    ----------
    absence : tuple of float
        Chance of a planned absence in a curfew window.
    absence_kinds : tuple of float
        Shares of late return, left during, out at the end, out for the entire period.
    absence_median_min, absence_spread, absence_least_min, absence_most_min : float
        Log-normal lengths of late returns and of leaving during the curfew.
    doorstep : float
        Chance a window of a step out of two or three minutes, which nobody should be chased for.
    zone_entry : tuple of float
        Chance a day of going into an exclusion zone, or out of a restriction zone; half are brief.
    missed, late : tuple of float
        Chance that an appointment is missed, or kept late.
    margin_min : tuple of float
        How many minutes before the curfew people mean to be home (low, high).
    """

    absence: tuple[float, float, float] = (0.012, 0.06, 0.2)
    absence_kinds: tuple[float, float, float, float] = (0.42, 0.36, 0.1, 0.12)
    absence_median_min: float = 24.0
    absence_spread: float = 0.95
    absence_least_min: float = 6.0
    absence_most_min: float = 300.0
    doorstep: float = 0.03
    zone_entry: tuple[float, float, float] = (0.005, 0.03, 0.1)
    missed: tuple[float, float, float] = (0.03, 0.12, 0.3)
    late: tuple[float, float, float] = (0.05, 0.12, 0.2)
    margin_min: tuple[float, float] = (12.0, 40.0)


def tier(conduct: Conduct) -> int:
    """Return the row of the model's tuples for a conduct."""
    return list(Conduct).index(conduct)


def curfew_blocks(
    *, rng: np.random.Generator, model: ConductModel, person: Person, windows: Spans
) -> list[Block]:
    """Return the evenings at home, and the absences planned in them."""
    blocks: list[Block] = []
    chance = model.absence[tier(person.conduct)]
    for number, (start, end) in enumerate(windows):
        before, after = rng.uniform(*model.margin_min, 2) * MINUTE_S
        blocks.append(Block(start - before, end + after, Rank.STAY_IN))
        certain = person.index < showcase.PEOPLE and number < 6
        kind = _certain_kind(person.index, number) if certain else _drawn_kind(rng, model, chance)
        if kind >= 0:
            blocks.append(_absence(rng, model, person, kind, start, end))
        elif rng.random() < model.doorstep:
            at = float(rng.uniform(start + 600, end - 900))
            blocks.append(Block(at, at + float(rng.uniform(150, 230)), Rank.PLANNED, person.corners[0]))
    return blocks


def _certain_kind(index: int, number: int) -> int:
    """Return the lapse that the first person of each kind shows: one kind of absence every other night."""
    return (index + number // 2) % 4 if number in (1, 3) else -1


def _drawn_kind(rng: np.random.Generator, model: ConductModel, chance: float) -> int:
    draw, kind = float(rng.random()), float(rng.random())
    if draw >= chance:
        return -1
    return min(int(np.searchsorted(np.cumsum(model.absence_kinds), kind, side="right")), 3)


def _absence(
    rng: np.random.Generator, model: ConductModel, person: Person, kind: int, start: float, end: float
) -> Block:
    length = model.absence_median_min * math.exp(model.absence_spread * float(rng.standard_normal()))
    length_s = float(np.clip(length, model.absence_least_min, model.absence_most_min)) * MINUTE_S
    length_s = min(length_s, 0.6 * (end - start))
    lead_s = float(rng.uniform(50, 160)) * MINUTE_S
    if kind == 0:
        return Block(start - lead_s, start + length_s, Rank.PLANNED)
    if kind == 1:
        leave = float(rng.uniform(start + 300, max(start + 600, end - length_s - 300)))
        return Block(leave, leave + length_s, Rank.PLANNED)
    if kind == 2:
        return Block(end - length_s, end + lead_s, Rank.PLANNED)
    return Block(start - lead_s / 2, end + lead_s / 2, Rank.PLANNED, person.friends[0])


def zone_blocks(
    *,
    rng: np.random.Generator,
    model: ConductModel,
    person: Person,
    town: Town,
    terms: Terms,
    calendar: Calendar,
) -> list[Block]:
    """Return the planned trips into a zone to keep out of, or out of a zone to keep in."""
    targets = _targets(town, terms)
    if not targets:
        return []
    blocks = []
    for day in range(calendar.days):
        certain = person.index < showcase.PEOPLE and day in (1, 3)
        lapse = certain or rng.random() < model.zone_entry[tier(person.conduct)]
        at = calendar.midnight_s(day) + float(rng.uniform(10.5, 15.5)) * HOUR_S
        target = targets[int(rng.integers(0, len(targets)))]
        brief = day == 1 if certain else bool(rng.random() < 0.5)
        length_s = float(rng.uniform(35, 150)) * MINUTE_S
        if lapse:
            span = 1200.0 if brief else length_s
            blocks.append(Block(at, at + span, Rank.PLANNED, target, via=brief))
    return blocks


def _targets(town: Town, terms: Terms) -> list[TownPlace]:
    area = terms.keep_out if terms.keep_out is not None else terms.keep_in
    if area is None:
        return []
    inside = area.contains(town.place_centres[:, 0], town.place_centres[:, 1])
    wanted = inside if terms.keep_out is not None else ~inside
    found = [town.places[i] for i in np.flatnonzero(wanted).tolist()]
    if not found and terms.protected_home is not None:
        found = [town.as_home(terms.protected_home)]
    return found


def appointment_blocks(
    *,
    rng: np.random.Generator,
    model: ConductModel,
    person: Person,
    office: TownPlace,
    due: list[tuple[float, float]],
) -> list[Block]:
    """Return the visits that are made: kept, or late; a missed one leaves no block."""
    blocks = []
    missed, late = model.missed[tier(person.conduct)], model.late[tier(person.conduct)]
    for number, (start, end) in enumerate(due):
        draw = float(rng.random())
        if person.index < showcase.PEOPLE:
            draw = (0.99, missed + late / 2, missed / 2)[number % 3]
        offset_s = float(rng.uniform(-540, 120))
        if draw < missed:
            continue
        if draw < missed + late:
            offset_s = float(rng.uniform(14, 30)) * MINUTE_S
        blocks.append(Block(start + offset_s, end, Rank.APPOINTMENT, office, fixed=True))
    return blocks
