"""The home unit: a radio at home that hears the tag, misses it now and then, and can itself fail.

Rates as in research D6: 2 % misses, 0.2 shadows a night, 0.05 outages a night. The rest is our assumption.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.calendar import HOUR_S
from throughcare.simulation.movement import Track
from throughcare.simulation.processes import spells, within
from throughcare.simulation.shapes import Floats


@dataclass(frozen=True, slots=True)
class RadioModel:
    """Every parameter of the home unit.

    Parameters
    ----------
    poll_every_s : float
        Listens about once a minute.
    miss_share : float
        Chance that one poll misses a tag that is in range.
    shadows_per_day, shadow_median_s, shadow_spread, shadow_most_s
        Spells in which a tag at home is not heard: a body, a bath, a metal door.
    range_m : tuple of float
        Low and high of a home's range: past the walls, into the garden, not down the street.
    edge_m : float
        Over how many metres the range fades.
    heartbeat_s : float
        The unit says that it is alive.
    silent_per_day, announced_per_day, unplugged_per_day, moved_per_day
        Outages without a word, outages announced, mains unplugged, unit moved.
    outage_median_s, unplugged_median_s, spread
        Log-normal lengths of those.
    moved_m : tuple of float
        Low and high of how far a moved unit is taken, until it is put back.
    unit_battery_s : float
        How long the unit lives unplugged.
    delay_s : float
        How soon the service learns.
    """

    poll_every_s: float = 60.0
    miss_share: float = 0.02
    shadows_per_day: float = 0.4
    shadow_median_s: float = 240.0
    shadow_spread: float = 0.7
    shadow_most_s: float = 1800.0
    range_m: tuple[float, float] = (22.0, 42.0)
    edge_m: float = 2.5
    heartbeat_s: float = 900.0
    silent_per_day: float = 0.03
    announced_per_day: float = 0.02
    unplugged_per_day: float = 0.02
    moved_per_day: float = 0.003
    outage_median_s: float = 3600.0
    unplugged_median_s: float = 5400.0
    spread: float = 1.0
    moved_m: tuple[float, float] = (4.0, 60.0)
    unit_battery_s: float = 6 * HOUR_S
    delay_s: float = 8.0


@dataclass(frozen=True, eq=False)
class UnitRecord:
    """What one home unit sent: arrays (n,) of seconds, kinds and when it was learned; and its true troubles."""

    t_s: Floats
    kind: NDArray[np.int64]
    received_s: Floats
    troubles: tuple[tuple[str, float, float], ...]


def listen(
    *,
    rng: np.random.Generator,
    model: RadioModel,
    track: Track,
    unit_at: tuple[float, float],
    from_s: float,
    to_s: float,
    tag_silent: tuple[Floats, ...],
    certain: Callable[[str], Floats],
) -> UnitRecord:
    """Return everything that a home unit reports about a tag.

    Parameters
    ----------
    unit_at : tuple of float
        East and north of the unit in metres.
    tag_silent : tuple of float64 arrays of shape (k, 2)
        Spans in which the tag itself could not be heard: battery dead, faulty, not yet or no longer worn.
    certain : callable
        Gives the spans (k, 2) of a trouble by its name that happen anyway.
    """
    troubles = _troubles(rng, model, from_s, to_s, certain)
    off = _spans(troubles, {"silent", "announced", "flat"})
    polls = np.arange(np.ceil(from_s), to_s, model.poll_every_s)
    polls = polls + rng.integers(-2, 3, len(polls))
    polls = np.maximum(polls[~within(polls, off)], np.ceil(from_s))
    moved = within(polls, _spans(troubles, {"moved"}))
    heard = _heard(rng, model, track, unit_at, polls, moved, to_s)
    for spans in tag_silent:
        heard &= ~within(polls, spans)
    beats = np.arange(np.ceil(from_s) + rng.integers(0, 900), to_s, model.heartbeat_s)
    beats = beats[~within(beats, off)]
    said = _said(troubles, from_s, to_s)
    t = np.concatenate([polls, beats, [item[0] for item in said]])
    kinds = np.where(heard, int(StatusKind.RADIO_HEARD), int(StatusKind.RADIO_MISSED))
    kind = np.concatenate(
        [kinds, np.full(len(beats), int(StatusKind.UNIT_HEARTBEAT)), [int(item[1]) for item in said]]
    ).astype(np.int64)
    order = np.lexsort((kind, t))
    t, kind = np.rint(t[order]), kind[order]
    received = np.rint(t + model.delay_s * (0.5 + rng.random(len(t))))
    return UnitRecord(t, kind, received, tuple(troubles))


def _heard(
    rng: np.random.Generator,
    model: RadioModel,
    track: Track,
    unit_at: tuple[float, float],
    polls: Floats,
    moved: NDArray[np.bool_],
    end_s: float,
) -> NDArray[np.bool_]:
    reach = float(rng.uniform(*model.range_m))
    away_m, turn = float(rng.uniform(*model.moved_m)), float(rng.uniform(0, 2 * np.pi))
    east, north = track.at(polls)
    east = east - unit_at[0] - moved * away_m * np.cos(turn)
    north = north - unit_at[1] - moved * away_m * np.sin(turn)
    apart = np.hypot(east, north)
    chance = (1 - model.miss_share) / (1 + np.exp(np.clip((apart - reach) / model.edge_m, -50, 50)))
    shadows = spells(
        rng=rng,
        end_s=end_s,
        per_day=model.shadows_per_day,
        median_s=model.shadow_median_s,
        spread=model.shadow_spread,
        most_s=model.shadow_most_s,
    )
    return np.asarray((rng.random(len(polls)) < chance) & ~within(polls, shadows))


def _troubles(
    rng: np.random.Generator,
    model: RadioModel,
    from_s: float,
    to_s: float,
    certain: Callable[[str], Floats],
) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    for name, per_day, median_s in (
        ("silent", model.silent_per_day, model.outage_median_s),
        ("announced", model.announced_per_day, model.outage_median_s),
        ("unplugged", model.unplugged_per_day, model.unplugged_median_s),
        ("moved", model.moved_per_day, 40 * HOUR_S),
    ):
        drawn = spells(
            rng=rng, end_s=to_s, per_day=per_day, median_s=median_s, spread=model.spread, most_s=60 * HOUR_S
        )
        for start, end in np.vstack([drawn, certain(name)]).tolist():
            if from_s < start and end < to_s:
                found.append((name, round(start), round(end) + 1))
    flat = [
        ("flat", start + model.unit_battery_s, end)
        for name, start, end in found
        if name == "unplugged" and end - start > model.unit_battery_s
    ]
    return sorted(found + flat, key=lambda item: item[1])


def _said(
    troubles: list[tuple[str, float, float]], from_s: float, to_s: float
) -> list[tuple[float, StatusKind]]:
    words = {
        "announced": (StatusKind.UNIT_DEAD, StatusKind.UNIT_HEARTBEAT),
        "flat": (StatusKind.UNIT_DEAD, None),
        "unplugged": (StatusKind.UNIT_POWER_LOST, StatusKind.UNIT_POWER_RESTORED),
        "moved": (StatusKind.UNIT_MOVED, StatusKind.UNIT_IN_PLACE),
        "silent": (None, StatusKind.UNIT_HEARTBEAT),
    }
    said = []
    for name, start, end in troubles:
        first, last = words[name]
        said += [(t, kind) for t, kind in ((start, first), (end, last)) if kind is not None]
    return [item for item in said if from_s <= item[0] < to_s]


def _spans(troubles: list[tuple[str, float, float]], names: set[str]) -> Floats:
    return np.array([(a, b) for name, a, b in troubles if name in names], dtype=np.float64).reshape(-1, 2)
