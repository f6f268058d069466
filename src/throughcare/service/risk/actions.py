"""What people do with an assessment: begin, judge, answer, look, decide, sign, dispute, review. Nothing is automatic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from throughcare.kernel.time import local_datetime
from throughcare.service.audit.actions import record
from throughcare.service.people.queries import ref_of
from throughcare.service.risk import queries
from throughcare.service.risk.models import (
    AnswerRow,
    Assessment,
    Consultation,
    Decision,
    Dispute,
    OwnView,
)
from throughcare.service.risk.scoring import (
    Recorded,
    answers_of,
    as_json,
    compared_with,
    direction_of,
    from_json,
    inputs_hash,
    scores_of,
    second_signature,
    summary,
    versions,
)
from throughcare.service.risk.vocabulary import (
    AssessmentState,
    Direction,
    DisputeState,
    Level,
    OverrideReason,
    Purpose,
    Question,
)
from throughcare.service.roles import ROLE_WORDS
from throughcare.service.viewer import Viewer

ZONE = "Europe/London"


class NotNow(Exception):
    """The assessment is not where this can be done: somebody was quicker, or a step before it is missing."""


@transaction.atomic
def begin(*, by: Viewer, now_us: int, person_id: int) -> int:
    """Begin an assessment and return its id.

    Raises
    ------
    NotNow
        If one is under way.
    """
    try:
        with transaction.atomic():
            made = Assessment.objects.create(
                person_id=person_id,
                begun_us=now_us,
                begun_by=by.actor,
                assessed_on=local_datetime(now_us, ZONE).date(),
                state=AssessmentState.BEGUN,
            )
    except IntegrityError:
        raise NotNow from None
    _note(by, now_us, "assessment_begun", made.pk, ref_of(person_id))
    return int(made.pk)


@transaction.atomic
def record_view(
    *,
    by: Viewer,
    now_us: int,
    assessment_id: int,
    levels: Mapping[Question, Level],
    words: Mapping[Question, str],
) -> int:
    """Record the officer's own view, once and for good: from now on scores may be looked at. Return its id.

    Raises
    ------
    NotNow
        If a view is on record already, or if somebody else began: a colleague may have seen an earlier score.
    """
    if not Assessment.objects.filter(pk=assessment_id, begun_by=by.actor).exists():
        raise NotNow
    _move(assessment_id, AssessmentState.BEGUN, AssessmentState.OPEN)
    made = OwnView.objects.create(
        assessment_id=assessment_id,
        at_us=now_us,
        by=by.actor,
        reoffending_level=levels[Question.REOFFENDING],
        reoffending_words=words[Question.REOFFENDING],
        harm_level=levels[Question.HARM],
        harm_words=words[Question.HARM],
    )
    detail = {question: levels[question] for question in Question}
    _note(by, now_us, "own_view_recorded", assessment_id, _ref(assessment_id), view=made.pk, **detail)
    return int(made.pk)


@transaction.atomic
def record_answers(*, by: Viewer, now_us: int, assessment_id: int, given: Iterable[Recorded]) -> int:
    """Add the answers that differ from those on record, and return how many did. Nothing is overwritten.

    Raises
    ------
    NotNow
        If the assessment takes no answers any more.
    """
    _hold(assessment_id, AssessmentState.BEGUN, AssessmentState.OPEN)
    known = queries.answers(assessment_id)
    new = [each for each in given if _differs(each, known.get(each.item))]
    AnswerRow.objects.bulk_create(
        AnswerRow(
            assessment_id=assessment_id,
            item=each.item,
            value=each.value,
            source=each.source,
            recorded_on=each.recorded_on,
            at_us=now_us,
            by=by.actor,
            shown=list(each.shown),
        )
        for each in new
    )
    if new:
        items = sorted(each.item for each in new)
        _note(by, now_us, "answers_recorded", assessment_id, _ref(assessment_id), items=items)
    return len(new)


def _differs(given: Recorded, known: Recorded | None) -> bool:
    if known is None:
        return bool(given.value)
    return (given.value, given.source, given.recorded_on) != (known.value, known.source, known.recorded_on)


@transaction.atomic
def consult(*, by: Viewer, now_us: int, assessment_id: int, purpose: Purpose) -> int:
    """Work the scores out and keep who looks at them, why and on what; return the id of the look.

    Raises
    ------
    NotNow
        If no own view is on record: nobody sees a score before.
    """
    view = OwnView.objects.filter(assessment_id=assessment_id).first()
    if view is None:
        raise NotNow
    recorded = queries.answers(assessment_id).values()
    disputes = queries.disputes(assessment_id)
    answers = answers_of(recorded, instead=in_use(disputes))
    claimed = {each.item: each.claimed for each in disputes if each.state is DisputeState.OPEN}
    hashed = inputs_hash(answers, claimed)
    made = Consultation.objects.create(
        assessment_id=assessment_id,
        view=view,
        at_us=now_us,
        by=by.actor,
        by_role=", ".join(sorted(ROLE_WORDS[role] for role in by.roles)),
        purpose=purpose,
        inputs_hash=hashed,
        answers=as_json(answers),
        claimed=claimed,
        versions=versions(),
        scores=summary(scores_of(answers)),
    )
    _note(
        by, now_us, "score_consulted", assessment_id, _ref(assessment_id), reason=purpose, consultation=made.pk,
        inputs=hashed, view=view.pk, versions=made.versions,
    )  # fmt: skip
    return int(made.pk)


def in_use(disputes: Iterable[queries.DisputeView]) -> dict[str, str]:
    """Return the person's values that a reviewer put in the place of recorded ones."""
    return {each.item: each.claimed for each in disputes if each.state is DisputeState.UPHELD}


def is_current(consultation: queries.ConsultationView) -> bool:
    """Return whether a look rests on the answers and disputes as they are now."""
    disputes = queries.disputes(consultation.assessment_id)
    answers = answers_of(queries.answers(consultation.assessment_id).values(), instead=in_use(disputes))
    claimed = {each.item: each.claimed for each in disputes if each.state is DisputeState.OPEN}
    return inputs_hash(answers, claimed) == consultation.inputs_hash


@transaction.atomic
def decide(
    *,
    by: Viewer,
    now_us: int,
    consultation_id: int,
    levels: Mapping[Question, Level],
    reasons: Iterable[OverrideReason],
    words: str,
) -> int:
    """Decide on a look at the scores; what the rules say needs two people waits for the second. Return its id.

    Raises
    ------
    NotNow
        If the look is somebody else's or rests on answers that have changed since, if the assessment is not open, if
        the own view is somebody else's (a colleague who takes over begins an assessment, and so writes a view before
        the score), or if the decision departs from the score without a reason.
    """
    seen = queries.consultation(consultation_id)
    if seen is None or seen.actor != by.actor or not is_current(seen):
        raise NotNow
    if not Assessment.objects.filter(pk=seen.assessment_id, begun_by=by.actor).exists():
        raise NotNow
    answers = from_json(seen.answers)
    compared = compared_with(answers, scores_of(answers))
    bands = {question: each.levels for question, each in compared.items()}
    direction, why = direction_of(levels, bands), second_signature(levels, bands)
    if direction in {Direction.UP, Direction.DOWN, Direction.BOTH} and not (reasons := list(reasons)):
        raise NotNow
    _move(
        seen.assessment_id, AssessmentState.OPEN, AssessmentState.WAITING if why else AssessmentState.DECIDED
    )
    disputes = queries.disputes(seen.assessment_id)
    made = Decision.objects.create(
        assessment_id=seen.assessment_id,
        consultation_id=consultation_id,
        reoffending_level=levels[Question.REOFFENDING],
        harm_level=levels[Question.HARM],
        reoffending_band=" ".join(bands[Question.REOFFENDING]),
        harm_band=" ".join(bands[Question.HARM]),
        compared_with={str(question): each.instrument.spec.name for question, each in compared.items()},
        direction=direction,
        reasons=[str(each) for each in reasons],
        words=words,
        used={each.item: "claimed" if each.state is DisputeState.UPHELD else "recorded" for each in disputes},
        second_why=why,
        proposed_us=now_us,
        proposed_by=by.actor,
    )
    ref = _ref(seen.assessment_id)
    _note(
        by, now_us, "assessment_decision_proposed" if why else "assessment_decided", seen.assessment_id, ref,
        decision=made.pk, consultation=consultation_id, direction=direction, reasons=made.reasons, used=made.used,
    )  # fmt: skip
    if not why:
        _settle(made, now_us)
    return int(made.pk)


@transaction.atomic
def countersign(*, by: Viewer, now_us: int, assessment_id: int, consultation_id: int) -> None:
    """Sign a decision that waits, as the second person and after a look at the scores.

    Raises
    ------
    NotNow
        If none waits, if the signer proposed it, or if the look is not the signer's own, later one.
    """
    row = _waiting(assessment_id)
    seen = queries.consultation(consultation_id)
    own_look = seen is not None and seen.actor == by.actor and seen.assessment_id == assessment_id
    if row.proposed_by == by.actor or not own_look or seen is None or seen.at_us < row.proposed_us:
        raise NotNow
    _move(assessment_id, AssessmentState.WAITING, AssessmentState.DECIDED)
    Decision.objects.filter(pk=row.pk).update(signed_us=now_us, signed_by=by.actor)
    _note(
        by, now_us, "assessment_decision_signed", assessment_id, _ref(assessment_id), decision=row.pk,
        consultation=consultation_id,
    )  # fmt: skip
    _settle(row, now_us)


@transaction.atomic
def send_back(*, by: Viewer, now_us: int, assessment_id: int, words: str) -> None:
    """Send a decision that waits back with words; its proposer may take it back too.

    Raises
    ------
    NotNow
        If none waits.
    """
    row = _waiting(assessment_id)
    _move(assessment_id, AssessmentState.WAITING, AssessmentState.OPEN)
    Decision.objects.filter(pk=row.pk).update(returned_us=now_us, returned_by=by.actor, returned_words=words)
    _note(by, now_us, "assessment_decision_returned", assessment_id, _ref(assessment_id), decision=row.pk)


@transaction.atomic
def stop(*, by: Viewer, now_us: int, assessment_id: int, words: str) -> None:
    """Stop an assessment without a decision; what was judged and answered stays.

    Raises
    ------
    NotNow
        If it is over already, or waits for a signature.
    """
    going = Assessment.objects.filter(
        pk=assessment_id, state__in=[AssessmentState.BEGUN, AssessmentState.OPEN]
    )
    if not going.update(state=AssessmentState.ENDED, ended_words=words):
        raise NotNow
    _note(by, now_us, "assessment_stopped", assessment_id, _ref(assessment_id))


@transaction.atomic
def raise_dispute(*, by: Viewer, now_us: int, assessment_id: int, item: str, claimed: str, words: str) -> int:
    """Keep that the person says a recorded fact is wrong, and what they say instead; return its id.

    Raises
    ------
    NotNow
        If the item has no answer, if it is disputed already, or if the assessment was stopped.
    """
    known = queries.answers(assessment_id).get(item)
    stopped = Assessment.objects.filter(pk=assessment_id, state=AssessmentState.ENDED).exists()
    if known is None or not known.value or known.value == claimed or stopped:
        raise NotNow
    try:
        with transaction.atomic():
            made = Dispute.objects.create(
                assessment_id=assessment_id,
                item=item,
                recorded=known.value,
                claimed=claimed,
                words=words,
                raised_us=now_us,
                raised_by=by.actor,
                state=DisputeState.OPEN,
            )
    except IntegrityError:
        raise NotNow from None
    _note(by, now_us, "fact_disputed", assessment_id, _ref(assessment_id), item=item, dispute=made.pk)
    return int(made.pk)


@transaction.atomic
def review_dispute(*, by: Viewer, now_us: int, dispute_id: int, uphold: bool, words: str) -> None:
    """Say which value of a disputed fact is used from now on; both stay on record.

    Raises
    ------
    NotNow
        If it was reviewed already, or if the reviewer raised it.
    """
    waiting = Dispute.objects.filter(pk=dispute_id, state=DisputeState.OPEN).exclude(raised_by=by.actor)
    state = DisputeState.UPHELD if uphold else DisputeState.KEPT
    if not waiting.update(state=state, reviewed_us=now_us, reviewed_by=by.actor, review_words=words):
        raise NotNow
    row = Dispute.objects.get(pk=dispute_id)
    ref = _ref(row.assessment_id)
    _note(by, now_us, "dispute_reviewed", row.assessment_id, ref, dispute=dispute_id, used=str(state))


def note_sheet(*, by: Viewer, now_us: int, assessment_id: int, language: str, form: str) -> None:
    """Log that the person's sheet was shown or made, before it is."""
    _note(
        by, now_us, "person_sheet_shown", assessment_id, _ref(assessment_id), reason=Purpose.EXPLAIN,
        language=language, form=form,
    )  # fmt: skip


def note_shown(*, by: Viewer, now_us: int, seen: queries.ConsultationView) -> None:
    """Log that a sheet that was asked for is shown, or shown again."""
    _note(
        by,
        now_us,
        "score_shown",
        seen.assessment_id,
        _ref(seen.assessment_id),
        consultation=seen.consultation_id,
    )


def _settle(row: Decision, now_us: int) -> None:
    Assessment.objects.filter(pk=row.assessment_id).update(
        decided_us=now_us, reoffending_level=row.reoffending_level, harm_level=row.harm_level
    )


def _waiting(assessment_id: int) -> Decision:
    row = Decision.objects.filter(
        assessment_id=assessment_id, assessment__state=AssessmentState.WAITING, returned_us__isnull=True
    ).first()
    if row is None:
        raise NotNow
    return row


def _move(assessment_id: int, seen: AssessmentState, to: AssessmentState) -> None:
    if not Assessment.objects.filter(pk=assessment_id, state=seen).update(state=to):
        raise NotNow


def _hold(assessment_id: int, *states: AssessmentState) -> None:
    """Keep an assessment in one of some states until the transaction ends."""
    rows = Assessment.objects.select_for_update().filter(pk=assessment_id, state__in=states)
    if not rows:
        raise NotNow


def _ref(assessment_id: int) -> str:
    return str(Assessment.objects.values_list("person__ref", flat=True).get(pk=assessment_id))


def _note(
    by: Viewer,
    now_us: int,
    action: str,
    assessment_id: int,
    ref: str,
    *,
    reason: str = "",
    **detail: Any,  # noqa: ANN401
) -> None:
    record(
        viewer=by, action=action, subject=f"assessment:{assessment_id}", at_us=now_us, person_ref=ref, reason=reason,
        detail=detail,
    )  # fmt: skip
