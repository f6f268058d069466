"""Transdermal alcohol: true drinking, the body's curve, the skin's delay, and what the sensor says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.calendar import HOUR_S, Calendar
from throughcare.simulation.processes import spells, within
from throughcare.simulation.shapes import Floats


@dataclass(frozen=True, slots=True)
class AlcoholModel:
    """Every parameter of drinking and its measurement.

    Parameters
    ----------
    drinking_per_day : float
        Chance of drinking on a day of an abstinence order (sober days 97 %: MoJ, October 2021).
    drinks : tuple of int
        Least and most drinks in one event.
    rise_pct_per_drink : float
        Blood alcohol per UK drink of about two units for an adult, percent by volume (Widmark's formula).
    absorb_s, eliminate_pct_per_h, skin_delay_s : float
        Absorption time constant, zero-order elimination (0.015 %/h is the usual figure), delay through the skin.
    read_every_s, noise_pct : float
        A reading every 30 minutes, and its noise.
    covered_per_day, covered_median_s, gap_share : float
        Spells in which the sensor is covered, and readings that never come. Our assumption.
    """

    drinking_per_day: float = 0.03
    drinks: tuple[int, int] = (2, 8)
    rise_pct_per_drink: float = 0.021
    absorb_s: float = 1800.0
    eliminate_pct_per_h: float = 0.015
    skin_delay_s: float = 3600.0
    read_every_s: float = 1800.0
    noise_pct: float = 0.0022
    covered_per_day: float = 0.02
    covered_median_s: float = 5400.0
    gap_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Drinking:
    """One true drinking event: first and last drink in seconds, number of drinks, peak of the blood (percent)."""

    start_s: float
    end_s: float
    drinks: int
    peak_pct: float


@dataclass(frozen=True, eq=False)
class AlcoholRecord:
    """Readings (n,) of a sensor, and the true drinking."""

    t_s: Floats
    kind: NDArray[np.int64]
    value: Floats
    drinking: tuple[Drinking, ...]


_STEP_S = 300.0


def sense(
    *,
    rng: np.random.Generator,
    model: AlcoholModel,
    calendar: Calendar,
    from_s: float,
    to_s: float,
    certain_days: tuple[int, ...],
    certain_cover: Floats,
) -> AlcoholRecord:
    """Return true drinking and what the sensor reported.

    Parameters
    ----------
    certain_days : tuple of int
        Days with a drinking event for certain.
    certain_cover : float64 array of shape (k, 2), seconds
        Spans in which the sensor is covered for certain.
    """
    grid = np.arange(0.0, calendar.end_s + _STEP_S, _STEP_S)
    events: list[tuple[float, float, int]] = []
    dose = np.zeros(len(grid))
    for day in range(calendar.days):
        chance = rng.random() < model.drinking_per_day
        start = calendar.midnight_s(day) + float(rng.uniform(17.5, 22.5)) * HOUR_S
        drinks = int(rng.integers(model.drinks[0], model.drinks[1] + 1))
        times = start + np.cumsum(rng.uniform(900, 2700, drinks))
        if (chance or day in certain_days) and from_s < start and times[-1] < to_s:
            np.add.at(dose, (times // _STEP_S).astype(np.int64), model.rise_pct_per_drink)
            events.append((float(times[0]), float(times[-1]), drinks))
    blood, skin = _curves(model, dose)
    drinking = tuple(Drinking(a, b, n, _peak(blood, a, b)) for a, b, n in events)
    covered = spells(
        rng=rng,
        end_s=to_s,
        per_day=model.covered_per_day,
        median_s=model.covered_median_s,
        spread=0.6,
        most_s=6 * HOUR_S,
    )
    covered = np.vstack([covered, certain_cover])
    covered = covered[(covered[:, 0] > from_s) & (covered[:, 1] < to_s)]
    due = np.arange(np.ceil(from_s) + rng.integers(0, 1800), to_s, model.read_every_s)
    due = due[(rng.random(len(due)) >= model.gap_share) & ~within(due, covered)]
    level = np.interp(due, grid, skin) + rng.normal(0, model.noise_pct, len(due))
    t = np.concatenate([due, np.rint(covered[:, 0]), np.rint(covered[:, 1])])
    kinds = [StatusKind.ALCOHOL_READING] * len(due)
    kinds += [StatusKind.ALCOHOL_OBSTRUCTED] * len(covered) + [StatusKind.ALCOHOL_CLEAR] * len(covered)
    value = np.concatenate([np.round(np.maximum(level, 0.0), 4), np.full(2 * len(covered), np.nan)])
    order = np.argsort(t, kind="stable")
    return AlcoholRecord(t[order], np.array(kinds, dtype=np.int64)[order], value[order], drinking)


def _curves(model: AlcoholModel, dose: Floats) -> tuple[Floats, Floats]:
    """Return (blood, skin) in percent on the grid: first-order absorption, zero-order loss, first-order skin."""
    stomach = blood = skin = 0.0
    absorb, loss = _STEP_S / model.absorb_s, model.eliminate_pct_per_h * _STEP_S / HOUR_S
    delay = _STEP_S / model.skin_delay_s
    bloods, skins = np.zeros(len(dose)), np.zeros(len(dose))
    for i, drink in enumerate(dose.tolist()):
        stomach += drink
        if stomach < 1e-6 and blood == 0.0 and skin < 1e-5:
            continue
        passed = stomach * absorb
        stomach -= passed
        blood = max(0.0, blood + passed - loss)
        skin += (blood - skin) * delay
        bloods[i], skins[i] = blood, skin
    return bloods, skins


def _peak(blood: Floats, start_s: float, end_s: float) -> float:
    first, last = int(start_s // _STEP_S), int(end_s // _STEP_S) + 36
    return float(blood[first : last + 1].max(initial=0.0))
