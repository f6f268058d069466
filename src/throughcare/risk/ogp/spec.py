"""What OGP asks, predicts and is fit for, over one year and over two."""

from __future__ import annotations

from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.contract import Band, Citation, Spec
from throughcare.risk.ogrs3.spec import ASKED as RECORD
from throughcare.risk.ogrs3.spec import LIMITS, bands_of, former_predictor

TABLE = read_coefficients("throughcare.risk.ogp")
DRUGS = ("drug_misuse", "drug_motivation")
THINKING = ("problem_solving", "aware_of_consequences", "understanding_others")
ASKED = (
    *RECORD,
    *("no_fixed_abode", "unemployed", "offending_activities"),
    *DRUGS,
    *THINKING,
    "attitudes_to_offending",
)
PUBLISHER = Citation(
    title="OASys General reoffending Predictor, version 1 (MoJ compendium of OASys research, 2015), as programmed "
    "in the ARNS risk actuarial API",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api, history before 4dd1496 (2026-06-18)",
    date="2015, program of 2026",
    licence="MIT, Crown copyright (Ministry of Justice)",
)


def _over(name: str, words: str, years: int, bands: tuple[Band, ...]) -> Spec:
    return former_predictor(
        name=name,
        title=f"OGP over {words}",
        predicts="a proven offence that is not violent",
        years=years,
        asked=ASKED,
        bands=bands,
        population=LIMITS,
        citation=PUBLISHER,
    )


ONE_YEAR = _over("ogp_one_year", "one year", 1, ())
TWO_YEAR = _over("ogp_two_year", "two years", 2, bands_of(TABLE))
