"""What the all reoffending predictor asks, predicts and is fit for."""

from __future__ import annotations

from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.ogrs4.rules import too_many_sanctions
from throughcare.risk.ogrs4.specs import STATIC_ITEMS, four_bands, predictor

TABLE = read_coefficients("throughcare.risk.all_reoffending")
CAREER_YEARS = 26.0
BANDS = four_bands(50.0, 75.0, 90.0)
SANCTIONS = too_many_sanctions(200, "from 201 on the curve for women falls with every further sanction")

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
    ("attitudes_to_offending", 1),
)
DRUGS = (
    "uses_heroin",
    "uses_other_opiates",
    "uses_crack",
    "uses_powder_cocaine",
    "uses_misused_prescription",
    "uses_benzodiazepines",
    "uses_cannabis",
    "uses_steroids",
)
DYNAMIC_ITEMS = (
    *STATIC_ITEMS,
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
    "attitudes_to_offending",
)

STATIC = predictor(
    name="all_reoffending_static",
    title="All reoffending predictor, static",
    predicts="a proven offence of any kind",
    asked=STATIC_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
DYNAMIC = predictor(
    name="all_reoffending_dynamic",
    title="All reoffending predictor, dynamic",
    predicts="a proven offence of any kind",
    asked=DYNAMIC_ITEMS,
    bands=BANDS,
    population=(SANCTIONS.reason,),
)
