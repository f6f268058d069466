"""What would have happened to the treated without: predicted from the comparison people (g-computation)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.evaluation.basis import Basis
from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.regression import Family, Fit, fit


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """The outcome without treatment, as the comparison people had it.

    Parameters
    ----------
    expected : float64 (n,)
        For everybody, treated or not.
    fit : Fit
    """

    expected: Floats
    fit: Fit


def fit_outcome(
    basis: Basis, treated: Flags, target: Floats, *, family: Family, shrink: bool = False
) -> OutcomeModel:
    """Return the regression of an outcome among the comparison people, and what it expects of everybody.

    Parameters
    ----------
    basis : Basis
    treated : bool (n,)
    target : float64 (n,)
    family : {"rate", "number"}
    shrink : bool
        Whether generated columns are shrunk as far as the people bear out.
    """
    weights = (~treated).astype(np.float64)
    fitted = fit(basis.design, target, groups=basis.groups, family=family, weights=weights, shrink=shrink)
    return OutcomeModel(expected=fitted.predict(basis.design), fit=fitted)


def standardised_mean(
    model: OutcomeModel, basis: Basis, treated: Flags, *, target: Floats
) -> tuple[float, Floats]:
    """Return the mean expected of the treated without treatment, and everybody's influence on it.

    Notes
    -----
    The influence of a treated person is how far they are from the mean; of a comparison person, how they move the
    coefficients that the mean is predicted with (the M-estimator of both together; Stefanski and Boos, American
    Statistician 56(1), 2002).
    """
    count, treated_count = len(treated), float(treated.sum())
    expected = model.expected
    mean = float(expected[treated].mean())
    slope = expected * (1 - expected) if model.fit.family == "rate" else expected
    direction = (slope * treated) @ basis.design / treated_count
    moved = np.linalg.solve(model.fit.curvature * model.fit.dispersion, direction)
    influence = np.where(treated, count / treated_count * (expected - mean), 0.0)
    influence += np.where(treated, 0.0, count * (target - expected) * (basis.design @ moved))
    return mean, influence
