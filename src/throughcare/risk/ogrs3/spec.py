"""What OGRS3 asks, predicts and is fit for, over one year and over two."""

from __future__ import annotations

import datetime as dt

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import Coefficients, read_coefficients
from throughcare.risk.catalogue import ITEMS, items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Value
from throughcare.risk.ogrs3.rules import SANCTIONS, UNDER_10
from throughcare.risk.ogrs4.rules import SANCTIONED_AS_CHILD

TABLE = read_coefficients("throughcare.risk.ogrs3")
PUBLISHER = Citation(
    title="OGRS3: the revised Offender Group Reconviction Scale (Ministry of Justice Research Summary 7/09), as "
    "programmed in the ARNS risk actuarial API",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api, history before 4dd1496 (2026-06-18)",
    date="2009, program of 2026",
    licence="MIT, Crown copyright (Ministry of Justice)",
)
ASKED = (
    *("sex", "date_of_birth", "conviction_date", "follow_up_start", "ogrs3_offence_group"),
    *("age_at_first_sanction", "sanctions_total"),
)
_DAY = dt.date(2020, 1, 1)
_PLAIN: dict[str, Value] = {
    "sex": "male",
    "date_of_birth": dt.date(1990, 1, 1),
    "assessment_date": _DAY,
    "conviction_date": _DAY,
    "follow_up_start": _DAY,
    "ogrs3_offence_group": "other",
    "offence_category": "other",
    "age_at_first_sanction": 30,
    "sanctions_total": 1,
    "sanctions_violent": 0,
    "recognises_impact": True,
    "ever_sexual_offence": False,
    "supervision_status": "community",
}


def bands_of(table: Coefficients, name: str = "band") -> tuple[Band, ...]:
    """Return the publisher's bands from their lower edges in the table."""
    return tuple(Band(band, band.replace("_", " "), low) for band, low in table.keyed(name).items())


def plain_case(asked: tuple[str, ...]) -> Answers:
    """Return a man of 30 at his first sanction without needs: the case that explanations start from."""
    return Answers.of(
        **{name: _PLAIN[name] if name in _PLAIN else ITEMS[name].domain.values[0] for name in asked}
    )


def former_predictor(
    *,
    name: str,
    title: str,
    predicts: str,
    years: int,
    asked: tuple[str, ...],
    bands: tuple[Band, ...],
    population: tuple[Reason, ...],
    citation: Citation,
) -> Spec:
    """Return the specification of an additive predictor of the former generation that needs every answer.

    Parameters
    ----------
    name, title, predicts : str
    years : int
        How far ahead.
    asked : tuple of str
    bands : tuple of Band
    population : tuple of Reason
    citation : Citation
    """
    return Spec(
        name=name,
        version="1.0",
        title=title,
        generation=Generation.OGRS3,
        predicts=predicts,
        horizon_months=12 * years,
        measure=Measure.PROBABILITY,
        items=items_named(*asked),
        required=frozenset(asked),
        defaults={},
        bands=bands,
        population=population,
        citation=citation,
        additive=True,
        reference=plain_case(asked),
        decimals=0,
    )


LIMITS = (UNDER_10, SANCTIONED_AS_CHILD, SANCTIONS.reason)


def _over(name: str, words: str, years: int, bands: tuple[Band, ...]) -> Spec:
    return former_predictor(
        name=name,
        title=f"OGRS3 over {words}",
        predicts="a proven offence of any kind",
        years=years,
        asked=ASKED,
        bands=bands,
        population=LIMITS,
        citation=PUBLISHER,
    )


ONE_YEAR = _over("ogrs3_one_year", "one year", 1, ())
TWO_YEAR = _over("ogrs3_two_year", "two years", 2, bands_of(TABLE))
