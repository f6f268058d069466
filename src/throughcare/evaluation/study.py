"""A study from its protocol: the design without an outcome, the gates, and only then the effects.

Outcomes are not handed over but asked for, column by column, through a function that the caller gives: while a gate
is not met it is never called, so an effect that may not be seen is not computed either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from throughcare.evaluation.balance import BalanceTable, Calibration, calibrate_threshold, judge_balance
from throughcare.evaluation.clock import CohortWindow, ReoffendingRules, maturity
from throughcare.evaluation.cohort import Cohort, Floats, Outcomes
from throughcare.evaluation.distributions import two_sided
from throughcare.evaluation.effects import Effect
from throughcare.evaluation.estimators import METHODS, Design, Settings, design, estimate, outcome_values
from throughcare.evaluation.findings import Findings, Secondary, Sensitivity
from throughcare.evaluation.gates import (
    Gate,
    agreement_gate,
    balance_gates,
    clock_gate,
    control_gate,
    disagreement,
    events_gate,
    maturity_gate,
    numbers_gates,
    overlap_gates,
    partners,
    power_gate,
    unmet,
)
from throughcare.evaluation.group_effects import group_effects
from throughcare.evaluation.matching import Pairs
from throughcare.evaluation.multiplicity import holm
from throughcare.evaluation.overlap import Overlap, judge_overlap
from throughcare.evaluation.power import Plan, Scale, Way, numbers_needed, power
from throughcare.evaluation.protocol import OutcomePlan, Protocol
from throughcare.evaluation.sensitivity import (
    bounds_of_binary_pairs,
    breaking_gamma,
    discordant_pairs,
    e_value,
    tipping_table,
)
from throughcare.kernel.disclosure import share_may_be_shown
from throughcare.kernel.errors import RefusedInput

OpenOutcomes = Callable[[Sequence[OutcomePlan]], Outcomes]
Progress = Callable[[str, int, int], None]
_WAYS: Final = {"one_to_one": Way.ONE_TO_ONE, "justice_data_lab": Way.RADIUS}
_SHARES: Final = (
    (0.1, 0.2),
    (0.2, 0.4),
    (0.3, 0.6),
)  # of a hidden factor in the arm with less, and with more of it
_STRENGTHS: Final = (1.5, 2.0, 3.0)
_ECHO: Final = 0.999  # a covariate that follows an outcome so closely is the outcome


@dataclass(frozen=True, slots=True)
class Given:
    """A cohort with what its design columns say besides.

    Parameters
    ----------
    cohort : Cohort
    late_starts : int or None
        Treated people whose treatment began after time zero; None where no column says.
    """

    cohort: Cohort
    late_starts: int | None = None


@dataclass(frozen=True, slots=True)
class DesignStage:
    """What could be known without an outcome.

    Parameters
    ----------
    treated, comparison : int
    gates : tuple of Gate
    made : Design or None
        None where the numbers alone stop the study.
    overlap, balance, calibration
        Of the declared method; None likewise.
    power : float or None
    needed : int or None
        Treated people for the declared power.
    ripe_on : str
    is_interim : bool
    """

    treated: int
    comparison: int
    gates: tuple[Gate, ...]
    made: Design | None
    overlap: Overlap | None
    balance: BalanceTable | None
    calibration: Calibration | None
    power: float | None
    needed: int | None
    ripe_on: str
    is_interim: bool


@dataclass(frozen=True, slots=True)
class Study:
    """What a study may say.

    Parameters
    ----------
    protocol : Protocol
    stage : DesignStage
    gates : tuple of Gate
        All that were reached.
    findings : Findings or None
        None where a gate is not met.
    """

    protocol: Protocol
    stage: DesignStage
    gates: tuple[Gate, ...]
    findings: Findings | None

    @property
    def stopped(self) -> bool:
        """Whether no effect was computed."""
        return self.findings is None


def run_study(
    protocol: Protocol,
    given: Given,
    *,
    open_outcomes: OpenOutcomes,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Study:
    """Return what a study may say.

    Parameters
    ----------
    protocol : Protocol
    given : Given
    open_outcomes : callable
        Brings the outcomes of the same people in the same order; asked first for negative controls, then for the
        others, and for none while a gate is not met.
    rng : numpy.random.Generator
    progress : callable, optional
    """
    told = _Told(progress)
    stage = design_stage(protocol, given, rng=rng, progress=told)
    gates = stage.gates
    if unmet(gates) or stage.made is None:
        return Study(protocol, stage, gates, None)
    cohort = given.cohort
    if protocol.negative_controls:
        gates += _controls(protocol, cohort, stage.made, open_outcomes(protocol.negative_controls))
    told("negative controls")
    if unmet(gates):
        return Study(protocol, stage, gates, None)
    outcomes = open_outcomes(protocol.outcomes())
    _refuse_echo(protocol, cohort, outcomes)
    least = _least_count(outcomes, protocol.primary, cohort)
    gates += (events_gate(least, policy=protocol.gates),)
    if unmet(gates):
        return Study(protocol, stage, gates, None)
    primary = estimate(protocol.method, cohort, outcomes, outcome=protocol.primary.column, made=stage.made)
    told("primary outcome")
    partner, gate = _agreement(protocol, cohort, outcomes, primary)
    told("another method")
    gates += (gate,)
    if unmet(gates):
        return Study(protocol, stage, gates, None)
    findings = _findings(protocol, cohort, outcomes, (stage.made, primary, partner), told)
    return Study(protocol, stage, gates, findings)


def settings_of(protocol: Protocol) -> Settings:
    """Return the settings of the declared method; the folds are dealt by the protocol's hash, which holds its seed."""
    return Settings(
        salt=protocol.hash(),
        repeats=protocol.repeats,
        folds=protocol.folds,
        caliper_deviations=protocol.caliper_deviations,
    )


def design_stage(
    protocol: Protocol, given: Given, *, rng: np.random.Generator, progress: Progress | _Told | None = None
) -> DesignStage:
    """Return what can be known without an outcome, with its gates."""
    told = progress if isinstance(progress, _Told) else _Told(progress)
    cohort, policy = given.cohort, protocol.gates
    treated = int(cohort.treated.sum())
    comparison = len(cohort) - treated
    ripe = maturity(
        CohortWindow(np.datetime64(protocol.cohort_from, "D"), np.datetime64(protocol.cohort_before, "D")),
        extract_on=np.datetime64(protocol.extract_on, "D"),
        rules=ReoffendingRules(
            follow_up_months=protocol.follow_up_months,
            waiting_months=protocol.waiting_months,
            lag_months=protocol.lag_months,
        ),
    )
    gates: tuple[Gate, ...] = (
        maturity_gate(
            is_ripe=ripe.is_ripe,
            ripe_on=str(ripe.ripe_on),
            extract_on=protocol.extract_on,
            interim_allowed=protocol.interim_allowed,
        ),
        *numbers_gates(
            treated=treated, comparison=comparison, policy=policy, minimum_cell=protocol.minimum_cell
        ),
    )
    if given.late_starts is not None:
        gates += (clock_gate(late_starts=given.late_starts, treated=treated, policy=policy),)
    start = DesignStage(
        treated, comparison, gates, None, None, None, None, None, None, str(ripe.ripe_on), not ripe.is_ripe
    )
    if any(gate.stops for gate in gates if gate.name in {"treated", "comparison"}):
        return start
    return _judged(start, protocol, cohort, rng, told)


def _judged(
    start: DesignStage, protocol: Protocol, cohort: Cohort, rng: np.random.Generator, told: _Told
) -> DesignStage:
    policy = protocol.gates
    made = design(protocol.method, cohort, settings=settings_of(protocol))
    told("design")
    overlap = judge_overlap(made.chance, cohort.treated, weights=made.weights)
    plan = (
        Plan(
            treated=int(made.kept.sum()),
            pool=start.comparison,
            base_rate=protocol.expected_without,
            ratio=protocol.smallest_ratio,
            way=_WAYS.get(protocol.method, Way.WEIGHTS),
            effective_comparison=min(max(overlap.effective_comparison, 1.001), float(start.comparison)),
            scale=Scale.RATIO,
        )
        if protocol.primary.kind == "rate"
        else None
    )
    reached = None if plan is None else power(plan)
    needed = (
        None if plan is None else numbers_needed(plan, wanted=max(policy.least_power, 0.01), pool_grows=True)
    )
    gates = start.gates + (() if reached is None else (power_gate(reached, policy=policy),))
    gates += overlap_gates(overlap, policy=policy)
    balance = calibration = None
    if METHODS[protocol.method].balances:
        balance = judge_balance(cohort, kept=made.kept, weights=made.weights)
        calibration = calibrate_threshold(cohort, rng=rng, floor=policy.most_generated)
        gates += balance_gates(
            balance,
            calibration=calibration,
            method=protocol.method,
            policy=policy,
            sizes=(float(made.kept.sum()), overlap.effective_comparison),
        )
    told("overlap and balance")
    return replace(
        start, gates=gates, made=made, overlap=overlap, balance=balance, calibration=calibration, power=reached,
        needed=needed,
    )  # fmt: skip


def _controls(protocol: Protocol, cohort: Cohort, made: Design, outcomes: Outcomes) -> tuple[Gate, ...]:
    return tuple(
        control_gate(
            estimate(protocol.method, cohort, outcomes, outcome=each.column, made=made),
            each.label,
            number=number,
        )
        for number, each in enumerate(protocol.negative_controls, 1)
    )


def _refuse_echo(protocol: Protocol, cohort: Cohort, outcomes: Outcomes) -> None:
    """Refuse a covariate that is the outcome under another name."""
    columns, names = cohort.main_effects()
    for each in protocol.outcomes():
        values, _ = outcome_values(outcomes, each.column, count=len(cohort))
        spread = values.std()
        if spread == 0:
            continue
        for place, name in enumerate(names):
            column = columns[:, place]
            if column.std() > 0 and abs(np.corrcoef(column, values)[0, 1]) > _ECHO:
                raise RefusedInput(
                    where=f"covariate {name}",
                    expected="something known before time zero",
                    found=f"a copy of the outcome {each.column}",
                    action="An outcome in the covariates takes the effect away: take it out and lock again.",
                )


def _least_count(outcomes: Outcomes, plan: OutcomePlan, cohort: Cohort) -> int:
    values, _ = outcome_values(outcomes, plan.column, count=len(cohort))
    happened = values > 0
    counts = [
        int((happened[arm] == which).sum())
        for arm in (cohort.treated, ~cohort.treated)
        for which in (True, False)
    ]
    return min(counts if plan.kind == "rate" else counts[::2])


def _agreement(
    protocol: Protocol, cohort: Cohort, outcomes: Outcomes, primary: Effect
) -> tuple[Effect | None, Gate]:
    """Return what the first unlike method that can be run says, and whether it agrees."""
    own = METHODS[protocol.method].label
    for name in partners(protocol.method):
        try:
            made = design(name, cohort, settings=settings_of(protocol))
        except RefusedInput:  # no weights balance so many columns in so few people: the next method is asked
            continue
        other = estimate(name, cohort, outcomes, outcome=protocol.primary.column, made=made)
        labels = (own, METHODS[name].label)
        return other, agreement_gate(disagreement(primary, other), labels=labels, policy=protocol.gates)
    words = "No other method could be run on these people."
    return None, Gate("agreement", "Unlike methods agree", False, None, None, words)  # noqa: FBT003 - not met


def _findings(
    protocol: Protocol,
    cohort: Cohort,
    outcomes: Outcomes,
    known: tuple[Design, Effect, Effect | None],
    told: _Told,
) -> Findings:
    made, primary, partner = known
    assert partner is not None  # the gate of agreement was met
    pairs = _pairs(protocol, cohort)
    sensitivity = _sensitivity(protocol, primary, pairs, outcomes)
    told("hidden factors")
    secondary = _secondary(protocol, cohort, outcomes, made)
    periods = () if protocol.periods is None else (protocol.periods.during, protocol.periods.after)
    of_periods = tuple(_one(protocol, cohort, outcomes, (made, each)) for each in periods)
    told("other outcomes")
    groups = group_effects(protocol, cohort, outcomes, settings=settings_of(protocol))
    told("groups")
    return Findings(
        primary=primary,
        partner=partner,
        sensitivity=sensitivity,
        secondary=secondary,
        periods=of_periods,
        groups=groups,
    )


def _pairs(protocol: Protocol, cohort: Cohort) -> Pairs | None:
    if protocol.primary.kind != "rate":
        return None
    try:
        return design("one_to_one", cohort, settings=settings_of(protocol)).pairs
    except RefusedInput:  # nobody within the caliper: the bounds are then not given, and the report says so
        return None


def _sensitivity(protocol: Protocol, primary: Effect, pairs: Pairs | None, outcomes: Outcomes) -> Sensitivity:
    gamma = None
    if pairs is not None:
        happened = outcomes.binary[protocol.primary.column] > 0
        treated_only, comparison_only = discordant_pairs(happened[pairs.treated], happened[pairs.comparison])
        if treated_only + comparison_only > 0:
            gamma = breaking_gamma(
                lambda gammas: bounds_of_binary_pairs(
                    treated_only=treated_only, comparison_only=comparison_only, gammas=gammas
                )
            )
    fell = primary.ratio.estimate < 1.0  # a factor that explains a fall is rarer among the treated
    shares = _SHARES if fell else tuple((more, less) for less, more in _SHARES)
    return Sensitivity(
        e_value=e_value(primary.ratio),
        gamma=gamma,
        pairs=0 if pairs is None else len(pairs.treated),
        tipping=tipping_table(primary.ratio, shares=shares, strengths=_STRENGTHS),
    )


def _one(
    protocol: Protocol, cohort: Cohort, outcomes: Outcomes, asked: tuple[Design, OutcomePlan]
) -> Secondary:
    made, plan = asked
    values, _ = outcome_values(outcomes, plan.column, count=len(cohort))
    happened = values > 0
    for arm in (cohort.treated, ~cohort.treated):
        if not share_may_be_shown(int(happened[arm].sum()), int(arm.sum()), minimum=protocol.minimum_cell):
            why = f"Not shown: it happened, or did not happen, to fewer than {protocol.minimum_cell} people of an arm."
            return Secondary(plan, None, None, None, why)
    effect = estimate(protocol.method, cohort, outcomes, outcome=plan.column, made=made)
    p_value = two_sided(np.log(effect.ratio.estimate) / effect.ratio.standard_error)
    return Secondary(plan, effect, float(p_value), None, "")


def _secondary(protocol: Protocol, cohort: Cohort, outcomes: Outcomes, made: Design) -> tuple[Secondary, ...]:
    found = [_one(protocol, cohort, outcomes, (made, each)) for each in protocol.secondary]
    asked = [place for place, each in enumerate(found) if each.p_value is not None]
    adjusted: Floats = holm([float(found[place].p_value or 0.0) for place in asked])
    for place, value in zip(asked, adjusted, strict=True):
        found[place] = replace(found[place], adjusted_p=float(value))
    return tuple(found)


class _Told:
    """Progress in stages."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0

    def __call__(self, stage: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(f"study: {stage}", 1, 1)
