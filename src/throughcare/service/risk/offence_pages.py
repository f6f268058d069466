"""Looking an offence up in the published list, and taking its category as the answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from throughcare.kernel.time import local_datetime
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.risk import actions, offences
from throughcare.service.risk.forms import OffenceForm
from throughcare.service.risk.opening import opened_assessment
from throughcare.service.risk.scoring import Recorded
from throughcare.service.risk.views import TOO_LATE
from throughcare.service.roles import Permission


@staff_page(Permission.RISK_ASSESS)
@require_http_methods(["GET", "POST"])
def offence(request: Request, *, assessment_id: int) -> HttpResponse:
    """Search the list by words or code; choosing an offence answers its category."""
    looked = opened_assessment(request, assessment_id, page="risk offence")
    if request.method == "POST":
        return _take(request, assessment_id, request.POST.get("code", ""))
    form = OffenceForm(request.GET or None, now_us=request.now_us)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    context = {
        "person": looked.person,
        "assessment": looked.assessment,
        "form": form,
        "loaded": offences.loaded(),
        "asked": text,
        "found": offences.search(text),
        "most": offences.MOST,
    }
    return render(request, "risk/offence.html", context)


def _take(request: Request, assessment_id: int, code: str) -> HttpResponse:
    chosen = offences.offence(code)
    if chosen is None or not chosen.category:
        messages.warning(request, "The list has no category for that code. Answer the category directly.")
        return redirect("risk:questions", assessment_id=assessment_id, slug="offence")
    given = Recorded(
        "offence_category",
        chosen.category,
        "court_record",
        local_datetime(request.now_us, "Europe/London").date(),
        shown=(f"Code {chosen.code}: {chosen.words}",),
    )
    try:
        actions.record_answers(
            by=request.viewer, now_us=request.now_us, assessment_id=assessment_id, given=[given]
        )
    except actions.NotNow:
        messages.warning(request, TOO_LATE)
        return redirect("risk:assessment", assessment_id=assessment_id)
    messages.success(request, f"Code {chosen.code} counts as {chosen.category_words}.")
    return redirect("risk:questions", assessment_id=assessment_id, slug="offence")
