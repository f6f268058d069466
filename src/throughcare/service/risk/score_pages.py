"""Pages of scores: asked for with a purpose, logged before anything is shown, never before the own view; decisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from throughcare.kernel.time import MINUTE_US
from throughcare.risk.contract import Measure
from throughcare.risk.section import Section
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.risk import actions, queries
from throughcare.service.risk.drawing import draw_scale, draw_terms
from throughcare.service.risk.forms import DecisionForm, PurposeForm, WordsForm
from throughcare.service.risk.opening import Looked, opened_assessment, opened_consultation, view_to_write
from throughcare.service.risk.queries import ConsultationView
from throughcare.service.risk.scoring import Compared, compared_with, from_json, levels_words, scores_of
from throughcare.service.risk.sheets import Part, explained, section_of, shares_shown, sheet_of
from throughcare.service.risk.views import TOO_LATE
from throughcare.service.risk.vocabulary import AssessmentState, Question
from throughcare.service.roles import Permission

LOOK_MINUTES = 30
VIEW_FIRST = "No score is shown before the officer's own view is on record."


@staff_page(Permission.RISK_VIEW)
@require_http_methods(["GET", "POST"])
def score(request: Request, *, assessment_id: int) -> HttpResponse:
    """Ask why somebody needs to see the score; log it; lead on to the sheet."""
    looked = opened_assessment(request, assessment_id, page="risk score asked for")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    form = PurposeForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.consult(
                by=request.viewer,
                now_us=request.now_us,
                assessment_id=assessment_id,
                purpose=form.chosen(),
            )
        except actions.NotNow:
            messages.warning(request, VIEW_FIRST)
            return redirect("risk:assessment", assessment_id=assessment_id)
        return redirect("risk:consultation", consultation_id=made)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": "See the score",
        "lead": "Each look is kept with its purpose, the version of every formula and the answers that it rests on.",
        "button": "Show the score",
    }
    return render(request, "risk/form.html", context)


def view_missing(request: Request, looked: Looked) -> HttpResponse | None:
    """Return the way to the own view where one is still to be recorded; None where scores may be seen."""
    unseen = queries.own_view(looked.assessment.assessment_id) is None
    waits = view_to_write(request, looked)
    if not unseen and waits is None:
        return None
    messages.warning(request, VIEW_FIRST)
    return redirect("risk:assessment", assessment_id=(waits or looked.assessment).assessment_id)


def is_own_and_fresh(request: Request, seen: ConsultationView) -> bool:
    """Return whether a look is the viewer's own and not older than half an hour."""
    return seen.actor == request.viewer.actor and request.now_us - seen.at_us <= LOOK_MINUTES * MINUTE_US


@staff_page(Permission.RISK_VIEW)
def consultation(request: Request, *, consultation_id: int) -> HttpResponse:
    """Show the sheet of one's own fresh look; another's, or an old one, is asked for anew."""
    looked, seen = opened_consultation(request, consultation_id, page="risk score")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    if not is_own_and_fresh(request, seen):
        return redirect("risk:score", assessment_id=seen.assessment_id)
    actions.note_shown(by=request.viewer, now_us=request.now_us, seen=seen)
    sheet = sheet_of(seen)
    state = looked.assessment.state
    decision = next(
        (each for each in queries.decisions(seen.assessment_id) if each.returned_us is None), None
    )
    waits_for_me = (
        state is AssessmentState.WAITING
        and decision is not None
        and decision.proposed_actor != request.viewer.actor
        and request.viewer.may(Permission.RISK_COUNTERSIGN)
    )
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "seen": seen,
        "view": queries.own_view(seen.assessment_id),
        "parts": [_part_context(part) for part in sheet.parts],
        "pairs": sheet.pairs,
        "abstained": sheet.abstained,
        "may_decide": state is AssessmentState.OPEN
        and looked.assessment.begun_actor == request.viewer.actor
        and request.viewer.may(Permission.RISK_ASSESS),
        "may_sign": waits_for_me,
        "decision": decision,
    }
    return render(request, "risk/consultation.html", context)


@staff_page(Permission.RISK_VIEW)
def section(request: Request, *, consultation_id: int, name: str) -> HttpResponse:
    """Show all that can be said of one predictor of one's own fresh look."""
    looked, seen = opened_consultation(request, consultation_id, page="risk score in detail")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    if not is_own_and_fresh(request, seen):
        return redirect("risk:score", assessment_id=seen.assessment_id)
    found = section_of(seen, name)
    if found is None:
        raise Http404
    actions.note_shown(by=request.viewer, now_us=request.now_us, seen=seen)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "seen": seen,
        "each": _section_context(found, title=found.spec.title, ident="risk-one"),
    }
    return render(request, "risk/section.html", context)


def _part_context(part: Part) -> dict[str, Any]:
    found = _section_context(part.section, title=part.words, ident=f"risk-{part.question}")
    needs = () if part.with_needs is None else part.with_needs.words
    return found | {"why": part.compared.why, "needs_lines": needs}


def _section_context(section: Section, *, title: str, ident: str) -> dict[str, Any]:
    score, bounds, explanation = section.score, section.bounds, section.explanation
    found: dict[str, Any] = {
        "section": section,
        "title": title,
        "lines": section.words,
        "scale": "",
        "terms": "",
    }
    if score.shown is not None and section.spec.measure is Measure.PROBABILITY:
        found["scale"] = _safe(
            draw_scale(
                section.spec.bands,
                shown=score.shown,
                low=None if bounds.lowest is None else bounds.lowest.score.shown,
                high=None if bounds.highest is None else bounds.highest.score.shown,
                ident=f"{ident}-scale",
                title=f"{title} on a line",
            )
        )
    if explanation is None:
        return found
    told = found["told"] = explained(explanation)
    if rows := shares_shown(told):
        words = f"{title}: what raises and lowers the score"
        found["terms"] = _safe(draw_terms(rows, ident=f"{ident}-terms", title=words, unit=told.unit))
    return found


def _safe(drawing: str) -> str:
    return mark_safe(drawing)  # noqa: S308 - every text in it was escaped by adapters/reports/svg


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def decide(request: Request, *, consultation_id: int) -> HttpResponse:
    """Decide on one's own fresh look at the score."""
    looked, seen = opened_consultation(request, consultation_id, page="risk decision")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    if not is_own_and_fresh(request, seen):
        return redirect("risk:score", assessment_id=seen.assessment_id)
    answers = from_json(seen.answers)
    compared = compared_with(answers, scores_of(answers))
    bands = {question: each.levels for question, each in compared.items()}
    form = DecisionForm(
        request.POST if request.method == "POST" else None, now_us=request.now_us, bands=bands
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(
                by=request.viewer, now_us=request.now_us, consultation_id=consultation_id, levels=form.levels(),
                reasons=form.chosen(), words=form.cleaned_data["words"],
            )  # fmt: skip
        except actions.NotNow:
            messages.warning(request, "The answers have changed since you looked, or it is decided already.")
        else:
            messages.success(request, "Your decision is recorded.")
        return redirect("risk:assessment", assessment_id=seen.assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": "Decide",
        "lead": "You decide, not the score. Say why where you depart from it.",
        "rows": _beside(seen, compared),
        "button": "Record the decision",
    }
    return render(request, "risk/form.html", context)


def _beside(seen: ConsultationView, compared: dict[Question, Compared]) -> list[tuple[str, str]]:
    """Return the own view and the score for each question, as the decision page shows them."""
    view = queries.own_view(seen.assessment_id)
    assert view is not None, "no look without an own view"
    own = {Question.REOFFENDING: view.reoffending, Question.HARM: view.harm}
    rows = []
    for question, each in compared.items():
        band = levels_words(each.levels) or "No score"
        rows += [
            (f"Own view: {question.value}", own[question]),
            (f"Score: {question.value}", f"{band}. {each.why}"),
        ]
    return rows


@staff_page(Permission.RISK_COUNTERSIGN)
@require_http_methods(["POST"])
def sign(request: Request, *, consultation_id: int) -> HttpResponse:
    """Sign a decision that waits, as the second person, after a look of one's own."""
    _, seen = opened_consultation(request, consultation_id, page="risk second signature")
    try:
        actions.countersign(
            by=request.viewer,
            now_us=request.now_us,
            assessment_id=seen.assessment_id,
            consultation_id=consultation_id,
        )
    except actions.NotNow:
        messages.warning(request, TOO_LATE)
    else:
        messages.success(request, "The decision is signed.")
    return redirect("risk:assessment", assessment_id=seen.assessment_id)


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def send_back(request: Request, *, assessment_id: int) -> HttpResponse:
    """Send a decision that waits back with words, or take one's own back."""
    looked = opened_assessment(request, assessment_id, page="risk decision sent back")
    waiting = next((each for each in queries.decisions(assessment_id) if each.returned_us is None), None)
    own = waiting is not None and waiting.proposed_actor == request.viewer.actor
    if looked.assessment.state is not AssessmentState.WAITING or not (
        own or request.viewer.may(Permission.RISK_COUNTERSIGN)
    ):
        messages.info(request, TOO_LATE)
        return redirect("risk:assessment", assessment_id=assessment_id)
    form = WordsForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_back(
                by=request.viewer, now_us=request.now_us, assessment_id=assessment_id, **form.cleaned_data
            )
        except actions.NotNow:
            messages.warning(request, TOO_LATE)
        else:
            messages.success(request, "The decision is sent back.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": "Take the decision back" if own else "Send the decision back",
        "lead": "The assessment is open again.",
        "button": "Take it back" if own else "Send it back",
    }
    return render(request, "risk/form.html", context)
