"""The whole simulation: a town, people, orders, what their devices sent, and the truth.

Each person draws from a seed of their own (``SeedSequence`` spawn keys), so the first hundred people are the same
whether a hundred or a thousand are simulated; the town has a seed of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.orders.model import Order
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.models import Models
from throughcare.simulation.network import Router
from throughcare.simulation.supervised import Case, go_on, simulate_case
from throughcare.simulation.town import Town, build_town
from throughcare.simulation.truth import FixTruth, Truth

_TOWN_KEY, _PERSON_KEY, _LATER_KEY = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Simulation:
    """What :func:`simulate` returns.

    Parameters
    ----------
    orders : tuple of Order
        Every version of every order, by person.
    positions : Positions
        Keyed by device, in order of person and arrival.
    readings : Readings
        Keyed by device or home unit.
    protected : Positions
        The protected persons' own tracks, keyed by their opaque reference (``VictimProximity.protected_ref``).
        They stand apart on purpose: they never go into a file with a wearer's positions.
    truth : Truth
        ``truth.fixes`` has the rows of ``positions``; ``truth.people`` are in order of reference.
    """

    town: Town
    calendar: Calendar
    orders: tuple[Order, ...]
    positions: Positions
    readings: Readings
    protected: Positions
    truth: Truth


def simulate(
    *,
    seed: int,
    people: int,
    days: int,
    start: dt.date,
    first: int = 0,
    models: Models | None = None,
    on_person: Callable[[int], None] | None = None,
) -> Simulation:
    """Simulate supervised people in an invented town.

    Parameters
    ----------
    seed : int
        The same seed and sizes give the same bytes.
    people, days : int
        How many wearers, and civil days from ``start`` in Europe/London.
    start : date
        First day; tags are fitted during it.
    first : int
        Number of the first person: a town's people can be simulated in parts, each with days of its own.
    models : Models, optional
        Parameters of errors, tags, radio, alcohol, batteries and conduct.
    on_person : callable, optional
        Called with the number of people done, for a progress bar.

    Raises
    ------
    ValueError
        If ``people`` or ``days`` is less than one.
    """
    if people < 1:
        raise ValueError(f"expected at least one person; found {people}")
    calendar = Calendar(start, days)
    town = build_town(rng=_generator(seed, _TOWN_KEY))
    router = Router(town.network)
    used = models if models is not None else Models()
    cases = []
    for index in range(first, first + people):
        cases.append(
            simulate_case(
                rng=_generator(seed, _PERSON_KEY, index),
                town=town,
                router=router,
                calendar=calendar,
                index=index,
                models=used,
            )
        )
        if on_person is not None:
            on_person(index + 1 - first)
    return _gather(town, calendar, cases)


def simulate_further(
    *,
    seed: int,
    people: int,
    days: int,
    start: dt.date,
    first: int = 0,
    later_start: dt.date,
    later_days: int,
    models: Models | None = None,
) -> tuple[Positions, Readings]:
    """Return what the devices of :func:`simulate` send on further days: the same people under the same orders.

    Parameters
    ----------
    seed, people, days, start, first, models
        As they were given to :func:`simulate`.
    later_start, later_days : date, int
        The further days. Their first night begins the evening before, so that whoever must be at home is.

    Returns
    -------
    tuple of Positions and Readings
        With times from the midnight that begins ``later_start``. The same arguments give the same bytes.
    """
    calendar = Calendar(start, days)
    later = Calendar(later_start - dt.timedelta(days=1), later_days + 1)
    town = build_town(rng=_generator(seed, _TOWN_KEY))
    router = Router(town.network)
    sent = [
        go_on(
            rng=_generator(seed, _PERSON_KEY, index),
            later_rng=_generator(seed, _LATER_KEY, index, later_start.toordinal()),
            town=town,
            router=router,
            calendar=calendar,
            later=later,
            index=index,
            models=models if models is not None else Models(),
        )
        for index in range(first, first + people)
    ]
    from_us = Calendar(later_start, 1).start_us
    positions = Positions.concat([record.positions for one in sent for record in one.tags])
    readings = Readings.concat([one.readings for one in sent])
    return positions.take(positions.t_us >= from_us), readings.take(readings.t_us >= from_us)


def _generator(seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def _gather(town: Town, calendar: Calendar, cases: list[Case]) -> Simulation:
    records = [record for case in cases for record in case.tags]
    fixes = FixTruth(
        _joined([r.true_east_m for r in records], np.float32),
        _joined([r.true_north_m for r in records], np.float32),
        _joined([r.regime for r in records], np.int8),
        _joined([r.sky for r in records], np.int8),
    )
    return Simulation(
        town=town,
        calendar=calendar,
        orders=tuple(order for case in cases for order in case.orders),
        positions=Positions.concat([record.positions for record in records]),
        readings=Readings.concat([case.readings for case in cases]),
        protected=Positions.concat([case.protected for case in cases if case.protected is not None]),
        truth=Truth(tuple(case.truth for case in cases), fixes),
    )


def _joined(parts: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *(part.astype(dtype) for part in parts)])
