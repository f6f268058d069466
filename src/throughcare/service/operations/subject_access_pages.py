"""The page on which an auditor answers somebody who asks what is recorded about them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.audit.actions import record
from throughcare.service.operations.subject_access import write_bundle
from throughcare.service.people.actions import NotVisible, open_person
from throughcare.service.roles import Permission


class RequestForm(forms.Form):
    """Whose record, and who receives it."""

    reference = forms.CharField(
        label="Reference of the person",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    recipient = forms.CharField(
        label="Who receives it",
        max_length=160,
        help_text="The person, or who acts for them, such as a solicitor's firm. Kept in the audit log: no private name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@staff_page(Permission.SUBJECT_ACCESS)
@require_http_methods(["GET", "POST"])
def subject_access(request: Request) -> HttpResponse:
    """Make the bundle and send it, once the log says who received it."""
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ref = form.cleaned_data["reference"].strip()
        try:
            open_person(viewer=request.viewer, ref=ref, page="subject_access", now_us=request.now_us)
        except NotVisible:
            form.add_error("reference", "There is no record with this reference that you may see")
        else:
            return _sent(request, ref, form.cleaned_data["recipient"])
    return render(request, "operations/subject_access.html", {"form": form})


def _sent(request: Request, ref: str, recipient: str) -> HttpResponse:
    with tempfile.TemporaryDirectory(prefix="throughcare-") as folder:
        path = Path(folder) / "record.zip"
        bundle = write_bundle(ref, to=path, now_us=request.now_us)
        record(
            viewer=request.viewer,
            action="record_disclosed",
            subject="subject_access",
            at_us=request.now_us,
            person_ref=ref,
            recipient=recipient,
            detail={"rows": bundle.rows, "positions": bundle.positions, "sha256": bundle.digest},
        )
        answer = HttpResponse(path.read_bytes(), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="record.zip"'
    return answer
