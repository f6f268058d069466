"""Every answer is counted and logged: by route, never by address, for an address may hold what somebody typed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from throughcare.service.operations.tally import TALLY
from throughcare.service.viewer import NOBODY

_LOG = logging.getLogger("throughcare.requests")
_QUIET = frozenset({"operations:alive", "operations:ready", "operations:metrics"})


class Measured:
    """Count and log every answer; stands outermost, so that refusals of other middleware count too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and count and log the answer."""
        began_s = time.perf_counter()
        response = self.get_response(request)
        took_s = time.perf_counter() - began_s
        match = request.resolver_match
        surface = match.app_names[0] if match and match.app_names else "pages"
        TALLY.count(surface=surface, status=response.status_code, took_s=took_s)
        if match is not None and match.view_name not in _QUIET:
            fields = {
                "method": request.method,
                "route": match.route,
                "status": response.status_code,
                "ms": round(took_s * 1000),
                "actor": getattr(request, "viewer", NOBODY).actor,
            }
            _LOG.info("answered", extra={"fields": fields})
        return response
