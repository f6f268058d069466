"""Slow, obvious references of validation and fairness: counted pair by pair, person by person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product


def auc_by_pairs(score: Sequence[float], happened: Sequence[bool]) -> float:
    """Count every pair of one to whom it happened and one to whom it did not; ties are half."""
    wins, pairs = 0.0, 0
    for a, x in zip(score, happened, strict=True):
        for b, y in zip(score, happened, strict=True):
            if x and not y:
                pairs += 1
                wins += 1.0 if a > b else 0.5 if a == b else 0.0
    return wins / pairs


def delong_variance(score: Sequence[float], happened: Sequence[bool]) -> float:
    """The variance by structural components, as DeLong and others print it."""

    def wins(a: float, b: float) -> float:
        return 1.0 if a > b else 0.5 if a == b else 0.0

    mine = [s for s, x in zip(score, happened, strict=True) if x]
    others = [s for s, x in zip(score, happened, strict=True) if not x]
    upper = [sum(wins(a, b) for b in others) / len(others) for a in mine]
    lower = [sum(wins(a, b) for a in mine) / len(mine) for b in others]
    return _variance(upper) / len(mine) + _variance(lower) / len(others)


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def binomial_tail(happened: int, n: int, share: float) -> float:
    """The chance of at least `happened`, term by term."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(happened, n + 1))


def rates(score: Sequence[float], happened: Sequence[bool], threshold: float) -> tuple[float, float, float]:
    """FPR, FNR and PPV at a threshold; NaN where nobody is counted."""
    table = dict.fromkeys(product((False, True), repeat=2), 0)
    for s, x in zip(score, happened, strict=True):
        table[s >= threshold, bool(x)] += 1

    def over(part: int, whole: int) -> float:
        return part / whole if whole else math.nan

    return (
        over(table[True, False], table[True, False] + table[False, False]),
        over(table[False, True], table[False, True] + table[True, True]),
        over(table[True, True], table[True, True] + table[True, False]),
    )


def holm_by_steps(p_values: Sequence[float], level: float) -> list[bool]:
    """Which nulls Holm's step-down procedure rejects at a level."""
    rejected = [False] * len(p_values)
    left = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for done, place in enumerate(left):
        if p_values[place] * (len(p_values) - done) > level:
            break
        rejected[place] = True
    return rejected


def largest_gap(first: Sequence[float], second: Sequence[float]) -> float:
    """The largest absolute gap of the shares at or above any score of either."""
    return max(
        abs(sum(a >= t for a in first) / len(first) - sum(b >= t for b in second) / len(second))
        for t in (*first, *second)
    )


def tables_that_fit(shown: Sequence[Sequence[int | None]], most: int) -> list[tuple[tuple[int, ...], ...]]:
    """Every table of whole numbers up to `most` that fits a table with totals of which some cells are hidden."""
    inner = [row[:-1] for row in shown[:-1]]
    width = len(inner[0])
    found = []
    free = [range(most + 1) if cell is None else (cell,) for row in inner for cell in row]
    for cells in product(*free):
        rows = [cells[i : i + width] for i in range(0, len(cells), width)]
        full = [(*row, sum(row)) for row in rows]
        full.append(tuple(sum(column) for column in zip(*full, strict=True)))
        if all(
            given is None or given == cell
            for given_row, row in zip(shown, full, strict=True)
            for given, cell in zip(given_row, row, strict=True)
        ):
            found.append(tuple(full))
    return found
