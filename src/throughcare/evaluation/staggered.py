"""Tagging that came to different areas at different times (staggered difference in differences).

Each group of areas that began together is followed from its last period before, beside areas that had not begun yet
(or never did); only then are the effects averaged. A regression with area and period effects is not offered: with
effects that grow or differ it also compares areas with areas that began earlier, and can even turn the sign round.

Areas are the people here: errors come from leaving out one area at a time (jackknife), with Student's t, because ten
thousand people in eight courts are eight courts.

References
----------
Callaway B, Sant'Anna P. Difference-in-differences with multiple time periods. Journal of Econometrics 225 (2021),
200-230 (unconditional, outcome-regression form; base period fixed at the last before).
Roth J. Pretest with caution. American Economic Review: Insights 4 (2022), 305-322.
Andersen S, Telle K. Better out than in? The effect on recidivism of replacing incarceration with electronic
monitoring in Norway. European Journal of Criminology 2022 (warns of trends before, and of net-widening).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Floats
from throughcare.evaluation.distributions import student_below, student_quantile
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.multiplicity import holm
from throughcare.kernel.errors import RefusedInput

NEVER: Final = -1
LEAST_AREAS: Final = 2  # of a group, and of its comparison: one area alone says nothing about chance
_POWER_REACH = 0.8416212335729143  # the normal quantile of 80 %

Integers = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]


class BesideWhom(StrEnum):
    """Whom the areas that began are compared with."""

    NEVER_TREATED = "never_treated"
    NOT_YET_TREATED = "not_yet_treated"  # those never treated too


@dataclass(frozen=True, slots=True)
class Panel:
    """a areas in p periods.

    Parameters
    ----------
    began : int64 (a,)
        The period in which an area began, counted from 0; NEVER where it did not.
    means : float64 (a, p)
        The mean outcome of the people whose follow-up began in that area and period.
    people : float64 (a, p)
        How many they are.
    names : tuple of str (a,)
    """

    began: Integers
    means: Floats
    people: Floats
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        areas = len(self.names)
        if self.began.shape != (areas,) or self.means.shape != self.people.shape or len(self.means) != areas:
            raise ValueError("began, means and people must have a row for every area")
        empty = ~(np.isfinite(self.means) & (self.people > 0))
        if empty.any():
            area, period = (int(value) for value in np.argwhere(empty)[0])
            raise RefusedInput(
                where=f"{self.names[area]}, period {period + 1}",
                expected="people in every area and period",
                found="none, or no mean",
                action="Use longer periods, or leave the area out and say so.",
            )
        periods = self.means.shape[1]
        if ((self.began < NEVER) | (self.began >= periods)).any():
            raise RefusedInput(
                where=self.names[int(np.flatnonzero((self.began < NEVER) | (self.began >= periods))[0])],
                expected=f"a first period from 1 to {periods}, or never",
                found="another",
                action="An area that began after the last period has not begun: say never.",
            )


def panel_of(
    *, area: Integers, period: Integers, outcome: Floats, began: Integers, names: Sequence[str]
) -> Panel:
    """Return the panel of n people.

    Parameters
    ----------
    area, period : int64 (n,)
        Of each person: area as a position in ``names``, period from 0.
    outcome : float64 (n,)
    began : int64 (a,)
    names : sequence of str (a,)
    """
    periods = int(period.max()) + 1
    cell = area * periods + period
    size = len(names) * periods
    people = np.bincount(cell, minlength=size).astype(np.float64)
    total = np.bincount(cell, weights=outcome, minlength=size)
    means = np.divide(total, people, out=np.full(size, np.nan), where=people > 0)
    shape = (len(names), periods)
    return Panel(began, means.reshape(shape), people.reshape(shape), tuple(names))


@dataclass(frozen=True, slots=True)
class GroupTime:
    """The effect on one group of areas in one period.

    Parameters
    ----------
    began, period : int
    effect : Interval
        Of periods before it began, this should be nothing.
    areas, comparison_areas : int
    people : float
        Of the group in the period.
    """

    began: int
    period: int
    effect: Interval
    areas: int
    comparison_areas: int
    people: float

    @property
    def periods_since(self) -> int:
        """How many periods after the first one with tagging; negative before."""
        return self.period - self.began


@dataclass(frozen=True, slots=True)
class PreTrend:
    """What the periods before say, and what they could not have seen.

    Parameters
    ----------
    periods : int
        How many periods before could be compared.
    p_value : float or None
        Of no departure in any of them (Holm over periods and drift); None where there is none to look at.
    drift : Interval or None
        The steady change a period, relative to the areas compared with, before anything began.
    drift_detectable : float or None
        The drift that would be told from 0 in 80 of 100 studies like this.
    bias_of_that_drift : float or None
        What such a drift, if it went on, would add to the overall effect. "No trend was found" clears an effect
        of less than this of nothing.
    """

    periods: int
    p_value: float | None
    drift: Interval | None
    drift_detectable: float | None
    bias_of_that_drift: float | None


@dataclass(frozen=True, slots=True)
class StaggeredEffect:
    """What the roll-out did.

    Parameters
    ----------
    overall : Interval
        Over all groups and periods since they began, each weighed by its people.
    by_period_since : mapping of int to Interval
        Periods since the beginning; negative ones before it.
    cells : tuple of GroupTime
    pre_trend : PreTrend
    left_out : tuple of str
        Sentences: what could not be compared, and why.
    areas : int
    """

    overall: Interval
    by_period_since: dict[int, Interval]
    cells: tuple[GroupTime, ...]
    pre_trend: PreTrend
    left_out: tuple[str, ...]
    areas: int


@dataclass(frozen=True, slots=True)
class _Cell:
    began: int
    period: int
    group: Chosen
    beside: Chosen


def staggered_effect(
    panel: Panel, *, beside: BesideWhom = BesideWhom.NOT_YET_TREATED, anticipation: int = 0
) -> StaggeredEffect:
    """Return the effects by group and period, by periods since, and overall.

    Parameters
    ----------
    panel : Panel
    beside : BesideWhom
    anticipation : int
        Periods before the beginning in which people may have acted on the news; the base is the period before them.

    Raises
    ------
    RefusedInput
        Nobody to compare with, or no group of at least two areas with a period before.
    """
    if anticipation < 0:
        raise RefusedInput(
            where="anticipation",
            expected="0 or more periods",
            found=f"{anticipation}",
            action="Give how many periods before the beginning people may have acted on the news.",
        )
    cells, left_out = _cells(panel, beside, anticipation)
    weights = np.array([float(panel.people[cell.group, cell.period].sum()) for cell in cells])
    since = np.array([cell.period - cell.began for cell in cells])
    all_areas = np.ones(len(panel.names), dtype=np.bool_)

    def estimates(kept: Chosen) -> Floats:
        return np.array([_effect_of(panel, cell, kept, anticipation) for cell in cells])

    values = estimates(all_areas)
    left_one_out = _jackknife(estimates, panel, values)
    freedom = len(panel.names) - 1

    def averaged(chosen: Chosen) -> Interval:
        share = weights * chosen / (weights * chosen).sum()
        return _interval(float(share @ values), left_one_out @ share, freedom)

    lags = [int(lag) for lag in np.unique(since)]
    by_lag = {lag: averaged(since == lag) for lag in lags}
    return StaggeredEffect(
        overall=averaged(since >= 0),
        by_period_since=by_lag,
        cells=tuple(
            GroupTime(
                cell.began,
                cell.period,
                _interval(float(values[at]), left_one_out[:, at], freedom),
                int(cell.group.sum()),
                int(cell.beside.sum()),
                float(weights[at]),
            )
            for at, cell in enumerate(cells)
        ),
        pre_trend=_pre_trend(by_lag, left_one_out, (since, weights), anticipation),
        left_out=left_out,
        areas=len(panel.names),
    )


def _cells(panel: Panel, beside: BesideWhom, anticipation: int) -> tuple[list[_Cell], tuple[str, ...]]:
    never = panel.began == NEVER
    if beside is BesideWhom.NEVER_TREATED and int(never.sum()) < LEAST_AREAS:
        raise RefusedInput(
            where="areas",
            expected=f"at least {LEAST_AREAS} areas that never began",
            found=f"{int(never.sum())}",
            action="Compare with areas that had not begun yet, or do without this design.",
        )
    cells: list[_Cell] = []
    left_out: list[str] = []
    periods = panel.means.shape[1]
    for began in (int(value) for value in np.unique(panel.began[~never])):
        group = panel.began == began
        base = began - 1 - anticipation
        if base < 0:
            left_out.append(f"Areas that began in period {began + 1}: no period before to compare with.")
            continue
        if int(group.sum()) < LEAST_AREAS:
            left_out.append(
                f"{panel.names[int(np.flatnonzero(group)[0])]}: the only area that began when it did."
            )
            continue
        for period in range(periods):
            if period == base:
                continue
            others = (
                never
                if beside is BesideWhom.NEVER_TREATED
                else _not_yet(panel, max(period, base), anticipation)
            )
            others = others & ~group
            if int(others.sum()) < LEAST_AREAS:
                left_out.append(
                    f"Areas that began in period {began + 1}, seen in period {period + 1}: "
                    f"fewer than {LEAST_AREAS} areas that had not begun."
                )
                continue
            cells.append(_Cell(began, period, group, others))
    if not any(cell.period >= cell.began for cell in cells):
        raise RefusedInput(
            where="areas",
            expected="a group of areas with a period before, beside others that had not begun",
            found="none",
            action="Do without this design: " + " ".join(left_out[:3]),
        )
    return cells, tuple(left_out)


def _not_yet(panel: Panel, period: int, anticipation: int) -> Chosen:
    waiting: Chosen = (panel.began == NEVER) | (panel.began > period + anticipation)
    return waiting


def _effect_of(panel: Panel, cell: _Cell, kept: Chosen, anticipation: int) -> float:
    base = cell.began - 1 - anticipation
    changes = [
        _mean(panel, side & kept, cell.period) - _mean(panel, side & kept, base)
        for side in (cell.group, cell.beside)
    ]
    return changes[0] - changes[1]


def _mean(panel: Panel, areas: Chosen, period: int) -> float:
    people = panel.people[areas, period]
    return float(people @ panel.means[areas, period] / people.sum())


def _jackknife(estimates: Callable[[Chosen], Floats], panel: Panel, values: Floats) -> Floats:
    """Return how far each area pulls every estimate: rows whose squares add up to the variance."""
    count = len(panel.names)
    pulls = np.empty((count, len(values)))
    for area in range(count):
        kept = np.ones(count, dtype=np.bool_)
        kept[area] = False
        pulls[area] = estimates(kept) - values
    return pulls * math.sqrt((count - 1) / count)


def _interval(estimate: float, pulls: Floats, freedom: int) -> Interval:
    error = math.sqrt(float(pulls @ pulls))
    reach = student_quantile(0.975, freedom=freedom) * error
    return Interval(estimate, estimate - reach, estimate + reach, error)


def p_value_of(effect: Interval, *, areas: int) -> float:
    """Return the two-sided p-value of no effect, by Student's t with one degree of freedom fewer than areas."""
    if not effect.standard_error > 0:
        return 1.0
    return 2.0 * student_below(-abs(effect.estimate) / effect.standard_error, freedom=areas - 1)


def _pre_trend(
    by_lag: dict[int, Interval], pulls: Floats, cells: tuple[Integers, Floats], anticipation: int
) -> PreTrend:
    since, weights = cells
    base = -1 - anticipation
    lags = [lag for lag in by_lag if lag < base]
    if not lags:
        return PreTrend(0, None, None, None, None)
    areas = len(pulls)
    distance = since - base
    before = weights * (since < base)
    line = before * distance / (before @ distance**2)  # least squares through 0 at the base period
    values = np.array([by_lag[int(lag)].estimate for lag in lags])
    at_lag = np.array([before[since == lag].sum() for lag in lags])
    away = np.array(lags) - base
    drift = _interval(float((at_lag * away) @ values / (at_lag @ away**2)), pulls @ line, areas - 1)
    tests = [p_value_of(effect, areas=areas) for effect in (drift, *(by_lag[lag] for lag in lags))]
    detectable = (student_quantile(0.975, freedom=areas - 1) + _POWER_REACH) * drift.standard_error
    after = since >= 0
    reach = float((weights[after] * distance[after]).sum() / weights[after].sum())
    return PreTrend(
        periods=len(lags),
        p_value=float(holm(tests if len(lags) > 1 else tests[:1]).min()),
        drift=drift,
        drift_detectable=detectable,
        bias_of_that_drift=detectable * reach,
    )
