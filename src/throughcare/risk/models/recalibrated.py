"""A recalibrated instrument: a published percent, fitted to the people here by two numbers a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.reasons import Reason
from throughcare.risk.models.additive import Floats
from throughcare.risk.models.columns import Table, TableSpec, Texts
from throughcare.risk.models.hazard import known_at_risk
from throughcare.risk.models.local_model import DecisionUse
from throughcare.risk.models.recalibration import Recalibration, recalibrate


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A published instrument with its correction for each period.

    Parameters
    ----------
    name : str
    column : str
        The column that holds the published percent.
    decision_use : DecisionUse
    reasons : tuple of Reason
    spec : TableSpec
    periods : tuple of Recalibration
    record : mapping
        JSON values.
    """

    name: str
    column: str
    decision_use: DecisionUse
    reasons: tuple[Reason, ...]
    spec: TableSpec
    periods: tuple[Recalibration, ...]
    record: Mapping[str, Any] = field(default_factory=dict)

    def hazards(self, percent: Floats) -> Floats:
        """Return the probability in each period, given that nothing happened before, (n, periods)."""
        return np.stack([period.probability(percent / 100.0) for period in self.periods], axis=1)


def percents(texts: Mapping[str, Sequence[str] | Texts], column: str, *, where: str) -> Floats:
    """Return a column of published percents, (n,), NaN where blank.

    Raises
    ------
    RefusedInput
        If it is absent, or a cell is no number from 0 to 100.
    """
    action = "Score the people with `throughcare risk score`, and name the column of percents."
    if column not in texts:
        raise RefusedInput(where=where, expected=f"a column {column}", found="none", action=action)
    found = np.full(len(texts[column]), np.nan)
    for row, text in enumerate(texts[column]):
        stripped = str(text).strip()
        if not stripped:
            continue
        try:
            found[row] = float(stripped)
        except ValueError:
            found[row] = -1.0
        if not 0.0 <= found[row] <= 100.0:
            raise RefusedInput(
                where=f"{where}, row {row + 1}, {column}",
                expected="a percent from 0 to 100",
                found=repr(stripped),
                action=action,
            )
    return found


def recalibrate_table(table: Table, percent: Floats, *, column: str) -> Recalibrated:
    """Fit the two numbers of each period.

    Parameters
    ----------
    table : Table
        Its events.
    percent : float64 (n,)
        Published percents of the same people; those with NaN are left out.
    column : str
    """
    periods = []
    for period, words in enumerate(table.spec.period_words):
        rows = known_at_risk(table, period) & ~np.isnan(percent)
        periods.append(
            recalibrate(
                percent[rows] / 100.0, table.events[rows, period], where=f"{table.spec.name}, {words}"
            )
        )
    return Recalibrated(
        name=f"{column}, recalibrated on {table.spec.name}",
        column=column,
        decision_use=DecisionUse.SUPPORT,
        reasons=(),
        spec=table.spec,
        periods=tuple(periods),
        record={"people": len(table), "left_out": int(np.isnan(percent).sum())},
    )
