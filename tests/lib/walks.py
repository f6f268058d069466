"""Reads where two people were from a rules page: metres east of an invented spot, at regular times."""

from __future__ import annotations

import re

import numpy as np

from tests.lib.rule_tables import instant
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import MINUTE_US, SECOND_US
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.tracks import ProximityTrack, proximity_track

SPOT = Plane(52.4321, -1.5678)
_LEG = re.compile(
    r"^(?P<first>[\d:]+)(?:-(?P<last>[\d:]+))? (?P<poor>poor )?(?:at|from) (?P<a>-?\d+)(?: to (?P<b>-?\d+))?"
    r"(?: every (?P<step>\d+) (?P<unit>min|s))?$"
)


def fixes_along(cell: str, *, north_m: float = 0.0) -> Fixes:
    """Return the positions of a cell such as ``10:00-10:30 from 2000 to 0 every 1 min; 10:40 poor at 5``."""
    rows: list[tuple[int, float, bool]] = []
    for part in filter(None, (item.strip() for item in cell.split(";"))):
        leg = _LEG.match(part)
        assert leg is not None, f"cannot read the way {part!r}"
        first = instant(leg["first"])
        last = instant(leg["last"]) if leg["last"] else first
        step = int(leg["step"] or 1) * (SECOND_US if leg["unit"] == "s" else MINUTE_US)
        a, b = float(leg["a"]), float(leg["b"] or leg["a"])
        for t_us in range(first, last + 1, step):
            share = (t_us - first) / max(last - first, 1)
            rows.append((t_us, a + share * (b - a), leg["poor"] is not None))
    t_us, east_m, poor = (np.array(column) for column in zip(*rows, strict=True))
    lat_deg, lon_deg = SPOT.to_degrees(east_m, np.full(len(east_m), north_m))
    return Fixes.build(
        key=np.zeros(len(t_us), np.int64),
        keys=("act-1",),
        t_us=t_us,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        accuracy_m=np.where(poor, 60.0, 8.0),
        level=np.full(len(t_us), 0.68),
        source=np.where(poor, int(Source.WIFI), int(Source.GNSS)),
    )


def track_along(cell: str, *, until_us: int, parameters: Parameters | None = None) -> ProximityTrack:
    """Return the same as a track."""
    return proximity_track(fixes_along(cell), parameters=parameters or Parameters(), until_us=until_us)
