"""The same statistics of the simulation: what its tags measure where the real receivers were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.error_fits.real import COLLAR_INTERVAL_S, collar_facts, quantiles
from throughcare.monitoring.fixes import Source
from throughcare.simulation.error_facts import CollarFacts, ErrorRow
from throughcare.simulation.errors import ErrorModel, Measured, Receiver, draw_receiver, measure
from throughcare.simulation.movement import Setting, Track
from throughcare.simulation.people import HomeClass

Floats = NDArray[np.float64]
DAY_S = 86_400.0
TRIPS = 300
TRIP_S = 3600.0


def _measured(
    rng: np.random.Generator, model: ErrorModel, setting: Setting, t_s: Floats, receiver: Receiver
) -> Measured:
    """Return what a tag measures of a person who stays at the origin."""
    place = np.full(2, 0 if setting is Setting.AWAY_OUTDOORS else -1)
    ends = np.array([t_s[0], t_s[-1]])
    track = Track(ends, np.zeros(2), np.zeros(2), np.full(2, int(setting)), place)
    return measure(rng=rng, model=model, receiver=receiver, home_class=HomeClass.GOOD, track=track, t_s=t_s)


def _by_satellite(tag: Measured) -> NDArray[np.bool_]:
    return tag.found & (tag.source == int(Source.GNSS))


def collars(*, model: ErrorModel, stations: int, seed: int) -> CollarFacts:
    """Return the facts of tags that lie in the open for a day, a fix in five minutes."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, DAY_S, COLLAR_INTERVAL_S)
    found = []
    for _ in range(stations):
        tag = _measured(rng, model, Setting.AWAY_OUTDOORS, t_s, Receiver(0.68, 1.0))
        rows = _by_satellite(tag)
        found.append(np.stack([tag.east_m[rows], tag.north_m[rows]]))
    return collar_facts(found)


def moving(*, model: ErrorModel, setting: Setting, seed: int) -> ErrorRow:
    """Return the distance across the way of tags on the move, a fix a minute, and its share in the radius.

    Every device reports the 68 % radius, as phones do, and some are optimists.
    """
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, TRIP_S, 60.0)
    across, stated = [], []
    for _ in range(TRIPS):
        receiver = Receiver(0.68, draw_receiver(rng=rng, model=model).factor)
        tag = _measured(rng, model, setting, t_s, receiver)
        rows = _by_satellite(tag)
        across.append(np.abs(tag.north_m[rows]))
        stated.append(tag.accuracy_m[rows])
    error = np.concatenate(across)
    inside = round(float((error <= np.concatenate(stated)).mean()), 3)
    return ErrorRow(setting.name.lower(), len(error), quantiles(error), inside)
