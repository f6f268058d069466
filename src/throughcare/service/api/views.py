"""Pages about the keys of other systems."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.api.actions import make_key, revoke_key
from throughcare.service.api.forms import KeyForm
from throughcare.service.api.queries import keys
from throughcare.service.api.scopes import ApiScope
from throughcare.service.roles import Permission


@staff_page(Permission.API_KEY_MANAGE)
def key_list(request: Request) -> HttpResponse:
    """List every key and make one."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = make_key(
            by=request.viewer,
            now_us=request.now_us,
            label=form.cleaned_data["label"],
            scopes=[ApiScope(name) for name in form.cleaned_data["scopes"]],
            days=form.cleaned_data["days"],
        )
        return render(request, "api/made.html", {"key": made})
    return render(request, "api/keys.html", {"form": form, "keys": keys(), "now_us": request.now_us})


@staff_page(Permission.API_KEY_MANAGE)
@require_POST
def revoke(request: Request, *, number: int) -> HttpResponse:
    """End a key at once."""
    if not revoke_key(by=request.viewer, now_us=request.now_us, number=number):
        raise Http404
    messages.success(request, f"Key {number} is ended.")
    return redirect("keys:list")
