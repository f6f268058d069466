"""How a tag's positions go wrong: one frozen model that a fit to real data can replace.

Form: error = bias of the site (multipath, constant at a place) + autocorrelated noise whose scale breathes +
excursions of several minutes + rare isolated outliers; Wi-Fi and cell positions have errors of their own
kind. Outdoors it is fitted to collars at surveyed stations (:mod:`throughcare.simulation.error_facts`; what is
fitted and what is not: docs/error-model.md). Evidence for the form: those collars; Ornstein-Uhlenbeck noise preferred to white (Sensors 2020, 20:6050); tails heavier than normal
(Specht 2021); A-GPS, Wi-Fi and cell medians of 8, 74 and 600 m (Zandbergen 2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from throughcare.monitoring.fixes import Source
from throughcare.simulation.error_facts import COLLAR_NOISE
from throughcare.simulation.movement import Setting, Track
from throughcare.simulation.people import HomeClass
from throughcare.simulation.processes import autocorrelated, spell_of, threshold
from throughcare.simulation.shapes import Bools, Floats

_HOME = (HomeClass.GOOD, HomeClass.FAIR, HomeClass.POOR)
SIGMAS_AT_68, SIGMAS_AT_95 = 1.5096, 2.4477  # Rayleigh quantiles: radius per sigma of one axis


class Regime(IntFlag):
    """What was wrong with a fix, for the scorer. The numbers are stored with the truth."""

    CLEAN = 0
    EXCURSION = 1
    OUTLIER = 2
    WIFI = 4
    CELL = 8
    OVERCONFIDENT = 16
    DUPLICATE = 32
    NOT_WORN = 64


class Sky(IntEnum):
    """How the tag sees the sky: the rows of the model's tables."""

    HOME_GOOD = 0
    HOME_FAIR = 1
    HOME_POOR = 2
    AWAY_INDOORS = 3
    OUTDOORS = 4
    ON_FOOT = 5
    ON_CYCLE = 6
    IN_VEHICLE = 7


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """Every parameter of the position error. Tuples have one number for each :class:`Sky`.

    Parameters
    ----------
    sigma_m : tuple of float
        Noise of one axis. Homes 8, 18 and 35 m: research D6. Outdoors: fitted to collars. On the way: between
        the receivers of Hampshire and MobilityNet's phones (walk p50 10, car 4.3 m including route error).
    bias_m : tuple of float
        Scale of one axis of the site's bias; outdoors fitted to collars (median 3.1 m).
    available : tuple of float
        Share of due positions that satellites can give; homes .90, .70 and .50: research D6.
    slow_share : tuple of float
        Share of the noise variance that is slow: research D6's AR(1) of .90 to .95 a minute indoors; outdoors
        fitted to collars.
    slow_tau_s : tuple of float
        Correlation time of the slow noise: outdoors fitted to collars, else our assumption.
    fast_tau_s : float
        Correlation time of the fast noise. Our assumption: collars give a fix in five minutes.
    breathing, breathing_tau_s : float
        Log sd, and correlation time, of the scale: gives heavy tails that come in bursts. The sd is fitted to
        collars, the time is our assumption.
    gap_tau_s : float
        Correlation time of losing and finding the sky.
    excursions_per_12h : tuple of float
        Homes .3, 1 and 4 a night: research D6.
    excursion_min_s, excursion_mean_s, excursion_most_s, excursion_floor_m, excursion_mean_m : float
        Length and size of an excursion (size: floor plus exponential).
    excursion_blind : float
        Share of excursions whose reported accuracy knows nothing of it (.4: research D6).
    outlier_share, outlier_floor_m, outlier_power, outlier_most_m : float
        Isolated outliers (.3 %: research D6); Pareto sizes up to 4,800 m ("three miles", California 2013 tests).
    accuracy_spread : float
        Log sd of an honest reported accuracy about the right one.
    optimist_share, optimist_factor : float
        Devices that always report too small a radius (71 to 92 % of phone fixes lie within theirs).
    level_95_share : float
        Share of devices that report the 95 % radius (MoJ's display) and not the 68 % one.
    unreported_share : float
        Share of fixes without an accuracy.
    wifi_place_share, wifi_rate, wifi_median_m, wifi_jitter_m, wifi_radius_m
        Share of places with known access points, share of minutes without satellites that it answers, median
        bias of a place, noise, and the reported radius (low, high).
    cell_place_share, cell_every_s, cell_median_m, cell_jitter_m, cell_radius_m
        The same for cell positions: one in three minutes (MoJ's guide), 600 m (Zandbergen 2009).
    """

    sigma_m: tuple[float, ...] = (8.0, 18.0, 35.0, 16.0, COLLAR_NOISE.sigma_m, 4.0, 3.5, 4.4)
    bias_m: tuple[float, ...] = (4.0, 7.0, 11.0, 7.0, COLLAR_NOISE.bias_m, 2.2, 2.2, 2.2)
    available: tuple[float, ...] = (0.90, 0.70, 0.50, 0.72, 0.985, 0.985, 0.985, 0.96)
    slow_share: tuple[float, ...] = (0.9, 0.92, 0.95, 0.9, COLLAR_NOISE.slow_share, 0.5, 0.4, 0.4)
    slow_tau_s: tuple[float, ...] = (720.0,) * 4 + (COLLAR_NOISE.slow_tau_s,) + (720.0,) * 3
    fast_tau_s: float = 45.0
    breathing: float = COLLAR_NOISE.breathing
    breathing_tau_s: float = 1500.0
    gap_tau_s: float = 420.0
    excursions_per_12h: tuple[float, ...] = (0.3, 1.0, 4.0, 1.0, 0.2, 0.2, 0.2, 0.3)
    excursion_min_s: float = 120.0
    excursion_mean_s: float = 330.0
    excursion_most_s: float = 1500.0
    excursion_floor_m: float = 50.0
    excursion_mean_m: float = 75.0
    excursion_blind: float = 0.4
    outlier_share: float = 0.003
    outlier_floor_m: float = 60.0
    outlier_power: float = 1.4
    outlier_most_m: float = 4800.0
    accuracy_spread: float = 0.25
    optimist_share: float = 0.15
    optimist_factor: float = 0.5
    level_95_share: float = 0.5
    unreported_share: float = 0.002
    wifi_place_share: float = 0.45
    wifi_rate: float = 0.6
    wifi_median_m: float = 38.0
    wifi_jitter_m: float = 9.0
    wifi_radius_m: tuple[float, float] = (30.0, 75.0)
    cell_place_share: float = 0.6
    cell_every_s: float = 180.0
    cell_median_m: float = 600.0
    cell_jitter_m: float = 60.0
    cell_radius_m: tuple[float, float] = (400.0, 1300.0)

    def __post_init__(self) -> None:
        for name in ("sigma_m", "bias_m", "available", "slow_share", "slow_tau_s", "excursions_per_12h"):
            if len(getattr(self, name)) != len(Sky):
                raise ValueError(f"{name} needs {len(Sky)} numbers, one for each Sky")


@dataclass(frozen=True, eq=False)
class Measured:
    """What the tag measured at each due time: ``found`` says whether there is a position at all.

    All arrays have one shape (n,). ``east_m`` and ``north_m`` are measured, in the town's metres.
    """

    found: Bools
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats
    source: NDArray[np.int64]
    regime: NDArray[np.int64]
    sky: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Receiver:
    """One device's habits of reporting: its confidence level, and the factor on its radii (1 is honest)."""

    level: float
    factor: float


def draw_receiver(*, rng: np.random.Generator, model: ErrorModel) -> Receiver:
    """Return a device."""
    level = 0.95 if rng.random() < model.level_95_share else 0.68
    return Receiver(level, model.optimist_factor if rng.random() < model.optimist_share else 1.0)


def measure(
    *,
    rng: np.random.Generator,
    model: ErrorModel,
    receiver: Receiver,
    home_class: HomeClass,
    track: Track,
    t_s: Floats,
) -> Measured:
    """Return what a tag measures along a true track.

    Parameters
    ----------
    t_s : float64 array of shape (n,), increasing
        Due times of the positions.
    """
    true_east, true_north = track.at(t_s)
    row = track.row(t_s)
    sky = sky_of(track.setting[row], home_class)
    place = track.place[row]
    breath = np.exp(model.breathing * autocorrelated(rng=rng, t_s=t_s, tau_s=model.breathing_tau_s)[0])
    sigma = np.asarray(model.sigma_m)[sky] * breath
    slow = autocorrelated(rng=rng, t_s=t_s, tau_s=np.asarray(model.slow_tau_s)[sky], columns=2)
    fast = autocorrelated(rng=rng, t_s=t_s, tau_s=model.fast_tau_s, columns=2)
    share = np.asarray(model.slow_share)[sky]
    noise = sigma * (np.sqrt(share) * slow + np.sqrt(1 - share) * fast)
    error = noise + _site_bias(rng, model, sky, place)
    swing, blind = _excursions(rng, model, t_s, sky)
    error = error + swing
    jump = _outliers(rng, model, len(t_s))
    error = error + jump
    size = np.hypot(*swing)
    spread = np.sqrt(sigma**2 + np.asarray(model.bias_m)[sky] ** 2)
    known = np.where(blind, 0.55 * spread, np.maximum(spread, 0.65 * size))
    radius = known * np.where(receiver.level > 0.9, SIGMAS_AT_95, SIGMAS_AT_68) * receiver.factor
    radius *= np.exp(model.accuracy_spread * rng.standard_normal(len(t_s)))
    regime = Regime.EXCURSION * (size > 0) + Regime.OUTLIER * (np.hypot(*jump) > 0)
    regime = regime + Regime.OVERCONFIDENT * (blind | (receiver.factor < 1.0))
    gnss = _has_sky(rng, model, t_s, sky)
    east, north = true_east + error[0], true_north + error[1]
    measured = Measured(gnss, east, north, radius, np.full(len(t_s), int(Source.GNSS)), regime, sky)
    return _without_sky(rng, model, measured, t_s, place, true_east, true_north)


def sky_of(setting: NDArray[np.int64], home_class: HomeClass) -> NDArray[np.int64]:
    """Return the :class:`Sky` of each :class:`Setting` for a person whose home is of this class."""
    table = np.empty(len(Setting), dtype=np.int64)
    table[Setting.HOME_INDOORS] = _HOME.index(home_class)
    table[Setting.HOME_GARDEN] = Sky.OUTDOORS
    table[Setting.AWAY_INDOORS] = Sky.AWAY_INDOORS
    table[Setting.AWAY_OUTDOORS] = Sky.OUTDOORS
    table[Setting.ON_FOOT] = Sky.ON_FOOT
    table[Setting.ON_CYCLE] = Sky.ON_CYCLE
    table[Setting.IN_VEHICLE] = Sky.IN_VEHICLE
    return table[setting]


def _site_bias(
    rng: np.random.Generator, model: ErrorModel, sky: NDArray[np.int64], place: NDArray[np.int64]
) -> Floats:
    """Return the bias (2, n): the same whenever the person is at the same place; none on the way."""
    known = rng.standard_normal((2, int(place.max(initial=0)) + 1))
    unit = np.where(place >= 0, known[:, np.maximum(place, 0)], 0.0)
    return np.asarray(unit * np.asarray(model.bias_m)[sky])


def _excursions(
    rng: np.random.Generator, model: ErrorModel, t_s: Floats, sky: NDArray[np.int64]
) -> tuple[Floats, Bools]:
    """Return the offset (2, n) of excursions and where the accuracy is blind to it."""
    rates = np.asarray(model.excursions_per_12h)
    most = float(rates.max())
    begin, end = float(t_s[0]), float(t_s[-1])
    start = np.sort(rng.uniform(begin, end, rng.poisson(most * (end - begin) / 43_200.0)))
    here = sky[np.clip(np.searchsorted(t_s, start), 0, len(t_s) - 1)]
    start = start[rng.random(len(start)) < rates[here] / most]
    extra_s = rng.exponential(model.excursion_mean_s - model.excursion_min_s, len(start))
    length = np.minimum(model.excursion_min_s + extra_s, model.excursion_most_s)
    size = model.excursion_floor_m + rng.exponential(model.excursion_mean_m, len(start))
    turn = rng.uniform(0, 2 * np.pi, len(start))
    blind = rng.random(len(start)) < model.excursion_blind
    row = spell_of(t_s, np.column_stack([start, start + length]))
    inside = row >= 0
    offset = np.zeros((2, len(t_s)))
    hit = row[inside]
    offset[:, inside] = size[hit] * np.array([np.cos(turn[hit]), np.sin(turn[hit])])
    unseen = np.zeros(len(t_s), dtype=bool)
    unseen[inside] = blind[hit]
    return offset, unseen


def _outliers(rng: np.random.Generator, model: ErrorModel, count: int) -> Floats:
    struck = np.flatnonzero(rng.random(count) < model.outlier_share)
    size = model.outlier_floor_m * (1 - rng.random(len(struck))) ** (-1 / model.outlier_power)
    turn = rng.uniform(0, 2 * np.pi, len(struck))
    jump = np.zeros((2, count))
    jump[:, struck] = np.minimum(size, model.outlier_most_m) * np.array([np.cos(turn), np.sin(turn)])
    return jump


def _has_sky(rng: np.random.Generator, model: ErrorModel, t_s: Floats, sky: NDArray[np.int64]) -> Bools:
    limits = np.array([threshold(share) for share in model.available])
    return np.asarray(autocorrelated(rng=rng, t_s=t_s, tau_s=model.gap_tau_s)[0] < limits[sky])


def _without_sky(
    rng: np.random.Generator,
    model: ErrorModel,
    measured: Measured,
    t_s: Floats,
    place: NDArray[np.int64],
    true_east: Floats,
    true_north: Floats,
) -> Measured:
    """Fill the gaps without satellites with Wi-Fi and cell positions, where the place has them."""
    places = int(place.max(initial=0)) + 2
    has_wifi = rng.random(places) < model.wifi_place_share
    has_cell = rng.random(places) < model.cell_place_share
    lost = ~measured.found
    where = np.where(place >= 0, place, places - 1)
    indoors = (measured.sky <= Sky.AWAY_INDOORS) & (place >= 0)
    wifi = lost & indoors & has_wifi[where] & (rng.random(len(t_s)) < model.wifi_rate)
    due = np.diff(t_s // model.cell_every_s, prepend=-1.0) > 0
    cell = lost & ~wifi & has_cell[where] & due
    east, north, radius = measured.east_m.copy(), measured.north_m.copy(), measured.accuracy_m.copy()
    source, regime = measured.source.copy(), measured.regime.copy()
    kinds = (
        (wifi, Source.WIFI, Regime.WIFI, model.wifi_median_m, model.wifi_jitter_m, model.wifi_radius_m),
        (cell, Source.CELL, Regime.CELL, model.cell_median_m, model.cell_jitter_m, model.cell_radius_m),
    )
    for rows, code, flag, median_m, jitter_m, radii in kinds:
        bias = median_m / 1.1774 * rng.standard_normal((2, places))  # a Rayleigh median is 1.1774 sigma
        count = int(rows.sum())
        shift = bias[:, where[rows]] + jitter_m * rng.standard_normal((2, count))
        east[rows], north[rows] = true_east[rows] + shift[0], true_north[rows] + shift[1]
        radius[rows] = rng.uniform(*radii, count)
        source[rows], regime[rows] = int(code), int(flag)
    return Measured(measured.found | wifi | cell, east, north, radius, source, regime, measured.sky)
