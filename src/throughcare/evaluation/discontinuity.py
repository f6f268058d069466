"""A line that decides who is tagged: people just below it beside people just above it (regression discontinuity).

Where a rule says "from three months on", those with 92 days and those with 89 are alike in all but the rule. The jump
in the outcome at the line is the rule's effect; over the jump in tagging it is the effect on those whom the rule
moved. It says nothing about people far from the line.

The estimate is local linear with a triangular kernel; the bandwidth makes its mean squared error least; the interval
is centred where the bias is taken out (with the same bandwidth for estimate and bias, that is a local quadratic
fit), because an interval around the uncorrected estimate covers too rarely. Tests of the assumption stand beside:
whether people crowd on one side of the line, and whether there are jumps where there is no line.

References
----------
Calonico S, Cattaneo M, Titiunik R. Robust nonparametric confidence intervals for regression-discontinuity designs.
Econometrica 82 (2014), 2295-2326 (bandwidth: section 4 and its supplement; remark 7 on equal bandwidths).
McCrary J. Manipulation of the running variable. Journal of Econometrics 142 (2008), 698-714.
Marie O, Moreton K, Goncalves M. The effect of early release of prisoners on Home Detention Curfew on recidivism.
Ministry of Justice, 2011 (the design that the simulation of the tests resembles).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.distributions import two_sided
from throughcare.evaluation.effects import NORMAL_95, Interval
from throughcare.evaluation.multiplicity import holm
from throughcare.evaluation.ratio_sets import RatioSet, ratio_set
from throughcare.kernel.errors import RefusedInput

LEAST_PEOPLE: Final = 30  # on either side, inside the bandwidth
LEAST_VALUES: Final = 6  # different values of the running variable, on either side inside it
_PILOT = 2.576  # Silverman's constant for a triangular kernel
WEAK_F: Final = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """n people and the line.

    Parameters
    ----------
    running : float64 (n,)
        What the rule looks at, such as days of sentence.
    cut : float
        At or above it the rule says tag.
    donut : float
        People nearer to the line than this are left out (heaping); 0 leaves out nobody.
    """

    running: Floats
    cut: float
    donut: float = 0.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.running).all() or not math.isfinite(self.cut):
            raise RefusedInput(
                where="running variable",
                expected="a finite number of everybody, and a finite line",
                found=f"{int((~np.isfinite(self.running)).sum())} rows without one",
                action="Leave these people out and count them.",
            )

    def distances(self) -> tuple[Floats, Flags]:
        """Return everybody's distance from the line, and who counts."""
        distance = self.running - self.cut
        return distance, np.abs(distance) >= self.donut


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump at a line.

    Parameters
    ----------
    estimate : float
        By the local linear fit.
    robust : Interval
        The bias-corrected estimate, its standard error and interval.
    p_value : float
        Of no jump, by the robust interval.
    bandwidth : float
    people : (int, int)
        Below and above the line, inside the bandwidth.
    """

    estimate: float
    robust: Interval
    p_value: float
    bandwidth: float
    people: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FuzzyJump:
    """The effect on those whom the line moved: the outcome's jump over that of tagging.

    Parameters
    ----------
    effect : Jump
    outcome, tagging : Jump
        The two jumps, at the same bandwidth.
    tagging_f : float
        The squared t of tagging's jump; below 10 the line hardly moves anybody, and only ``allowed`` is honest.
    allowed : RatioSet
        All effects that are not rejected, valid however weak the line is.
    """

    effect: Jump
    outcome: Jump
    tagging: Jump
    tagging_f: float
    allowed: RatioSet

    @property
    def is_weak(self) -> bool:
        """Whether only the set of allowed effects may be shown."""
        return self.tagging_f < WEAK_F


def sharp_jump(line: Line, outcome: Floats, *, bandwidth: float | None = None) -> Jump:
    """Return the jump of an outcome at the line.

    Parameters
    ----------
    line : Line
    outcome : float64 (n,)
        Or a covariate, which must not jump.
    bandwidth : float, optional
        In units of the running variable; the one of least mean squared error where none is given.

    Raises
    ------
    RefusedInput
        A bandwidth without people on both sides, or too few different values to fit a curve.
    """
    distance, counted = line.distances()
    x, y = distance[counted], _finite(outcome, "outcome")[counted]
    width = best_bandwidth(x, y) if bandwidth is None else bandwidth
    return _jump(x, y, width)


def fuzzy_jump(line: Line, outcome: Floats, tagged: Flags, *, bandwidth: float | None = None) -> FuzzyJump:
    """Return the effect of tagging on those whom the line moved.

    Parameters
    ----------
    line : Line
    outcome : float64 (n,)
    tagged : bool (n,)
        Whether they really were.
    bandwidth : float, optional
        By default that of the outcome less the preliminary effect times tagging, whose error matters here.
    """
    distance, counted = line.distances()
    x, y = distance[counted], _finite(outcome, "outcome")[counted]
    t = tagged[counted].astype(np.float64)
    width = bandwidth
    if width is None:
        pilot = best_bandwidth(x, y)
        jump = _side_difference(x, t, pilot, order=1)[0]
        effect = _side_difference(x, y, pilot, order=1)[0] / jump if abs(jump) > 1e-9 else 0.0
        width = best_bandwidth(x, y - float(np.clip(effect, -10.0, 10.0)) * t)
    above, below = _jump(x, y, width), _jump(x, t, width)
    if abs(below.estimate) < 1e-12:
        raise RefusedInput(
            where="tagging at the line",
            expected="more people tagged on one side than on the other",
            found="the same share on both sides",
            action="The line moves nobody: check which line the rule used.",
        )
    ratio = above.estimate / below.estimate
    moved, spread = _side_difference(
        x, y - ratio * t, width, order=2
    )  # the ratio made linear at the estimate
    corrected, error = ratio + moved / below.estimate, math.sqrt(spread) / abs(below.estimate)
    variance_y, variance_t = above.robust.standard_error**2, below.robust.standard_error**2
    variance_sum = _side_difference(x, y + t, width, order=2)[1]
    return FuzzyJump(
        effect=_with_interval(ratio, corrected, error, (width, above.people)),
        outcome=above,
        tagging=below,
        tagging_f=(below.robust.estimate**2 / variance_t) if variance_t > 0 else math.inf,
        allowed=ratio_set(
            above=above.robust.estimate,
            below=below.robust.estimate,
            variances=(variance_y, variance_t),
            covariance=0.5 * (variance_sum - variance_y - variance_t),
            critical=NORMAL_95,
        ),
    )


def _finite(values: Floats, name: str) -> Floats:
    if not np.isfinite(values).all():
        raise RefusedInput(
            where=name,
            expected="a finite number of everybody",
            found=f"{int((~np.isfinite(values)).sum())} rows without one",
            action="Leave out people whose follow-up is not complete, and count them on both sides.",
        )
    return values


def _jump(x: Floats, y: Floats, width: float) -> Jump:
    people = _refuse_narrow(x, width)
    estimate, _ = _side_difference(x, y, width, order=1)
    corrected, variance = _side_difference(x, y, width, order=2)
    return _with_interval(estimate, corrected, math.sqrt(variance), (width, people))


def _with_interval(
    estimate: float, corrected: float, error: float, where: tuple[float, tuple[int, int]]
) -> Jump:
    reach = NORMAL_95 * error
    return Jump(
        estimate=estimate,
        robust=Interval(corrected, corrected - reach, corrected + reach, error),
        p_value=two_sided(corrected / error) if error > 0 else (0.0 if corrected else 1.0),
        bandwidth=where[0],
        people=where[1],
    )


def _refuse_narrow(x: Floats, width: float) -> tuple[int, int]:
    if not (math.isfinite(width) and width > 0):
        raise RefusedInput(
            where="bandwidth",
            expected="a number above 0",
            found=f"{width}",
            action="Give it in units of the running variable.",
        )
    found = []
    for name, side in (("below", (x < 0) & (x > -width)), ("above", (x >= 0) & (x < width))):
        people, values = int(side.sum()), len(np.unique(x[side]))
        if people < LEAST_PEOPLE or values < LEAST_VALUES:
            raise RefusedInput(
                where=f"{name} the line, bandwidth {width:g}",
                expected=f"{LEAST_PEOPLE} people of at least {LEAST_VALUES} different values",
                found=f"{people} people of {values} values",
                action="Widen the bandwidth, or do without this design: there are too few people near the line.",
            )
        found.append(people)
    return found[0], found[1]


def _side_difference(x: Floats, y: Floats, width: float, *, order: int) -> tuple[float, float]:
    """Return the difference at the line of two local polynomial fits, and its variance."""
    total, variance = 0.0, 0.0
    for sign, side in ((-1.0, x < 0), (1.0, x >= 0)):
        near = side & (np.abs(x) < width)
        value, spread = _coefficient(x[near], y[near], width, (order, 0))
        total += sign * value
        variance += spread
    return total, variance


def _coefficient(x: Floats, y: Floats, width: float, which: tuple[int, int]) -> tuple[float, float]:
    """Return one coefficient of a weighted polynomial fit at 0 and its variance (HC3 residuals).

    ``which`` is the order of the polynomial and the power whose coefficient is asked for.
    """
    order, power = which
    scaled = x / width
    kernel = 1.0 - np.abs(scaled)
    design = np.vander(scaled, order + 1, increasing=True)
    root = np.sqrt(kernel)
    q, r = np.linalg.qr(design * root[:, None])
    if np.abs(np.diag(r)).min() < 1e-9 * np.abs(np.diag(r)).max():
        raise RefusedInput(
            where=f"bandwidth {width:g}",
            expected=f"enough different values for a curve of order {order}",
            found=f"{len(np.unique(x))} values",
            action="Widen the bandwidth, or do without this design.",
        )
    beta = np.linalg.solve(r, q.T @ (y * root))
    residual = y - design @ beta
    leverage = np.minimum((q**2).sum(axis=1), 0.999)
    row = np.linalg.solve(r, q.T)[power] * root  # the coefficient is row @ y
    variance = float(((row * residual / (1.0 - leverage)) ** 2).sum())
    return float(beta[power]) / width**power, variance / width ** (2 * power)


def best_bandwidth(x: Floats, y: Floats) -> float:
    """Return the bandwidth of least mean squared error of a local linear jump at 0.

    Parameters
    ----------
    x : float64 (n,)
        Distances from the line.
    y : float64 (n,)

    Notes
    -----
    Three steps as in Calonico, Cattaneo and Titiunik: a bandwidth for the third derivative (its bias from a global
    curve of the fourth order), with it one for the second, with that the one asked for. The last two have their
    regularisation: where a bias cannot be told from 0 the bandwidth does not run away.
    """
    _refuse_sides(x)
    spread = min(float(x.std()), float(np.subtract(*np.quantile(x, (0.75, 0.25)))) / 1.349)
    pilot = min(_PILOT * (spread if spread > 0 else float(x.std())) * len(x) ** -0.2, float(np.abs(x).max()))
    pilot = _wide_enough(x, pilot)
    widest = _wide_enough(x, float(np.abs(x).max()) * (1.0 + 1e-9))
    third = _step(x, y, (3, 3), (pilot, widest), penalty=0.0)
    second = _step(x, y, (2, 2), (pilot, third))
    return _step(x, y, (1, 0), (pilot, second))


def _step(
    x: Floats, y: Floats, which: tuple[int, int], widths: tuple[float, float], *, penalty: float = 3.0
) -> float:
    """Return the best bandwidth for one coefficient, from a variance at one bandwidth and a bias at another.

    ``which`` is the order of the fit and the power of the coefficient; ``widths`` are for variance and for bias.
    """
    order, power = which
    at, of_bias = widths
    variance, doubt, bias = 0.0, 0.0, 0.0
    for sign, side in ((-1.0, x < 0), (1.0, x >= 0)):
        near, far = side & (np.abs(x) < at), side & (np.abs(x) < of_bias)
        variance += _coefficient(x[near], y[near], at, which)[1] * at ** (2 * power + 1)
        higher, unsure = _coefficient(x[far], y[far], of_bias, (order + 1, order + 1))
        factor = _bias_factor(x[near] / at, which)
        bias += sign * factor * higher
        doubt += factor**2 * unsure
    freedom = order + 1 - power
    squared_bias = max(bias**2 + penalty * doubt, 1e-300)
    best = ((2 * power + 1) * variance / (2.0 * freedom * squared_bias)) ** (1.0 / (2 * order + 3))
    return _wide_enough(x, min(float(best), float(np.abs(x).max())))


def _bias_factor(scaled: Floats, which: tuple[int, int]) -> float:
    """Return by how much a term one order higher, of size 1, moves a coefficient (both in units of the bandwidth)."""
    order, power = which
    root = np.sqrt(1.0 - np.abs(scaled))
    design = np.vander(scaled, order + 1, increasing=True) * root[:, None]
    moved = np.linalg.lstsq(design, scaled ** (order + 1) * root, rcond=None)[0]
    return float(moved[power])


def _wide_enough(x: Floats, width: float) -> float:
    """Return a bandwidth that holds enough people and values on both sides for the curves that are fitted in it."""
    for side in (-x[x < 0], x[x >= 0]):
        values = np.unique(side)
        width = max(width, float(values[min(len(values), 2 * LEAST_VALUES) - 1]) * (1.0 + 1e-6))
        width = max(width, float(np.sort(side)[min(len(side), LEAST_PEOPLE) - 1]) * (1.0 + 1e-6))
    return width


def _refuse_sides(x: Floats) -> None:
    for name, side in (("below", x[x < 0]), ("above", x[x >= 0])):
        if len(side) < LEAST_PEOPLE or len(np.unique(side)) < LEAST_VALUES:
            raise RefusedInput(
                where=f"{name} the line",
                expected=f"at least {LEAST_PEOPLE} people of {LEAST_VALUES} different values",
                found=f"{len(side)} people of {len(np.unique(side))} values",
                action="This design needs people on both sides of the line; use another.",
            )


@dataclass(frozen=True, slots=True)
class Crowding:
    """Whether people crowd on one side of the line.

    Parameters
    ----------
    log_ratio : Interval
        The logarithm of how many there are just above over just below.
    p_value : float
    bandwidth : float
    """

    log_ratio: Interval
    p_value: float
    bandwidth: float


def crowding(line: Line, *, bin_width: float | None = None, bandwidth: float | None = None) -> Crowding:
    """Test whether the number of people jumps at the line: somebody then chose the side, and the design is off.

    Parameters
    ----------
    line : Line
    bin_width : float, optional
        Width of the bins in which people are counted. A running variable in whole days needs whole days.
    bandwidth : float, optional

    Notes
    -----
    McCrary's test on counts in bins, with a local quadratic fit at the bandwidth that is best for a linear one, so
    that its interval is centred; the variance is that of counts (Poisson).
    """
    distance, counted = line.distances()
    x = distance[counted]
    _refuse_sides(x)
    width = bin_width or _bin_width(x)
    position = np.floor(x / width + 1e-9).astype(np.int64)
    lowest = int(position.min())
    counts = np.bincount(position - lowest).astype(np.float64)[1:-1]  # the outer bins may be part empty
    middles: Floats = (np.arange(len(counts), dtype=np.float64) + lowest + 1.5) * width
    reach = bandwidth or best_bandwidth(middles, counts)
    levels, errors = [], []
    for side in (middles < 0, middles >= 0):
        near = side & (np.abs(middles) < reach)
        level, error = _level_of_counts(middles[near] / reach, counts[near])
        levels.append(level)
        errors.append(error)
    log_ratio = math.log(levels[1] / levels[0])
    error = math.hypot(errors[0] / levels[0], errors[1] / levels[1])
    return Crowding(
        log_ratio=Interval(log_ratio, log_ratio - NORMAL_95 * error, log_ratio + NORMAL_95 * error, error),
        p_value=two_sided(log_ratio / error),
        bandwidth=reach,
    )


def _bin_width(x: Floats) -> float:
    values = np.unique(x)
    step = float(np.diff(values).min()) if len(values) > 1 else 1.0
    if len(values) < len(x) / 5:  # whole days, or another grid
        return step
    return 2.0 * float(x.std()) / math.sqrt(len(x))


def _level_of_counts(scaled: Floats, counts: Floats) -> tuple[float, float]:
    root = np.sqrt(1.0 - np.abs(scaled))
    design = np.vander(scaled, 3, increasing=True)
    row = np.linalg.pinv(design * root[:, None])[0] * root
    level = float(row @ counts)
    if not level > 0 or len(counts) < LEAST_VALUES:
        raise RefusedInput(
            where="people near the line",
            expected=f"people in at least {LEAST_VALUES} bins on each side",
            found=f"{int(counts.sum())} people in {len(counts)} bins",
            action="Widen the bins or the bandwidth, or do without this design.",
        )
    return level, math.sqrt(float(row**2 @ np.maximum(counts, 0.0)))


@dataclass(frozen=True, slots=True)
class Placebo:
    """The jump at a line that no rule uses.

    Parameters
    ----------
    cut : float
    jump : Jump or None
        None where there are too few people around it.
    adjusted_p : float or None
        Holm's, over the placebo lines that could be judged.
    """

    cut: float
    jump: Jump | None
    adjusted_p: float | None


def placebo_cuts(line: Line, outcome: Floats, *, cuts: Sequence[float]) -> tuple[Placebo, ...]:
    """Return the jumps at lines that no rule uses, each with people of one side of the true line only.

    Parameters
    ----------
    line : Line
    outcome : float64 (n,)
    cuts : sequence of float
        None of them the true line.
    """
    found: list[tuple[float, Jump | None]] = []
    for cut in cuts:
        if cut == line.cut:
            raise RefusedInput(
                where="placebo line",
                expected="a line that no rule uses",
                found=f"the true line, {cut:g}",
                action="Leave it out.",
            )
        side = line.running < line.cut if cut < line.cut else line.running >= line.cut
        found.append((cut, _jump_or_none(Line(line.running[side], cut), outcome[side])))
    adjusted = iter(holm([jump.p_value for _, jump in found if jump is not None]))
    return tuple(Placebo(cut, jump, None if jump is None else float(next(adjusted))) for cut, jump in found)


def _jump_or_none(line: Line, outcome: Floats) -> Jump | None:
    try:
        return sharp_jump(line, outcome)
    except RefusedInput:
        return None
