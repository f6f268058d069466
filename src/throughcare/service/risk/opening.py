"""What every page of an assessment begins with: may the viewer see the person, and the log says that they looked."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from throughcare.service.accounts.middleware import Request
from throughcare.service.casework.opening import Opened, opened_person
from throughcare.service.risk import queries
from throughcare.service.risk.queries import AssessmentView, ConsultationView, DisputeView


@dataclass(frozen=True, slots=True)
class Looked:
    """An assessment and its person, after the log was written."""

    person: Opened
    assessment: AssessmentView


def opened_assessment(request: Request, assessment_id: int, *, page: str) -> Looked:
    """Return an assessment of a person whom the viewer may see; 404 otherwise."""
    found = queries.assessment(assessment_id)
    if found is None:
        raise Http404
    return Looked(opened_person(request, found.person_ref, page=page), found)


def opened_consultation(
    request: Request, consultation_id: int, *, page: str
) -> tuple[Looked, ConsultationView]:
    """Return a look at scores and its assessment; 404 where the viewer may not see the person."""
    seen = queries.consultation(consultation_id)
    if seen is None:
        raise Http404
    return opened_assessment(request, seen.assessment_id, page=page), seen


def opened_dispute(request: Request, dispute_id: int, *, page: str) -> tuple[Looked, DisputeView]:
    """Return a disputed fact and its assessment; 404 where the viewer may not see the person."""
    found = queries.dispute(dispute_id)
    if found is None:
        raise Http404
    return opened_assessment(request, found.assessment_id, page=page), found


def view_to_write(request: Request, looked: Looked) -> AssessmentView | None:
    """Return the assessment of the person on which the viewer's own view is still to be written; None without one.

    An earlier score of the same person would lead a judgement just as well: until it is written, neither is shown.
    """
    others = queries.assessments_of(looked.assessment.person_id)
    mine = (each for each in others if each.is_live and not each.has_view)
    return next((each for each in mine if each.begun_actor == request.viewer.actor), None)
