"""How the all reoffending predictor adds up."""

from __future__ import annotations

from throughcare.risk.all_reoffending import spec
from throughcare.risk.arithmetic.parts import Part, Rules, Tabled
from throughcare.risk.ogrs4 import formula
from throughcare.risk.ogrs4.formula import Form
from throughcare.risk.ogrs4.rules import CAUTIONS, CONTRADICTIONS, POPULATION

_STATIC = Form(spec.TABLE, "static", spec.CAREER_YEARS)
_DYNAMIC = Form(spec.TABLE, "dynamic", spec.CAREER_YEARS)
_RULES = Rules(contradictions=CONTRADICTIONS, outside=(*POPULATION, spec.SANCTIONS), cautions=CAUTIONS)


def _record(form: Form) -> tuple[Part, ...]:
    return (
        formula.starting_point(form),
        formula.age_and_sex(form),
        formula.current_offence(form),
        formula.sanctions(form),
        formula.months_free(form),
    )


STATIC = Tabled(spec=spec.STATIC, parts=_record(_STATIC), rules=_RULES, shown=formula.published)
DYNAMIC = Tabled(
    spec=spec.DYNAMIC,
    parts=(
        *_record(_DYNAMIC),
        formula.partner(_DYNAMIC),
        *(formula.need(_DYNAMIC, name, times=times) for name, times in spec.NEEDS),
        *(formula.need(_DYNAMIC, name) for name in spec.DRUGS),
        formula.other_drugs(_DYNAMIC),
    ),
    rules=_RULES,
    shown=formula.published,
)
INSTRUMENTS = (STATIC, DYNAMIC)
