"""The page of decisions beside scores, for analysts and seniors: numbers over everybody, nobody's name."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.people.vocabulary import EQUALITY_FIELDS
from throughcare.service.risk.drawing import draw_counts
from throughcare.service.risk.oversight import FOLLOW_DAYS, LEAST, oversight
from throughcare.service.roles import Permission


@staff_page(Permission.RISK_MONITOR)
def page(request: Request) -> HttpResponse:
    """Show how decisions stand to scores; by group only to whoever may see equality counts."""
    may_split = request.viewer.may(Permission.EQUALITY_REPORT)
    wanted = request.GET.get("by", "")
    field = wanted if may_split and wanted in EQUALITY_FIELDS else ""
    found = oversight(now_us=request.now_us, field=field)
    drawing = draw_counts(
        [(row.words, row.counts[0]) for row in found.directions],
        ident="risk-directions",
        title="Decisions beside the score",
    )
    context = {
        "found": found,
        "drawing": mark_safe(drawing),  # noqa: S308 - every text in it was escaped by adapters/reports/svg
        "least": LEAST,
        "follow_days": FOLLOW_DAYS,
        "fields": [(name, label, name == field) for name, (label, _) in EQUALITY_FIELDS.items()]
        if may_split
        else [],
    }
    return render(request, "risk/oversight.html", context)
