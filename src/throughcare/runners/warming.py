"""Warming: have the engine's kernels compiled before anything waits for them."""

from __future__ import annotations

import numpy as np

from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.areas import compile_area
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold, start_carry
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Watch
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.geometry import Circle


def compile_engine() -> int:
    """Fold a few invented facts, which compiles every kernel of the fold; return how many segments they closed."""
    minutes = np.arange(40)
    key, t_us = np.zeros(len(minutes), np.int64), minutes * MINUTE_US
    fixes = Fixes.build(
        key=key,
        keys=("A",),
        t_us=t_us,
        lat_deg=np.full(len(minutes), 52.0),
        lon_deg=np.where(minutes < 20, -1.5, -1.4),
        accuracy_m=np.full(len(minutes), 10.0),
    )
    polls = Statuses.build(
        key=key, keys=("A",), t_us=t_us, kind=np.full(len(minutes), int(StatusKind.RADIO_MISSED))
    )
    home = Circle(type="Circle", centre=(-1.5, 52.0), radius_m=50.0)
    watch = Watch(
        watch_id="W",
        condition_id="C",
        kind=IncidentKind.CURFEW_ABSENCE,
        area=compile_area(be_in=(home,)),
        radio=True,
    )
    parameters = Parameters()
    items = merge_items(fixes, polls, parameters)
    _, segments = fold(items, watch, start_carry(-1), parameters=parameters)
    return len(segments)
