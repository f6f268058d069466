"""Time to reoffending of weighted people, where going to custody or dying ends the time at risk.

Somebody in custody is not "free of reoffending": they could not. So custody and death are events of their own that
compete, and the share who have reoffended by a day is the Aalen-Johansen estimate; counting them as censored
overstates. What is headlined is that share, and the days free of reoffending out of the period (restricted mean);
the hazard ratio stands beside them, because it is neither a ratio of risks nor constant.

Every standard error comes from influence values: what each person adds to an estimate. With ``balanced_on`` they
take into account that the weights were made to balance those columns; without, the weights are taken as given,
which makes intervals a little wide. With ``clusters`` people of one cluster (one person twice) are added up first.

References
----------
Aalen O, Johansen S. An empirical transition matrix. Scandinavian Journal of Statistics 5 (1978), 141-150.
Andersen PK, Borgan O, Gill R, Keiding N. Statistical Models Based on Counting Processes. Springer 1993, ch. IV.
Royston P, Parmar M. Restricted mean survival time. BMC Medical Research Methodology 13 (2013), 152.
Lin DY, Wei LJ. The robust inference for the Cox proportional hazards model. JASA 84 (1989), 1074-1078.
Deville J-C, Sarndal C-E. Calibration estimators in survey sampling. JASA 87 (1992), 376-382.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.effects import NORMAL_95, Interval
from throughcare.kernel.errors import RefusedInput

CENSORED: Final = 0
REOFFENDED: Final = 1
COMPETED: Final = 2  # went to custody for something else, died, was deported

Codes = npt.NDArray[np.int8]
_MOST_STEPS = 50
_BALANCED = 1e-3  # standard deviations between the means of columns that are said to be balanced


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Until when n people were seen, and what ended it.

    Parameters
    ----------
    days : float64 (n,)
        From time zero to the event or to the end of follow-up; above 0.
    events : int8 (n,)
        CENSORED, REOFFENDED or COMPETED. Of an event and a censoring on one day the event comes first.
    weights : float64 (n,)
        Of the comparison; 1 for everybody where there are none. Not negative.
    """

    days: Floats
    events: Codes
    weights: Floats

    def __post_init__(self) -> None:
        count = len(self.days)
        if self.events.shape != (count,) or self.weights.shape != (count,):
            raise ValueError("days, events and weights must be of one length")
        _refuse_rows(
            "days", ~(np.isfinite(self.days) & (self.days > 0)), "a number of days above 0", self.days
        )
        _refuse_rows("events", ~np.isin(self.events, (0, 1, 2)), "0, 1 or 2", self.events)
        bad = ~(np.isfinite(self.weights) & (self.weights >= 0))
        _refuse_rows("weights", bad, "a weight of 0 or more", self.weights)

    def rows(self, chosen: Flags) -> FollowUp:
        """Return some of the people."""
        return FollowUp(days=self.days[chosen], events=self.events[chosen], weights=self.weights[chosen])


def _refuse_rows(name: str, bad: Flags, expected: str, values: npt.NDArray[np.generic]) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise RefusedInput(
            where=f"{name}, row {row + 1}",
            expected=expected,
            found=f"{values[row]} (and {int(bad.sum()) - 1} more such rows)",
            action="Mend the rows, or leave these people out and count them.",
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """The share to whom it has happened, after each day on which anything happened.

    Parameters
    ----------
    days : float64 (m,)
        Ascending; the share is 0 before the first.
    share, standard_error : float64 (m,)
    at_risk : float64 (m,)
        The weight of people seen until just before each day.
    """

    days: Floats
    share: Floats
    standard_error: Floats
    at_risk: Floats

    def at(self, day: float) -> float:
        """Return the share by the end of a day."""
        position = int(np.searchsorted(self.days, day, side="right"))
        return float(self.share[position - 1]) if position else 0.0


@dataclass(frozen=True, slots=True)
class _Table:
    """The life table of one group for one cause, and the parts of everybody's influence (see _influence_parts)."""

    days: Floats
    at_risk: Floats
    share: Floats
    place: npt.NDArray[np.intp]  # of each person's day among the days
    own: tuple[Floats, Floats]  # (n,) what a person's own event and time at risk add up to, by their day
    running: tuple[Floats, Floats]  # (m,) the same for somebody still at risk after each day


def incidence(people: FollowUp, *, cause: int = REOFFENDED) -> Curve:
    """Return the weighted Aalen-Johansen share of people to whom one cause has happened.

    Parameters
    ----------
    people : FollowUp
    cause : int
        REOFFENDED or COMPETED.

    Returns
    -------
    Curve
    """
    table = _life_table(people, people.events == cause)
    squares = people.weights**2
    g, h = table.own
    count = len(table.days)

    def up_to(values: Floats) -> Floats:
        summed: Floats = np.cumsum(np.bincount(table.place, weights=squares * values, minlength=count))
        return summed

    ended = up_to(g * g) - 2.0 * table.share * up_to(g * h) + table.share**2 * up_to(h * h)
    later = squares.sum() - up_to(np.ones(len(g)))
    still = later * (table.running[0] - table.share * table.running[1]) ** 2
    return Curve(table.days, table.share, np.sqrt(np.maximum(ended + still, 0.0)), table.at_risk)


def survival(people: FollowUp) -> Curve:
    """Return the weighted Kaplan-Meier share to whom nothing has happened, custody and death censored.

    It answers "if nobody went to custody", which no data can show; it stands here for comparison.
    """
    alone = FollowUp(
        days=people.days,
        events=np.where(people.events == REOFFENDED, REOFFENDED, CENSORED).astype(np.int8),
        weights=people.weights,
    )
    curve = incidence(alone)
    return Curve(curve.days, 1.0 - curve.share, curve.standard_error, curve.at_risk)


def _life_table(people: FollowUp, of_cause: Flags) -> _Table:
    days, place = np.unique(people.days, return_inverse=True)
    count = len(days)
    weight = np.bincount(place, weights=people.weights, minlength=count)
    at_risk: Floats = np.cumsum(weight[::-1])[::-1].astype(np.float64)
    happened = people.events != CENSORED
    all_causes = np.bincount(place, weights=people.weights * happened, minlength=count)
    this_cause = np.bincount(place, weights=people.weights * of_cause, minlength=count)
    safe = np.where(at_risk > 0, at_risk, 1.0)
    hazard, cause_hazard = all_causes / safe, this_cause / safe
    free = np.cumprod(1.0 - hazard)
    free_before = np.concatenate([[1.0], free[:-1]])
    share = np.cumsum(free_before * cause_hazard)
    left = np.where(hazard < 1.0, 1.0 - hazard, 1.0)
    # influence on the share by t: G(t) - share(t) H(t), with dM the martingale of a person
    first = free_before / safe  # G: S(u-)/Y dM_cause + F(u)/(Y (1 - dA)) dM
    second = share / (safe * left)
    third = 1.0 / (safe * left)  # H: 1/(Y (1 - dA)) dM
    running_g = -np.cumsum(first * cause_hazard + second * hazard)
    running_h = -np.cumsum(third * hazard)
    g = running_g[place] + of_cause * first[place] + happened * second[place]
    h = running_h[place] + happened * third[place]
    return _Table(days, at_risk, share, place, (g, h), (running_g, running_h))


@dataclass(frozen=True, slots=True)
class _Summary:
    """An estimate of one group and everybody's influence on it, weights included: the error is their sum."""

    estimate: float
    influence: Floats


def _share_by(people: FollowUp, cause: int, horizon: float) -> _Summary:
    table = _life_table(people, people.events == cause)
    last = int(np.searchsorted(table.days, horizon, side="right")) - 1
    if last < 0:
        return _Summary(0.0, np.zeros(len(people.days)))
    share = float(table.share[last])
    seen = table.place <= last
    still = table.running[0][last] - share * table.running[1][last]
    influence = np.where(seen, table.own[0] - share * table.own[1], still)
    return _Summary(share, people.weights * influence)


def _days_lost(people: FollowUp, cause: int, horizon: float) -> _Summary:
    """Return the area under the share until the horizon: the days lost to a cause, of each person on average."""
    table = _life_table(people, people.events == cause)
    edges = np.append(np.minimum(table.days, horizon), horizon)
    widths = np.diff(edges)  # how long each value of the step function lasts
    area = np.append(np.cumsum((table.share * widths)[::-1])[::-1], 0.0)  # from each day to the horizon
    drift = (table.running[0] - table.share * table.running[1]) * widths
    before = np.concatenate([[0.0], np.cumsum(drift)])
    g, h = table.own
    place = table.place
    seen = people.days <= horizon
    ended = before[place] + g * np.maximum(horizon - people.days, 0.0) - h * area[place]
    influence = np.where(seen, ended, before[-1])
    return _Summary(float(area[0]), people.weights * influence)


def _days_free(people: FollowUp, horizon: float) -> _Summary:
    lost = [_days_lost(people, cause, horizon) for cause in (REOFFENDED, COMPETED)]
    return _Summary(horizon - lost[0].estimate - lost[1].estimate, -(lost[0].influence + lost[1].influence))


@dataclass(frozen=True, slots=True)
class Contrast:
    """One quantity in both arms.

    Parameters
    ----------
    with_value, without_value : float
    difference : Interval
        With minus without.
    ratio : Interval or None
        With over without; None where one of them is 0.
    """

    with_value: float
    without_value: float
    difference: Interval
    ratio: Interval | None


@dataclass(frozen=True, slots=True)
class SurvivalEffect:
    """What tagging did to the time until reoffending.

    Parameters
    ----------
    horizon_days : float
    reoffended, competed : Contrast
        The share to whom it has happened by the horizon.
    days_free : Contrast
        Days without any event up to the horizon.
    days_lost : Contrast
        Days of the period after a reoffence.
    hazard_ratio : Interval or None
        Secondary: of reoffending while at risk, robust; None where an arm has no reoffence, or none settles.
    curves : tuple of Curve
        Share who reoffended: with, without.
    """

    horizon_days: float
    reoffended: Contrast
    competed: Contrast
    days_free: Contrast
    days_lost: Contrast
    hazard_ratio: Interval | None
    curves: tuple[Curve, Curve]


def survival_effect(
    people: FollowUp,
    treated: Flags,
    *,
    horizon_days: float,
    balanced_on: Floats | None = None,
    clusters: npt.NDArray[np.integer] | None = None,
) -> SurvivalEffect:
    """Return the effect on the treated of one period of follow-up, custody and death competing.

    Parameters
    ----------
    people : FollowUp
        Weights 1 for the treated, whatever a comparison person counts for otherwise (the effect is on the treated).
    treated : bool (n,)
    horizon_days : float
        Within what both arms were followed.
    balanced_on : float64 (n, k), optional
        The columns whose weighted means the weights made equal to the means of the treated (entropy balancing).
    clusters : int (n,), optional

    Raises
    ------
    RefusedInput
        No events, an arm without people or weight, or a horizon later than an arm was followed.
    """
    _refuse_arms(people, treated, horizon_days)
    with_people, without = people.rows(treated), people.rows(~treated)

    def contrast(one: _Summary, other: _Summary) -> Contrast:
        parts = _joined(one, other, treated, people.weights, balanced_on)
        return _contrast(one.estimate, other.estimate, parts, clusters)

    both = (with_people, without)
    shares = {
        cause: [_share_by(arm, cause, horizon_days) for arm in both] for cause in (REOFFENDED, COMPETED)
    }
    free = [_days_free(arm, horizon_days) for arm in both]
    lost = [_days_lost(arm, REOFFENDED, horizon_days) for arm in both]
    return SurvivalEffect(
        horizon_days=horizon_days,
        reoffended=contrast(*shares[REOFFENDED]),
        competed=contrast(*shares[COMPETED]),
        days_free=contrast(*free),
        days_lost=contrast(*lost),
        hazard_ratio=_hazard_ratio(people, treated, horizon_days, clusters),
        curves=(incidence(with_people), incidence(without)),
    )


def _refuse_arms(people: FollowUp, treated: Flags, horizon_days: float) -> None:
    for name, arm in (("treated", treated), ("comparison", ~treated)):
        inside = arm & (people.weights > 0)
        if not inside.any():
            raise RefusedInput(
                where=f"{name} arm",
                expected="people with a weight above 0",
                found="none",
                action="Check who was treated, and the weights.",
            )
        longest = float(people.days[inside].max())
        ended = inside & (people.days == longest) & (people.events != CENSORED)
        if longest < horizon_days and not ended.any():
            raise RefusedInput(
                where=f"{name} arm, horizon",
                expected=f"somebody followed until day {horizon_days:g}",
                found=f"the longest follow-up ends on day {longest:g}",
                action="Choose an earlier horizon, or wait for the data: nothing is known beyond.",
            )
    if not ((people.events == REOFFENDED) & (people.days <= horizon_days) & (people.weights > 0)).any():
        raise RefusedInput(
            where="events",
            expected="at least one reoffence before the horizon",
            found="none",
            action="There is nothing to compare; say that nobody reoffended.",
        )


def _joined(
    one: _Summary, other: _Summary, treated: Flags, weights: Floats, balanced_on: Floats | None
) -> tuple[Floats, Floats]:
    """Return everybody's influence on either arm's estimate."""
    with_part, without_part = np.zeros(len(treated)), np.zeros(len(treated))
    with_part[treated], without_part[~treated] = one.influence, other.influence
    if balanced_on is None:
        return with_part, without_part
    inside = ~treated & (weights > 0)
    _refuse_unbalanced(balanced_on, treated, weights)
    design = np.column_stack([np.ones(len(treated)), balanced_on])
    share = weights / weights[inside].sum()
    target = np.zeros(len(treated))
    target[inside] = without_part[inside] / share[inside]  # the influence of one person, before their weight
    scaled = np.sqrt(share[inside])
    slope = np.linalg.lstsq(design[inside] * scaled[:, None], target[inside] * scaled, rcond=None)[0]
    fitted = design @ slope
    without_part[inside] -= share[inside] * fitted[inside]
    own = weights[treated] / weights[treated].sum()
    without_part[treated] = own * (fitted[treated] - own @ fitted[treated])
    return with_part, without_part


def _refuse_unbalanced(columns: Floats, treated: Flags, weights: Floats) -> None:
    with_weights, without_weights = weights * treated, weights * ~treated
    gaps = (with_weights / with_weights.sum() - without_weights / without_weights.sum()) @ columns
    spread = columns.std(axis=0)
    sizes = np.abs(gaps) / np.where(spread > 0, spread, 1.0)
    if not (sizes <= _BALANCED).all():
        worst = int(np.argmax(sizes))
        raise RefusedInput(
            where=f"balanced_on, column {worst + 1}",
            expected="columns whose means the weights made equal in both arms",
            found=f"means {sizes[worst]:.3f} standard deviations apart",
            action="Balance on it, or leave it out: the intervals would be too narrow.",
        )


def _contrast(
    with_value: float,
    without_value: float,
    parts: tuple[Floats, Floats],
    clusters: npt.NDArray[np.integer] | None,
) -> Contrast:
    error = _standard_error(parts[0] - parts[1], clusters)
    difference = with_value - without_value
    ratio = None
    if with_value > 0 and without_value > 0:
        on_log = _standard_error(parts[0] / with_value - parts[1] / without_value, clusters)
        ratio = _ratio(math.log(with_value / without_value), on_log)
    return Contrast(
        with_value=with_value,
        without_value=without_value,
        difference=Interval(
            difference, difference - NORMAL_95 * error, difference + NORMAL_95 * error, error
        ),
        ratio=ratio,
    )


def _ratio(log_ratio: float, error: float) -> Interval:
    reach = NORMAL_95 * error
    return Interval(math.exp(log_ratio), math.exp(log_ratio - reach), math.exp(log_ratio + reach), error)


def _standard_error(influence: Floats, clusters: npt.NDArray[np.integer] | None) -> float:
    if clusters is None:
        return float(np.sqrt((influence**2).sum()))
    _, place = np.unique(clusters, return_inverse=True)
    return float(np.sqrt((np.bincount(place, weights=influence) ** 2).sum()))


def _hazard_ratio(
    people: FollowUp, treated: Flags, horizon: float, clusters: npt.NDArray[np.integer] | None
) -> Interval | None:
    counted = (people.events == REOFFENDED) & (people.days <= horizon) & (people.weights > 0)
    if not (counted & treated).any() or not (counted & ~treated).any():
        return None
    cut = FollowUp(np.minimum(people.days, horizon), np.where(counted, 1, 0).astype(np.int8), people.weights)
    try:
        fit = cox(cut, treated.astype(np.float64)[:, None], clusters=clusters)
    except RefusedInput:  # everybody of one arm reoffended before anybody of the other: no ratio says that
        return None
    return _ratio(float(fit.coefficients[0]), float(fit.standard_errors[0]))


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A Cox regression.

    Parameters
    ----------
    coefficients, standard_errors : float64 (k,)
        Log hazard ratios and their robust standard errors.
    """

    coefficients: Floats
    standard_errors: Floats


def cox(people: FollowUp, columns: Floats, *, clusters: npt.NDArray[np.integer] | None = None) -> CoxFit:
    """Return a weighted Cox regression of reoffending with robust standard errors (Lin and Wei).

    Parameters
    ----------
    people : FollowUp
        COMPETED counts as censored: the hazard is cause-specific.
    columns : float64 (n, k)
    clusters : int (n,), optional

    Notes
    -----
    Events of one day share one risk set (Breslow); with many people at risk this differs little from Efron's way.
    """
    order = np.argsort(-people.days, kind="stable")
    x, w = columns[order] - columns.mean(axis=0), people.weights[order]
    event = people.events[order] == REOFFENDED
    _, first = np.unique(-people.days[order], return_index=True)
    last = np.append(first[1:], len(x)) - 1  # of each day, the last row at risk
    day = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(x))))
    slope = _cox_slope(x, w, event, (last, day))
    _, information, residuals = _cox_step(x, w, event, slope, (last, day))
    residuals = residuals @ np.linalg.inv(information)
    if clusters is not None:
        _, place = np.unique(clusters[order], return_inverse=True)
        residuals = np.stack([np.bincount(place, weights=column) for column in residuals.T], axis=1)
    return CoxFit(coefficients=slope, standard_errors=np.sqrt((residuals**2).sum(axis=0)))


def _cox_slope(
    x: Floats, w: Floats, event: Flags, days: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
) -> Floats:
    slope = np.zeros(x.shape[1])
    least = (
        1e-7 * float((w * event).sum()) * x.var(axis=0)
    )  # less information than this, and a column separates
    for _ in range(_MOST_STEPS):
        score, information, _ = _cox_step(x, w, event, slope, days)
        if (np.diag(information) <= least).any() or np.linalg.matrix_rank(information) < len(slope):
            break
        move = np.linalg.solve(information, score)
        slope += move
        if np.abs(move).max() < 1e-10:
            return slope
    raise RefusedInput(
        where="Cox regression",
        expected="a hazard ratio that settles",
        found="one that runs away",
        action="A column is the same for all, repeats others, or separates who reoffended; leave it out.",
    )


def _cox_step(
    x: Floats,
    w: Floats,
    event: Flags,
    slope: Floats,
    days: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
) -> tuple[Floats, Floats, Floats]:
    """Return the score, the information and each person's weighted score residual; rows from the last day on."""
    last, day = days
    risk = w * np.exp(np.clip(x @ slope, -500, 500))
    total = np.cumsum(risk)[last]
    means = np.cumsum(risk[:, None] * x, axis=0)[last] / np.maximum(total, 1e-300)[:, None]
    deaths = np.bincount(day, weights=w * event, minlength=len(last))
    hazard = deaths / np.maximum(total, 1e-300)
    residuals = (w * event)[:, None] * (x - means[day])
    score = residuals.sum(axis=0)
    # a person is at risk on their own day and all earlier ones, which come later in this order
    after = np.cumsum(hazard[::-1])[::-1]
    after_means = np.cumsum((hazard[:, None] * means)[::-1], axis=0)[::-1]
    residuals = residuals - risk[:, None] * (x * after[day][:, None] - after_means[day])
    second = (x * (risk * after[day])[:, None]).T @ x
    information = second - (means * deaths[:, None]).T @ means
    return score, information, residuals
