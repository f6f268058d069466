"""Proximity: whether the wearer kept the distance from a protected person, without ever saying where that is.

The rule, which ``docs/rules/monitoring-proximity.md`` shows as tables:

* At every position of either device the other's last position stands in, with a doubt that grows with its age
  and ends after ``proximity_stale_s``: then nothing is known.
* The evidence is the probability that the two are within the distance. Two vague positions are no proof of
  closeness, and no proof of distance either.
* Evidence is tempered, bounded and has hysteresis, as for zones. An incident needs two positions of each device,
  so that one bad position alerts nobody, and positions from Wi-Fi or cell cannot open it by themselves.
* Between two sparse positions of both devices, a straight way that passes within the distance is a warning,
  once a further position on either side bears out the ends of the gap.
* The order's wider ring makes a warning. A warning that overlaps an incident is part of it and is not told.

Nothing that leaves here holds a coordinate, a bearing, a distance or a device of either person: only that the
distance was not kept, when, and how sure that is. The times alone, laid beside the wearer's own track, say
something of where the protected person was: they are for staff, never for the wearer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from throughcare.kernel.columns import Ints
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import SECOND_US, Interval, intersect_intervals, subtract_intervals, total_us
from throughcare.monitoring.approach import Approach, evidence_of_closeness, follow, passes
from throughcare.monitoring.drafting import draft
from throughcare.monitoring.episodes import Episode, Run, merge_runs
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import AlertCode, Allowed, Incident, IncidentKind, Spell
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import ActivationRules, ConditionRules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import Statuses
from throughcare.monitoring.tracks import Pairs, ProximityTrack, pair
from throughcare.orders.model import VictimProximity

CODES = {
    IncidentKind.VICTIM_PROXIMITY: AlertCode.VICTIM_NEAR,
    IncidentKind.VICTIM_PROXIMITY_WARNING: AlertCode.VICTIM_WARNING,
}


def proximity(
    *,
    subject: ProximityTrack,
    protected: ProximityTrack,
    condition: ConditionRules,
    rules: ActivationRules,
    parameters: Parameters,
    interval: Interval,
    now_us: int,
) -> tuple[Incident, ...]:
    """Return the incidents and warnings of one proximity condition, by start.

    Parameters
    ----------
    subject, protected : ProximityTrack
        See :func:`throughcare.monitoring.tracks.proximity_track`. Positions before ``interval`` may stand in at
        its start while they are fresh.
    condition : ConditionRules
        Of a :class:`throughcare.orders.model.VictimProximity` condition.
    rules : ActivationRules
        Of the wearer's activation: names the order and the wearer on the incident.
    interval : Interval
        Time to look at: the activation, or the part of it that is kept.
    now_us : int
        Positions after it are not looked at.

    Raises
    ------
    TypeError
        If the condition is of another kind.
    """
    asked = condition.condition
    if not isinstance(asked, VictimProximity):
        raise TypeError(f"expected a victim proximity condition, found {type(asked).__name__}")
    subject, protected = _until(subject, now_us), _until(protected, now_us)
    worn = rules.interval.intersect(interval)
    within = None if worn is None else worn.intersect(Interval(worn.start_us, now_us + 1))
    demanded = times_asked(condition, within)
    pairs = pair(subject, protected, demanded=demanded, parameters=parameters)
    if within is None or not len(pairs.t_us):
        return ()
    # drafted from a scope without a single fact: nothing of either track can reach an incident
    blank = Scope(rules, parameters, Fixes.empty(), Statuses.empty(), {}, now_us)
    over = within.stop_us < now_us
    own = evidence_of_closeness(pairs, asked.distance_m, parameters=parameters)
    near, gathering_us = follow(pairs, own, parameters=parameters, now_us=now_us, over=over)
    ring, wider_us = _ring(pairs, asked.warning_m, parameters, now_us, over=over)
    passed = passes(subject, protected, asked.distance_m, demanded=demanded, parameters=parameters)
    ring = _with_passes(ring, passed, near, gathering_us, now_us)
    stale_us = round(parameters.proximity_stale_s * SECOND_US)
    since = [gathering_us, wider_us, *(_unborne(track, now_us - stale_us) for track in (subject, protected))]
    quiet_us = min(item for item in [*since, now_us] if item is not None)
    make = _Maker(blank, condition, within, demanded, pairs.t_us, quiet_us)
    incidents = make.incidents(near, IncidentKind.VICTIM_PROXIMITY)
    warnings = make.incidents(ring, IncidentKind.VICTIM_PROXIMITY_WARNING)
    incidents += _apart_from(warnings, incidents, now_us)
    return tuple(sorted(incidents, key=lambda item: (item.start_us, item.incident_id)))


def _apart_from(warnings: list[Incident], incidents: list[Incident], now_us: int) -> list[Incident]:
    """Return the warnings in whose time no incident says more."""
    told = [Interval(i.start_us, _stop_us(i, now_us)) for i in incidents]
    return [
        item
        for item in warnings
        if not any(Interval(item.start_us, _stop_us(item, now_us)).intersect(near_by) for near_by in told)
    ]


def _until(track: ProximityTrack, now_us: int) -> ProximityTrack:
    stop = int(np.searchsorted(track.t_us, now_us, side="right"))
    if stop == len(track):
        return track
    return ProximityTrack(
        track.t_us[:stop], track.lat_deg[:stop], track.lon_deg[:stop], track.sigma_m[:stop], track.poor[:stop]
    )


def times_asked(condition: ConditionRules, within: Interval | None) -> tuple[Interval, ...]:
    """Return when the distance had to be kept: while the condition ran, but for what was allowed beforehand."""
    runs = None if within is None else condition.interval.intersect(within)
    beforehand = [a.interval for a in condition.allowances if a.kind != "reasonable_excuse"]
    return () if runs is None else subtract_intervals([runs], beforehand)


def _ring(
    pairs: Pairs, warning_m: float | None, parameters: Parameters, now_us: int, *, over: bool
) -> tuple[list[Approach], int | None]:
    if warning_m is None:
        return [], None
    own = evidence_of_closeness(pairs, warning_m, parameters=parameters)
    return follow(pairs, own, parameters=parameters, now_us=now_us, over=over)


def _with_passes(
    ring: Sequence[Approach],
    found: Sequence[Approach],
    near: Sequence[Approach],
    gathering_us: int | None,
    now_us: int,
) -> list[Approach]:
    """Return the ring's approaches and the passes between sparse positions that nothing else tells of."""
    # while evidence of closeness is gathering it will speak for itself
    settled = [item for item in found if gathering_us is None or item.after_us < gathering_us]
    unseen = [item for item in settled if not _overlaps(item, [*near, *ring], now_us)]
    return sorted([*ring, *unseen], key=lambda item: (item.start_us, item.before_us))


def _overlaps(item: Approach, others: Sequence[Approach], now_us: int) -> bool:
    return any(
        item.start_us <= (now_us if other.end_us is None else other.end_us)
        and other.start_us <= (now_us if item.end_us is None else item.end_us)
        for other in others
    )


def _unborne(track: ProximityTrack, fresh_us: int) -> int | None:
    """Return since when a pass may yet come to light: its gap waits for one more position, while that is fresh."""
    return int(track.t_us[-2]) if len(track) > 1 and track.t_us[-1] >= fresh_us else None


def _stop_us(incident: Incident, now_us: int) -> int:
    end_us = now_us if incident.end_us is None else incident.end_us
    return max(end_us, incident.start_us + 1)


class _Maker:
    """Turns approaches into incidents of one condition."""

    def __init__(
        self,
        scope: Scope,
        condition: ConditionRules,
        worn: Interval,
        demanded: tuple[Interval, ...],
        paired_us: Ints,
        quiet_us: int,
    ) -> None:
        self.scope = scope
        self.condition = condition
        self.worn = worn
        self.demanded = demanded
        self.paired_us = paired_us
        self.quiet_us = quiet_us
        self.excuses = [a for a in condition.allowances if a.kind == "reasonable_excuse"]

    def incidents(self, found: Sequence[Approach], kind: IncidentKind) -> list[Incident]:
        """Return one incident for each run of approaches close in time."""
        runs = merge_runs(
            [Episode(item.start_us, item.end_us) for item in found],
            gap_s=self.scope.parameters.merge_gap_s,
            worn=self.worn,
            now_us=self.scope.now_us,
            quiet_us=self.quiet_us,
        )
        left = list(found)
        made: list[Incident] = []
        for run in runs:
            group, left = left[: len(run.episodes)], left[len(run.episodes) :]
            made.append(self._incident(run, group, kind))
        return made

    def _incident(self, run: Run, group: Sequence[Approach], kind: IncidentKind) -> Incident:
        spells = [self._spell(item, CODES[kind]) for item in group]
        stop_us = max(run.stop_us(self.scope.now_us), run.start_us + 1)
        whole = Interval(run.start_us, stop_us)
        best = self._cut([(item.start_us, self._end_us(item)) for item in group])
        counted = subtract_intervals(best, [a.interval for a in self.excuses])
        return draft(
            self.scope,
            kind=kind,
            code=CODES[kind],
            closed=run.settled,
            detected_us=group[0].detected_us,
            spells=spells,
            reasons=_reasons(group, kind),
            confidence=max(item.confidence for item in group),
            unknown_s=self._unknown_s(whole),
            atv_s=total_us(counted) / SECOND_US if kind is IncidentKind.VICTIM_PROXIMITY else 0.0,
            condition=self.condition,
            allowed=tuple(
                Allowed(a.kind, a.allowance_id, shared.seconds(), a.reason)
                for a in self.excuses
                for shared in [whole.intersect(a.interval)]
                if shared is not None
            ),
        )

    def _end_us(self, item: Approach) -> int:
        return item.last_us if item.end_us is None else item.end_us

    def _spell(self, item: Approach, code: AlertCode) -> Spell:
        bounds = (
            (item.first_us, item.last_us),
            (item.start_us, self._end_us(item)),
            (item.before_us, max(item.after_us, self._end_us(item))),
        )
        low_s, best_s, high_s = (total_us(self._cut([pair_us])) / SECOND_US for pair_us in bounds)
        low_s, high_s = min(low_s, best_s), max(high_s, best_s)
        return Spell(item.start_us, item.end_us, low_s, best_s, high_s, code, item.evidence, item.confidence)

    def _cut(self, bounds: Sequence[tuple[int, int]]) -> tuple[Interval, ...]:
        return intersect_intervals([Interval(a, b) for a, b in bounds if b > a], self.demanded)

    def _unknown_s(self, whole: Interval) -> float:
        """Return the seconds of a run in which one of the two positions was not known."""
        inside = self.paired_us[(self.paired_us >= whole.start_us) & (self.paired_us <= whole.stop_us)]
        gaps = np.diff(inside)
        stale_us = round(self.scope.parameters.proximity_stale_s * SECOND_US)
        return float(gaps[gaps > stale_us].sum()) / SECOND_US


def _reasons(group: Sequence[Approach], kind: IncidentKind) -> list[Reason]:
    facts = {"spells": len(group), "reports": sum(item.evidence for item in group)}
    reasons: list[Reason] = []
    if any(item.evidence for item in group):
        near = kind is IncidentKind.VICTIM_PROXIMITY
        words = "The distance that the order asks for was not kept."
        wider = "The wearer came within the wider ring in which the order gives warning."
        reasons.append(
            Reason("distance_not_kept" if near else "within_ring", words if near else wider, facts)
        )
    if any(not item.evidence for item in group):
        words = "Between two positions the way may have passed within the distance; nobody was seen there."
        reasons.append(Reason("may_have_passed", words, {"times": sum(not item.evidence for item in group)}))
    if any(item.lost for item in group):
        words = "It ends where a position was no longer known, not where distance was seen again."
        reasons.append(Reason("then_unknown", words))
    return reasons
