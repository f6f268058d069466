"""Facts over HTTP: ``POST /ingest/v1/facts`` and ``/ingest/v1/devices/<vendor>``. Answered only when durable."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable
from functools import wraps
from typing import cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from throughcare.adapters.devices.registry import KINDS
from throughcare.kernel.errors import RefusedInput
from throughcare.service.accounts.middleware import Request
from throughcare.service.monitoring.credentials import Sender, sender_of
from throughcare.service.monitoring.ingest import Answer, receive
from throughcare.service.monitoring.ingest_limits import TooMuch
from throughcare.service.monitoring.ingest_reading import JSON, NDJSON, TooLarge

FORMS = {
    "application/json": JSON,
    "application/x-ndjson": NDJSON,
    "application/ndjson": NDJSON,
    "application/jsonl": NDJSON,
}
RAW = ("application/octet-stream", "text/plain")
AWAY_S = 30
MOST_MEMBERS = 100
_GZIP = 16 + zlib.MAX_WBITS
_LOG = logging.getLogger("throughcare.ingest")
View = Callable[..., HttpResponse]


class NotTaken(Exception):
    """A request is answered with a status and words, and nothing of it is kept."""

    def __init__(self, status: int, words: str, **headers: str) -> None:
        self.status = status
        self.words = words
        self.headers = headers
        super().__init__(words)


def _delivery(view: View) -> View:
    """Return a view for senders with a key; whatever is refused is said in JSON words."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: Request, **kwargs: str) -> HttpResponse:
        if request.method != "POST":
            return _said(NotTaken(405, f"Expected POST; found {request.method}.", Allow="POST"))
        try:
            return view(request, sender=_sender(request), **kwargs)
        except (NotTaken, RefusedInput, TooLarge, TooMuch, DatabaseError, InterfaceError) as trouble:
            return _said(_refusal(trouble))

    return guarded


def _refusal(trouble: Exception) -> NotTaken:
    match trouble:
        case NotTaken():
            return trouble
        case TooLarge():
            return NotTaken(413, trouble.words)
        case TooMuch():
            status = 429 if trouble.device else 503
            return NotTaken(status, trouble.words, **{"Retry-After": str(trouble.retry_after_s)})
        case RefusedInput():
            return NotTaken(400, str(trouble))
    _LOG.error("delivery not stored", extra={"fields": {"trouble": type(trouble).__name__}}, exc_info=trouble)
    words = "Expected a database that takes facts; it does not now. Nothing was stored: send again later."
    return NotTaken(503, words, **{"Retry-After": str(AWAY_S)})


@_delivery
def facts(request: Request, *, sender: Sender) -> HttpResponse:
    """Take positions and statuses as a JSON document or as NDJSON, gzipped or not."""
    form = FORMS.get(request.content_type or "")
    if form is None:
        raise _wrong_type(request, FORMS)
    return _answer(receive(data=_body(request), form=form, sender=sender, now_us=request.now_us))


@_delivery
def vendor(request: Request, *, sender: Sender, vendor: str) -> HttpResponse:
    """Take a device's own bytes, read by the adapter of its kind."""
    if vendor not in KINDS:
        words = f"Expected one of {', '.join(KINDS)}; found {vendor[:40]!r}. See docs/service/ingest.md."
        raise NotTaken(404, words)
    if (request.content_type or "") not in RAW:
        raise _wrong_type(request, RAW)
    return _answer(receive(data=_body(request), form=vendor, sender=sender, now_us=request.now_us))


def _answer(answer: Answer) -> HttpResponse:
    headers = {"Throughcare-Replayed": "true"} if answer.again else {}
    return HttpResponse(answer.text, status=202, content_type="application/json", headers=headers)


def _said(refusal: NotTaken) -> HttpResponse:
    body = json.dumps({"status": refusal.status, "words": refusal.words})
    return HttpResponse(body, status=refusal.status, content_type="application/json", headers=refusal.headers)


def _sender(request: HttpRequest) -> Sender:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer":
        found = sender_of(key.strip(), now_us=cast("Request", request).now_us)
    if found is None:
        words = "Expected Authorization: Bearer and a key that is good; found none. Ask the service's administrator."
        raise NotTaken(401, words, **{"WWW-Authenticate": "Bearer"})
    if found.is_disabled:
        raise NotTaken(403, "This device or gateway is disabled. Ask the service's administrator.")
    return found


def _wrong_type(request: HttpRequest, expected: object) -> NotTaken:
    kinds = ", ".join(cast("dict[str, str]", expected))
    found = (request.content_type or "none")[:60]
    return NotTaken(415, f"Expected the Content-Type to be one of {kinds}; found {found!r}.")


def _body(request: HttpRequest) -> bytes:
    most = settings.CONFIGURATION.max_body_mb * 1_000_000
    if not request.headers.get("Content-Length", "").isdecimal():
        raise NotTaken(411, "Expected a Content-Length; found none. Send the body's length before it.")
    length = int(request.headers["Content-Length"])
    if length > most:
        raise NotTaken(
            413, f"Expected at most {most:,} bytes in one delivery; found {length:,}. Send them in parts."
        )
    try:
        data = request.read(length)
    except (UnreadablePostError, OSError):
        data = b""
    if len(data) != length:
        raise NotTaken(
            400, f"Expected {length:,} bytes, as Content-Length says; the connection ended before them."
        )
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip"):
        raise NotTaken(415, f"Expected the Content-Encoding gzip or none; found {encoding[:40]!r}.")
    return _unpacked(data, most)


def _unpacked(data: bytes, most: int) -> bytes:
    """Return what gzip holds, never more than ``most`` bytes of it in memory."""
    whole = b""
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP)
        try:
            whole += member.decompress(data, most + 1 - len(whole))
        except zlib.error:
            raise NotTaken(400, "Expected whole gzip data; found damaged ones. Send it again.") from None
        if len(whole) > most:
            words = f"Expected at most {most:,} bytes once unpacked; found more. Send them in parts."
            raise NotTaken(413, words)
        if not member.eof:
            raise NotTaken(400, "Expected whole gzip data; found its beginning only. Send it again.")
        data = member.unused_data.lstrip(b"\0")
        if not data:
            return whole
    raise NotTaken(400, f"Expected at most {MOST_MEMBERS} gzip members; found more. Send one.")
