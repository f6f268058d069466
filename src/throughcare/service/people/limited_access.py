"""Pages that set and end limits on a person's record, open one in an emergency, and review that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.access import actions
from throughcare.service.access import queries as access
from throughcare.service.access.queries import Opening
from throughcare.service.accounts.actions import Refused
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.people.actions import NotVisible, log_list, open_person
from throughcare.service.people.limited_access_forms import (
    EmergencyForm,
    ExclusionForm,
    RestrictionForm,
    ReviewForm,
)
from throughcare.service.people.models import Person
from throughcare.service.people.queries import person_known_as, seniors_of, visible_people
from throughcare.service.roles import Permission
from throughcare.service.viewer import Viewer


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
def limited(request: Request) -> HttpResponse:
    """List the visible people whose record is limited, and lead to anybody visible by reference."""
    reference = request.GET.get("ref", "").strip()
    if reference and visible_people(request.viewer, now_us=request.now_us).filter(ref=reference).exists():
        return redirect("limited_access:person", ref=reference)
    visible = visible_people(request.viewer, now_us=request.now_us)
    people = visible.filter(pk__in=access.limited_people(now_us=request.now_us))
    found = list(people.order_by("family_name", "given_name", "ref"))
    _log_list(request, "limited_access", found)
    context = {"people": found, "reference": reference}
    return render(request, "access/limited.html", context)


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
def person(request: Request, ref: str) -> HttpResponse:
    """Show the limits of one record."""
    found = _opened(request, ref)
    limits = access.limits_of(found.pk, now_us=request.now_us)
    return render(request, "access/person.html", {"person": found, "limits": limits})


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
@require_http_methods(["GET", "POST"])
def exclude(request: Request, ref: str) -> HttpResponse:
    """Bar one member of staff."""
    found = _opened(request, ref)
    form = ExclusionForm(request.POST or None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            user_id = int(form.cleaned_data["user"])
            actions.exclude(**_of(request, found), user_id=user_id, **form.span())
        except Refused as refusal:
            form.add_error("user", str(refusal))
        else:
            return _done(request, ref, "The exclusion is set.")
    return render(request, "access/exclude.html", {"person": found, "form": form})


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
@require_http_methods(["GET", "POST"])
def restrict(request: Request, ref: str) -> HttpResponse:
    """Close a record to all but the named."""
    found = _opened(request, ref)
    form = RestrictionForm(request.POST or None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        named = frozenset(int(pk) for pk in form.cleaned_data["users"])
        actions.restrict(**_of(request, found), user_ids=named, **form.span())
        return _done(request, ref, "The list is set.")
    return render(request, "access/restrict.html", {"person": found, "form": form})


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
@require_POST
def end(request: Request, *, ref: str, kind: str, limit_id: int) -> HttpResponse:
    """End an exclusion, or take somebody off a list."""
    act = {"exclusion": actions.end_exclusion, "place": actions.end_place}.get(kind)
    if act is None:
        raise Http404
    found = _opened(request, ref)
    try:
        act(**_of(request, found), limit_id=limit_id)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("limited_access:person", ref=ref)
    return _done(request, ref, "It has ended.")


@staff_page(Permission.LIMITED_ACCESS_MANAGE)
@require_POST
def lift(request: Request, ref: str) -> HttpResponse:
    """End a restriction for everybody."""
    actions.lift_restriction(**_of(request, _opened(request, ref)))
    return _done(request, ref, "The restriction is lifted.")


@staff_page(Permission.BREAK_GLASS_USE)
@require_http_methods(["GET", "POST"])
def emergency(request: Request) -> HttpResponse:
    """Open a record that is not the viewer's, for an hour, under a senior's eyes."""
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _break_glass(request, form):
        return redirect("limited_access:emergency")
    user_id = request.viewer.user_id
    assert user_id is not None, "the gate lets only members of staff through"
    now_open = access.openings_by(user_id, now_us=request.now_us)
    openings = _with_people(request.viewer, request.now_us, now_open)
    _log_list(request, "emergency", [row["person"] for row in openings])
    context = {
        "form": form,
        "openings": openings,
        "minutes": actions.OPEN_MINUTES,
        "hours": actions.REVIEW_HOURS,
    }
    return render(request, "access/emergency.html", context)


@staff_page(Permission.BREAK_GLASS_REVIEW)
def reviews(request: Request) -> HttpResponse:
    """List what waits for a review, and what was reviewed; whom the viewer may not see stays unnamed."""
    waiting = _with_people(request.viewer, request.now_us, access.openings(reviewed=False))
    done = _with_people(request.viewer, request.now_us, access.openings(reviewed=True, limit=50))
    _log_list(request, "emergency_reviews", [row["person"] for row in (*waiting, *done)])
    seen = [row["opening"] for row in waiting if row["person"] and not row["own"]]
    actions.note_seen(by=request.viewer, now_us=request.now_us, openings=seen)
    context = {"waiting": waiting, "done": [row for row in done if row["person"]], "now_us": request.now_us}
    return render(request, "access/reviews.html", context)


@staff_page(Permission.BREAK_GLASS_REVIEW)
@require_http_methods(["GET", "POST"])
def review(request: Request, opening_id: int) -> HttpResponse:
    """Show one opening with its reason, and take the senior's judgement of it."""
    opening = access.opening(opening_id)
    shown = _with_people(request.viewer, request.now_us, [opening] if opening else [])
    if not shown or shown[0]["person"] is None:
        raise Http404
    person = _opened(request, shown[0]["person"].ref)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.review(
                by=request.viewer, now_us=request.now_us, opening_id=opening_id, person_ref=person.ref,
                **form.values(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your review is recorded.")
            return redirect("limited_access:reviews")
    late = opening is not None and opening.is_told_late(request.now_us)
    context = {"opening": opening, "person": person, "form": form, "late": late}
    return render(request, "access/review.html", context)


def waiting_reviews(viewer: Viewer, now_us: int) -> int:
    """Return how many openings wait for a review that the viewer can do: the number beside the menu's entry."""
    waiting = [opening.person_id for opening in access.openings(reviewed=False)]
    if not waiting:
        return 0
    visible = set(visible_people(viewer, now_us=now_us).filter(pk__in=waiting).values_list("pk", flat=True))
    return sum(person_id in visible for person_id in waiting)


def _break_glass(request: Request, form: EmergencyForm) -> bool:
    """Open the record that the form asks for; where that cannot be, say why beside the field and in the log."""
    who: dict[str, Any] = {"by": request.viewer, "now_us": request.now_us}
    found = person_known_as(form.cleaned_data["reference"].strip())
    if found is None:
        actions.note_failed_opening(**who, person_ref="", why="unknown")
        form.add_error("reference", "There is no record with this reference")
        return False
    try:
        seniors = seniors_of(found.pk, opener_id=request.viewer.user_id, now_us=request.now_us)
        actions.break_glass(**_of(request, found), **form.values(), seniors=seniors)
    except Refused as refusal:
        actions.note_failed_opening(**who, person_ref=found.ref, why="barred")
        form.add_error("reference", str(refusal))
        return False
    messages.success(
        request, f"The record is open to you for {actions.OPEN_MINUTES} minutes. A senior is told."
    )
    return True


def _opened(request: Request, ref: str) -> Person:
    try:
        return open_person(viewer=request.viewer, ref=ref, page="limited_access", now_us=request.now_us)
    except NotVisible:
        raise Http404 from None


def _log_list(request: Request, page: str, people: Iterable[Person | None]) -> None:
    refs = [found.ref for found in people if found is not None]
    log_list(by=request.viewer, now_us=request.now_us, page=page, refs=refs)


def _of(request: Request, found: Person) -> dict[str, Any]:
    return {"by": request.viewer, "now_us": request.now_us, "person_id": found.pk, "person_ref": found.ref}


def _done(request: Request, ref: str, words: str) -> HttpResponse:
    messages.success(request, words)
    still_visible = visible_people(request.viewer, now_us=request.now_us).filter(ref=ref).exists()
    return redirect("limited_access:person", ref=ref) if still_visible else redirect("limited_access:limited")


def _with_people(viewer: Viewer, now_us: int, rows: list[Opening]) -> list[dict[str, Any]]:
    """Put beside each opening its person, where the viewer may see them, and the address of their page."""
    visible = visible_people(viewer, now_us=now_us).in_bulk([row.person_id for row in rows])
    return [
        {
            "opening": row,
            "person": visible.get(row.person_id),
            "href": _page_of(visible[row.person_id].ref) if row.person_id in visible else "",
            "overdue": row.is_overdue(now_us),
            "late": row.is_told_late(now_us),
            "own": row.user_id == viewer.user_id,
        }
        for row in rows
    ]


def _page_of(ref: str) -> str:
    """Return the address of a person's page; empty in an installation without the practitioner's pages."""
    try:
        return reverse("casework:person", args=[ref])
    except NoReverseMatch:
        return ""
