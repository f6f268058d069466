"""Protecting: wearers compared with the persons from whom their orders keep them away, at once or live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from throughcare.kernel.time import MINUTE_US, SECOND_US, Interval
from throughcare.monitoring.advance import tell_apart
from throughcare.monitoring.calm import WARM_US, calm_us
from throughcare.monitoring.events import Event
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.incidents import Incident, IncidentStatus
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.proximity import proximity
from throughcare.monitoring.rules import ConditionRules, Rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.state import Told
from throughcare.monitoring.tracks import ProximityTrack, proximity_track
from throughcare.orders.model import VictimProximity


def proximity_incidents(scopes: Mapping[str, Scope], protected: Positions | None) -> list[Incident]:
    """Return the incidents of every proximity condition; nothing of the protected persons' tracks is in them.

    Parameters
    ----------
    scopes : mapping of activation id to Scope
        The wearers, as the incident rules see them.
    protected : Positions or None
        Keyed by the opaque reference that the order calls ``protected_ref``.
    """
    if protected is None or not len(protected):
        return []
    tracks: dict[str, ProximityTrack] = {}
    found: list[Incident] = []
    for scope in scopes.values():
        for condition in scope.rules.conditions:
            if not isinstance(condition.condition, VictimProximity) or scope.interval is None:
                continue
            ref = condition.condition.protected_ref
            if ref not in tracks:
                rows = np.array([name == ref for name in protected.keys], np.bool_)[protected.key]
                tracks[ref] = _track(_as_fixes(protected.take(rows)), scope.parameters, scope.now_us)
            found.extend(
                proximity(
                    subject=_track(scope.fixes, scope.parameters, scope.now_us),
                    protected=tracks[ref],
                    condition=condition,
                    rules=scope.rules,
                    parameters=scope.parameters,
                    interval=scope.interval,
                    now_us=scope.now_us,
                )
            )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What one condition says now of whether the distance was kept.

    Parameters
    ----------
    told : dict of str to Told
        What was last told of each incident that an event is about.
    settled_us : int
        What began up to it is final. :data:`throughcare.monitoring.calm.WARM_US` before it the facts begin that the
        next evaluation needs.
    due_us : int or None
        When to look again although nothing new has come; None where time alone changes nothing.
    """

    events: tuple[Event, ...]
    told: dict[str, Told]
    settled_us: int
    due_us: int | None


def keep_apart(
    before: Mapping[str, Told],
    fixes: Fixes,
    protected: Positions,
    *,
    condition_id: str,
    rules: Rules,
    settled_us: int,
    now_us: int,
    retain_us: int,
) -> Kept:
    """Return what a condition says of the one activation of the rules, and the events against what was told before.

    Parameters
    ----------
    before : mapping of incident id to Told
        Every incident of the condition that was told, as last told, the retracted ones too.
    fixes, protected : Fixes, Positions
        Both people's, from :data:`throughcare.monitoring.calm.WARM_US` before ``settled_us`` on at the least.
    condition_id : str
        One that the order no longer has takes back what is not final.
    settled_us : int
        Everything up to it is final, and no new fact lies before it.
    """
    compiled = next(iter(rules.activations.values()))
    pieces = [piece for piece in compiled.conditions if _is_named(piece, condition_id)]
    looked_at = _looked_at(compiled.interval.start_us, settled_us, now_us)
    tracks = [_track(facts, rules.parameters, now_us) for facts in (fixes, _as_fixes(protected))]
    judged = partial(
        proximity,
        subject=tracks[0],
        protected=tracks[1],
        rules=compiled,
        parameters=rules.parameters,
        interval=looked_at,
        now_us=now_us,
    )
    found = tuple(incident for piece in pieces for incident in judged(condition=piece))
    told, events = tell_apart(
        {key: item for key, item in before.items() if item.start_us > settled_us},
        tuple(item for item in found if item.start_us > settled_us),
        activation_id=compiled.activation.activation_id,
        settled_us=settled_us,
        now_us=now_us,
    )
    calm = calm_us(
        *tracks,
        conditions=pieces,
        told=found,
        parameters=rules.parameters,
        interval=looked_at,
        before_us=now_us - retain_us,
    )
    return Kept(
        events=tuple(events),
        told=told,
        settled_us=settled_us if calm is None else max(settled_us, calm),
        due_us=_look_again_us(found, tracks, rules.parameters, now_us),
    )


def _looked_at(worn_us: int, settled_us: int, now_us: int) -> Interval:
    from_us = max(worn_us, settled_us - WARM_US)
    return Interval(from_us, max(now_us, from_us + 1))


def _is_named(piece: ConditionRules, condition_id: str) -> bool:
    asked = piece.condition
    return isinstance(asked, VictimProximity) and asked.condition_id == condition_id


def _look_again_us(
    found: tuple[Incident, ...], tracks: list[ProximityTrack], parameters: Parameters, now_us: int
) -> int | None:
    """Return the next instant at which an open incident ends or closes: each minute at the least."""
    standing = [incident for incident in found if incident.status is IncidentStatus.OPEN]
    if not standing:
        return None
    stale_us, gap_us = (round(s * SECOND_US) for s in (parameters.proximity_stale_s, parameters.merge_gap_s))
    ends = [track.t_us[-1] + stale_us + 1 for track in tracks if len(track)]
    ends.extend(item.end_us + gap_us for item in standing if item.end_us is not None)
    return min([int(at) for at in ends if at > now_us] + [now_us + MINUTE_US])


def _track(fixes: Fixes, parameters: Parameters, until_us: int) -> ProximityTrack:
    return proximity_track(fixes, parameters=parameters, until_us=until_us)


def _as_fixes(positions: Positions) -> Fixes:
    columns = {name: getattr(positions, name) for name in positions.columns()}
    return Fixes.build(key=positions.key, keys=positions.keys, **columns)
