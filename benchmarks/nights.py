"""Curfew nights with known truth, for measuring detectors: rebuilt from the research's section D6.

Three home classes (60/30/10 %), AR(1) errors, multi-minute excursions (40 % with an over-confident accuracy),
isolated outliers, gaps in runs, absences of which half are indoors elsewhere with poor accuracy; home-unit radio
with 2 % misses, shadows and known outages. It is independent of the product's own simulation on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MINUTES = 720  # 19:00 to 07:00
HOME_RADIUS_M = 75.0
CLASS_SHARE = (0.6, 0.3, 0.1)
SIGMA_M = (8.0, 18.0, 35.0)
PHI = (0.90, 0.93, 0.95)
AVAILABLE = (0.90, 0.70, 0.50)
EXCURSIONS = (0.3, 1.0, 4.0)
RAYLEIGH_68 = 1.5096  # radius that holds 68 % of a circular Gaussian, in sigmas


@dataclass(frozen=True)
class Night:
    """One person's night, a row a minute.

    ``east_m``, ``north_m`` are reported positions about the home's centre, ``radius_m`` the reported radius at
    68 %, ``found`` whether there was a fix, ``heard`` and ``unit_up`` the radio, ``absences`` the truth in minutes.
    """

    person: int
    home_class: int
    east_m: Floats
    north_m: Floats
    radius_m: Floats
    found: Bools
    heard: Bools
    unit_up: Bools
    absences: tuple[tuple[int, int], ...]


@njit(cache=True)
def _autoregress(noise, phi):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    out = noise.copy()
    scale = np.sqrt(1.0 - phi * phi)
    for i in range(1, len(noise)):
        out[i] = phi * out[i - 1] + scale * noise[i]
    return out


@njit(cache=True)
def _runs(draw, stay, probability):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    out = np.empty(len(draw), np.bool_)
    out[0] = True
    for i in range(1, len(draw)):
        out[i] = out[i - 1] if stay[i] < 0.7 else draw[i] < probability[i]
    return out


def nights(seed: int, *, people: int, per_person: int = 14, absent_share: float = 0.1) -> list[Night]:
    """Return the nights of some people; the same seed gives the same nights."""
    rng = np.random.default_rng(seed)
    found: list[Night] = []
    for person in range(people):
        home = int(rng.choice(3, p=CLASS_SHARE))
        sigma = SIGMA_M[home] * float(np.exp(rng.normal(0, 0.15)))
        bias = rng.normal(0, 0.3 * sigma, 2)
        found.extend(_night(rng, person, home, sigma, bias, absent_share) for _ in range(per_person))
    return found


def _night(
    rng: np.random.Generator, person: int, home: int, sigma: float, bias: Floats, absent_share: float
) -> Night:
    true_east, true_north, away, indoors, absences = truth(rng, absent_share)
    now_sigma = np.where(indoors, 45.0, np.where(away, 8.0, sigma))
    east = _autoregress(rng.normal(size=MINUTES), PHI[home]) * now_sigma + np.where(away, 0.0, bias[0])
    north = _autoregress(rng.normal(size=MINUTES), PHI[home]) * now_sigma + np.where(away, 0.0, bias[1])
    radius = RAYLEIGH_68 * now_sigma * np.exp(rng.normal(0, 0.25, MINUTES))
    for _ in range(int(rng.poisson(EXCURSIONS[home]))):
        _excursion(rng, east, north, radius)
    struck = rng.random(MINUTES) < 0.003
    east[struck] += rng.normal(0, 300, int(struck.sum()))
    north[struck] += rng.normal(0, 300, int(struck.sum()))
    wanted = np.where(away & ~indoors, 0.95, np.where(indoors, 0.5, AVAILABLE[home]))
    fixed = _runs(rng.random(MINUTES), rng.random(MINUTES), wanted)
    heard, up = radio(rng, away)
    return Night(person, home, true_east + east, true_north + north, radius, fixed, heard, up, absences)


def truth(
    rng: np.random.Generator, absent_share: float
) -> tuple[Floats, Floats, Bools, Bools, tuple[tuple[int, int], ...]]:
    """Return a night's true east and north, whether away, whether indoors elsewhere, and the absences."""
    east, north = np.zeros(MINUTES), np.zeros(MINUTES)
    away, indoors = np.zeros(MINUTES, bool), np.zeros(MINUTES, bool)
    if rng.random() >= absent_share:
        return east, north, away, indoors, ()
    length = int(np.clip(np.exp(rng.normal(np.log(35), 1.0)), 5, 700))
    start = 0 if rng.random() < 0.3 else int(rng.integers(0, MINUTES - min(length, MINUTES - 1)))
    stop = min(MINUTES, start + length)
    away[start:stop] = True
    reach = max(float(np.exp(rng.normal(np.log(800), 0.8))), 230.0)
    angle = float(rng.uniform(0, 2 * np.pi))
    steps = np.arange(stop - start)
    walked = (len(steps) - steps) if start == 0 else np.minimum(steps + 1, len(steps) - steps)
    distance = np.minimum(reach, 130.0 + 70.0 * walked)  # on foot, 70 m a minute
    east[start:stop], north[start:stop] = distance * np.cos(angle), distance * np.sin(angle)
    if rng.random() < 0.5:
        indoors[start + 2 : max(stop - 2, start + 2)] = True
    return east, north, away, indoors, ((start, stop),)


def _excursion(rng: np.random.Generator, east: Floats, north: Floats, radius: Floats) -> None:
    length = int(rng.integers(3, 16))
    start = int(rng.integers(0, MINUTES - length))
    size, angle = float(rng.uniform(60, 250)), float(rng.uniform(0, 2 * np.pi))
    shape = size * np.sin(np.linspace(0.3, np.pi - 0.3, length))
    east[start : start + length] += shape * np.cos(angle)
    north[start : start + length] += shape * np.sin(angle)
    if rng.random() < 0.6:  # honest about it; the others are over-confident
        told = shape * rng.uniform(0.7, 1.3, length)
        radius[start : start + length] = np.maximum(radius[start : start + length], told)


def radio(rng: np.random.Generator, away: Bools) -> tuple[Bools, Bools]:
    """Return whether each minute's poll heard the tag, and whether the home unit was up."""
    heard = np.where(away, rng.random(MINUTES) < 0.002, rng.random(MINUTES) > 0.02)
    for _ in range(int(rng.poisson(0.2))):
        length = int(rng.integers(3, 12))
        start = int(rng.integers(0, MINUTES - length))
        heard[start : start + length] = False
    up = np.ones(MINUTES, bool)
    if rng.random() < 0.05:
        length = int(rng.integers(30, 240))
        start = int(rng.integers(0, MINUTES - length))
        up[start : start + length] = False
    return heard, up
