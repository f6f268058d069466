"""Curfew: at most one incident a night, naming what kind of absence it was.

The rule, which ``docs/rules/monitoring-curfew.md`` shows as tables:

* Demanded time is the scheduled window less authorised absences and suspensions.
* A spell counts when evidence places the wearer away for at least the dwell (the longer of the parameter and
  the order's grace). Shorter spells, and silence, make no incident.
* The code of a spell: AL12 away for the entire window; AL11 still away at its end; AL09 came back late (AL08
  while still away); AL10 left during it. A wearer who is already away when the window starts is AL08.
* Excused time leaves the Accumulated Time Violation; the incident stands.
"""

from __future__ import annotations

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import Interval, intersect_intervals, merge_intervals, subtract_intervals
from throughcare.monitoring.drafting import draft
from throughcare.monitoring.incidents import AlertCode, Allowed, Incident, IncidentKind, Spell
from throughcare.monitoring.rules import ConditionRules, Window
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.spells import (
    RawSpell,
    SegmentIndex,
    detected_us,
    seconds,
    spells_in,
    union,
    unknown_s,
)
from throughcare.monitoring.stating import stated_share
from throughcare.monitoring.status import StatusKind
from throughcare.orders.model import Curfew

# most serious first: the incident carries the first that any of its spells has
SEVERITY = (
    AlertCode.OUT_ENTIRE_CURFEW,
    AlertCode.OUT_AT_END,
    AlertCode.OUT_PAST_COMMENCEMENT,
    AlertCode.RETURN_HOME_LATE,
    AlertCode.LEFT_DURING_CURFEW,
)
ENTIRE_UNKNOWN_SHARE = 0.1  # more silence than this, and "away for the entire window" is not claimed


def curfew_incidents(scope: Scope) -> tuple[Incident, ...]:
    """Return the curfew incidents of an activation, by window start."""
    found: list[Incident] = []
    for rules in scope.rules.conditions:
        if rules.kind is not IncidentKind.CURFEW_ABSENCE:
            continue
        assert isinstance(rules.condition, Curfew)
        dwell_s = max(scope.parameters.curfew_dwell_s, float(rules.condition.grace_s))
        indexes = {
            watch_id: SegmentIndex(scope.segments[watch_id], now_us=scope.now_us)
            for watch_id in {window.watch_id for window in rules.windows}
        }
        for window in rules.windows:
            if window.pieces and window.pieces[0].start_us < scope.now_us:
                incident = _window_incident(scope, rules, window, indexes[window.watch_id], dwell_s)
                if incident is not None:
                    found.append(incident)
    return tuple(found)


def _window_incident(
    scope: Scope, rules: ConditionRules, window: Window, index: SegmentIndex, dwell_s: float
) -> Incident | None:
    spells = [s for s in spells_in(index, window.pieces) if seconds(s.low) >= dwell_s]
    if not spells:
        return None
    silent_s = unknown_s(index, window.pieces)
    told = tuple(_spell(scope, s, window, silent_s) for s in spells)
    code = next(c for c in SEVERITY if c in {s.code for s in told})
    excuses = [a for a in rules.allowances if a.kind == "reasonable_excuse"]
    best = union(spells, "best")
    return draft(
        scope,
        kind=IncidentKind.CURFEW_ABSENCE,
        code=code,
        closed=scope.now_us >= window.pieces[-1].stop_us,
        detected_us=detected_us(scope, spells[0], dwell_s=dwell_s),
        spells=told,
        reasons=_reasons(told, spells, silent_s),
        confidence=max(s.confidence for s in told),
        unknown_s=silent_s,
        atv_s=seconds(subtract_intervals(best, [a.interval for a in excuses])),
        condition=rules,
        window=window,
        anchor_us=window.anchor_us,
        bounds_s=(seconds(union(spells, "low")), seconds(best), seconds(union(spells, "high"))),
        allowed=_allowed(rules, window, spells),
    )


def _spell(scope: Scope, spell: RawSpell, window: Window, silent_s: float) -> Spell:
    start_us, stop_us = spell.best[0].start_us, spell.best[-1].stop_us
    proved_s = seconds(spell.low)
    unheard = _unheard(scope, window.watch_id, start_us, stop_us)
    return Spell(
        start_us=start_us,
        end_us=None if spell.open else stop_us,
        low_s=proved_s,
        best_s=seconds(spell.best),
        high_s=seconds(spell.high),
        code=_code(spell, window, scope.now_us, silent_s),
        evidence=spell.segment.evidence,
        confidence=stated_share(reached=spell.segment.confidence, proved_s=proved_s, unheard=unheard),
    )


def _unheard(scope: Scope, watch_id: str, start_us: int, stop_us: int) -> int:
    """Return how many polls of the home unit, where it is heard, did not hear the tag from then to then."""
    if not scope.rules.watch(watch_id).radio:
        return 0
    first = np.searchsorted(scope.statuses.t_us, start_us)
    last = np.searchsorted(scope.statuses.t_us, stop_us, side="right")
    return int(np.count_nonzero(scope.statuses.kind[first:last] == StatusKind.RADIO_MISSED))


def _code(spell: RawSpell, window: Window, now_us: int, silent_s: float) -> AlertCode:
    demanded_s = seconds(window.pieces)
    end_us = window.pieces[-1].stop_us
    away_at_end = now_us >= end_us and spell.best[-1].stop_us >= end_us
    if spell.seen_before:
        return AlertCode.OUT_AT_END if away_at_end else AlertCode.LEFT_DURING_CURFEW
    if away_at_end:
        whole = not spell.seen_after and silent_s <= ENTIRE_UNKNOWN_SHARE * demanded_s
        return AlertCode.OUT_ENTIRE_CURFEW if whole else AlertCode.OUT_AT_END
    return AlertCode.RETURN_HOME_LATE if spell.seen_after else AlertCode.OUT_PAST_COMMENCEMENT


def _allowed(rules: ConditionRules, window: Window, spells: list[RawSpell]) -> tuple[Allowed, ...]:
    """Return the allowances that touch the absence, with the seconds that each covers."""
    away = merge_intervals(
        Interval(s.segment.start_us, s.segment.end_us if s.segment.end_us is not None else s.best[-1].stop_us)
        for s in spells
    )
    within = intersect_intervals(away, [window.scheduled])
    found: list[Allowed] = []
    for item in rules.allowances:
        covered_s = seconds(intersect_intervals(within, [item.interval]))
        if covered_s > 0:
            found.append(Allowed(item.kind, item.allowance_id, covered_s, item.reason))
    return tuple(found)


def _reasons(told: tuple[Spell, ...], spells: list[RawSpell], silent_s: float) -> tuple[Reason, ...]:
    evidence = sum(spell.evidence for spell in told)
    reasons = [
        Reason(
            code="outside_evidenced",
            words=f"{evidence} reports place the tag away from the curfew address.",
            facts={"reports": evidence, "spells": len(told)},
        )
    ]
    if not spells[0].seen_before:
        reasons.append(
            Reason(
                code="not_seen_at_home_before",
                words="The tag was not seen at the curfew address in this window before the absence.",
            )
        )
    if silent_s > 0:
        reasons.append(
            Reason(
                code="presence_unknown",
                words="For part of the window nothing is known; that time is not counted as absence.",
                facts={"unknown_s": silent_s},
            )
        )
    return tuple(reasons)
