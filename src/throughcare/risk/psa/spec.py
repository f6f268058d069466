"""What the three scores of the Public Safety Assessment are."""

from __future__ import annotations

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import pretrial as ask
from throughcare.risk.contract import Band, Citation, Generation, Measure, Spec

TABLE = read_coefficients("throughcare.risk.psa")
ADULTS = Reason(
    "under_18",
    "The assessment was made from the records of adults, so nobody under 18 is scored.",
    {"lowest_age": 18},
)
CITATION = Citation(
    title="Public Safety Assessment: risk factors and formula",
    where="Arnold Ventures and Advancing Pretrial Policy and Research, advancingpretrial.org",
    date="2013, weights as published in 2020",
    licence="published for use free of charge",
)
_REFERENCE = Answers.of(
    age_at_arrest=35,
    arrested_for_violence=False,
    pending_charge_at_arrest=False,
    prior_misdemeanor_conviction=False,
    prior_felony_conviction=False,
    prior_violent_convictions=0,
    recent_failures_to_appear=0,
    older_failure_to_appear=False,
    prior_sentence_of_incarceration=False,
)


def _scale(name: str) -> tuple[Band, ...]:
    lows = TABLE.keyed(name)
    return tuple(
        Band(f"scale_{step}", f"{step} on a scale of 1 to {len(lows)}", low) for step, low in lows.items()
    )


def _spec(name: str, title: str, predicts: str, asked: tuple[str, ...], bands: tuple[Band, ...]) -> Spec:
    items = tuple(item for item in ask.ITEMS if item.name in asked)
    reference = Answers({key: answer for key, answer in _REFERENCE.by_name.items() if key in asked})
    return Spec(
        name=name,
        version="2020",
        title=title,
        generation=Generation.OTHER,
        predicts=predicts,
        horizon_months=None,
        measure=Measure.POINTS,
        items=items,
        required=frozenset(asked),
        defaults={},
        bands=bands,
        population=(ADULTS,),
        citation=CITATION,
        additive=True,
        reference=reference,
        decimals=0,
    )


FAILURE_TO_APPEAR = _spec(
    "psa_fta",
    "Public Safety Assessment: failure to appear",
    "not coming to a court hearing before the case ends",
    (
        "age_at_arrest",
        "pending_charge_at_arrest",
        "prior_misdemeanor_conviction",
        "prior_felony_conviction",
        "recent_failures_to_appear",
        "older_failure_to_appear",
    ),
    _scale("fta_scale"),
)
NEW_CRIMINAL_ARREST = _spec(
    "psa_nca",
    "Public Safety Assessment: new criminal arrest",
    "an arrest for a new offence before the case ends",
    (
        "age_at_arrest",
        "pending_charge_at_arrest",
        "prior_misdemeanor_conviction",
        "prior_felony_conviction",
        "prior_violent_convictions",
        "recent_failures_to_appear",
        "prior_sentence_of_incarceration",
    ),
    _scale("nca_scale"),
)
NEW_VIOLENT_ARREST = _spec(
    "psa_nvca",
    "Public Safety Assessment: new violent criminal arrest",
    "an arrest for a new violent offence before the case ends",
    (
        "age_at_arrest",
        "arrested_for_violence",
        "pending_charge_at_arrest",
        "prior_misdemeanor_conviction",
        "prior_felony_conviction",
        "prior_violent_convictions",
    ),
    (Band("no_flag", "no flag for violence", 0.0), Band("flag", "flag for violence", TABLE.one("nvca_flag"))),
)
