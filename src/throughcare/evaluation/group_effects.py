"""Effects by group, of groups that may be shown: each is designed anew by the declared method."""

from __future__ import annotations

import numpy as np

from throughcare.evaluation.cohort import Cohort, Covariate, Flags, Outcomes
from throughcare.evaluation.effects import Effect
from throughcare.evaluation.estimators import Settings, design, estimate
from throughcare.evaluation.protocol import Protocol
from throughcare.evaluation.subgroups import FactorResult, GroupEstimate, SubgroupRule, subgroup_results
from throughcare.kernel.disclosure import Mark, protect_table
from throughcare.kernel.errors import RefusedInput


def group_effects(
    protocol: Protocol, cohort: Cohort, outcomes: Outcomes, *, settings: Settings
) -> tuple[FactorResult, ...]:
    """Return what may be said of the declared groups.

    A group is estimated only if every count behind it may be shown: of each arm, to how many it happened and to how
    many not, in a table whose totals are known. So a withheld group cannot be worked out from the others either.
    """
    found: list[GroupEstimate] = []
    by_name = {covariate.name: covariate for covariate in cohort.covariates}
    for column in protocol.subgroups:
        covariate = by_name[column]
        shown = shown_groups(protocol, cohort, outcomes, factor=covariate)
        for position, level in enumerate(covariate.levels):
            members = cohort.columns[column] == position
            if not cohort.treated[members].any():
                continue
            effect = None
            if shown[position]:
                effect = _effect(protocol, cohort, outcomes, members, settings)
            found.append(GroupEstimate(factor=covariate.label, group=level, effect=effect))
    rule = SubgroupRule(
        least_treated=protocol.gates.least_treated, least_comparison=protocol.gates.least_comparison
    )
    return subgroup_results(found, rule=rule)


def shown_groups(protocol: Protocol, cohort: Cohort, outcomes: Outcomes, *, factor: Covariate) -> list[bool]:
    """Return which groups may be shown: those in whose row no cell is suppressed, for itself or for another."""
    plan = protocol.primary
    values = outcomes.binary[plan.column] if plan.kind == "rate" else outcomes.counts[plan.column]
    happened = values > 0
    rows = [
        [
            int((members & arm & (happened == which)).sum())
            for arm in (cohort.treated, ~cohort.treated)
            for which in (True, False)
        ]
        for members in (cohort.columns[factor.name] == place for place in range(len(factor.levels)))
    ]
    table = protect_table(np.array(rows), minimum=protocol.minimum_cell, zero_is_safe=False)
    return [bool((row == Mark.SHOWN).all()) for row in table.marks[:-1]]


def _effect(
    protocol: Protocol, cohort: Cohort, outcomes: Outcomes, members: Flags, settings: Settings
) -> Effect | None:
    part = cohort.rows(members)
    inside = Outcomes(
        binary={name: values[members] for name, values in outcomes.binary.items()},
        counts={name: values[members] for name, values in outcomes.counts.items()},
        days={},
    )
    try:
        made = design(protocol.method, part, settings=settings)
        return estimate(protocol.method, part, inside, outcome=protocol.primary.column, made=made)
    except RefusedInput:  # one arm is empty, or no weights balance: the group is named, and not estimated
        return None
