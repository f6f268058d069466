"""Compiled orders: what to watch, where and when, for each activation.

A *watch* is one area with one demand (be in, or stay out). A *window* is a scheduled time in which a watch is
demanded; time under an authorised absence, a suspension or a timed exemption is cut out of it beforehand, so
that it cannot become a violation. A reasonable excuse is accepted afterwards: the incident stands and the
excused time leaves the total. Variations are bitemporal: the rules are compiled as known at one instant.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_id
from throughcare.kernel.time import (
    DAY_US,
    MINUTE_US,
    Interval,
    instant_us,
    merge_intervals,
    span,
    subtract_intervals,
)
from throughcare.monitoring.areas import Area, compile_area
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.orders.allowances import Allowance, allowances_for
from throughcare.orders.geometry import Geometry
from throughcare.orders.history import OrderHistory, timeline
from throughcare.orders.model import (
    Activation,
    Alcohol,
    AnyCondition,
    Attendance,
    Curfew,
    Order,
    VictimProximity,
    Zone,
)
from throughcare.orders.timetable import (
    ScheduledSpan,
    attendance_spans,
    condition_interval,
    curfew_spans,
    zone_spans,
)
from throughcare.orders.vocabulary import ConditionKind


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """One area and one demand.

    Parameters
    ----------
    watch_id : str
        Content id of the activation, the condition and the area.
    radio : bool
        Whether the home unit's radio speaks for this area (the unit stands in it).
    """

    watch_id: str
    condition_id: str
    kind: IncidentKind
    area: Area
    radio: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A scheduled time, and what of it is demanded.

    Parameters
    ----------
    scheduled : Interval
        As the timetable says.
    anchor_us : int
        From when the order version governs it: the window's start, or the instant of a variation inside it. It
        anchors the incident's id, so that two windows of one night never share one.
    pieces : tuple of Interval
        What is left after allowances given beforehand are cut out; may be empty.
    watch_id, order_version, label : str, int, str
    """

    scheduled: Interval
    anchor_us: int
    pieces: tuple[Interval, ...]
    watch_id: str
    order_version: int
    label: str


@dataclass(frozen=True, slots=True)
class ConditionRules:
    """One condition in force for one activation, its windows in time order."""

    condition: AnyCondition
    order_id: str
    order_version: int
    kind: IncidentKind | None
    windows: tuple[Window, ...]
    allowances: tuple[Allowance, ...]
    interval: Interval


@dataclass(frozen=True, eq=False)
class ActivationRules:
    """Everything that the engine needs to know about one activation."""

    activation: Activation
    wearer_ref: str
    order_id: str
    order_version: int
    time_zone: str
    interval: Interval
    watches: tuple[Watch, ...]
    conditions: tuple[ConditionRules, ...]

    def watch(self, watch_id: str) -> Watch:
        """Return the watch with that id."""
        return next(watch for watch in self.watches if watch.watch_id == watch_id)

    @cached_property
    def edges_us(self) -> tuple[int, ...]:
        """Instants at which a window or what is demanded of it begins (an appointment: is late) or ends, sorted."""
        edges: set[int] = set()
        for rules in self.conditions:
            late_us = 0
            if isinstance(rules.condition, Attendance):
                late_us = rules.condition.late_after_min * MINUTE_US
            for window in rules.windows:
                edges.update((window.scheduled.start_us + late_us, window.scheduled.stop_us))
                edges.update(edge for piece in window.pieces for edge in (piece.start_us, piece.stop_us))
        return tuple(sorted(edges))

    @cached_property
    def windows_by_watch(self) -> dict[str, tuple[Interval, ...]]:
        """The scheduled times of each watch."""
        found: dict[str, list[Interval]] = {watch.watch_id: [] for watch in self.watches}
        for rules in self.conditions:
            for window in rules.windows:
                found.setdefault(window.watch_id, []).append(window.scheduled)
        return {watch_id: tuple(times) for watch_id, times in found.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Compiled orders of a set of activations.

    Parameters
    ----------
    rules_id : str
        Content id of the orders as known and the parameters. Windows are compiled for ``within`` only, which is
        no part of the id: looking further ahead changes no rule.
    """

    rules_id: str
    known_at_us: int
    within: Interval
    parameters: Parameters
    activations: Mapping[str, ActivationRules]


def compile_rules(
    histories: Iterable[OrderHistory], *, parameters: Parameters, known_at_us: int, within: Interval
) -> Rules:
    """Return the rules in force over ``within``, as known at ``known_at_us``.

    Parameters
    ----------
    within : Interval
        Bounded: windows are compiled for this time only.

    Raises
    ------
    RefusedInput
        If two orders name one activation: only one of them would be watched.
    """
    activations: dict[str, ActivationRules] = {}
    described: list[Any] = [parameters.as_dict()]
    for history in sorted(histories, key=lambda h: h.order_id):
        pieces = timeline(history, known_at_us=known_at_us)
        described.append([[piece.start_us, piece.end_us, order.as_json()] for piece, order in pieces])
        for activation_id in sorted({a.activation_id for _, order in pieces for a in order.activations}):
            _check_not_taken(activations.get(activation_id), history)
            activations[activation_id] = _compile_activation(activation_id, pieces, parameters, within)
    return Rules(
        rules_id=content_id("rules", described),
        known_at_us=known_at_us,
        within=within,
        parameters=parameters,
        activations=activations,
    )


def _check_not_taken(taken: ActivationRules | None, history: OrderHistory) -> None:
    if taken is None:
        return
    raise RefusedInput(
        where=f"activation {taken.activation.activation_id}",
        expected="an activation of one order",
        found=f"it in order {taken.order_id} and in order {history.order_id}",
        action="Write the conditions of both into one order, or give each fitting its own activation.",
    )


def _compile_activation(
    activation_id: str, pieces: tuple[tuple[Interval, Order], ...], parameters: Parameters, within: Interval
) -> ActivationRules:
    watches: dict[str, Watch] = {}
    conditions: list[ConditionRules] = []
    newest = [(order, _activation(order, activation_id)) for _, order in pieces]
    order, activation = next((o, a) for o, a in reversed(newest) if a is not None)
    for piece, version in pieces:
        worn = _activation(version, activation_id)
        if worn is None:
            continue
        shared = _shared(piece, worn.interval, within)
        if shared is None:
            continue
        for condition in version.conditions:
            conditions.extend(
                _compile_condition(version, worn, condition, piece, shared, parameters, watches)
            )
    return ActivationRules(
        activation=activation,
        wearer_ref=order.wearer_ref,
        order_id=order.order_id,
        order_version=order.version,
        time_zone=order.time_zone,
        interval=activation.interval,
        watches=tuple(sorted(watches.values(), key=lambda w: w.watch_id)),
        conditions=_merge_versions(conditions),
    )


def _merge_versions(found: list[ConditionRules]) -> tuple[ConditionRules, ...]:
    """Return one entry per condition and kind: a night that a variation leaves as it was stays one window."""
    groups: dict[tuple[str, str], list[ConditionRules]] = {}
    for item in found:
        groups.setdefault((item.condition.condition_id, str(item.kind)), []).append(item)
    return tuple(_merge_group(group) for _, group in sorted(groups.items()))


def _merge_group(group: list[ConditionRules]) -> ConditionRules:
    windows: dict[tuple[str, Interval], Window] = {}
    for window in (window for item in group for window in item.windows):
        key = (window.watch_id, window.scheduled)
        before = windows.get(key)
        if before is not None:
            pieces = merge_intervals([*before.pieces, *window.pieces])
            window = replace(window, pieces=pieces, anchor_us=min(before.anchor_us, window.anchor_us))  # noqa: PLW2901
        windows[key] = window
    last = group[-1]
    return replace(
        last,
        windows=tuple(sorted(windows.values(), key=lambda w: (w.scheduled.start_us, w.watch_id))),
        allowances=_joined(a for item in group for a in item.allowances),
        interval=span(min(i.interval.start_us for i in group), max(i.interval.stop_us for i in group)),
    )


def _given_in(allowances: Iterable[Allowance], piece: Interval) -> Iterator[Allowance]:
    """Yield the allowances of a version, those given beforehand only for the time that the version governs.

    What a later version withdraws is allowed no longer from its effect on. An excuse is accepted afterwards, for
    time that an earlier version governed.
    """
    for item in allowances:
        governed = item.interval if item.kind == "reasonable_excuse" else item.interval.intersect(piece)
        if governed is not None:
            yield replace(item, interval=governed)


def _joined(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Return each allowance once, where several versions give it."""
    groups: dict[tuple[str, str, str], list[Allowance]] = {}
    for item in allowances:
        groups.setdefault((item.kind, item.allowance_id, item.reason), []).append(item)
    joined = [
        replace(group[0], interval=interval)
        for group in groups.values()
        for interval in merge_intervals(item.interval for item in group)
    ]
    return tuple(sorted(joined, key=lambda a: (a.interval.start_us, a.allowance_id)))


def _activation(order: Order, activation_id: str) -> Activation | None:
    return next((a for a in order.activations if a.activation_id == activation_id), None)


def _shared(*intervals: Interval) -> Interval | None:
    shared: Interval | None = intervals[0]
    for item in intervals[1:]:
        if shared is None:
            return None
        shared = shared.intersect(item)
    return shared


def _compile_condition(
    order: Order,
    worn: Activation,
    condition: AnyCondition,
    piece: Interval,
    shared: Interval,
    parameters: Parameters,
    watches: dict[str, Watch],
) -> list[ConditionRules]:
    allowances = tuple(_given_in(allowances_for(order, condition.condition_id), piece))
    runs = condition_interval(order, condition).intersect(shared)
    if runs is None:
        return []
    found: list[ConditionRules] = []
    for kind, spans, area, radio in _demands(order, worn, condition, shared, parameters):
        watch = _watch(worn, condition, kind, area, radio)
        watches[watch.watch_id] = watch
        windows = tuple(_windows(spans, watch, order, allowances, piece.start_us, runs))
        found.append(
            ConditionRules(
                condition=condition,
                order_id=order.order_id,
                order_version=order.version,
                kind=kind,
                windows=windows,
                allowances=allowances,
                interval=runs,
            )
        )
    if isinstance(condition, Alcohol | VictimProximity):
        found.append(
            ConditionRules(
                condition=condition,
                order_id=order.order_id,
                order_version=order.version,
                kind=None,
                windows=(),
                allowances=allowances,
                interval=runs,
            )
        )
    return found


Demand = tuple[IncidentKind, list[ScheduledSpan], Area, bool]


def _demands(
    order: Order, worn: Activation, condition: AnyCondition, shared: Interval, parameters: Parameters
) -> list[Demand]:
    """Return what a condition demands: a kind, its scheduled spans, the area and whether radio speaks for it."""
    if isinstance(condition, Curfew):
        return _curfew_demands(order, worn, condition, shared, parameters)
    if isinstance(condition, Zone):
        return _zone_demands(order, worn, condition, shared, parameters)
    if isinstance(condition, Attendance):
        place = order.place(condition.place_id)
        area = compile_area(be_in=(place.area,), margin_m=parameters.margin_m)
        radio = worn.home_unit_place_id == condition.place_id
        spans = list(attendance_spans(order, condition, within=_padded(shared)))
        return [(IncidentKind.ATTENDANCE_MISSED, spans, area, radio)]
    return []


def _curfew_demands(
    order: Order, worn: Activation, curfew: Curfew, shared: Interval, parameters: Parameters
) -> list[Demand]:
    by_places: dict[tuple[str, ...], list[ScheduledSpan]] = {}
    for item in curfew_spans(order, curfew, within=_padded(shared)):
        by_places.setdefault(tuple(sorted(item.place_ids)), []).append(item)
    demands: list[Demand] = []
    for place_ids, spans in sorted(by_places.items()):
        areas = tuple(order.place(place_id).area for place_id in place_ids)
        area = compile_area(be_in=areas, margin_m=parameters.margin_m)
        demands.append((IncidentKind.CURFEW_ABSENCE, spans, area, worn.home_unit_place_id in place_ids))
    return demands


def _zone_demands(
    order: Order, worn: Activation, zone: Zone, shared: Interval, parameters: Parameters
) -> list[Demand]:
    demands: list[Demand] = []
    for corridors, spans in _by_corridors(zone, zone_spans(order, zone, within=shared)):
        if zone.kind is ConditionKind.EXCLUSION_ZONE:
            entry = compile_area(be_in=corridors, keep_out=(zone.area,))
            demands.append((IncidentKind.ZONE_ENTRY, spans, entry, False))
            if zone.buffer_m > 0:
                ring = compile_area(be_in=corridors, keep_out=(zone.area,), grow_m=zone.buffer_m)
                demands.append((IncidentKind.ZONE_BUFFER, spans, ring, False))
        else:
            margin_m = max(parameters.margin_m, zone.buffer_m)
            area = compile_area(be_in=(zone.area, *corridors), margin_m=margin_m)
            demands.append((IncidentKind.ZONE_EXIT, spans, area, _home_unit_area(order, worn) == zone.area))
    return demands


Corridors = tuple[Geometry, ...]


def _by_corridors(
    zone: Zone, spans: tuple[ScheduledSpan, ...]
) -> list[tuple[Corridors, list[ScheduledSpan]]]:
    """Return the spans grouped by the exempt corridors that are open in them, cut where one opens or closes."""
    always = tuple(e.corridor for e in zone.exemptions if e.corridor is not None and e.from_time is None)
    timed = [
        (Interval(instant_us(e.from_time), instant_us(e.to_time)), e.corridor)
        for e in zone.exemptions
        if e.corridor is not None and e.from_time is not None and e.to_time is not None
    ]
    edges = sorted({edge for when, _ in timed for edge in (when.start_us, when.stop_us)})
    groups: dict[tuple[int, ...], list[ScheduledSpan]] = {}
    for item in spans:
        cuts = [item.start_us, *(edge for edge in edges if item.start_us < edge < item.end_us), item.end_us]
        for start_us, end_us in itertools.pairwise(cuts):
            opened = tuple(i for i, (when, _) in enumerate(timed) if when.contains(start_us))
            groups.setdefault(opened, []).append(replace(item, start_us=start_us, end_us=end_us))
    return [((*always, *(timed[i][1] for i in opened)), group) for opened, group in sorted(groups.items())]


def _home_unit_area(order: Order, worn: Activation) -> Geometry | None:
    return None if worn.home_unit_place_id is None else order.place(worn.home_unit_place_id).area


def _watch(worn: Activation, condition: AnyCondition, kind: IncidentKind, area: Area, radio: bool) -> Watch:  # noqa: FBT001
    watch_id = content_id("watch", worn.activation_id, condition.condition_id, str(kind), area.area_id, radio)
    return Watch(watch_id=watch_id, condition_id=condition.condition_id, kind=kind, area=area, radio=radio)


def _windows(
    spans: list[ScheduledSpan],
    watch: Watch,
    order: Order,
    allowances: tuple[Allowance, ...],
    governs_us: int,
    runs: Interval,
) -> list[Window]:
    given_before = [a.interval for a in allowances if a.kind != "reasonable_excuse"]
    windows: list[Window] = []
    for item in spans:
        scheduled = Interval(item.start_us, item.end_us)
        shared = scheduled.intersect(runs)
        if shared is not None:
            pieces = subtract_intervals([shared], given_before) if given_before else (shared,)
            anchor_us = max(scheduled.start_us, governs_us)
            windows.append(Window(scheduled, anchor_us, pieces, watch.watch_id, order.version, item.label))
    return windows


def _padded(shared: Interval) -> Interval:
    """Return the interval with a day on either side, so that a night that it cuts is still seen whole."""
    return Interval(shared.start_us - DAY_US, shared.stop_us + DAY_US)
