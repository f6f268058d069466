"""What the images and indirect contact predictor asks, predicts and is fit for."""

from __future__ import annotations

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Band, Generation, Measure, Spec
from throughcare.risk.ogrs4.sexual import COUNTS, NO_HISTORY, TOO_MANY, WOMEN
from throughcare.risk.ogrs4.specs import PUBLISHER, VERSION

TABLE = read_coefficients("throughcare.risk.images_indirect_sexual")
ASKED = ("sex", "ever_sexual_offence", *COUNTS)

SPEC = Spec(
    name="images_indirect_sexual",
    version=VERSION,
    title="Images and indirect contact sexual reoffending predictor",
    generation=Generation.OGRS4,
    predicts="a proven offence of indecent images of children or of indirect sexual contact with them",
    horizon_months=24,
    measure=Measure.PROBABILITY,
    items=items_named(*ASKED),
    required=frozenset(ASKED),
    defaults={},
    bands=(
        Band("low", "low", 0.0),
        Band("medium", "medium", 3.33),  # one sanction for images
        Band("high", "high", 10.31),  # two or more
    ),
    population=(TOO_MANY, WOMEN, NO_HISTORY),
    citation=PUBLISHER,
    additive=False,
    reference=Answers.of(
        sex="male",
        ever_sexual_offence=True,
        sexual_sanctions_adult_contact=1,
        sexual_sanctions_child_contact=0,
        sexual_sanctions_images=0,
        sexual_sanctions_non_contact=0,
    ),
)
