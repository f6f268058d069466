"""The words of an assessment: levels, reasons, purposes and states. In GLOSSARY.md."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How likely; the four names that both generations of predictors give their bands."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


LEVEL_WORDS = {
    Level.LOW: "Low",
    Level.MEDIUM: "Medium",
    Level.HIGH: "High",
    Level.VERY_HIGH: "Very high",
}


class Question(StrEnum):
    """What is judged: each has an own view, a score to set it beside, and a decision."""

    REOFFENDING = "reoffending"
    HARM = "harm"


QUESTION_WORDS = {
    Question.REOFFENDING: "Any reoffending within two years",
    Question.HARM: "Serious harm to somebody within two years",
}


class AssessmentState(StrEnum):
    """How far an assessment has come."""

    BEGUN = "begun"
    OPEN = "open"
    WAITING = "waiting"
    DECIDED = "decided"
    ENDED = "ended"


STATE_WORDS = {
    AssessmentState.BEGUN: "Waits for the officer's own view",
    AssessmentState.OPEN: "Own view recorded; no decision yet",
    AssessmentState.WAITING: "Waits for a second signature",
    AssessmentState.DECIDED: "Decided",
    AssessmentState.ENDED: "Stopped without a decision",
}
LIVE = (AssessmentState.BEGUN, AssessmentState.OPEN, AssessmentState.WAITING)


class Direction(StrEnum):
    """How a decision stands to the bands that were shown."""

    SAME = "same"
    UP = "up"
    DOWN = "down"
    BOTH = "both"
    NO_SCORE = "no_score"


DIRECTION_WORDS = {
    Direction.SAME: "As scored",
    Direction.UP: "Above the score",
    Direction.DOWN: "Below the score",
    Direction.BOTH: "One above, one below the score",
    Direction.NO_SCORE: "No score to compare with",
}


class OverrideReason(StrEnum):
    """Why a decision departs from the score."""

    NEW_FACT = "new_fact"
    NOT_IN_SCORE = "not_in_score"
    PROTECTION = "protection"
    PROGRESS = "progress"
    HEALTH = "health"
    DATA_WRONG = "data_wrong"
    DISPUTED = "disputed"
    UNSTABLE = "unstable"
    OUTSIDE = "outside"
    OTHER = "other"


REASON_WORDS = {
    OverrideReason.NEW_FACT: "Something has happened that the answers do not hold yet",
    OverrideReason.NOT_IN_SCORE: "A fact that the score does not ask about",
    OverrideReason.PROTECTION: "Something protects: work, family, treatment, a safe home",
    OverrideReason.PROGRESS: "Progress that the score cannot see",
    OverrideReason.HEALTH: "Health, or a learning need",
    OverrideReason.DATA_WRONG: "An answer is known to be wrong and cannot be mended yet",
    OverrideReason.DISPUTED: "The person disputes a fact that decides",
    OverrideReason.UNSTABLE: "The band is not stable",
    OverrideReason.OUTSIDE: "The person is unlike those whom the score was made for",
    OverrideReason.OTHER: "Another reason",
}


class Purpose(StrEnum):
    """Why somebody looks at a score: written to the log before it is shown."""

    ASSESS = "assess"
    SUPERVISION = "supervision"
    SECOND_SIGNATURE = "second_signature"
    EXPLAIN = "explain"
    CHALLENGE = "challenge"
    COURT_OR_BOARD = "court_or_board"


PURPOSE_WORDS = {
    Purpose.ASSESS: "To finish this assessment",
    Purpose.SUPERVISION: "To plan supervision",
    Purpose.SECOND_SIGNATURE: "To give or refuse a second signature",
    Purpose.EXPLAIN: "To explain it to the person",
    Purpose.CHALLENGE: "To look into a challenge or a complaint",
    Purpose.COURT_OR_BOARD: "To answer a court or the Parole Board",
}


class DisputeState(StrEnum):
    """What became of a disputed fact."""

    OPEN = "open"
    UPHELD = "upheld"
    KEPT = "kept"


DISPUTE_WORDS = {
    DisputeState.OPEN: "Waits for a review",
    DisputeState.UPHELD: "The person's value is used",
    DisputeState.KEPT: "The recorded value is used",
}

SOURCE_WORDS = {
    "police_record": "Police record",
    "court_record": "Court record",
    "officer": "Seen or checked by an officer",
    "person": "Said by the person",
    "system": "Recorded in this service",
    "not_stated": "Not stated",
}
