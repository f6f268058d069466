"""A cohort: some of the invented town's people from their first day, simulated, evaluated and archived.

It runs in a process of its own and knows no database. What happened before now is evaluated as the worker would, at
once; what happens after it is kept for the simulated tags to say when its time comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from throughcare.adapters.stores.archive import Part, write_part
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import DAY_US, instant_us
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.status import Readings, Statuses, StatusKind
from throughcare.orders.history import OrderHistory, history_of
from throughcare.orders.model import Order
from throughcare.runners.embedded import look_ahead_us, rebuild, rules_for
from throughcare.runners.loading import activations_of
from throughcare.service.monitoring.past import Past
from throughcare.simulation.scenario import Simulation, simulate

Said = TypeVar("Said", Positions, Readings)
Tied = TypeVar("Tied", Fixes, Statuses)
_WATCHING = (int(StatusKind.RADIO_HEARD), int(StatusKind.ALCOHOL_READING))
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """People who came under supervision on one day.

    Parameters
    ----------
    first, people : int
        Numbers of the people in the town.
    days : int
        How many days are simulated, those still to come included.
    is_fitted : bool
        Whether their equipment was fitted; without it there is an order and nothing else.
    """

    seed: int
    first: int
    people: int
    start: dt.date
    days: int
    is_fitted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The instant between history and what is still to come, and what the service keeps.

    Parameters
    ----------
    hot_from_us : int
        Facts from here on are rows of the database; earlier ones are files of the archive.
    """

    now_us: int
    hot_from_us: int
    retain_us: int
    archive: Path


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """A cohort up to now, and what its devices will say."""

    is_fitted: bool

    orders: tuple[Order, ...]
    pasts: tuple[Past, ...]
    parts: tuple[tuple[str, dt.date, Part], ...]
    positions: Positions
    readings: Readings


def live(cohort: Cohort, present: Present, on_person: Callable[[int], None]) -> Lived:
    """Simulate a cohort, evaluate what happened before now, and write its days to the archive."""
    town = simulate(
        seed=cohort.seed,
        people=cohort.people,
        days=cohort.days,
        start=cohort.start,
        first=cohort.first,
        on_person=on_person,
    )
    orders = [_with_fitting(versions) for versions in _by_order(town)]
    if not cohort.is_fitted:
        waiting = tuple(versions[0] for versions in orders)
        return Lived(
            is_fitted=False,
            orders=waiting,
            pasts=(),
            parts=(),
            positions=Positions.empty(),
            readings=Readings.empty(),
        )
    histories = [history_of(known) for of_one in orders if (known := _recorded(of_one, present.now_us))]
    facts = _facts(town, histories, present)
    return Lived(
        is_fitted=True,
        orders=tuple(order for versions in orders for order in versions),
        pasts=tuple(past for history in histories for past in _pasts(history, facts, present)),
        parts=tuple(_archived(facts, present)),
        positions=_to_come(town.positions, present.now_us),
        readings=_to_come(town.readings, present.now_us),
    )


def _with_fitting(versions: list[Order]) -> list[Order]:
    """Return the versions as the register of installation would have made them: no device before it is fitted."""
    first = versions[0].model_dump()
    fitted_at = min(activation.from_time for activation in versions[0].activations)
    return [
        Order.model_validate({**first, "activations": ()}),
        Order.model_validate({**first, "version": 2, "recorded_at": fitted_at}),
        *(Order.model_validate({**v.model_dump(), "version": v.version + 1}) for v in versions[1:]),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Facts:
    """Everything said up to now, tied; ``speaker`` names the device of each status by its row."""

    fixes: Fixes
    statuses: Statuses
    readings: Readings
    positions: Positions


def _by_order(town: Simulation) -> list[list[Order]]:
    return [list(versions) for _, versions in groupby(town.orders, key=lambda order: order.order_id)]


def _recorded(versions: list[Order], now_us: int) -> list[Order]:
    return [order for order in versions if instant_us(order.recorded_at) <= now_us]


def _learned(batch: Positions | Readings) -> NDArray[np.int64]:
    """Return when each fact reached the service."""
    said = np.where(batch.received_us == NO_TIME_US, batch.t_us, batch.received_us)
    return np.maximum(said, batch.t_us)


def _to_come(batch: Said, now_us: int) -> Said:
    later = batch.take(_learned(batch) > now_us)
    return later.take(np.argsort(_learned(later), kind="stable"))


def _said(batch: Said, now_us: int) -> Said:
    before = batch.take(_learned(batch) <= now_us)
    return replace(before, row=np.arange(len(before)), received_us=_learned(before))


def _facts(town: Simulation, histories: list[OrderHistory], present: Present) -> _Facts:
    positions, readings = _said(town.positions, present.now_us), _said(town.readings, present.now_us)
    screen = Screen(activations_of(histories), now_us=present.now_us)
    return _Facts(
        screen.positions(positions, file="town").fixes,
        screen.readings(readings, file="town").statuses,
        readings,
        positions,
    )


def _pasts(history: OrderHistory, facts: _Facts, present: Present) -> list[Past]:
    until_us = look_ahead_us(history.order_id, now_us=present.now_us)
    compiled = rules_for(history, parameters=Parameters(), now_us=present.now_us, until_us=until_us)
    return [_one(name, rules, history, facts, present) for name, rules in sorted(compiled.items())]


def _one(name: str, rules: Rules, history: OrderHistory, facts: _Facts, present: Present) -> Past:
    activation = rules.activations[name]
    fixes, statuses = _own(facts.fixes, name), _own(facts.statuses, name)
    step = rebuild(
        (), _plain(fixes), _plain(statuses), rules=rules, now_us=present.now_us, retain_us=present.retain_us
    )
    hot = statuses.take(statuses.t_us >= present.hot_from_us)
    instants = np.concatenate([fixes.t_us, statuses.t_us])
    return Past(
        activation_id=name,
        device_id=activation.activation.device_id,
        order_id=history.order_id,
        person_ref=history.versions[0].wearer_ref,
        interval=activation.interval,
        first_us=int(instants.min()) if len(instants) else None,
        first_watched_us=_first_watched_us(fixes, statuses),
        fixes=fixes.take(fixes.t_us >= present.hot_from_us),
        statuses=hot,
        speakers=tuple(_speakers(facts.readings, hot)),
        step=step,
    )


def _first_watched_us(fixes: Fixes, statuses: Statuses) -> int | None:
    """Return when a condition could first be watched: not every tag finds its position."""
    watching = statuses.t_us[np.isin(statuses.kind, _WATCHING)]
    instants = np.concatenate([fixes.t_us, watching])
    return int(instants.min()) if len(instants) else None


def _own(batch: Tied, name: str) -> Tied:
    if name not in batch.keys:
        return type(batch).empty()
    own = batch.take(batch.key == batch.keys.index(name))
    return own.rekey(np.zeros(len(own), np.int64), (name,))


def _plain(batch: Tied) -> Tied:
    return replace(batch, row=np.full(len(batch), -1))


def _speakers(batch: Positions | Readings, tied: Fixes | Statuses) -> list[str]:
    return [batch.keys[i] for i in batch.key[tied.row].tolist()]


def _archived(facts: _Facts, present: Present) -> list[tuple[str, dt.date, Part]]:
    parts: list[tuple[str, dt.date, Part]] = []
    for kind, batch, source in (
        ("positions", facts.fixes, facts.positions),
        ("statuses", facts.statuses, facts.readings),
    ):
        old = batch.take(batch.t_us < present.hot_from_us)
        days = old.t_us // DAY_US
        for number in np.unique(days).tolist():
            of_day = old.take(days == number)
            day = _EPOCH + dt.timedelta(days=number)
            columns = _columns(of_day, source)
            parts.append((kind, day, write_part(present.archive, kind=kind, day=day, columns=columns)))
    return parts


def _columns(batch: Fixes | Statuses, source: Positions | Readings) -> dict[str, Any]:
    names, speakers = np.array(batch.keys, dtype=object), np.array(source.keys, dtype=object)
    hashed = batch.content().astype(">u8").tobytes().hex()
    return {
        "activation_id": names[batch.key],
        "device_id": speakers[source.key[batch.row]],
        "digest": np.array([hashed[i : i + 16] for i in range(0, len(hashed), 16)], dtype=object),
        **{name: getattr(batch, name) for name in batch.FACTS},
        "received_us": batch.received_us,
    }
