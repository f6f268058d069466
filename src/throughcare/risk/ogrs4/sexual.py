"""What the two sexual predictors share: whom they are for, and which answers about the record contradict."""

from __future__ import annotations

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit

COUNTS = (
    "sexual_sanctions_adult_contact",
    "sexual_sanctions_child_contact",
    "sexual_sanctions_images",
    "sexual_sanctions_non_contact",
)

WOMEN = Reason(
    "made_from_men",
    "The predictor was made from the records of men. It does not apply to women, and says nothing about them.",
)
NO_HISTORY = Reason(
    "no_sexual_offence",
    "The predictor is for people who have been sanctioned for a sexual offence; there is none on record.",
)
NOT_APPLICABLE = (
    Limit(WOMEN, lambda frame: frame.chosen("sex", "female")),
    Limit(NO_HISTORY, lambda frame: frame.no("ever_sexual_offence")),
)

MOST_SANCTIONS = 200
TOO_MANY = Reason(
    "too_many_sanctions",
    f"Nobody with more than {MOST_SANCTIONS} sanctions is scored: so many are far more often a slip than a record.",
    {"highest_sanctions": MOST_SANCTIONS},
)


def too_many(*names: str) -> Limit:
    """Return the limit on the counts of sanctions, any one of which is enough."""
    return Limit(
        TOO_MANY, lambda frame: np.any([frame.number(name) > MOST_SANCTIONS for name in names], axis=0)
    )


def total_of_counts(frame: Frame) -> Floats:
    """Return the sum of the four counts, those that are unanswered left out."""
    return np.asarray(np.nansum([frame.number(name) for name in COUNTS], axis=0), dtype=np.float64)


def _none_counted(frame: Frame) -> Bools:
    return np.asarray(np.all([frame.number(name) == 0 for name in COUNTS], axis=0), dtype=np.bool_)


CONTRADICTIONS = (
    Contradiction(
        "ever_sexual_offence",
        lambda frame: frame.no("ever_sexual_offence") & (total_of_counts(frame) > 0),
        "yes, as sanctions for sexual offences are counted",
        "Answer yes, or correct the counts.",
    ),
    Contradiction(
        "ever_sexual_offence",
        lambda frame: frame.yes("ever_sexual_offence") & _none_counted(frame),
        "no, as every count of sanctions for sexual offences is 0",
        "Count the sanctions for sexual offences, or answer no.",
    ),
)
