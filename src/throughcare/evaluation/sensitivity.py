"""How strong something that nobody measured would have to be to change the answer.

Adjusting removes only what was recorded. Four sums say how far the rest could carry: the E-value, Rosenbaum's bounds
for matched pairs, a table of hidden yes-or-no factors, and the robustness value of a regression. None of them says
whether such a factor exists; that is for people who know the field.

References
----------
VanderWeele T, Ding P. Sensitivity analysis in observational research: introducing the E-value. Annals of Internal
Medicine 167 (2017), 268-274.
Rosenbaum P. Observational Studies, 2nd edition, Springer 2002, sections 4.3.2 (McNemar) and 4.3.3 (signed rank).
Bross I. Spurious effects from an extraneous variable. Journal of Chronic Diseases 19 (1966), 637-647.
Cinelli C, Hazlett C. Making sense of sensitivity: extending omitted variable bias. Journal of the Royal Statistical
Society B 82 (2020), 39-67.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats
from throughcare.evaluation.distributions import binomial_at_least, normal_below, student_quantile
from throughcare.evaluation.effects import Interval
from throughcare.kernel.errors import RefusedInput

_MOST_GAMMA = 1000.0


@dataclass(frozen=True, slots=True)
class EValue:
    """The strength, as a risk ratio with both tagging and outcome, that would explain an effect away.

    Parameters
    ----------
    point : float
        For the estimate.
    limit : float
        For the limit of its interval nearest to 1; 1 where the interval holds 1 already.
    """

    point: float
    limit: float


def e_value(ratio: Interval) -> EValue:
    """Return the E-value of a risk ratio and of its interval.

    Parameters
    ----------
    ratio : Interval
        A risk ratio. An odds ratio of a common outcome overstates, and must not be put here.
    """
    if not (ratio.estimate > 0 and 0 < ratio.low <= ratio.estimate <= ratio.high):
        raise RefusedInput(
            where="risk ratio",
            expected="an estimate above 0 inside its interval",
            found=f"{ratio.estimate} ({ratio.low} to {ratio.high})",
            action="Give a risk ratio that could be estimated.",
        )
    nearest = min(max(1.0, ratio.low), ratio.high)  # 1 itself where the interval holds it
    return EValue(point=_strength(ratio.estimate), limit=_strength(nearest))


def _strength(ratio: float) -> float:
    away = max(ratio, 1.0 / ratio)
    return away + math.sqrt(away * (away - 1.0))


class PairScore(StrEnum):
    """How the differences within pairs are weighed."""

    SIGN = "sign"  # each pair counts the same: the sign test
    RANK = "rank"  # by the rank of the size of its difference: Wilcoxon's signed-rank test


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the greatest one-sided p-value that a hidden factor of strength ``gamma`` allows.

    Parameters
    ----------
    gamma : float
        Of two people alike in everything recorded, the odds of being tagged differ by at most this factor.
    least, greatest : float
    """

    gamma: float
    least: float
    greatest: float


def bounds_of_binary_pairs(
    *, treated_only: int, comparison_only: int, gammas: Sequence[float]
) -> tuple[Bound, ...]:
    """Return Rosenbaum's bounds for pairs and an outcome that happens or does not, by exact binomial sums.

    Parameters
    ----------
    treated_only, comparison_only : int
        Pairs in which it happened to the treated person only, and to the comparison person only. Other pairs say
        nothing.
    gammas : sequence of float
        Each at least 1.

    Returns
    -------
    tuple of Bound
        One-sided, towards the side that has more pairs.
    """
    pairs = treated_only + comparison_only
    _some_pairs(pairs)
    most = max(treated_only, comparison_only)
    return tuple(
        Bound(
            gamma=gamma,
            least=binomial_at_least(most, trials=pairs, chance=1.0 / (1.0 + gamma)),
            greatest=binomial_at_least(most, trials=pairs, chance=gamma / (1.0 + gamma)),
        )
        for gamma in _valid(gammas)
    )


def bounds_of_pairs(
    differences: Floats, *, gammas: Sequence[float], score: PairScore = PairScore.RANK
) -> tuple[Bound, ...]:
    """Return Rosenbaum's bounds for pairs and an outcome that is a number.

    Parameters
    ----------
    differences : float64 (n,)
        Treated minus comparison, a pair each; pairs without a difference are left out.
    gammas : sequence of float
    score : PairScore

    Returns
    -------
    tuple of Bound
        One-sided, towards the side with the greater sum of scores: exact for signs; for ranks the normal limit
        without a continuity correction.
    """
    told = differences[differences != 0]
    if score is PairScore.SIGN:
        ups = int((told > 0).sum())
        return bounds_of_binary_pairs(treated_only=ups, comparison_only=len(told) - ups, gammas=gammas)
    _some_pairs(len(told))
    scores = pair_scores(told, score)
    total = max(float(scores[told > 0].sum()), float(scores[told < 0].sum()))

    def above(chance: float) -> float:
        mean = chance * scores.sum()
        spread = math.sqrt(chance * (1.0 - chance) * float((scores**2).sum()))
        return normal_below((mean - total) / spread)

    return tuple(
        Bound(gamma=gamma, least=above(1.0 / (1.0 + gamma)), greatest=above(gamma / (1.0 + gamma)))
        for gamma in _valid(gammas)
    )


def pair_scores(differences: Floats, score: PairScore) -> Floats:
    """Return the score of each difference: 1, or the rank of its size (ties share the mean of their ranks)."""
    if score is PairScore.SIGN:
        return np.ones(len(differences))
    _, place, counts = np.unique(np.abs(differences), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2.0)[place]
    return ranks


def breaking_gamma(
    bounds: Callable[[Sequence[float]], tuple[Bound, ...]], *, level: float = 0.05
) -> float | None:
    """Return the greatest gamma at which the finding still stands, to 6 decimals.

    Parameters
    ----------
    bounds : function
        From gammas to bounds.
    level : float
        The one-sided level that the greatest p-value must not pass.

    Returns
    -------
    float or None
        None if it does not stand even without a hidden factor (gamma 1); infinity if it stands beyond 1,000.
    """

    def stands(gamma: float) -> bool:
        return bounds((gamma,))[0].greatest <= level

    if not stands(1.0):
        return None
    if stands(_MOST_GAMMA):
        return math.inf
    low, high = 1.0, _MOST_GAMMA
    while high - low > 1e-9 * high:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if stands(middle) else (low, middle)
    return math.floor(low * 1e6) / 1e6


def discordant_pairs(treated: Flags, comparison: Flags) -> tuple[int, int]:
    """Return how many pairs have the outcome on the treated side only, and on the comparison side only."""
    return int((treated & ~comparison).sum()), int((comparison & ~treated).sum())


def _some_pairs(pairs: int) -> None:
    if pairs < 1:
        raise RefusedInput(
            where="pairs",
            expected="at least one pair whose two people differ in the outcome",
            found="none",
            action="Rosenbaum's bounds cannot be given; leave them out and say so.",
        )


def _valid(gammas: Sequence[float]) -> Sequence[float]:
    for gamma in gammas:
        if not (math.isfinite(gamma) and gamma >= 1.0):
            raise RefusedInput(
                where="gamma",
                expected="a number of at least 1 (1: no hidden factor)",
                found=f"{gamma}",
                action="Give odds as the larger over the smaller.",
            )
    return gammas


@dataclass(frozen=True, slots=True)
class HiddenFactor:
    """A yes-or-no factor that nobody recorded, and what it would leave of the effect.

    Parameters
    ----------
    treated_share, comparison_share : float
        How common it is in either arm.
    strength : float
        By how much it multiplies the risk.
    ratio : Interval
        The risk ratio with it taken into account.
    explains_point, explains_limit : bool
        Whether the estimate, or the limit nearest to 1, then reaches 1.
    """

    treated_share: float
    comparison_share: float
    strength: float
    ratio: Interval
    explains_point: bool
    explains_limit: bool


def bias_factor(*, treated_share: float, comparison_share: float, strength: float) -> float:
    """Return the risk ratio that such a factor makes on its own, where tagging does nothing (Bross 1966)."""
    for share in (treated_share, comparison_share):
        if not 0.0 <= share <= 1.0:
            raise RefusedInput(
                where="share of people with the hidden factor",
                expected="a number from 0 to 1",
                found=f"{share}",
                action="Give the share as a fraction.",
            )
    if not (math.isfinite(strength) and strength > 0.0):
        raise RefusedInput(
            where="strength of the hidden factor",
            expected="a risk ratio above 0",
            found=f"{strength}",
            action="Give by how much the factor multiplies the risk.",
        )
    return (treated_share * (strength - 1.0) + 1.0) / (comparison_share * (strength - 1.0) + 1.0)


def tipping_table(
    ratio: Interval, *, shares: Sequence[tuple[float, float]], strengths: Sequence[float]
) -> tuple[HiddenFactor, ...]:
    """Return what each hidden factor would leave of a risk ratio.

    Parameters
    ----------
    ratio : Interval
    shares : sequence of (treated, comparison)
    strengths : sequence of float
    """
    return tuple(
        _under(ratio, treated_share, comparison_share, strength)
        for treated_share, comparison_share in shares
        for strength in strengths
    )


def _under(ratio: Interval, treated_share: float, comparison_share: float, strength: float) -> HiddenFactor:
    factor = bias_factor(treated_share=treated_share, comparison_share=comparison_share, strength=strength)
    left = Interval(ratio.estimate / factor, ratio.low / factor, ratio.high / factor, ratio.standard_error)
    fell = ratio.estimate < 1.0
    return HiddenFactor(
        treated_share=treated_share,
        comparison_share=comparison_share,
        strength=strength,
        ratio=left,
        explains_point=left.estimate >= 1.0 if fell else left.estimate <= 1.0,
        explains_limit=left.high >= 1.0 if fell else left.low <= 1.0,
    )


def tipping_strength(ratio: float, *, treated_share: float, comparison_share: float) -> float | None:
    """Return the strength at which a hidden factor of these shares moves a risk ratio to 1.

    Returns
    -------
    float or None
        None where no strength would: the shares do not differ enough.
    """
    bias_factor(treated_share=treated_share, comparison_share=comparison_share, strength=1.0)
    if ratio == 1.0:
        return 1.0
    slope = ratio * comparison_share - treated_share
    if slope == 0.0:
        return None
    strength = 1.0 + (1.0 - ratio) / slope
    return strength if strength > 0.0 else None


@dataclass(frozen=True, slots=True)
class Robustness:
    """The robustness value of a regression's coefficient.

    Parameters
    ----------
    partial_r2 : float
        The share of what is left of the outcome that treatment explains.
    value : float
        A factor that explains this share of what is left of both treatment and outcome moves the estimate to 0.
    value_at_level : float
        The same until it is no longer significant; 0 where it is not to begin with.
    """

    partial_r2: float
    value: float
    value_at_level: float


def robustness_value(*, t: float, freedom: float, level: float = 0.05) -> Robustness:
    """Return the robustness value from a coefficient's t statistic and its degrees of freedom."""
    if not (math.isfinite(t) and freedom > 1):
        raise RefusedInput(
            where="robustness value",
            expected="a t statistic, and more than 1 degree of freedom",
            found=f"t {t}, {freedom} degrees",
            action="Leave it out and say so.",
        )
    f = abs(t) / math.sqrt(freedom)
    critical = student_quantile(1.0 - level / 2.0, freedom=freedom - 1.0) / math.sqrt(freedom - 1.0)
    reduced = f - critical
    if reduced <= 0.0:
        at_level = 0.0
    elif f > 1.0 / critical:
        at_level = (f * f - critical * critical) / (1.0 + f * f)
    else:
        at_level = _robustness(reduced)
    return Robustness(partial_r2=t * t / (t * t + freedom), value=_robustness(f), value_at_level=at_level)


def _robustness(f: float) -> float:
    return 0.5 * (math.sqrt(f**4 + 4.0 * f * f) - f * f)
