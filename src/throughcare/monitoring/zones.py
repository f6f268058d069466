"""Zones: one incident for a visit to an exclusion zone or a departure from an inclusion or restriction zone.

Visits closer together than the merge gap are one incident. The warning ring of an exclusion zone makes an
incident of its own kind, unless the zone itself was entered in the same visit.
"""

from __future__ import annotations

from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import SECOND_US, Interval, intersect_intervals, subtract_intervals
from throughcare.monitoring.drafting import draft
from throughcare.monitoring.incidents import AlertCode, Allowed, Incident, IncidentKind, Spell
from throughcare.monitoring.rules import ConditionRules, Window
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.spells import RawSpell, SegmentIndex, detected_us, seconds, spells_in, union

CODES = {
    IncidentKind.ZONE_ENTRY: AlertCode.EXCLUSION_ZONE_ENTERED,
    IncidentKind.ZONE_BUFFER: AlertCode.EXCLUSION_BUFFER_ENTERED,
    IncidentKind.ZONE_EXIT: AlertCode.INCLUSION_ZONE_LEFT,
}
WORDS = {
    IncidentKind.ZONE_ENTRY: "reports place the tag inside the exclusion zone.",
    IncidentKind.ZONE_BUFFER: "reports place the tag inside the warning ring of the exclusion zone.",
    IncidentKind.ZONE_EXIT: "reports place the tag outside the zone to stay in.",
}


def zone_incidents(scope: Scope) -> tuple[Incident, ...]:
    """Return the zone incidents of an activation, by start."""
    found: list[Incident] = []
    for rules in scope.rules.conditions:
        if rules.kind in CODES:
            found.extend(_condition_incidents(scope, rules))
    entered = [
        (i.condition_id, i.start_us, _stop_us(i, scope)) for i in found if i.kind is IncidentKind.ZONE_ENTRY
    ]
    kept = [i for i in found if i.kind is not IncidentKind.ZONE_BUFFER or not _covered(i, entered, scope)]
    return tuple(sorted(kept, key=lambda i: (i.start_us, i.incident_id)))


Located = tuple[RawSpell, Window]


def _condition_incidents(scope: Scope, rules: ConditionRules) -> list[Incident]:
    located: list[Located] = []
    for watch_id in sorted({window.watch_id for window in rules.windows}):
        index = SegmentIndex(scope.segments[watch_id], now_us=scope.now_us)
        for window in rules.windows:
            if window.watch_id == watch_id:
                spells = spells_in(index, window.pieces)
                located.extend((s, window) for s in spells if seconds(s.low) >= scope.parameters.zone_dwell_s)
    located.sort(key=lambda pair: (pair[0].best[0].start_us, pair[1].watch_id))
    return [_incident(scope, rules, group) for group in _groups(located, scope.parameters.merge_gap_s)]


def _groups(located: list[Located], gap_s: float) -> list[list[Located]]:
    groups: list[list[Located]] = []
    stop_us = 0
    for pair in located:
        best = pair[0].best
        if groups and best[0].start_us - stop_us < gap_s * SECOND_US:
            groups[-1].append(pair)
            stop_us = max(stop_us, best[-1].stop_us)
        else:
            groups.append([pair])
            stop_us = best[-1].stop_us
    return groups


def _incident(scope: Scope, rules: ConditionRules, group: list[Located]) -> Incident:
    assert rules.kind is not None
    spells = [spell for spell, _ in group]
    first, window = group[0]
    code = CODES[rules.kind]
    told = tuple(_spell(spell, code) for spell in spells)
    best = union(spells, "best")
    excuses = [a for a in rules.allowances if a.kind == "reasonable_excuse"]
    evidence = sum(spell.evidence for spell in told)
    facts = {"reports": evidence, "visits": len(told)}
    return draft(
        scope,
        kind=rules.kind,
        code=code,
        closed=_is_settled(scope, group[-1]),
        detected_us=detected_us(scope, first, dwell_s=scope.parameters.zone_dwell_s),
        spells=told,
        reasons=[Reason("zone_evidenced", f"{evidence} {WORDS[rules.kind]}", facts)],
        confidence=max(spell.segment.confidence for spell in spells),
        atv_s=seconds(subtract_intervals(best, [a.interval for a in excuses])),
        condition=rules,
        window=window,
        bounds_s=(seconds(union(spells, "low")), seconds(best), seconds(union(spells, "high"))),
        allowed=tuple(
            Allowed(a.kind, a.allowance_id, seconds(shared), a.reason)
            for a in excuses
            for shared in [intersect_intervals(best, [a.interval])]
            if shared
        ),
    )


def _is_settled(scope: Scope, last: Located) -> bool:
    """Return whether the visit is known to be over, and no other visit can belong to it any more.

    Compliance was seen, or the window ended. After silence nobody knows, so it stays open.
    """
    spell, window = last
    stop_us = spell.best[-1].stop_us
    ended = spell.seen_after or (bool(window.pieces) and scope.now_us >= window.pieces[-1].stop_us)
    return ended and not spell.open and scope.now_us - stop_us >= scope.parameters.merge_gap_s * SECOND_US


def _spell(spell: RawSpell, code: AlertCode) -> Spell:
    return Spell(
        start_us=spell.best[0].start_us,
        end_us=None if spell.open else spell.best[-1].stop_us,
        low_s=seconds(spell.low),
        best_s=seconds(spell.best),
        high_s=seconds(spell.high),
        code=code,
        evidence=spell.segment.evidence,
        confidence=spell.segment.confidence,
    )


def _stop_us(incident: Incident, scope: Scope) -> int:
    return scope.now_us if incident.end_us is None else incident.end_us


def _covered(incident: Incident, entered: list[tuple[str | None, int, int]], scope: Scope) -> bool:
    visit = Interval(incident.start_us, max(_stop_us(incident, scope), incident.start_us + 1))
    return any(
        condition_id == incident.condition_id and visit.intersect(Interval(start, max(stop, start + 1)))
        for condition_id, start, stop in entered
    )
