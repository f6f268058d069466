"""Pages about what comes in: what was refused, what belongs to nobody, and who may deliver."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.monitoring import credentials
from throughcare.service.monitoring.credentials import DeviceView, NoDevice
from throughcare.service.monitoring.forms import KeyForm, LimitForm, NewDeviceForm
from throughcare.service.monitoring.ingest_review import PAGE, Sought, draw_days, open_refused, review
from throughcare.service.monitoring.queries import unowned
from throughcare.service.roles import Permission


@staff_page(Permission.OPERATIONS_VIEW)
def rejects(request: Request) -> HttpResponse:
    """List what was refused, the newest first."""
    sought = Sought(
        device_id=request.GET.get("device", "").strip()[:64],
        reason=request.GET.get("reason", "").strip()[:80],
    )
    given = request.GET.get("page", "1")
    page = int(given) if given.isdecimal() and len(given) < 6 else 1
    found = review(by=request.viewer, now_us=request.now_us, sought=sought, page=max(1, page))
    context = {
        "review": found,
        "sought": sought,
        "drawing": mark_safe(draw_days(found.by_day)),  # noqa: S308 - its texts are dates and numbers
        "page": page,
        "is_last": page * PAGE >= found.total,
        "may_see_words": request.viewer.may(Permission.DEVICE_MANAGE),
    }
    return render(request, "monitoring/rejects.html", context)


@staff_page(Permission.DEVICE_MANAGE)
def reject(request: Request, reject_id: int) -> HttpResponse:
    """Show one refused record whole: it may hold a position."""
    found = open_refused(by=request.viewer, now_us=request.now_us, number=reject_id)
    if found is None:
        raise Http404
    return render(request, "monitoring/reject.html", {"found": found, "refused": found.refused})


@staff_page(Permission.OPERATIONS_VIEW)
def nobodys(request: Request) -> HttpResponse:
    """List the devices whose facts no order covers."""
    return render(request, "monitoring/nobodys.html", {"found": unowned(), "now_us": request.now_us})


@staff_page(Permission.DEVICE_MANAGE)
def devices(request: Request) -> HttpResponse:
    """List devices and gateways with a key, or those that match a text."""
    text = request.GET.get("q", "").strip()[:64]
    found = credentials.devices(containing=text)
    return render(request, "monitoring/devices.html", {"devices": found, "text": text})


@staff_page(Permission.DEVICE_MANAGE)
@require_http_methods(["GET", "POST"])
def device_add(request: Request) -> HttpResponse:
    """Let a device or gateway deliver, and show its key once."""
    form = NewDeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number, key = credentials.add_device(by=request.viewer, now_us=request.now_us, **form.values())
        except NoDevice:
            form.add_error("device_id", "There is a device of this name already")
        else:
            return _show_key(request, _device_or_404(number), key)
    return render(request, "monitoring/device_add.html", {"form": form})


@staff_page(Permission.DEVICE_MANAGE)
@require_http_methods(["GET", "POST"])
def device(request: Request, device_number: int) -> HttpResponse:
    """Show one device or gateway, and set its limit."""
    found = _device_or_404(device_number)
    form = LimitForm(request.POST or None, initial={"facts_per_minute": found.facts_per_minute})
    if request.method == "POST" and form.is_valid():
        credentials.set_limit(
            by=request.viewer, now_us=request.now_us, number=found.number, **form.cleaned_data
        )
        messages.success(request, "The limit is set.")
        return redirect("monitoring:device", device_number=found.number)
    context = {"device": found, "form": form, "former_is_good": request.now_us < found.former_until_us}
    return render(request, "monitoring/device.html", context)


@staff_page(Permission.DEVICE_MANAGE)
@require_http_methods(["GET", "POST"])
def device_key(request: Request, device_number: int) -> HttpResponse:
    """Give a device a new key, and show it once."""
    found = _device_or_404(device_number)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at_once = form.cleaned_data["ends"] == "now"
        key = credentials.change_key(
            by=request.viewer, now_us=request.now_us, number=found.number, at_once=at_once
        )
        return _show_key(request, found, key)
    return render(request, "monitoring/device_key.html", {"device": found, "form": form})


@staff_page(Permission.DEVICE_MANAGE)
@require_POST
def device_state(request: Request, device_number: int) -> HttpResponse:
    """Disable a device, or enable it again."""
    found = _device_or_404(device_number)
    disable = found.disabled_us is None
    credentials.set_disabled(by=request.viewer, now_us=request.now_us, number=found.number, disabled=disable)
    words = (
        "It is disabled: what it delivers is refused." if disable else "It is enabled: it may deliver again."
    )
    messages.success(request, words)
    return redirect("monitoring:device", device_number=found.number)


def _show_key(request: Request, found: DeviceView, key: str) -> HttpResponse:
    answer = render(request, "monitoring/device_shown_key.html", {"device": found, "key": key})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _device_or_404(number: int) -> DeviceView:
    found = credentials.device(number)
    if found is None:
        raise Http404
    return found
