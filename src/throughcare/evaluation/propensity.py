"""How likely each person was to be treated, given what was known at time zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from throughcare.evaluation.basis import Basis
from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.regression import Fit, fit, mean_of

HIGHEST_CHANCE: Final = (
    0.99  # weights e / (1 - e) stop here. Only above: a small chance is a small weight already
)


@dataclass(frozen=True, slots=True)
class Propensity:
    """The chance of treatment of n people.

    Parameters
    ----------
    log_odds : float64 (n,)
    fit : Fit
    """

    log_odds: Floats
    fit: Fit

    @property
    def chance(self) -> Floats:
        """The chance itself (n,)."""
        return mean_of(self.log_odds, "rate")

    def odds_weights(self, treated: Flags) -> Floats:
        """Return what each comparison person counts for to stand in for the treated, nought for the treated.

        The chance is cut at 0.99 from above only. Cutting small chances up, as is usual for an effect on everybody,
        would give weight to thousands who are like nobody treated.
        """
        return np.where(treated, 0.0, odds_of(self.chance))


def odds_of(chance: Floats) -> Floats:
    """Return e / (1 - e), with e cut at 0.99 from above."""
    bounded = np.minimum(chance, HIGHEST_CHANCE)
    return bounded / (1.0 - bounded)


def fit_propensity(basis: Basis, treated: Flags, *, shrink: bool = False) -> Propensity:
    """Return the logistic chance of treatment by the columns of a basis (Newton's method).

    Parameters
    ----------
    basis : Basis
    treated : bool (n,)
    shrink : bool
        Whether generated columns are shrunk as far as the people bear out.
    """
    fitted = fit(basis.design, treated.astype(np.float64), groups=basis.groups, shrink=shrink)
    return Propensity(log_odds=basis.design @ fitted.coefficients, fit=fitted)
