"""The list of the desk, what was left out of it, and how much work there is."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from throughcare.adapters.reports.words import KIND_WORDS
from throughcare.kernel.time import DAY_US, HOUR_US, civil_us, local_datetime
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.desk import queries
from throughcare.service.desk.drawing import Drawn, pack_times, workload_curve
from throughcare.service.desk.queries import Chosen
from throughcare.service.desk.vocabulary import MERGE_WORDS, SUPPRESSION_WORDS, ItemState
from throughcare.service.pages.times import day_asked
from throughcare.service.people.actions import log_list
from throughcare.service.roles import Permission

ZONE = "Europe/London"
SHIFTS = (dt.time(6), dt.time(14), dt.time(22))
PACKS_OVER_DAYS = 90
_LEFT_OUT_WORDS = {
    str(rule): said for table in (MERGE_WORDS, SUPPRESSION_WORDS) for rule, said in table.items()
}


@staff_page(Permission.INCIDENT_VIEW)
def desk_list(request: Request) -> HttpResponse:
    """List the items of visible people, the highest rank first."""
    chosen, page = _chosen(request), _page(request)
    found = queries.listed(request.viewer, chosen, now_us=request.now_us, page=page)
    log_list(
        by=request.viewer, now_us=request.now_us, page="desk_list", refs=[r.person_ref for r in found.rows]
    )
    context = {
        "listed": found,
        "chosen": chosen,
        "kinds": [(str(kind), words) for kind, words in KIND_WORDS.items()],
        "states": queries.STATES.items(),
        "owners": queries.OWNERS.items(),
        "teams": queries.team_choices(),
        "now_us": request.now_us,
        **_pages(request, page, found.pages),
    }
    return render(request, "desk/list.html", context)


def _chosen(request: Request) -> Chosen:
    """Return the filters; what is not a filter's value counts as no filter."""
    kind, owner = request.GET.get("kind", ""), request.GET.get("owner", "")
    state, team = request.GET.get("state", "open"), request.GET.get("team", "")
    return Chosen(
        kind=kind if kind in {str(one) for one in KIND_WORDS} else "",
        team_id=int(team) if team.isascii() and team.isdigit() and len(team) < 10 else None,
        owner=owner if owner in queries.OWNERS else "",
        state=state if state in queries.STATES else "open",
    )


def _page(request: Request) -> int:
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _pages(request: Request, page: int, pages: int) -> dict[str, Any]:
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}

    def link(number: int) -> str:
        return "?" + urlencode({**kept, "page": number})

    return {
        "page": page,
        "pages": pages,
        "before": link(page - 1) if page > 1 else "",
        "after": link(page + 1) if page < pages else "",
    }


@staff_page(Permission.INCIDENT_VIEW)
def suppressed(request: Request) -> HttpResponse:
    """List what was suppressed, or merged, each with its reason."""
    merged = request.GET.get("what") == "merged"
    state, page = (ItemState.MERGED if merged else ItemState.SUPPRESSED), _page(request)
    rows, total = queries.left_out(request.viewer, now_us=request.now_us, state=state, page=page)
    log_list(
        by=request.viewer, now_us=request.now_us, page="desk_left_out", refs=[r.person_ref for r in rows]
    )
    context = {
        "rows": [{"row": row, "why": _LEFT_OUT_WORDS.get(row.rule, row.rule)} for row in rows],
        "total": total,
        "merged": merged,
        **_pages(request, page, max(1, -(-total // queries.PAGE))),
    }
    return render(request, "desk/left_out.html", context)


@staff_page(Permission.WORKLOAD_VIEW)
def workload_page(request: Request) -> HttpResponse:
    """Show a day of the desk by the hour, and how long things wait; nobody is named."""
    day = _day(request)
    from_us = civil_us(day, dt.time(6), ZONE)
    to_us = civil_us(day + dt.timedelta(days=1), dt.time(6), ZONE)
    found = queries.workload(from_us=from_us, to_us=to_us, now_us=request.now_us)
    length = (to_us - from_us) // HOUR_US
    starts = [civil_us(day, at, ZONE) for at in SHIFTS]
    points = queries.pack_hours(from_us=request.now_us - PACKS_OVER_DAYS * DAY_US, to_us=request.now_us + 1)
    context = {
        "load": found,
        "day": day,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1),
        "from_us": from_us,
        "curve": _safe(workload_curve(found.hours, length=length, zone=ZONE, shift_starts=starts)),
        "packs": _safe(pack_times(points, zone=ZONE)),
        "pack_points": points,
        "packs_over": PACKS_OVER_DAYS,
    }
    return render(request, "desk/workload.html", context)


def _day(request: Request) -> dt.date:
    """Return the day asked for; today's, from 06:00 to 06:00, where it is no day."""
    local = local_datetime(request.now_us, ZONE)
    today = (local - dt.timedelta(hours=6)).date()
    return min(today, day_asked(request.GET.get("day", "")) or today)


def _safe(drawn: Drawn) -> dict[str, Any]:
    return {"svg": mark_safe(drawn.svg), "words": drawn.description}  # noqa: S308 - made by svg.py, which escapes
