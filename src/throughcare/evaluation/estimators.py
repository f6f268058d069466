"""The methods by name: how each designs its comparison without an outcome, and what effect it then finds.

`design` reads a cohort, which holds no outcome, and says what everybody counts for. `estimate` opens one outcome. The
effect is always that on those who got it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from throughcare.evaluation.aipw import CrossFitPlan, cross_fit_chances, cross_fit_effect
from throughcare.evaluation.balancing import balance_entropy
from throughcare.evaluation.basis import Basis, automatic_basis, main_basis
from throughcare.evaluation.cohort import Cohort, Flags, Floats, Outcomes
from throughcare.evaluation.effects import Effect, effect_of
from throughcare.evaluation.folds import deal_folds
from throughcare.evaluation.learners import BasisLearner, Learner, boosted_learner
from throughcare.evaluation.matching import Pairs, match_pairs, match_within_radius
from throughcare.evaluation.outcome_models import fit_outcome, standardised_mean
from throughcare.evaluation.propensity import Propensity, fit_propensity
from throughcare.evaluation.regression import Family, weighted_gram
from throughcare.kernel.errors import RefusedInput

HEADLINE: Final = "cross_fitted_aipw"


@dataclass(frozen=True, slots=True)
class Design:
    """What everybody counts for, fixed before any outcome is opened.

    Parameters
    ----------
    method : str
    kept : bool (n,)
        The treated who are compared with somebody; all, except where a caliper leaves some out.
    weights : float64 (n,)
        Of the comparison people, adding up to the number of treated kept; nought for the treated.
    chance : float64 (n,)
        Of treatment, by the covariates themselves (cross-fitted AIPW: the median over the deals).
    basis : Basis
        The columns that were balanced or modelled.
    pairs : Pairs or None
    chances : float64 (repeats, n) or None
        Cross-fitted AIPW only.
    plan : CrossFitPlan or None
        Cross-fitted AIPW only.
    """

    method: str
    kept: Flags
    weights: Floats
    chance: Floats
    basis: Basis
    pairs: Pairs | None = None
    chances: Floats | None = None
    plan: CrossFitPlan | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a protocol may say of how to estimate.

    Parameters
    ----------
    salt : str
        Deals the folds; the protocol's hash, say.
    repeats, folds : int
        Of cross-fitting.
    caliper_deviations : float
        Of matching, in standard deviations of the log odds.
    """

    salt: str = "throughcare"
    repeats: int = 5
    folds: int = 5
    caliper_deviations: float = 0.2


@dataclass(frozen=True, slots=True)
class Method:
    """One named method.

    Parameters
    ----------
    label : str
        A noun phrase for people.
    design : callable
    effect : callable
    balances : bool
        Whether its weights are meant to balance the covariates, so that a table of balance judges it.
    """

    label: str
    design: Callable[[Cohort, Settings], Design]
    effect: Callable[[Design, Cohort, Floats, str, Family], Effect]
    balances: bool = True


def design(method: str, cohort: Cohort, *, settings: Settings | None = None) -> Design:
    """Return what everybody counts for by a named method.

    Parameters
    ----------
    method : str
        A key of `METHODS`.
    cohort : Cohort
    settings : Settings, optional

    Raises
    ------
    RefusedInput
        If there is no such method, nobody can be matched, or no weights balance.
    """
    return _method(method).design(cohort, settings or Settings())


def estimate(
    method: str, cohort: Cohort, outcomes: Outcomes, *, outcome: str, made: Design | None = None
) -> Effect:
    """Return the effect of treatment on the treated on one outcome.

    Parameters
    ----------
    method : str
        A key of `METHODS`.
    cohort : Cohort
    outcomes : Outcomes
    outcome : str
        A binary outcome or a count; where both have the name, the binary one.
    made : Design, optional
        As `design` returned it; made here with the usual settings if there is none.

    Raises
    ------
    RefusedInput
        If there is no such method or outcome, or somebody's follow-up is not complete.
    """
    target, family = outcome_values(outcomes, outcome, count=len(cohort))
    made = made or design(method, cohort)
    return _method(method).effect(made, cohort, target, outcome, family)


def outcome_values(outcomes: Outcomes, outcome: str, *, count: int) -> tuple[Floats, Family]:
    """Return the values of an outcome and whether it is a rate or a number; refuse one that is not complete."""
    family: Family = "rate" if outcome in outcomes.binary else "number"
    values = outcomes.binary.get(outcome, outcomes.counts.get(outcome))
    if values is None:
        known = ", ".join(sorted({*outcomes.binary, *outcomes.counts})) or "none"
        raise _refused("outcome", f"one of: {known}", outcome, "Correct the name.")
    if values.shape != (count,):
        raise _refused(outcome, f"{count} values", f"{values.shape}", "Bring outcomes of the same people.")
    unknown = int((~np.isfinite(values)).sum())
    if unknown:
        raise _refused(
            outcome,
            "everybody's follow-up complete",
            f"{unknown} people whose outcome is not known",
            "Wait, shorten the follow-up, or declare how they are left out; then design again.",
        )
    if (values < 0).any() or (family == "rate" and not np.isin(values, (0.0, 1.0)).all()):
        raise _refused(outcome, "0 or 1, or numbers of nought or more", "other values", "Correct the column.")
    return values, family


def _refused(where: str, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=where, expected=expected, found=found, action=action)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise _refused("method", f"one of: {', '.join(METHODS)}", name, "Correct the name.")
    return METHODS[name]


def _design_difference(cohort: Cohort, settings: Settings) -> Design:
    basis = main_basis(cohort)
    weights = np.where(cohort.treated, 0.0, cohort.treated.sum() / (~cohort.treated).sum())
    return Design("difference", cohort.treated, weights, _chance(basis, cohort).chance, basis)


def _design_pairs(cohort: Cohort, settings: Settings) -> Design:
    basis = main_basis(cohort)
    propensity = _chance(basis, cohort)
    pairs = match_pairs(
        propensity.log_odds, cohort.treated, strata=cohort.strata, deviations=settings.caliper_deviations
    )
    _refuse_nobody(len(pairs.treated))
    kept, weights = np.zeros(len(cohort), dtype=np.bool_), np.zeros(len(cohort))
    kept[pairs.treated] = True
    weights[pairs.comparison] = 1.0
    return Design("one_to_one", kept, weights, propensity.chance, basis, pairs=pairs)


def _design_radius(cohort: Cohort, settings: Settings) -> Design:
    basis = main_basis(cohort)
    propensity = _chance(basis, cohort)
    found = match_within_radius(
        propensity.log_odds, cohort.treated, strata=cohort.strata, deviations=settings.caliper_deviations
    )
    kept = cohort.treated & (found.matches > 0)
    _refuse_nobody(int(kept.sum()))
    return Design("justice_data_lab", kept, found.weights, propensity.chance, basis)


def _design_inverse(cohort: Cohort, settings: Settings) -> Design:
    basis = main_basis(cohort)
    propensity = _chance(basis, cohort)
    weights = propensity.odds_weights(cohort.treated)
    weights *= cohort.treated.sum() / weights.sum()
    return Design("inverse_probability", cohort.treated, weights, propensity.chance, basis)


def _design_balanced(cohort: Cohort, settings: Settings) -> Design:
    return _balanced("entropy_balancing", main_basis(cohort), cohort)


def _design_balanced_automatic(cohort: Cohort, settings: Settings) -> Design:
    return _balanced("entropy_balancing_automatic", automatic_basis(cohort), cohort)


def _balanced(method: str, basis: Basis, cohort: Cohort) -> Design:
    weights = balance_entropy(basis, cohort.treated).weights
    return Design(method, cohort.treated, weights, _chance(basis.main(), cohort).chance, basis)


def _design_computed(cohort: Cohort, settings: Settings) -> Design:
    made = _design_difference(cohort, settings)
    return Design("g_computation", made.kept, made.weights, made.chance, made.basis)


def _design_regression(cohort: Cohort, settings: Settings) -> Design:
    made = _design_difference(cohort, settings)
    return Design("linear_regression", made.kept, made.weights, made.chance, made.basis)


def _design_aipw(cohort: Cohort, settings: Settings) -> Design:
    basis = automatic_basis(cohort)
    learner = BasisLearner(basis)
    return _cross_fitted(HEADLINE, (learner, learner), (basis, cohort, settings))


def _design_aipw_boosted(cohort: Cohort, settings: Settings) -> Design:
    learner = boosted_learner(cohort, seed=1)
    return _cross_fitted(
        "cross_fitted_aipw_boosted", (learner, learner), (main_basis(cohort), cohort, settings)
    )


def _cross_fitted(
    method: str, learners: tuple[Learner, Learner], given: tuple[Basis, Cohort, Settings]
) -> Design:
    basis, cohort, settings = given
    folds = deal_folds(
        cohort.people, cohort.treated, salt=settings.salt, repeats=settings.repeats, folds=settings.folds
    )
    plan = CrossFitPlan(treatment=learners[0], outcome=learners[1], folds=folds)
    chances = cross_fit_chances(plan, cohort.treated)
    chance = np.median(chances, axis=0)
    weights = np.where(cohort.treated, 0.0, chance / (1 - np.minimum(chance, 0.99)))
    weights *= cohort.treated.sum() / weights.sum()
    return Design(method, cohort.treated, weights, chance, basis, chances=chances, plan=plan)


def _chance(basis: Basis, cohort: Cohort) -> Propensity:
    return fit_propensity(basis, cohort.treated)


def _refuse_nobody(kept: int) -> None:
    if kept == 0:
        raise _refused(
            "matching",
            "comparison people within the caliper",
            "nobody for any of the treated",
            "The two groups are not alike: choose another comparison group.",
        )


def _weighted_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    """Return the effect by weights taken as given: means of the treated kept and of the weighted comparison."""
    means, parts = _weighted_means(made, target)
    return _effect(made, cohort, (means, parts), (outcome, family))


def _weighted_means(made: Design, target: Floats) -> tuple[tuple[float, float], tuple[Floats, Floats]]:
    count = len(target)
    with_mean = float(target[made.kept].mean())
    total = float(made.weights.sum())
    without_mean = float(made.weights @ target) / total
    with_part = np.where(made.kept, count / made.kept.sum() * (target - with_mean), 0.0)
    without_part = count / total * made.weights * (target - without_mean)
    return (with_mean, without_mean), (with_part, without_part)


def _paired_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    """Return the effect over pairs; both of a pair influence it as one, so that what they share is not counted twice."""
    assert made.pairs is not None
    means, (with_part, without_part) = _weighted_means(made, target)
    of_pair = np.zeros(len(target))
    of_pair[made.pairs.treated] = without_part[made.pairs.comparison]
    return _effect(made, cohort, (means, (with_part, of_pair)), (outcome, family))


def _inverse_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    """Return the effect by the odds of treatment; that the chances are themselves estimated is counted in.

    References
    ----------
    Lunceford and Davidian, Statistics in Medicine 23(19), 2004.
    """
    means, (with_part, without_part) = _weighted_means(made, target)
    design_matrix, chance = made.basis.design, made.chance
    curvature = weighted_gram(design_matrix, chance * (1 - chance))
    curvature[np.diag_indices_from(curvature)] += 1e-6
    direction = (made.weights * (target - means[1])) @ design_matrix / made.weights.sum()
    moved = np.linalg.solve(curvature, direction)
    score = design_matrix @ moved * (made.kept - chance)
    return _effect(made, cohort, (means, (with_part, without_part + len(target) * score)), (outcome, family))


def _balanced_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    """Return the effect by balancing weights, with the influence of a regression estimator on the balanced columns.

    References
    ----------
    Deville and Sarndal, JASA 87(418), 1992 (calibration is asymptotically regression); Zhao and Percival 2017.
    """
    means, (with_part, _) = _weighted_means(made, target)
    weights, design_matrix = made.weights, made.basis.design
    moments = weighted_gram(design_matrix, weights)
    moments[np.diag_indices_from(moments)] += 1e-9 * weights.sum()
    fitted = design_matrix @ np.linalg.solve(moments, design_matrix.T @ (weights * target))
    share = len(target) / float(made.kept.sum())
    without_part = np.where(made.kept, share * (fitted - means[1]), share * weights * (target - fitted))
    return _effect(made, cohort, (means, (with_part, without_part)), (outcome, family))


def _computed_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    model = fit_outcome(made.basis, cohort.treated, target, family=family)
    without_mean, without_part = standardised_mean(model, made.basis, cohort.treated, target=target)
    (with_mean, _), (with_part, _) = _weighted_means(made, target)
    return _effect(made, cohort, ((with_mean, without_mean), (with_part, without_part)), (outcome, family))


def _regression_effect(made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family) -> Effect:
    """Return the coefficient of treatment in a linear regression, with errors that may differ (White 1980)."""
    (with_mean, _), (with_part, _) = _weighted_means(made, target)
    columns = np.concatenate([made.basis.design, cohort.treated[:, None].astype(np.float64)], axis=1)
    inverse = np.linalg.inv(columns.T @ columns)
    coefficients = inverse @ (columns.T @ target)
    residual = target - columns @ coefficients
    of_effect = len(target) * residual * (columns @ inverse[:, -1])
    means = (with_mean, with_mean - float(coefficients[-1]))
    return _effect(made, cohort, (means, (with_part, with_part - of_effect)), (outcome, family))


def _cross_fitted_effect(
    made: Design, cohort: Cohort, target: Floats, outcome: str, family: Family
) -> Effect:
    assert made.plan is not None
    return cross_fit_effect(
        made.plan,
        cohort.treated,
        target,
        method=made.method,
        outcome=outcome,
        family=family,
        chances=made.chances,
    ).effect


_MeansAndParts = tuple[tuple[float, float], tuple[Floats, Floats]]


def _effect(made: Design, cohort: Cohort, found: _MeansAndParts, named: tuple[str, Family]) -> Effect:
    return effect_of(
        method=made.method,
        outcome=named[0],
        means=found[0],
        influence=found[1],
        treated=cohort.treated,
        weights=made.weights,
        is_rate=named[1] == "rate",
    )


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "difference": Method("plain difference", _design_difference, _weighted_effect, balances=False),
        "one_to_one": Method("one-to-one matching", _design_pairs, _paired_effect),
        "justice_data_lab": Method(
            "radius matching, as the Justice Data Lab does", _design_radius, _weighted_effect
        ),
        "inverse_probability": Method("weighting by the odds of treatment", _design_inverse, _inverse_effect),
        "entropy_balancing": Method("entropy balancing of means", _design_balanced, _balanced_effect),
        "entropy_balancing_automatic": Method(
            "entropy balancing of means, curves and bins", _design_balanced_automatic, _balanced_effect
        ),
        "g_computation": Method(
            "prediction from the comparison group", _design_computed, _computed_effect, balances=False
        ),
        "linear_regression": Method(
            "linear regression with a term for treatment",
            _design_regression,
            _regression_effect,
            balances=False,
        ),
        HEADLINE: Method("cross-fitted AIPW", _design_aipw, _cross_fitted_effect),
        "cross_fitted_aipw_boosted": Method(
            "cross-fitted AIPW with boosted trees", _design_aipw_boosted, _cross_fitted_effect
        ),
    }
)
