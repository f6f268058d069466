"""What the two forms of the pathway screen are."""

from __future__ import annotations

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Value, Whole, YesNo
from throughcare.risk.ogrs4.rules import SANCTIONED_AS_CHILD

TABLE = read_coefficients("throughcare.risk.opd")
ADULT_YEARS = 18
MEN_YES = ("violence_in_offence", "childhood_behaviour")
MEN_PROBLEMS = (
    *("financial_reliance", "manipulative_behaviour", "recklessness", "impulsivity"),
    "controlling_behaviour",
)
MENTAL_HEALTH_YES = (
    *("psychiatric_treatment_past", "mental_health_medication", "secure_hospital"),
    *("psychiatric_treatment_now", "obsessive_behaviour"),
)
MENTAL_HEALTH_PROBLEMS = ("psychological_problems", "psychiatric_problems")
CHALLENGING_YES = ("assaulted_staff", "escaped", "control_issues")
MEN_QUESTIONS = (
    *("age_at_first_sanction", "violence_in_offence", "excessive_violence", "recognises_impact"),
    *MEN_PROBLEMS,
    *("childhood_behaviour", "childhood"),
    *MENTAL_HEALTH_PROBLEMS,
    *MENTAL_HEALTH_YES,
    *("self_harm", "attitude_to_supervision"),
    *CHALLENGING_YES,
)
WOMEN_YES = (
    *("weapon_in_offence", "violence_in_offence", "arson_in_offence", "emotional_motive"),
    *("offence_analysis_linked", "accommodation_linked", "relationships_linked", "self_harm"),
    *("emotions_linked", "thinking_linked"),
)
WOMEN_PROBLEMS = ("childhood", "coping", "psychological_problems")
ABUSE = ("domestic_abuse", "abuse_of_partner", "abuse_of_family")
WOMEN_COUNTED = (
    *("weapon_in_offence", "violence_in_offence", "excessive_violence", "arson_in_offence"),
    *("emotional_motive", "offence_analysis_linked", "accommodation_linked", "childhood"),
    *("domestic_abuse", "relationships_linked"),
)
"""The publisher asks that at least one of these ten be answered before it screens a woman."""
WOMEN_QUESTIONS = (
    *WOMEN_COUNTED,
    *("abuse_of_partner", "abuse_of_family", "coping", "psychological_problems"),
    *("self_harm", "emotions_linked", "thinking_linked"),
)
FOR_MEN = Reason("form_for_men", "This form of the screen is for men; the form for women applies.")
FOR_WOMEN = Reason("form_for_women", "This form of the screen is for women; the form for men applies.")
NOT_ELIGIBLE_MEN = Reason(
    "not_eligible",
    "Screened out before any question: the form for men needs a high or very high overall risk, a violent or "
    "sexual current offence, and a sentence of custody.",
)
NOT_ELIGIBLE_WOMEN = Reason(
    "not_eligible",
    "Screened out before any question: the form for women needs a high or very high overall risk, or "
    "eligibility for multi-agency public protection.",
)
OVERRIDDEN = Reason(
    "override_recorded",
    "The screen says out, and the practitioner has recorded an override: the person is put forward for the "
    "pathway by judgment, not by the screen.",
)
CITATION = Citation(
    title="Offender personality disorder pathway screen in the Offender Assessment System",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api",
    date="2026-08-04",
    licence="MIT, Crown copyright (Ministry of Justice)",
)


def _defaults(questions: tuple[str, ...]) -> dict[str, Value]:
    """Return what the publisher counts an unanswered question as: no, no problem, or an adult at first sanction."""
    defaults: dict[str, Value] = {}
    for item in items_named(*questions):
        if isinstance(item.domain, YesNo):
            defaults[item.name] = False
        elif isinstance(item.domain, Whole):
            defaults[item.name] = ADULT_YEARS
        else:
            defaults[item.name] = item.domain.values[0]
    return defaults


def _spec(
    name: str,
    title: str,
    needed: dict[str, Value],
    questions: tuple[str, ...],
    population: tuple[Reason, ...],
) -> Spec:
    asked = ("sex", *(item for item in needed if item != "sex"), *questions, "pathway_override")
    defaults = _defaults((*questions, "pathway_override"))
    return Spec(
        name=name,
        version="1.0",
        title=title,
        generation=Generation.OTHER,
        predicts="a person who may have a personality disorder and be helped by the pathway",
        horizon_months=None,
        measure=Measure.FLAG,
        items=items_named(*asked),
        required=frozenset(needed),
        defaults=defaults,
        bands=(Band("screen_out", "screened out", 0.0), Band("screen_in", "screened in", 1.0)),
        population=population,
        citation=CITATION,
        additive=False,
        reference=Answers.of(**needed, **defaults),
        decimals=0,
    )


MEN = _spec(
    "opd_men",
    "Personality disorder pathway screen, men",
    {"sex": "male", "overall_risk": "high", "violent_or_sexual_offence": True, "custodial_sentence": True},
    MEN_QUESTIONS,
    (FOR_MEN, SANCTIONED_AS_CHILD),
)
WOMEN = _spec(
    "opd_women",
    "Personality disorder pathway screen, women",
    {"sex": "female", "overall_risk": "high", "mappa_eligible": False},
    WOMEN_QUESTIONS,
    (FOR_WOMEN,),
)
