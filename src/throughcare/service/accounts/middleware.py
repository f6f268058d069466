"""The viewer and the present, put on every request; sessions that are over end here."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service.accounts.models import User
from throughcare.service.accounts.queries import viewer_of
from throughcare.service.viewer import NOBODY, Viewer

SESSION_HOURS = 12  # the longest shift; after it everybody signs in anew, busy or not
STARTED, SEEN = "started_us", "seen_us"

# What somebody without a second factor may open where one is demanded: the way to get one, and the way out.
_WAY_TO_A_SECOND_FACTOR = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "operations:alive",
    }
)


def _no_such_letter(request: HttpRequest) -> HttpResponse:
    """Refuse a null character: PostgreSQL holds none, and no name has one."""
    if not request.path.startswith(("/api/", "/ingest/")):
        raise SuspiciousOperation  # the page of status 400
    words = "Expected an address without null characters (%00); found one. Take it out and ask again."
    return JsonResponse({"words": words}, status=400)


class Request(HttpRequest):
    """A request after the middleware: it knows the present and who is asking."""

    now_us: int
    viewer: Viewer


class ViewerMiddleware:
    """Set ``request.now_us`` and ``request.viewer``: one clock and one answer a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with the two set."""
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            return _no_such_letter(request)
        known = cast("Request", request)
        known.now_us = settings.CLOCK()
        known.viewer = NOBODY
        if request.user.is_authenticated:
            known.viewer = _viewer(known, request.user)
        answer = self.get_response(request)
        if request.user.is_authenticated:
            _mark_session(known)  # again, for the request that signs somebody in
        # no browser or proxy keeps a page: after signing out, the back button shows nothing of anybody
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *arguments: object
    ) -> HttpResponse | None:
        """Lead whoever lacks a demanded second factor to where they get one, whatever they asked for."""
        if not settings.CONFIGURATION.require_mfa or not request.user.is_authenticated:
            return None
        matched = request.resolver_match
        if matched is not None and matched.view_name in _WAY_TO_A_SECOND_FACTOR:
            return None
        factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return None if is_mfa_enabled(request.user, factors) else redirect("mfa_index")


def _viewer(request: Request, user: User) -> Viewer:
    if _is_over(request, user):
        logout(request)
        return NOBODY
    _mark_session(request)
    return viewer_of(user.pk, now_us=request.now_us)


def _is_over(request: Request, user: User) -> bool:
    started_us = request.session.get(STARTED, request.now_us)
    seen_us = request.session.get(SEEN, request.now_us)
    idle_us = settings.CONFIGURATION.session_minutes * MINUTE_US
    return bool(
        request.now_us - seen_us >= idle_us
        or request.now_us - started_us >= SESSION_HOURS * HOUR_US
        or started_us < user.sessions_from_us
    )


def _mark_session(request: Request) -> None:
    """Keep when the session began and when it was last used, to the minute: a write a minute, not a request."""
    if STARTED not in request.session:
        request.session[STARTED] = request.now_us
    if request.now_us - request.session.get(SEEN, -MINUTE_US) >= MINUTE_US:
        request.session[SEEN] = request.now_us
