"""How many people it takes, said before any outcome is opened.

A cohort that cannot find what it looks for should not be opened to look: it ends in "cannot tell", or, worse, in the
one outcome in twenty that stands out. Power is the chance that the interval shown will leave out "no effect" when
the effect is as stated. It is summed over what the two rates may come out at, with the standard error that would
then be printed; for rare events and small cohorts a formula in the true rates would be out by several points, and
the difference and the ratio do not have the same power.

References
----------
Casagrande J, Pike M, Smith P. An improved approximate formula for calculating sample sizes for comparing two
binomial distributions. Biometrics 34 (1978), 483-486 (why the plain formula is not enough).
Kish L. Survey Sampling. Wiley 1965 (design effect, effective size).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.distributions import normal_quantile
from throughcare.kernel.errors import RefusedInput

MOST_TREATED: Final = 10_000_000
_MOST_COUNTED: Final = 2_000.0  # people up to whom every count is summed over, of the treated
_MOST_COUNTED_BESIDE: Final = 300.0
_GRID: Final = np.linspace(-4.5, 4.5, 181)
_GRID_SHARE: Final = np.exp(-0.5 * _GRID**2) / np.exp(-0.5 * _GRID**2).sum()


class Way(StrEnum):
    """How the comparison is made."""

    ONE_TO_ONE = "one_to_one"  # one comparison person for each treated one
    RADIUS = "radius"  # all within a radius share a treated person's weight
    WEIGHTS = "weights"  # inverse odds, entropy balancing, doubly robust


class Scale(StrEnum):
    """Which interval decides whether the effect was found."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Plan:
    """A study that has not been opened.

    Parameters
    ----------
    treated, pool : int
        People who were tagged, and people who may be compared with them.
    base_rate : float
        How many of the treated would reoffend without: what is known from before.
    ratio : float
        The effect to be found, as a risk ratio.
    way : Way
    effective_comparison : float or None
        The effective size of the comparison (Kish), where the design stage has made the weights already. Otherwise
        half of the pool is assumed, and for one-to-one as many as were treated.
    explained : float
        The share of the outcome's variance that the covariates explain, which weighting (not 1:1 or radius) takes
        out of the error; 0 where it is not known, which is careful.
    design_effect : float
        By how much clustering (the same officer, the same person twice) multiplies the variance.
    scale : Scale
    level : float
        Of the interval.
    """

    treated: int
    pool: int
    base_rate: float
    ratio: float
    way: Way = Way.WEIGHTS
    effective_comparison: float | None = None
    explained: float = 0.0
    design_effect: float = 1.0
    scale: Scale = Scale.DIFFERENCE
    level: float = 0.95

    def __post_init__(self) -> None:
        _expect("treated", self.treated, self.treated >= 2, "at least 2 people")
        _expect("base_rate", self.base_rate, 0.0 < self.base_rate < 1.0, "a rate between 0 and 1")
        with_rate = self.base_rate * self.ratio
        _expect(
            "ratio",
            self.ratio,
            self.ratio > 0 and with_rate < 1.0,
            "a risk ratio that keeps the rate below 1",
        )
        _expect("explained", self.explained, 0.0 <= self.explained < 1.0, "a share from 0 to below 1")
        _expect("design_effect", self.design_effect, self.design_effect > 0.0, "a number above 0")
        _expect("level", self.level, 0.5 < self.level < 1.0, "a level such as 0.95")
        if self.way is Way.ONE_TO_ONE:
            _expect(
                "pool",
                self.pool,
                self.pool >= self.treated,
                f"as many people as were treated ({self.treated})",
            )
        _expect("pool", self.pool, self.pool >= 2, "at least 2 people")
        if self.effective_comparison is not None:
            inside = 1.0 < self.effective_comparison <= self.pool
            _expect(
                "effective_comparison", self.effective_comparison, inside, f"above 1 and at most {self.pool}"
            )

    @property
    def comparison(self) -> float:
        """The effective size of the comparison."""
        if self.effective_comparison is not None:
            return self.effective_comparison
        return float(self.treated) if self.way is Way.ONE_TO_ONE else max(self.pool / 2.0, 2.0)


def _expect(where: str, found: float, holds: bool, expected: str) -> None:  # noqa: FBT001 (the fact that is checked)
    if not holds:
        raise RefusedInput(where=where, expected=expected, found=f"{found}", action="Mend the plan.")


def power(plan: Plan) -> float:
    """Return the chance that the interval leaves out "no effect" on the right side."""
    if plan.ratio == 1.0:
        return (1.0 - plan.level) / 2.0
    sizes = (plan.treated / plan.design_effect, plan.comparison / plan.design_effect)
    left = 1.0 - (plan.explained if plan.way is Way.WEIGHTS else 0.0)
    with_rates, with_share = _possible(plan.base_rate * plan.ratio, sizes[0], left, _MOST_COUNTED)
    rates, share = _possible(plan.base_rate, sizes[1], left, _MOST_COUNTED_BESIDE)
    found = _is_found(with_rates[:, None], rates[None, :], sizes, left, plan)
    return min(1.0, float(with_share @ found @ share))


def _possible(rate: float, size: float, left: float, most_counted: float) -> tuple[Floats, Floats]:
    """Return what a rate may come out at, and how likely each is: counted people, or a normal grid where many."""
    if left == 1.0 and size <= most_counted:
        whole = max(round(size), 1)
        counts = np.arange(whole + 1)
        factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, whole + 1)))])
        logs = factorials[whole] - factorials - factorials[::-1] + counts * math.log(rate)
        return counts / whole, np.exp(logs + (whole - counts) * math.log1p(-rate))
    values = rate + _GRID * math.sqrt(left * rate * (1.0 - rate) / size)
    inside = (values > 0.0) & (values < 1.0)
    return values[inside], _GRID_SHARE[inside] / _GRID_SHARE[inside].sum()


def _is_found(with_rate: Floats, rate: Floats, sizes: tuple[float, float], left: float, plan: Plan) -> Flags:
    """Return whether the interval that would be printed leaves out "no effect", on the side of the plan's effect."""
    critical = normal_quantile(0.5 + plan.level / 2.0)
    first = left * with_rate * (1.0 - with_rate) / sizes[0]
    second = left * rate * (1.0 - rate) / sizes[1]
    away = with_rate - rate
    if plan.scale is Scale.RATIO:  # a ratio has no interval where a rate is 0
        known = (with_rate > 0.0) & (rate > 0.0)
        above, below = np.where(known, with_rate, 1.0), np.where(known, rate, 1.0)
        away = np.where(known, np.log(above / below), 0.0)
        first, second = first / above**2, second / below**2
    further = away < 0.0 if plan.ratio < 1.0 else away > 0.0
    found: Flags = further & (away**2 > critical**2 * (first + second))
    return found


def numbers_needed(plan: Plan, *, wanted: float = 0.8, pool_grows: bool = False) -> int | None:
    """Return how many treated people the plan would need.

    Parameters
    ----------
    plan : Plan
        Its number of treated is only where a pool that grows starts from.
    wanted : float
        The power to reach.
    pool_grows : bool
        Whether the pool grows in proportion (more areas), or is all there is.

    Returns
    -------
    int or None
        None if no number would do (a pool that is too small), or more than ten million would be needed.
    """
    _expect("wanted", wanted, 0.0 < wanted < 1.0, "a chance between 0 and 1")
    if plan.ratio == 1.0:
        return None

    def reached(treated: int) -> bool:
        return power(_with_treated(plan, treated, pool_grows=pool_grows)) >= wanted

    most = plan.pool if plan.way is Way.ONE_TO_ONE and not pool_grows else MOST_TREATED
    high = 4
    while high < most and not reached(high):
        high *= 2
    high = min(high, most)
    if not reached(high):
        return None
    low = max(high // 2, 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _with_treated(plan: Plan, treated: int, *, pool_grows: bool) -> Plan:
    factor = treated / plan.treated if pool_grows else 1.0
    pool = max(math.ceil(plan.pool * factor), 2)
    comparison = plan.effective_comparison
    if comparison is not None:
        # of a one-to-one comparison each pair brings one more; of weights, the pool decides
        comparison = (
            treated * comparison / plan.treated if plan.way is Way.ONE_TO_ONE else comparison * factor
        )
        comparison = min(max(comparison, 1.5), float(pool))
    return replace(plan, treated=treated, pool=pool, effective_comparison=comparison)


def smallest_fall(plan: Plan, *, wanted: float = 0.8) -> float | None:
    """Return the risk ratio below 1, nearest to 1, that the plan finds with the chance wanted; None if none."""
    _expect("wanted", wanted, 0.0 < wanted < 1.0, "a chance between 0 and 1")
    low, high = 1e-6, 1.0 - 1e-9
    if power(replace(plan, ratio=low)) < wanted:
        return None
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if power(replace(plan, ratio=middle)) >= wanted else (low, middle)
    return low


def cluster_design_effect(*, mean_size: float, correlation: float, size_variation: float = 0.0) -> float:
    """Return the design effect of clusters: 1 + ((1 + cv^2) m - 1) rho.

    Parameters
    ----------
    mean_size : float
        People in a cluster.
    correlation : float
        How alike people of a cluster are in the outcome (intraclass correlation).
    size_variation : float
        The coefficient of variation of the clusters' sizes.
    """
    _expect("mean_size", mean_size, mean_size >= 1.0, "at least 1")
    _expect("correlation", correlation, 0.0 <= correlation <= 1.0, "a number from 0 to 1")
    return 1.0 + ((1.0 + size_variation**2) * mean_size - 1.0) * correlation
