"""Views: a run as the report draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from throughcare.adapters.reports.view import ActivationView, AllowanceView, PlaceView, RunView, WindowView
from throughcare.kernel.time import Interval, span
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import ActivationRules, ConditionRules
from throughcare.monitoring.scope import Scope
from throughcare.orders.model import Attendance, Curfew, Order, Zone
from throughcare.orders.plain_words import condition_words
from throughcare.runners.monitoring import Run, code_version

KIND_OF_WINDOW = {
    IncidentKind.CURFEW_ABSENCE: "curfew",
    IncidentKind.ATTENDANCE_MISSED: "attendance",
}


def run_view(
    run: Run,
    *,
    title: str,
    generated_us: int,
    reject_counts: Mapping[str, int],
    notes: Iterable[str],
) -> RunView:
    """Return the run as the report draws it."""
    bundles: dict[str, list[EvidenceBundle]] = {}
    for bundle in run.bundles:
        bundles.setdefault(bundle.incident.activation_id, []).append(bundle)
    orders = {history.order_id: history.versions for history in run.histories}
    return RunView(
        title=title,
        generated_us=generated_us,
        known_at_us=run.now_us,
        code_version=code_version(),
        activations=tuple(
            activation_view(
                scope,
                order=next(o for o in orders[scope.rules.order_id] if o.version == scope.rules.order_version),
                bundles=tuple(bundles.get(activation_id, ())),
            )
            for activation_id, scope in sorted(run.scopes.items())
            if scope.interval is not None
        ),
        incidents=run.incidents,
        attendance=run.attendance,
        measures=run.measures,
        reject_counts=dict(reject_counts),
        notes=tuple(notes),
    )


def activation_view(scope: Scope, *, order: Order, bundles: tuple[EvidenceBundle, ...]) -> ActivationView:
    """Return one activation as the report draws it, from what the incident rules saw."""
    worn, rules = scope.interval, scope.rules
    assert worn is not None
    return ActivationView(
        activation_id=rules.activation.activation_id,
        wearer_ref=rules.wearer_ref,
        order_id=rules.order_id,
        order_version=rules.order_version,
        time_zone=rules.time_zone,
        monitored=_covered(scope, worn),
        condition_words=tuple(
            (c.condition_id, " ".join(condition_words(order, c))) for c in order.conditions
        ),
        places=tuple(_places(order)),
        windows=tuple(_windows(rules)),
        fixes=scope.fixes,
        statuses=scope.statuses,
        segments=tuple(_segments(scope)),
        bundles=bundles,
        allowances=tuple(_allowances(rules)),
    )


def _covered(scope: Scope, worn: Interval) -> Interval:
    """Return the activation from its first fact on: years of silence before it would hide the nights."""
    firsts = [int(batch.t_us[0]) for batch in (scope.fixes, scope.statuses) if len(batch)]
    start_us = max(worn.start_us, min(firsts, default=worn.start_us))
    return span(min(start_us, worn.stop_us - 1), worn.stop_us)


def _places(order: Order) -> Iterable[PlaceView]:
    homes = {
        place_id: curfew.condition_id
        for curfew in order.conditions
        if isinstance(curfew, Curfew)
        for phase in curfew.phases
        for item in phase.timetable
        for place_id in item.place_ids
    }
    visits = {c.place_id: c.condition_id for c in order.conditions if isinstance(c, Attendance)}
    for place in order.places:
        kind = "attendance" if place.place_id in visits and place.place_id not in homes else "home"
        condition_id = homes.get(place.place_id, visits.get(place.place_id))
        yield PlaceView(place.label, kind, place.area.model_dump(mode="json"), 0.0, condition_id)
    for zone in order.conditions:
        if isinstance(zone, Zone):
            geometry = zone.area.model_dump(mode="json")
            yield PlaceView(zone.name, str(zone.kind), geometry, zone.buffer_m, zone.condition_id)


def _windows(rules: ActivationRules) -> Iterable[WindowView]:
    for found in rules.conditions:
        if found.kind is None or found.kind is IncidentKind.ZONE_BUFFER:
            continue
        kind = KIND_OF_WINDOW.get(found.kind, str(found.condition.kind))
        for window in found.windows:
            if window.label != "always":
                yield WindowView(found.condition.condition_id, kind, window.scheduled, window.label)


def _segments(scope: Scope) -> Iterable[tuple[str, Segment]]:
    for watch in scope.rules.watches:
        if watch.kind is IncidentKind.ZONE_BUFFER:
            continue
        for segment in scope.segments[watch.watch_id]:
            yield watch.condition_id, _seen_from_the_area(segment, watch.kind)


def _seen_from_the_area(segment: Segment, kind: IncidentKind) -> Segment:
    """Return the segment as presence in the area: for an exclusion zone the engine's compliance is outside."""
    if kind is not IncidentKind.ZONE_ENTRY:
        return segment
    return Segment(
        segment.start_us,
        segment.end_us,
        Presence(-segment.state),
        segment.first_us,
        segment.last_us,
        segment.decided_us,
        segment.evidence,
        segment.confidence,
    )


def _allowances(rules: ActivationRules) -> Iterable[AllowanceView]:
    found: dict[tuple[str, str], AllowanceView] = {}
    for condition in rules.conditions:
        for item in _closed(condition):
            found[item.kind, f"{item.interval}"] = item
    return found.values()


def _closed(condition: ConditionRules) -> Iterable[AllowanceView]:
    for item in condition.allowances:
        shared = item.interval.intersect(condition.interval)
        if shared is not None:
            yield AllowanceView(item.kind, shared, item.reason)
