"""What the former generation's answers must agree on, and for whom it is meant."""

from __future__ import annotations

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.parts import Contradiction, Limit
from throughcare.risk.ogrs4.rules import (
    CONTRADICTIONS,
    EARLIEST_SANCTION,
    SANCTIONED_AS_CHILD,
    too_many_sanctions,
)

UNDER_10 = Reason(
    "under_10",
    "The table of ages begins at 10, the age of criminal responsibility: nobody younger at the conviction or at the "
    "start of follow-up is scored.",
    {"lowest_age": EARLIEST_SANCTION},
)
REPLACED = Reason(
    "former_generation",
    "This predictor is of the former generation, which the publisher replaced in June and July 2026. It is kept so "
    "that an old score can be checked and set beside the new one.",
)
SANCTIONS = too_many_sanctions(
    200, "that is more than three for each year of an adult life, and more likely an error of the record"
)

CONVICTION = (
    *(each for each in CONTRADICTIONS if each.item == "age_at_first_sanction"),
    Contradiction(
        "conviction_date",
        lambda frame: frame.days["conviction_date"] <= frame.days["date_of_birth"],
        "a day after the date of birth",
        "Check the date of birth and the date of the conviction.",
    ),
)
FOLLOWS_CONVICTION = Contradiction(
    "follow_up_start",
    lambda frame: frame.days["follow_up_start"] < frame.days["conviction_date"],
    "a day not before the current conviction",
    "Check the date of the conviction and the start of follow-up.",
)


POPULATION = (
    Limit(
        UNDER_10,
        lambda frame: (
            (frame.years("date_of_birth", "conviction_date") < EARLIEST_SANCTION)
            | (frame.years("date_of_birth", "follow_up_start") < EARLIEST_SANCTION)
        ),
    ),
    Limit(SANCTIONED_AS_CHILD, lambda frame: frame.number("age_at_first_sanction") < EARLIEST_SANCTION),
    SANCTIONS,
)
FORMER = Limit(REPLACED, lambda frame: np.ones(frame.size, dtype=np.bool_))
