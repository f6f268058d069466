"""What the programme needs identifier is: four domains of need, crossed with the bands of other instruments."""

from __future__ import annotations

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import ITEMS, items_named
from throughcare.risk.catalogue.former import RISK_BANDS
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Value

TABLE = read_coefficients("throughcare.risk.pni")
SEXUAL = ("sexual_preoccupation", "sexual_interests", "emotional_congruence_with_children")
SEXUAL_GATE = ("ever_sexual_offence", "risk_of_sexual_harm")
THINKING = ("attitudes_to_offending", "hostility")
RELATIONSHIPS = (
    *("family_relationships", "past_relationships", "easily_influenced"),
    "controlling_behaviour",
)
SELF_MANAGEMENT = ("impulsivity", "temper_control", "problem_solving", "coping")
NEEDS = (*SEXUAL, *THINKING, *RELATIONSHIPS, *SELF_MANAGEMENT)
BANDS = tuple(item.name for item in RISK_BANDS)
SPOUSAL = ("spousal_risk_to_partner", "spousal_risk_to_others")
OPTIONAL = (*SEXUAL_GATE, *NEEDS, *BANDS, *SPOUSAL)

DEFAULTS: dict[str, Value] = {name: ITEMS[name].domain.values[0] for name in OPTIONAL}
"""The answer of least concern; whether the worst answer would change the result decides if there is one."""

SPEC = Spec(
    name="pni",
    version="1.0",
    title="Programme needs identifier",
    generation=Generation.OTHER,
    predicts="the intensity of accredited programme that fits need and risk",
    horizon_months=None,
    measure=Measure.POINTS,
    items=items_named("supervision_status", *OPTIONAL),
    required=frozenset({"supervision_status"}),
    defaults=DEFAULTS,
    bands=(
        Band("alternative", "an alternative to an accredited programme", 0.0),
        Band("moderate", "moderate intensity", 1.0),
        Band("high", "high intensity (in custody only)", 2.0),
    ),
    population=(),
    citation=Citation(
        title="Programme needs identifier in the Offender Assessment System",
        where="ministryofjustice/hmpps-arns-risk-actuarial-api",
        date="2026-08-04",
        licence="MIT, Crown copyright (Ministry of Justice)",
    ),
    additive=False,
    reference=Answers.of(supervision_status="community", **DEFAULTS),
    decimals=0,
)
