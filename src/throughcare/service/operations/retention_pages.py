"""Pages of retention: the rules, the holds, a preview that changes nothing, and the run."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.operations import retention
from throughcare.service.operations.retention_classes import CLASSES
from throughcare.service.people.actions import NotVisible, log_list, open_person
from throughcare.service.people.queries import visible_people
from throughcare.service.roles import Permission


class RuleForm(forms.Form):
    """How long, and on what ground."""

    days = forms.IntegerField(
        label="Days",
        min_value=1,
        max_value=36_600,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
    )
    legal_basis = forms.CharField(
        label="Legal basis",
        max_length=300,
        help_text="The law or the retention schedule that sets this period.",
    )


class HoldForm(forms.Form):
    """Whose records must not be erased, and why."""

    reference = forms.CharField(label="Reference of the person", max_length=64)
    reason = forms.CharField(
        label="Reason", max_length=300, help_text="Such as an inquest, a claim or an appeal. Name nobody."
    )


@staff_page(Permission.RETENTION_MANAGE)
@require_http_methods(["GET", "POST"])
def overview(request: Request) -> HttpResponse:
    """Show the rules, what they would erase now, the holds and what went before; set a hold."""
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _hold(request, form):
        return redirect("retention:overview")
    set_rules = retention.rules()
    visible = visible_people(request.viewer, now_us=request.now_us).values_list("pk", flat=True)
    held = list(retention.holds(visible).select_related("person"))
    log_list(
        by=request.viewer, now_us=request.now_us, page="legal_holds", refs=[each.person.ref for each in held]
    )
    context = {
        "form": form,
        "classes": [(each, set_rules.get(name)) for name, each in CLASSES.items()],
        "due": retention.preview(now_us=request.now_us),
        "holds": [(each, each.person) for each in held],
        "tombstones": retention.tombstones(),
    }
    return render(request, "operations/retention.html", context)


@staff_page(Permission.RETENTION_MANAGE)
@require_http_methods(["GET", "POST"])
def rule(request: Request, record_class: str) -> HttpResponse:
    """Set the rule of one class, or take it away."""
    if record_class not in CLASSES:
        raise Http404
    found = retention.rules().get(record_class)
    initial = {"days": found.days, "legal_basis": found.legal_basis} if found else None
    form = RuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and "end" in request.POST:
        retention.end_rule(by=request.viewer, now_us=request.now_us, record_class=record_class)
        return redirect("retention:overview")
    if request.method == "POST" and form.is_valid():
        retention.set_rule(
            by=request.viewer, now_us=request.now_us, record_class=record_class, **form.cleaned_data
        )
        messages.success(request, "The rule is set.")
        return redirect("retention:overview")
    context = {"form": form, "found": found, "record_class": CLASSES[record_class]}
    return render(request, "operations/retention_rule.html", context)


@staff_page(Permission.RETENTION_MANAGE)
@require_POST
def demonstration(request: Request) -> HttpResponse:
    """Set the demonstration's rules; there is no such page where the data is real."""
    if not settings.CONFIGURATION.demo:
        raise Http404
    retention.set_demonstration_rules(by=request.viewer, now_us=request.now_us)
    messages.success(request, "The demonstration's rules are set. They are no legal advice.")
    return redirect("retention:overview")


@staff_page(Permission.RETENTION_MANAGE)
@require_POST
def end_hold(request: Request, hold_id: int) -> HttpResponse:
    """End a hold on a person that the viewer may see."""
    visible = visible_people(request.viewer, now_us=request.now_us)
    found = retention.holds(visible.values_list("pk", flat=True)).filter(pk=hold_id).first()
    if found is None:
        raise Http404
    ref = visible.get(pk=found.person_id).ref
    retention.end_hold(by=request.viewer, now_us=request.now_us, hold_id=hold_id, person_ref=ref)
    messages.success(request, "The hold has ended.")
    return redirect("retention:overview")


@staff_page(Permission.RETENTION_MANAGE)
@require_http_methods(["GET", "POST"])
def run(request: Request) -> HttpResponse:
    """Show what would be erased, and erase it when told to."""
    done = None
    if request.method == "POST":
        done = retention.run(by=request.viewer, now_us=request.now_us)
    context = {
        "due": retention.preview(now_us=request.now_us) if done is None else done,
        "done": done is not None,
    }
    return render(request, "operations/retention_run.html", context)


def _hold(request: Request, form: HoldForm) -> bool:
    ref = form.cleaned_data["reference"].strip()
    try:
        person = open_person(viewer=request.viewer, ref=ref, page="legal_hold", now_us=request.now_us)
    except NotVisible:
        form.add_error("reference", "There is no record with this reference that you may see")
        return False
    retention.hold(
        by=request.viewer, now_us=request.now_us, person_id=person.pk, person_ref=ref,
        reason=form.cleaned_data["reason"],
    )  # fmt: skip
    messages.success(request, "The hold is set.")
    return True
