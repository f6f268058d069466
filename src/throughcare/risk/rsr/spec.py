"""What RSR and its parts ask, predict and are fit for: SNSV in two forms, OSP/DC, OSP/IIC, and their sum in two forms."""

from __future__ import annotations

from dataclasses import replace

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.direct_contact_sexual.spec import SPEC as DIRECT_CONTACT
from throughcare.risk.items import Value
from throughcare.risk.ogrs3.spec import bands_of, plain_case
from throughcare.risk.ogrs4.rules import (
    SANCTIONED_AS_CHILD,
    TOO_OLD,
    TOO_YOUNG,
    falling_curve,
    too_many_sanctions,
)
from throughcare.risk.ogrs4.sexual import NO_HISTORY, TOO_MANY, WOMEN

TABLE = read_coefficients("throughcare.risk.rsr")
PUBLISHER = Citation(
    title="Risk of Serious Recidivism, version 1, with its parts SNSV, OSP/DC and OSP/IIC, as programmed in the ARNS "
    "risk actuarial API",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api, history before f2bbd06 (2026-07-08)",
    date="2015 and 2021, program of 2026",
    licence="MIT, Crown copyright (Ministry of Justice)",
)
TURN = falling_curve(37)
SANCTIONS = too_many_sanctions(
    50, "each sanction more then lowers the score, which is a property of the formula and no evidence"
)
PAST_OFFENCES = (
    *("past_homicide", "past_grievous_harm", "past_kidnapping", "past_firearms", "past_robbery"),
    *("past_aggravated_burglary", "past_weapon", "past_damage_endangering_life", "past_arson"),
)
NEEDS = (
    # item                   how often a yes, or one step of concern, counts
    ("weapon_in_offence", 1),
    ("accommodation", 1),
    ("unemployed", 2),
    ("partner_relationship", 1),
    ("alcohol_use", 1),
    ("binge_drinking", 1),
    ("impulsivity", 1),
    ("temper_control", 1),
    ("attitudes_to_offending", 1),
    *((name, 1) for name in PAST_OFFENCES),
)
ABUSE = ("domestic_abuse", "abuse_of_partner")
_RECORD = (
    *("sex", "date_of_birth", "assessment_date", "conviction_date", "follow_up_start"),
    *("offence_category", "age_at_first_sanction", "sanctions_total", "sanctions_violent"),
)
_DYNAMIC = (*_RECORD, *(name for name, _ in NEEDS), *ABUSE)
COUNTS = (
    *("sexual_sanctions_adult_contact", "sexual_sanctions_child_contact"),
    *("sexual_sanctions_images", "sexual_sanctions_non_contact"),
)
_HISTORY: dict[str, Value] = {
    "ever_sexual_offence": True,
    "sexual_sanctions_adult_contact": 1,
    "sexual_sanctions_child_contact": 0,
    "sexual_sanctions_images": 0,
    "sexual_sanctions_non_contact": 0,
}


_PERCENTS = TABLE.keyed("osp_iic_percent")


def _spec(
    name: str,
    title: str,
    predicts: str,
    asked: tuple[str, ...],
    *,
    optional: tuple[str, ...] = (),
    defaults: dict[str, Value] | None = None,
    bands: tuple[Band, ...] = (),
    population: tuple[Reason, ...],
    additive: bool = True,
    reference: Answers | None = None,
) -> Spec:
    return Spec(
        name=name,
        version="1.0",
        title=title,
        generation=Generation.OGRS3,
        predicts=predicts,
        horizon_months=24,
        measure=Measure.PROBABILITY,
        items=items_named(*asked),
        required=frozenset(asked) - set(optional),
        defaults=defaults or {},
        bands=bands,
        population=population,
        citation=PUBLISHER,
        additive=additive,
        reference=plain_case(asked) if reference is None else reference,
    )


_ADULTS = (TOO_YOUNG, TOO_OLD, SANCTIONED_AS_CHILD, SANCTIONS.reason)
_SERIOUS = "a proven seriously violent offence that is not sexual"
SNSV_STATIC = _spec("snsv_static", "SNSV, static", _SERIOUS, _RECORD, population=_ADULTS)
SNSV_DYNAMIC = _spec(
    "snsv_dynamic",
    "SNSV, dynamic",
    _SERIOUS,
    _DYNAMIC,
    optional=("abuse_of_partner",),
    defaults={"abuse_of_partner": False},
    population=_ADULTS,
)


OSP_DC = replace(
    DIRECT_CONTACT,
    name="osp_dc",
    title="OSP/DC",
    generation=Generation.OGRS3,
    citation=PUBLISHER,
)
"""The publisher gave this predictor a new name in 2026 and left its table as it was; a test compares the two."""
OSP_IIC = _spec(
    "osp_iic",
    "OSP/IIC",
    "a proven sexual offence of images or indirect contact",
    ("sex", "ever_sexual_offence", *COUNTS),
    bands=tuple(
        Band(band, band, low)
        for band, low in (
            ("low", 0.0),
            ("medium", round(_PERCENTS["one_image"], 2)),
            ("high", round(_PERCENTS["two_or_more_images"], 2)),
        )
    ),
    population=(TOO_MANY, WOMEN, NO_HISTORY),
    additive=False,
    reference=Answers.of(sex="male", **_HISTORY),
)


def _combined(name: str, title: str, violent: Spec) -> Spec:
    parts = (violent, OSP_DC, OSP_IIC)
    asked = tuple(dict.fromkeys(item.name for part in parts for item in part.items))
    defaults = {key: value for part in parts for key, value in part.defaults.items()}
    answers = {key: answer for part in reversed(parts) for key, answer in part.reference.by_name.items()}
    return _spec(
        name,
        title,
        "a proven seriously violent or sexual offence",
        asked,
        optional=tuple(defaults),
        defaults=defaults,
        bands=bands_of(TABLE, "rsr_band"),
        population=violent.population,
        additive=False,
        reference=Answers(answers),
    )


RSR_STATIC = _combined("rsr_static", "RSR, static", SNSV_STATIC)
RSR_DYNAMIC = _combined("rsr_dynamic", "RSR, dynamic", SNSV_DYNAMIC)
