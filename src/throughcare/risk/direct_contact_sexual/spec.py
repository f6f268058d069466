"""What the direct contact sexual predictor asks, predicts and is fit for."""

from __future__ import annotations

import datetime as dt

import numpy as np

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.rounding import half_up, sigmoid
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import items_named
from throughcare.risk.contract import Generation, Measure, Spec
from throughcare.risk.ogrs4.rules import TOO_YOUNG
from throughcare.risk.ogrs4.sexual import NO_HISTORY, TOO_MANY, WOMEN
from throughcare.risk.ogrs4.specs import PUBLISHER, VERSION, four_bands

TABLE = read_coefficients("throughcare.risk.direct_contact_sexual")
START, EACH_POINT = TABLE.one("starting_point"), TABLE.one("each_point")

ASKED = (
    # what is asked                     what it counts, in points of 64
    "sex",  #                           men only
    "ever_sexual_offence",  #           only if yes
    "date_of_birth",
    "assessment_date",
    "follow_up_start",  #               age then: 14 under 21, one fewer every 3 years, none from 60
    "supervision_status",  #            the band may drop, but not in custody
    "sanctions_total",  #               6 from the second on
    "sexual_sanctions_adult_contact",  # 5, 10, 15
    "sexual_sanctions_child_contact",  # 3, 6, 9
    "sexual_sanctions_images",  #       nothing here; they must agree with the rest
    "sexual_sanctions_non_contact",  #  2, 4, 6
    "last_sexual_offence_date",  #      age then: 5 from 16, 10 from 18
    "last_offence_date",  #             the band drops after 5 years without any
    "stranger_victim",  #               4
)


def percent_of(points: float) -> float:
    """Return the score, as published, of a number of points."""
    return float(half_up(100.0 * sigmoid(np.array([START + EACH_POINT * points])), 2)[0])


_LOWS = TABLE.keyed("band_from_points")
BANDS = four_bands(*(percent_of(points) for points in _LOWS.values()))

SPEC = Spec(
    name="direct_contact_sexual",
    version=VERSION,
    title="Direct contact sexual reoffending predictor",
    generation=Generation.OGRS4,
    predicts="a proven sexual offence with contact",
    horizon_months=24,
    measure=Measure.PROBABILITY,
    items=items_named(*ASKED),
    required=frozenset(ASKED) - {"stranger_victim"},
    defaults={"stranger_victim": False},
    bands=BANDS,
    population=(TOO_YOUNG, TOO_MANY, WOMEN, NO_HISTORY),
    citation=PUBLISHER,
    additive=True,
    reference=Answers.of(
        sex="male",
        ever_sexual_offence=True,
        date_of_birth=dt.date(1980, 1, 1),
        assessment_date=dt.date(2020, 1, 1),
        follow_up_start=dt.date(2020, 1, 1),
        supervision_status="community",
        sanctions_total=1,
        sexual_sanctions_adult_contact=1,
        sexual_sanctions_child_contact=0,
        sexual_sanctions_images=0,
        sexual_sanctions_non_contact=0,
        last_sexual_offence_date=dt.date(2019, 1, 1),
        last_offence_date=dt.date(2019, 1, 1),
        stranger_victim=False,
    ),
)
