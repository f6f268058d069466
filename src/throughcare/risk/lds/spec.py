"""What the learning screening tool is."""

from __future__ import annotations

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Value

TABLE = read_coefficients("throughcare.risk.lds")
CORE = ("work_skills", "literacy_and_numeracy", "learning_difficulties", "qualifications")
_LEVEL_WORDS = {"0": "no sign of learning challenges", "1": "some signs", "2": "clear signs"}
_LEAST: dict[str, Value] = {
    "no_fixed_abode": False,
    "work_skills": "none",
    "literacy_and_numeracy": "none",
    "difficulty_reading": False,
    "difficulty_numbers": False,
    "learning_difficulties": "none",
    "qualifications": "any",
}

SPEC = Spec(
    name="lds",
    version="1.0",
    title="Learning screening tool",
    generation=Generation.OTHER,
    predicts="learning difficulties or challenges, to be looked at by a practitioner",
    horizon_months=None,
    measure=Measure.POINTS,
    items=items_named(*_LEAST),
    required=frozenset(),
    defaults=_LEAST,
    bands=tuple(
        Band(f"level_{level}", f"level {level}: {_LEVEL_WORDS[level]}", low)
        for level, low in TABLE.keyed("level").items()
    ),
    population=(),
    citation=Citation(
        title="Learning Screening Tool in the Offender Assessment System",
        where="ministryofjustice/hmpps-arns-risk-actuarial-api",
        date="2026-08-04",
        licence="MIT, Crown copyright (Ministry of Justice)",
    ),
    additive=True,
    reference=Answers.of(**_LEAST),
    decimals=0,
)
