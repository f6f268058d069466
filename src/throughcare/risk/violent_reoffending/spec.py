"""What the violent reoffending predictor asks, predicts and is fit for."""

from __future__ import annotations

from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.ogrs4.rules import falling_curve, too_many_sanctions
from throughcare.risk.ogrs4.specs import STATIC_ITEMS, four_bands, predictor

TABLE = read_coefficients("throughcare.risk.violent_reoffending")
CAREER_YEARS = 12.0
BANDS = four_bands(30.0, 60.0, 80.0)
TURN = falling_curve(70)
SANCTIONS = too_many_sanctions(
    125,
    "the curve turns at 70, and beyond 125 its fall has taken a tenth off the odds, against all evidence",
)

NEEDS = (
    # item                    how often a yes, or one step of concern, counts
    ("accommodation", 1),
    ("unemployed", 2),
    ("domestic_abuse", 1),
    ("offending_activities", 1),
    ("drug_motivation", 1),
    ("alcohol_use", 1),
    ("binge_drinking", 1),
    ("impulsivity", 1),
    ("temper_control", 1),
)
DRUGS = (
    "uses_methadone",
    "uses_other_opiates",
    "uses_crack",
    "uses_powder_cocaine",
    "uses_misused_prescription",
    "uses_benzodiazepines",
    "uses_cannabis",
    "uses_steroids",
)
RECORD_ITEMS = (*STATIC_ITEMS, "sanctions_violent")
DYNAMIC_ITEMS = (
    *RECORD_ITEMS,
    "accommodation",
    "unemployed",
    "relationship_status",
    "partner_relationship",
    "domestic_abuse",
    "offending_activities",
    "drug_motivation",
    *DRUGS,
    "uses_hallucinogens",
    "uses_ketamine",
    "uses_solvents",
    "uses_spice",
    "uses_other_drugs",
    "alcohol_use",
    "binge_drinking",
    "impulsivity",
    "temper_control",
)

STATIC = predictor(
    name="violent_reoffending_static",
    title="Violent reoffending predictor, static",
    predicts="a proven violent offence that is not sexual",
    asked=RECORD_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
DYNAMIC = predictor(
    name="violent_reoffending_dynamic",
    title="Violent reoffending predictor, dynamic",
    predicts="a proven violent offence that is not sexual",
    asked=DYNAMIC_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
