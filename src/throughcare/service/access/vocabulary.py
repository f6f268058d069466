"""The words of break-glass: why a record was opened, and what a senior made of it."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Why somebody needs a record that is not theirs, now."""

    DANGER_TO_LIFE = "danger_to_life"
    SAFEGUARDING = "safeguarding"
    URGENT_ENFORCEMENT = "urgent_enforcement"
    COURT_TODAY = "court_today"
    COVER = "cover"


PURPOSE_WORDS = {
    Purpose.DANGER_TO_LIFE: "Somebody's life or safety is in danger",
    Purpose.SAFEGUARDING: "A child or an adult at risk must be protected",
    Purpose.URGENT_ENFORCEMENT: "An arrest, a recall or a warrant cannot wait",
    Purpose.COURT_TODAY: "A court needs it today",
    Purpose.COVER: "I cover for a colleague who cannot be reached",
}


class ReviewOutcome(StrEnum):
    """What a senior made of a record opened by break-glass."""

    JUSTIFIED = "justified"
    JUSTIFIED_LEARN = "justified_learn"
    NOT_JUSTIFIED = "not_justified"


REVIEW_WORDS = {
    ReviewOutcome.JUSTIFIED: "It was right to open the record",
    ReviewOutcome.JUSTIFIED_LEARN: "It was right, and something should change so that it is not needed again",
    ReviewOutcome.NOT_JUSTIFIED: "It was not right; I follow it up with the member of staff",
}
