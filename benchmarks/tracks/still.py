"""MobilityNet's phones at rest: the truth is *inside all night*, so every absence that is reported is false.

The place may be a private address. It is found from the fixes when this runs, it goes into orders in a
temporary folder, and no coordinate of it is printed or kept.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.tracks import orders
from benchmarks.tracks.places import Floats, circle, inside_m
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.presence import Presence
from throughcare.runners.monitoring import Run

ZONE = "America/Los_Angeles"
HOUSE_M = 25.0
DAY_S = 86_400.0


def locations(data: Path) -> pa.Table:
    """Return the phones' fixes as they are."""
    return pq.read_table(data / "mobilitynet" / "mobilitynet_locations.parquet")


def still_rows(table: pa.Table) -> pa.Table:
    """Return the fixes of the runs in which the phones lay still."""
    return table.filter(pc.match_substring(table["spec"], "stationary"))


def house(table: pa.Table) -> dict[str, Any]:
    """Return the house: a circle about the median of the fixes that claim 20 m or better."""
    good = still_rows(table).filter(pc.less_equal(still_rows(table)["accuracy"], 20.0))
    return circle((float(np.median(good["lon"])), float(np.median(good["lat"]))), HOUSE_M)


def span_s(run: str) -> tuple[float, float]:
    """Return the start and end that a run's name states."""
    start, end = run.split("_")
    return float(start), float(end)


def still_orders(table: pa.Table) -> list[orders.Json]:
    """Return one order a phone and run: a curfew at the house at every hour, in spans of twelve."""
    area = house(table)
    rows = still_rows(table)
    runs = sorted(set(zip(rows["phone"].to_pylist(), rows["run"].to_pylist(), strict=True)))
    return [_order(phone, run, area) for phone, run in runs]


def _order(phone: str, run: str, area: orders.Json) -> orders.Json:
    start_s, stop_s = span_s(run)
    first = orders.civil(start_s, ZONE).date()
    last = orders.civil(stop_s, ZONE).date()
    timetable = [(day, a, b) for day in orders.DAYS for a, b in (("07:00", "19:00"), ("19:00", "07:00"))]
    before = str(first - dt.timedelta(days=1))  # the night that began the evening before is demanded too
    return orders.order(
        f"still-{phone}-{run}", phone, (start_s - DAY_S, stop_s), ZONE,
        places=[orders.place("house", area)],
        worn=[orders.activation(f"still-{phone}-{run}", phone, start_s, stop_s)],
        conditions=[orders.curfew("curfew", "house", before, str(last), timetable)],
    )  # fmt: skip


@dataclass(frozen=True)
class StillScore:
    """What a detector made of phones that lay still; times in seconds over all runs."""

    detector: str
    runs: int
    worn_s: float
    inside_s: float
    outside_s: float
    unknown_s: float
    incidents: int
    spells: int
    atv_s: float
    silences: int
    causes: dict[str, int]
    wrong: tuple[Incident, ...]

    @property
    def a_day(self) -> float:
        """False incidents a person-day worn."""
        return self.incidents / (self.worn_s / DAY_S)

    @property
    def a_known_day(self) -> float:
        """False incidents a day in which the engine said inside or outside."""
        return self.incidents / ((self.inside_s + self.outside_s) / DAY_S)


def score(run: Run, detector: str) -> StillScore:
    """Return how many absences a detector reported of phones that never moved."""
    ours = {key: scope for key, scope in run.scopes.items() if key.startswith("still-")}
    held: Counter[Presence] = Counter()
    worn_us = 0
    for scope in ours.values():
        worn = scope.rules.interval
        worn_us += worn.stop_us - worn.start_us
        for segments in scope.segments.values():
            for segment in segments:
                stop_us = min(worn.stop_us, scope.now_us if segment.end_us is None else segment.end_us)
                held[segment.state] += max(0, stop_us - max(segment.start_us, worn.start_us))
    mine = [i for i in run.incidents if i.activation_id in ours]
    wrong = tuple(i for i in mine if i.kind is IncidentKind.CURFEW_ABSENCE)
    silences = [i for i in mine if i.kind is IncidentKind.LOSS_OF_CONTACT]
    return StillScore(
        detector=detector,
        runs=len(ours),
        worn_s=worn_us / SECOND_US,
        inside_s=held[Presence.INSIDE] / SECOND_US,
        outside_s=held[Presence.OUTSIDE] / SECOND_US,
        unknown_s=held[Presence.UNKNOWN] / SECOND_US,
        incidents=len(wrong),
        spells=sum(len(i.spells) for i in wrong),
        atv_s=sum(i.atv_s for i in wrong),
        silences=len(silences),
        causes=dict(Counter(str(i.cause) for i in silences)),
        wrong=wrong,
    )


@dataclass(frozen=True)
class ErrorRow:
    """True error against stated accuracy, for fixes whose stated accuracy lies in a band."""

    band: str
    fixes: int
    phones: int
    p50_m: float
    p68_m: float
    p95_m: float
    within: float  # share of fixes no farther off than they say
    apart_m: float  # median distance between a fix and the next of its phone


BANDS_M = ((0, 15), (15, 30), (30, 70), (70, 500), (500, 1500), (1500, 1e9))


def errors(table: pa.Table) -> list[ErrorRow]:
    """Return the errors of phones at rest by the accuracy that they state."""
    rows = still_rows(table).sort_by([("phone", "ascending"), ("t", "ascending")])
    area = house(table)
    lat, lon, accuracy = (rows[name].to_numpy() for name in ("lat", "lon", "accuracy"))
    phones = np.array(rows["phone"].to_pylist())
    error_m = area["radius_m"] - inside_m(area, lat, lon)
    return [
        _band(f"{low:g}-{high:g}" if high < 1e9 else f"over {low:g}", (accuracy > low) & (accuracy <= high),
              error_m, accuracy, phones, lat, lon)
        for low, high in BANDS_M
    ]  # fmt: skip


def _band(
    name: str,
    rows: np.ndarray,
    error_m: Floats,
    accuracy_m: Floats,
    phones: np.ndarray,
    lat: Floats,
    lon: Floats,
) -> ErrorRow:
    p50, p68, p95 = np.percentile(error_m[rows], [50, 68, 95])
    place = np.stack([lat[rows], lon[rows]])
    steps = np.hypot(*(np.diff(place, axis=1) * [[111_195.0], [111_195.0 * np.cos(np.radians(lat[0]))]]))
    same = phones[rows][1:] == phones[rows][:-1]
    return ErrorRow(
        band=name,
        fixes=int(rows.sum()),
        phones=len(set(phones[rows].tolist())),
        p50_m=float(p50),
        p68_m=float(p68),
        p95_m=float(p95),
        within=float(np.mean(error_m[rows] <= accuracy_m[rows])),
        apart_m=float(np.median(steps[same])) if same.any() else float("nan"),
    )
