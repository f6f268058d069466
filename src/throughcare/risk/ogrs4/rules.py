"""What the answers of this generation must agree on, for whom it is meant, and what is said beside a score."""

from __future__ import annotations

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.arithmetic.frame import Bools, Days, Frame
from throughcare.risk.arithmetic.parts import Contradiction, Limit
from throughcare.risk.catalogue import ITEMS

YOUNGEST, OLDEST = 18, 75
EARLIEST_SANCTION = 10
OLDEST_POSSIBLE = 110

TOO_YOUNG = Reason(
    "under_18",
    "The formula was made from the records of adults, so nobody under 18 at the start of follow-up is scored.",
    {"lowest_age": YOUNGEST},
)
TOO_OLD = Reason(
    "over_75",
    "Few people over 75 are sentenced and the curve of age is only carried on beyond them, so nobody over 75 at "
    "the start of follow-up is scored.",
    {"highest_age": OLDEST},
)
SANCTIONED_AS_CHILD = Reason(
    "sanctioned_under_10",
    "Nobody under 10 can be sanctioned in England and Wales: the age at the first sanction cannot be right.",
    {"lowest_age": EARLIEST_SANCTION},
)
NOT_STARTED = Reason(
    "follow_up_not_started",
    "Follow-up has not started: the score is for the day on which it does, and changes as months pass without "
    "an offence after it.",
)
ONE_SANCTION_EARLIER_AGE = Reason(
    "first_sanction_not_current",
    "There is one sanction, yet the age at the first sanction is not the age at the current conviction: one of "
    "the two may be wrong.",
)


def too_many_sanctions(most: int, why: str) -> Limit:
    """Return the limit on the number of sanctions of one predictor, with its reason."""
    reason = Reason(
        "too_many_sanctions",
        f"Nobody with more than {most} sanctions is scored: {why}.",
        {"highest_sanctions": most},
    )
    return Limit(reason, lambda frame: frame.number("sanctions_total") > most)


def falling_curve(turn: int) -> Limit:
    """Return the caution that each sanction beyond `turn` lowers the score, which is the formula's doing."""
    reason = Reason(
        "falling_curve",
        f"Beyond {turn} sanctions the formula gives a lower score for each further one. That is a property of the "
        "formula and no evidence of a lower risk.",
        {"sanctions": turn},
    )
    return Limit(reason, lambda frame: frame.number("sanctions_total") > turn)


def months_later(days: Days, months: int) -> Days:
    """Return the same day some months later, or the last day of that month where it is shorter."""
    month = days.astype("datetime64[M]")
    day = days - month.astype("datetime64[D]")
    reached = month + months
    last = (reached + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.asarray(np.minimum(reached.astype("datetime64[D]") + day, last), dtype="datetime64[D]")


def lived_on(name: str) -> tuple[Contradiction, ...]:
    """Return the contradictions of a day of the person's past: after birth, and not after the assessment."""
    label = ITEMS[name].label
    return (
        Contradiction(
            name,
            lambda frame: _unborn(frame, name),
            "a day after the date of birth",
            f"Check the date of birth and the {label}.",
        ),
        Contradiction(
            name,
            lambda frame: frame.days[name] > frame.days["assessment_date"],
            "a day not after the assessment",
            f"Check the {label} and the date of assessment.",
        ),
    )


def _unborn(frame: Frame, name: str) -> Bools:
    return np.asarray(frame.days[name] <= frame.days["date_of_birth"], dtype=np.bool_)


FOLLOW_UP = (
    Contradiction(
        "follow_up_start",
        lambda frame: _unborn(frame, "follow_up_start"),
        "a day after the date of birth",
        "Check the date of birth and the start of follow-up.",
    ),
    Contradiction(
        "follow_up_start",
        lambda frame: frame.years("date_of_birth", "follow_up_start") >= OLDEST_POSSIBLE,
        f"a day on which the person is younger than {OLDEST_POSSIBLE}",
        "Check the date of birth and the start of follow-up.",
    ),
)
CONTRADICTIONS = (
    *FOLLOW_UP,
    Contradiction(
        "conviction_date",
        lambda frame: _unborn(frame, "conviction_date"),
        "a day after the date of birth",
        "Check the date of birth and the date of the conviction.",
    ),
    Contradiction(
        "conviction_date",
        lambda frame: frame.days["conviction_date"] > months_later(frame.days["assessment_date"], 3),
        "a day at most 3 months after the assessment",
        "Check the date of the conviction and of the assessment.",
    ),
    Contradiction(
        "age_at_first_sanction",
        lambda frame: (
            (frame.number("age_at_first_sanction") > frame.years("date_of_birth", "conviction_date"))
            & ~_unborn(frame, "conviction_date")
        ),
        "an age not above the age at the current conviction",
        "Check the age at the first sanction, the date of birth and the date of the conviction.",
    ),
)
VIOLENT_WITHIN_TOTAL = Contradiction(
    "sanctions_violent",
    lambda frame: frame.number("sanctions_violent") > frame.number("sanctions_total"),
    "a number not above the number of all sanctions",
    "Count the sanctions again: every sanction for violence is one of all sanctions.",
)

POPULATION = (
    Limit(TOO_YOUNG, lambda frame: frame.years("date_of_birth", "follow_up_start") < YOUNGEST),
    Limit(TOO_OLD, lambda frame: frame.years("date_of_birth", "follow_up_start") > OLDEST),
    Limit(SANCTIONED_AS_CHILD, lambda frame: frame.number("age_at_first_sanction") < EARLIEST_SANCTION),
)
CAUTIONS = (
    Limit(NOT_STARTED, lambda frame: frame.days["assessment_date"] < frame.days["follow_up_start"]),
    Limit(
        ONE_SANCTION_EARLIER_AGE,
        lambda frame: (
            (frame.number("sanctions_total") == 1)
            & (frame.number("age_at_first_sanction") < frame.years("date_of_birth", "conviction_date"))
        ),
    ),
)
