"""Whether two groups are alike: in means, in everything generated from the covariates, and in whole distributions.

A table of means can be green and the answer wrong, because weights that agree on every mean may still compare the
wrong young men. So squares, products and quantile bins are judged too, by the same measure, and numbers by the largest
gap of their cumulative distributions. In small groups chance alone passes 5 %: the threshold is then what chance
reaches, found by dealing the treatment anew among people who were equally likely to get it.

References
----------
Austin and Stuart, Statistics in Medicine 34(28), 2015 (standardised differences, squares and products, distributions).
No test of significance is printed beside a difference: balance is of these people, not of a population (Imai, King and
Stuart, JRSS A 171(2), 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from throughcare.evaluation.basis import BIN, MAIN, PRODUCT, SQUARE, Basis, automatic_basis
from throughcare.evaluation.cohort import Cohort, Flags, Floats
from throughcare.evaluation.propensity import fit_propensity, odds_of
from throughcare.evaluation.regression import weighted_gram

GOOD: Final = 0.05
REASONABLE: Final = 0.10
KINDS: Final = {MAIN: "covariate", SQUARE: "square", PRODUCT: "product", BIN: "bin"}
_ENOUGH: Final = 20_000  # treated people; beyond it chance alone stays below 5 %


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """How far one column differs.

    Parameters
    ----------
    name : str
    kind : {"covariate", "square", "product", "bin"}
    before, after : float
        Mean of the treated minus that of the comparison group, unweighted and weighted, in standard deviations.
    """

    name: str
    kind: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class BalanceTable:
    """How far two groups differ.

    Parameters
    ----------
    rows : tuple of BalanceRow
        The covariates, then what was generated from them.
    distributions : tuple of (str, float, float)
        Of each number: its label, and the largest gap of the cumulative distributions before and after (0 to 1).
    """

    rows: tuple[BalanceRow, ...]
    distributions: tuple[tuple[str, float, float], ...]

    def largest(self, *, generated: bool) -> BalanceRow | None:
        """Return the row that differs most after weighting, of the covariates or of the generated columns."""
        rows = [row for row in self.rows if (row.kind != KINDS[MAIN]) == generated]
        return max(rows, key=lambda row: abs(row.after), default=None)

    def largest_gap(self) -> float:
        """Return the largest gap of two cumulative distributions after weighting."""
        return max((after for _, _, after in self.distributions), default=0.0)

    def beyond(self, threshold: float) -> tuple[BalanceRow, ...]:
        """Return the rows that differ by more than a threshold after weighting."""
        return tuple(row for row in self.rows if abs(row.after) > threshold)


def judge_balance(
    cohort: Cohort, *, kept: Flags, weights: Floats, basis: Basis | None = None
) -> BalanceTable:
    """Return how far the treated and the weighted comparison group differ.

    Parameters
    ----------
    cohort : Cohort
    kept : bool (n,)
        The treated who are compared.
    weights : float64 (n,)
        What each comparison person counts for.
    basis : Basis, optional
        The columns to judge; the automatic ones if there is none.

    Notes
    -----
    Differences are divided by the root of the mean of both arms' variances before weighting, so that weights cannot
    change the yardstick.
    """
    basis = basis or automatic_basis(cohort)
    even = (~cohort.treated).astype(np.float64)
    before = standardised_differences(basis.columns, cohort.treated, kept=cohort.treated, weights=even)
    after = standardised_differences(basis.columns, cohort.treated, kept=kept, weights=weights)
    rows = tuple(
        BalanceRow(name, KINDS[int(group)], float(first), float(second))
        for name, group, first, second in zip(basis.names, basis.groups, before, after, strict=True)
    )
    gaps = []
    for covariate in cohort.covariates:
        column = cohort.columns[covariate.name]
        if covariate.is_number:
            first = distribution_gap(column, kept=cohort.treated, weights=even)
            gaps.append((covariate.label, first, distribution_gap(column, kept=kept, weights=weights)))
    return BalanceTable(rows=rows, distributions=tuple(gaps))


def standardised_differences(columns: Floats, treated: Flags, *, kept: Flags, weights: Floats) -> Floats:
    """Return the difference of each column's means in standard deviations (k,)."""
    means = kept.astype(np.float64) @ columns / kept.sum() - weights @ columns / weights.sum()
    differences: Floats = means / _yardstick(columns, treated)
    return differences


def _yardstick(columns: Floats, treated: Flags) -> Floats:
    arms = []
    squares = columns**2
    for arm in (treated, ~treated):
        part = arm.astype(np.float64) / arm.sum()
        arms.append(np.maximum(part @ squares - (part @ columns) ** 2, 0.0))
    spread = np.sqrt((arms[0] + arms[1]) / 2)
    return np.where(spread > 1e-12, spread, 1.0)


def distribution_gap(column: Floats, *, kept: Flags, weights: Floats) -> float:
    """Return the largest gap of two cumulative distributions (Kolmogorov and Smirnov), the second one weighted."""
    order = np.argsort(column, kind="stable")
    values = column[order]
    with_them = np.cumsum(kept[order]) / kept.sum()
    without = np.cumsum(weights[order]) / weights.sum()
    last_of_value = np.append(values[1:] != values[:-1], True)
    return float(np.abs(with_them - without)[last_of_value].max())


@dataclass(frozen=True, slots=True)
class Calibration:
    """What chance alone reaches.

    Parameters
    ----------
    threshold : float
        The larger of the floor and the 95th percentile.
    percentile_95 : float
        Of the largest difference of any generated column, when the treatment is dealt anew; nought if not dealt.
    draws : int
        How often it was dealt.
    """

    threshold: float
    percentile_95: float
    draws: int


def calibrate_threshold(
    cohort: Cohort,
    *,
    rng: np.random.Generator,
    basis: Basis | None = None,
    draws: int = 400,
    floor: float = GOOD,
) -> Calibration:
    """Return the threshold for generated columns: 5 %, or what chance alone reaches in so small a group.

    Parameters
    ----------
    cohort : Cohort
    rng : numpy.random.Generator
    basis : Basis, optional
    draws : int
        How often the treatment is dealt anew among people of the same stratum of the chance of treatment.
    floor : float

    Notes
    -----
    A design by the covariates themselves is fitted to every deal. That is done in its linear part, for all deals at
    once: what the covariates explain of a generated column is taken out of it, and the rest is compared between those
    dealt to and the others weighted by the odds of treatment.
    """
    if cohort.treated.sum() > _ENOUGH:
        return Calibration(floor, 0.0, 0)
    basis = basis or automatic_basis(cohort)
    main, generated = basis.main(), basis.generated()
    if not len(generated.names):
        return Calibration(floor, 0.0, 0)
    propensity = fit_propensity(main, cohort.treated)
    odds = odds_of(propensity.chance)
    yardstick = _yardstick(generated.columns, cohort.treated)
    rest = _unexplained(main, generated, odds * (1 - propensity.chance)) / yardstick
    dealt = _deals(propensity.log_odds, cohort.treated, rng, draws)
    with_them = dealt @ rest / cohort.treated.sum()
    left = (1.0 - dealt) * odds
    differences = with_them - left @ rest / left.sum(axis=1, keepdims=True)
    percentile = float(np.quantile(np.abs(differences).max(axis=1), 0.95))
    return Calibration(max(floor, percentile), percentile, draws)


def _unexplained(main: Basis, generated: Basis, weights: Floats) -> Floats:
    """Return what the main columns do not explain of the generated ones, weighted as the treated are spread."""
    moments = weighted_gram(main.design, weights)
    moments[np.diag_indices_from(moments)] += 1e-9 * weights.sum()
    crossed = main.design.T @ (generated.columns * weights[:, None])
    rest: Floats = generated.columns - main.design @ np.linalg.solve(moments, crossed)
    return rest


def _deals(log_odds: Floats, treated: Flags, rng: np.random.Generator, draws: int) -> Floats:
    """Return (draws, n): 1 for those dealt to, as many in each stratum as were treated."""
    count = int(np.clip(treated.sum() // 10, 3, 20))
    cuts = np.quantile(log_odds[treated], np.arange(1, count) / count)
    stratum = np.searchsorted(cuts, log_odds, side="right")
    dealt = np.zeros((draws, len(log_odds)))
    for number in range(count):
        rows = np.flatnonzero(stratum == number)
        have = int(treated[rows].sum())
        if have == 0 or have == len(rows):
            dealt[:, rows] = float(have > 0)
            continue
        keys = rng.random((draws, len(rows)))
        lowest = np.argpartition(keys, have - 1, axis=1)[:, :have]
        np.put_along_axis(dealt, rows[lowest], 1.0, axis=1)
    return dealt
