"""What the combined serious predictor asks, predicts and is fit for."""

from __future__ import annotations

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Generation, Measure, Spec
from throughcare.risk.direct_contact_sexual.spec import SPEC as DIRECT_CONTACT
from throughcare.risk.images_indirect_sexual.spec import SPEC as IMAGES
from throughcare.risk.ogrs4.specs import PUBLISHER, VERSION, four_bands
from throughcare.risk.serious_violent_reoffending.spec import DYNAMIC as VIOLENT_DYNAMIC
from throughcare.risk.serious_violent_reoffending.spec import STATIC as VIOLENT_STATIC

TABLE = read_coefficients("throughcare.risk.combined_serious")
WOMAN_PERCENT = 100.0 * TABLE.one("woman_with_sexual_offence")


def _combined(name: str, title: str, violent: Spec) -> Spec:
    parts = (violent, DIRECT_CONTACT, IMAGES)
    asked = tuple(dict.fromkeys(item.name for part in parts for item in part.items))
    answers = {key: answer for part in reversed(parts) for key, answer in part.reference.by_name.items()}
    return Spec(
        name=name,
        version=VERSION,
        title=title,
        generation=Generation.OGRS4,
        predicts="a proven seriously violent or sexual offence",
        horizon_months=24,
        measure=Measure.PROBABILITY,
        items=items_named(*asked),
        required=frozenset().union(*(part.required for part in parts)),
        defaults={key: value for part in parts for key, value in part.defaults.items()},
        bands=four_bands(1.0, 3.0, 6.9),
        population=violent.population,
        citation=PUBLISHER,
        additive=False,
        reference=Answers(answers),
    )


STATIC = _combined(
    "combined_serious_static", "Combined serious reoffending predictor, static", VIOLENT_STATIC
)
DYNAMIC = _combined(
    "combined_serious_dynamic", "Combined serious reoffending predictor, dynamic", VIOLENT_DYNAMIC
)
