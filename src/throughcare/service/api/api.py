"""Every question that another system may ask, under ``/api/v1/``; ``/api/v1/openapi.json`` describes them.

A key reaches everybody who has an order, less every record that is limited: what it may not see does not exist.
Each question about a person is written to the log before it is answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import Field

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, FOREVER_US, iso_utc, parse_instant
from throughcare.orders.document import load_orders
from throughcare.orders.statutory import check_statutory
from throughcare.service.accounts.middleware import Request
from throughcare.service.api.actions import viewer_of_key
from throughcare.service.api.scopes import ApiScope
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.queries import (
    EventView,
    IncidentView,
    LiveStatus,
    events_of,
    incident,
    incidents_of,
    live_status,
    trail,
)
from throughcare.service.orders.queries.record import OrderSummary, person_ref_of, versions_of, visible_orders
from throughcare.service.outbox.actions import add_endpoint, stop_endpoint
from throughcare.service.outbox.queries import endpoints
from throughcare.service.people.queries import visible_refs

A_PAGE = 200
LONGEST_US = 31 * DAY_US
Json = dict[str, Any]


class Key(HttpBearer):
    """A key in ``Authorization: Bearer``; a member of staff's session opens nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """Put the key's viewer on the request; None where the key is nobody's."""
        known = cast("Request", request)
        viewer = viewer_of_key(token, now_us=known.now_us)
        if viewer is None:
            return None
        known.viewer = viewer
        return viewer.actor


api = NinjaAPI(
    title="Throughcare",
    version="1",
    description="Orders, incidents and positions for systems that have a key. `unknown` is never `breach`.",
    docs_url=None,  # its pages load scripts from elsewhere
    auth=Key(),
    urls_namespace="api",
)


class Said(Schema):
    """Why something was not answered."""

    words: str


class OrderLine(Schema):
    """An order in a list."""

    order_id: str
    person_ref: str
    version: int
    order_type: str
    kinds: list[str]
    starts: str
    ends: str | None


class OrderPage(Schema):
    """A part of the list of orders."""

    total: int
    items: list[OrderLine]


class OrderVersionOut(Schema):
    """A signed version, whole."""

    version: int
    recorded: str
    document: Json


class Page(Schema):
    """A part of a list. ``next`` is to be given as ``after`` for the following part; null at the end."""

    items: list[Json]
    next: str | None


class Checked(Schema):
    """What a check found: structural faults refuse the order, findings of the law are for a person to weigh."""

    sound: bool
    refusals: list[str]
    findings: list[Json]


class WebhookIn(Schema):
    """Where notices go, and which."""

    url: str = Field(max_length=500)
    events: list[str] = Field(max_length=20)


class WebhookOut(Schema):
    """A webhook; its secret is told once, when it is made."""

    number: int
    url: str
    events: list[str]
    secret: str | None = None
    stopped: bool = False


class Span(Schema):
    """From when to when, as ISO 8601 with an offset."""

    since: str = Field(max_length=40)
    until: str = Field(max_length=40)


class IncidentSpan(Span):
    """Which incidents: of everybody or of one person, all or only the open ones, from where in the list."""

    person_ref: str = Field("", max_length=64)
    open_only: bool = False
    after: str = Field("", max_length=120)


class PositionSpan(Span):
    """Which positions, and what they are needed for."""

    purpose: str = Field(max_length=300)


REFUSED = {400: Said, 401: Said, 403: Said, 404: Said}


@api.exception_handler(RefusedInput)
def refused(request: HttpRequest, trouble: RefusedInput | type[RefusedInput]) -> HttpResponse:
    """Answer what was expected, found and to be done."""
    return api.create_response(request, {"words": str(trouble)}, status=400)


@api.exception_handler(HttpError)
def not_answered(request: HttpRequest, trouble: HttpError | type[HttpError]) -> HttpResponse:
    """Answer with the status and the words of what is not answered."""
    status = getattr(trouble, "status_code", 400)
    return api.create_response(request, {"words": str(trouble)}, status=status)


@api.exception_handler(AuthenticationError)
def without_key(
    request: HttpRequest, trouble: AuthenticationError | type[AuthenticationError]
) -> HttpResponse:
    """Ask for a key."""
    words = (
        "Expected Authorization: Bearer and a key that is good; found none. Ask the service's administrator."
    )
    return api.create_response(request, {"words": words}, status=401)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, trouble: ValidationError | type[ValidationError]) -> HttpResponse:
    """Name every field that does not fit, without repeating what it held."""
    faults = getattr(trouble, "errors", [])
    named = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in faults)
    words = (
        f"Expected the request as /api/v1/openapi.json describes it; found {named}. Correct it and ask again."
    )
    return api.create_response(request, {"words": words}, status=400)


@api.get("/orders", response={200: OrderPage, **REFUSED}, summary="Running and coming orders")
def orders(request: HttpRequest, first: Annotated[int, Field(ge=0, le=10_000_000)] = 0) -> Any:  # noqa: ANN401
    """List the orders of everybody whom the key reaches, in parts: ``total`` says how many there are."""
    known = _with(request, ApiScope.ORDERS_READ)
    listed, total = visible_orders(known.viewer, now_us=known.now_us, first=first, most=A_PAGE)
    _log(known, "orders_listed", "orders:visible", shown=[order.person_ref for order, _ in listed])
    return {"total": total, "items": [_line(order) for order, _ in listed]}


@api.post(
    "/orders/check",
    response={200: Checked, **REFUSED},
    summary="Check an order before it is sent",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    },
)
def check_order(request: HttpRequest) -> Any:  # noqa: ANN401
    """Check orders in the project's JSON format: structure, then the limits of the law. Nothing is kept."""
    _with(request, ApiScope.ORDERS_CHECK)
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise HttpError(400, "Expected text in UTF-8; found other bytes. Send the order as JSON.") from None
    loaded = load_orders(text, where="request")
    findings = [
        finding.as_dict() | {"order_id": history.order_id, "version": version.version}
        for history in loaded.histories
        for version in history.versions
        for finding in check_statutory(version)
    ]
    return {
        "sound": not loaded.refusals,
        "refusals": [str(refusal) for refusal in loaded.refusals],
        "findings": findings,
    }


@api.get(
    "/orders/{order_id}", response={200: list[OrderVersionOut], **REFUSED}, summary="An order's versions"
)
def order(request: HttpRequest, order_id: str) -> Any:  # noqa: ANN401
    """Return every signed version of an order, the first first."""
    known = _with(request, ApiScope.ORDERS_READ)
    _open(known, person_ref_of(order_id), f"order:{order_id}")
    return [
        {"version": v.order.version, "recorded": iso_utc(v.recorded_us), "document": v.order.as_json()}
        for v in versions_of(order_id)
    ]


@api.get(
    "/incidents", response={200: Page, **REFUSED}, summary="Incidents that began in a span of at most 31 days"
)
def incidents(request: HttpRequest, asked: Query[IncidentSpan]) -> Any:  # noqa: ANN401
    """Return incidents as they stand, by start; retracted ones are not among them."""
    known = _with(request, ApiScope.INCIDENTS_READ)
    since_us, until_us = _span(asked, LONGEST_US)
    refs = visible_refs(known.viewer, now_us=known.now_us)
    if asked.person_ref:
        _open(known, asked.person_ref, "incidents")
        refs = refs.filter(ref=asked.person_ref)
    found = incidents_of(refs, from_us=since_us, to_us=until_us, open_only=asked.open_only)
    rows = sorted((row.start_us, row.incident_id, row) for row in found if not row.retracted)
    rest = [row for start_us, name, row in rows if f"{start_us:020d}.{name}" > asked.after]
    last = rest[A_PAGE - 1] if len(rest) > A_PAGE else None
    if not asked.person_ref:
        _log(known, "incidents_listed", "incidents:visible", shown=[row.person_ref for row in rest[:A_PAGE]])
    return {
        "items": [_incident(row) for row in rest[:A_PAGE]],
        "next": None if last is None else f"{last.start_us:020d}.{last.incident_id}",
    }


@api.get(
    "/incidents/{incident_id}",
    response={200: Json, **REFUSED},
    summary="An incident and what was told of it",
)
def one_incident(request: HttpRequest, incident_id: str) -> Any:  # noqa: ANN401
    """Return an incident as it stands, with every telling: nothing told is ever edited."""
    known = _with(request, ApiScope.INCIDENTS_READ)
    found = incident(incident_id)
    if found is None:
        raise _nothing()
    _open(known, found.person_ref, f"incident:{incident_id}")
    return _incident(found) | {"events": [_event(event) for event in events_of(incident_id)]}


@api.get(
    "/people/{person_ref}/status",
    response={200: list[Json], **REFUSED},
    summary="How a person's tags stand",
)
def status(request: HttpRequest, person_ref: str) -> Any:  # noqa: ANN401
    """Return how each demand stands now, how sure and since when; no position is told here."""
    known = _with(request, ApiScope.STATUS_READ)
    _open(known, person_ref, "status")
    return [_status(one) for one in live_status(person_ref, known.now_us)]


@api.get("/people/{person_ref}/positions", response={200: Json, **REFUSED}, summary="Where a person was")
def positions(request: HttpRequest, person_ref: str, asked: Query[PositionSpan]) -> Any:  # noqa: ANN401
    """Return every position of at most a day, never cut short. The purpose is written to the log."""
    known = _with(request, ApiScope.POSITIONS_READ)
    since_us, until_us = _span(asked, DAY_US)
    purpose = asked.purpose.strip()
    if not 5 <= len(purpose) <= 300:
        raise HttpError(
            400, "Expected the purpose of asking, 5 to 300 characters. Say what it is needed for."
        )
    _open(known, person_ref, "positions", reason=purpose)
    points = trail(person_ref, since_us, until_us).points
    return {
        "count": len(points),
        "items": [
            {
                "activation_id": p.activation_id,
                "t": iso_utc(p.t_us),
                "lat_deg": p.lat_deg,
                "lon_deg": p.lon_deg,
                "accuracy_m": p.accuracy_m,
                "level": p.level,
                "source": p.source,
                "gap_before_s": p.gap_before_s,
            }
            for p in points
        ],
    }


@api.get("/webhooks", response={200: list[WebhookOut], **REFUSED}, summary="Webhooks")
def webhooks(request: HttpRequest) -> Any:  # noqa: ANN401
    """List every webhook, without its secret."""
    _with(request, ApiScope.WEBHOOKS_MANAGE)
    return [
        {"number": e.number, "url": e.url, "events": list(e.events), "stopped": e.stopped_us is not None}
        for e in endpoints()
    ]


@api.post("/webhooks", response={201: WebhookOut, **REFUSED}, summary="Add a webhook")
def add_webhook(request: HttpRequest, body: WebhookIn) -> Any:  # noqa: ANN401
    """Add a webhook and return its secret, which is told this once."""
    known = _with(request, ApiScope.WEBHOOKS_MANAGE)
    number, secret = add_endpoint(by=known.viewer, now_us=known.now_us, url=body.url, events=body.events)
    told = {"number": number, "url": body.url, "events": sorted(set(body.events)), "secret": secret}
    return Status(201, told)


@api.delete("/webhooks/{number}", response={204: None, **REFUSED}, summary="Stop a webhook")
def stop_webhook(request: HttpRequest, number: int) -> Any:  # noqa: ANN401
    """Tell a webhook nothing any more."""
    known = _with(request, ApiScope.WEBHOOKS_MANAGE)
    if not 0 < number < 2**63 or not stop_endpoint(by=known.viewer, now_us=known.now_us, number=number):
        raise _nothing()
    return Status(204, None)


def _with(request: HttpRequest, scope: ApiScope) -> Request:
    known = cast("Request", request)
    if scope not in known.viewer.scopes:
        raise HttpError(
            403, f"This key may not: it lacks the scope {scope}. Ask the service's administrator."
        )
    return known


def _nothing() -> HttpError:
    return HttpError(404, "There is none, or it is not this key's to see.")


def _open(request: Request, person_ref: str | None, subject: str, *, reason: str = "") -> None:
    """Write who asked about whom; what may not be seen looks as if it did not exist."""
    visible = visible_refs(request.viewer, now_us=request.now_us)
    if person_ref is None or not visible.filter(ref=person_ref).exists():
        raise _nothing()
    _log(request, "person_asked_about", f"api:{subject}"[:160], person_ref=person_ref, reason=reason)


def _log(
    request: Request,
    action: str,
    subject: str,
    *,
    person_ref: str = "",
    shown: Iterable[str] = (),
    reason: str = "",
) -> None:
    record(
        viewer=request.viewer,
        action=action,
        subject=subject,
        at_us=request.now_us,
        person_ref=person_ref,
        shown=shown,
        reason=reason,
    )


def _span(span: Span, longest_us: int) -> tuple[int, int]:
    since_us, until_us = parse_instant(span.since), parse_instant(span.until)
    if not 0 < until_us - since_us <= longest_us or abs(until_us) > FOREVER_US:
        words = f"Expected until after since, by at most {longest_us // DAY_US} days. Ask in parts."
        raise HttpError(400, words)
    return since_us, until_us


def _line(order: OrderSummary) -> Json:
    return {
        "order_id": order.order_id,
        "person_ref": order.person_ref,
        "version": order.version,
        "order_type": str(order.order_type),
        "kinds": [str(kind) for kind in order.kinds],
        "starts": iso_utc(order.starts_us),
        "ends": None if order.ends_us is None else iso_utc(order.ends_us),
    }


def _incident(row: IncidentView) -> Json:
    return row.body | {
        "person_ref": row.person_ref,
        "revision": row.revision,
        "retracted": row.retracted,
        "last_recorded": iso_utc(row.last_recorded_us),
    }


def _event(event: EventView) -> Json:
    return {
        "event_id": event.event_id,
        "kind": event.kind,
        "revision": event.revision,
        "t": iso_utc(event.t_us),
        "recorded": iso_utc(event.recorded_us),
    }


def _status(one: LiveStatus) -> Json:
    return {
        "activation_id": one.activation_id,
        "order_id": one.order_id,
        "worn": one.worn,
        "last_position": None if one.position is None else iso_utc(one.position.t_us),
        "last_heard": None if one.heard_us is None else iso_utc(one.heard_us),
        "battery_percent": one.battery_percent,
        "waiting": one.waiting,
        "watches": [
            {
                "condition_id": watch.condition_id,
                "kind": watch.kind,
                "presence": watch.presence.name.lower(),
                "since": iso_utc(watch.since_us),
                "probability": watch.probability,
                "demanded": watch.demanded,
            }
            for watch in one.watches
        ],
    }
