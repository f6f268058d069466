"""A booster whose every tree has at most two questions, so that its sum is an additive model.

A tree that asks about one feature and then about one more is a function of two features. The sum of many such
trees is therefore a sum of single tables and pair tables, exactly: nothing is approximated when the trees are
written out. Tables are then purified (what a pair says about one of its features alone moves to that feature's
own table), so that each table is read by itself.

References
----------
Friedman, Annals of Statistics 29(5), 2001 (gradient boosting); Lou, Caruana, Gehrke and Hooker, KDD 2013
(additive models with pairs); Lengerich, Tan, Chang, Hooker and Caruana, AISTATS 2020 (purification).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.models.additive import AdditiveModel, Floats, PairTable, SingleTable
from throughcare.risk.models.boosting_kernels import boost
from throughcare.risk.models.columns import Codes, Column, Form

_FEWEST_FEATURES = 4  # that a tree may look at: with one alone there would be no pairs


@dataclass(frozen=True, slots=True)
class BoostingSettings:
    """How to boost.

    Parameters
    ----------
    rounds : int
        How many trees.
    rate : float
        Which share of each tree's step is taken.
    min_rows : int
        The fewest rows at an end of a tree.
    shrinkage : float
        Added to the curvature of each end (ridge).
    feature_share, row_share : float
        The share of features and of rows that each tree may look at.
    pairs : int
        How many pairs are kept; the model is fitted again with these alone.
    bags : int
        How many such fits are averaged, each with its own draws; the mean of tables is a table.
    """

    rounds: int = 1600
    rate: float = 0.03
    min_rows: int = 60
    shrinkage: float = 5.0
    feature_share: float = 0.3
    row_share: float = 0.8
    pairs: int = 40
    bags: int = 4


def fit_additive(
    codes: Codes,
    target: npt.NDArray[np.int8],
    *,
    columns: Sequence[Column],
    settings: BoostingSettings,
    rng: np.random.Generator,
    chosen: Sequence[tuple[int, int]] | None = None,
    always: Sequence[tuple[int, int]] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> AdditiveModel:
    """Fit an additive model of single and paired features.

    Parameters
    ----------
    codes : int16 (n, p)
    target : int8 (n,)
        0 or 1.
    columns : sequence of Column
        The p features; an effect that must rise or fall (``rising``) does so in every table.
    settings : BoostingSettings
    rng : numpy.random.Generator
        Same state and input, same model to the last bit.
    chosen : sequence of pairs of int or None
        The pairs that the model may hold; None to look for the strongest.
    always : sequence of pairs of int
        Pairs that it may hold whether or not they are among the strongest; they are not counted as such.
    progress : callable
        Called with how many of the fits are done, and how many there are.

    Returns
    -------
    AdditiveModel
        Singles centred on the rows given; at most ``settings.pairs`` pairs, the strongest first.
    """
    sizes = np.array([column.size for column in columns], dtype=np.int64)
    total = settings.bags + (chosen is None)
    allowed = np.ones((len(columns),) * 2, dtype=np.bool_)
    if chosen is None:
        everything = _boost_tables(
            codes, target, columns=columns, allowed=allowed, settings=settings, rng=rng
        )
        strongest = _strongest_pairs(everything, codes=codes, sizes=sizes)
        chosen = [*[pair for pair in strongest if pair not in always][: settings.pairs], *always]
        progress(1, total)
    allowed[:] = False
    for first, second in chosen:
        allowed[first, second] = allowed[second, first] = True
    fits = []
    for bag in range(settings.bags):
        fits.append(
            _boost_tables(codes, target, columns=columns, allowed=allowed, settings=settings, rng=rng)
        )
        progress(total - settings.bags + bag + 1, total)
    tables = _Tables(
        fits[0].intercept,
        np.mean([fit.singles for fit in fits], axis=0),
        np.mean([fit.pairs for fit in fits], axis=0),
    )
    return _written_out(tables, codes=codes, columns=columns, chosen=chosen)


@dataclass(frozen=True, slots=True)
class _Tables:
    intercept: float
    singles: Floats  # (p, widest)
    pairs: Floats  # (p, p, widest, widest), first < second


def _boost_tables(
    codes: Codes,
    target: npt.NDArray[np.int8],
    *,
    columns: Sequence[Column],
    allowed: npt.NDArray[np.bool_],
    settings: BoostingSettings,
    rng: np.random.Generator,
) -> _Tables:
    sizes = np.array([column.size for column in columns], dtype=np.int64)
    base = float(target.mean())
    intercept = float(np.log(base / (1.0 - base)))
    count = len(columns)
    looked = min(count, max(_FEWEST_FEATURES, round(settings.feature_share * count)))
    draws = np.stack([rng.permutation(count)[:looked] for _ in range(settings.rounds)]).astype(np.int64)
    seeds = rng.integers(0, 2**31 - 1, size=settings.rounds)
    singles, pairs = boost(
        np.ascontiguousarray(codes.T),
        target.astype(np.float64),
        sizes,
        np.array([column.form is Form.NOMINAL for column in columns]),
        np.array([column.rising for column in columns], dtype=np.int64),
        allowed,
        draws,
        seeds,
        intercept,
        settings.rate,
        settings.min_rows,
        settings.shrinkage,
        settings.row_share,
    )
    return _Tables(intercept, singles, pairs)


def _strongest_pairs(tables: _Tables, *, codes: Codes, sizes: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the pairs whose purified tables vary most over the people, strongest first."""
    strengths = []
    for first, second in zip(*np.nonzero(np.abs(tables.pairs).sum(axis=(2, 3))), strict=True):
        counts = _pair_counts(codes, int(first), int(second), sizes)
        pure, _, _ = purify(tables.pairs[first, second, : sizes[first], : sizes[second]], counts)
        strengths.append((float((counts * pure**2).sum()), int(first), int(second)))
    strengths.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    return [(first, second) for _, first, second in strengths]


def purify(table: Floats, counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Take out of a pair table what it says about each feature alone.

    Parameters
    ----------
    table, counts : float64 (a, b)
        The values, and how many people stand in each cell.

    Returns
    -------
    (pure, rows, columns) : float64 (a, b), (a,), (b,)
        ``table == pure + rows[:, None] + columns[None, :]``, with every weighted row and column mean of
        ``pure`` at nought.
    """
    pure = table.astype(np.float64).copy()
    rows, columns = np.zeros(table.shape[0]), np.zeros(table.shape[1])
    row_total, column_total = np.maximum(counts.sum(axis=1), 1e-9), np.maximum(counts.sum(axis=0), 1e-9)
    for _ in range(200):
        row_mean = (pure * counts).sum(axis=1) / row_total
        pure -= row_mean[:, None]
        rows += row_mean
        column_mean = (pure * counts).sum(axis=0) / column_total
        pure -= column_mean[None, :]
        columns += column_mean
        if max(np.abs(row_mean).max(), np.abs(column_mean).max()) < 1e-12:
            break
    return pure, rows, columns


def _pair_counts(codes: Codes, first: int, second: int, sizes: npt.NDArray[np.int64]) -> Floats:
    flat = codes[:, first].astype(np.int64) * sizes[second] + codes[:, second]
    counted = np.bincount(flat, minlength=int(sizes[first] * sizes[second]))
    return counted.reshape(int(sizes[first]), int(sizes[second])).astype(np.float64)


def _written_out(
    tables: _Tables, *, codes: Codes, columns: Sequence[Column], chosen: Sequence[tuple[int, int]]
) -> AdditiveModel:
    sizes = np.array([column.size for column in columns], dtype=np.int64)
    singles = [tables.singles[feature, : sizes[feature]].copy() for feature in range(len(columns))]
    pairs = []
    for first, second in chosen:
        counts = _pair_counts(codes, first, second, sizes)
        pure, rows, across = purify(tables.pairs[first, second, : sizes[first], : sizes[second]], counts)
        singles[first] += rows
        singles[second] += across
        pairs.append(PairTable(first, second, pure))
    intercept = tables.intercept
    for feature in range(len(columns)):
        people = np.bincount(codes[:, feature], minlength=int(sizes[feature]))
        mean = float((singles[feature] * people).sum() / people.sum())
        singles[feature] = singles[feature] - mean
        intercept += mean
    used = tuple(
        SingleTable(feature, values) for feature, values in enumerate(singles) if np.any(values != 0.0)
    )
    return AdditiveModel(columns=tuple(columns), intercept=intercept, singles=used, pairs=tuple(pairs))
