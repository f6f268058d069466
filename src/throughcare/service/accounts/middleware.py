"""The viewer and the present, put on every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from throughcare.service.accounts.queries import viewer_of
from throughcare.service.viewer import Viewer


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
        known = cast("Request", request)
        known.now_us = settings.CLOCK()
        known.viewer = viewer_of(request.user.pk, now_us=known.now_us)
        return self.get_response(request)
