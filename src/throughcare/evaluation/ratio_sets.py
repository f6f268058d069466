"""All values of a ratio of two uncertain numbers that the data do not contradict (Fieller; Anderson and Rubin).

An instrument's effect is the jump in the outcome over the jump in tagging. Where the lower jump may be 0, no
interval "estimate plus or minus 2 errors" is honest; the set of ratios that a test does not reject always is. It may
be an interval, everything outside an interval, or every number, and each of these is said.

References
----------
Anderson T, Rubin H. Estimation of the parameters of a single equation in a complete system of stochastic equations.
Annals of Mathematical Statistics 20 (1949), 46-63.
Fieller E. Some problems in interval estimation. Journal of the Royal Statistical Society B 16 (1954), 175-185.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class SetKind(StrEnum):
    """The form of a set of ratios."""

    INTERVAL = "interval"
    OUTSIDE = "outside"  # up to the first limit, or from the second on
    EVERYTHING = "everything"  # the instrument is too weak to say anything


@dataclass(frozen=True, slots=True)
class RatioSet:
    """The ratios that are not rejected.

    Parameters
    ----------
    kind : SetKind
    low, high : float
        Its limits; minus and plus infinity for EVERYTHING. Of OUTSIDE, the ratios between them are rejected.
    """

    kind: SetKind
    low: float
    high: float

    def holds(self, ratio: float) -> bool:
        """Return whether a ratio is in the set."""
        if self.kind is SetKind.OUTSIDE:
            return ratio <= self.low or ratio >= self.high
        return self.low <= ratio <= self.high


def ratio_set(
    *, above: float, below: float, variances: tuple[float, float], covariance: float, critical: float
) -> RatioSet:
    """Return the ratios r for which ``above - r * below`` is within ``critical`` standard errors of 0.

    Parameters
    ----------
    above, below : float
        Two estimates, of the outcome and of treatment.
    variances : (of above, of below)
    covariance : float
    critical : float
        A quantile, such as 1.96.
    """
    square = critical * critical
    a = below * below - square * variances[1]
    b = -2.0 * (above * below - square * covariance)
    c = above * above - square * variances[0]
    inside = b * b - 4.0 * a * c
    if a > 0.0:  # the lower one differs from 0: there always are two roots, the estimate lies between
        root = math.sqrt(max(inside, 0.0))
        return RatioSet(SetKind.INTERVAL, (-b - root) / (2.0 * a), (-b + root) / (2.0 * a))
    if inside <= 0.0 or a == 0.0:
        return RatioSet(SetKind.EVERYTHING, -math.inf, math.inf)
    root = math.sqrt(inside)
    low, high = sorted(((-b - root) / (2.0 * a), (-b + root) / (2.0 * a)))
    return RatioSet(SetKind.OUTSIDE, low, high)
