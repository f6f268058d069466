"""Questions about monitoring. They return frozen values, never rows; who may ask is settled before (people.queries)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Exists, Max, Min, Q, QuerySet, Sum

from throughcare.kernel.time import FOREVER_US, SECOND_US
from throughcare.monitoring.evidence import WITHHELD, EvidenceBundle
from throughcare.monitoring.fixes import Fixes, Positions, Source
from throughcare.monitoring.status import StatusKind
from throughcare.runners.embedded import Traced, WatchStatus, rules_for, traced_incident, watch_statuses
from throughcare.service.monitoring.memory import Memory
from throughcare.service.monitoring.models import (
    EngineEvent,
    EngineState,
    InboxItem,
    IncidentRow,
    PositionRow,
    ProximityWatch,
    Reject,
    StatusRow,
)
from throughcare.service.monitoring.recorded import recorded, whole_state
from throughcare.service.orders.queries import ActivationSpan, activations_of_person, histories
from throughcare.service.victims.queries import positions_between

GAP_S = 900  # the engine's: after it a wearer's whereabouts are unknown


@dataclass(frozen=True, slots=True)
class LastPosition:
    """The newest position of a tag."""

    t_us: int
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None
    source: str


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """What is known now of one activation.

    Parameters
    ----------
    position : LastPosition or None
        The newest; its age is ``now_us - position.t_us``.
    heard_us : int or None
        When anything of the tag's own was last heard.
    battery_percent, battery_us : float and int, or None
        The last level that it told, and when.
    watches : tuple of WatchStatus
        How each demand stands, with its probability and since when.
    waiting : int
        Facts of its devices that are in the inbox and not evaluated yet.
    trouble : str
        What keeps it from being evaluated; empty where nothing does.
    """

    activation_id: str
    device_id: str
    order_id: str
    worn: bool
    position: LastPosition | None
    heard_us: int | None
    battery_percent: float | None
    battery_us: int | None
    watches: tuple[WatchStatus, ...]
    waiting: int
    trouble: str


@dataclass(frozen=True, slots=True)
class TrailPoint:
    """One position of a trail; ``gap_before_s`` is set where more than the given silence came before it."""

    activation_id: str
    t_us: int
    lat_deg: float
    lon_deg: float
    accuracy_m: float | None
    level: float | None
    source: str
    gap_before_s: float | None


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a person was, as positions say it, in time order, within ``[from_us, to_us)``."""

    from_us: int
    to_us: int
    points: tuple[TrailPoint, ...]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as it stands after the last telling; ``body`` is the whole incident as JSON values."""

    incident_id: str
    person_ref: str
    activation_id: str
    order_id: str
    condition_id: str
    kind: str
    code: str
    status: str
    retracted: bool
    start_us: int
    end_us: int | None
    detected_us: int
    first_recorded_us: int
    last_recorded_us: int
    revision: int
    confidence: float
    best_s: float
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """One telling about an incident or an activation, never edited."""

    event_id: str
    kind: str
    activation_id: str
    incident_id: str
    revision: int
    t_us: int
    recorded_us: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RejectView:
    """A record that was refused: what was expected and found, and the record as it came."""

    device_id: str
    delivery_id: str
    row: int
    field: str
    reason: str
    words: str
    raw: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Unowned:
    """Facts of a device that belong to nobody: kept, and looked at again when an order covers them."""

    device_id: str
    reason: str
    positions: int
    statuses: int
    first_us: int
    last_us: int


_VIEW = tuple(IncidentView.__dataclass_fields__)


def incidents_of(
    person_refs: Iterable[str],
    *,
    from_us: int | None = None,
    to_us: int | None = None,
    open_only: bool = False,
    retracted: bool = False,
) -> list[IncidentView]:
    """Return the incidents of people, the newest start first; what was taken back only where it is asked for.

    Parameters
    ----------
    person_refs : iterable of str
        May be a query of references, which then runs inside this one.
    from_us, to_us : int or None
        Incidents that overlap ``[from_us, to_us)``.
    """
    wanted = person_refs if isinstance(person_refs, QuerySet) else set(person_refs)
    rows = IncidentRow.objects.filter(person_ref__in=wanted)
    if not retracted:
        rows = rows.filter(retracted=False)
    if open_only:
        rows = rows.filter(status="open")
    if from_us is not None:
        rows = rows.filter(Q(end_us__isnull=True) | Q(end_us__gt=from_us))
    if to_us is not None:
        rows = rows.filter(start_us__lt=to_us)
    return _views(rows.order_by("-start_us", "incident_id"))


def incident(incident_id: str) -> IncidentView | None:
    """Return one incident, taken back or not; None where there is none."""
    return next(iter(_views(IncidentRow.objects.filter(incident_id=incident_id))), None)


def incidents(incident_ids: Iterable[str]) -> dict[str, IncidentView]:
    """Return incidents by id, with one question."""
    return {v.incident_id: v for v in _views(IncidentRow.objects.filter(incident_id__in=set(incident_ids)))}


def untaken(taken: QuerySet[Any], *, since_us: int, limit: int) -> list[IncidentView]:
    """Return the incidents recorded at or after an instant that a reader has not taken yet, the first recorded first.

    Parameters
    ----------
    taken : QuerySet
        Of what the reader holds, with ``OuterRef("incident_id")`` and ``OuterRef("revision")``: an incident for
        which it finds a row is left out.
    """
    rows = IncidentRow.objects.filter(~Exists(taken), last_recorded_us__gte=since_us)
    return _views(rows.order_by("last_recorded_us", "pk")[:limit])


def _views(rows: QuerySet[IncidentRow]) -> list[IncidentView]:
    return [IncidentView(*values) for values in rows.values_list(*_VIEW)]


def events_of(incident_id: str) -> list[EventView]:
    """Return every telling of an incident, in order."""
    rows = EngineEvent.objects.filter(incident_id=incident_id).order_by("revision", "pk")
    return [EventView(*values) for values in rows.values_list(*EventView.__dataclass_fields__)]


def evidence(incident_id: str, now_us: int) -> EvidenceBundle | None:
    """Return the evidence of an incident: every fact near it, used or not and why, by the fold that decided it.

    It is made anew from all recorded facts, the archive's too, under the order as known now.

    Returns
    -------
    EvidenceBundle or None
        None where there is no such incident, or the facts do not show it any more (it was taken back).
    """
    found = traced(incident_id, now_us)
    return None if found is None else found.bundle


def traced(incident_id: str, now_us: int) -> Traced | None:
    """Return the evidence of an incident, and its activation as a drawing of the night needs it.

    Returns
    -------
    Traced or None
        As :func:`evidence`.
    """
    rows = IncidentRow.objects.filter(incident_id=incident_id)
    row = rows.values_list("order_id", "activation_id", "kind").first()
    history = None if row is None else histories([row[0]]).get(row[0])
    if row is None or history is None:
        return None
    rules = rules_for(history, parameters=Memory().parameters, now_us=now_us).get(row[1])
    if rules is None:
        return None
    fixes, statuses = recorded(row[1], to_us=now_us + 1)
    protected = _protected(row[1], now_us) if row[2] in WITHHELD else None
    return traced_incident(
        incident_id, fixes, statuses, history=history, rules=rules, now_us=now_us, protected=protected
    )


def _protected(activation_id: str, now_us: int) -> Positions:
    """Return the positions of those from whom a wearer is kept away: to be compared, never to be shown."""
    refs = ProximityWatch.objects.filter(activation_id=activation_id).values_list("protected_ref", flat=True)
    return Positions.concat(
        [positions_between(ref, from_us=-FOREVER_US, to_us=now_us + 1) for ref in sorted(set(refs))]
    )


def live_status(person_ref: str, now_us: int, *, worn_only: bool = False) -> list[LiveStatus]:
    """Return what is known now of each of a person's activations that has begun, the newest first.

    Parameters
    ----------
    worn_only : bool
        Leave out what is over: each activation costs questions of its own.
    """
    spans = [span for span in activations_of_person(person_ref) if span.interval.start_us <= now_us]
    if worn_only:
        spans = [span for span in spans if span.interval.contains(now_us)]
    states = {
        row.activation_id: row
        for row in EngineState.objects.filter(activation_id__in=[span.activation_id for span in spans])
    }
    memory = Memory()
    memory.load_orders({span.order_id for span in spans})
    return [_live(span, states.get(span.activation_id), memory, now_us) for span in reversed(spans)]


def _live(span: ActivationSpan, row: EngineState | None, memory: Memory, now_us: int) -> LiveStatus:
    battery = StatusRow.objects.filter(
        activation_id=span.activation_id, kind=StatusKind.BATTERY_PERCENT, t_us__lte=now_us
    )
    level = battery.order_by("-t_us").values_list("value", "t_us").first()
    devices = [name for name in (span.device_id, span.home_unit_id) if name]
    waiting = InboxItem.objects.filter(device_id__in=devices).aggregate(n=Sum("facts"))["n"]
    return LiveStatus(
        activation_id=span.activation_id,
        device_id=span.device_id,
        order_id=span.order_id,
        worn=span.interval.contains(now_us),
        position=_last_position(span.activation_id, now_us),
        heard_us=None if row is None else row.last_heard_us,
        battery_percent=None if level is None else level[0],
        battery_us=None if level is None else level[1],
        watches=() if row is None else _watches(span, row, memory, now_us),
        waiting=waiting or 0,
        trouble="" if row is None else row.trouble,
    )


def _watches(span: ActivationSpan, row: EngineState, memory: Memory, now_us: int) -> tuple[WatchStatus, ...]:
    state = whole_state(span.activation_id, bytes(row.blob))
    if state is None:
        return ()
    settled_us = state.activations[span.activation_id].settled_us
    rules = memory.rules(span.activation_id, span.order_id, settled_us=settled_us, now_us=now_us)
    return () if rules is None else watch_statuses(state, rules, now_us=now_us)


def _last_position(activation_id: str, now_us: int) -> LastPosition | None:
    rows = PositionRow.objects.filter(activation_id=activation_id, t_us__lte=now_us).order_by("-t_us")
    found = rows.values_list("t_us", "lat_deg", "lon_deg", "accuracy_m", "source").first()
    return None if found is None else LastPosition(*found[:4], Source(found[4]).name.lower())


def trail(person_ref: str, from_us: int, to_us: int, *, gap_s: float = GAP_S) -> Trail:
    """Return where a person was within ``[from_us, to_us)``, from the database and the archive, silences marked."""
    parts = [
        recorded(span.activation_id, from_us=from_us, to_us=to_us)[0]
        for span in activations_of_person(person_ref)
        if span.interval.start_us < to_us and span.interval.stop_us > from_us
    ]
    fixes = Fixes.concat(parts)
    order = np.argsort(fixes.t_us, kind="stable")
    columns = ("t_us", "lat_deg", "lon_deg", "accuracy_m", "level", "source")
    values = [getattr(fixes, name)[order].tolist() for name in columns]
    owners = [fixes.keys[i] for i in fixes.key[order].tolist()]
    points: list[TrailPoint] = []
    for owner, t_us, lat, lon, accuracy, level, source in zip(owners, *values, strict=True):
        silent_s = (t_us - points[-1].t_us) / SECOND_US if points else 0.0
        points.append(
            TrailPoint(
                activation_id=owner,
                t_us=t_us,
                lat_deg=lat,
                lon_deg=lon,
                accuracy_m=_number(accuracy),
                level=_number(level),
                source=Source(source).name.lower(),
                gap_before_s=silent_s if silent_s > gap_s else None,
            )
        )
    return Trail(from_us=from_us, to_us=to_us, points=tuple(points))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def rejects(
    *, device_id: str | None = None, since_us: int | None = None, limit: int = 200, offset: int = 0
) -> list[RejectView]:
    """Return refused records, the newest first."""
    rows = Reject.objects.all()
    if device_id is not None:
        rows = rows.filter(device_id=device_id)
    if since_us is not None:
        rows = rows.filter(at_us__gte=since_us)
    listed = rows.order_by("-at_us", "-pk").values_list(*RejectView.__dataclass_fields__)
    return [RejectView(*values) for values in listed[offset : offset + limit]]


def unowned() -> list[Unowned]:
    """Return whose facts belong to nobody, by device and reason: they wait until an order covers them."""
    found: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    tables = (PositionRow.objects.all(), StatusRow.objects.all())
    for place, table in enumerate(tables):
        rows = table.filter(activation_id="").values_list("device_id", "why")
        for device_id, why, count, first, last in rows.annotate(n=Count("pk"), a=Min("t_us"), z=Max("t_us")):
            found.setdefault((device_id, why), []).append((place, count, first, last))
    return [
        Unowned(
            device_id=device_id,
            reason=why,
            positions=sum(count for place, count, _, _ in parts if place == 0),
            statuses=sum(count for place, count, _, _ in parts if place == 1),
            first_us=min(first for _, _, first, _ in parts),
            last_us=max(last for _, _, _, last in parts),
        )
        for (device_id, why), parts in sorted(found.items())
    ]
