"""Pages of a person's trail: asked for with a purpose, logged before anything is shown, never cut without saying so."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe

from throughcare.adapters.reports.view import PlaceView
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.audit.actions import record
from throughcare.service.casework.forms import MOST_DAYS, TrailForm
from throughcare.service.casework.opening import opened_person, whole_number
from throughcare.service.casework.trail import (
    csv_lines,
    draw_trail,
    map_points,
    page_of,
    places_within,
    read_trail,
)
from throughcare.service.casework.vocabulary import PURPOSE_WORDS
from throughcare.service.monitoring.queries import Trail
from throughcare.service.roles import Permission


@staff_page(Permission.LOCATION_VIEW)
def trail(request: Request, *, ref: str) -> HttpResponse:
    """Show where a person was in a chosen period: drawn, and every position in a table."""
    form = _form(request)
    person = opened_person(request, ref, page="trail", reason=_reason(form))
    context: dict[str, Any] = {"person": person, "form": form, "most_days": MOST_DAYS}
    if form.is_bound and form.is_valid():
        found = _read(request, ref, form, "trail_viewed")
        page = page_of(found, page=whole_number(request.GET.get("page", ""), otherwise=1))
        drawing = draw_trail(found, _places(request, ref, form)) if page.page == 1 else None
        query = request.GET.copy()
        query.pop("page", None)
        context |= {
            "trail": found,
            "page": page,
            "drawing": None if drawing is None else mark_safe(drawing.svg),  # noqa: S308 - our own markup
            "notes": () if drawing is None else drawing.notes,
            "query": query.urlencode(),
            "purpose": PURPOSE_WORDS[form.purpose_code],
        }
    return render(request, "casework/trail.html", context)


@staff_page(Permission.LOCATION_VIEW)
def trail_csv(request: Request, *, ref: str) -> HttpResponse | StreamingHttpResponse:
    """Send every position of a chosen period as CSV."""
    form = _form(request)
    opened_person(request, ref, page="trail file", reason=_reason(form))
    if not (form.is_bound and form.is_valid()):
        return _asked_again(request, ref)
    found = _read(request, ref, form, "trail_exported")
    answer = StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trail-{ref}.csv"'
    return answer


@staff_page(Permission.LOCATION_VIEW)
def trail_map(request: Request, *, ref: str) -> HttpResponse:
    """Show the trail on a map that can be moved; it needs a script, and the drawn map does not."""
    form = _form(request)
    person = opened_person(request, ref, page="trail map", reason=_reason(form))
    if not (form.is_bound and form.is_valid()):
        return _asked_again(request, ref)
    found = _read(request, ref, form, "trail_viewed")
    context = {
        "person": person,
        "trail": found,
        "query": request.GET.urlencode(),
        "data": _map_data(found, _places(request, ref, form)),
    }
    return render(request, "casework/trail_map.html", context)


def _form(request: Request) -> TrailForm:
    asked = "purpose" in request.GET
    return TrailForm(
        request.GET if asked else None, now_us=request.now_us, initial=TrailForm.usual(request.now_us)
    )


def _reason(form: TrailForm) -> str:
    """Return why, for the log; empty while nothing is shown yet."""
    return str(form.purpose_code) if form.is_bound and form.is_valid() else ""


def _asked_again(request: Request, ref: str) -> HttpResponse:
    """Lead back to the form, which says what is missing."""
    query = request.GET.urlencode()
    return redirect(f"{reverse('casework:trail', kwargs={'ref': ref})}{f'?{query}' if query else ''}")


def _read(request: Request, ref: str, form: TrailForm, action: str) -> Trail:
    """Read the trail, after the log says for which time and why."""
    from_us, to_us = form.cleaned_data["from_us"], form.cleaned_data["to_us"]
    record(
        viewer=request.viewer,
        action=action,
        subject="trail",
        at_us=request.now_us,
        person_ref=ref,
        reason=str(form.purpose_code),
        detail={"from_us": from_us, "to_us": to_us},
    )
    return read_trail(ref, from_us=from_us, to_us=to_us)


def _places(request: Request, ref: str, form: TrailForm) -> list[PlaceView]:
    given = form.cleaned_data
    return places_within(ref, from_us=given["from_us"], to_us=given["to_us"], now_us=request.now_us)


def _map_data(found: Trail, places: list[PlaceView]) -> dict[str, Any]:
    return {
        "points": [
            [round(p.lon_deg, 6), round(p.lat_deg, 6), p.radius_m, p.source, p.number]
            for p in map_points(found)
        ],
        "gaps": [n for n, point in enumerate(found.points) if point.gap_before_s is not None],
        "places": [
            {"label": place.label, "kind": place.kind, "area": dict(place.geometry)} for place in places
        ],
    }
