"""For whom it worked: effects by group, whether groups differ at all, and what is left when chance is taken out.

The largest of many group effects is mostly luck. So the first question about a factor (sex, age, disposal) is
whether its groups differ, and it is asked of all factors at once, by Holm's rule. Beside each group's own effect
stands one drawn towards the others by as much as the groups' differences look like chance. A group with too few
people is named, and not estimated.

References
----------
Cochran W. The combination of estimates from different experiments. Biometrics 10 (1954), 101-129.
DerSimonian R, Laird N. Meta-analysis in clinical trials. Controlled Clinical Trials 7 (1986), 177-188.
Gelman A. Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1 (2006), 515-534
(why few groups need a bounded prior of their spread).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from throughcare.evaluation.cohort import Floats
from throughcare.evaluation.distributions import (
    chi_square_above,
    normal_below,
    normal_quantile,
    two_sided,
)
from throughcare.evaluation.effects import NORMAL_95, Effect, Interval
from throughcare.evaluation.multiplicity import holm
from throughcare.kernel.errors import RefusedInput

_GRID: Final = 120


@dataclass(frozen=True, slots=True)
class SubgroupRule:
    """When a group is estimated, and how alike groups are thought to be before looking.

    Parameters
    ----------
    least_treated, least_comparison : int
        People in either arm (of the comparison, its effective size).
    spread_scale : float
        The prior spread of log ratios between groups is half-normal with this scale: 0.25 says that groups'
        ratios lie within a factor of about 1.6 of each other in two of three factors.
    level : float
        At which groups are said to differ, after Holm's rule.
    """

    least_treated: int = 30
    least_comparison: int = 30
    spread_scale: float = 0.25
    level: float = 0.05


@dataclass(frozen=True, slots=True)
class GroupEstimate:
    """The effect in one group of one factor.

    Parameters
    ----------
    factor, group : str
    effect : Effect or None
        None where the estimator could not be run.
    """

    factor: str
    group: str
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What is said of one group.

    Parameters
    ----------
    group : str
    treated : int
    ratio : Interval or None
        Its own risk ratio; None where it has too few people or no ratio.
    adjusted_p : float or None
        Of no effect in this group, by Holm over all groups of all factors.
    pooled : Interval or None
        The ratio drawn towards the others of its factor, with a 95 % interval that counts how unsure the drawing is.
    why_not : str
        A sentence where there is no estimate, otherwise empty.
    """

    group: str
    treated: int
    ratio: Interval | None
    adjusted_p: float | None
    pooled: Interval | None
    why_not: str


@dataclass(frozen=True, slots=True)
class FactorResult:
    """What is said of one factor.

    Parameters
    ----------
    factor : str
    groups : tuple of GroupResult
    interaction_p : float or None
        Of no difference between its groups (Cochran's Q); None with fewer than two groups estimated.
    adjusted_p : float or None
        The same by Holm over the factors.
    differs : bool
        Whether its groups may be said to differ.
    spread : float
        The spread of the true log ratios by DerSimonian and Laird; 0 where differences look like chance.
    """

    factor: str
    groups: tuple[GroupResult, ...]
    interaction_p: float | None
    adjusted_p: float | None
    differs: bool
    spread: float


def subgroup_results(
    estimates: Sequence[GroupEstimate], *, rule: SubgroupRule | None = None
) -> tuple[FactorResult, ...]:
    """Return what may be said of groups, factor by factor in the order given.

    Parameters
    ----------
    estimates : sequence of GroupEstimate
        The groups of one factor share no people; factors may overlap. Each group once.
    rule : SubgroupRule, optional

    Raises
    ------
    RefusedInput
        A group that is there twice.
    """
    rule = rule or SubgroupRule()
    _refuse_twice(estimates)
    reasons = [_why_not(each, rule) for each in estimates]
    usable = [at for at, reason in enumerate(reasons) if not reason]
    ratios = {at: _ratio(estimates[at]) for at in usable}
    tests = holm([two_sided(math.log(ratios[at].estimate) / ratios[at].standard_error) for at in usable])
    of_group = dict(zip(usable, tests, strict=True))
    factors = list(dict.fromkeys(each.factor for each in estimates))
    rows = {factor: [at for at, each in enumerate(estimates) if each.factor == factor] for factor in factors}
    questions = {
        factor: _interaction([ratios[at] for at in rows[factor] if at in ratios]) for factor in factors
    }
    asked = [factor for factor in factors if questions[factor] is not None]
    adjusted = dict(zip(asked, holm([float(questions[factor] or 0.0) for factor in asked]), strict=True))
    found = []
    for factor in factors:
        inside = [at for at in rows[factor] if at in ratios]
        pooled = dict(zip(inside, pool([ratios[at] for at in inside], rule.spread_scale), strict=True))
        groups = tuple(
            GroupResult(
                group=estimates[at].group,
                treated=_treated(estimates[at]),
                ratio=ratios.get(at),
                adjusted_p=float(of_group[at]) if at in of_group else None,
                pooled=pooled.get(at),
                why_not=reasons[at],
            )
            for at in rows[factor]
        )
        p_value = float(adjusted[factor]) if factor in adjusted else None
        differs = p_value is not None and p_value <= rule.level
        spread = _moment_spread([ratios[at] for at in inside])
        found.append(FactorResult(factor, groups, questions[factor], p_value, differs, spread))
    return tuple(found)


def _refuse_twice(estimates: Sequence[GroupEstimate]) -> None:
    seen: set[tuple[str, str]] = set()
    for each in estimates:
        key = (each.factor, each.group)
        if key in seen:
            raise RefusedInput(
                where=f"{each.factor}, {each.group}",
                expected="each group once",
                found="it twice",
                action="Groups of one factor share no people: join them, or name them apart.",
            )
        seen.add(key)


def _treated(estimate: GroupEstimate) -> int:
    return 0 if estimate.effect is None else estimate.effect.treated


def _why_not(estimate: GroupEstimate, rule: SubgroupRule) -> str:
    effect = estimate.effect
    if effect is None:
        return "It could not be estimated."
    if effect.treated < rule.least_treated:
        return f"Too few people were tagged: {effect.treated}, where {rule.least_treated} are needed."
    if effect.effective_comparison < rule.least_comparison:
        return (
            f"The comparison is worth {effect.effective_comparison:.0f} people, "
            f"where {rule.least_comparison} are needed."
        )
    if not (math.isfinite(effect.ratio.estimate) and effect.ratio.standard_error > 0):
        return "A ratio cannot be given: in one arm it happened to nobody."
    return ""


def _ratio(estimate: GroupEstimate) -> Interval:
    assert estimate.effect is not None  # those without were left out
    return estimate.effect.ratio


def _logs(ratios: Sequence[Interval]) -> tuple[Floats, Floats]:
    values = np.array([math.log(ratio.estimate) for ratio in ratios])
    return values, np.array([ratio.standard_error**2 for ratio in ratios])


def _cochran(values: Floats, variances: Floats) -> float:
    precision = 1.0 / variances
    mean = precision @ values / precision.sum()
    return float(precision @ (values - mean) ** 2)


def _interaction(ratios: Sequence[Interval]) -> float | None:
    if len(ratios) < 2:
        return None
    return chi_square_above(_cochran(*_logs(ratios)), freedom=len(ratios) - 1)


def _moment_spread(ratios: Sequence[Interval]) -> float:
    if len(ratios) < 2:
        return 0.0
    values, variances = _logs(ratios)
    precision = 1.0 / variances
    scale = precision.sum() - (precision**2).sum() / precision.sum()
    return math.sqrt(max(0.0, (_cochran(values, variances) - (len(values) - 1)) / float(scale)))


def pool(ratios: Sequence[Interval], spread_scale: float) -> tuple[Interval | None, ...]:
    """Return each ratio drawn towards the others, with an interval that counts how unsure the spread is.

    Parameters
    ----------
    ratios : sequence of Interval
        Risk ratios of groups that share no people.
    spread_scale : float
        Of the half-normal prior of the spread of log ratios; their mean has a flat one.

    Returns
    -------
    tuple of (Interval or None)
        None for a group on its own: there is nothing to draw it towards. The standard error is of the logarithm.
    """
    if len(ratios) < 2:
        return (None,) * len(ratios)
    values, variances = _logs(ratios)
    spreads = (np.arange(_GRID) + 0.5) * (4.0 * spread_scale / _GRID)
    total = variances[None, :] + spreads[:, None] ** 2
    precision = (1.0 / total).sum(axis=1)
    mean = (values / total).sum(axis=1) / precision
    fit = -0.5 * (np.log(total) + (values - mean[:, None]) ** 2 / total).sum(axis=1)
    log_share = fit - 0.5 * np.log(precision) - 0.5 * (spreads / spread_scale) ** 2
    share = np.exp(log_share - log_share.max())
    share /= share.sum()
    own = spreads[:, None] ** 2 / total  # how much of a group's own effect is kept
    centres = own * values + (1.0 - own) * mean[:, None]
    widths = np.sqrt(own * variances + (1.0 - own) ** 2 / precision[:, None])
    return tuple(_mixture(share, centres[:, at], widths[:, at]) for at in range(len(ratios)))


def _mixture(share: Floats, centres: Floats, widths: Floats) -> Interval:
    middle = float(share @ centres)
    error = math.sqrt(float(share @ (widths**2 + (centres - middle) ** 2)))

    def quantile(level: float) -> float:
        low, high = middle - 12.0 * error, middle + 12.0 * error
        at = middle + normal_quantile(level) * error
        for _ in range(60):  # Newton's steps, and halving where one leaves the bracket
            z = (at - centres) / widths
            excess = sum(s * normal_below(v) for s, v in zip(share, z.tolist(), strict=True)) - level
            low, high = (at, high) if excess < 0.0 else (low, at)
            slope = float(share @ (np.exp(-0.5 * z * z) / widths)) / math.sqrt(2.0 * math.pi)
            step = excess / slope if slope > 0.0 else math.inf
            if abs(step) < 1e-10 * error:
                break
            at = at - step if low < at - step < high else 0.5 * (low + high)
        return at

    tail = normal_below(-NORMAL_95)
    return Interval(math.exp(middle), math.exp(quantile(tail)), math.exp(quantile(1.0 - tail)), error)
