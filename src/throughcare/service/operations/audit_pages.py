"""Pages of the audit log: reading it, taking it away, proving it whole, and views to ask about. Reading is logged."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from throughcare.adapters.files.results import guarded
from throughcare.kernel.time import DAY_US, civil_us, iso_utc, local_datetime
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import actor_known_as, display_names
from throughcare.service.audit.actions import record
from throughcare.service.audit.entries import PAGE, Line, Sought, actions_logged, all_lines, lines
from throughcare.service.audit.queries import verify
from throughcare.service.operations.unusual_views import unusual_views
from throughcare.service.pages.times import ZONE, DayField
from throughcare.service.people.queries import hidden_refs
from throughcare.service.roles import Permission

COLUMNS = (
    "seq",
    "at",
    "actor",
    "action",
    "subject",
    "person_ref",
    "shown",
    "reason",
    "recipient",
    "detail",
    "withheld",
)


class SoughtForm(forms.Form):
    """What of the log is asked for."""

    person = forms.CharField(label="Reference of the person", max_length=64, required=False)
    who = forms.CharField(label="User name of the member of staff", max_length=150, required=False)
    action = forms.ChoiceField(label="What was done", required=False)
    first_day = DayField(label="From", name="the first day", required=False)
    last_day = DayField(label="To", name="the last day", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField), "declared above"
        field.choices = [("", "Anything"), *((name, name.replace("_", " ")) for name in actions_logged())]

    def clean_who(self) -> str:
        """Return the actor behind a user name."""
        name = str(self.cleaned_data["who"]).strip()
        actor = actor_known_as(name) if name else ""
        if actor is None:
            raise forms.ValidationError("Nobody has this user name")
        return actor

    def sought(self) -> Sought:
        """Return what is asked for; the last day counts whole."""
        given = self.cleaned_data
        first, last = given["first_day"], given["last_day"]
        return Sought(
            person_ref=given["person"].strip(),
            actor=given["who"],
            action=given["action"],
            from_us=None if first is None else civil_us(first, dt.time(0), ZONE),
            to_us=None if last is None else civil_us(last + dt.timedelta(days=1), dt.time(0), ZONE),
        )


class OneDayForm(forms.Form):
    """Which day is looked at."""

    day = DayField(
        label="Day (optional)", name="the day", required=False, help_text="Yesterday, if you leave it empty."
    )


@staff_page(Permission.AUDIT_VIEW)
def log(request: Request) -> HttpResponse:
    """Show one page of the log, the newest first."""
    form = SoughtForm(request.GET)
    shown: list[Line] = []
    if form.is_valid():
        before = request.GET.get("before", "")
        shown = lines(
            form.sought(),
            hidden_refs=hidden_refs(request.viewer, now_us=request.now_us),
            before_seq=int(before) if before.isdecimal() else None,
        )
        refs = {ref for line in shown for ref in (line.person_ref, *line.shown) if ref}
        _note(request, "audit_log_viewed", form.sought(), refs=refs, entries=len(shown))
    names = display_names({line.actor for line in shown})
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "form": form,
        "lines": [(line, names[line.actor]) for line in shown],
        "query": query.urlencode(),
        "older": shown[-1].seq if len(shown) == PAGE else None,
    }
    return render(request, "operations/audit_log.html", context)


@staff_page(Permission.AUDIT_VIEW)
def export(request: Request) -> HttpResponse | StreamingHttpResponse:
    """Send what is asked for as CSV, row by row."""
    form = SoughtForm(request.GET)
    if not form.is_valid():
        return render(request, "operations/audit_log.html", {"form": form}, status=400)
    _note(request, "audit_log_exported", form.sought())
    found = all_lines(form.sought(), hidden_refs=hidden_refs(request.viewer, now_us=request.now_us))
    answer = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


@staff_page(Permission.AUDIT_VIEW)
@require_http_methods(["GET", "POST"])
def whole(request: Request) -> HttpResponse:
    """Prove on demand that the log is whole."""
    verdict = verify() if request.method == "POST" else None
    if verdict is not None:
        record(
            viewer=request.viewer, action="audit_log_verified", subject="audit_log", at_us=request.now_us,
            detail={"checked": verdict.checked, "broken_at": verdict.broken_at},
        )  # fmt: skip
    return render(request, "operations/audit_whole.html", {"verdict": verdict})


@staff_page(Permission.AUDIT_VIEW)
def unusual(request: Request) -> HttpResponse:
    """List the views of one day that somebody should ask about; the day before, unless another is asked for."""
    form = OneDayForm(request.GET)
    yesterday = local_datetime(request.now_us - DAY_US, ZONE).date()
    day = (form.cleaned_data["day"] if form.is_valid() else None) or yesterday
    from_us = civil_us(day, dt.time(0), ZONE)
    found = unusual_views(from_us=from_us, hidden_refs=hidden_refs(request.viewer, now_us=request.now_us))
    record(
        viewer=request.viewer, action="unusual_views_viewed", subject=f"day:{day}", at_us=request.now_us,
        shown={ref for each in found for ref in each.refs}, detail={"found": len(found)},
    )  # fmt: skip
    return render(request, "operations/audit_unusual.html", {"form": form, "found": found, "day": from_us})


class _Echo:
    """A file that gives back what is written, for a writer of rows."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def _csv(found: Iterator[Line]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for line in found:
        cells = (
            line.seq, iso_utc(line.at_us), line.actor, line.action, line.subject, line.person_ref,
            " ".join(line.shown), line.reason, line.recipient, json.dumps(line.detail, sort_keys=True),
            "yes" if line.withheld else "no",
        )  # fmt: skip
        yield writer.writerow([guarded(cell) for cell in cells])


def _note(request: Request, action: str, sought: Sought, *, refs: Iterable[str] = (), **detail: int) -> None:
    """Write who read what of the log, before it is shown."""
    asked = {"actor": sought.actor, "action": sought.action, "from_us": sought.from_us, "to_us": sought.to_us}
    record(
        viewer=request.viewer, action=action, subject="audit_log", at_us=request.now_us,
        person_ref=sought.person_ref, shown=refs, detail={**{k: v for k, v in asked.items() if v}, **detail},
    )  # fmt: skip
