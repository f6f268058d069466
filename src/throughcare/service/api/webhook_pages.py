"""Pages about webhooks: who is told of what, what waits, what was given up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from throughcare.kernel.errors import RefusedInput
from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.api.webhook_forms import EndpointForm
from throughcare.service.outbox.actions import add_endpoint, stop_endpoint, try_again
from throughcare.service.outbox.queries import endpoints
from throughcare.service.roles import Permission


@staff_page(Permission.API_KEY_MANAGE)
def webhooks(request: Request) -> HttpResponse:
    """List every endpoint and add one."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number, secret = add_endpoint(by=request.viewer, now_us=request.now_us, **form.cleaned_data)
        except RefusedInput as refusal:
            form.add_error("url", f"Enter {refusal.expected}; this is {refusal.found}")
        else:
            return render(request, "api/webhook_added.html", {"number": number, "secret": secret})
    return render(
        request, "api/webhooks.html", {"form": form, "endpoints": endpoints(), "now_us": request.now_us}
    )


@staff_page(Permission.API_KEY_MANAGE)
@require_POST
def stop(request: Request, *, number: int) -> HttpResponse:
    """Tell an endpoint nothing any more."""
    if not stop_endpoint(by=request.viewer, now_us=request.now_us, number=number):
        raise Http404
    messages.success(request, f"Webhook {number} is stopped.")
    return redirect("webhooks:list")


@staff_page(Permission.API_KEY_MANAGE)
@require_POST
def again(request: Request, *, number: int) -> HttpResponse:
    """Try again what was given up for an endpoint."""
    tried = try_again(by=request.viewer, now_us=request.now_us, number=number)
    if tried is None:
        raise Http404
    messages.success(request, f"{tried} notices are tried again.")
    return redirect("webhooks:list")
