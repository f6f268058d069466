"""Pages and answers for those who run the service."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from throughcare.service.monitoring.measures import waiting
from throughcare.service.operations.metrics import CONTENT_TYPE, metrics_text
from throughcare.service.operations.queries import worker_beats


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the process is up; it asks nothing of the database."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether requests can be served, and how the workers do; 503 only where the database does not answer.

    A late worker is told and is no 503: taking the pages and the intake away would help nobody.
    """
    now_us = settings.CLOCK()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        inbox, beats = waiting(), [beat for beat in worker_beats() if beat.stopped_us is None]
    except DatabaseError:
        return JsonResponse({"database": "does not answer"}, status=503)
    newest_us = max((beat.beat_us for beat in beats), default=None)
    return JsonResponse(
        {
            "database": "answers",
            "worker_silent_s": None if newest_us is None else round((now_us - newest_us) / 1e6),
            "inbox_items": inbox.items,
            "inbox_oldest_s": None if inbox.oldest_us is None else round((now_us - inbox.oldest_us) / 1e6),
        }
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics to whoever has the token; without one in the settings there is no such page."""
    token = settings.CONFIGURATION.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not constant_time_compare(given, token):
        raise Http404
    return HttpResponse(metrics_text(now_us=settings.CLOCK()), content_type=CONTENT_TYPE)
