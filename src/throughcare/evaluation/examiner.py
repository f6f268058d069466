"""Who decided, by chance: an examiner's leniency as an instrument.

Where cases come to judges or officers by rota, some are tagged only because of who had them. How often an examiner
tags others, in the same court and months, moves a person's own chance and nothing else about them. The effect is
that on people about whom examiners differ.

A person's own case is left out of everything that their examiner's leniency is compared with, also of the court's
mean, so that nobody's leniency holds their own decision. Errors are by examiner; the Anderson-Rubin set is valid
however little examiners differ, and is what is shown where they hardly do.

References
----------
Kling J. Incarceration length, employment, and earnings. American Economic Review 96 (2006), 863-876.
Kolesar M. Estimation in an instrumental variables model with treatment effect heterogeneity. Working paper, 2013
(why the own case must leave the court's mean too).
Dobbie W, Goldin J, Yang C. The effects of pretrial detention. American Economic Review 108 (2018), 201-240.
Williams J, Weatherburn D. Can electronic monitoring reduce reoffending? Review of Economics and Statistics 2022.
Bell R, McCaffrey D. Bias reduction in standard errors for linear regression with multi-stage samples. Survey
Methodology 28 (2002), 169-181.
Montiel Olea J, Pflueger C. A robust test for weak instruments. JBES 31 (2013), 358-369 (with one instrument, the
effective F is the cluster-robust F).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.distributions import student_below, student_quantile
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.multiplicity import holm
from throughcare.evaluation.ratio_sets import RatioSet, ratio_set
from throughcare.kernel.errors import RefusedInput

LEAST_CASES: Final = 20
LEAST_EXAMINERS: Final = 10
WEAK_F: Final = 23.1  # Montiel Olea and Pflueger: worst-case bias of 10 % at 5 %

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rota:
    """n cases and who decided them.

    Parameters
    ----------
    examiner : int64 (n,)
    stratum : int64 (n,)
        Court and months within which cases come to examiners by chance.
    tagged : bool (n,)
    """

    examiner: Codes
    stratum: Codes
    tagged: Flags

    def __post_init__(self) -> None:
        if self.examiner.shape != self.tagged.shape or self.stratum.shape != self.tagged.shape:
            raise ValueError("examiner, stratum and tagged must be of one length")


@dataclass(frozen=True, slots=True)
class Usable:
    """Which cases can be compared, and why the others cannot.

    Parameters
    ----------
    kept : bool (n,)
    few_cases : int
        Cases of examiners with too few of them.
    one_examiner : int
        Cases of strata in which only one examiner sat.
    all_alike : int
        Cases of strata in which everybody was tagged, or nobody.
    """

    kept: Flags
    few_cases: int
    one_examiner: int
    all_alike: int


def usable_cases(rota: Rota, *, least_cases: int = LEAST_CASES) -> Usable:
    """Return the cases that can be compared: every one left out is counted under the first reason that holds.

    Raises
    ------
    RefusedInput
        Fewer than ten examiners are left.
    """
    kept = np.ones(len(rota.tagged), dtype=np.bool_)
    counts = {"few": 0, "one": 0, "alike": 0}
    while True:  # leaving cases out can leave others alone
        before = int(kept.sum())
        counts["few"] += _leave_out(kept, _sizes(rota.examiner, kept) < least_cases)
        counts["one"] += _leave_out(kept, _examiners_in_stratum(rota, kept) < 2)
        counts["alike"] += _leave_out(kept, _is_all_alike(rota, kept))
        if int(kept.sum()) == before:
            break
    examiners = len(np.unique(rota.examiner[kept]))
    if examiners < LEAST_EXAMINERS:
        raise RefusedInput(
            where="examiners",
            expected=f"at least {LEAST_EXAMINERS} with {least_cases} cases each, beside others in the same stratum",
            found=f"{examiners} ({counts['few']} cases of examiners with too few, {counts['one']} of strata with "
            f"one examiner, {counts['alike']} of strata where all were treated alike)",
            action="Do without this design: so few people who decide say nothing about chance.",
        )
    return Usable(kept, counts["few"], counts["one"], counts["alike"])


def _leave_out(kept: Flags, unusable: Flags) -> int:
    leaving = kept & unusable
    kept &= ~unusable
    return int(leaving.sum())


def _sizes(codes: Codes, kept: Flags) -> Floats:
    _, place = np.unique(codes, return_inverse=True)
    return np.bincount(place, weights=kept)[place].astype(np.float64)


def _examiners_in_stratum(rota: Rota, kept: Flags) -> Floats:
    result = np.zeros(len(kept))
    if kept.any():
        pairs = np.unique(np.stack([rota.stratum[kept], rota.examiner[kept]], axis=1), axis=0)
        strata, counts = np.unique(pairs[:, 0], return_counts=True)
        result[kept] = counts[np.searchsorted(strata, rota.stratum[kept])]
    return result


def _is_all_alike(rota: Rota, kept: Flags) -> Flags:
    _, place = np.unique(rota.stratum, return_inverse=True)
    tagged = np.bincount(place, weights=kept & rota.tagged)[place]
    everybody = np.bincount(place, weights=kept)[place]
    alike: Flags = (tagged == 0) | (tagged == everybody)
    return alike


def leniency(rota: Rota) -> Floats:
    """Return how much more often each case's examiner tags other cases than the court does, that case left out.

    Parameters
    ----------
    rota : Rota
        Usable cases only.

    Returns
    -------
    float64 (n,)
        Mean over the examiner's other cases of (tagged less the mean of the case's stratum), where the case itself
        is in none of the means.
    """
    t = rota.tagged.astype(np.float64)
    _, judge = np.unique(rota.examiner, return_inverse=True)
    _, court = np.unique(rota.stratum, return_inverse=True)
    _, cell = np.unique(judge * (court.max() + 1) + court, return_inverse=True)
    in_judge, in_court, in_cell = (
        np.bincount(codes)[codes].astype(np.float64) for codes in (judge, court, cell)
    )
    judge_sum, court_sum = np.bincount(judge, weights=t)[judge], np.bincount(court, weights=t)[court]
    court_mean = court_sum / in_court
    expected = np.bincount(judge, weights=court_mean)[judge] - in_cell * court_mean  # of the other strata
    without = (court_sum - t) / np.maximum(in_court - 1.0, 1.0)
    own_stratum = (in_cell - 1.0) * without
    score: Floats = (judge_sum - t - expected - own_stratum) / np.maximum(in_judge - 1.0, 1.0)
    return score


@dataclass(frozen=True, slots=True)
class ExaminerEffect:
    """The effect on people about whom examiners differ.

    Parameters
    ----------
    effect : Interval
        By two-stage least squares, errors by examiner, Student's t.
    allowed : RatioSet
        All effects that are not rejected (Anderson-Rubin), valid for weak instruments too.
    first_stage : Interval
        By how much the chance of a tag rises with an examiner's leniency.
    first_stage_f : float
    reduced_form : Interval
        By how much the outcome changes with leniency.
    cases, examiners, strata : int
    """

    effect: Interval
    allowed: RatioSet
    first_stage: Interval
    first_stage_f: float
    reduced_form: Interval
    cases: int
    examiners: int
    strata: int

    @property
    def is_weak(self) -> bool:
        """Whether only the set of allowed effects may be shown."""
        return self.first_stage_f < WEAK_F


def examiner_effect(rota: Rota, outcome: Floats, *, covariates: Floats | None = None) -> ExaminerEffect:
    """Return the effect of tagging by examiners' leniency.

    Parameters
    ----------
    rota : Rota
        Usable cases only: see :func:`usable_cases`.
    outcome : float64 (n,)
    covariates : float64 (n, k), optional
        Known beforehand; they make the estimate more precise and should not move it.
    """
    _refuse_unusable(rota, outcome)
    z, t, y = _within(rota, [leniency(rota), rota.tagged.astype(np.float64), outcome], covariates)
    (first, reduced), pulls = _slopes(rota, z, [t, y])
    if not first:
        raise RefusedInput(
            where="leniency",
            expected="examiners who differ",
            found="none who tags more often than others",
            action="Do without this design.",
        )
    covariance = pulls.T @ pulls
    examiners = len(pulls)
    critical = student_quantile(0.975, freedom=examiners - 1)
    late = reduced / first
    error = float(np.sqrt(((pulls[:, 1] - late * pulls[:, 0]) ** 2).sum())) / abs(first)
    return ExaminerEffect(
        effect=_interval(late, error, critical),
        allowed=ratio_set(
            above=reduced,
            below=first,
            variances=(float(covariance[1, 1]), float(covariance[0, 0])),
            covariance=float(covariance[0, 1]),
            critical=critical,
        ),
        first_stage=_interval(first, math.sqrt(covariance[0, 0]), critical),
        first_stage_f=first**2 / float(covariance[0, 0]) if covariance[0, 0] > 0 else math.inf,
        reduced_form=_interval(reduced, math.sqrt(covariance[1, 1]), critical),
        cases=len(y),
        examiners=examiners,
        strata=len(np.unique(rota.stratum)),
    )


def _refuse_unusable(rota: Rota, outcome: Floats) -> None:
    if outcome.shape != rota.tagged.shape or not np.isfinite(outcome).all():
        raise RefusedInput(
            where="outcome",
            expected=f"a finite number for each of {len(rota.tagged)} cases",
            found=f"{int((~np.isfinite(outcome)).sum())} cases without one",
            action="Leave out cases whose follow-up is not complete, and count them by examiner.",
        )
    everybody = np.ones(len(rota.tagged), dtype=np.bool_)
    examiners = len(np.unique(rota.examiner))
    if examiners < LEAST_EXAMINERS or (_examiners_in_stratum(rota, everybody) < 2).any():
        raise RefusedInput(
            where="examiners",
            expected=f"at least {LEAST_EXAMINERS}, and two or more in every stratum",
            found=f"{examiners}, or a stratum with one",
            action="Take only the usable cases, and count the others.",
        )


def _within(rota: Rota, columns: list[Floats], covariates: Floats | None) -> list[Floats]:
    """Return columns less their strata's means, and less what covariates (less theirs) say about them."""
    _, court = np.unique(rota.stratum, return_inverse=True)
    sizes = np.bincount(court)

    def centred(column: Floats) -> Floats:
        return column - (np.bincount(court, weights=column) / sizes)[court]

    within = [centred(column) for column in columns]
    if covariates is None:
        return within
    design = np.stack([centred(column) for column in covariates.T], axis=1)
    return [column - design @ np.linalg.lstsq(design, column, rcond=None)[0] for column in within]


def _slopes(rota: Rota, z: Floats, columns: list[Floats]) -> tuple[Floats, Floats]:
    """Return each column's slope on z within strata, and how far each examiner pulls it (rows).

    All columns are centred within strata. The squares of the pulls add up to the variance. An examiner's pull is
    what leaving them out does to the slope, the strata centred anew, times the root of the share of z's variation
    that is left: half-way between the sandwich, which is too small where a few examiners far from the others decide
    the slope, and the jackknife, which is too large there (Bell and McCaffrey 2002, CR2).
    """
    _, judge = np.unique(rota.examiner, return_inverse=True)
    _, court = np.unique(rota.stratum, return_inverse=True)
    strata = int(court.max()) + 1
    cells, cell = np.unique(judge * strata + court, return_inverse=True)
    of_judge, of_court = cells // strata, cells % strata
    examiners = int(judge.max()) + 1
    size = np.bincount(cell).astype(np.float64)
    rest = (np.bincount(court)[of_court] - size).clip(1.0)
    sums = [np.bincount(cell, weights=column) for column in (z, *columns)]

    def without_each(one: int, product: Floats) -> Floats:
        """Return the centred sum of z times a column without each examiner."""
        own = np.bincount(judge, weights=product)
        recentred = np.bincount(of_judge, weights=sums[0] * sums[one] / rest)
        left: Floats = product.sum() - own - recentred
        return left

    below = without_each(0, z * z)
    moved = float(z @ z)
    if not moved > 1e-12 * len(z) or not (below > 0).all():
        return np.zeros(len(columns)), np.zeros((examiners, len(columns)))
    slopes = np.array([float(z @ column) / moved for column in columns])
    left_out = np.stack(
        [without_each(at, z * column) / below for at, column in enumerate(columns, 1)], axis=1
    )
    return slopes, (left_out - slopes) * np.sqrt(below / moved)[:, None]


def _interval(estimate: float, error: float, critical: float) -> Interval:
    return Interval(estimate, estimate - critical * error, estimate + critical * error, error)


@dataclass(frozen=True, slots=True)
class GroupStage:
    """Whether stricter examiners tag more often in one group of people too (monotonicity).

    Parameters
    ----------
    group : str
    first_stage : Interval
    wrong_way_p : float
        One-sided p-value of "in this group they tag less often", Holm's over the groups. Small means that the effect
        cannot be read as one on those whom the rota moved.
    cases : int
    """

    group: str
    first_stage: Interval
    wrong_way_p: float
    cases: int


def first_stage_by_group(rota: Rota, groups: Mapping[str, Flags]) -> tuple[GroupStage, ...]:
    """Return the first stage in each group of people, leniency taken from the others.

    Parameters
    ----------
    rota : Rota
        Usable cases only.
    groups : mapping of str to bool (n,)

    Raises
    ------
    RefusedInput
        A group with too few examiners.
    """
    found = [(name, *_group_stage(rota, chosen, name)) for name, chosen in groups.items()]
    adjusted = holm([p_value for _, _, p_value in found])
    return tuple(
        GroupStage(name, stage, float(adjusted[at]), int(groups[name].sum()))
        for at, (name, stage, _) in enumerate(found)
    )


def _group_stage(rota: Rota, chosen: Flags, name: str) -> tuple[Interval, float]:
    score = _leniency_among_others(rota, chosen)
    use = np.isfinite(score)
    part = Rota(rota.examiner[chosen][use], rota.stratum[chosen][use], rota.tagged[chosen][use])
    examiners = len(np.unique(part.examiner))
    if examiners < LEAST_EXAMINERS:
        raise RefusedInput(
            where=f"group {name}",
            expected=f"cases of at least {LEAST_EXAMINERS} examiners who decided others too",
            found=f"{examiners}",
            action="Join it with another group, or leave the check out and say so.",
        )
    z, t = _within(part, [score[use], part.tagged.astype(np.float64)], None)
    slopes, pulls = _slopes(part, z, [t])
    slope, error = float(slopes[0]), float(np.sqrt((pulls**2).sum()))
    critical = student_quantile(0.975, freedom=examiners - 1)
    wrong_way = student_below(slope / error, freedom=examiners - 1) if error > 0 else 1.0
    return _interval(slope, error, critical), wrong_way


def _leniency_among_others(rota: Rota, chosen: Flags) -> Floats:
    """Return, for the chosen cases, their examiner's leniency over cases that are not chosen; NaN where there is none."""
    others = ~chosen
    _, court = np.unique(rota.stratum, return_inverse=True)
    _, judge = np.unique(rota.examiner, return_inverse=True)
    t = rota.tagged.astype(np.float64)
    court_people = np.bincount(court, weights=others)
    court_mean = np.bincount(court, weights=others * t) / np.maximum(court_people, 1.0)
    people = np.bincount(judge, weights=others)
    total = np.bincount(judge, weights=others * (t - court_mean[court]))
    mean = np.divide(total, people, out=np.full(len(people), np.nan), where=people > 0)
    of_chosen: Floats = mean[judge][chosen]
    return of_chosen


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whether what was known beforehand goes with leniency, which by chance it does not.

    Parameters
    ----------
    p_value : float
        The smallest of Holm's p-values over the covariates, each of no relation.
    largest : float
        The largest absolute t of one covariate.
    """

    p_value: float
    largest: float


def assignment_check(rota: Rota, covariates: Floats) -> Assignment:
    """Test that cases came to examiners by chance, as far as covariates can tell.

    Parameters
    ----------
    rota : Rota
        Usable cases only.
    covariates : float64 (n, k)
    """
    within = _within(rota, [leniency(rota), *covariates.T], None)
    slopes, pulls = _slopes(rota, within[0], within[1:])
    errors = np.sqrt((pulls**2).sum(axis=0))
    t = np.divide(slopes, errors, out=np.zeros(len(slopes)), where=errors > 0)
    tests = [2.0 * student_below(-abs(float(value)), freedom=len(pulls) - 1) for value in t]
    return Assignment(p_value=float(holm(tests).min()), largest=float(np.abs(t).max()))
