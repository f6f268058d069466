"""Pages of disputed facts: what the person says is kept beside what is recorded, and somebody else reviews it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.risk import actions, queries
from throughcare.service.risk.forms import DisputeForm, ReviewForm
from throughcare.service.risk.grouping import ASKED
from throughcare.service.risk.opening import opened_assessment, opened_dispute
from throughcare.service.risk.views import TOO_LATE
from throughcare.service.risk.vocabulary import DisputeState
from throughcare.service.roles import Permission


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def dispute(request: Request, *, assessment_id: int, item: str) -> HttpResponse:
    """Keep that the person says a recorded fact is wrong."""
    looked = opened_assessment(request, assessment_id, page="risk disputed fact")
    known = queries.answers(assessment_id).get(item)
    if item not in ASKED or known is None or not known.value:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = DisputeForm(posted, now_us=request.now_us, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            actions.raise_dispute(
                by=request.viewer, now_us=request.now_us, assessment_id=assessment_id, item=item,
                claimed=form.cleaned_data["claimed"], words=form.cleaned_data["words"],
            )  # fmt: skip
        except actions.NotNow:
            messages.warning(request, "It is disputed already, or the two values are the same.")
        else:
            messages.success(request, "Both values are kept. Somebody else reviews it.")
        return redirect("risk:assessment", assessment_id=assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "title": f"They dispute: {ASKED[item].label}",
        "lead": "Both values stay on record. The score is shown with each of them until somebody else has reviewed it.",
        "rows": [("On record", known.words)],
        "button": "Keep what they say",
    }
    return render(request, "risk/form.html", context)


@staff_page(Permission.RISK_VIEW)
@require_http_methods(["GET", "POST"])
def review(request: Request, *, dispute_id: int) -> HttpResponse:
    """Show a disputed fact; whoever may sign, and did not raise it, says which value is used."""
    looked, found = opened_dispute(request, dispute_id, page="risk disputed fact reviewed")
    waits = (
        found.state is DisputeState.OPEN
        and found.raised_actor != request.viewer.actor
        and request.viewer.may(Permission.RISK_COUNTERSIGN)
    )
    form = ReviewForm(request.POST if request.method == "POST" and waits else None, now_us=request.now_us)
    if request.method == "POST" and waits and form.is_valid():
        try:
            actions.review_dispute(
                by=request.viewer, now_us=request.now_us, dispute_id=dispute_id,
                uphold=form.cleaned_data["use"] == "claimed", words=form.cleaned_data["words"],
            )  # fmt: skip
        except actions.NotNow:
            messages.warning(request, TOO_LATE)
        else:
            messages.success(request, "The review is recorded. Both values stay on record.")
        return redirect("risk:assessment", assessment_id=found.assessment_id)
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "dispute": found,
        "label": ASKED[found.item].label,
        "form": form if waits else None,
    }
    return render(request, "risk/review.html", context)
