"""Protecting: wearers compared with the persons from whom their orders keep them away."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.proximity import proximity
from throughcare.monitoring.scope import Scope
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
                tracks[ref] = _track(_as_fixes(protected.take(rows)), scope)
            found.extend(
                proximity(
                    subject=_track(scope.fixes, scope),
                    protected=tracks[ref],
                    condition=condition,
                    rules=scope.rules,
                    parameters=scope.parameters,
                    interval=scope.interval,
                    now_us=scope.now_us,
                )
            )
    return found


def _track(fixes: Fixes, scope: Scope) -> ProximityTrack:
    return proximity_track(fixes, parameters=scope.parameters, until_us=scope.now_us)


def _as_fixes(positions: Positions) -> Fixes:
    columns = {name: getattr(positions, name) for name in positions.columns()}
    return Fixes.build(key=positions.key, keys=positions.keys, **columns)
