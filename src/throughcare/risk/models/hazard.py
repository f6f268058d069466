"""Discrete-time hazards: people and periods stacked, so that one model learns from every period.

A row is one person in one period in which they were still at risk; the period is a feature like any other, so an
effect may fade with time where a pair says so. Written out, the model of each period is additive by itself.

References
----------
Allison, Sociological Methodology 13, 1982 (discrete-time methods for the analysis of event histories).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from throughcare.risk.models.additive import AdditiveModel, SingleTable
from throughcare.risk.models.boosting import BoostingSettings, fit_additive
from throughcare.risk.models.columns import Codes, Column, Table, TableSpec

Pairs = tuple[tuple[int, int], ...]
Progress = Callable[[int, int], None]


def period_column(spec: TableSpec) -> Column:
    """Return the feature that tells the periods apart."""
    return Column(name="(period)", label="period", levels=spec.period_words)


def stacked(table: Table) -> tuple[Codes, npt.NDArray[np.int8]]:
    """Return the codes, (rows, features + 1), and the outcome of every person and period at risk and known."""
    codes, target = [], []
    for period in range(table.events.shape[1]):
        rows = known_at_risk(table, period)
        last = np.full((int(rows.sum()), 1), period, dtype=np.int16)
        codes.append(np.hstack([table.codes[rows], last]))
        target.append(table.events[rows, period])
    return np.vstack(codes), np.concatenate(target)


def known_at_risk(table: Table, period: int) -> npt.NDArray[np.bool_]:
    """Return who was at risk in a period and has a known outcome in it, (n,)."""
    return np.asarray(table.at_risk[:, period] & (table.events[:, period] >= 0))


def at_period(model: AdditiveModel, period: int) -> AdditiveModel:
    """Return a stacked model as it stands in one period: the last feature is folded into the other tables."""
    last = len(model.columns) - 1
    columns = model.columns[:last]
    singles = {single.feature: single.values.copy() for single in model.singles}
    intercept = model.intercept
    if last in singles:
        intercept += float(singles.pop(last)[period])
    pairs = []
    for pair in model.pairs:
        if pair.second != last:
            pairs.append(pair)
            continue
        before = singles.get(pair.first, np.zeros(columns[pair.first].size))
        singles[pair.first] = before + pair.values[:, period]
    tables = tuple(SingleTable(feature, values) for feature, values in sorted(singles.items()))
    return AdditiveModel(columns=columns, intercept=intercept, singles=tables, pairs=tuple(pairs))


def pairs_of(model: AdditiveModel) -> Pairs:
    """Return the pairs that a model holds."""
    return tuple((pair.first, pair.second) for pair in model.pairs)


def fit_hazard(
    table: Table,
    *,
    settings: BoostingSettings,
    rng: np.random.Generator,
    chosen: Pairs | None = None,
    progress: Progress = lambda done, total: None,
) -> AdditiveModel:
    """Fit one model of all periods; its last feature is the period.

    Every effect may differ from period to period: within one period such a pair is a single table again, so that
    it costs no reader anything.

    Parameters
    ----------
    table : Table
    settings : BoostingSettings
    rng : numpy.random.Generator
    chosen : tuple of pairs of int or None
        As in `fit_additive`.
    progress : callable
    """
    codes, target = stacked(table)
    columns = (*table.spec.features, period_column(table.spec))
    return fit_additive(
        codes,
        target,
        columns=columns,
        settings=settings,
        rng=rng,
        chosen=chosen,
        always=[(feature, len(columns) - 1) for feature in range(len(columns) - 1)],
        progress=progress,
    )


def fit_period(
    table: Table,
    period: int,
    *,
    settings: BoostingSettings,
    rng: np.random.Generator,
    chosen: Pairs | None = None,
    progress: Progress = lambda done, total: None,
) -> AdditiveModel:
    """Fit the model of one period on those at risk in it.

    Parameters
    ----------
    table : Table
    period : int
        From 0.
    settings : BoostingSettings
    rng : numpy.random.Generator
    chosen : tuple of pairs of int or None
        As in `fit_additive`.
    progress : callable
    """
    rows = known_at_risk(table, period)
    return fit_additive(
        table.codes[rows],
        table.events[rows, period],
        columns=table.spec.features,
        settings=settings,
        rng=rng,
        chosen=chosen,
        progress=progress,
    )
