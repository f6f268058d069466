"""Questions about assessments. Who may ask is settled before (people.actions)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from throughcare.service.accounts.queries import display_names
from throughcare.service.risk.models import (
    AnswerRow,
    Assessment,
    Consultation,
    Decision,
    Dispute,
    OwnView,
)
from throughcare.service.risk.scoring import Recorded, levels_words, words_of
from throughcare.service.risk.vocabulary import (
    DIRECTION_WORDS,
    DISPUTE_WORDS,
    LEVEL_WORDS,
    LIVE,
    PURPOSE_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    AssessmentState,
    Direction,
    DisputeState,
    Level,
    OverrideReason,
    Purpose,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentView:
    """One assessment as lists and pages show it."""

    assessment_id: int
    person_id: int
    person_ref: str
    assessed_on: dt.date
    begun_us: int
    begun_by: str
    begun_actor: str
    state: AssessmentState
    decided_us: int | None
    reoffending: str
    harm: str
    ended_words: str

    @property
    def state_words(self) -> str:
        """The state in words."""
        return STATE_WORDS[self.state]

    @property
    def is_live(self) -> bool:
        """Whether it is under way."""
        return self.state not in {AssessmentState.DECIDED, AssessmentState.ENDED}

    @property
    def has_view(self) -> bool:
        """Whether the officer's own view is on record: before it no score is shown."""
        return self.state is not AssessmentState.BEGUN


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewShown:
    """The officer's own view."""

    view_id: int
    at_us: int
    by: str
    actor: str
    reoffending: str
    reoffending_level: Level
    reoffending_words: str
    harm: str
    harm_level: Level
    harm_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A disputed fact: both values, and what a reviewer said."""

    dispute_id: int
    assessment_id: int
    item: str
    recorded: str
    recorded_words: str
    claimed: str
    claimed_words: str
    words: str
    raised_us: int
    raised_by: str
    raised_actor: str
    state: DisputeState
    state_words: str
    reviewed_us: int | None
    reviewed_by: str
    review_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationView:
    """A look at the scores as it was."""

    consultation_id: int
    assessment_id: int
    view_id: int
    at_us: int
    by: str
    actor: str
    purpose: str
    inputs_hash: str
    answers: dict[str, Any]
    claimed: dict[str, str]
    versions: dict[str, str]
    scores: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision and its signatures."""

    decision_id: int
    consultation_id: int
    reoffending_level: Level
    harm_level: Level
    reoffending: str
    harm: str
    reoffending_band: str
    harm_band: str
    direction: Direction
    direction_words: str
    reasons: tuple[str, ...]
    words: str
    used: dict[str, str]
    second_why: str
    proposed_us: int
    proposed_by: str
    proposed_actor: str
    signed_us: int | None
    signed_by: str
    returned_us: int | None
    returned_by: str
    returned_words: str


def level_words(level: str) -> str:
    """Return a stored level in words; nothing for none."""
    return LEVEL_WORDS[Level(level)] if level else ""


def assessments_of(person_id: int) -> list[AssessmentView]:
    """Return the assessments of a person, the newest first."""
    rows = list(Assessment.objects.filter(person_id=person_id).select_related("person").order_by("-pk"))
    names = display_names({row.begun_by for row in rows})
    return [_assessment(row, names) for row in rows]


def assessment(assessment_id: int) -> AssessmentView | None:
    """Return one assessment; None where there is none."""
    row = Assessment.objects.filter(pk=assessment_id).select_related("person").first()
    return None if row is None else _assessment(row, display_names({row.begun_by}))


def last_decided(person_id: int) -> AssessmentView | None:
    """Return the assessment of a person that was decided last; None where none was."""
    rows = Assessment.objects.filter(person_id=person_id, state=AssessmentState.DECIDED)
    row = rows.select_related("person").order_by("-decided_us", "-pk").first()
    return None if row is None else _assessment(row, {row.begun_by: row.begun_by})


def standing(person_ids: Iterable[int]) -> dict[int, tuple[int | None, bool]]:
    """Return when each of some people was last assessed, and whether an assessment is under way, with one question.

    Whoever was never assessed is left out.
    """
    rows = Assessment.objects.filter(person_id__in=set(person_ids)).values("person_id")
    counted = rows.annotate(
        last_us=Max("decided_us", filter=Q(state=AssessmentState.DECIDED)),
        live=Count("pk", filter=Q(state__in=LIVE)),
    ).order_by()
    return {row["person_id"]: (row["last_us"], row["live"] > 0) for row in counted}


def own_view(assessment_id: int) -> ViewShown | None:
    """Return the officer's own view; None before it is recorded."""
    row = OwnView.objects.filter(assessment_id=assessment_id).first()
    if row is None:
        return None
    return ViewShown(
        view_id=row.pk,
        at_us=row.at_us,
        by=display_names({row.by})[row.by],
        actor=row.by,
        reoffending=level_words(row.reoffending_level),
        reoffending_level=Level(row.reoffending_level),
        reoffending_words=row.reoffending_words,
        harm=level_words(row.harm_level),
        harm_level=Level(row.harm_level),
        harm_words=row.harm_words,
    )


def answers(assessment_id: int) -> dict[str, Recorded]:
    """Return the newest answer to each item that was ever answered, by item."""
    rows = AnswerRow.objects.filter(assessment_id=assessment_id).order_by("pk")
    return {
        row.item: Recorded(
            row.item, row.value, row.source, row.recorded_on, row.at_us, row.by, tuple(row.shown)
        )
        for row in rows
    }


def disputes(assessment_id: int) -> list[DisputeView]:
    """Return the disputed facts of an assessment, the first raised first."""
    rows = list(Dispute.objects.filter(assessment_id=assessment_id).order_by("pk"))
    names = display_names({by for row in rows for by in (row.raised_by, row.reviewed_by) if by})
    return [_dispute(row, names) for row in rows]


def dispute(dispute_id: int) -> DisputeView | None:
    """Return one disputed fact; None where there is none."""
    row = Dispute.objects.filter(pk=dispute_id).first()
    if row is None:
        return None
    return _dispute(row, display_names({by for by in (row.raised_by, row.reviewed_by) if by}))


def consultations(assessment_id: int) -> list[ConsultationView]:
    """Return every look at the scores of an assessment, the newest first."""
    rows = list(Consultation.objects.filter(assessment_id=assessment_id).order_by("-pk"))
    names = display_names({row.by for row in rows})
    return [_consultation(row, names) for row in rows]


def consultation(consultation_id: int) -> ConsultationView | None:
    """Return one look at the scores; None where there is none."""
    row = Consultation.objects.filter(pk=consultation_id).first()
    return None if row is None else _consultation(row, display_names({row.by}))


def decisions(assessment_id: int) -> list[DecisionView]:
    """Return the decisions on an assessment, the newest first: one that holds or waits, others were sent back."""
    rows = list(Decision.objects.filter(assessment_id=assessment_id).order_by("-pk"))
    names = display_names(
        {by for row in rows for by in (row.proposed_by, row.signed_by, row.returned_by) if by}
    )
    return [_decision(row, names) for row in rows]


def _assessment(row: Assessment, names: dict[str, str]) -> AssessmentView:
    return AssessmentView(
        assessment_id=row.pk,
        person_id=row.person_id,
        person_ref=row.person.ref,
        assessed_on=row.assessed_on,
        begun_us=row.begun_us,
        begun_by=names[row.begun_by],
        begun_actor=row.begun_by,
        state=AssessmentState(row.state),
        decided_us=row.decided_us,
        reoffending=level_words(row.reoffending_level),
        harm=level_words(row.harm_level),
        ended_words=row.ended_words,
    )


def _dispute(row: Dispute, names: dict[str, str]) -> DisputeView:
    state = DisputeState(row.state)
    return DisputeView(
        dispute_id=row.pk,
        assessment_id=row.assessment_id,
        item=row.item,
        recorded=row.recorded,
        recorded_words=words_of(row.item, row.recorded),
        claimed=row.claimed,
        claimed_words=words_of(row.item, row.claimed),
        words=row.words,
        raised_us=row.raised_us,
        raised_by=names[row.raised_by],
        raised_actor=row.raised_by,
        state=state,
        state_words=DISPUTE_WORDS[state],
        reviewed_us=row.reviewed_us,
        reviewed_by=names.get(row.reviewed_by, ""),
        review_words=row.review_words,
    )


def _consultation(row: Consultation, names: dict[str, str]) -> ConsultationView:
    return ConsultationView(
        consultation_id=row.pk,
        assessment_id=row.assessment_id,
        view_id=row.view_id,
        at_us=row.at_us,
        by=names[row.by],
        actor=row.by,
        purpose=PURPOSE_WORDS[Purpose(row.purpose)],
        inputs_hash=row.inputs_hash,
        answers=row.answers,
        claimed=row.claimed,
        versions=row.versions,
        scores=row.scores,
    )


def _decision(row: Decision, names: dict[str, str]) -> DecisionView:
    direction = Direction(row.direction)
    return DecisionView(
        decision_id=row.pk,
        consultation_id=row.consultation_id,
        reoffending_level=Level(row.reoffending_level),
        harm_level=Level(row.harm_level),
        reoffending=level_words(row.reoffending_level),
        harm=level_words(row.harm_level),
        reoffending_band=levels_words(tuple(Level(each) for each in row.reoffending_band.split())),
        harm_band=levels_words(tuple(Level(each) for each in row.harm_band.split())),
        direction=direction,
        direction_words=DIRECTION_WORDS[direction],
        reasons=tuple(REASON_WORDS[OverrideReason(code)] for code in row.reasons),
        words=row.words,
        used=row.used,
        second_why=row.second_why,
        proposed_us=row.proposed_us,
        proposed_by=names[row.proposed_by],
        proposed_actor=row.proposed_by,
        signed_us=row.signed_us,
        signed_by=names.get(row.signed_by, ""),
        returned_us=row.returned_us,
        returned_by=names.get(row.returned_by, ""),
        returned_words=row.returned_words,
    )
