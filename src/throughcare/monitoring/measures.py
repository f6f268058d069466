"""Measures: totals and shares for each condition, so that what is not known is shown beside what is.

The definitions, which ``docs/rules/monitoring-measures.md`` shows as tables:

* ``accumulated_time_violation``: what the incidents add, in seconds; the bounds reach from what evidence proves
  to what silence leaves possible, excused time taken off.
* ``demanded_time``: scheduled time that has passed, less what was allowed beforehand. ``unknown_time``: the part
  of it in which presence is not known. ``coverage``: the share in which it is.
* ``contact_coverage``: the share of the time worn outside silences longer than ``no_contact_s``.

Where facts were cut (``scope.whole_from_us``) all but the incidents' totals count from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from throughcare.kernel.time import SECOND_US, Interval, intersect_intervals, total_us
from throughcare.monitoring.alcohol import alcohol_measures
from throughcare.monitoring.contact import silent_intervals
from throughcare.monitoring.drafting import measure
from throughcare.monitoring.incidents import Incident, IncidentKind, Measure
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.rules import ConditionRules
from throughcare.monitoring.scope import Scope

ATV = "accumulated_time_violation"


def measures(scope: Scope, incidents: Sequence[Incident]) -> tuple[Measure, ...]:
    """Return the measures of an activation: of each condition, then of the activation as a whole.

    Parameters
    ----------
    incidents : sequence of Incident
        Of this activation, final or as they stand; where facts were cut, those settled before belong in it too.
    """
    worn = scope.interval
    if worn is None:
        return ()
    since = _since(scope, worn)
    found: list[Measure] = []
    for rules in scope.rules.conditions:
        if rules.kind is None or rules.kind is IncidentKind.ZONE_BUFFER:
            continue
        mine = [i for i in incidents if i.condition_id == rules.condition.condition_id]
        found.append(_violation(scope, mine, rules))
        found += _presence(scope, rules, since)
    found += alcohol_measures(scope)
    found.append(_violation(scope, incidents, None))
    found += _contact(scope, since)
    return tuple(found)


def order_violations(found: Iterable[Measure]) -> tuple[Measure, ...]:
    """Return the Accumulated Time Violation of each order, added over its activations (named by none)."""
    totals: dict[tuple[str, str], Measure] = {}
    for item in found:
        if item.name != ATV or item.condition_id is not None:
            continue
        key = (item.order_id, item.wearer_ref)
        before = totals.get(key)
        totals[key] = replace(item, activation_id="") if before is None else _added(before, item)
    return tuple(total for _, total in sorted(totals.items()))


def _added(one: Measure, other: Measure) -> Measure:
    return replace(
        one,
        value=one.value + other.value,
        low=(one.low or 0.0) + (other.low or 0.0),
        high=(one.high or 0.0) + (other.high or 0.0),
    )


def _since(scope: Scope, worn: Interval) -> Interval | None:
    return worn if scope.whole_from_us is None else worn.intersect(Interval(scope.whole_from_us))


def _violation(scope: Scope, incidents: Sequence[Incident], rules: ConditionRules | None) -> Measure:
    low_s = high_s = total_s = 0.0
    for incident in incidents:
        if incident.atv_s == 0:
            continue  # not of a kind that counts, or wholly excused
        excused_s = incident.best_s - incident.atv_s
        total_s += incident.atv_s
        low_s += max(0.0, incident.low_s - excused_s)
        high_s += max(incident.atv_s, incident.high_s - excused_s)
    return measure(scope, name=ATV, value=total_s, unit="s", bounds=(low_s, high_s), condition=rules)


def _presence(scope: Scope, rules: ConditionRules, since: Interval | None) -> list[Measure]:
    demanded_us = known_us = 0
    for watch_id in sorted({window.watch_id for window in rules.windows}) if since is not None else ():
        pieces = [p for window in rules.windows if window.watch_id == watch_id for p in window.pieces]
        passed = intersect_intervals(pieces, [since] if since is not None else [])
        demanded_us += total_us(passed)
        known_us += total_us(intersect_intervals(passed, _known(scope, watch_id)))
    told = [
        ("demanded_time", demanded_us / SECOND_US, "s"),
        ("unknown_time", (demanded_us - known_us) / SECOND_US, "s"),
    ]
    if demanded_us > 0:
        told.append(("coverage", known_us / demanded_us, "share"))
    return [measure(scope, name=name, value=value, unit=unit, condition=rules) for name, value, unit in told]


def _known(scope: Scope, watch_id: str) -> list[Interval]:
    """Return when presence was known; an open segment reaches to ``now``."""
    bounds = [
        (segment.start_us, scope.now_us if segment.end_us is None else segment.end_us)
        for segment in scope.segments.get(watch_id, ())
        if segment.state is not Presence.UNKNOWN
    ]
    return [Interval(start_us, stop_us) for start_us, stop_us in bounds if stop_us > start_us]


def _contact(scope: Scope, since: Interval | None) -> list[Measure]:
    worn_us = 0 if since is None else since.stop_us - since.start_us
    if since is None or worn_us == 0:
        return []
    silent_us = total_us(intersect_intervals([since], silent_intervals(scope)))
    return [
        measure(scope, name="silent_time", value=silent_us / SECOND_US, unit="s"),
        measure(scope, name="contact_coverage", value=1.0 - silent_us / worn_us, unit="share"),
    ]
