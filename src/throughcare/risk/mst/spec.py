"""What the maturity screening tool is."""

from __future__ import annotations

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec

TABLE = read_coefficients("throughcare.risk.mst")
PROBLEMS = (
    *("criminal_associates", "recklessness", "coping", "attitude_to_self", "impulsivity"),
    *("temper_control", "problem_solving", "understanding_others"),
)
ANSWERS = ("peer_group_influence", *PROBLEMS, "aware_of_consequences")
MEN_ONLY = Reason("men_only", "The screen was made for men, so a woman is not screened.")
AGES = Reason(
    "age_18_to_25",
    "The screen is for people of 18 to 25 years on the day of assessment.",
    {"youngest": 18, "oldest": 25},
)

SPEC = Spec(
    name="mst",
    version="1.0",
    title="Maturity screening tool",
    generation=Generation.OTHER,
    predicts="low psychosocial maturity, to be looked at by a practitioner",
    horizon_months=None,
    measure=Measure.POINTS,
    items=items_named("sex", "date_of_birth", "assessment_date", *ANSWERS),
    required=frozenset({"sex", "date_of_birth", "assessment_date"}),
    defaults={
        "peer_group_influence": False,
        **dict.fromkeys(PROBLEMS, "none"),
        "aware_of_consequences": "yes",
    },
    bands=(
        Band("no_flag", "no flag for low maturity", 0.0),
        Band("flag", "flag for low maturity", TABLE.one("flag_from")),
    ),
    population=(MEN_ONLY, AGES),
    citation=Citation(
        title="Maturity Screening Tool in the Offender Assessment System",
        where="ministryofjustice/hmpps-arns-risk-actuarial-api",
        date="2026-08-04",
        licence="MIT, Crown copyright (Ministry of Justice)",
    ),
    additive=True,
    reference=Answers.of(
        sex="male",
        date_of_birth="2004-05-14",
        assessment_date="2026-03-14",
        peer_group_influence=False,
        **dict.fromkeys(PROBLEMS, "none"),
        aware_of_consequences="yes",
    ),
    decimals=0,
)
