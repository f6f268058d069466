"""An invented man with a whole set of answers, and an assessment taken as far as a test needs."""

from __future__ import annotations

from tests.service.makers import NOW_US, Staff
from throughcare.service.people.models import Person
from throughcare.service.risk import actions
from throughcare.service.risk.scoring import Recorded
from throughcare.service.risk.vocabulary import Level, OverrideReason, Purpose, Question

STATIC = {
    "sex": "male", "date_of_birth": "1990-01-02", "assessment_date": "2026-03-09", "conviction_date": "2026-01-12",
    "follow_up_start": "2026-01-12", "supervision_status": "community", "offence_category": "burglary_domestic",
    "weapon_in_offence": "no", "age_at_first_sanction": "15", "sanctions_total": "20", "sanctions_violent": "8",
    "domestic_abuse": "no", "ever_sexual_offence": "no", "sexual_sanctions_adult_contact": "0",
    "sexual_sanctions_child_contact": "0", "sexual_sanctions_images": "0", "sexual_sanctions_non_contact": "0",
}  # fmt: skip
PAST = {
    f"past_{name}": "no"
    for name in ("homicide", "grievous_harm", "kidnapping", "firearms", "robbery", "aggravated_burglary", "weapon",
                 "damage_endangering_life", "arson")
}  # fmt: skip
NEEDS = {
    "accommodation": "some", "unemployed": "yes", "relationship_status": "none", "partner_relationship": "some",
    "offending_activities": "some", "drug_motivation": "full", "alcohol_use": "some", "binge_drinking": "some",
    "impulsivity": "some", "temper_control": "some", "attitudes_to_offending": "some",
}  # fmt: skip
WHOLE = STATIC | PAST | NEEDS
LEVELS = {Question.REOFFENDING: Level.MEDIUM, Question.HARM: Level.MEDIUM}
WORDS = {Question.REOFFENDING: "He lost his flat.", Question.HARM: "Nobody was hurt so far."}


def begun(person: Person, by: Staff) -> int:
    """Begin an assessment."""
    return actions.begin(by=by.viewer, now_us=NOW_US, person_id=person.pk)


def viewed(person: Person, by: Staff) -> int:
    """Begin one and record the own view."""
    made = begun(person, by)
    actions.record_view(by=by.viewer, now_us=NOW_US, assessment_id=made, levels=LEVELS, words=WORDS)
    return made


def answered(person: Person, by: Staff, values: dict[str, str] = WHOLE) -> int:
    """Begin one, record the own view and the answers."""
    made = viewed(person, by)
    answer(made, by, values)
    return made


def answer(assessment_id: int, by: Staff, values: dict[str, str]) -> int:
    """Record some answers; return how many were new."""
    given = [Recorded(item, value, "officer", None) for item, value in values.items()]
    return actions.record_answers(by=by.viewer, now_us=NOW_US, assessment_id=assessment_id, given=given)


def looked(assessment_id: int, by: Staff, *, now_us: int = NOW_US) -> int:
    """Look at the score."""
    return actions.consult(by=by.viewer, now_us=now_us, assessment_id=assessment_id, purpose=Purpose.ASSESS)


def decided(
    assessment_id: int,
    by: Staff,
    *,
    reoffending: Level,
    harm: Level,
    reasons: tuple[OverrideReason, ...] = (),
) -> int:
    """Look at the score and decide."""
    return actions.decide(
        by=by.viewer,
        now_us=NOW_US,
        consultation_id=looked(assessment_id, by),
        levels={Question.REOFFENDING: reoffending, Question.HARM: harm},
        reasons=reasons,
        words="For reasons.",
    )
