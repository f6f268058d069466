"""One incident on one page: what, why, how sure, what people did; its map and every report behind links."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from throughcare.adapters.reports import tables, words
from throughcare.adapters.reports.pack import flatten
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident
from throughcare.runners.embedded import Traced
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.desk import queries
from throughcare.service.desk.drawing import Drawn, map_of, night_of
from throughcare.service.desk.explaining import how_sure, what_would_change_it, why_not_shown, why_withheld
from throughcare.service.desk.queries import ItemView
from throughcare.service.desk.views.opening import opened
from throughcare.service.desk.vocabulary import (
    MERGE_WORDS,
    OPEN_STATES,
    SUPPRESSION_WORDS,
    WORKED_STATES,
    ItemState,
    MergeRule,
    Suppression,
)
from throughcare.service.monitoring.queries import traced
from throughcare.service.roles import Permission

ZONE = "Europe/London"
ROWS_ON_PAGE = 40
ROWS_A_PAGE = 150


@staff_page(Permission.INCIDENT_VIEW)
def item_page(request: Request, item_id: int) -> HttpResponse:
    """Show everything about one item."""
    person = opened(request, item_id, page="desk_item")
    shown = queries.item(item_id)
    found = traced(shown.gravest.incident.incident_id, request.now_us)
    zone = ZONE if found is None else found.activation.time_zone
    context = {
        "person": person,
        "item": shown,
        "now_us": request.now_us,
        "may": _may(request, shown),
        "told": _told(found.bundle.incident if found else shown.gravest.incident, zone),
        "evidence": None if found is None else _evidence(request, found),
        "withheld": why_withheld(shown.gravest.incident),
        "erased": "" if found or shown.gravest.retracted else why_not_shown(shown.gravest.incident),
        "before": queries.earlier_items(item_id),
        "stages": _stages(shown),
        "left_out": _left_out(shown),
        "merge_words": {str(rule): said for rule, said in MERGE_WORDS.items()},
    }
    return render(request, "desk/item.html", context)


def _may(request: Request, shown: ItemView) -> dict[str, bool]:
    """Return what the viewer may do about the item as it stands."""
    viewer, state = request.viewer, shown.state
    works = viewer.may(Permission.INCIDENT_WORK)
    waiting = shown.waiting
    return {
        "acknowledge": works and state == ItemState.NEW,
        "work": works and state in OPEN_STATES,
        "assess": works and state in WORKED_STATES,
        "note": works,
        "reopen": works and state == ItemState.CLOSED,
        "put": works and state in (ItemState.SUPPRESSED, ItemState.MERGED),
        "propose": viewer.may(Permission.DECISION_PROPOSE) and state == ItemState.ASSESSED,
        "sign": viewer.may(Permission.DECISION_SIGN)
        and waiting is not None
        and waiting.proposed_by != viewer.actor,
        "send_back": waiting is not None
        and (viewer.may(Permission.DECISION_SIGN) or waiting.proposed_by == viewer.actor),
        "pack": viewer.may(Permission.DECISION_PROPOSE),
        "location": viewer.may(Permission.LOCATION_VIEW),
    }


def _told(incident: Incident, zone: str) -> dict[str, Any]:
    return {
        "incident": incident,
        "headline": words.headline(incident, zone),
        "code": words.code_words(incident.code),
        "facts": words.incident_facts(incident, zone),
        "reasons": [reason.words for reason in incident.reasons],
        "sure": how_sure(incident),
        "spells": tables.spell_rows(incident, zone),
        "unknowns": words.unknowns(incident),
        "allowances": words.allowance_words(incident),
        "changes": what_would_change_it(incident),
    }


def _evidence(request: Request, found: Traced) -> dict[str, Any]:
    bundle, zone = found.bundle, found.activation.time_zone
    rejected = Counter(row.why for row in tables.item_rows(bundle.items, zone) if row.used == "no")
    conditions = dict(found.activation.condition_words)
    shown = request.viewer.may(Permission.LOCATION_VIEW)
    return {
        "night": safe(night_of(found)),
        "used": sum(item.used for item in bundle.items),
        "total": len(bundle.items),
        "rejected": rejected.most_common(),
        "rows": tables.item_rows(bundle.items, zone)[:ROWS_ON_PAGE] if shown else [],
        "headings": tables.HEADINGS,
        "condition": conditions.get(bundle.incident.condition_id or "", ""),
        "zones": [
            place.label
            for place in found.activation.places
            if place.condition_id == bundle.incident.condition_id
        ],
        "parameters": flatten(bundle.parameters),
        "code": bundle.code_version,
        "hash": bundle.as_dict()["content_hash"],
    }


def _stages(shown: ItemView) -> list[tuple[str, int, float]]:
    """Return each stage from the violation to the court pack: what, when, and how long after the violation."""
    first_us = shown.violation_us
    signed = shown.signed
    pack = min(shown.packs, key=lambda one: one.made_us, default=None)
    stages = [
        ("Violation began", first_us),
        ("Enough evidence", shown.gravest.incident.detected_us),
        ("On the desk", shown.opened_us),
        ("Acknowledged", shown.acknowledged_us),
        ("First contact attempt", shown.contacted_us),
        ("Decision signed", None if signed is None else signed.signed_us),
        ("Court pack", None if pack is None else pack.made_us),
    ]
    return [(name, t_us, (t_us - first_us) / SECOND_US) for name, t_us in stages if t_us is not None]


def _left_out(shown: ItemView) -> str:
    if shown.suppressed:
        return SUPPRESSION_WORDS[Suppression(shown.suppressed)]
    return MERGE_WORDS[MergeRule(shown.merge_rule)] if shown.merge_rule else ""


def safe(drawn: Drawn) -> dict[str, Any]:
    """Return a drawing for a template."""
    return {
        "svg": mark_safe(drawn.svg),  # noqa: S308 - made by svg.py, which escapes every text
        "words": drawn.description,
        "notes": drawn.notes,
    }


@staff_page(Permission.LOCATION_VIEW)
def map_page(request: Request, item_id: int) -> HttpResponse:
    """Show the map of an incident, drawn and in words."""
    person = opened(request, item_id, page="desk_map")
    shown = queries.item(item_id)
    found = traced(shown.gravest.incident.incident_id, request.now_us)
    context = {
        "person": person,
        "item": shown,
        "told": _told(shown.gravest.incident, ZONE),
        "map": None if found is None else safe(map_of(found)),
    }
    return render(request, "desk/map.html", context)


@staff_page(Permission.LOCATION_VIEW)
def reports_page(request: Request, item_id: int) -> HttpResponse:
    """Show every position and report near an incident, used or not and why."""
    person = opened(request, item_id, page="desk_reports")
    shown = queries.item(item_id)
    found = traced(shown.gravest.incident.incident_id, request.now_us)
    rows = [] if found is None else tables.item_rows(found.bundle.items, found.activation.time_zone)
    asked = request.GET.get("page", "1")
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = min(pages, max(1, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    context = {
        "person": person,
        "item": shown,
        "withheld": why_withheld(shown.gravest.incident),
        "rows": rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        "total": len(rows),
        "headings": tables.HEADINGS,
        "page": page,
        "pages": pages,
        "before": f"?page={page - 1}" if page > 1 else "",
        "after": f"?page={page + 1}" if page < pages else "",
    }
    return render(request, "desk/reports.html", context)
