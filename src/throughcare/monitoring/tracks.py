"""Tracks: two people's positions side by side in time, each with the doubt that its age adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.geodesy import DEGREE_M
from throughcare.kernel.time import SECOND_US, Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.items import canonical_fixes
from throughcare.monitoring.membership import is_poor, sigma_m
from throughcare.monitoring.parameters import Parameters


@dataclass(frozen=True, slots=True, eq=False)
class ProximityTrack:
    """One person's positions, one an instant, in time order. It names neither person nor device.

    Parameters
    ----------
    t_us : int64 array of shape (n,)
    lat_deg, lon_deg, sigma_m : float64 arrays of shape (n,)
    poor : bool array of shape (n,)
        From Wi-Fi or cell.
    """

    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats
    sigma_m: Floats
    poor: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.t_us)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Both positions at the instants at which both are known: arrays of shape (m,).

    ``subject`` and ``protected`` are the rows of the positions that stand in.
    """

    t_us: Ints
    distance_m: Floats
    sigma_m: Floats
    poor: NDArray[np.bool_]
    subject: Ints
    protected: Ints


def proximity_track(fixes: Fixes, *, parameters: Parameters, until_us: int) -> ProximityTrack:
    """Return the positions up to an instant, inclusive; of several at one instant the first in canonical order."""
    ordered = canonical_fixes(fixes)
    keep = ordered.t_us <= until_us
    keep[1:] &= ordered.t_us[1:] != ordered.t_us[:-1]
    kept = ordered.take(keep)
    return ProximityTrack(
        kept.t_us, kept.lat_deg, kept.lon_deg, sigma_m(kept, parameters), is_poor(kept, parameters)
    )


def pair(
    subject: ProximityTrack,
    protected: ProximityTrack,
    *,
    demanded: Sequence[Interval],
    parameters: Parameters,
) -> Pairs:
    """Return the pairs at every instant at which either reported, where neither position is stale.

    Parameters
    ----------
    demanded : sequence of Interval
        When the condition ran; instants outside are left out.
    """
    t_us = np.union1d(subject.t_us, protected.t_us)
    wanted = np.zeros(len(t_us), np.bool_)
    for piece in demanded:
        wanted |= (t_us >= piece.start_us) & (t_us < piece.stop_us)
    t_us = t_us[wanted]
    a = np.searchsorted(subject.t_us, t_us, side="right") - 1
    b = np.searchsorted(protected.t_us, t_us, side="right") - 1
    both = (a >= 0) & (b >= 0)
    t_us, a, b = t_us[both], a[both], b[both]
    age_a_s, age_b_s = (t_us - subject.t_us[a]) / SECOND_US, (t_us - protected.t_us[b]) / SECOND_US
    fresh = np.maximum(age_a_s, age_b_s) <= parameters.proximity_stale_s
    t_us, a, b, age_a_s, age_b_s = t_us[fresh], a[fresh], b[fresh], age_a_s[fresh], age_b_s[fresh]
    variance = subject.sigma_m[a] ** 2 + protected.sigma_m[b] ** 2
    variance += parameters.proximity_drift_mps**2 * (age_a_s**2 + age_b_s**2)
    east_m, north_m = offset_m(
        subject.lat_deg[a], subject.lon_deg[a], protected.lat_deg[b], protected.lon_deg[b]
    )
    return Pairs(
        t_us=t_us,
        distance_m=np.hypot(east_m, north_m),
        sigma_m=np.sqrt(variance),
        poor=subject.poor[a] | protected.poor[b],
        subject=a,
        protected=b,
    )


def offset_m(
    lat_deg: Floats, lon_deg: Floats, other_lat_deg: Floats, other_lon_deg: Floats
) -> tuple[Floats, Floats]:
    """Return (east_m, north_m) from the others to the first, in a plane at the latitude between them."""
    middle = np.radians((lat_deg + other_lat_deg) / 2)
    east = (lon_deg - other_lon_deg) * np.cos(middle) * DEGREE_M
    return east, (lat_deg - other_lat_deg) * DEGREE_M
