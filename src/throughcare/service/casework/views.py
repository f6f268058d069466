"""The practitioner's pages: the caseload, a person's page, contacts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from throughcare.kernel.time import DAY_US
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import teams
from throughcare.service.casework import actions, queries
from throughcare.service.casework.calendar_drawing import DAYS, LOOKS, draw_calendar, said, weeks_of
from throughcare.service.casework.caseload import SHOW_WORDS, Show, caseload, prompts
from throughcare.service.casework.forms import PlanForm, ResultForm
from throughcare.service.casework.opening import Opened, opened_person, signed_in, whole_number
from throughcare.service.casework.standing import (
    OrderStanding,
    incidents_listed,
    live_now,
    orders_standing,
    told_of,
)
from throughcare.service.casework.vocabulary import DAY_WORDS
from throughcare.service.desk.queries.of_people import attempts_of, packs_of
from throughcare.service.orders.queries.of_people import standing_of
from throughcare.service.people.actions import log_list
from throughcare.service.people.record import record_of
from throughcare.service.roles import Permission

INCIDENT_DAYS = 28


@staff_page(Permission.PERSON_EDIT)
def cases(request: Request) -> HttpResponse:
    """Show the caseload: one's own cases, or those of one of one's teams."""
    viewer, user_id = request.viewer, signed_in(request)
    own = [(pk, name) for pk, name in teams() if pk in viewer.team_ids] if request.GET.get("team") else []
    team_id = next((pk for pk, _ in own if str(pk) == request.GET.get("team")), None)
    wanted = request.GET.get("show", "")
    show = Show(wanted) if wanted in set(Show) else Show.ALL
    found = caseload(
        viewer,
        now_us=request.now_us,
        user_id=user_id,
        officer_id=user_id if team_id is None else None,
        team_id=team_id,
        show=show,
        page=whole_number(request.GET.get("page", ""), otherwise=1),
    )
    log_list(by=viewer, now_us=request.now_us, page="caseload", refs=[case.ref for case in found.cases])
    context = {
        "found": found,
        "filters": [(each, SHOW_WORDS[each], found.counts[each], each is show) for each in Show],
        "show": show,
        "team_id": team_id,
        "team_name": next((name for pk, name in own if pk == team_id), ""),
        "team_ids": sorted(viewer.team_ids),
        "now_us": request.now_us,
    }
    return render(request, "casework/caseload.html", context)


@staff_page(Permission.PERSON_VIEW)
def person(request: Request, *, ref: str) -> HttpResponse:
    """Show how things stand with a person: as much of it as the viewer's roles permit."""
    opened = opened_person(request, ref, page="person")
    viewer, now_us = request.viewer, request.now_us
    looked_us = queries.looked_us(opened.pk, signed_in(request))
    context: dict[str, Any] = {
        "record": record_of(ref, now_us=now_us),
        "looked_us": looked_us,
        "now_us": now_us,
        **{f"may_{name}": viewer.may(permission) for name, permission in _SECTIONS.items()},
    }
    standing: list[OrderStanding] = []
    told = told_of(ref) if context["may_incidents"] else None
    if context["may_orders"]:
        standing = orders_standing(ref, now_us=now_us, told=told, opened=request.GET.get("order", ""))
        context["orders"] = [_order_context(item) for item in standing if item.whole]
        context["other_orders"] = [item for item in standing if not item.whole]
    if context["may_locate"]:
        context["live"] = live_now(
            ref, now_us=now_us, orders={item.summary.order_id: item.order for item in standing}
        )
    if told is not None:
        context |= {
            "incidents": incidents_listed(told, from_us=now_us - INCIDENT_DAYS * DAY_US, to_us=now_us + 1),
            "incident_days": INCIDENT_DAYS,
            "attempts": attempts_of(ref),
            "packs": packs_of(ref),
            "contacts": queries.contacts_of(opened.pk),
        }
    if context["may_risk"]:
        running = standing_of([ref], now_us=now_us)
        context["assess"] = prompts({opened.pk: ref}, running, now_us=now_us).get(ref, ())
    actions.note_look(by=viewer, now_us=now_us, person_id=opened.pk)
    return render(request, "casework/person.html", context)


_SECTIONS = {
    "orders": Permission.ORDER_VIEW,
    "incidents": Permission.INCIDENT_VIEW,
    "locate": Permission.LOCATION_VIEW,
    "edit": Permission.PERSON_EDIT,
    "draft": Permission.ORDER_DRAFT,
    "risk": Permission.RISK_VIEW,
}


@staff_page(Permission.PERSON_EDIT)
@require_http_methods(["GET", "POST"])
def plan(request: Request, *, ref: str) -> HttpResponse:
    """Plan a contact."""
    opened = opened_person(request, ref, page="contact plan")
    form = PlanForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        actions.plan_contact(by=request.viewer, now_us=request.now_us, person_id=opened.pk, **form.planned())
        messages.success(request, "The contact is planned.")
        return redirect("casework:person", ref=ref)
    return _form_page(request, opened, form, title="Plan a contact", button="Plan")


@staff_page(Permission.PERSON_EDIT)
@require_http_methods(["GET", "POST"])
def result(request: Request, *, ref: str, contact_id: int) -> HttpResponse:
    """Say what came of a contact, and plan the next."""
    opened = opened_person(request, ref, page="contact result")
    found = queries.contact(opened.pk, contact_id)
    if found is None:
        raise Http404
    form = ResultForm(request.POST if request.method == "POST" else None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_result(
                by=request.viewer,
                now_us=request.now_us,
                person_id=opened.pk,
                contact_id=contact_id,
                **form.said(),
            )
        except actions.AlreadyRecorded:
            messages.warning(request, "Somebody has said already what came of it. Nothing was changed.")
        else:
            messages.success(request, "What came of the contact is recorded.")
        return redirect("casework:person", ref=ref)
    return _form_page(
        request, opened, form, title="What came of the contact?", button="Record", contact=found
    )


def _form_page(
    request: Request,
    opened: Opened,
    form: PlanForm | ResultForm,
    *,
    title: str,
    button: str,
    contact: queries.ContactView | None = None,
) -> HttpResponse:
    context = {"person": opened, "form": form, "title": title, "button": button, "contact": contact}
    return render(request, "casework/contact.html", context)


def _order_context(item: OrderStanding) -> dict[str, Any]:
    return {
        "standing": item,
        "drawing": _drawn(item) if item.days else "",
        "said": said(item.days),
        "weeks": [
            (
                monday,
                [("", "") if day is None else (DAY_WORDS[day.state], LOOKS[day.state][2]) for day in week],
            )
            for monday, week in weeks_of(item.days)
        ],
        "days": DAYS,
    }


def _drawn(item: OrderStanding) -> SafeString:
    order_id = item.summary.order_id
    drawing = draw_calendar(
        item.days, ident=f"cal-{item.summary.starts_us}", title=f"Calendar of order {order_id}"
    )
    return mark_safe(drawing)  # noqa: S308 - every text in it was escaped by adapters/reports/svg
