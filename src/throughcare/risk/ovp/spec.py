"""What OVP asks, predicts and is fit for, over one year and over two."""

from __future__ import annotations

from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.contract import Band, Citation, Spec
from throughcare.risk.ogrs3.rules import SANCTIONS
from throughcare.risk.ogrs3.spec import bands_of, former_predictor
from throughcare.risk.ogrs4.rules import TOO_YOUNG

TABLE = read_coefficients("throughcare.risk.ovp")
ALCOHOL = ("alcohol_use", "binge_drinking")
ASKED = (
    *("sex", "date_of_birth", "follow_up_start", "sanctions_total", "sanctions_violent"),
    *("recognises_impact", "no_fixed_abode", "unemployed"),
    *ALCOHOL,
    *("psychiatric_treatment_now", "temper_control", "attitudes_to_offending"),
)
PUBLISHER = Citation(
    title="OASys Violence Predictor, version 1 (Howard and Dixon 2012, Criminal Justice and Behavior 39(3)), as "
    "programmed in the ARNS risk actuarial API",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api, history before dd72488 (2026-06-23)",
    date="2012, program of 2026",
    licence="MIT, Crown copyright (Ministry of Justice)",
)


def _over(name: str, words: str, years: int, bands: tuple[Band, ...]) -> Spec:
    return former_predictor(
        name=name,
        title=f"OVP over {words}",
        predicts="a proven violent offence",
        years=years,
        asked=ASKED,
        bands=bands,
        population=(TOO_YOUNG, SANCTIONS.reason),
        citation=PUBLISHER,
    )


ONE_YEAR = _over("ovp_one_year", "one year", 1, ())
TWO_YEAR = _over("ovp_two_year", "two years", 2, bands_of(TABLE))
