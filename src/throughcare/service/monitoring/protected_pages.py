"""Pages of victim services: which protected person carries which device, since when, until when."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from throughcare.kernel.errors import RefusedInput
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.monitoring import actions
from throughcare.service.monitoring.protected import PAGE, look
from throughcare.service.monitoring.protected_forms import GiveForm, TakeBackForm
from throughcare.service.roles import Permission
from throughcare.service.victims.queries import device_given


@staff_page(Permission.PROTECTED_MANAGE)
def devices(request: Request) -> HttpResponse:
    """List the devices that are with protected persons, or those taken back."""
    ended = request.GET.get("show") == "ended"
    asked = request.GET.get("page", "")
    page = max(int(asked), 1) if asked.isdecimal() and len(asked) < 6 else 1
    found = look(by=request.viewer, now_us=request.now_us, ended=ended, page=page)
    kind = "show=ended&" if ended else ""
    context = {
        "found": found,
        "ended": ended,
        "before": f"?{kind}page={page - 1}" if page > 1 else "",
        "after": f"?{kind}page={page + 1}" if page * PAGE < found.total else "",
    }
    return render(request, "protected/devices.html", context)


@staff_page(Permission.PROTECTED_MANAGE)
@require_http_methods(["GET", "POST"])
def give(request: Request) -> HttpResponse:
    """Record that a protected person carries a device."""
    form = GiveForm(request.POST or None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.protect(by=request.viewer, now_us=request.now_us, **form.cleaned_data)
        except RefusedInput as refusal:
            form.add_error("device_id", _words(refusal))
        else:
            messages.success(request, "The device is recorded.")
            return redirect("protected:list")
    return render(request, "protected/give.html", {"form": form})


@staff_page(Permission.PROTECTED_MANAGE)
@require_http_methods(["GET", "POST"])
def take_back(request: Request, protected_number: int) -> HttpResponse:
    """Record that a device is with a protected person no longer: protection by it ends."""
    span = device_given(protected_number)
    if span is None:
        raise Http404
    form = TakeBackForm(request.POST or None, now_us=request.now_us)
    if request.method == "POST" and form.is_valid():
        try:
            actions.unprotect(
                by=request.viewer, now_us=request.now_us, number=span.number, **form.cleaned_data
            )
        except RefusedInput as refusal:
            form.add_error("at_us", _words(refusal))
        else:
            messages.success(request, "The device is taken back. No distance is watched by it any more.")
            return redirect("protected:list")
    return render(request, "protected/take_back.html", {"form": form, "span": span})


def _words(refusal: RefusedInput) -> str:
    return f"Expected {refusal.expected}; found {refusal.found}. {refusal.action}"
