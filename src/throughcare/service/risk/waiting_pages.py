"""What waits for a second person: decisions to sign and disputed facts to review, of people whom the viewer may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.people.actions import log_list
from throughcare.service.risk.queries_waiting import waiting
from throughcare.service.roles import Permission


@staff_page(Permission.RISK_COUNTERSIGN)
def waiting_list(request: Request) -> HttpResponse:
    """Show the decisions and disputed facts that the viewer may sign or review, the oldest first."""
    found = waiting(request.viewer, now_us=request.now_us)
    log_list(by=request.viewer, now_us=request.now_us, page="risk waiting", refs=[each.ref for each in found])
    return render(request, "risk/waiting.html", {"found": found, "now_us": request.now_us})
