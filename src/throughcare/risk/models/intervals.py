"""Per-person intervals: the model fitted again to people drawn anew, and how far its answers then differ.

Each fit draws as many people as there are, with replacement, and keeps the pairs of the model. How many standard
deviations of those fits make an interval of 90 % is not taken from a textbook: a booster errs by its restraint as
well as by chance. It was measured on people whose true probability is known (`benchmarks/risk_intervals.py`).

References
----------
Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 14.
"""

from __future__ import annotations

import numpy as np

from throughcare.risk.models.additive import AdditiveModel, PairTable, SingleTable
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Table
from throughcare.risk.models.hazard import Pairs, Progress, at_period, fit_hazard, fit_period
from throughcare.risk.models.local_model import Layout, Spread

LEVEL = 0.9
SPREAD = Spread(level=LEVEL, width=2.7, shift=0.0)
_DECIMALS = 6


def fit_layout(
    table: Table,
    layout: Layout,
    *,
    settings: BoostingSettings,
    rng: np.random.Generator,
    chosen: tuple[Pairs, ...] | None = None,
    progress: Progress = lambda done, total: None,
) -> tuple[tuple[AdditiveModel, ...], tuple[Pairs, ...]]:
    """Fit the additive models of all periods.

    Parameters
    ----------
    table : Table
    layout : Layout
        One model of the hazard, or one model a period.
    settings : BoostingSettings
    rng : numpy.random.Generator
    chosen : tuple of Pairs or None
        The pairs of each model (one, or one a period), to keep; None to look for them.
    progress : callable

    Returns
    -------
    (models, chosen)
        One model a period, and the pairs of each fit.
    """
    periods = range(table.events.shape[1])
    if layout is Layout.POOLED:
        whole = fit_hazard(
            table, settings=settings, rng=rng, chosen=None if chosen is None else chosen[0], progress=progress
        )
        held = tuple((pair.first, pair.second) for pair in whole.pairs)
        return tuple(rounded(at_period(whole, period)) for period in periods), (held,)
    fits = []
    for period in periods:
        fits.append(
            fit_period(
                table,
                period,
                settings=settings,
                rng=rng,
                chosen=chosen[period] if chosen is not None else None,
            )
        )
        progress(period + 1, len(periods))
    held_by = tuple(tuple((pair.first, pair.second) for pair in fit.pairs) for fit in fits)
    return tuple(rounded(fit) for fit in fits), held_by


def replicates(
    table: Table,
    layout: Layout,
    *,
    settings: BoostingSettings,
    chosen: tuple[Pairs, ...],
    count: int,
    rng: np.random.Generator,
    progress: Progress = lambda done, total: None,
) -> tuple[tuple[AdditiveModel, ...], ...]:
    """Fit the model to people drawn anew, `count` times.

    Parameters
    ----------
    table : Table
    layout : Layout
    settings : BoostingSettings
        Each fit is of one bag.
    chosen : tuple of Pairs
        As returned by `fit_layout`.
    count : int
    rng : numpy.random.Generator
    progress : callable
    """
    found = []
    for number in range(count):
        drawn = np.sort(rng.integers(0, len(table), len(table)))
        models, _ = fit_layout(table.rows(drawn), layout, settings=settings, rng=rng, chosen=chosen)
        found.append(models)
        progress(number + 1, count)
    return tuple(found)


def rounded(model: AdditiveModel) -> AdditiveModel:
    """Return the model with every number at six decimals: what a file says is what predicts."""
    return AdditiveModel(
        columns=model.columns,
        intercept=round(model.intercept, _DECIMALS),
        singles=tuple(SingleTable(each.feature, each.values.round(_DECIMALS)) for each in model.singles),
        pairs=tuple(PairTable(each.first, each.second, each.values.round(_DECIMALS)) for each in model.pairs),
    )
