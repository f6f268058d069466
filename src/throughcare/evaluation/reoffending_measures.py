"""What is told of a cohort's proven reoffending: rates, frequencies, times, and the rate adjusted for who they were.

Every measure is a mean over people, or a ratio of two such means, with an interval of 95 % from people's influence
on it; where a person stands in several cohorts, the person and not the row is the unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.effects import NORMAL_95
from throughcare.evaluation.reoffending import Reoffending
from throughcare.evaluation.reoffending_tables import Flags, Rows
from throughcare.evaluation.window_counts import Floats, WindowCounts
from throughcare.kernel.errors import RefusedInput

Units = Rows | None  # the number of each row's person; None where nobody stands twice

DAYS_A_YEAR = 365.25
TIERS = ("indictable", "either_way", "summary")
NOT_CAUSAL = (
    "Among those who reoffended only: who they are depends on the outcome, so a difference between two groups is no "
    "effect. Compare the days without reoffending over everyone."
)

# what the Justice Data Lab calls the same measures in its published code
JUSTICE_DATA_LAB: Mapping[str, str] = {
    "rate": "indicator_1y_reoff_excpnds",
    "frequency": "freq_reoff_court_caution_1y",
    "days_to_first": "days_to_reoff_1y",
    "indictable_rate": "severe_ITS1_1y_reoff_excpnds",
    "either_way_rate": "severe_ITS2_1y_reoff_excpnds",
    "summary_rate": "severe_ITS3_1y_reoff_excpnds",
    "indictable_frequency": "severe_ITS1_reoff_court_caution_1y",
    "either_way_frequency": "severe_ITS2_reoff_court_caution_1y",
    "summary_frequency": "severe_ITS3_reoff_court_caution_1y",
    "custody_rate": "custody_for_reoff_1y_excPNDs",
    "custody_frequency": "freq_prison_for_reoff_1y_excpnds",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a cohort, with its interval.

    Parameters
    ----------
    code, words : str
    estimate, low, high : float
        NaN where nobody is there to be measured.
    numerator, denominator : float
        What was divided: the estimate can be recomputed.
    note : str
        What must be said beside it.
    """

    code: str
    words: str
    estimate: float
    low: float
    high: float
    numerator: float
    denominator: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A rate adjusted for the predicted risk of those who are in the cohort.

    Parameters
    ----------
    rate, mean_score, baseline_mean_score : float
    adjusted, low, high : float
        ``rate - (mean_score - baseline_mean_score)``; the baseline's mean is taken as known.
    people : int
    """

    rate: float
    mean_score: float
    baseline_mean_score: float
    adjusted: float
    low: float
    high: float
    people: int


def measures(found: Reoffending, *, whom: Flags | None = None) -> tuple[Measure, ...]:
    """Return the measures of a cohort, or of some of its people.

    Parameters
    ----------
    found : Reoffending
    whom : bool (n,) or None
        Of whom; None for everybody.
    """
    whom = np.ones(len(found), np.bool_) if whom is None else whom
    units = None  # in one cohort nobody stands twice
    counts = found.followed.take(whom)
    label = found.maturity.label
    told = [*_headline(counts, units), *_kinds(counts, units)]
    at_risk, offences = found.at_risk_days[whom], counts.offences.astype(np.float64)
    told.append(
        _ratio(
            "per_year_at_risk",
            "proven reoffences in a year at liberty",
            offences * DAYS_A_YEAR,
            at_risk,
            units,
        )
    )
    told.append(
        _mean(
            "pseudo_rate",
            "share with a pseudo-reconviction",
            (found.pseudo_reconvictions[whom] > 0).astype(np.float64),
            units,
        )
    )
    for name, part in (("before", found.before), ("during", found.during), ("after", found.after)):
        if part is not None:
            told += _period(name, part.take(whom), units)
    return tuple(_labelled(measure, label) for measure in told)


def pooled_rate(cohorts: Sequence[Reoffending]) -> Measure:
    """Return the rate of several cohorts together (four of three months make the annual one).

    It is the mean of the cohorts' rates weighted by their people; somebody who is in two cohorts counts in both,
    and the interval knows that it is one person.
    """
    if not cohorts:
        raise ValueError("no cohort to pool")
    values = np.concatenate([found.followed.reoffended for found in cohorts]).astype(np.float64)
    _, units = np.unique(np.concatenate([found.people for found in cohorts]), return_inverse=True)
    label = "; ".join(sorted({found.maturity.label for found in cohorts} - {""}))
    return _labelled(_mean("rate", "share who reoffended", values, units), label)


def adjusted_rate(
    found: Reoffending,
    *,
    score_version: str,
    baseline_mean_score: float,
    baseline_score_version: str,
    whom: Flags | None = None,
) -> Adjusted:
    """Return the rate as it would be if the cohort were as risky as the baseline's.

    Additive: the rate less the difference of the mean predicted probabilities.

    Parameters
    ----------
    found : Reoffending
    score_version, baseline_score_version : str
        Of the predictor, such as ``OGRS4/G 1.0``; different ones cannot be subtracted.
    baseline_mean_score : float
        Mean predicted probability of the baseline cohort, 0 to 1.
    whom : bool (n,) or None

    Raises
    ------
    RefusedInput
        If the versions differ, or somebody has no score or one that is no probability.
    """
    if score_version != baseline_score_version:
        raise RefusedInput(
            where="score version",
            expected=f"the baseline's, {baseline_score_version}",
            found=score_version,
            action="Score both cohorts with one version of the predictor.",
        )
    whom = np.ones(len(found), np.bool_) if whom is None else whom
    scores = found.score[whom]
    bad = ~((scores >= 0) & (scores <= 1))
    if bad.any() or not len(scores) or not 0 <= baseline_mean_score <= 1:
        raise RefusedInput(
            where="score",
            expected="a probability from 0 to 1 for everybody, and for the baseline",
            found=f"{int(bad.sum())} of {len(scores)} people without one; baseline {baseline_mean_score}",
            action="Score the others, or leave them out by a stated rule.",
        )
    values = found.followed.reoffended[whom].astype(np.float64)
    mean_score = float(scores.mean())
    rate = float(values.mean())
    adjusted = rate - (mean_score - baseline_mean_score)
    spread = NORMAL_95 * _standard_error(values - scores - (rate - mean_score), None)
    return Adjusted(
        rate=rate,
        mean_score=mean_score,
        baseline_mean_score=baseline_mean_score,
        adjusted=adjusted,
        low=adjusted - spread,
        high=adjusted + spread,
        people=len(values),
    )


def _headline(counts: WindowCounts, units: Units) -> list[Measure]:
    reoffended = counts.reoffended.astype(np.float64)
    offences = counts.offences.astype(np.float64)
    first = np.where(counts.reoffended, counts.days_to_first, 0.0)
    return [
        _mean("rate", "share who reoffended", reoffended, units),
        _mean("frequency", "proven reoffences a person", offences, units),
        _ratio("per_reoffender", "proven reoffences a reoffender", offences, reoffended, units, NOT_CAUSAL),
        _ratio(
            "days_to_first",
            "days to the first, of those who reoffended",
            first,
            reoffended,
            units,
            NOT_CAUSAL,
        ),
        _mean("days_without", "days without reoffending in the follow-up, over everyone", counts.days, units),
    ]


def _kinds(counts: WindowCounts, units: Units) -> list[Measure]:
    columns: list[tuple[str, str, npt.NDArray[np.int32]]] = [
        ("court", "proven in court", counts.court),
        ("custody", "with custody imposed", counts.custody),
    ]
    for place, tier in enumerate(TIERS):
        words = tier.replace("_", " ")
        columns.append((tier, f"that are {words}", counts.tiers[:, place]))
        columns.append((f"court_{tier}", f"that are {words}, proven in court", counts.court_tiers[:, place]))
    told: list[Measure] = []
    for code, words, column in columns:
        told.append(
            _mean(f"{code}_rate", f"share with reoffences {words}", (column > 0).astype(np.float64), units)
        )
        told.append(
            _mean(f"{code}_frequency", f"reoffences a person {words}", column.astype(np.float64), units)
        )
    return told


def _period(name: str, part: WindowCounts, units: Units) -> list[Measure]:
    words = {"before": "in as long before", "during": "during the tag", "after": "after the tag"}[name]
    offences = part.offences.astype(np.float64)
    days = np.maximum((part.stop - part.start).astype(np.float64), 0.0)
    return [
        _mean(f"{name}_rate", f"share who offended {words}", part.reoffended.astype(np.float64), units),
        _mean(f"{name}_frequency", f"proven offences a person {words}", offences, units),
        _ratio(
            f"{name}_per_year",
            f"proven offences in a year {words}",
            offences * DAYS_A_YEAR,
            days,
            units,
        ),
    ]


def _mean(code: str, words: str, values: Floats, units: Units) -> Measure:
    return _ratio(code, words, values, np.ones(len(values)), units)


def _ratio(code: str, words: str, top: Floats, bottom: Floats, units: Units, note: str = "") -> Measure:
    numerator, denominator = float(top.sum()), float(bottom.sum())
    if denominator <= 0:
        return Measure(code, words, math.nan, math.nan, math.nan, numerator, denominator, note)
    estimate = numerator / denominator
    influence = (top - estimate * bottom) * (len(top) / denominator)
    error = _standard_error(influence, units)
    if code.endswith("rate"):
        low, high = _wilson(estimate, error, denominator)
    else:
        low, high = max(0.0, estimate - NORMAL_95 * error), estimate + NORMAL_95 * error
    return Measure(code, words, estimate, low, high, numerator, denominator, note)


def _wilson(share: float, error: float, people: float) -> tuple[float, float]:
    """Return Wilson's limits of a share, of as many people as its error says (of nobody or everybody: all)."""
    size = share * (1 - share) / error**2 if error > 0 else people
    square = NORMAL_95**2 / size
    middle = (share + square / 2) / (1 + square)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / size + square / (4 * size)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def _standard_error(influence: Floats, units: Units) -> float:
    """Return the error of a mean whose people's influence this is, summed over the rows of one person first."""
    summed = influence if units is None else np.bincount(units, weights=influence)
    return float(np.sqrt(np.sum(summed**2)) / len(influence))


def _labelled(measure: Measure, label: str) -> Measure:
    if not label:
        return measure
    note = f"{label}. {measure.note}".strip()
    return replace(measure, note=note)
