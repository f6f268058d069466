"""Measure the errors of real receivers: each function reads one data set in place and returns its facts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from throughcare.simulation.error_facts import (
    SHARES,
    CollarFacts,
    ErrorRow,
    NoiseFit,
    PhoneFacts,
    RideFacts,
)
from throughcare.simulation.errors import ErrorModel

Floats = NDArray[np.float64]
NEEDED = ("nofence_collar_static", "mobilitynet", "gps_accuracy_hampshire")
LAGS = range(1, 11)
COLLAR_INTERVAL_S = 300.0  # Versluijs et al. 2024: 289 fixes in 24 h
MOVING_BANDS = (0, 5, 10, 15, 30, 65, 100, 500, 2000)
STILL_BANDS = (0, 12, 16, 30, 65, 100, 500, 1000)
HDOP_BANDS = (2, 3, 5, 10, 20)
RAIL = ("TRAIN", "SUBWAY", "LIGHT_RAIL")  # in tunnels, and far from a drawn route
FEWEST = 25
FAR_M = 30.0  # twice the 99 % quantile of collars: one wild fix would drown a mean or a correlation


def quantiles(values: Floats, shares: Sequence[float] = SHARES) -> tuple[float, ...]:
    """Return quantiles to a centimetre."""
    return tuple(round(float(q), 2) for q in np.quantile(values, shares))


def autocorrelation(series: Floats) -> Floats:
    """Return the autocorrelation (10,) of a series about its mean, at 1 to 10 steps."""
    centred = series - series.mean()
    return np.array([np.mean(centred[k:] * centred[:-k]) for k in LAGS]) / np.mean(centred**2)


def stations(data: Path) -> list[Floats]:
    """Return each station's errors (2, n), east and north, in the file's order of time."""
    table = pa_csv.read_csv(data / "nofence_collar_static" / "nofence_static_errors.csv")
    ordered = table.sort_by([("station", "ascending"), ("seq", "ascending")])
    names = np.asarray(ordered["station"].to_pylist())
    errors = np.stack([ordered["dE"].to_numpy(), ordered["dN"].to_numpy()])
    return [errors[:, names == name] for name in np.unique(names)]


def collar_facts(found: Sequence[Floats]) -> CollarFacts:
    """Return the facts of runs at rest, of collars or of the simulation's tags.

    Quantiles of the distance are over every fix; fixes beyond ``FAR_M`` are counted and left out of the rest.
    """
    every = np.concatenate([np.hypot(*run) for run in found])
    found = [run[:, np.hypot(*run) <= FAR_M] for run in found]
    means = np.array([run.mean(axis=1) for run in found])
    axes = [axis - axis.mean() for run in found for axis in run]
    bias = np.quantile(np.hypot(*means.T), (0.5, 0.9, 1.0)).round(2).tolist()
    low, high = np.quantile([axis.std() for axis in axes], (0.1, 0.9)).round(2).tolist()
    lags = np.mean([autocorrelation(axis) for axis in axes], axis=0)
    return CollarFacts(
        fixes=len(every),
        stations=len(found),
        interval_s=COLLAR_INTERVAL_S,
        error_m=quantiles(every),
        far=round(float((every > FAR_M).mean()), 5),
        site_bias_m=(bias[0], bias[1], bias[2]),
        within_m=quantiles(np.abs(np.concatenate(axes))),
        site_sd_m=(low, high),
        autocorrelation=tuple(round(float(r), 3) for r in lags),
    )


def noise_fit(facts: CollarFacts) -> NoiseFit:
    """Return the parameters that reproduce the facts of collars.

    The bias is what makes a Rayleigh median. Scale and breathing are the pair whose quantiles are nearest. The
    slow noise is a line through the logarithm of the autocorrelation, freed of what lowers it in a day's run: its
    own mean was taken away (a share ``lost`` of the variance went with it), and its scale breathes.
    """
    sigma_m, breathing = _scale_fit(facts.within_m)
    lag_s = np.array(LAGS) * facts.interval_s
    breath = np.exp(-(breathing**2) * (1.0 - np.exp(-lag_s / ErrorModel().breathing_tau_s)))
    found, span_s = np.array(facts.autocorrelation), facts.interval_s * facts.fixes / facts.stations
    lost = share = tau_s = 0.0
    for _ in range(50):
        slope, level = np.polyfit(lag_s, np.log((found * (1.0 - lost) + lost) / breath), 1)
        share, tau_s = float(np.exp(level)), float(-1.0 / slope)
        lost = 2.0 * share * tau_s / span_s
    return NoiseFit(
        sigma_m=round(sigma_m / math.sqrt(1.0 - lost), 2),
        bias_m=round(facts.site_bias_m[0] / 1.1774, 2),  # a Rayleigh median is 1.1774 sigma
        slow_share=round(share, 2),
        slow_tau_s=round(tau_s, -1),
        breathing=breathing,
    )


def _scale_fit(within_m: Sequence[float]) -> tuple[float, float]:
    """Return the scale and the breathing of normal noise whose scale is log-normal, nearest to the quantiles."""
    noise, breath = np.random.default_rng(0).standard_normal((2, 200_000))
    wanted, best = np.log(within_m), (np.inf, 0.0, 0.0)
    for breathing in np.arange(0.0, 1.0, 0.02):
        unit = np.log(np.quantile(np.abs(noise) * np.exp(breathing * breath), SHARES))
        shift = float(np.mean(wanted - unit))
        best = min(best, (float(np.sum((wanted - unit - shift) ** 2)), shift, float(breathing)))
    return float(np.exp(best[1])), round(best[2], 2)


def _bands(stated: Floats, error: Floats, edges: Sequence[int]) -> Iterator[ErrorRow]:
    for low, high in itertools.pairwise(edges):
        rows = (stated > low) & (stated <= high)
        if rows.sum() >= FEWEST:
            inside = round(float((error[rows] <= stated[rows]).mean()), 3)
            yield ErrorRow(f"{low} to {high}", int(rows.sum()), quantiles(error[rows]), inside)


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.float64)


def _named(name: str, error: Floats, stated: Floats | None = None) -> ErrorRow:
    inside = None if stated is None else round(float((error <= stated).mean()), 3)
    return ErrorRow(name, len(error), quantiles(error), inside)


def phone_facts(data: Path) -> PhoneFacts:
    """Return the facts of MobilityNet's phones; only distances are read, no coordinate."""
    table = pq.read_table(data / "mobilitynet" / "mobilitynet_errors_no_coordinates.parquet")
    moving = table.filter(pc.and_(pc.equal(table["kind"], "moving"), pc.is_valid(table["xtrack_m"])))
    road = moving.filter(pc.invert(pc.is_in(moving["mode"], pa.array(RAIL, moving["mode"].type))))
    still = table.filter(pc.equal(table["kind"], "stationary"))
    across, stated = _floats(road, "xtrack_m"), _floats(road, "accuracy")
    modes = np.asarray(road["mode"].to_pylist())
    gaps = _gaps_s(still)
    battery = pq.read_table(data / "mobilitynet" / "mobilitynet_battery.parquet")
    resting = pc.match_substring(battery["spec"], "stationary")
    away = np.hypot(_floats(still, "dE_m"), _floats(still, "dN_m"))
    return PhoneFacts(
        moving=tuple(_bands(stated, across, MOVING_BANDS)),
        moving_by_mode=tuple(
            _named(str(mode).lower(), across[modes == mode], stated[modes == mode])
            for mode in np.unique(modes)
        ),
        still=tuple(_bands(_floats(still, "accuracy"), away, STILL_BANDS)),
        still_gap_s=_three(gaps, (0.5, 0.9, 0.99)),
        still_time_in_gaps=round(float(gaps[gaps > 600.0].sum() / gaps.sum()), 3),
        drain_still_pct_per_h=_three(_drains(battery.filter(resting)), (0.1, 0.5, 0.9)),
        drain_trips_pct_per_h=_three(_drains(battery.filter(pc.invert(resting))), (0.1, 0.5, 0.9)),
    )


def _three(values: Floats, shares: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = quantiles(values, shares)
    return low, middle, high


def _runs(table: pa.Table) -> Iterator[pa.Table]:
    ordered = table.sort_by([("phone", "ascending"), ("run", "ascending"), ("t", "ascending")])
    keys = np.char.add(ordered["phone"].to_pylist(), ordered["run"].to_pylist())
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1], [True]]))
    for start, end in itertools.pairwise(starts):
        yield ordered.slice(int(start), int(end - start))


def _time_s(table: pa.Table) -> Floats:
    return table["t"].to_numpy().astype("datetime64[ms]").astype(np.int64) / 1e3


def _gaps_s(table: pa.Table) -> Floats:
    return np.concatenate([np.diff(_time_s(run)) for run in _runs(table)])


def _drains(table: pa.Table) -> Floats:
    """Return percent an hour of each run of more than an hour."""
    rates = []
    for run in _runs(table):
        time_s, percent = _time_s(run), _floats(run, "battery_pct")
        if time_s[-1] - time_s[0] > 3600.0:
            rates.append((percent[0] - percent[-1]) / (time_s[-1] - time_s[0]) * 3600.0)
    return np.asarray(rates)


def ride_facts(data: Path) -> RideFacts:
    """Return the facts of the receivers in Hampshire."""
    table = pq.read_table(data / "gps_accuracy_hampshire" / "hampshire_cycle_multi_receiver.parquet")
    table = table.filter(pc.is_valid(table["xtrack_m"]))
    across, hdop = _floats(table, "xtrack_m"), _floats(table, "hdop")
    devices = np.asarray(table["device"].to_pylist())
    groups = list(itertools.pairwise(HDOP_BANDS))
    return RideFacts(
        by_receiver=tuple(_named(str(d), across[devices == d]) for d in np.unique(devices)),
        by_hdop=tuple(
            _named(f"{low} to {high}", across[(hdop > low) & (hdop <= high)]) for low, high in groups
        ),
    )
