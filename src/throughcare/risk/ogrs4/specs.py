"""The parts of a specification that the predictors of this generation share."""

from __future__ import annotations

import datetime as dt

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.catalogue import ITEMS, items_named
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec
from throughcare.risk.items import Value
from throughcare.risk.ogrs4.rules import SANCTIONED_AS_CHILD, TOO_OLD, TOO_YOUNG

VERSION = "1.0"
HORIZON_MONTHS = 24
PUBLISHER = Citation(
    title="ARNS risk actuarial API, version V1_0",
    where="ministryofjustice/hmpps-arns-risk-actuarial-api on GitHub, commit "
    "016919c5305b083e690a145856909c7b6de8c6a1",
    date="2026-08-04",
    licence="MIT, Crown copyright (Ministry of Justice)",
)

STATIC_ITEMS = (
    "sex",
    "date_of_birth",
    "assessment_date",
    "conviction_date",
    "follow_up_start",
    "offence_category",
    "age_at_first_sanction",
    "sanctions_total",
)
"""Asked by every predictor of this generation."""

_DAY = dt.date(2020, 1, 1)
_REFERENCE: dict[str, Value] = {
    "sex": "male",
    "date_of_birth": dt.date(1990, 1, 1),
    "assessment_date": _DAY,
    "conviction_date": _DAY,
    "follow_up_start": _DAY,
    "offence_category": "other",
    "age_at_first_sanction": 30,
    "sanctions_total": 1,
    "sanctions_violent": 0,
    "relationship_status": "none",
}
"""A man of 30 at his first sanction, for no particular kind of offence, without needs. Not a typical case: a plain one."""


def four_bands(medium: float, high: float, very_high: float) -> tuple[Band, ...]:
    """Return the publisher's four bands, each from its lower edge in percent."""
    return (
        Band("low", "low", 0.0),
        Band("medium", "medium", medium),
        Band("high", "high", high),
        Band("very_high", "very high", very_high),
    )


def predictor(
    *,
    name: str,
    title: str,
    predicts: str,
    asked: tuple[str, ...],
    bands: tuple[Band, ...],
    population: tuple[Reason, ...],
) -> Spec:
    """Return the specification of one form of an additive predictor; drug questions are optional, all else is required.

    Parameters
    ----------
    name, title, predicts : str
    asked : tuple of str
        Items, in the order of a form.
    bands : tuple of Band
    population : tuple of Reason
        Limits of this predictor beside those of age.
    """
    optional = {item: False for item in asked if item.startswith("uses_")}
    return Spec(
        name=name,
        version=VERSION,
        title=title,
        generation=Generation.OGRS4,
        predicts=predicts,
        horizon_months=HORIZON_MONTHS,
        measure=Measure.PROBABILITY,
        items=items_named(*asked),
        required=frozenset(asked) - optional.keys(),
        defaults=optional,
        bands=bands,
        population=(TOO_YOUNG, TOO_OLD, SANCTIONED_AS_CHILD, *population),
        citation=PUBLISHER,
        additive=True,
        reference=reference(asked),
    )


def reference(asked: tuple[str, ...]) -> Answers:
    """Return the plain case that explanations start from: the answer of least concern wherever nothing else is said."""
    return Answers.of(
        **{name: _REFERENCE[name] if name in _REFERENCE else ITEMS[name].domain.values[0] for name in asked}
    )
