"""Signed orders: the list, one order in plain words, its versions, what was known when, and small changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from throughcare.adapters.reports.view import PlaceView
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import civil_us, instant_us
from throughcare.orders.diff import diff_orders
from throughcare.orders.history import history_of, in_force, timeline
from throughcare.orders.model import Order, Zone
from throughcare.orders.plain_words import condition_words, order_words
from throughcare.orders.vocabulary import ExcuseReason, VariationType
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import display_names
from throughcare.service.orders import actions
from throughcare.service.orders.areas import area_words, far_words
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drawing import drawn
from throughcare.service.orders.forms import AbsenceForm, AllowanceForm, AsKnownForm, ExcuseForm, VaryForm
from throughcare.service.orders.queries import (
    VersionView,
    drafts_of_person,
    register_entry,
    visible_orders,
)
from throughcare.service.orders.views.opening import PAGE, beside, href, opened_order, page_of
from throughcare.service.people.actions import log_list
from throughcare.service.roles import Permission


@staff_page(Permission.ORDER_VIEW)
def order_list(request: Request) -> HttpResponse:
    """List the running and coming orders, the first to end first; or those that have ended."""
    ended = request.GET.get("show") == "ended"
    page = page_of(request)
    found, total = visible_orders(
        request.viewer, now_us=request.now_us, ended=ended, first=(page - 1) * PAGE, most=PAGE
    )
    log_list(
        by=request.viewer, now_us=request.now_us, page="orders", refs=[each.person_ref for each, _ in found]
    )
    context = {"orders": found, "ended": ended, "total": total, **beside(request, page=page, total=total)}
    return render(request, "orders/list.html", context)


@staff_page(Permission.ORDER_VIEW)
def order(request: Request, order_id: str) -> HttpResponse:
    """Show an order in plain words, with everything recorded about it."""
    person, versions = opened_order(request, order_id, page="order")
    history = history_of(version.order for version in versions)
    now = in_force(history, at_us=request.now_us, known_at_us=request.now_us)
    shown = now or versions[-1].order
    pieces = timeline(history, known_at_us=request.now_us)
    context = {
        "person": person,
        "order": shown,
        "in_force": now is not None,
        "later": [(piece, item) for piece, item in pieces if piece.start_us > request.now_us],
        "conditions": [
            {"condition": item, "words": condition_words(shown, item), "zone": _zone_context(shown, item)}
            for item in shown.conditions
        ],
        "versions": _version_rows(versions),
        "entry": register_entry(order_id),
        "drafts": [read for read in drafts_of_person(person.ref) if read.order_id == order_id],
        "may_draft": request.viewer.may(Permission.ORDER_DRAFT),
    }
    return render(request, "orders/order.html", context)


@staff_page(Permission.ORDER_VIEW)
def version(request: Request, order_id: str, number: int) -> HttpResponse:
    """Show one version: who wrote and signed it, what it said, what it changed."""
    person, versions = opened_order(request, order_id, page="order version")
    found = next((row for row in _version_rows(versions) if row["view"].order.version == number), None)
    if found is None:
        raise Http404
    context = {"person": person, **found, "words": order_words(found["view"].order)}
    return render(request, "orders/version.html", context)


@staff_page(Permission.ORDER_VIEW)
def as_known(request: Request, order_id: str) -> HttpResponse:
    """Show what was in force on one day, as known on another."""
    person, versions = opened_order(request, order_id, page="order as known")
    form = AsKnownForm(request.GET if request.GET else None)
    context: dict[str, Any] = {"person": person, "order_id": order_id, "form": form}
    if request.GET and form.is_valid():
        zone = versions[0].order.time_zone
        on_day, known_day = form.cleaned_data["on_day"], form.cleaned_data["known_day"]
        found = in_force(
            history_of(item.order for item in versions),
            at_us=civil_us(on_day, dt.time(12), zone),
            known_at_us=civil_us(known_day + dt.timedelta(days=1), dt.time(0), zone) - 1,
        )
        context |= {"asked": True, "found": found, "on_day": on_day, "known_day": known_day}
        context["words"] = () if found is None else order_words(found)
    return render(request, "orders/as_known.html", context)


@staff_page(Permission.ORDER_DRAFT)
def vary(request: Request, order_id: str) -> HttpResponse:
    """Begin a variation: which kind, from when, why."""
    person, versions = opened_order(request, order_id, page="order vary")
    zone = versions[-1].order.time_zone
    form = VaryForm(request.POST if request.method == "POST" else None, initial=_wanted(request))
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        draft_id = actions.start_variation(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            types=[VariationType(kind) for kind in form.cleaned_data["types"]],
            effective_us=form.effective_us(zone),
            why=form.cleaned_data["why"],
            last_day=None if last_day is None else last_day.isoformat(),
        )
        suspends = form.cleaned_data["types"] == [VariationType.ORDER_SUSPENSION]
        stop = flow.Stop(section="suspensions") if suspends else flow.CHECK
        return redirect(href(draft_id, stop))
    return render(request, "orders/vary.html", {"person": person, "order_id": order_id, "form": form})


@staff_page(Permission.ORDER_DRAFT)
def absence(request: Request, order_id: str) -> HttpResponse:
    """Authorise an absence beforehand."""

    def add(form: AllowanceForm) -> None:
        from_us, to_us = form.span_us()
        actions.add_authorised_absence(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            condition_ids=form.cleaned_data["condition_ids"],
            from_us=from_us,
            to_us=to_us,
            reason=form.cleaned_data["reason"],
        )

    return _allowance(request, order_id, AbsenceForm, add, "Authorise an absence")


@staff_page(Permission.ORDER_DRAFT)
def excuse(request: Request, order_id: str) -> HttpResponse:
    """Record a reasonable excuse afterwards, with the proof that was seen."""

    def add(form: AllowanceForm) -> None:
        from_us, to_us = form.span_us()
        actions.add_reasonable_excuse(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            condition_ids=form.cleaned_data["condition_ids"],
            from_us=from_us,
            to_us=to_us,
            reason=ExcuseReason(form.cleaned_data["reason"]),
            proof=form.cleaned_data["proof"],
        )

    return _allowance(request, order_id, ExcuseForm, add, "Record a reasonable excuse")


def _allowance(
    request: Request,
    order_id: str,
    kind: type[AllowanceForm],
    add: Callable[[AllowanceForm], None],
    title: str,
) -> HttpResponse:
    person, versions = opened_order(request, order_id, page="order allowance")
    form = kind(request.POST if request.method == "POST" else None, order=_shown(request, versions))
    if request.method == "POST" and form.is_valid():
        try:
            add(form)
        except RefusedInput as refusal:
            form.add_error(None, f"{refusal.action} Expected {refusal.expected}; found {refusal.found}.")
        except actions.OrderChanged:
            form.add_error(
                None, "Somebody else signed a version in the meantime. Look at the order, then try again."
            )
        else:
            messages.success(request, "Recorded as a new version of the order.")
            return redirect("orders:order", order_id)
    context = {"person": person, "order_id": order_id, "form": form, "title": title}
    return render(request, "orders/allowance.html", context)


def _shown(request: Request, versions: list[VersionView]) -> Order:
    history = history_of(item.order for item in versions)
    return in_force(history, at_us=request.now_us, known_at_us=request.now_us) or versions[-1].order


def _wanted(request: Request) -> dict[str, Any]:
    kind = request.GET.get("type", "")
    return {"types": [kind]} if kind in set(VariationType) else {}


def _version_rows(versions: list[VersionView]) -> list[dict[str, Any]]:
    """Return the versions, the newest first, with what each changed in the one before it."""
    names = _names(versions)
    rows = []
    for earlier, later in zip([None, *versions], versions, strict=False):
        changed = () if earlier is None else diff_orders(earlier.order, later.order)
        effective = later.order.effective_from
        rows.append(
            {
                "view": later,
                "changes": changed,
                "is_first": earlier is None,
                "effective_us": None if effective is None else instant_us(effective),
                "author": names[later.authored_by],
                "signer": names[later.signed_by],
            }
        )
    return rows[::-1]


def _names(versions: list[VersionView]) -> dict[str, str]:
    found = {actor for item in versions for actor in (item.authored_by, item.signed_by)}
    allowed = {
        by
        for item in versions
        for by in (
            *(absence.authorised_by for absence in item.order.authorised_absences),
            *(excuse.accepted_by for excuse in item.order.reasonable_excuses),
        )
    }
    return display_names(found | allowed)


def _zone_context(order: Order, condition: object) -> dict[str, Any] | None:
    """Return a zone drawn and said in words, beside the places of the order."""
    if not isinstance(condition, Zone):
        return None
    area = condition.area.model_dump(mode="json")
    homes = [(place.label, place.area.model_dump(mode="json")) for place in order.places]
    said = [area_words(area), *(far_words(area, home, home_label=label) for label, home in homes)]
    views = [
        PlaceView(condition.name, condition.kind.value, area, condition.buffer_m),
        *(PlaceView(label, "home", home) for label, home in homes),
    ]
    drawing = drawn(views, ident=f"z{order.conditions.index(condition)}", said=said)
    return {"said": said, "drawing": drawing}
