"""Points of a map: each with its radius at one stated level, in runs that no silence is bridged by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.evidence import EvidenceItem
from throughcare.monitoring.fixes import Fixes, Source

DRAWN_LEVEL = 0.95
GAP_US = 5 * MINUTE_US  # the field's guide says 5 minutes; a longer silence is never drawn as trail

POOR_SOURCES = frozenset({"wifi", "cell"})
_NAMES = {
    int(Source.UNKNOWN): "unknown",
    int(Source.GNSS): "gnss",
    int(Source.RF): "rf",
    int(Source.CELL): "cell",
    int(Source.WIFI): "wifi",
}


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One reported position.

    ``accuracy_m`` and ``level`` are as given, None where the tag did not say. ``used`` is None where no incident
    judged the point.
    """

    number: int
    t_us: int
    source: str
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None
    level: float | None
    used: bool | None = None
    why: str = ""

    @property
    def stated(self) -> bool:
        """Whether the tag said which share of errors its circle holds."""
        return self.accuracy_m is not None and self.level is not None and 0 < self.level < 1

    @property
    def radius_m(self) -> float | None:
        """The radius at ``DRAWN_LEVEL`` where the level was stated, else the radius as given; None without one."""
        if self.accuracy_m is None or self.level is None or not 0 < self.level < 1:
            return self.accuracy_m
        return radius_at(self.accuracy_m, self.level)

    @property
    def poor(self) -> bool:
        """Whether the position is coarse (Wi-Fi, cell)."""
        return self.source in POOR_SOURCES

    @property
    def on_trail(self) -> bool:
        """Whether the point belongs to the drawn trail."""
        return not self.poor and self.used is not False


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence longer than the gap constant between two points of the trail."""

    before: MapPoint
    after: MapPoint
    others: int  # points between them that are not on the trail

    @property
    def seconds(self) -> float:
        """Length of the silence."""
        return (self.after.t_us - self.before.t_us) / 1e6


def radius_at(accuracy_m: float, level: float) -> float:
    """Return the 95 % radius of a circle that holds ``level`` of the errors.

    Errors are taken as equal and normal in both directions, so that distance is Rayleigh distributed and
    ``r95 / r68 = sqrt(ln 0.05 / ln 0.32)`` = 1.62.

    Parameters
    ----------
    accuracy_m : float
        Metres, not negative.
    level : float
        Strictly between 0 and 1.
    """
    return accuracy_m * math.sqrt(math.log(1 - DRAWN_LEVEL) / math.log(1 - level))


def points_of_items(items: Sequence[EvidenceItem]) -> tuple[MapPoint, ...]:
    """Return the positions among the items of a bundle, with the bundle's own numbers."""
    return tuple(
        MapPoint(
            number=item.number,
            t_us=item.t_us,
            source=item.source,
            lat_deg=item.lat_deg,
            lon_deg=item.lon_deg,
            accuracy_m=item.accuracy_m,
            level=item.level,
            used=item.used,
            why=item.why,
        )
        for item in items
        if item.lat_deg is not None and item.lon_deg is not None
    )


def points_of_fixes(fixes: Fixes, *, start_us: int, stop_us: int) -> tuple[MapPoint, ...]:
    """Return the fixes within ``[start, stop)``, numbered from 1 in time order."""
    placed = np.isfinite(fixes.lat_deg) & np.isfinite(fixes.lon_deg)
    rows = np.flatnonzero(placed & (fixes.t_us >= start_us) & (fixes.t_us < stop_us))
    rows = rows[np.argsort(fixes.t_us[rows], kind="stable")]
    return tuple(
        MapPoint(
            number=number,
            t_us=int(fixes.t_us[row]),
            source=_NAMES.get(int(fixes.source[row]), "unknown"),
            lat_deg=float(fixes.lat_deg[row]),
            lon_deg=float(fixes.lon_deg[row]),
            accuracy_m=_said(fixes.accuracy_m[row]),
            level=_said(fixes.level[row]),
        )
        for number, row in enumerate(rows.tolist(), 1)
    )


def _said(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def trail(points: Sequence[MapPoint], *, gap_us: int) -> tuple[list[list[MapPoint]], list[Gap]]:
    """Return the runs of the trail and the gaps between them.

    A run breaks where two neighbours of the trail are more than ``gap_us`` apart: no line crosses a silence.
    """
    runs: list[list[MapPoint]] = []
    gaps: list[Gap] = []
    others = 0
    for point in points:
        if not point.on_trail:
            others += 1
            continue
        if runs and point.t_us - runs[-1][-1].t_us <= gap_us:
            runs[-1].append(point)
        else:
            if runs:
                gaps.append(Gap(runs[-1][-1], point, others))
            runs.append([point])
        others = 0
    return runs, gaps
