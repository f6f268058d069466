"""Pages for those who oversee: the workers' chores, and how emergency access was told and reviewed. No person's."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from throughcare.kernel.time import DAY_US, SECOND_US
from throughcare.service.access.queries import TOLD_WITHIN_US, opened_since
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.operations.chores import OUTCOME_WORDS, RunOutcome, is_overdue
from throughcare.service.operations.metrics import quantile
from throughcare.service.operations.queries import chore_runs, chores
from throughcare.service.roles import Permission

_DAYS = 90


@staff_page(Permission.AUDIT_VIEW)
def daily_chores(request: Request) -> HttpResponse:
    """Show what the workers do by themselves: when it was done last, and each run with its counts and its trouble."""
    runs = [
        {
            "run": run,
            "took_s": None if run.ended_us is None else (run.ended_us - run.started_us) / SECOND_US,
            "outcome": OUTCOME_WORDS[RunOutcome(run.outcome)] if run.outcome else "Still running",
            "counts": sorted(run.counts.items()),
        }
        for run in chore_runs()
    ]
    found = [(chore, is_overdue(chore, now_us=request.now_us)) for chore in chores()]
    return render(request, "operations/audit_chores.html", {"chores": found, "runs": runs})


@staff_page(Permission.AUDIT_VIEW)
def emergency(request: Request) -> HttpResponse:
    """Show how fast a senior was told of each record opened in an emergency, and which reviews are overdue."""
    openings = opened_since(request.now_us - _DAYS * DAY_US)
    told_s = sorted(each.told_after_s for each in openings if each.told_after_s is not None)
    context = {
        "openings": [
            (each, each.is_told_late(request.now_us), each.is_overdue(request.now_us)) for each in openings
        ],
        "days": _DAYS,
        "within_s": TOLD_WITHIN_US / SECOND_US,
        "told": len(told_s),
        "median_s": quantile(told_s, 0.5) if told_s else None,
        "slowest_s": told_s[-1] if told_s else None,
        "late": sum(each.is_told_late(request.now_us) for each in openings),
        "overdue": sum(each.is_overdue(request.now_us) for each in openings),
    }
    return render(request, "operations/audit_emergency.html", context)
