"""One small simulation that the tests of the simulation share, made once a run."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np

from throughcare.simulation.scenario import Simulation, simulate
from throughcare.simulation.town import Town, build_town

START = dt.date(2026, 3, 23)  # the first week ends on the spring clock change


@cache
def small_simulation() -> Simulation:
    """Return 40 people over 12 days."""
    return simulate(seed=11, people=40, days=12, start=START)


@cache
def small_town() -> Town:
    """Return one town."""
    return build_town(rng=np.random.default_rng(3))
