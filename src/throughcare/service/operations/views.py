"""Pages and answers for those who run the service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the process is up; it asks nothing of the database."""
    return HttpResponse("alive\n", content_type="text/plain")
