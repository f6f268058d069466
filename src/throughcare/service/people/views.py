"""Pages about people: finding one, the record with its history, each change of it, and equality counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.audit.actions import record
from throughcare.service.people import editing
from throughcare.service.people.actions import NotVisible, open_person
from throughcare.service.people.equality import equality_counts
from throughcare.service.people.forms import PlainForm, SearchForm
from throughcare.service.people.journey import AFTER, BY_SLUG, SEVERAL, following
from throughcare.service.people.models import Person
from throughcare.service.people.queries import visible_people
from throughcare.service.people.record import changes_of, record_of
from throughcare.service.people.registering import taken_words
from throughcare.service.people.searching import numbered_alike
from throughcare.service.people.searching import search as found_by
from throughcare.service.roles import Permission

SUPPRESSED_BELOW = 10


@staff_page(Permission.PERSON_VIEW)
def search(request: Request) -> HttpResponse:
    """Find people among the visible; the log keeps that somebody searched and whom they were shown, not for what."""
    form = SearchForm(request.GET or None, label_suffix="")
    text = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    wanted = request.GET.get("page", "")
    page = found_by(
        request.viewer,
        text=text,
        now_us=request.now_us,
        page=int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else 1,
    )
    if text:
        record(
            viewer=request.viewer,
            action="people_searched",
            subject="people",
            at_us=request.now_us,
            shown=[row.ref for row in page.rows],
            detail={"found": page.total, "page": page.number},
        )
    context = {
        "form": form if form.is_bound else SearchForm(label_suffix=""),
        "text": text,
        "page": page,
        "may_register": request.viewer.may(Permission.PERSON_EDIT),
    }
    return render(request, "people/search.html", context)


@staff_page(Permission.PERSON_VIEW)
def details(request: Request, *, ref: str) -> HttpResponse:
    """Show what is on record about a person, and to those who may change it what was changed."""
    _opened(request, ref, "record")
    may_edit = request.viewer.may(Permission.PERSON_EDIT)
    context = {
        "record": record_of(ref, now_us=request.now_us),
        "changes": changes_of(ref) if may_edit else [],
        "may_edit": may_edit,
    }
    return render(request, "people/record.html", context)


@staff_page(Permission.PERSON_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: Request, *, ref: str, part: str) -> HttpResponse:
    """Ask for one part of a record and write it; a new record is led on to the next part."""
    step = BY_SLUG.get(part)
    if step is None:
        raise Http404
    person = _opened(request, ref, f"record {part}")
    journey = request.GET.get("new") == "1" or _is_new(request)
    form = step.form(
        request.POST if request.method == "POST" else None,
        now_us=request.now_us,
        initial=_initial(person, part),
    )
    if request.method == "POST" and form.is_valid() and _written(request, person, part, form):
        return redirect(_after(request, ref, part, journey=journey))
    context = {
        "step": step,
        "form": form,
        "caption": person.display_name,
        "person": person,
        "revision": request.POST.get("revision", person.revision),
        "is_equality": part == "equality",
        "several": part in SEVERAL,
        "skip": _skip(ref, part) if journey and part in AFTER else "",
        "back": reverse("people:record", kwargs={"ref": ref}),
        "button": "Save and continue" if journey else "Save",
    }
    return render(request, "people/question.html", context)


@staff_page(Permission.PERSON_EDIT)
@require_POST
def remove(request: Request, *, ref: str, part: str, row_id: int) -> HttpResponse:
    """Take away another name or a number that was wrong, or end a contact point."""
    if part not in SEVERAL:
        raise Http404
    person = _opened(request, ref, f"record {part}")
    gone = editing.take_away(
        by=request.viewer, now_us=request.now_us, person_id=person.pk, part=part, row_id=row_id
    )
    if gone:
        messages.success(request, "It is taken away. The history keeps what it was.")
    return redirect("people:record", ref=ref)


@staff_page(Permission.EQUALITY_REPORT)
def equality(request: Request) -> HttpResponse:
    """Show how many people are in each group; small numbers are not shown."""
    record(viewer=request.viewer, action="equality_report_viewed", subject="people", at_us=request.now_us)
    context = {"counts": equality_counts(below=SUPPRESSED_BELOW), "below": SUPPRESSED_BELOW}
    return render(request, "people/equality.html", context)


def _opened(request: Request, ref: str, page: str) -> Person:
    try:
        return open_person(viewer=request.viewer, ref=ref, page=page, now_us=request.now_us)
    except NotVisible:
        raise Http404 from None


def _is_new(request: Request) -> bool:
    return request.method == "POST" and request.POST.get("new") == "1"


def _initial(person: Person, part: str) -> dict[str, Any]:
    """Return what the record says, as the form shows it. Of equality nothing is ever shown."""
    if part == "needs":
        needs = list(person.access_needs.all())
        return {
            "kinds": [need.kind for need in needs],
            "note": next((need.note for need in needs if need.note), ""),
        }
    if part == "team":
        live = person.assignments.filter(to_us__isnull=True).order_by("-from_us").first()
        return {} if live is None else {"team": live.team_id, "officer": live.officer_id or ""}
    names = {
        "name": ("given_name", "middle_names", "family_name", "preferred_name"),
        "born": ("date_of_birth",),
        "sex": ("sex",),
        "language": ("language", "interpreter_language"),
    }
    if part == "safety":
        return {"note": person.safety_note}
    return {name: getattr(person, name) for name in names.get(part, ())}


def _written(request: Request, person: Person, part: str, form: PlainForm) -> bool:
    """Write the change; where it cannot be, say why on the form."""
    given = request.POST.get("revision", "")
    who = {"by": request.viewer, "now_us": request.now_us, "person_id": person.pk}
    whole = who | {"revision": int(given) if given.isascii() and given.isdecimal() else -1}
    try:
        return _WRITERS[part](request, form, who, whole)
    except editing.RecordChanged:
        form.add_error(
            None,
            "Somebody else changed this record in the meantime. Open it again to see what it says now.",
        )
        return False


def _write_number(request: Request, form: PlainForm, who: dict[str, Any], _whole: dict[str, Any]) -> bool:
    number = form.cleaned_data["number"]
    taken = numbered_alike(
        request.viewer, now_us=request.now_us, numbers={str(number.kind): number.value}
    ).get(str(number.kind))
    if taken is not None:
        form.add_error("value", taken_words(request, taken))
        return False
    try:
        editing.add_number(**who, number=number)
    except editing.NumberTaken:
        form.add_error("value", "Somebody has recorded this number in the meantime")
        return False
    return True


def _writer(
    act: Callable[..., None], answers: Callable[[Any], dict[str, Any]], *, whole: bool
) -> Callable[[Request, PlainForm, dict[str, Any], dict[str, Any]], bool]:
    """Return what writes a form's answers by an action, with the revision that was seen where it replaces something."""

    def write(_request: Request, form: PlainForm, who: dict[str, Any], seen: dict[str, Any]) -> bool:
        act(**(seen if whole else who), **answers(form))
        return True

    return write


def _cleaned(form: PlainForm) -> dict[str, Any]:
    return dict(form.cleaned_data)


_WRITERS: dict[str, Callable[[Request, PlainForm, dict[str, Any], dict[str, Any]], bool]] = {
    "name": _writer(editing.set_name, _cleaned, whole=True),
    "born": _writer(editing.set_birth, _cleaned, whole=True),
    "sex": _writer(editing.set_sex, _cleaned, whole=True),
    "language": _writer(editing.set_language, _cleaned, whole=True),
    "safety": _writer(editing.set_safety_note, _cleaned, whole=True),
    "needs": _writer(editing.set_access_needs, lambda form: form.needs(), whole=True),
    "team": _writer(editing.assign, lambda form: form.chosen(), whole=True),
    "alias": _writer(editing.add_alias, _cleaned, whole=False),
    "contact": _writer(editing.add_contact_point, lambda form: form.point(), whole=False),
    "equality": _writer(editing.set_equality, lambda form: {"answers": form.cleaned_data}, whole=False),
    "number": _write_number,
}


def _after(request: Request, ref: str, part: str, *, journey: bool) -> str:
    """Return where a written change leads: the same question again, the next of a new record, or the record."""
    if "another" in request.POST:
        return f"{reverse('people:edit', kwargs={'ref': ref, 'part': part})}{'?new=1' if journey else ''}"
    if journey and part in AFTER:
        return _skip(ref, part)
    still = visible_people(request.viewer, now_us=request.now_us).filter(ref=ref).exists()
    messages.success(request, "The change is saved.")
    return reverse("people:record", kwargs={"ref": ref}) if still else reverse("people:search")


def _skip(ref: str, part: str) -> str:
    onward = following(part)
    if not onward:
        return reverse("people:record", kwargs={"ref": ref})
    return f"{reverse('people:edit', kwargs={'ref': ref, 'part': onward})}?new=1"
