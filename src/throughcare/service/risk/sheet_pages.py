"""The sheet for the person, on a page and as a PDF, in English and in Welsh: logged before it is shown."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import override

from throughcare.adapters.reports import risk_sheet
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.people.record import record_of
from throughcare.service.risk import actions
from throughcare.service.risk.opening import Looked, opened_assessment
from throughcare.service.risk.person_sheets import PersonSheet, sheet_for_person
from throughcare.service.risk.score_pages import view_missing
from throughcare.service.roles import Permission


@staff_page(Permission.RISK_VIEW)
def sheet(request: Request, *, assessment_id: int) -> HttpResponse:
    """Show the sheet for the person, in the language that the address asks for."""
    looked = opened_assessment(request, assessment_id, page="risk sheet for the person")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    made = _sheet(request, looked, form="page")
    context = {"person": looked.person, "assessment": looked.assessment, "sheet": made}
    with override(made.language):  # the page says which language it is in
        return render(request, "risk/sheet.html", context)


@staff_page(Permission.RISK_VIEW)
def sheet_pdf(request: Request, *, assessment_id: int) -> HttpResponse:
    """Send the sheet for the person as a PDF that screen readers can read."""
    looked = opened_assessment(request, assessment_id, page="risk sheet for the person, PDF")
    if (refused := view_missing(request, looked)) is not None:
        return refused
    made = _sheet(request, looked, form="pdf")
    audience = risk_sheet.Audience.PERSON if made.language == "en" else risk_sheet.Audience.PERSON_WELSH
    document = risk_sheet.sheet_pdf(made.whole, audience=audience)
    answer = HttpResponse(document, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="risk-sheet-{assessment_id}.pdf"'
    return answer


def _sheet(request: Request, looked: Looked, *, form: str) -> PersonSheet:
    record = record_of(looked.assessment.person_ref, now_us=request.now_us)
    wanted = request.GET.get("lang") or ("cy" if record.language == "Welsh" else "en")
    team = "" if record.assigned is None else f"{record.assigned.team}, "
    made = sheet_for_person(
        looked.assessment.assessment_id,
        contact=team + settings.CONFIGURATION.organisation_name,
        language=wanted,
    )
    actions.note_sheet(
        by=request.viewer,
        now_us=request.now_us,
        assessment_id=looked.assessment.assessment_id,
        language=made.language,
        form=form,
    )
    return made
