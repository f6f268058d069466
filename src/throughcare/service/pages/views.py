"""The front door and the pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from throughcare.service.pages.context import HOMES
from throughcare.service.viewer import Viewer


def home(request: HttpRequest) -> HttpResponse:
    """Send each role to the page that its work starts from."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return redirect(next((name for permission, name in HOMES if viewer.may(permission)), "accounts:me"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the role does not permit the page."""
    return render(request, "pages/forbidden.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page or record, or that it is not the viewer's to see: the two look the same."""
    return render(request, "pages/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something failed, without saying what: the log knows."""
    return render(request, "pages/failed.html", status=500)
