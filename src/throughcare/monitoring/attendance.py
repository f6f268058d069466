"""Attendance: what became of each appointment, and an incident only where evidence says late or absent.

The rule, which ``docs/rules/monitoring-attendance.md`` shows as tables:

* Attended: at the place for ``min_stay_min`` in all while it was due, having arrived by ``late_after_min``
  after the start. Arriving early counts; leaving before the start does not. A stay that the end cuts short is
  long enough.
* Late: arrived after that, with evidence elsewhere at or after that instant. Where the time before the arrival
  is unknown the wearer may have been there in time, and so attended.
* Absent: evidence elsewhere leaves no stretch in which the wearer could have come in time to stay. One unknown
  stretch long enough makes it ``no_data``: silence is never absence.
* Excused: an authorised absence or a suspension covers it, or a reasonable excuse covers what was missed; in
  that case the incident stands and says so.
* Not yet: it is not over, or the evidence of its last minutes is still to come.
* Appointments are counted, not timed: an incident adds nothing to the Accumulated Time Violation.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import MINUTE_US, SECOND_US, Interval, iso_utc, subtract_intervals, total_us
from throughcare.monitoring.drafting import draft
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    AttendanceRecord,
    Incident,
    IncidentKind,
    Outcome,
    Spell,
)
from throughcare.monitoring.items import PRESENCE_KINDS
from throughcare.monitoring.known import fix_rows, statuses_of
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import ConditionRules, Window
from throughcare.monitoring.scope import Scope
from throughcare.orders.allowances import Allowance
from throughcare.orders.model import Attendance

EXCUSE = "reasonable_excuse"


@dataclass(frozen=True, slots=True)
class _Demand:
    """What of an appointment is demanded: present in ``due`` by ``late_us`` for ``stay_us``."""

    due: Interval
    late_us: int
    stay_us: int

    @property
    def last_arrival_us(self) -> int:
        """The latest arrival that still leaves time to stay."""
        return max(self.late_us, self.due.stop_us - self.stay_us)

    def needed_us(self, arrival_us: int) -> int:
        """Return how long a stay from then on must be: the end cuts it short."""
        return min(self.stay_us, self.due.stop_us - max(arrival_us, self.due.start_us))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Presence while it was due, up to ``until_us``: each evidenced stretch with its segment."""

    until_us: int
    inside: tuple[tuple[Interval, Segment], ...]
    outside: tuple[tuple[Interval, Segment], ...]
    pending: bool

    @property
    def stayed_us(self) -> int:
        return total_us(stretch for stretch, _ in self.inside)

    @property
    def arrived_us(self) -> int | None:
        return self.inside[0][1].start_us if self.inside else None


@dataclass(frozen=True, slots=True)
class _Finding:
    outcome: Outcome
    detected_us: int
    reason: Reason


def attendance(scope: Scope) -> tuple[tuple[AttendanceRecord, ...], tuple[Incident, ...]]:
    """Return what became of each appointment that has begun, and the incidents of those missed or late.

    Appointments that began before ``scope.whole_from_us`` were settled before the cut and are left out.

    Returns
    -------
    tuple of AttendanceRecord, tuple of Incident
        Both by the time at which the appointment was due.
    """
    records: list[AttendanceRecord] = []
    incidents: list[Incident] = []
    for rules in scope.rules.conditions:
        if rules.kind is not IncidentKind.ATTENDANCE_MISSED:
            continue
        for window in rules.windows:
            if window.scheduled.start_us > scope.now_us or _was_cut(scope, window):
                continue
            record, incident = _appointment(scope, rules, window)
            records.append(record)
            incidents.extend([incident] if incident is not None else [])
    records.sort(key=lambda item: (item.due.start_us, item.condition_id))
    incidents.sort(key=lambda item: (item.start_us, item.incident_id))
    return tuple(records), tuple(incidents)


def _was_cut(scope: Scope, window: Window) -> bool:
    return scope.whole_from_us is not None and window.scheduled.start_us < scope.whole_from_us


def _appointment(
    scope: Scope, rules: ConditionRules, window: Window
) -> tuple[AttendanceRecord, Incident | None]:
    beforehand = [a for a in rules.allowances if a.kind != EXCUSE]
    excuses = [a for a in rules.allowances if a.kind == EXCUSE]
    demand = _demand(rules, window, beforehand)
    if demand is None:
        return _record(scope, rules, window, _excused(beforehand, window), None), None
    seen = _seen(scope, window, demand.due)
    finding = _find(scope, demand, seen)
    if finding.outcome not in (Outcome.ABSENT, Outcome.LATE):
        return _record(scope, rules, window, finding, seen), None
    incident = _incident(scope, rules, window, demand, seen, finding, excuses)
    left = _demand(rules, window, rules.allowances)
    if excuses and (left is None or _find(scope, left, _seen(scope, window, left.due)).outcome in _MET):
        finding = _excused(excuses, window)
    return _record(scope, rules, window, finding, seen), incident


_MET = (Outcome.ATTENDED, Outcome.NO_DATA)


def _demand(rules: ConditionRules, window: Window, allowances: Sequence[Allowance]) -> _Demand | None:
    """Return what is demanded outside the allowances; None where they leave nothing."""
    condition = rules.condition
    assert isinstance(condition, Attendance)
    left = subtract_intervals([window.scheduled], [a.interval for a in allowances])
    if not left:
        return None
    due = Interval(left[0].start_us, left[-1].stop_us)
    late_us = min(due.start_us + condition.late_after_min * MINUTE_US, due.stop_us)
    stay_us = min(condition.min_stay_min * MINUTE_US, due.stop_us - due.start_us)
    return _Demand(due, late_us, stay_us)


def _seen(scope: Scope, window: Window, due: Interval) -> _Seen:
    """Return the evidenced presence while it was due; an open segment counts up to its last evidence."""
    segments = scope.segments.get(window.watch_id, ())
    until_us = min(scope.now_us, scope.rules.interval.stop_us, due.stop_us)
    inside: list[tuple[Interval, Segment]] = []
    outside: list[tuple[Interval, Segment]] = []
    for segment in segments[bisect.bisect_right(segments, due.start_us, key=_stop_us) :]:
        if segment.start_us >= until_us:
            break
        start_us, stop_us = max(segment.start_us, due.start_us), min(_stop_us(segment), until_us)
        if segment.state is not Presence.UNKNOWN and stop_us > start_us:
            kept = inside if segment.state is Presence.INSIDE else outside
            kept.append((Interval(start_us, stop_us), segment))
    last = segments[-1] if segments else None
    pending = last is not None and last.end_us is None and last.state is not Presence.UNKNOWN
    return _Seen(until_us, tuple(inside), tuple(outside), pending and _stop_us(segments[-1]) < due.stop_us)


def _stop_us(segment: Segment) -> int:
    return segment.last_us if segment.end_us is None else segment.end_us


def _find(scope: Scope, demand: _Demand, seen: _Seen) -> _Finding:
    stayed_at = _stayed_enough(scope, demand, seen)
    if stayed_at is not None:
        return _came(demand, seen, stayed_at)
    if scope.now_us < demand.due.stop_us:
        return _Finding(Outcome.NOT_YET, 0, Reason("not_over", "The appointment is not over."))
    if not _could_have_come(demand, seen):
        return _Finding(Outcome.ABSENT, _absent_since(scope, demand, seen), _elsewhere(seen))
    if seen.pending:
        words = "The evidence of the last minutes is still to come."
        return _Finding(Outcome.NOT_YET, 0, Reason("evidence_pending", words))
    silent_us = demand.due.stop_us - demand.due.start_us - seen.stayed_us - _total(seen.outside)
    words = "For part of the appointment nothing is known, and the wearer may have been there."
    facts = {"unknown_s": silent_us / SECOND_US, "stayed_s": seen.stayed_us / SECOND_US}
    return _Finding(Outcome.NO_DATA, 0, Reason("presence_unknown", words, facts))


def _stayed_enough(scope: Scope, demand: _Demand, seen: _Seen) -> int | None:
    """Return the instant at which evidence had shown a stay long enough; None where it has not."""
    if not seen.inside:
        return None
    first, _ = seen.inside[0]
    if first.start_us > demand.last_arrival_us:
        return None
    left_us = demand.needed_us(first.start_us)
    for stretch, segment in seen.inside:
        length_us = stretch.stop_us - stretch.start_us
        if length_us >= left_us:
            reached_us = _next_evidence(scope, stretch.start_us + left_us)
            return max(segment.decided_us, min(reached_us, segment.last_us))
        left_us -= length_us
    return None


def _came(demand: _Demand, seen: _Seen, stayed_at: int) -> _Finding:
    arrival_us = seen.inside[0][0].start_us
    before = [segment.last_us for stretch, segment in seen.outside if stretch.start_us < arrival_us]
    facts = {"arrived": iso_utc(seen.inside[0][1].start_us), "stayed_s": seen.stayed_us / SECOND_US}
    if arrival_us <= demand.late_us:
        return _Finding(
            Outcome.ATTENDED, stayed_at, Reason("attended", "Was there in time and stayed.", facts)
        )
    if not before or max(before) < demand.late_us:
        words = "Was there and stayed; the time before is unknown, so it may have been in time."
        return _Finding(Outcome.ATTENDED, stayed_at, Reason("arrival_unknown", words, facts))
    facts |= {"late_s": (arrival_us - demand.due.start_us) / SECOND_US}
    words = "Arrived after the time allowed, and stayed."
    return _Finding(Outcome.LATE, max(stayed_at, demand.late_us), Reason("arrived_late", words, facts))


def _could_have_come(demand: _Demand, seen: _Seen) -> bool:
    """Return whether the time without evidence elsewhere, taken together, was long enough for a stay."""
    left = subtract_intervals([demand.due], [stretch for stretch, _ in seen.outside])
    return any(
        stretch.start_us <= demand.last_arrival_us
        and total_us(left[position:]) >= demand.needed_us(stretch.start_us)
        for position, stretch in enumerate(left)
    )


def _absent_since(scope: Scope, demand: _Demand, seen: _Seen) -> int:
    """Return the instant at which the evidence sufficed: the end, or the first evidence that closed the matter."""
    _, last = seen.outside[-1]
    closed_us = min(_next_evidence(scope, demand.last_arrival_us), last.last_us)
    decided_us = max(segment.decided_us for _, segment in seen.outside)
    return max(demand.due.stop_us, closed_us, decided_us)


def _next_evidence(scope: Scope, t_us: int) -> int:
    """Return the first position or radio report at or after an instant; the instant where there is none."""
    radio = statuses_of(scope, PRESENCE_KINDS).t_us
    fixes = scope.fixes.t_us[fix_rows(scope)]
    places = ((times, int(np.searchsorted(times, t_us))) for times in (radio, fixes))
    return min((int(times[i]) for times, i in places if i < len(times)), default=t_us)


def _elsewhere(seen: _Seen) -> Reason:
    reports = sum(segment.evidence for _, segment in seen.outside)
    words = f"{reports} reports place the tag elsewhere for as long as the wearer could have come."
    facts = {"reports": reports, "elsewhere_s": _total(seen.outside) / SECOND_US}
    return Reason("elsewhere_evidenced", words, facts)


def _excused(allowances: Sequence[Allowance], window: Window) -> _Finding:
    touching = [a for a in allowances if a.interval.intersect(window.scheduled) is not None]
    facts = {"allowances": [a.allowance_id for a in touching], "kinds": sorted({a.kind for a in touching})}
    words = "The appointment is not held against the wearer."
    return _Finding(Outcome.EXCUSED, 0, Reason("excused", words, facts))


def _total(stretches: Sequence[tuple[Interval, Segment]]) -> int:
    return total_us(stretch for stretch, _ in stretches)


def _record(
    scope: Scope, rules: ConditionRules, window: Window, finding: _Finding, seen: _Seen | None
) -> AttendanceRecord:
    return AttendanceRecord(
        activation_id=scope.rules.activation.activation_id,
        wearer_ref=scope.rules.wearer_ref,
        order_id=rules.order_id,
        condition_id=rules.condition.condition_id,
        due=window.scheduled,
        outcome=finding.outcome,
        arrived_us=None if seen is None else seen.arrived_us,
        stayed_s=0.0 if seen is None else seen.stayed_us / SECOND_US,
        reasons=(finding.reason,),
    )


def _incident(
    scope: Scope,
    rules: ConditionRules,
    window: Window,
    demand: _Demand,
    seen: _Seen,
    finding: _Finding,
    excuses: Sequence[Allowance],
) -> Incident:
    absent = finding.outcome is Outcome.ABSENT
    spell = _absent_spell(demand, seen) if absent else _late_spell(demand, seen)
    missed = Interval(spell.start_us, demand.due.stop_us if spell.end_us is None else spell.end_us)
    known_us = seen.stayed_us + _total(seen.outside)
    return draft(
        scope,
        kind=IncidentKind.ATTENDANCE_MISSED if absent else IncidentKind.ATTENDANCE_LATE,
        code=spell.code,
        closed=scope.now_us >= demand.due.stop_us,
        detected_us=finding.detected_us,
        spells=[spell],
        reasons=[finding.reason],
        confidence=spell.confidence,
        unknown_s=(seen.until_us - demand.due.start_us - known_us) / SECOND_US,
        condition=rules,
        window=window,
        anchor_us=window.anchor_us,
        allowed=tuple(
            Allowed(a.kind, a.allowance_id, shared.seconds(), a.reason)
            for a in excuses
            for shared in [missed.intersect(a.interval)]
            if shared is not None
        ),
    )


def _absent_spell(demand: _Demand, seen: _Seen) -> Spell:
    due_us = demand.due.stop_us - demand.due.start_us
    proved_us = total_us(
        Interval(max(stretch.start_us, segment.first_us), min(stretch.stop_us, segment.last_us))
        for stretch, segment in seen.outside
        if min(stretch.stop_us, segment.last_us) > max(stretch.start_us, segment.first_us)
    )
    return Spell(
        start_us=demand.due.start_us,
        end_us=demand.due.stop_us,
        low_s=proved_us / SECOND_US,
        best_s=_total(seen.outside) / SECOND_US,
        high_s=(due_us - seen.stayed_us) / SECOND_US,
        code=AlertCode.ATTENDANCE_ABSENT,
        evidence=sum(segment.evidence for _, segment in seen.outside),
        confidence=max(segment.confidence for _, segment in seen.outside),
    )


def _late_spell(demand: _Demand, seen: _Seen) -> Spell:
    arrival, arrived = seen.inside[0]
    away = [segment for stretch, segment in seen.outside if stretch.start_us < arrival.start_us]
    start_us = demand.due.start_us
    last_away_us = min(max(segment.last_us for segment in away), arrival.start_us)
    return Spell(
        start_us=start_us,
        end_us=arrival.start_us,
        low_s=(last_away_us - start_us) / SECOND_US,
        best_s=(arrival.start_us - start_us) / SECOND_US,
        high_s=(max(arrived.first_us, arrival.start_us) - start_us) / SECOND_US,
        code=AlertCode.ATTENDANCE_LATE,
        evidence=sum(segment.evidence for segment in away),
        confidence=max(segment.confidence for segment in away),
    )
