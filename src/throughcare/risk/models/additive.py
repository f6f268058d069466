"""The additive model: an intercept, one table a feature, one table a pair, and nothing else.

Every fitted model of this house that may support a decision is of this form, whether a booster, a logistic
regression or a scorecard found it. A prediction is a look-up and a sum, so it can be read, checked by hand,
written to JSON and signed; there is nothing to unpickle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.models.columns import Codes, Column

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SingleTable:
    """The log-odds that each code of one feature adds."""

    feature: int
    values: Floats  # (size,)


@dataclass(frozen=True, slots=True)
class PairTable:
    """The log-odds that each pair of codes of two features adds."""

    first: int
    second: int
    values: Floats  # (size of first, size of second)


@dataclass(frozen=True, slots=True)
class AdditiveModel:
    """Log-odds = intercept + the singles + the pairs.

    Parameters
    ----------
    columns : tuple of Column
        The features, in the order of the codes.
    intercept : float
    singles : tuple of SingleTable
    pairs : tuple of PairTable
    """

    columns: tuple[Column, ...]
    intercept: float
    singles: tuple[SingleTable, ...]
    pairs: tuple[PairTable, ...] = ()

    def __post_init__(self) -> None:
        for single in self.singles:
            if single.values.shape != (self.columns[single.feature].size,):
                raise ValueError(f"{self.columns[single.feature].name}: the table does not fit the levels")
        for pair in self.pairs:
            expected = (self.columns[pair.first].size, self.columns[pair.second].size)
            if pair.values.shape != expected:
                raise ValueError(f"pair {pair.first}, {pair.second}: the table does not fit the levels")

    def contributions(self, codes: Codes) -> Floats:
        """Return what each table adds, (n, singles + pairs)."""
        parts = [single.values[codes[:, single.feature]] for single in self.singles]
        parts += [pair.values[codes[:, pair.first], codes[:, pair.second]] for pair in self.pairs]
        return np.stack(parts, axis=1) if parts else np.zeros((len(codes), 0))

    def log_odds(self, codes: Codes) -> Floats:
        """Return the log-odds, (n,)."""
        total = np.full(len(codes), self.intercept)
        for single in self.singles:
            total += single.values[codes[:, single.feature]]
        for pair in self.pairs:
            total += pair.values[codes[:, pair.first], codes[:, pair.second]]
        return total

    def probability(self, codes: Codes) -> Floats:
        """Return the probability, (n,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.log_odds(codes))))
