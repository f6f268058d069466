"""Pages about staff accounts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from throughcare.service.accounts.gate import staff_page
from throughcare.service.accounts.middleware import Request
from throughcare.service.roles import ROLE_WORDS


@staff_page(None)
def me(request: Request) -> HttpResponse:
    """Show who is signed in, with which roles."""
    roles = [ROLE_WORDS[role] for role in sorted(request.viewer.roles)]
    return render(request, "accounts/me.html", {"roles": roles})
