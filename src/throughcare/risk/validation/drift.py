"""Drift: whether the people have changed, and whether the score still says what happens to them.

Two questions, two tools. The population stability index (PSI) compares the spread of scores or answers of a month with
that of a reference period; it needs no outcomes, so it speaks at once, and it does not say that anything is wrong.
The calibration CUSUM adds up, month by month, the evidence that events are more, or fewer, than the score said; a case
enters it in the month in which its follow-up is over, and never before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.validation.calibration import bins_of
from throughcare.risk.validation.intervals import Bools, Floats
from throughcare.risk.validation.periods import Days, follow_up_ends, is_complete, month_of

ODDS_RATIO = 1.25
"""The drift that the CUSUM is set to notice: odds of the event a quarter above, or below, what the score says."""
RUN_LENGTH_MONTHS = 120.0
"""How long a healthy score should go without an alarm, on average: ten years."""
_CHANCE_BINS = 10


@dataclass(frozen=True, slots=True)
class Stability:
    """A PSI with what chance alone would show.

    Parameters
    ----------
    value : float
    by_chance : float
        Its mean if nothing had changed: (bins - 1) (1/n + 1/m).
    limit : float
        Nineteen in twenty months in which nothing changed stay below it.
    people, reference_people : int
    """

    value: float
    by_chance: float
    limit: float
    people: int
    reference_people: int

    @property
    def changed(self) -> bool:
        """Whether chance alone would seldom show as much."""
        return self.value > self.limit


def stability(reference: Floats, later: Floats, *, bins: int = 10) -> Stability:
    """Return the PSI of numbers: sum over bins of (q - p) ln(q / p), bins of equal number in the reference.

    Half a person is added to each bin, so that an empty one is not infinite.
    """
    edges = np.unique(np.quantile(reference, np.linspace(0.0, 1.0, bins + 1)[1:-1], method="inverted_cdf"))
    size = len(edges) + 1
    return stability_of_counts(
        np.bincount(np.searchsorted(edges, reference, side="left"), minlength=size),
        np.bincount(np.searchsorted(edges, later, side="left"), minlength=size),
    )


def stability_of_texts(reference: npt.NDArray[np.str_], later: npt.NDArray[np.str_]) -> Stability:
    """Return the PSI of answers that are words; every word that stands in either is a bin."""
    words = np.unique(np.concatenate([reference, later]))
    places = (np.searchsorted(words, each) for each in (reference, later))
    first, second = (np.bincount(each, minlength=len(words)) for each in places)
    return stability_of_counts(first, second)


def stability_of_counts(reference: npt.NDArray[np.intp], later: npt.NDArray[np.intp]) -> Stability:
    """Return the PSI of counts over the same bins."""
    n, m, size = int(reference.sum()), int(later.sum()), len(reference)
    if not n or not m:
        raise ValueError("nobody to compare")
    p = (reference + 0.5) / (n + 0.5 * size)
    q = (later + 0.5) / (m + 0.5 * size)
    scale = 1.0 / n + 1.0 / m
    return Stability(
        float(np.sum((q - p) * np.log(q / p))), (size - 1) * scale, _chi_square_95(size - 1) * scale, m, n
    )


def _chi_square_95(freedom: int) -> float:
    """Return the 95th hundredth of chi-square (Wilson and Hilferty, PNAS 17 (1931), 684-688; within 1 %)."""
    if freedom < 1:
        return math.inf
    third = 2.0 / (9.0 * freedom)
    return freedom * (1.0 - third + 1.6448536269514722 * math.sqrt(third)) ** 3


@dataclass(frozen=True, slots=True)
class Month:
    """The cases whose follow-up was over in one month, and where both sums stand after it.

    Parameters
    ----------
    month : str
        Such as ``2026-03``.
    people, events : int
    expected : float
    above, below : float
        Evidence that more, or fewer, events happen than the score says.
    alarm : str
        ``more``, ``fewer`` or empty. After an alarm the sum starts anew from nought.
    """

    month: str
    people: int
    events: int
    expected: float
    above: float
    below: float
    alarm: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Alarm limits, with the run length that was measured with them by simulation.

    Parameters
    ----------
    above, below : float
    run_length_months : float
        Mean months to the first alarm, of either side, of a perfectly calibrated score.
    low, high : float
        Its 95 % interval over the simulated runs.
    false_alarms_a_year : float
    months_to_notice : float
        Mean months to the alarm when odds are `ODDS_RATIO` times what the score says.
    """

    above: float
    below: float
    run_length_months: float
    low: float
    high: float
    false_alarms_a_year: float
    months_to_notice: float


def limits(
    score: Floats,
    *,
    people_a_month: float,
    rng: np.random.Generator,
    target_months: float = RUN_LENGTH_MONTHS,
    odds_ratio: float = ODDS_RATIO,
    runs: int = 1_000,
) -> Limits:
    """Return alarm limits such that a healthy score alarms once in `target_months` on average.

    Months of people with these scores are simulated whose outcomes are what the scores say. One half of the runs sets
    the limits, the other half measures what they do, so the measured run length is not flattered.

    Parameters
    ----------
    score : float64 (n,)
        Probabilities of the people scored in the reference period.
    people_a_month : float
        How many follow-ups end in a month.
    rng : numpy Generator
    """
    length = math.ceil(4 * target_months)
    draw = _Draw(score, max(1, round(people_a_month)), odds_ratio)
    setting = draw.steps(rng, runs, length, odds_ratio=1.0)
    one_side = 2.0 * target_months  # two sides alarm twice as often as one
    above = _limit_for(setting[0], one_side)
    below = _limit_for(setting[1], one_side)
    measured = _first_alarms(draw.steps(rng, runs, length, odds_ratio=1.0), above, below)
    noticed = _first_alarms(draw.steps(rng, runs, length, odds_ratio=odds_ratio), above, below)
    mean, error = _mean_run(measured, length)
    return Limits(
        above,
        below,
        mean,
        mean - 1.96 * error,
        mean + 1.96 * error,
        12.0 / mean,
        _mean_run(noticed, length)[0],
    )


def calibration_cusum(
    score: Floats,
    happened: Bools,
    started_on: Days,
    *,
    horizon_months: int,
    known_until: np.datetime64,
    within: Limits,
    odds_ratio: float = ODDS_RATIO,
) -> tuple[Month, ...]:
    """Return the sums month by month, of the cases whose follow-up was over before `known_until`.

    A case's evidence for odds R times the stated is y ln R - ln(1 - p + R p) (S. H. Steiner and others, Biostatistics 1
    (2000), 441-452); a month's cases are added together, and the sum is held at nought from below.

    Parameters
    ----------
    score, happened, started_on : (n,)
        Probability, outcome (of those not complete it is not read), and the day of the score.
    within : Limits
    """
    complete = is_complete(started_on, horizon_months=horizon_months, known_until=known_until)
    ends = month_of(follow_up_ends(started_on, horizon_months=horizon_months))
    if not complete.any():
        return ()
    first, last = ends[complete].min(), ends[complete].max()
    above = below = 0.0
    found = []
    for month in np.arange(first, last + 1):
        chosen = complete & (ends == month)
        p, y = score[chosen], happened[chosen]
        above = max(0.0, above + _evidence(p, y, odds_ratio))
        below = max(0.0, below + _evidence(p, y, 1.0 / odds_ratio))
        alarm = "more" if above >= within.above else "fewer" if below >= within.below else ""
        found.append(Month(str(month), len(p), int(np.count_nonzero(y)), float(p.sum()), above, below, alarm))
        above, below = (0.0, 0.0) if alarm else (above, below)
    return tuple(found)


def monthly_stability(
    score: Floats, started_on: Days, *, reference: Bools, least: int = 50
) -> tuple[tuple[str, Stability], ...]:
    """Return the PSI of each month's scores against those of the reference; months of fewer than `least` are left out."""
    months = month_of(started_on)
    later = np.unique(months[~reference])
    chosen = [(str(month), score[(months == month) & ~reference]) for month in later]
    return tuple((month, stability(score[reference], now)) for month, now in chosen if len(now) >= least)


def _evidence(p: Floats, y: Bools, ratio: float) -> float:
    return float(np.count_nonzero(y) * math.log(ratio) - np.sum(np.log1p(p * (ratio - 1.0))))


@dataclass(frozen=True, slots=True)
class _Draw:
    """Draws months of people; like scores are drawn together, as a binomial of their mean."""

    score: Floats
    people: int
    ratio: float

    def steps(
        self, rng: np.random.Generator, runs: int, months: int, *, odds_ratio: float
    ) -> tuple[Floats, Floats]:
        """Return what each simulated month adds to the sum above and to that below, (runs, months) each."""
        groups = bins_of(self.score, _CHANCE_BINS)
        counts = np.bincount(groups)
        p = np.bincount(groups, self.score) / counts
        numbers = rng.multinomial(self.people, counts / counts.sum(), size=(runs, months))
        true = odds_ratio * p / (1.0 - p + odds_ratio * p)
        events = rng.binomial(numbers, true).sum(axis=2)
        above = events * math.log(self.ratio) - numbers @ np.log1p(p * (self.ratio - 1.0))
        below = -events * math.log(self.ratio) - numbers @ np.log1p(p * (1.0 / self.ratio - 1.0))
        return above, below


def _heights(steps: Floats) -> Floats:
    """Return the highest that each run's sum has stood at by each month; (runs, months)."""
    total = np.zeros(len(steps))
    highest = np.zeros_like(steps)
    for month in range(steps.shape[1]):
        total = np.maximum(0.0, total + steps[:, month])
        highest[:, month] = total
    return np.asarray(np.maximum.accumulate(highest, axis=1))


def _limit_for(steps: Floats, target_months: float) -> float:
    """Return by halving the limit at which the mean time to the first alarm is the target."""
    heights = _heights(steps)
    low, high = 0.0, float(heights.max()) + 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if _mean_run(_first_at(heights, middle), steps.shape[1])[0] < target_months:
            low = middle
        else:
            high = middle
    return high


def _first_alarms(steps: tuple[Floats, Floats], above: float, below: float) -> npt.NDArray[np.intp]:
    first, second = (
        _first_at(_heights(each), limit) for each, limit in zip(steps, (above, below), strict=True)
    )
    return np.minimum(first, second)


def _first_at(heights: Floats, limit: float) -> npt.NDArray[np.intp]:
    """Return the number of months to the first alarm of each run; one more than there are where there is none."""
    return np.asarray(np.sum(heights < limit, axis=1) + 1)


def _mean_run(months: npt.NDArray[np.intp], length: int) -> tuple[float, float]:
    """Return the mean run length and its error: months watched an alarm, which is right for runs cut off too."""
    alarms = int(np.count_nonzero(months <= length))
    watched = int(np.minimum(months, length).sum())
    if not alarms:
        return float(watched), math.inf
    return watched / alarms, watched / alarms / math.sqrt(alarms)


def worded(found: Sequence[Month]) -> str:
    """Return in one sentence what the months say."""
    alarms = [month for month in found if month.alarm]
    if not found:
        return "No follow-up is over yet, so nothing can be said about calibration over time."
    if not alarms:
        return f"In {len(found)} months of complete follow-up no alarm was raised."
    last = alarms[-1]
    return (
        f"{len(alarms)} alarm{'s' if len(alarms) > 1 else ''} in {len(found)} months; the last in {last.month}: "
        f"{last.alarm} events than the score said ({last.events} of {last.people}, {last.expected:.0f} expected)."
    )
