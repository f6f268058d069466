"""Who learns the chance of treatment and the outcome without it, always from other people than those judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.basis import Basis
from throughcare.evaluation.cohort import Cohort, Flags, Floats
from throughcare.evaluation.folds import Folds
from throughcare.evaluation.regression import Family, fit, mean_of, without_folds
from throughcare.kernel.errors import RefusedInput

_CHUNK = 8_192


class Learner(Protocol):
    """Predicts for each person from people of other folds."""

    @property
    def name(self) -> str:
        """What it is called in a report."""

    def out_of_fold(self, target: Floats, *, among: Flags, family: Family, folds: Folds) -> Floats:
        """Return predictions for everybody, from those `among` the other folds: (repeats, n)."""


@dataclass(frozen=True, slots=True)
class BasisLearner:
    """Logistic regression (or of numbers, log-linear) on a basis, each generated column shrunk as it deserves.

    Nobody is expected to be beyond those who were learnt from: a fit that has not seen the one person at the end of a column
    would otherwise say, once in some hundred cohorts, that this person is a hundred times as likely as anybody.

    Parameters
    ----------
    basis : Basis
    name : str
    """

    basis: Basis
    name: str = "regression on an automatic basis"

    def out_of_fold(self, target: Floats, *, among: Flags, family: Family, folds: Folds) -> Floats:
        """Return predictions for everybody, from those `among` the other folds: (repeats, n)."""
        order = np.argsort(folds.block, kind="stable")
        design = self.basis.design
        if (np.diff(order) != 1).any():
            design = design[order]
        counted = among[order].astype(np.float64)
        sorted_target = np.where(among[order], target[order], 0.0)
        whole = fit(design, sorted_target, groups=self.basis.groups, family=family, weights=counted)
        ends = np.cumsum(np.bincount(folds.block, minlength=folds.fold_of_block.shape[1]))
        ends_at = _reach(design @ whole.coefficients, counted)
        coefficients = without_folds(
            whole, design, sorted_target, weights=counted, ends=ends, held_out=folds.held_out()
        )
        repeats = len(folds.fold_of_block)
        fits_of = coefficients.reshape(len(coefficients), repeats, folds.count)
        predicted = np.empty((repeats, len(target)))
        fold = folds.fold_of_block[:, folds.block[order]]
        for start in range(0, len(target), _CHUNK):
            rows = slice(start, start + _CHUNK)
            part = design[rows]
            predictors = np.einsum("nrf->rnf", (part @ coefficients).reshape(len(part), *fits_of.shape[1:]))
            own = np.take_along_axis(predictors, fold[:, rows, None].astype(np.intp), axis=2)[:, :, 0]
            predicted[:, order[rows]] = mean_of(np.clip(own, *ends_at), family)
        return predicted


def _reach(predictor: Floats, counted: Floats) -> tuple[float, float]:
    """Return the lowest and the highest that the fit of everybody expects of those learnt from."""
    learnt = predictor[counted > 0]
    return float(learnt.min()), float(learnt.max())


@dataclass(frozen=True, slots=True)
class BoostedLearner:
    """Boosted trees of scikit-learn (the extra `evaluation`), for what no basis holds.

    Parameters
    ----------
    columns : float64 (n, k)
        Numbers as they are; levels as columns of 0 and 1.
    seed : int
    rounds, leaves, least_in_leaf, rate : how the trees are grown
    name : str
    """

    columns: Floats
    seed: int
    rounds: int = 150
    leaves: int = 8
    least_in_leaf: int = 30
    rate: float = 0.06
    name: str = "boosted trees"

    def out_of_fold(self, target: Floats, *, among: Flags, family: Family, folds: Folds) -> Floats:
        """Return predictions for everybody, from those `among` the other folds: (repeats, n)."""
        repeats = len(folds.fold_of_block)
        predicted = np.empty((repeats, len(target)))
        for repeat in range(repeats):
            fold = folds.fold_of_block[repeat, folds.block]
            for number in range(folds.count):
                here = fold == number
                learnt = among & ~here
                predicted[repeat, here] = self._predict((learnt, here), target, family)
        return predicted

    def _predict(self, rows: tuple[Flags, Flags], target: Floats, family: Family) -> Floats:
        try:
            from sklearn.ensemble import (  # noqa: PLC0415 - an extra
                HistGradientBoostingClassifier,
                HistGradientBoostingRegressor,
            )
        except ImportError as missing:
            raise RefusedInput(
                where="learner",
                expected="scikit-learn, for boosted trees",
                found="an installation without it",
                action="Install throughcare[evaluation], or name the default learner.",
            ) from missing
        learnt, here = rows
        options = {
            "max_iter": self.rounds,
            "max_leaf_nodes": self.leaves,
            "min_samples_leaf": self.least_in_leaf,
            "learning_rate": self.rate,
            "l2_regularization": 1.0,
            "early_stopping": False,
            "random_state": self.seed,
        }
        if family == "rate":
            if len(np.unique(target[learnt])) == 1:
                return np.full(int(here.sum()), float(target[learnt][0]))
            model = HistGradientBoostingClassifier(**options).fit(self.columns[learnt], target[learnt])
            chances: npt.NDArray[np.float64] = model.predict_proba(self.columns[here])[:, 1]
            return chances
        model = HistGradientBoostingRegressor(loss="poisson", **options).fit(
            self.columns[learnt], target[learnt]
        )
        return np.asarray(model.predict(self.columns[here]), dtype=np.float64)


def boosted_learner(cohort: Cohort, *, seed: int) -> BoostedLearner:
    """Return boosted trees over the covariates and strata of a cohort."""
    columns, _ = cohort.main_effects()
    strata = [codes.astype(np.float64)[:, None] for codes in cohort.strata.values()]
    return BoostedLearner(columns=np.concatenate([columns, *strata], axis=1), seed=seed)
