"""Pages that work on an item. Each asks one thing, and says so where somebody else was quicker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.kernel.errors import RefusedInput
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import holders, teams, viewer_of
from throughcare.service.desk import actions, queries
from throughcare.service.desk.forms import (
    AbsenceForm,
    AssessForm,
    ContactForm,
    ExcuseForm,
    HandOverForm,
    ItemForm,
    NoteForm,
    ReasonForm,
)
from throughcare.service.desk.queries import ItemView
from throughcare.service.desk.views.opening import Opened, opened
from throughcare.service.orders.actions import NoSuchOrder, OrderChanged
from throughcare.service.people.queries import visible_people
from throughcare.service.roles import Permission

CHANGED = "Somebody else, or the engine, changed this item while you were looking. Nothing of yours was written: see what is new below."


def ask(
    request: Request,
    item_id: int,
    *,
    title: str,
    button: str,
    form: Callable[[ItemView], forms.Form],
    act: Callable[[forms.Form], object],
    hint: str = "",
    done: str = "It is written.",
) -> HttpResponse:
    """Show a form about an item, or do what it says.

    Parameters
    ----------
    form : callable
        Makes the form, bound where something was sent.
    act : callable
        Does it; what the item or the order refuses is shown, and nothing is written.
    """
    person: Opened = opened(request, item_id, page="desk_item")
    shown = queries.item(item_id)
    asked = form(shown)
    if request.method == "POST" and asked.is_valid():
        try:
            act(asked)
        except (actions.ItemChanged, OrderChanged):
            messages.warning(request, CHANGED)
            return redirect("desk:item", item_id=item_id)
        except RefusedInput as refusal:
            asked.add_error(None, f"It needs {refusal.expected}; it is {refusal.found}. {refusal.action}")
        except NoSuchOrder:
            asked.add_error(None, "The order is not on record any more")
        else:
            messages.success(request, done)
            return redirect("desk:item", item_id=item_id)
    context = {"person": person, "item": shown, "form": asked, "title": title, "button": button, "hint": hint}
    return render(request, "desk/ask.html", context)


def given(request: Request, shown: ItemView, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the arguments of a form: what was sent, or the item as it stands."""
    return {"data": request.POST or None, "initial": {"revision": shown.revision, **more}}


def of(request: Request, item_id: int) -> dict[str, Any]:
    """Return who acts, when, and on which item."""
    return {"by": request.viewer, "now_us": request.now_us, "item_id": item_id}


@staff_page(Permission.INCIDENT_WORK)
@require_POST
def acknowledge(request: Request, item_id: int) -> HttpResponse:
    """Take an item."""
    opened(request, item_id, page="desk_item")
    form = ItemForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    try:
        actions.acknowledge(**of(request, item_id), revision=revision)
    except actions.ItemChanged:
        shown = queries.item(item_id)
        messages.warning(request, f"{shown.owner} has this item already." if shown.owner else CHANGED)
    else:
        messages.success(request, "The item is yours. Try to reach the person next.")
    return redirect("desk:item", item_id=item_id)


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def contact(request: Request, item_id: int) -> HttpResponse:
    """Write an attempt to reach the person."""
    return ask(
        request,
        item_id,
        title="Contact attempt",
        button="Record the attempt",
        form=lambda shown: ContactForm(request.POST or None, now_us=request.now_us),
        act=lambda form: actions.record_contact(**of(request, item_id), **form.values()),  # type: ignore[attr-defined]
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def note(request: Request, item_id: int) -> HttpResponse:
    """Write a note."""
    return ask(
        request,
        item_id,
        title="Note",
        button="Keep the note",
        form=lambda shown: NoteForm(request.POST or None),
        act=lambda form: actions.add_note(**of(request, item_id), **form.cleaned_data),
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def assess(request: Request, item_id: int) -> HttpResponse:
    """Say what the incident was."""
    return ask(
        request,
        item_id,
        title="What was it?",
        button="Record the assessment",
        hint="Say non-compliance only after you tried to hear the person's side. It decides nothing: a decision needs two people.",
        form=lambda shown: AssessForm(**given(request, shown)),
        act=lambda form: actions.assess(**of(request, item_id), **form.values()),  # type: ignore[attr-defined]
    )


def _span(shown: ItemView, now_us: int) -> dict[str, int]:
    incident = shown.gravest.incident
    return {"from_us": incident.start_us, "to_us": incident.end_us or now_us}


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def absence(request: Request, item_id: int) -> HttpResponse:
    """Record that the absence was authorised beforehand."""
    return ask(
        request,
        item_id,
        title="Authorised absence",
        button="Record it and close the item",
        hint="It becomes a new version of the order, signed by you. The engine weighs the incident anew, and the time leaves the total.",
        form=lambda shown: AbsenceForm(**given(request, shown, **_span(shown, request.now_us))),
        act=lambda form: actions.accept_absence(**of(request, item_id), **form.cleaned_data),
        done="It is in the order. The engine weighs the incident anew: the total below falls within a minute.",
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def excuse(request: Request, item_id: int) -> HttpResponse:
    """Accept a reasonable excuse with its proof."""
    return ask(
        request,
        item_id,
        title="Reasonable excuse",
        button="Accept it and close the item",
        hint="It becomes a new version of the order, signed by you. The incident stays; its time leaves the total.",
        form=lambda shown: ExcuseForm(**given(request, shown, **_span(shown, request.now_us))),
        act=lambda form: actions.accept_excuse(**of(request, item_id), **form.values()),  # type: ignore[attr-defined]
        done="It is in the order. The engine weighs the incident anew: the total below falls within a minute.",
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def hand_over(request: Request, item_id: int) -> HttpResponse:
    """Give an item to a team or a person."""
    people = holders(Permission.INCIDENT_WORK, now_us=request.now_us)
    ref = queries.person_ref_of(item_id)

    def may_open(user_id: int) -> bool:
        receiver = viewer_of(user_id, now_us=request.now_us)
        return visible_people(receiver, now_us=request.now_us).filter(ref=ref).exists()

    return ask(
        request,
        item_id,
        title="Hand over",
        button="Hand it over",
        form=lambda shown: HandOverForm(
            **given(request, shown), people=people, teams=teams(), may_open=may_open
        ),
        act=lambda form: actions.hand_over(**of(request, item_id), **form.values()),  # type: ignore[attr-defined]
        done="It is handed over.",
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def reopen(request: Request, item_id: int) -> HttpResponse:
    """Take a closed item up again."""
    return ask(
        request,
        item_id,
        title="Reopen",
        button="Reopen the item",
        form=lambda shown: ReasonForm(**given(request, shown)),
        act=lambda form: actions.reopen(**of(request, item_id), **form.cleaned_data),
        done="The item is open again, and yours.",
    )


@staff_page(Permission.INCIDENT_WORK)
@require_http_methods(["GET", "POST"])
def put_on_desk(request: Request, item_id: int) -> HttpResponse:
    """Put on the desk what was suppressed or merged."""
    return ask(
        request,
        item_id,
        title="Put it on the desk by itself",
        button="Put it on the desk",
        form=lambda shown: ReasonForm(**given(request, shown)),
        act=lambda form: actions.put_on_desk(**of(request, item_id), **form.cleaned_data),
        done="It is on the desk.",
    )
