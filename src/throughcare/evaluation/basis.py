"""Columns that are made of the covariates without knowing the answer: squares, products and quantile bins.

A comparison that agrees on every mean can still differ in shape: as many young men, but the wrong young men. So the
covariates are opened up before anything is balanced or modelled, by one rule that reads no outcome:

* every covariate itself (a number; the levels of a list, the first left out; the strata);
* the square of each number of more than two values, and the product of every two of them;
* quantile bins of each such number, cut at the quantiles of the treated, whom the effect is about;
* the product of each such number with each covariate of two values.

Columns have mean 0 and standard deviation 1 over everybody. One that others already say is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Cohort, Floats

MAIN: Final = 0
SQUARE: Final = 1
PRODUCT: Final = 2
BIN: Final = 3

Groups = npt.NDArray[np.int8]
_LEAST_NEW = 1e-6  # of a column's variance must be news; less is another column's echo
_CHUNK = 16_384
_SHARES = np.concatenate([[0.002], np.arange(0.01, 0.995, 0.01), [0.998]])
_DEVIATES = np.array([NormalDist().inv_cdf(float(share)) for share in _SHARES])


@dataclass(frozen=True, slots=True)
class BasisRule:
    """How far covariates are opened up.

    Parameters
    ----------
    most_bins : int
        Quantile bins of a number.
    least_in_bin : int
        Treated people that a bin is meant to hold; small groups get fewer bins.
    """

    most_bins: int = 10
    least_in_bin: int = 15


@dataclass(frozen=True, slots=True)
class Basis:
    """The columns of n people.

    Parameters
    ----------
    design : float64 (n, k + 1)
        A column of ones, then k columns of mean 0 and standard deviation 1.
    names : tuple of str (k,)
    groups : int8 (k,)
        MAIN, SQUARE, PRODUCT or BIN.
    """

    design: Floats
    names: tuple[str, ...]
    groups: Groups

    @property
    def columns(self) -> Floats:
        """The k columns, a view without the ones."""
        return self.design[:, 1:]

    def generated(self) -> Basis:
        """Return only the columns that were made: squares, products and bins."""
        kept = np.flatnonzero(self.groups != MAIN)
        return _chosen(self, kept)

    def main(self) -> Basis:
        """Return only the covariates themselves."""
        return _chosen(self, np.flatnonzero(self.groups == MAIN))


def main_basis(cohort: Cohort) -> Basis:
    """Return the covariates and strata themselves as a basis."""
    return _assembled(cohort, list(_main_columns(cohort)))


def automatic_basis(cohort: Cohort, *, rule: BasisRule | None = None) -> Basis:
    """Return the covariates and everything made of them.

    Parameters
    ----------
    cohort : Cohort
        Without outcomes: the basis cannot know the answer.
    rule : BasisRule, optional

    Returns
    -------
    Basis
        Main columns first, so that of two columns that say the same the covariate itself stays.
    """
    rule = rule or BasisRule()
    parts = list(_main_columns(cohort))
    parts += _generated_columns(cohort, rule)
    return _assembled(cohort, parts)


_Part = tuple[str, int, Floats]


def _main_columns(cohort: Cohort) -> Iterator[_Part]:
    columns, names = cohort.main_effects()
    for position, name in enumerate(names):
        yield name, MAIN, columns[:, position]
    for name, codes in cohort.strata.items():
        for code in np.unique(codes)[1:]:
            yield f"{name}: {code}", MAIN, (codes == code).astype(np.float64)


def _generated_columns(cohort: Cohort, rule: BasisRule) -> Iterator[_Part]:
    numbers: list[tuple[str, Floats]] = []
    flags: list[tuple[str, Floats]] = []
    for covariate in cohort.covariates:
        column = cohort.columns[covariate.name]
        two_valued = _is_two_valued(column)
        if covariate.is_number and not two_valued:
            numbers.append((covariate.label, _standard(column)))
        elif two_valued:
            flags.append((covariate.label, _standard(column)))
    for name, column in numbers:
        yield f"{name}, squared", SQUARE, column * column
    scores = [(name, _normal_scores(column)) for name, column in numbers]
    for (one, first), (other, second) in combinations(scores, 2):
        yield f"{one} x {other}", PRODUCT, first * second
    for name, column in scores:
        for one, flag in flags:
            yield f"{name} x {one}", PRODUCT, column * flag
    for covariate in cohort.covariates:
        column = cohort.columns[covariate.name]
        if covariate.is_number and not _is_two_valued(column):
            yield from _bins(covariate.label, column, cohort.treated, rule)


def _bins(label: str, column: Floats, treated: npt.NDArray[np.bool_], rule: BasisRule) -> Iterator[_Part]:
    count = int(np.clip(treated.sum() // rule.least_in_bin, 2, rule.most_bins))
    cuts = np.unique(np.quantile(column[treated], np.arange(1, count) / count))
    position = np.searchsorted(cuts, column, side="right")
    for number in range(1, len(cuts) + 1):
        upper = f" to {cuts[number]:.6g}" if number < len(cuts) else " or more"
        yield f"{label} from {cuts[number - 1]:.6g}{upper}", BIN, (position == number).astype(np.float64)


def _is_two_valued(column: Floats) -> bool:
    low, high = column.min(), column.max()
    return bool(((column == low) | (column == high)).all())


def _standard(column: Floats) -> Floats:
    spread = column.std()
    scaled: Floats = (column - column.mean()) / (spread if spread > 0 else 1.0)
    return scaled


def _normal_scores(column: Floats) -> Floats:
    """Return each value's place among all as a standard normal deviate: one person's 60 convictions weigh no more."""
    _, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(column)
    scores = np.interp(middle, _SHARES, _DEVIATES)
    return _standard(scores[place])


def _assembled(cohort: Cohort, parts: list[_Part]) -> Basis:
    design = np.empty((len(cohort), len(parts) + 1))
    design[:, 0] = 1.0
    for position, (_, _, column) in enumerate(parts, start=1):
        design[:, position] = _standard(column)
    basis = Basis(
        design=design,
        names=tuple(name for name, _, _ in parts),
        groups=np.array([group for _, group, _ in parts], dtype=np.int8),
    )
    kept = independent_columns(gram(basis.columns) / len(cohort))
    return basis if len(kept) == len(parts) else _chosen(basis, kept)


def gram(columns: Floats) -> Floats:
    """Return the sum over people of the products of every two columns, (k, k)."""
    total = np.zeros((columns.shape[1], columns.shape[1]))
    for start in range(0, len(columns), _CHUNK):
        part = columns[start : start + _CHUNK]
        total += part.T @ part
    return total


def independent_columns(moments: Floats) -> npt.NDArray[np.intp]:
    """Return which columns say something that those before them do not.

    Parameters
    ----------
    moments : float64 (k, k)
        Mean products of columns of standard deviation 1 (or 0, which is left out).

    Returns
    -------
    intp (m,)
        In their order. What each kept column says is taken out of all; a column that then has less than a millionth
        of its variance left is not kept.
    """
    rest = moments.copy()
    kept: list[int] = []
    for column in range(len(rest)):
        left = rest[column, column]
        if left > _LEAST_NEW:
            kept.append(column)
            rest -= np.multiply.outer(rest[:, column], rest[column] / left)
    return np.array(kept, dtype=np.intp)


def _chosen(basis: Basis, kept: npt.NDArray[np.intp]) -> Basis:
    return Basis(
        design=basis.design[:, np.concatenate([[0], kept + 1])],
        names=tuple(basis.names[position] for position in kept),
        groups=basis.groups[kept],
    )
