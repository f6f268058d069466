"""Intervals: an estimate never stands without what chance alone could have made of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVEL = 0.95
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value, low, high : float
        NaN where there is none.
    method : str
        How the interval was made, and which property it has.
    """

    value: float
    low: float
    high: float
    method: str

    def contains(self, number: float) -> bool:
        """Return whether a number lies in the interval."""
        return self.low <= number <= self.high


def no_estimate(why: str) -> Estimate:
    """Return an estimate without a value; the method says why."""
    return Estimate(math.nan, math.nan, math.nan, why)


def plain_values(found: Any) -> Any:  # noqa: ANN401 - any result of this package
    """Return a result as JSON values: fields by name, NaN and infinities as None."""
    if is_dataclass(found) and not isinstance(found, type):
        return {each.name: plain_values(getattr(found, each.name)) for each in fields(found)}
    if isinstance(found, dict):
        return {str(key): plain_values(each) for key, each in found.items()}
    if isinstance(found, (list, tuple, np.ndarray)):
        return [plain_values(each) for each in found]
    return _plain(found)


def _plain(found: Any) -> Any:  # noqa: ANN401 - any single value
    value = (
        found.value if isinstance(found, Enum) else found.item() if isinstance(found, np.generic) else found
    )
    return None if isinstance(value, float) and not math.isfinite(value) else value


def quantile(level: float) -> float:
    """Return how many standard errors a two-sided interval of this level reaches."""
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def two_sided_p(z: float) -> float:
    """Return the two-sided p value of a standard normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def around(value: float, error: float, *, method: str, level: float = LEVEL) -> Estimate:
    """Return value -/+ z standard errors."""
    reach = quantile(level) * error
    return Estimate(value, value - reach, value + reach, method)


def on_log_scale(value: float, log_error: float, *, method: str, level: float = LEVEL) -> Estimate:
    """Return value times/divided by exp(z standard errors of its logarithm)."""
    reach = math.exp(quantile(level) * log_error)
    return Estimate(value, value / reach, value * reach, method)


def wilson(happened: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return Wilson's interval of shares, elementwise; NaN where n is 0. `n` may be an effective number.

    Reference: E. B. Wilson, JASA 22 (1927), 209-212.
    """
    count, total = np.asarray(happened, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = quantile(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = count / total
        middle = (share + z * z / (2.0 * total)) / (1.0 + z * z / total)
        reach = z / (1.0 + z * z / total) * np.sqrt(share * (1.0 - share) / total + (z / (2.0 * total)) ** 2)
    # at 0 and at n the exact ends are 0 and 1, which rounding would miss
    low = np.where(count <= 0.0, np.where(total > 0, 0.0, np.nan), np.maximum(middle - reach, 0.0))
    high = np.where(count >= total, np.where(total > 0, 1.0, np.nan), np.minimum(middle + reach, 1.0))
    return low, high


@lru_cache(maxsize=1024)  # the same share is asked for by several measures of one group
def clopper_pearson(happened: int, n: int, *, level: float = LEVEL) -> Estimate:
    """Return a share with the exact interval: it covers at least at its level, whatever the true share.

    It does so too where people have different chances, and the share stands for their mean (W. Hoeffding, Annals of
    Mathematical Statistics 27 (1956), 713-721: a sum of unequal chances varies less than a binomial).

    Reference: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.
    """
    method = "exact (Clopper-Pearson)"
    if n == 0:
        return no_estimate("nobody")
    tail = (1.0 - level) / 2.0
    low = 0.0
    if happened > 0:
        low = _root(lambda share: beta_share(happened, n - happened + 1, share) - tail)
    high = 1.0
    if happened < n:
        high = _root(lambda share: beta_share(happened + 1, n - happened, share) - (1.0 - tail))
    return Estimate(happened / n, low, high, method)


def newcombe(first: tuple[float, float], second: tuple[float, float], *, level: float = LEVEL) -> Estimate:
    """Return the difference of two shares, first less second, with Newcombe's hybrid score interval.

    Parameters
    ----------
    first, second : (happened, n)

    Reference: R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
    """
    (a, m), (b, n) = first, second
    if not m or not n:
        return no_estimate("nobody in one of the groups")
    low, high = wilson(np.array([a, b]), np.array([m, n]), level=level)
    one, two = a / m, b / n
    below = math.hypot(one - low[0], high[1] - two)
    above = math.hypot(high[0] - one, two - low[1])
    return Estimate(one - two, one - two - below, one - two + above, "Newcombe's hybrid score")


def effective_number(weight: Floats) -> float:
    """Return Kish's effective number of people behind weights: as many equal ones would say as much."""
    total = float(np.sum(weight))
    return total * total / float(np.sum(weight * weight)) if total > 0 else 0.0


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(b, a, 1.0 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / a * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's evaluation; a number near nought is moved to `tiny` so that nothing is divided by nought."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / _off_nought(1.0 - (a + b) * x / (a + 1.0), tiny)
    value = d
    for m in range(1, 100_000):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _off_nought(1.0 + factor * d, tiny)
            c = _off_nought(1.0 + factor / c, tiny)
            step = c * d
            value *= step
        if abs(step - 1.0) < 1e-15:
            break
    return value


def _off_nought(number: float, tiny: float) -> float:
    return number if abs(number) > tiny else tiny


def _root(rising_or_falling: Callable[[float], float]) -> float:
    """Return where a monotone function crosses nought between 0 and 1, by halving: slow, and cannot miss."""
    low, high = 0.0, 1.0
    sign = rising_or_falling(0.0) < 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if not low < middle < high:
            break
        if (rising_or_falling(middle) < 0.0) == sign:
            low = middle
        else:
            high = middle
        if high - low < 1e-13 * max(high, 1e-3):
            break
    return (low + high) / 2.0
