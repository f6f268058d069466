"""The register of installation: who waits, for how long and why; what field officers record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from throughcare.kernel.errors import RefusedInput
from throughcare.orders.model import Order
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import display_names
from throughcare.service.orders import actions
from throughcare.service.orders.chart import BANDS, counts, draw_register
from throughcare.service.orders.forms import (
    AttemptForm,
    FittingForm,
    MomentForm,
    NotMonitoredForm,
    PlainForm,
)
from throughcare.service.orders.queries import (
    RegisterEntry,
    RegisterFilter,
    StepView,
    register,
    register_entry,
    steps_of,
)
from throughcare.service.orders.views.opening import PAGE, beside, opened_order, page_of
from throughcare.service.orders.vocabulary import AttemptOutcome, NotMonitoredReason, StepKind
from throughcare.service.orders.wording import choice_words
from throughcare.service.people.actions import log_list
from throughcare.service.roles import Permission

_FILTER_WORDS = {
    RegisterFilter.OPEN: "All that are open",
    RegisterFilter.OVERDUE: "Over 48 hours",
    RegisterFilter.NOT_MONITORED: "Running but not monitored",
    RegisterFilter.MONITORED: "Monitored",
}


@staff_page(Permission.INSTALLATION_VIEW)
def installations(request: Request) -> HttpResponse:
    """Show where every order stands, drawn and as a table."""
    wanted = request.GET.get("show", "")
    shown = RegisterFilter(wanted) if wanted in set(RegisterFilter) else RegisterFilter.OPEN
    entries = register(request.viewer, now_us=request.now_us, shown=shown)
    page = page_of(request)
    part = entries[(page - 1) * PAGE : page * PAGE]
    log_list(
        by=request.viewer,
        now_us=request.now_us,
        page="installations",
        refs=[entry.person_ref for entry in part],
    )
    found = counts(entries, now_us=request.now_us)
    context = {
        "entries": [_row(entry, request.now_us) for entry in part],
        "total": len(entries),
        **beside(request, page=page, total=len(entries)),
        "shown": shown,
        "filters": [(name, words, name == shown) for name, words in _FILTER_WORDS.items()],
        "drawing": mark_safe(draw_register(entries, now_us=request.now_us)),  # noqa: S308 - our own markup
        "bands": [words for words, _, _ in BANDS],
        "counts": [(stage, row, sum(row)) for stage, row in found.items()],
        "overdue": sum(entry.is_overdue(request.now_us) for entry in entries),
        "now_us": request.now_us,
    }
    return render(request, "orders/register/index.html", context)


@staff_page(Permission.INSTALLATION_VIEW)
def installation(request: Request, order_id: str) -> HttpResponse:
    """Show one order's way to its first monitored minute, and what a visit needs to know."""
    person, versions = opened_order(request, order_id, page="installation")
    entry = register_entry(order_id)
    if entry is None:
        raise Http404
    order = versions[-1].order
    steps = steps_of(order_id)
    names = display_names({step.by for step in steps})
    context = {
        "person": person,
        "order_id": order_id,
        "row": _row(entry, request.now_us),
        "places": order.places,
        "kinds": [choice_words(kind) for kind in sorted(order.ticked)],
        "worn": [item for item in order.activations if item.to_time is None],
        "steps": [(step, _outcome_words(step), names[step.by]) for step in steps],
        "may_work": request.viewer.may(Permission.INSTALLATION_WORK),
        "may_see_order": request.viewer.may(Permission.ORDER_VIEW),
        "now_us": request.now_us,
    }
    return render(request, "orders/register/installation.html", context)


@staff_page(Permission.INSTALLATION_WORK)
def visit(request: Request, order_id: str) -> HttpResponse:
    """Book a visit."""

    def book(form: Any, zone: str) -> None:  # noqa: ANN401 - the form of this page
        actions.book_visit(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            at_us=form.at_us(zone),
            note=form.cleaned_data["note"],
        )

    return _step(request, order_id, lambda data, _order: MomentForm(data), book, "Book a visit")


@staff_page(Permission.INSTALLATION_WORK)
def attempt(request: Request, order_id: str) -> HttpResponse:
    """Record a visit at which nothing was fitted, and why."""

    def note(form: Any, zone: str) -> None:  # noqa: ANN401 - the form of this page
        actions.record_attempt(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            at_us=form.at_us(zone),
            outcome=AttemptOutcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
        )

    return _step(
        request, order_id, lambda data, _order: AttemptForm(data), note, "Record a visit without a fitting"
    )


@staff_page(Permission.INSTALLATION_WORK)
def fitting(request: Request, order_id: str) -> HttpResponse:
    """Record that a device was fitted."""

    def fit(form: Any, zone: str) -> None:  # noqa: ANN401 - the form of this page
        values = form.cleaned_data
        actions.record_fitting(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            at_us=form.at_us(zone),
            device_id=values["device_id"],
            home_unit_id=values["home_unit_id"],
            home_unit_place_id=values["home_unit_place_id"],
            replaces=values.get("replaces", ""),
            note=values["note"],
        )

    return _step(
        request, order_id, lambda data, order: FittingForm(data, order=order), fit, "Record a fitting"
    )


@staff_page(Permission.INSTALLATION_WORK)
def not_monitored(request: Request, order_id: str) -> HttpResponse:
    """Record why the person is not monitored."""

    def note(form: Any, _zone: str) -> None:  # noqa: ANN401 - the form of this page
        actions.set_not_monitored(
            by=request.viewer,
            now_us=request.now_us,
            order_id=order_id,
            reason=NotMonitoredReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
        )

    return _step(
        request,
        order_id,
        lambda data, _order: NotMonitoredForm(data),
        note,
        "Record why there is no monitoring",
    )


def _step(
    request: Request,
    order_id: str,
    made: Callable[[Any, Order], PlainForm],
    act: Callable[[Any, str], None],
    title: str,
) -> HttpResponse:
    person, versions = opened_order(request, order_id, page="installation step")
    order = versions[-1].order
    form = made(request.POST if request.method == "POST" else None, order)
    if request.method == "POST" and form.is_valid():
        try:
            act(form, order.time_zone)
        except RefusedInput as refusal:
            form.add_error(None, f"{refusal.action} Expected {refusal.expected}; found {refusal.found}.")
        except actions.OrderChanged:
            form.add_error(None, "Somebody else signed a version in the meantime. Try again.")
        except actions.AlreadyDone:
            messages.warning(request, "Nothing was recorded: this person is monitored already.")
            return redirect("orders:installation", order_id)
        else:
            messages.success(request, "Recorded.")
            return redirect("orders:installation", order_id)
    context = {"person": person, "order_id": order_id, "form": form, "title": title}
    return render(request, "orders/register/step.html", context)


def _outcome_words(step: StepView) -> str:
    """Return how a step ended; of a fitting it is the device's number, which is no word."""
    if not step.outcome or step.kind is StepKind.FITTED:
        return step.outcome
    return choice_words(step.outcome)


def _row(entry: RegisterEntry, now_us: int) -> dict[str, Any]:
    return {
        "entry": entry,
        "stage": choice_words(entry.stage),
        "reason": "" if entry.reason is None else choice_words(entry.reason),
        "age_s": entry.age_us(now_us) / 1e6,
        "overdue": entry.is_overdue(now_us),
        "not_started": entry.starts_us > now_us,
    }
