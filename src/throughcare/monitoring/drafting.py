"""Drafting: a whole incident out of what a rule found, so that every rule fills every field in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    Cause,
    Incident,
    IncidentKind,
    IncidentStatus,
    Measure,
    Spell,
    incident_id,
)
from throughcare.monitoring.rules import ConditionRules, Window
from throughcare.monitoring.scope import Scope


def certain_spell(
    *,
    start_us: int,
    end_us: int | None,
    until_us: int,
    code: AlertCode,
    evidence: int,
    confidence: float = 1.0,
) -> Spell:
    """Return a spell whose length is sure: its three bounds are equal.

    Parameters
    ----------
    end_us, until_us : int or None, int
        End of the spell, None while it lasts; the instant up to which an open one has run.
    """
    length_s = ((until_us if end_us is None else end_us) - start_us) / SECOND_US
    return Spell(start_us, end_us, length_s, length_s, length_s, code, evidence, confidence)


def draft(
    scope: Scope,
    *,
    kind: IncidentKind,
    code: AlertCode,
    closed: bool,
    detected_us: int,
    spells: Sequence[Spell],
    reasons: Sequence[Reason],
    confidence: float = 1.0,
    unknown_s: float = 0.0,
    atv_s: float = 0.0,
    cause: Cause | None = None,
    condition: ConditionRules | None = None,
    window: Window | None = None,
    anchor_us: int | None = None,
    bounds_s: tuple[float, float, float] | None = None,
    allowed: tuple[Allowed, ...] = (),
) -> Incident:
    """Return the incident of one or more spells, in time order, of which only the last may be open.

    Parameters
    ----------
    closed : bool
        Whether no later fact can make it grow (it may be over and still open, while a repeat would merge).
    anchor_us : int or None
        What the id rests on; None is the first spell's start.
    bounds_s : (low, best, high) or None, seconds
        Of all spells together, where some overlap; None adds them up.
    """
    worn = scope.rules
    condition_id = None if condition is None else condition.condition.condition_id
    low_s, best_s, high_s = bounds_s or _added_s(spells)
    return Incident(
        incident_id=_id(scope, condition_id, kind, spells[0].start_us if anchor_us is None else anchor_us),
        kind=kind,
        code=code,
        status=IncidentStatus.CLOSED if closed else IncidentStatus.OPEN,
        activation_id=worn.activation.activation_id,
        wearer_ref=worn.wearer_ref,
        order_id=worn.order_id if condition is None else condition.order_id,
        order_version=_version(scope, condition, window),
        condition_id=condition_id,
        window=None if window is None or window.label == "always" else window.scheduled,
        start_us=spells[0].start_us,
        end_us=spells[-1].end_us,
        detected_us=detected_us,
        spells=tuple(spells),
        low_s=low_s,
        best_s=best_s,
        high_s=high_s,
        unknown_s=unknown_s,
        allowed=allowed,
        atv_s=atv_s,
        confidence=confidence,
        cause=cause,
        reasons=tuple(reasons),
        watch_id=None if window is None else window.watch_id,
        parameters_id=scope.parameters.parameters_id,
    )


def _id(scope: Scope, condition_id: str | None, kind: IncidentKind, anchor_us: int) -> str:
    activation_id = scope.rules.activation.activation_id
    return incident_id(activation_id=activation_id, condition_id=condition_id, kind=kind, anchor_us=anchor_us)


def _added_s(spells: Sequence[Spell]) -> tuple[float, float, float]:
    return (
        sum(spell.low_s for spell in spells),
        sum(spell.best_s for spell in spells),
        sum(spell.high_s for spell in spells),
    )


def _version(scope: Scope, condition: ConditionRules | None, window: Window | None) -> int:
    if window is not None:
        return window.order_version
    return scope.rules.order_version if condition is None else condition.order_version


def still_told(scope: Scope, end_us: int | None) -> bool:
    """Return whether an incident that ended then is still ours to tell: what ended before the cut is final."""
    return scope.whole_from_us is None or end_us is None or end_us >= scope.whole_from_us


def measure(
    scope: Scope,
    *,
    name: str,
    value: float,
    unit: str,
    bounds: tuple[float | None, float | None] = (None, None),
    condition: ConditionRules | None = None,
) -> Measure:
    """Return a measure of a condition, or of the activation where none is given."""
    low, high = bounds
    return Measure(
        activation_id=scope.rules.activation.activation_id,
        wearer_ref=scope.rules.wearer_ref,
        order_id=scope.rules.order_id if condition is None else condition.order_id,
        condition_id=None if condition is None else condition.condition.condition_id,
        name=name,
        value=float(value),
        unit=unit,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )
