"""What the serious violent reoffending predictor asks, predicts and is fit for."""

from __future__ import annotations

from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.ogrs4.rules import falling_curve, too_many_sanctions
from throughcare.risk.ogrs4.specs import STATIC_ITEMS, four_bands, predictor

TABLE = read_coefficients("throughcare.risk.serious_violent_reoffending")
CAREER_YEARS = 12.0
BANDS = four_bands(1.0, 3.0, 6.9)
TURN = falling_curve(33)
SANCTIONS = too_many_sanctions(
    50,
    "the curve turns at 33, and beyond 50 its fall has taken a tenth off the odds, against all evidence",
)

NEEDS = (
    # item                    how often a yes, or one step of concern, counts
    ("weapon_in_offence", 1),
    ("accommodation", 1),
    ("unemployed", 2),
    ("alcohol_use", 1),
    ("temper_control", 1),
    ("attitudes_to_offending", 1),
    ("past_homicide", 1),
    ("past_grievous_harm", 1),
    ("past_kidnapping", 1),
    ("past_firearms", 1),
    ("past_robbery", 1),
    ("past_aggravated_burglary", 1),
    ("past_weapon", 1),
    ("past_damage_endangering_life", 1),
    ("past_arson", 1),
)
RECORD_ITEMS = (*STATIC_ITEMS, "sanctions_violent")
DYNAMIC_ITEMS = (
    *RECORD_ITEMS,
    "weapon_in_offence",
    "accommodation",
    "unemployed",
    "alcohol_use",
    "temper_control",
    "attitudes_to_offending",
    "past_homicide",
    "past_grievous_harm",
    "past_kidnapping",
    "past_firearms",
    "past_robbery",
    "past_aggravated_burglary",
    "past_weapon",
    "past_damage_endangering_life",
    "past_arson",
)

STATIC = predictor(
    name="serious_violent_reoffending_static",
    title="Serious violent reoffending predictor, static",
    predicts="a proven seriously violent offence that is not sexual",
    asked=RECORD_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
DYNAMIC = predictor(
    name="serious_violent_reoffending_dynamic",
    title="Serious violent reoffending predictor, dynamic",
    predicts="a proven seriously violent offence that is not sexual",
    asked=DYNAMIC_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
