"""Drafts: begin one, check the answers, accept findings, see what changes, propose, sign, return, discard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from throughcare.kernel.errors import RefusedInput
from throughcare.orders.diff import diff_orders
from throughcare.orders.model import Order
from throughcare.orders.plain_words import condition_words, order_words
from throughcare.orders.sentences import field_words
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.accounts.queries import display_names
from throughcare.service.orders import actions
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drafting.checking import Checked, Located, check_draft
from throughcare.service.orders.drafting.document import condition_label
from throughcare.service.orders.drafting.questions import answered_rows
from throughcare.service.orders.forms import FindingsForm, ReturnForm
from throughcare.service.orders.queries import Draft, governing, histories, visible_drafts
from throughcare.service.orders.views.opening import PAGE, beside, href, opened_draft, opened_person, page_of
from throughcare.service.orders.views.questions import FROM_CHECK, SECTIONS, cards
from throughcare.service.orders.vocabulary import DraftState
from throughcare.service.people.actions import log_list
from throughcare.service.roles import Permission

_LISTED = ("places", "conditions", "activations", "authorised_absences", "suspensions")


@staff_page(Permission.ORDER_DRAFT)
def drafts(request: Request) -> HttpResponse:
    """List what is being written and what waits for a signature."""
    page = page_of(request)
    found, totals = visible_drafts(request.viewer, now_us=request.now_us, first=(page - 1) * PAGE, most=PAGE)
    log_list(
        by=request.viewer, now_us=request.now_us, page="drafts", refs=[read.person_ref for read in found]
    )
    names = display_names({actor for read in found for actor in read.authors})
    rows = {
        state: [
            {
                "draft": read,
                "authors": ", ".join(names[actor] for actor in read.authors),
                "own": _own(request, read),
            }
            for read in found
            if read.state is state
        ]
        for state in (DraftState.PROPOSED, DraftState.WRITING)
    }
    context = {
        "waiting": rows[DraftState.PROPOSED],
        "writing": rows[DraftState.WRITING],
        "waiting_total": totals[DraftState.PROPOSED],
        "writing_total": totals[DraftState.WRITING],
        **beside(request, page=page, total=sum(totals.values())),
        "now_us": request.now_us,
        "may_sign": request.viewer.may(Permission.ORDER_SIGN),
    }
    return render(request, "orders/drafts/index.html", context)


@staff_page(Permission.ORDER_DRAFT)
def new_order(request: Request, ref: str) -> HttpResponse:
    """Begin a new order for a person."""
    person = opened_person(request, ref, page="new order")
    if request.method == "POST":
        draft_id = actions.start_order(by=request.viewer, now_us=request.now_us, person_id=person.pk)
        return redirect(href(draft_id, flow.Stop(slug="order-type")))
    return render(request, "orders/drafts/start.html", {"person": person})


@staff_page(Permission.ORDER_DRAFT)
def draft(request: Request, draft_id: str) -> HttpResponse:
    """Check your answers: every answer with a link to change it, and what is still wrong."""
    read = opened_draft(request, draft_id, page="order draft")
    checked = _checked(request, read)
    basics = [
        {"row": asked.row, "words": words, "href": href(draft_id, flow.Stop(slug=asked.slug))}
        for asked, words in answered_rows(read.document, "", read.document)
    ]
    context = {
        "draft": read,
        "checked": checked,
        "errors": _error_links(read, checked.errors),
        "waiting": [warned for warned in checked.findings if warned.waits],
        "basics": basics,
        "sections": [
            {
                "section": section,
                "title": SECTIONS[section][0],
                "cards": cards(read.document, section=section, owner="", draft_id=draft_id),
                "href": href(draft_id, flow.Stop(section=section)),
            }
            for section in _LISTED
        ],
        "go_on": href(draft_id, flow.start(read.document)),
        "may_sign": request.viewer.may(Permission.ORDER_SIGN) and not _own(request, read),
    }
    return render(request, "orders/drafts/check.html", context)


@staff_page(Permission.ORDER_DRAFT)
def findings(request: Request, draft_id: str) -> HttpResponse:
    """Show what the law has to say about the draft, and take the reasons for what is accepted."""
    read = opened_draft(request, draft_id, page="order draft findings")
    checked = _checked(request, read)
    if not read.is_open or checked.order is None:
        return redirect("orders:draft", draft_id)
    form = FindingsForm(request.POST if request.method == "POST" else None, findings=checked.findings)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_findings(
                by=request.viewer,
                now_us=request.now_us,
                draft_id=draft_id,
                revision=read.revision,
                accepted=form.accepted(),
            )
        except actions.DraftChanged:
            return _told(
                request, "Somebody else changed this draft in the meantime. Look at it again.", draft_id
            )
        return redirect("orders:draft", draft_id)
    return render(request, "orders/drafts/findings.html", {"draft": read, "form": form})


@staff_page(Permission.ORDER_DRAFT)
def changes(request: Request, draft_id: str) -> HttpResponse:
    """Show what a variation changes, in words and field by field; for a new order, the whole of it in words."""
    read = opened_draft(request, draft_id, page="order draft changes")
    return render(request, "orders/drafts/changes.html", _changes_context(request, read))


@staff_page(Permission.ORDER_DRAFT)
@require_POST
def propose(request: Request, draft_id: str) -> HttpResponse:
    """Hand the draft to a senior."""
    read = opened_draft(request, draft_id, page="order draft propose")
    try:
        actions.propose_draft(
            by=request.viewer, now_us=request.now_us, draft_id=draft_id, revision=read.revision
        )
    except actions.NotReady:
        return _told(request, "This draft cannot be proposed yet. See what is still to be done.", draft_id)
    except actions.DraftChanged:
        return _told(request, "Somebody else changed this draft in the meantime. Look at it again.", draft_id)
    messages.success(request, "Sent for signature. Somebody who did not write in it can sign it.")
    return redirect("orders:draft", draft_id)


@staff_page(Permission.ORDER_DRAFT)
@require_POST
def renew(request: Request, draft_id: str) -> HttpResponse:
    """Bring a variation up to date with versions signed since it was begun."""
    opened_draft(request, draft_id, page="order draft renew")
    try:
        clashes = actions.renew_draft(by=request.viewer, now_us=request.now_us, draft_id=draft_id)
    except (actions.DraftChanged, actions.NoSuchOrder):
        return _told(request, "This draft cannot be brought up to date.", draft_id)
    if clashes:
        words = ", ".join(field_words(name) for name in clashes)
        return _told(request, f"Both changed: {words}. Your draft is kept there; look at each.", draft_id)
    messages.success(request, "The draft now starts from the newest version.")
    return redirect("orders:draft", draft_id)


@staff_page(Permission.ORDER_DRAFT)
@require_POST
def discard(request: Request, draft_id: str) -> HttpResponse:
    """Put the draft away."""
    opened_draft(request, draft_id, page="order draft discard")
    try:
        actions.discard_draft(by=request.viewer, now_us=request.now_us, draft_id=draft_id)
    except actions.DraftChanged:
        return _told(request, "Only a draft that is being written can be discarded.", draft_id)
    messages.success(request, "The draft was discarded. Nothing was monitored by it.")
    return redirect("orders:drafts")


@staff_page(Permission.ORDER_SIGN)
def sign(request: Request, draft_id: str) -> HttpResponse:
    """Show a signer all there is to know, and sign."""
    read = opened_draft(request, draft_id, page="order draft sign")
    if request.method == "POST":
        return _signed(request, read)
    context = _changes_context(request, read) | {"return_form": ReturnForm(), "own": _own(request, read)}
    return render(request, "orders/drafts/sign.html", context)


def _signed(request: Request, read: Draft) -> HttpResponse:
    try:
        number = actions.sign_draft(
            by=request.viewer,
            now_us=request.now_us,
            draft_id=read.draft_id,
            digest=request.POST.get("digest", ""),
        )
    except actions.OwnDraft:
        return _told(request, "You wrote in this draft, so somebody else must sign it.", read.draft_id)
    except actions.DraftChanged:
        words = "Not signed: somebody else signed, returned or changed this draft while you read it."
        return _told(request, words, read.draft_id)
    except actions.OrderChanged:
        words = "Not signed: another version of the order was signed after this draft was begun. Bring the draft up to date."
        return _told(request, words, read.draft_id)
    except actions.NotReady:
        return _told(request, "Not signed: the draft is no longer whole.", read.draft_id)
    except RefusedInput as refusal:
        words = f"Not signed. {refusal.action} Expected {refusal.expected}; found {refusal.found}."
        return _told(request, words, read.draft_id)
    messages.success(request, f"Signed: version {number} is on record, and the worker monitors by it.")
    return redirect("orders:order", read.order_id)


@staff_page(Permission.ORDER_SIGN)
@require_POST
def give_back(request: Request, draft_id: str) -> HttpResponse:
    """Return the draft to its author with what to change."""
    read = opened_draft(request, draft_id, page="order draft return")
    form = ReturnForm(request.POST)
    if not form.is_valid():
        context = _changes_context(request, read) | {"return_form": form, "own": _own(request, read)}
        return render(request, "orders/drafts/sign.html", context)
    try:
        actions.return_draft(
            by=request.viewer, now_us=request.now_us, draft_id=draft_id, note=form.cleaned_data["note"]
        )
    except actions.DraftChanged:
        return _told(request, "This draft no longer waits for a signature.", draft_id)
    messages.success(request, "Returned to its author.")
    return redirect("orders:drafts")


def _changes_context(request: Request, read: Draft) -> dict[str, Any]:
    checked = _checked(request, read)
    context: dict[str, Any] = {
        "draft": read,
        "checked": checked,
        "words": () if checked.order is None else order_words(checked.order),
        "authors": list(display_names(set(read.authors)).values()),
        "errors": _error_links(read, checked.errors),
        "replaced": (),
        "changes": (),
    }
    history = histories([read.order_id]).get(read.order_id) if read.is_variation else None
    if history is not None:
        effective_us = read.variation["effective_us"]
        base, later = governing(history, at_us=effective_us, now_us=request.now_us)
        context |= {"base": base, "replaced": later, "reaches_back": effective_us < request.now_us}
        if checked.order is not None:
            context["changes"] = diff_orders(base, checked.order)
            context["beside"] = _beside(base, checked.order)
    return context


def _beside(old: Order, new: Order) -> list[dict[str, Any]]:
    """Return the conditions whose plain words differ, before and after."""
    before = {item.condition_id: (item, condition_words(old, item)) for item in old.conditions}
    after = {item.condition_id: (item, condition_words(new, item)) for item in new.conditions}
    rows = []
    for name in {**before, **after}:
        item, said = before.get(name, after.get(name))  # type: ignore[misc]
        now = after[name][1] if name in after else ()
        if now != (said if name in before else ()):
            label = condition_label(item.model_dump(mode="json"))
            rows.append({"label": label, "before": said if name in before else (), "after": now})
    return rows


def _error_links(read: Draft, errors: tuple[Located, ...]) -> list[dict[str, str]]:
    return [
        {
            "words": error.words,
            "about": error.question.row or error.question.title,
            "href": f"{href(read.draft_id, flow.Stop(slug=error.question.slug, key=error.key))}"
            f"?from={FROM_CHECK}#{error.anchor}",
        }
        for error in errors
    ]


def _checked(request: Request, read: Draft) -> Checked:
    return check_draft(
        read.document,
        version=read.base_version + 1,
        now_us=request.now_us,
        variation=read.variation,
        accepted=read.accepted,
    )


def _own(request: Request, read: Draft) -> bool:
    return request.viewer.actor in read.authors


def _told(request: Request, words: str, draft_id: str) -> HttpResponse:
    messages.warning(request, words)
    return redirect(reverse("orders:draft", args=[draft_id]))
