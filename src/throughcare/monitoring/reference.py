"""The reference: the engine said slowly and obviously, from all the facts at once.

No compiled code, no checkpoints, no batches: sort the facts, walk over them once for each watch, keep the
segments in a list, then apply the incident rules. The fast path must give exactly the same; the law tests
hold it to that. Read this file to know what the engine does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.areas import compliance_distance_m
from throughcare.monitoring.evaluate import evaluate
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import (
    decorrelation_s,
    movement_gain,
    open_log_odds,
    outliers,
    probability,
)
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.items import FIX, Items, canonical_fixes, canonical_statuses, merge_items
from throughcare.monitoring.kernels import REPORT_US
from throughcare.monitoring.membership import RADIUS_68, log_ratio, log_ratio_table
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import ActivationRules, Watch
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import Statuses, StatusKind

INSIDE, OUTSIDE, UNKNOWN = Presence.INSIDE, Presence.OUTSIDE, Presence.UNKNOWN


@dataclass
class Run:
    """Where the evidence turned: a cumulative sum that is forgotten when the turn is undone."""

    total: float = 0.0
    first_us: int | None = None
    before_us: int | None = None
    count: int = 0

    def follow(self, t_us: int, step: float, before_us: int | None) -> None:
        """Add a step in the run's own direction (negative undoes it)."""
        self.total += step
        if self.total <= 0.0:
            self.total, self.first_us, self.count = 0.0, None, 0
        elif step > 0.0:
            if self.first_us is None:
                self.first_us, self.before_us = t_us, before_us
            self.count += 1


class Walk:
    """One watch's walk over the items of one activation."""

    def __init__(self, watch: Watch, parameters: Parameters, start_us: int) -> None:
        self.watch = watch
        self.parameters = parameters
        outlier_share, self.outlier_scale_m = outliers(parameters, watch.kind)
        self.table = log_ratio_table(outlier_share)
        self.open_log_odds = open_log_odds(parameters, watch.kind)
        self.decorrelation_s = decorrelation_s(parameters, watch.kind)
        self.segments: list[Segment] = []
        self.state = UNKNOWN
        self.start_us = self.first_us = self.last_us = self.decided_us = start_us
        self.evidence = 0
        self.peak = 0.0
        self.log_odds = self.fix_odds = self.radio_odds = 0.0
        self.drop, self.rise = Run(), Run()
        self.last_fix_us: int | None = None
        self.last_radio_us: int | None = None
        self.last_any_us: int | None = None
        self.away: tuple[float, float, float] | None = None
        self.tag_spoke_us: int | None = None
        self.unit_moved = self.unit_dead = self.strap_open = self.tag_dead = False

    def take(self, items: Items, i: int) -> None:
        """Take one item."""
        t_us, kind = int(items.t_us[i]), int(items.kind[i])
        if kind not in (FIX, StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED):
            self._event(t_us, kind)
            return
        if kind == StatusKind.RADIO_HEARD:
            self.unit_dead = False  # a unit that hears is on
        usable = not self._is_unusable(items, i, kind, t_us)
        if kind != StatusKind.RADIO_MISSED:
            self.tag_dead = False
        if kind == FIX:
            self.tag_spoke_us = t_us
        if not usable:
            return
        if self.last_any_us is not None and t_us - self.last_any_us > self.parameters.gap_limit_s * SECOND_US:
            self._lose(self.last_any_us)
        pull = self._take_fix(items, i, t_us) if kind == FIX else self._take_poll(kind, t_us)
        self.log_odds = self.fix_odds + self.radio_odds
        self.drop.follow(t_us, -pull, self.last_any_us)
        self.rise.follow(t_us, pull, self.last_any_us)
        self._decide(t_us, pull)
        self.last_any_us = t_us

    def _event(self, t_us: int, kind: int) -> None:
        if kind == StatusKind.STRAP_OPEN:
            self.strap_open = True
            # a tag that may be off says nothing about its wearer; nor did its silence before
            last_us = self.last_any_us
            self._lose(last_us if last_us is not None and self._is_old(last_us, t_us) else t_us)
        elif kind == StatusKind.STRAP_CLOSED:
            self.strap_open = False
        elif kind == StatusKind.BATTERY_DEAD:
            self.tag_dead = True
        elif kind == StatusKind.BATTERY_PERCENT:
            self.tag_dead = False
        elif kind in (StatusKind.DEVICE_HEARTBEAT, StatusKind.NO_POSITION):
            self.tag_dead = False
            if self.tag_spoke_us is not None or kind == StatusKind.NO_POSITION:
                self.tag_spoke_us = t_us
        elif kind == StatusKind.UNIT_MOVED:
            self.unit_moved = True
        elif kind == StatusKind.UNIT_DEAD:
            self.unit_dead = True
        else:
            self.unit_dead = False
            if kind == StatusKind.UNIT_IN_PLACE:
                self.unit_moved = False

    def _is_unusable(self, items: Items, i: int, kind: int, t_us: int) -> bool:
        if self.strap_open:
            return True
        rule = self.parameters.detector is Detector.TUNED_RULE
        if kind == FIX:
            fix = int(items.origin[i])
            gated = bool(items.poor[fix]) or items.sigma_m[fix] * RADIUS_68 > self.parameters.rule_gate_m
            wide = bool(items.poor[fix]) and items.sigma_m[fix] * RADIUS_68 > self.parameters.poor_radius_m
            if wide and self.last_radio_us is not None and not self._is_old(self.last_radio_us, t_us):
                return True  # a home unit that told of the tag of late says more than a mast does
            # a second report of one instant is no second witness
            return (rule and gated) or self.last_fix_us == t_us
        if not self.watch.radio or self.unit_moved or self.unit_dead or self.last_radio_us == t_us:
            return True
        return kind == StatusKind.RADIO_MISSED and (rule or self._tag_is_silent(t_us))

    def _tag_is_silent(self, t_us: int) -> bool:
        """Return whether an unheard poll says nothing: the tag is dead, or silent on its own network too.

        Only a tag that finds positions has a network of its own; of a radio tag a missed poll is all there is.
        """
        if self.tag_dead or self.tag_spoke_us is None:
            return self.tag_dead
        return t_us - self.tag_spoke_us > self.parameters.tag_silent_s * SECOND_US

    def _weight(self, t_us: int, last_us: int | None) -> float:
        if last_us is None:
            return self.parameters.max_weight
        independent = (t_us - last_us) / (self.decorrelation_s * SECOND_US)
        return min(self.parameters.max_weight, independent)

    def _take_fix(self, items: Items, i: int, t_us: int) -> float:
        plane, parameters, before = self.watch.area.plane, self.parameters, self.fix_odds
        fix = int(items.origin[i])
        east = (float(items.fixes.lon_deg[fix]) - plane.lon0_deg) * plane.east_m_per_deg
        north = (float(items.fixes.lat_deg[fix]) - plane.lat0_deg) * plane.north_m_per_deg
        distance_m = compliance_distance_m(self.watch.area, east, north)
        own = log_ratio(distance_m / float(items.sigma_m[fix]), distance_m / self.outlier_scale_m, self.table)
        # errors repeat themselves: the log-odds move a share of the way to what the fix says, never beyond
        share = self._weight(t_us, self.last_fix_us)
        if own >= 0.0:
            self.away = None
        elif not items.poor[fix] and movement_gain(parameters, self.watch.kind) > 0.0:
            here = (east, north, float(items.sigma_m[fix]))
            share = self._moved_weight(share, here)
            self.away = here
        after, pull = before + share * (own - before), share * own
        limit = parameters.poor_source_share * self.open_log_odds
        if parameters.detector is Detector.TUNED_RULE:
            after = self._rule_odds(t_us, distance_m)
            # at a bound the log-odds move no more, but each fix still speaks for its side
            pull = 4.0 * parameters.cap_log_odds if distance_m >= 0.0 else -1e-6
        elif items.poor[fix] and after < before and after < -limit:
            after = min(before, -limit)
            pull = after - before
        self.fix_odds = min(parameters.cap_log_odds, max(-parameters.floor_log_odds, after))
        if self._is_old(self.last_radio_us, t_us):
            self.radio_odds = 0.0
        self.last_fix_us = t_us
        return pull

    def _moved_weight(self, share: float, here: tuple[float, float, float]) -> float:
        if self.away is None:
            return share
        (east, north, sigma), (last_east, last_north, last_sigma) = here, self.away
        across, up = east - last_east, north - last_north
        error_m = math.sqrt(0.5 * (sigma * sigma + last_sigma * last_sigma))
        apart_m = math.sqrt(across * across + up * up)
        beyond = (apart_m - self.parameters.movement_errors * error_m) / self.parameters.movement_scale_m
        gain = 1.0 + self.parameters.movement_gain * min(1.0, max(0.0, beyond))
        return min(self.parameters.max_weight, share * gain)

    def _rule_odds(self, t_us: int, distance_m: float) -> float:
        if distance_m >= 0.0:
            return self.parameters.cap_log_odds
        since_us = 0 if self.drop.first_us is None else t_us - self.drop.first_us
        long_enough = since_us >= self.parameters.rule_dwell_s * SECOND_US
        if long_enough and self.drop.count + 1 >= self.parameters.rule_min_fixes:
            return -self.parameters.floor_log_odds
        return self.fix_odds - 1e-6

    def _take_poll(self, kind: int, t_us: int) -> float:
        bound = self.parameters.radio_log_odds
        if kind == StatusKind.RADIO_HEARD:
            # heard beside the unit outweighs everything and undoes any turn
            rule = self.parameters.detector is Detector.TUNED_RULE
            self.radio_odds, pull = bound, 4.0 * bound
            self.fix_odds = max(self.fix_odds, self.parameters.cap_log_odds if rule else 0.0)
            self.away = None
        else:
            missed, least = (
                self.parameters.radio_missed_log_odds,
                -self.parameters.radio_missed_bound_log_odds,
            )
            if self.tag_spoke_us is None:  # a radio tag: the polls are all there is
                missed = self.parameters.radio_alone_log_odds
            if self.last_fix_us is None:  # no position says otherwise
                least = -bound
            pull = -missed * self._weight(t_us, self.last_radio_us)
            self.radio_odds = max(least, min(self.radio_odds, 0.0) + pull)
        if self._is_old(self.last_fix_us, t_us):
            self.fix_odds, self.last_fix_us, self.away = 0.0, None, None
        self.last_radio_us = t_us
        return pull

    def _is_old(self, last_us: int | None, t_us: int) -> bool:
        return last_us is not None and t_us - last_us > self.parameters.gap_limit_s * SECOND_US

    def _decide(self, t_us: int, pull: float) -> None:
        if self.state != OUTSIDE and self.log_odds <= -self.open_log_odds:
            self._turn(OUTSIDE, self.drop, t_us)
        elif self.state != INSIDE and self.log_odds >= self.parameters.close_log_odds:
            self._turn(INSIDE, self.rise, t_us)
        elif self.state == OUTSIDE and self.log_odds > -self.parameters.hold_share * self.open_log_odds:
            self._turn(UNKNOWN, self.rise, t_us)
        elif self.state == INSIDE and self.log_odds <= -self.parameters.hold_share * self.open_log_odds:
            self._turn(UNKNOWN, self.drop, t_us)
        elif self.state * pull > 0.0:
            self.last_us = t_us
            self.evidence += 1
        if self.state != UNKNOWN:
            self.peak = max(self.peak, self.state * self.log_odds)

    def _turn(self, state: Presence, run: Run, t_us: int) -> None:
        first_us, before_us, count = run.first_us, run.before_us, run.count
        if first_us is None:
            first_us, before_us, count = t_us, self.last_any_us, 1
        boundary_us = first_us if before_us is None else before_us + (first_us - before_us) // 2
        boundary_us = max(boundary_us, self.start_us)
        if self.state != UNKNOWN:
            self.last_us = max(self.first_us, min(self.last_us, boundary_us))
        self._close(boundary_us)
        self.state, self.start_us, self.decided_us, self.peak = state, boundary_us, t_us, 0.0
        if (
            state == UNKNOWN
        ):  # doubt keeps the run that raised it: what follows is dated back to where it began
            self.first_us, self.last_us, self.evidence = boundary_us, boundary_us, 0
            if run is self.drop:
                self.rise = Run()
            else:
                self.drop = Run()
            return
        self.first_us, self.last_us, self.evidence = max(first_us, boundary_us), t_us, count
        self.drop, self.rise = Run(), Run()

    def _lose(self, at_us: int) -> None:
        if self.state != UNKNOWN:
            if self.last_any_us is not None:
                at_us = max(
                    at_us, self.last_any_us + REPORT_US
                )  # the segment holds at least its last evidence
            self._close(at_us)
            self.state = UNKNOWN
            self.start_us = self.first_us = self.last_us = self.decided_us = at_us
            self.evidence, self.peak = 0, 0.0
        self.log_odds = self.fix_odds = self.radio_odds = 0.0
        self.drop, self.rise = Run(), Run()
        self.last_fix_us = self.last_radio_us = self.last_any_us = None
        self.away = None

    def _close(self, end_us: int) -> None:
        if end_us > self.start_us:
            self.segments.append(self._segment(end_us))

    def _segment(self, end_us: int | None) -> Segment:
        return Segment(
            self.start_us,
            end_us,
            self.state,
            self.first_us,
            self.last_us,
            self.decided_us,
            self.evidence,
            probability(self.peak),
        )

    def finish(self, now_us: int) -> tuple[Segment, ...]:
        """Return the segments, the last one open, as they stand at ``now``."""
        last_us = self.last_any_us
        silent = last_us is not None and now_us - last_us > self.parameters.gap_limit_s * SECOND_US
        if self.state == UNKNOWN or not silent or last_us is None:
            return (*self.segments, self._segment(None))
        lost_us = last_us + REPORT_US
        unknown = Segment(lost_us, None, UNKNOWN, lost_us, lost_us, lost_us, 0, 0.5)
        return (*self.segments, self._segment(lost_us), unknown)


def reference_segments(
    items: Items, watch: Watch, *, parameters: Parameters, start_us: int, now_us: int
) -> tuple[Segment, ...]:
    """Return the presence segments of one watch: the oracle of :mod:`throughcare.monitoring.folding`."""
    walk = Walk(watch, parameters, start_us)
    for i in range(len(items)):
        walk.take(items, i)
    return walk.finish(now_us)


def reference_incidents(
    fixes: Fixes, statuses: Statuses, *, rules: ActivationRules, parameters: Parameters, now_us: int
) -> tuple[Incident, ...]:
    """Return the incidents of one activation from all its facts: the oracle of ``advance``.

    Parameters
    ----------
    fixes, statuses : Fixes, Statuses
        Of one activation, in any order, duplicates allowed.
    """
    fixes, statuses = canonical_fixes(fixes), canonical_statuses(statuses)
    items = merge_items(fixes, statuses, parameters)
    start_us = rules.interval.start_us
    segments = {
        watch.watch_id: reference_segments(
            items, watch, parameters=parameters, start_us=start_us, now_us=now_us
        )
        for watch in rules.watches
    }
    scope = Scope(
        rules=rules,
        parameters=parameters,
        fixes=fixes,
        statuses=statuses,
        segments=segments,
        now_us=now_us,
    )
    return evaluate(scope)
