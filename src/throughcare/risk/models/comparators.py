"""Comparators: models fitted beside ours to see what a readable one costs. They never support a decision.

Both need the extra ``risk`` (scikit-learn), which is loaded only when one is fitted.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.additive import AdditiveModel, Floats, SingleTable
from throughcare.risk.models.columns import Codes, Column, Form

Predict = Callable[[Codes], Floats]


def fit_logistic(
    codes: Codes, target: npt.NDArray[np.int8], *, columns: Sequence[Column], strength: float = 0.1
) -> AdditiveModel:
    """Fit a ridge logistic regression with one weight for each level, written out as tables.

    Parameters
    ----------
    codes : int16 (n, p)
    target : int8 (n,)
    columns : sequence of Column
    strength : float
        The inverse of the penalty.
    """
    linear = _scikit("linear_model")
    design = np.hstack(
        [
            (codes[:, [feature]] == np.arange(column.size)).astype(np.float64)
            for feature, column in enumerate(columns)
        ]
    )
    found = linear.LogisticRegression(C=strength, max_iter=1000, tol=1e-6).fit(design, target)
    weights = np.split(found.coef_[0], np.cumsum([column.size for column in columns])[:-1])
    singles, intercept = [], float(found.intercept_[0])
    for feature, table in enumerate(weights):
        people = np.bincount(codes[:, feature], minlength=len(table))
        mean = float((table * people).sum() / people.sum())
        intercept += mean
        singles.append(SingleTable(feature, table - mean))
    return AdditiveModel(columns=tuple(columns), intercept=intercept, singles=tuple(singles))


def fit_boosted_trees(
    codes: Codes, target: npt.NDArray[np.int8], *, columns: Sequence[Column], seed: int
) -> Predict:
    """Fit gradient-boosted trees of any depth; return what predicts. There is no file of it, on purpose.

    Parameters
    ----------
    codes : int16 (n, p)
    target : int8 (n,)
    columns : sequence of Column
    seed : int
    """
    ensemble = _scikit("ensemble")
    found = ensemble.HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=400,
        max_leaf_nodes=12,
        min_samples_leaf=60,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        categorical_features=[column.form is Form.NOMINAL for column in columns],
        random_state=seed,
    )
    found.fit(_with_gaps(codes, columns), target)
    return lambda asked: np.asarray(found.predict_proba(_with_gaps(asked, columns))[:, 1])


def _with_gaps(codes: Codes, columns: Sequence[Column]) -> Floats:
    numbers = codes.astype(np.float64)
    for feature, column in enumerate(columns):
        numbers[codes[:, feature] == column.size - 1, feature] = np.nan
    return numbers


def _scikit(part: str) -> Any:  # noqa: ANN401 - scikit-learn has no types
    try:
        return importlib.import_module(f"sklearn.{part}")
    except ImportError:
        raise RefusedInput(
            where="the comparators",
            expected="scikit-learn",
            found="none",
            action="Install the extra: pip install 'throughcare[risk]'.",
        ) from None
