"""The pages of the form: one question each, lists with "add another", and a look at an area."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms.utils import ErrorList
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from throughcare.adapters.reports.view import PlaceView
from throughcare.orders.vocabulary import ConditionKind
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.orders import actions
from throughcare.service.orders.areas import area_words, far_words
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drafting.checking import Checked, Located, check_draft
from throughcare.service.orders.drafting.document import (
    ID_NAMES,
    PART_MARK,
    PARTS,
    Document,
    Item,
    NoSuchItem,
    add_condition,
    add_item,
    condition_label,
    condition_of,
    copied,
    find_item,
    remove_item,
)
from throughcare.service.orders.drafting.forms_areas import AreaCheckForm
from throughcare.service.orders.drafting.forms_hours import COPY
from throughcare.service.orders.drafting.question import Question, QuestionForm
from throughcare.service.orders.drafting.questions import BY_SLUG, answered_rows
from throughcare.service.orders.drawing import drawn
from throughcare.service.orders.queries import Draft, known_places
from throughcare.service.orders.views.opening import href, opened_draft
from throughcare.service.orders.wording import choices
from throughcare.service.roles import Permission

FROM_CHECK = "check"
SECTIONS = {
    "places": ("Places", "place"),
    "conditions": ("Conditions", "condition"),
    "phases": ("Phases of the curfew", "phase"),
    "exemptions": ("Exemptions of the zone", "exemption"),
    "activations": ("Equipment", "device"),
    "authorised_absences": ("Authorised absences", "authorised absence"),
    "suspensions": ("Suspensions", "suspension"),
}
_FIRST = {
    "places": "place-name",
    "phases": "phase-dates",
    "exemptions": "exemption",
    "activations": "device",
    "authorised_absences": "absence-reason",
    "suspensions": "suspension-reason",
}


@staff_page(Permission.ORDER_DRAFT)
def question(request: Request, *, draft_id: str, slug: str, key: str = "") -> HttpResponse:
    """Ask one question, or write its answer and go on."""
    read = opened_draft(request, draft_id, page=f"order draft {slug}")
    asked = BY_SLUG.get(slug)
    if asked is None or bool(asked.section) != bool(key):
        raise Http404
    if not read.is_open:
        return redirect("orders:draft", draft_id)
    document = copied(read.document)
    item = _found(document, asked.section, key)
    if asked.kinds and item.get("kind") not in asked.kinds:
        raise Http404
    form = asked.form(
        request.POST if request.method == "POST" else None,
        document=document,
        item=item,
        known_places=_known(request, read, asked),
    )
    if request.method == "POST" and form.is_valid():
        answered = _answered(request, read, asked, key, form, document, item)
        if answered is not None:
            return answered
    return _page(request, read, asked, key, form)


def _answered(
    request: Request,
    read: Draft,
    asked: Question,
    key: str,
    form: QuestionForm,
    document: Document,
    item: Item,
) -> HttpResponse | None:
    """Write a valid answer and return where to go; None where the order cannot be with it."""
    form.write(item)
    found = _checked(request, read, document).faults
    here = [f for f in found if (f.question, f.key) == (asked, key) and not f.is_missing]
    for fault in here:
        form.add_error(fault.field if fault.field in form.fields else None, fault.words)
    if here:
        return None
    try:
        actions.change_document(
            by=request.viewer,
            now_us=request.now_us,
            draft_id=read.draft_id,
            revision=read.revision,
            document=document,
            question=asked.slug,
        )
    except actions.DraftChanged:
        return _told_changed(request, read.draft_id)
    return redirect(_next_page(request, read.draft_id, asked, key, form, document))


def _next_page(
    request: Request, draft_id: str, asked: Question, key: str, form: QuestionForm, document: Document
) -> str:
    if "later" in request.POST:
        messages.success(request, "Your answers are saved. You can go on whenever you like.")
        return href(draft_id, flow.CHECK)
    if COPY in request.POST:
        return href(draft_id, flow.Stop(slug=asked.slug, key=key))
    stop = flow.after(document, asked, key=key, form=form)
    if request.GET.get("from") == FROM_CHECK and not (form.goes_to or asked.follows):
        return href(draft_id, flow.CHECK)
    return href(draft_id, stop)


def _page(request: Request, read: Draft, asked: Question, key: str, form: QuestionForm) -> HttpResponse:
    checked = _checked(request, read, read.document)
    warned = [w for w in checked.findings if (w.at.question, w.at.key) == (asked, key)]
    if not form.is_bound:
        here = [f for f in checked.faults if (f.question, f.key) == (asked, key)]
        _show(form, [f for f in here if not f.is_missing or request.GET.get("from") == FROM_CHECK])
        _show(form, [w.at for w in warned if w.is_unlawful and w.waits])
    back = flow.CHECK if request.GET.get("from") == FROM_CHECK else flow.before(read.document, asked, key)
    context: dict[str, Any] = {
        "draft": read,
        "question": asked,
        "key": key,
        "form": form,
        "warned": [w for w in warned if not (w.is_unlawful and w.waits)],
        "sources": [w.finding.citation for w in warned if w.is_unlawful and w.waits],
        "back": href(read.draft_id, back),
        "owner": _owner_words(read.document, asked, key),
    }
    if isinstance(form, AreaCheckForm):
        context |= _area_context(read.document, asked, key)
        if context["area"] is None:
            return redirect(back_to_area(read.draft_id, asked, key))
    return render(request, form.template, context)


def back_to_area(draft_id: str, asked: Question, key: str) -> str:
    """Return the page that asks how the area is given."""
    return href(draft_id, flow.Stop(slug=asked.slug.removesuffix("-check"), key=key))


def _show(form: QuestionForm, located: list[Located]) -> None:
    """Put errors beside the fields of a form that was not sent yet."""
    for fault in located:
        name = fault.field if fault.field in form.fields else form.main_field
        if name in form.fields:
            form.errors.setdefault(name, ErrorList()).append(fault.words)


def _area_context(document: Document, asked: Question, key: str) -> dict[str, Any]:
    item = find_item(document, asked.section, key)
    area = item.get("area")
    if area is None:
        return {"area": None}
    mine = PlaceView(
        item.get("label") or item.get("name") or "This area",
        "home" if asked.section == "places" else item["kind"],
        area,
        float(item.get("buffer_m") or 0.0),
    )
    others = [p for p in document["places"] if p is not item and p.get("area") and p["place_id"] != key]
    said = [area_words(area), *(far_words(area, p["area"], home_label=p.get("label", "")) for p in others)]
    views = [mine, *(PlaceView(p.get("label", ""), "home", p["area"]) for p in others)]
    return {"area": area, "said": said, "drawing": drawn(views, ident="area", said=said)}


@staff_page(Permission.ORDER_DRAFT)
def item_list(request: Request, *, draft_id: str, section: str, key: str = "") -> HttpResponse:
    """Show the items of a list, with "add another"."""
    read = opened_draft(request, draft_id, page=f"order draft {section}")
    if section not in SECTIONS or (section in PARTS) != bool(key):
        raise Http404
    if not read.is_open:
        return redirect("orders:draft", draft_id)
    document = read.document
    owner = _owner(document, section, key) if key else None
    title, noun = SECTIONS[section]
    context = {
        "draft": read,
        "section": section,
        "owner": key,
        "owner_words": "" if owner is None else condition_label(owner),
        "title": title,
        "noun": noun,
        "cards": cards(document, section=section, owner=key, draft_id=draft_id),
        "kinds": choices(ConditionKind),
        "go_on": href(draft_id, flow.after_list(document, section, key)),
    }
    return render(request, "orders/drafts/list.html", context)


@staff_page(Permission.ORDER_DRAFT)
@require_POST
def add(request: Request, *, draft_id: str, section: str, key: str = "") -> HttpResponse:
    """Add an item to a list and ask its first question."""
    read = opened_draft(request, draft_id, page=f"order draft {section}")
    if section not in SECTIONS or (section in PARTS) != bool(key):
        raise Http404
    if section == "conditions":
        kind = request.POST.get("kind", "")
        if kind not in set(ConditionKind):
            messages.error(request, "Select the kind of condition to add")
            return redirect("orders:item_list", draft_id, section)
        document, made = add_condition(read.document, kind)
        stop = flow.gap_of_condition(document, made) or flow.Stop(section=section)
    else:
        if key:
            _owner(read.document, section, key)
        new_id = f"act-{settings.NEW_TOKEN(8)}" if section == "activations" else ""
        document, made = add_item(read.document, section, owner=key, new_id=new_id)
        if section == "authorised_absences":
            find_item(document, section, made)["authorised_by"] = request.viewer.actor
        stop = flow.Stop(slug=_FIRST[section], key=made)
    return _changed(request, read, document, f"add {section}", href(draft_id, stop))


@staff_page(Permission.ORDER_DRAFT)
def remove(request: Request, *, draft_id: str, section: str, key: str) -> HttpResponse:
    """Ask whether an item should go, then take it out."""
    read = opened_draft(request, draft_id, page=f"order draft {section}")
    if section not in SECTIONS:
        raise Http404
    item = _found(read.document, section, key)
    stop = flow.Stop(section=section, key=key.partition(PART_MARK)[0] if section in PARTS else "")
    if request.method == "POST":
        document = remove_item(read.document, section, key)
        return _changed(request, read, document, f"remove {section}", href(draft_id, stop))
    context = {
        "draft": read,
        "noun": SECTIONS[section][1],
        "label": item_label(section, key, item),
        "back": href(draft_id, stop),
    }
    return render(request, "orders/drafts/remove.html", context)


def cards(document: Document, *, section: str, owner: str, draft_id: str) -> list[dict[str, Any]]:
    """Return the items of a list as summary cards: heading, answers with links to change them, what is missing."""
    if section in PARTS:
        items = condition_of(document, owner).get(PARTS[section], [])
        keys = [f"{owner}{PART_MARK}{number}" for number in range(len(items))]
    else:
        items = document.get(section, [])
        keys = [item[ID_NAMES[section]] for item in items]
    return [_card(document, section, key, item, draft_id) for key, item in zip(keys, items, strict=True)]


def _card(document: Document, section: str, key: str, item: Item, draft_id: str) -> dict[str, Any]:
    rows = [
        {"row": asked.row, "words": words, "href": href(draft_id, flow.Stop(slug=asked.slug, key=key))}
        for asked, words in answered_rows(document, section, item)
    ]
    parts = [part for part in PARTS if section == "conditions" and _has_part(item, part)]
    return {
        "key": key,
        "label": item_label(section, key, item),
        "rows": rows,
        "is_whole": all(row["words"] for row in rows),
        "parts": [
            {
                "title": SECTIONS[part][0],
                "cards": cards(document, section=part, owner=key, draft_id=draft_id),
                "href": href(draft_id, flow.Stop(section=part, key=key)),
            }
            for part in parts
        ],
    }


def _has_part(item: Item, part: str) -> bool:
    return part in item or (part == "exemptions" and str(item["kind"]).endswith("_zone"))


def item_label(section: str, key: str, item: Item) -> str:
    """Return what an item is called in a heading."""
    if section == "conditions":
        return condition_label(item)
    if section in PARTS:
        return f"{SECTIONS[section][1].capitalize()} {int(key.rpartition(PART_MARK)[2]) + 1}"
    name = item.get("label") or item.get("device_id") or item.get("reason")
    return str(name or f"{SECTIONS[section][1].capitalize()} without a name yet")


def _owner_words(document: Document, asked: Question, key: str) -> str:
    if not key:
        return ""
    if asked.section in PARTS:
        return condition_label(condition_of(document, key))
    return item_label(asked.section, key, find_item(document, asked.section, key))


def _known(request: Request, read: Draft, asked: Question) -> Any:  # noqa: ANN401 - KnownPlaces
    if not asked.slug.endswith("-known"):
        return ()
    mine = tuple((p["label"], p["area"]) for p in read.document["places"] if p.get("area"))
    return mine + known_places(request.viewer, now_us=request.now_us, person_ref=read.person_ref)


def _checked(request: Request, read: Draft, document: Document) -> Checked:
    return check_draft(
        document,
        version=read.base_version + 1,
        now_us=request.now_us,
        variation=read.variation,
        accepted=read.accepted,
    )


def _found(document: Document, section: str, key: str) -> Item:
    try:
        return find_item(document, section, key)
    except NoSuchItem:
        raise Http404 from None


def _owner(document: Document, section: str, key: str) -> Item:
    """Return the condition that has phases or exemptions; 404 for one of another kind."""
    item = _found(document, "conditions", key)
    if not _has_part(item, section):
        raise Http404
    return item


def _changed(request: Request, read: Draft, document: Document, what: str, go_on: str) -> HttpResponse:
    try:
        actions.change_document(
            by=request.viewer,
            now_us=request.now_us,
            draft_id=read.draft_id,
            revision=read.revision,
            document=document,
            question=what,
        )
    except actions.DraftChanged:
        return _told_changed(request, read.draft_id)
    return redirect(go_on)


def _told_changed(request: Request, draft_id: str) -> HttpResponse:
    messages.warning(request, "Somebody else changed this draft in the meantime. Look at it again.")
    return redirect("orders:draft", draft_id)
