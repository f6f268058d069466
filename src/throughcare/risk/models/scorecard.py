"""A scorecard: a few lines of whole points that add up by hand, and one curve from points to probability.

Lines are asked as "6 or more earlier arrests" or "offence: property". The path of the lasso proposes which; their
weights are rounded at the best of several scales; then one line after another is taken out and the best line and
points of all are put in its place, until nothing helps. The curve (intercept and scale) is fitted anew each time,
so what is compared is always a calibrated card.

References
----------
Tibshirani, JRSS B 58(1), 1996 (the lasso); Ustun and Rudin, JMLR 20(150), 2019 (risk scores of small integers).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.models.additive import AdditiveModel, Floats, SingleTable
from throughcare.risk.models.columns import Codes, Column, Form
from throughcare.risk.models.local_model import Card, Line
from throughcare.risk.models.scorecard_kernels import calibrated, lasso, replace_line

_TRIES = 12  # lines that are weighed exactly when one is to be replaced
_PASSES = 60
_STEPS_OF_PATH = 40


@dataclass(frozen=True, slots=True)
class CardSettings:
    """How a card may look.

    Parameters
    ----------
    lines : int
        The most lines.
    most_points : int
        The most points of a line, to either side.
    least_share : float
        A line that concerns a smaller share of the people is never asked.
    """

    lines: int = 15
    most_points: int = 10
    least_share: float = 0.01


def candidate_lines(codes: Codes, *, columns: Sequence[Column], least_share: float) -> tuple[Line, ...]:
    """Return every line that could be asked: each threshold of an order, each level of a name, each blank."""
    found: list[Line] = []
    seen: set[bytes] = set()
    for feature, column in enumerate(columns):
        for asked, words in _questions(column):
            concerned = np.isin(codes[:, feature], asked)
            share = float(concerned.mean())
            if least_share <= share <= 1.0 - least_share and concerned.tobytes() not in seen:
                seen |= {concerned.tobytes(), (~concerned).tobytes()}
                found.append(Line(feature, asked, 0, f"{column.label}: {words}"))
    return tuple(found)


def _questions(column: Column) -> Iterator[tuple[tuple[int, ...], str]]:
    known = column.size - 1
    if column.form is Form.NOMINAL:
        for code in range(known):
            yield (code,), column.words(code)
    else:
        for code in range(1, known):
            words = f"{column.cuts[code - 1]:g} or more" if column.cuts else _upwards(column, code)
            yield tuple(range(code, known)), words
    yield (known,), column.words(known)


def _upwards(column: Column, code: int) -> str:
    return column.words(code) if code == column.size - 2 else f"{column.words(code)} or any later answer"


def fit_card(
    codes: Codes,
    target: npt.NDArray[np.int8],
    *,
    columns: Sequence[Column],
    settings: CardSettings,
) -> Card:
    """Fit a card; the same input gives the same card, nothing is drawn.

    Parameters
    ----------
    codes : int16 (n, p)
    target : int8 (n,)
    columns : sequence of Column
    settings : CardSettings
    """
    lines = candidate_lines(codes, columns=columns, least_share=settings.least_share)
    if not lines:
        raise ValueError("no feature takes different values for enough people")
    matrix = np.stack([np.isin(codes[:, line.feature], line.codes) for line in lines]).astype(np.int64)
    signs = np.array([_sign(line, columns[line.feature]) for line in lines], dtype=np.int64)
    outcome = target.astype(np.float64)
    starts = [*_from_path(matrix, outcome, signs, settings), np.zeros(len(lines), dtype=np.int64)]
    found = [_searched(matrix, outcome, signs, start, settings) for start in starts]
    _, points, intercept, scale = min(found, key=lambda each: each[0])
    if scale < 0:
        points, scale = -points, -scale
    chosen = [
        Line(line.feature, line.codes, int(value), line.words)
        for line, value in zip(lines, points, strict=True)
        if value
    ]
    return Card(tuple(chosen), float(intercept), float(scale))


def _sign(line: Line, column: Column) -> int:
    return 0 if line.codes == (column.size - 1,) else column.rising


def _from_path(
    matrix: npt.NDArray[np.int64], target: Floats, signs: npt.NDArray[np.int64], settings: CardSettings
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield cards rounded from the lasso, where its path first holds enough lines."""
    design = np.vstack([np.ones(matrix.shape[1]), matrix]).astype(np.float64)
    weights = np.zeros(len(design))
    base = target.mean()
    weights[0] = np.log(base / (1.0 - base))
    first = float(np.abs(design[1:] @ (target - base)).max())
    gram = (design * (base * (1.0 - base))) @ design.T  # one curvature for the whole path: it only proposes
    for penalty in first * np.geomspace(0.9, 0.002, _STEPS_OF_PATH):
        for _ in range(3):
            p = 1.0 / (1.0 + np.exp(-(weights @ design)))
            lasso(gram, gram @ weights + design @ (target - p), weights, float(penalty))
        if np.count_nonzero(weights[1:]) >= settings.lines:
            break
    ranked = np.argsort(-np.abs(weights[1:]) * matrix.std(axis=1), kind="stable")[: settings.lines]
    freed = _unpenalised(design[[0, *(ranked + 1)]], target)[1:]
    freed = np.where(freed * signs[ranked] < 0, 0.0, freed)
    largest = float(np.abs(freed).max())
    if largest <= 0.0:
        return
    best = None
    for most in np.arange(2.0, settings.most_points + 0.01, 0.5):
        points = np.zeros(len(matrix), dtype=np.int64)
        points[ranked] = np.round(freed * most / largest).astype(np.int64)
        if points.any():
            loss, _, _ = calibrated(points @ matrix, target, weights[0], largest / most)
            if best is None or loss < best[0]:
                best = (loss, points)
    if best is not None:
        yield best[1]


def _unpenalised(design: Floats, target: Floats) -> Floats:
    weights = np.zeros(len(design))
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-(weights @ design)))
        curve = (design * (p * (1.0 - p))) @ design.T + 1e-3 * np.eye(len(design))
        step = np.linalg.solve(curve, design @ (target - p) - 1e-3 * weights)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _searched(
    matrix: npt.NDArray[np.int64],
    target: Floats,
    signs: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    settings: CardSettings,
) -> tuple[float, npt.NDArray[np.int64], float, float]:
    points, scores = start.copy(), start @ matrix
    smooth = matrix.astype(np.float32)
    base = float(target.mean())
    intercept, scale = float(np.log(base / (1.0 - base))), 0.2
    loss = np.inf
    for _ in range(_PASSES):
        before = loss
        outs = [-1] * (settings.lines - np.count_nonzero(points)) + np.flatnonzero(points).tolist()
        for out in outs:
            loss, intercept, scale = replace_line(
                matrix,
                smooth,
                points,
                scores,
                target,
                intercept,
                scale,
                out,
                settings.most_points,
                signs,
                _TRIES,
            )
        if loss >= before - 1e-9:
            break
    return float(loss), points, float(intercept), float(scale)


def as_additive(card: Card, columns: Sequence[Column]) -> AdditiveModel:
    """Return a card as an additive model: log-odds in tables, the same for everybody."""
    tables: dict[int, Floats] = {}
    for line in card.lines:
        table = tables.setdefault(line.feature, np.zeros(columns[line.feature].size))
        table[list(line.codes)] += card.scale * line.points
    singles = tuple(SingleTable(feature, values) for feature, values in sorted(tables.items()))
    return AdditiveModel(columns=tuple(columns), intercept=card.intercept, singles=singles)
