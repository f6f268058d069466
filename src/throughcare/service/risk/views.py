"""Pages of an assessment, in the order of the work: the list, the own view, the questions, the steps of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.casework.opening import opened_person
from throughcare.service.orders.queries.of_people import standing_of
from throughcare.service.risk import actions, queries
from throughcare.service.risk.forms import GroupForm, ViewForm, WordsForm
from throughcare.service.risk.grouping import GROUPS, group_named
from throughcare.service.risk.opening import opened_assessment, view_to_write
from throughcare.service.risk.prompts import prompts_for
from throughcare.service.risk.scoring import answers_of, scores_of
from throughcare.service.risk.suggesting import known_about, suggestions
from throughcare.service.roles import Permission

TOO_LATE = (
    "That cannot be done now: somebody was quicker, or a step before it is missing. Nothing was changed."
)


@staff_page(Permission.RISK_VIEW)
def person(request: Request, *, ref: str) -> HttpResponse:
    """Show the assessments of a person, and begin one."""
    opened = opened_person(request, ref, page="risk assessments")
    found = queries.assessments_of(opened.pk)
    context = {
        "person": opened,
        "assessments": found,
        "under_way": next((each for each in found if each.is_live), None),
        "may_assess": request.viewer.may(Permission.RISK_ASSESS),
        "prompts": prompts_for(
            {opened.pk: ref}, standing_of([ref], now_us=request.now_us), now_us=request.now_us
        ).get(ref, ()),
    }
    return render(request, "risk/person.html", context)


@staff_page(Permission.RISK_ASSESS)
@require_POST
def begin(request: Request, *, ref: str) -> HttpResponse:
    """Begin an assessment: the own view comes first."""
    opened = opened_person(request, ref, page="risk assessment begun")
    try:
        made = actions.begin(by=request.viewer, now_us=request.now_us, person_id=opened.pk)
    except actions.NotNow:
        messages.warning(request, "An assessment is under way already. Nothing was changed.")
        return redirect("risk:person", ref=ref)
    return redirect("risk:view", assessment_id=made)


@staff_page(Permission.RISK_VIEW)
def assessment(request: Request, *, assessment_id: int) -> HttpResponse:
    """Show where an assessment stands: what is done, what is missing, what was decided and who looked."""
    looked = opened_assessment(request, assessment_id, page="risk assessment")
    known = queries.answers(assessment_id)
    decisions = queries.decisions(assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "view": queries.own_view(assessment_id),
        "groups": [_progress(group, known) for group in GROUPS],
        "problems": _problems(known),
        "disputes": queries.disputes(assessment_id),
        "decision": next((each for each in decisions if each.returned_us is None), None),
        "returned": [each for each in decisions if each.returned_us is not None],
        "consultations": queries.consultations(assessment_id),
        "may_assess": request.viewer.may(Permission.RISK_ASSESS),
        "may_sign": request.viewer.may(Permission.RISK_COUNTERSIGN),
        "actor": request.viewer.actor,
        "sees_scores": view_to_write(request, looked) is None,
    }
    return render(request, "risk/assessment.html", context)


def _progress(group: Any, known: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a group, for the template
    items = [
        {"item": item, "row": row if row is not None and row.value else None}
        for item in group.items
        for row in (known.get(item.name),)
    ]
    answered = sum(each["row"] is not None for each in items)
    return {"group": group, "items": items, "answered": answered, "total": len(items)}


def _problems(known: dict[str, Any]) -> list[str]:
    """Return each contradiction among the answers once, in words. It says nothing of a score."""
    scores = scores_of(answers_of(known.values()))
    return sorted({str(problem) for score in scores.values() for problem in score.problems})


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def view(request: Request, *, assessment_id: int) -> HttpResponse:
    """Record the officer's own view, once: no score is shown before, and it is never changed."""
    looked = opened_assessment(request, assessment_id, page="risk own view")
    if looked.assessment.has_view or not looked.assessment.is_live:
        messages.info(request, "The own view is on record. It stays as it was written.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    if looked.assessment.begun_actor != request.viewer.actor:
        messages.info(request, f"The own view is that of whoever began: {looked.assessment.begun_by}.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    form = ViewForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_view(
                by=request.viewer,
                now_us=request.now_us,
                assessment_id=assessment_id,
                levels=form.levels(),
                words=form.said(),
            )
        except actions.NotNow:
            messages.warning(request, TOO_LATE)
        else:
            messages.success(request, "Your own view is recorded. It stays as you wrote it.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": "Your own view",
        "lead": "Before any score is shown, say what you think. It is never changed afterwards.",
        "button": "Record my view",
    }
    return render(request, "risk/form.html", context)


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def questions(request: Request, *, assessment_id: int, slug: str) -> HttpResponse:
    """Ask one page of questions: each with what is known already, and each confirmed by the officer."""
    looked = opened_assessment(request, assessment_id, page="risk questions")
    group = group_named(slug)
    if group is None:
        raise Http404
    if not looked.assessment.is_live:
        messages.info(request, "The assessment is over: its answers stay as they are.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    known = known_about(looked.assessment.person_id, looked.assessment.person_ref, now_us=request.now_us)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        now_us=request.now_us,
        group=group,
        known=queries.answers(assessment_id),
        suggested=suggestions(known),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_answers(
                by=request.viewer, now_us=request.now_us, assessment_id=assessment_id, given=form.given()
            )
        except actions.NotNow:
            messages.warning(request, TOO_LATE)
            return redirect("risk:assessment", assessment_id=assessment_id)
        after = GROUPS.index(group) + 1
        if after < len(GROUPS):
            return redirect("risk:questions", assessment_id=assessment_id, slug=GROUPS[after].slug)
        messages.success(request, "The answers are recorded.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "group": group,
        "number": GROUPS.index(group) + 1,
        "of": len(GROUPS),
    }
    return render(request, "risk/questions.html", context)


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def stop(request: Request, *, assessment_id: int) -> HttpResponse:
    """Stop an assessment without a decision."""
    looked = opened_assessment(request, assessment_id, page="risk assessment stopped")
    form = WordsForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.stop(
                by=request.viewer, now_us=request.now_us, assessment_id=assessment_id, **form.cleaned_data
            )
        except actions.NotNow:
            messages.warning(request, TOO_LATE)
        else:
            messages.success(request, "The assessment is stopped. What was written stays on record.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": "Stop without a decision",
        "lead": "The own view and the answers stay on record.",
        "button": "Stop the assessment",
    }
    return render(request, "risk/form.html", context)
