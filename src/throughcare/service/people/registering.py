"""Pages that register a person: a question a page, then everything on one page to check, then the record is made.

The answers wait in the session of whoever asks, and go with it; nothing is on record before the last page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.audit.actions import record
from throughcare.service.people import editing
from throughcare.service.people.actions import log_list
from throughcare.service.people.forms import BornForm, NameForm, NumbersForm, PlainForm, SexForm, TeamForm
from throughcare.service.people.identifiers import IDENTIFIER_WORDS
from throughcare.service.people.journey import AFTER, BEFORE, Step
from throughcare.service.people.searching import Alike, alike, numbered_alike
from throughcare.service.people.vocabulary import SEX_WORDS, Sex
from throughcare.service.roles import Permission

HELD = "registering"
CLOSED_NUMBER = (
    "This number is on a record that you cannot open. Ask a senior officer to have the person assigned to "
    "your team, or use emergency access if it cannot wait."
)
_STEPS = {step.slug: step for step in BEFORE}


@staff_page(Permission.PERSON_EDIT)
def start(request: Request) -> HttpResponse:
    """Begin: forget what was answered before, and say what will be asked."""
    request.session.pop(HELD, None)
    return render(request, "people/register_start.html", {"first": BEFORE[0].slug})


@staff_page(Permission.PERSON_EDIT)
@require_http_methods(["GET", "POST"])
def question(request: Request, *, step: str) -> HttpResponse:
    """Ask one question, keep the answer in the session, and go on."""
    asked = _STEPS.get(step)
    if asked is None:
        raise Http404
    held = request.session.get(HELD, {})
    form = _form(request, asked, request.POST if request.method == "POST" else held.get(step))
    if request.method == "POST" and form.is_valid() and _numbers_are_new(request, form):
        request.session[HELD] = held | {step: request.POST.dict()}
        return redirect(_next(request.session[HELD]))
    context = {
        "step": asked,
        "form": form,
        "caption": "Register a person",
        "back": _before(step),
        "button": "Continue",
    }
    return render(request, "people/question.html", context)


@staff_page(Permission.PERSON_EDIT)
@require_http_methods(["GET", "POST"])
def check(request: Request) -> HttpResponse:
    """Show every answer and who may be the same person; make the record when told to."""
    read = _read(request)
    if read is None:
        return redirect(_next(request.session.get(HELD, {})))
    given, rows = read
    found = alike(
        request.viewer,
        now_us=request.now_us,
        given_name=given["given_name"],
        family_name=given["family_name"],
        date_of_birth=given["date_of_birth"],
    )
    log_list(
        by=request.viewer,
        now_us=request.now_us,
        page="register_check",
        refs=[one.ref for one in found.visible],
    )
    unsure = bool(found.visible) and request.POST.get("different") != "yes"
    if request.method == "POST" and not unsure:
        ref = _register(request, given, found)
        if ref is not None:
            return redirect(f"{reverse('people:edit', kwargs={'ref': ref, 'part': AFTER[0]})}?new=1")
    context = {
        "rows": rows,
        "alike": found.visible,
        "unsure": request.method == "POST" and unsure,
    }
    return render(request, "people/register_check.html", context)


def _form(request: Request, step: Step, data: Any) -> PlainForm:  # noqa: ANN401 - what Django takes
    if step.form is TeamForm:
        return TeamForm(data, now_us=request.now_us, team_ids=request.viewer.team_ids)
    return step.form(data, now_us=request.now_us)


def _numbers_are_new(request: Request, form: PlainForm) -> bool:
    """Say beside each number whose record it is on already; of a record that is closed only that there is one."""
    if not isinstance(form, NumbersForm):
        return True
    numbers = {str(number.kind): number.value for number in form.numbers()}
    taken = numbered_alike(request.viewer, now_us=request.now_us, numbers=numbers)
    for kind, found in taken.items():
        form.add_error(kind, taken_words(request, found))
    return not taken


def taken_words(request: Request, found: Alike) -> str:
    """Return what to say of a number that is on record already; a closed record is noted in the log."""
    for ref in found.closed_refs:
        record(
            viewer=request.viewer,
            action="number_on_closed_record",
            subject="person:number",
            at_us=request.now_us,
            person_ref=ref,
        )
    if not found.visible:
        return CLOSED_NUMBER
    log_list(by=request.viewer, now_us=request.now_us, page="number_taken", refs=[found.visible[0].ref])
    return f"This number is on the record of {found.visible[0].name}, reference {found.visible[0].ref}"


def _next(held: dict[str, Any]) -> str:
    """Return the address of the first question without an answer, or of the last page."""
    missing = next((step.slug for step in BEFORE if step.slug not in held), None)
    return reverse("people:register_check") if missing is None else _address(missing)


def _before(slug: str) -> str:
    at = [step.slug for step in BEFORE].index(slug)
    return _address(BEFORE[at - 1].slug) if at else reverse("people:register")


def _address(slug: str) -> str:
    return reverse("people:register_step", kwargs={"step": slug})


def _read(request: Request) -> tuple[dict[str, Any], list[dict[str, str]]] | None:
    """Return the answers read anew, and as rows of the last page; None where one is missing or wrong."""
    held = request.session.get(HELD, {})
    given: dict[str, Any] = {}
    rows = []
    for step in BEFORE:
        form = _form(request, step, held.get(step.slug) or {})
        if not form.is_valid():
            return None
        given |= form.cleaned_data | _extra(form)
        rows.append({"row": step.row, "words": _words(form), "href": _address(step.slug)})
    return given, rows


def _extra(form: PlainForm) -> dict[str, Any]:
    if isinstance(form, NumbersForm):
        return {"numbers": form.numbers()}
    return form.chosen() if isinstance(form, TeamForm) else {}


def _words(form: PlainForm) -> str:
    """Return the answer as it is read back."""
    given = form.cleaned_data
    if isinstance(form, NameForm):
        names = ("given_name", "middle_names", "family_name")
        whole = " ".join(given[name] for name in names if given[name])
        return f"{whole}, called {given['preferred_name']}" if given["preferred_name"] else whole
    if isinstance(form, BornForm):
        born = given["date_of_birth"]
        return f"{born.day} {born:%B %Y}"
    if isinstance(form, SexForm):
        return SEX_WORDS[Sex(given["sex"])]
    if isinstance(form, NumbersForm):
        said = [f"{IDENTIFIER_WORDS[number.kind]} {number.value}" for number in form.numbers()]
        return "; ".join(said) or "None is known yet"
    assert isinstance(form, TeamForm), "one of the forms of the steps"
    team = dict(form.fields["team"].choices)[given["team"]]  # type: ignore[attr-defined]
    officer = dict(form.fields["officer"].choices)[given["officer"]]  # type: ignore[attr-defined]
    return f"{team}; {officer}"


def _register(request: Request, given: dict[str, Any], found: Alike) -> str | None:
    newcomer = editing.Newcomer(
        given_name=given["given_name"],
        middle_names=given["middle_names"],
        family_name=given["family_name"],
        preferred_name=given["preferred_name"],
        date_of_birth=given["date_of_birth"],
        sex=given["sex"],
        numbers=given["numbers"],
        team_id=given["team_id"],
        officer_id=given["officer_id"],
        closed_refs=found.closed_refs,
    )
    try:
        ref = editing.register(by=request.viewer, now_us=request.now_us, newcomer=newcomer)
    except editing.NumberTaken:
        messages.warning(
            request, "Somebody has recorded one of these numbers in the meantime. Check the numbers."
        )
        return None
    request.session.pop(HELD, None)
    messages.success(request, "The record is made. The next pages add what helps to work with them.")
    return ref
