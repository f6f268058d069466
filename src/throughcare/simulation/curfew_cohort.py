"""Invented people at the start of a community sentence, some with a curfew tag: the truth is known, and kept.

Two worlds. In `linear` the chance of the tag and the chance of reoffending are logistic in the covariates as they
stand, so that balancing their means is enough. In `nonlin` both also follow an age curve with a peak, what a young
age does to earlier convictions, and what needs do to each other: every mean can agree and the answer still be wrong.
In both the tag multiplies everybody's chance of reoffending by one true ratio. A hidden trait can be switched on that
no column holds and that raises the odds of tag and of reoffending alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from throughcare.evaluation.cohort import Cohort, Covariate, Flags, Floats, Outcomes

World = Literal["linear", "nonlin"]
YEAR_DAYS = 365.0
HIDDEN_LOG_ODDS = math.log(1.42)

_OFFENCES = (
    "violence", "theft", "burglary", "robbery", "drugs", "criminal damage", "motoring", "public order", "other",
)  # fmt: skip
_OFFENCE_ODDS = np.array([0.0, 0.35, 0.30, 0.10, -0.15, 0.10, -0.10, 0.15, -0.05])
_OFFENCE_TAG = np.array([0.0, 0.20, 0.25, 0.15, -0.10, 0.05, -0.20, 0.05, -0.05])
_REGIONS = tuple(f"region {letter}" for letter in "ABCDEFGHIJKL")
_REGION_ODDS = np.linspace(-0.15, 0.15, 12)
_REGION_TAG = np.linspace(0.30, -0.30, 12)
_FLAGS = (
    ("man", "man", 0.84, 0.15, 0.25),
    ("drug_need", "need about drugs", 0.35, 0.30, 0.15),
    ("no_home", "no settled home", 0.20, 0.25, -0.35),
    ("had_custody", "custody before", 0.40, 0.20, 0.20),
)  # name, label, share, log odds of reoffending, log odds of the tag
_NUMBERS = (
    ("age_years", "age in years", -0.30, -0.15),
    ("earlier_convictions", "earlier convictions", 0.30, 0.20),
    ("risk_score", "risk score", 0.35, 0.20),
    ("need_score", "score of needs", 0.15, 0.10),
    ("years_offending", "years since the first conviction", 0.05, 0.05),
    ("last_sentence_days", "days of the last sentence", 0.05, 0.05),
)  # name, label, log odds of reoffending and of the tag for one standard deviation


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """What to invent.

    Parameters
    ----------
    people : int
        From 60 to a million and more.
    world : {"linear", "nonlin"}
    true_ratio : float
        What the tag multiplies everybody's chance of reoffending by, and everybody's expected number.
    treated_share, base_rate : float, optional
        The share with a tag, and the treated's chance of reoffending without it; 19 % and 45 % in `linear`, 26 % and
        51 % in `nonlin` unless said.
    hidden : float
        Log odds of tag and of reoffending for one standard deviation of a trait that no column holds; 0 switches it
        off.
    """

    people: int
    world: World = "linear"
    true_ratio: float = 0.8
    treated_share: float | None = None
    base_rate: float | None = None
    hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class CohortTruth:
    """What nobody could know of real people.

    Parameters
    ----------
    chance_of_tag, chance_without, chance_with : float64 (n,)
    number_without, number_with : float64 (n,)
        Expected proven reoffences.
    ratio, difference, frequency_ratio : float
        The effect on these treated people: of expected rates, and of expected numbers.
    """

    chance_of_tag: Floats
    chance_without: Floats
    chance_with: Floats
    number_without: Floats
    number_with: Floats
    ratio: float
    difference: float
    frequency_ratio: float


@dataclass(frozen=True, slots=True)
class InventedCohort:
    """A cohort, what happened, and the truth.

    Parameters
    ----------
    cohort : Cohort
    outcomes : Outcomes
        `reoffended` (binary), `reoffences` (counts), `reoffended` (days).
    truth : CohortTruth
    """

    cohort: Cohort
    outcomes: Outcomes
    truth: CohortTruth


def invent_cohort(plan: CohortPlan, *, rng: np.random.Generator) -> InventedCohort:
    """Return people, tags and outcomes that follow the plan; the same generator gives the same cohort.

    Parameters
    ----------
    plan : CohortPlan
    rng : numpy.random.Generator

    Returns
    -------
    InventedCohort
        With at least one person in each arm (drawn again if by chance there was none).
    """
    columns = _columns(plan.people, rng)
    trait = rng.standard_normal(plan.people) * plan.hidden
    share = plan.treated_share or (0.19 if plan.world == "linear" else 0.26)
    base = plan.base_rate or (0.45 if plan.world == "linear" else 0.51)
    tag = _with_mean(_log_odds_of_tag(columns, plan.world) + trait, share, np.ones(plan.people))
    without = _with_mean(_log_odds_of_reoffending(columns, plan.world) + trait, base, tag)
    treated = rng.random(plan.people) < tag
    while not treated.any() or treated.all():
        treated = rng.random(plan.people) < tag
    return _happened(plan, columns, treated, (tag, without), rng)


def _columns(people: int, rng: np.random.Generator) -> dict[str, Floats]:
    age = np.clip(18 + rng.gamma(2.2, 6.5, people), 18, 80)
    years = np.clip((age - 15) * rng.beta(2.0, 2.5, people), 0, None)
    convictions = rng.poisson(rng.gamma(1.3, 2.0 + 0.45 * years, people) * 0.8).clip(0, 60).astype(np.float64)
    needs = np.clip(rng.normal(5 + 0.8 * np.log1p(convictions), 2.2, people), 0, 16)
    score = 55 - 0.75 * (age - 30) + 9 * np.log1p(convictions) - 6 + rng.normal(0, 12, people)
    columns = {
        "age_years": age,
        "earlier_convictions": convictions,
        "risk_score": np.clip(score, 1, 99),
        "need_score": needs,
        "years_offending": years,
        "last_sentence_days": np.round(rng.lognormal(4.0, 0.8, people)).clip(1, 1500),
    }
    for name, _, share, _, _ in _FLAGS:
        columns[name] = (rng.random(people) < share).astype(np.float64)
    columns["offence"] = rng.choice(
        9, people, p=[0.24, 0.2, 0.07, 0.03, 0.12, 0.06, 0.14, 0.08, 0.06]
    ).astype(np.float64)
    columns["region"] = rng.integers(0, 12, people).astype(np.float64)
    return columns


# Mean and standard deviation of each number in this invented world, fixed so that a cohort of 60 follows the same law.
_CENTRE = {
    "age_years": (32.2, 9.5),
    "earlier_convictions": (5.7, 6.6),
    "risk_score": (60.9, 15.1),
    "need_score": (6.2, 2.3),
    "years_offending": (7.7, 6.0),
    "last_sentence_days": (75.4, 71.6),
}


def _scaled(columns: dict[str, Floats]) -> dict[str, Floats]:
    return {name: (columns[name] - centre) / spread for name, (centre, spread) in _CENTRE.items()}


def _log_odds_of_tag(columns: dict[str, Floats], world: World) -> Floats:
    scaled = _scaled(columns)
    log_odds = sum(
        (weight * scaled[name] for name, _, _, weight in _NUMBERS), np.zeros(len(columns["region"]))
    )
    log_odds += sum(weight * columns[name] for name, _, _, _, weight in _FLAGS)
    log_odds += _OFFENCE_TAG[columns["offence"].astype(int)] + _REGION_TAG[columns["region"].astype(int)]
    return log_odds + (_curve(columns, scaled, (0.46, 0.24, 0.18)) if world == "nonlin" else 0.0)


def _log_odds_of_reoffending(columns: dict[str, Floats], world: World) -> Floats:
    scaled = _scaled(columns)
    log_odds = sum(
        (weight * scaled[name] for name, _, weight, _ in _NUMBERS), np.zeros(len(columns["region"]))
    )
    log_odds += sum(weight * columns[name] for name, _, _, weight, _ in _FLAGS)
    log_odds += _OFFENCE_ODDS[columns["offence"].astype(int)] + _REGION_ODDS[columns["region"].astype(int)]
    return log_odds + (_curve(columns, scaled, (0.66, 0.30, 0.24)) if world == "nonlin" else 0.0)


def _curve(
    columns: dict[str, Floats], scaled: dict[str, Floats], strength: tuple[float, float, float]
) -> Floats:
    """Return what no straight line says: a peak of age, youth with convictions, needs with drugs."""
    peak, youth, needs = strength
    age = columns["age_years"]
    at_peak = np.exp(-0.5 * ((age - 24.0) / 4.0) ** 2)
    young = _chance((26.0 - age) / 3.0)
    return (
        2.0 * peak * at_peak
        + youth * young * np.clip(scaled["earlier_convictions"], -1, 3)
        + needs * scaled["need_score"] * (2 * columns["drug_need"] - 1)
    )


def _with_mean(log_odds: Floats, mean: float, weights: Floats) -> Floats:
    """Return chances whose weighted mean is as asked, by moving the intercept."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        reached = np.average(_chance(log_odds + middle), weights=weights)
        low, high = (middle, high) if reached < mean else (low, middle)
    return _chance(log_odds + (low + high) / 2)


def _chance(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-log_odds))


def _happened(
    plan: CohortPlan,
    columns: dict[str, Floats],
    treated: Flags,
    chances: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> InventedCohort:
    tag, without = chances
    with_tag = without * plan.true_ratio
    reoffended = (rng.random(plan.people) < np.where(treated, with_tag, without)).astype(np.float64)
    further = np.exp(0.25 * np.clip(_scaled(columns)["risk_score"], -3, 3))  # beyond the first, expected
    number = reoffended * (1 + rng.poisson(rng.gamma(1.5, further / 1.5, plan.people)))
    first_day = np.ceil(rng.random(plan.people) ** 1.3 * (YEAR_DAYS - 1))
    cohort = Cohort(
        people=np.char.add("P", np.char.zfill(np.arange(plan.people).astype(np.str_), 7)),
        treated=treated,
        covariates=covariates(),
        columns=columns,
        strata={},
    )
    expected, expected_with = without * (1 + further), with_tag * (1 + further)
    return InventedCohort(
        cohort=cohort,
        outcomes=Outcomes(
            binary={"reoffended": reoffended},
            counts={"reoffences": number},
            days={"reoffended": np.where(reoffended > 0, first_day, YEAR_DAYS)},
        ),
        truth=CohortTruth(
            chance_of_tag=tag,
            chance_without=without,
            chance_with=with_tag,
            number_without=expected,
            number_with=expected_with,
            ratio=float(with_tag[treated].mean() / without[treated].mean()),
            difference=float((with_tag - without)[treated].mean()),
            frequency_ratio=float(expected_with[treated].mean() / expected[treated].mean()),
        ),
    )


def covariates() -> tuple[Covariate, ...]:
    """Return what the invented record holds of a person at time zero: six numbers, four flags and two lists."""
    return (
        *(Covariate(name, label) for name, label, _, _ in _NUMBERS),
        *(Covariate(name, label, ("no", "yes")) for name, label, _, _, _ in _FLAGS),
        Covariate("offence", "offence", _OFFENCES),
        Covariate("region", "region", _REGIONS),
    )
