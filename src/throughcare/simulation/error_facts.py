"""What real receivers did: numbers measured on public data, kept here so that the product needs no data set.

``python benchmarks/fit_errors.py`` measures them again; a test holds the two together. No coordinate is kept.

Sources and licences:

- Collars: NoFence collars at 30 surveyed stations. E. Versluijs et al., *Animal Biotelemetry* 2024,
  doi:10.18710/TUCMOJ, CC0-1.0; errors as analysed by Benaissa (2026), doi:10.5281/zenodo.21915955, MIT. The interval
  of 5 minutes is the paper's (289 fixes in 24 h).
- Phones: K. Shankari et al., *MobilityNet*, Climate Change AI at ICLR 2020, BSD-3-Clause, (c) 2019 e-mission.
- Receivers: R. Jordan, *gps-accuracy*, 2019, Apache-2.0: two cycle rides in Hampshire.
"""

from __future__ import annotations

from dataclasses import dataclass

SHARES = (0.50, 0.68, 0.95, 0.99)  # of the quantiles that every ``error_m`` gives


@dataclass(frozen=True, slots=True)
class CollarFacts:
    """Collars at rest in the open, against surveyed truth.

    Parameters
    ----------
    error_m : tuple of float
        Quantiles (:data:`SHARES`) of the distance from the truth, over every fix.
    far : float
        Share of fixes more than 30 m from the truth; the facts below leave them out.
    site_bias_m : tuple of float
        Median, 90 % quantile and largest distance of a station's mean from the truth.
    within_m : tuple of float
        Quantiles (:data:`SHARES`) of one axis' absolute distance from the station's mean.
    site_sd_m : tuple of float
        10 % and 90 % quantiles over stations and axes of the sd about the station's mean.
    autocorrelation : tuple of float
        At 1 to 10 intervals, of one axis about the station's mean; the mean over stations and axes.
    """

    fixes: int
    stations: int
    interval_s: float
    error_m: tuple[float, ...]
    far: float
    site_bias_m: tuple[float, float, float]
    within_m: tuple[float, ...]
    site_sd_m: tuple[float, float]
    autocorrelation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NoiseFit:
    """The model's parameters that reproduce the collars: see :class:`~throughcare.simulation.errors.ErrorModel`."""

    sigma_m: float
    bias_m: float
    slow_share: float
    slow_tau_s: float
    breathing: float


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """Errors of one group: quantiles (:data:`SHARES`), and the share within the stated accuracy (None: not stated)."""

    group: str
    fixes: int
    error_m: tuple[float, ...]
    inside: float | None = None


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """Phones: distance across the route by road; at rest, from the place on which the phones agree.

    Parameters
    ----------
    moving, moving_by_mode, still : tuple of ErrorRow
        By stated accuracy in metres, by mode, and by stated accuracy.
    still_gap_s : tuple of float
        Median, 90 % and 99 % quantiles of the time between fixes at rest.
    still_time_in_gaps : float
        Share of the time at rest that lies in gaps of more than ten minutes.
    drain_still_pct_per_h, drain_trips_pct_per_h : tuple of float
        10 %, 50 % and 90 % quantiles over runs.
    """

    moving: tuple[ErrorRow, ...]
    moving_by_mode: tuple[ErrorRow, ...]
    still: tuple[ErrorRow, ...]
    still_gap_s: tuple[float, float, float]
    still_time_in_gaps: float
    drain_still_pct_per_h: tuple[float, float, float]
    drain_trips_pct_per_h: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RideFacts:
    """Receivers on cycle rides, distance across the planned route: by receiver, and by stated HDOP."""

    by_receiver: tuple[ErrorRow, ...]
    by_hdop: tuple[ErrorRow, ...]


COLLARS = CollarFacts(
    fixes=8466,
    stations=30,
    interval_s=300.0,
    error_m=(3.91, 5.34, 10.32, 14.19),
    far=0.00024,
    site_bias_m=(3.08, 5.19, 8.29),
    within_m=(1.53, 2.44, 5.93, 9.18),
    site_sd_m=(1.44, 4.08),
    autocorrelation=(0.366, 0.32, 0.273, 0.23, 0.195, 0.164, 0.131, 0.102, 0.092, 0.083),
)
COLLAR_NOISE = NoiseFit(sigma_m=2.43, bias_m=2.62, slow_share=0.47, slow_tau_s=2150.0, breathing=0.42)
PHONES = PhoneFacts(
    moving=(
        ErrorRow(group="0 to 5", fixes=14429, error_m=(3.64, 5.69, 39.41, 76.22), inside=0.529),
        ErrorRow(group="5 to 10", fixes=40340, error_m=(3.67, 5.88, 21.09, 62.32), inside=0.839),
        ErrorRow(group="10 to 15", fixes=2671, error_m=(5.27, 8.08, 33.6, 76.33), inside=0.835),
        ErrorRow(group="15 to 30", fixes=5646, error_m=(8.35, 12.74, 33.84, 66.32), inside=0.88),
        ErrorRow(group="30 to 65", fixes=11054, error_m=(11.49, 18.42, 50.01, 92.32), inside=0.965),
        ErrorRow(group="65 to 100", fixes=909, error_m=(20.78, 32.13, 103.65, 323.02), inside=0.917),
        ErrorRow(group="100 to 500", fixes=1886, error_m=(22.46, 37.87, 195.51, 806.8), inside=0.946),
        ErrorRow(group="500 to 2000", fixes=855, error_m=(164.26, 460.89, 1535.45, 3593.09), inside=0.918),
    ),
    moving_by_mode=(
        ErrorRow(group="bicycling", fixes=22767, error_m=(3.74, 6.09, 37.56, 63.86), inside=0.713),
        ErrorRow(group="bus", fixes=18131, error_m=(5.54, 9.76, 353.36, 3036.29), inside=0.918),
        ErrorRow(group="car", fixes=20365, error_m=(4.27, 7.23, 55.57, 129.62), inside=0.809),
        ErrorRow(group="escooter", fixes=4834, error_m=(4.97, 7.22, 34.84, 220.49), inside=0.914),
        ErrorRow(group="e_bike", fixes=3154, error_m=(6.41, 11.75, 32.9, 46.41), inside=0.901),
        ErrorRow(group="walking", fixes=9451, error_m=(10.42, 15.86, 39.95, 94.59), inside=0.741),
    ),
    still=(
        ErrorRow(group="0 to 12", fixes=1148, error_m=(2.53, 4.71, 14.02, 22.28), inside=0.847),
        ErrorRow(group="12 to 16", fixes=3446, error_m=(0.61, 1.18, 5.01, 9.79), inside=0.994),
        ErrorRow(group="16 to 30", fixes=1166, error_m=(3.07, 5.43, 14.03, 35.89), inside=0.979),
        ErrorRow(group="30 to 65", fixes=619, error_m=(9.54, 14.99, 26.5, 39.28), inside=0.995),
        ErrorRow(group="65 to 100", fixes=172, error_m=(1.84, 4.75, 17.06, 52.61), inside=1.0),
        ErrorRow(group="100 to 500", fixes=41, error_m=(25.03, 36.75, 205.41, 205.41), inside=1.0),
        ErrorRow(group="500 to 1000", fixes=657, error_m=(707.54, 715.81, 785.47, 817.29), inside=0.947),
    ),
    still_gap_s=(30.0, 300.07, 13615.11),
    still_time_in_gaps=0.875,
    drain_still_pct_per_h=(0.72, 1.35, 4.13),
    drain_trips_pct_per_h=(0.46, 2.69, 7.82),
)
RIDES = RideFacts(
    by_receiver=(
        ErrorRow(group="Garmin-Edge-605", fixes=11141, error_m=(1.93, 2.92, 5.92, 10.13)),
        ErrorRow(group="Garmin-Etrex-30x", fixes=1724, error_m=(1.63, 2.5, 5.68, 9.46)),
        ErrorRow(group="Lezyne", fixes=4410, error_m=(2.36, 3.62, 8.17, 14.22)),
        ErrorRow(group="MotoG3", fixes=4232, error_m=(3.52, 4.7, 9.53, 14.14)),
        ErrorRow(group="Ruggex", fixes=28, error_m=(7.02, 9.56, 47.79, 62.38)),
        ErrorRow(group="adafruit", fixes=1267, error_m=(4.19, 5.72, 10.34, 13.53)),
        ErrorRow(group="openlog", fixes=1103, error_m=(9.88, 15.66, 36.05, 50.72)),
        ErrorRow(group="xiaomi", fixes=7005, error_m=(2.36, 3.67, 9.39, 14.1)),
    ),
    by_hdop=(
        ErrorRow(group="2 to 3", fixes=3378, error_m=(3.5, 4.61, 8.8, 12.56)),
        ErrorRow(group="3 to 5", fixes=5151, error_m=(2.24, 3.37, 8.47, 13.02)),
        ErrorRow(group="5 to 10", fixes=2147, error_m=(3.06, 4.9, 11.56, 17.9)),
        ErrorRow(group="10 to 20", fixes=576, error_m=(3.76, 5.37, 11.71, 17.54)),
    ),
)
