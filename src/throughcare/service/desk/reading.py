"""An incident as it was told, read back from its JSON values: the inverse of ``Incident.as_dict``."""

from __future__ import annotations

from typing import Any

from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import Interval, parse_instant
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    Cause,
    Incident,
    IncidentKind,
    IncidentStatus,
    Spell,
)

_SAME = (
    "incident_id", "activation_id", "wearer_ref", "order_id", "order_version", "condition_id", "low_s", "best_s",
    "high_s", "unknown_s", "atv_s", "confidence", "watch_id", "parameters_id",
)  # fmt: skip


def incident_of(body: dict[str, Any]) -> Incident:
    """Return the incident that the engine told.

    Parameters
    ----------
    body : dict
        As :meth:`throughcare.monitoring.incidents.Incident.as_dict` gave it.
    """
    start = body["window_start"]
    return Incident(
        kind=IncidentKind(body["kind"]),
        code=AlertCode(body["code"]),
        status=IncidentStatus(body["status"]),
        window=None if start is None else Interval(parse_instant(start), _instant(body["window_end"])),
        start_us=parse_instant(body["start"]),
        end_us=_instant(body["end"]),
        detected_us=parse_instant(body["detected"]),
        spells=tuple(_spell(part) for part in body["spells"]),
        allowed=tuple(Allowed(**part) for part in body["allowed"]),
        cause=None if body["cause"] is None else Cause(body["cause"]),
        reasons=tuple(Reason(**part) for part in body["reasons"]),
        **{name: body[name] for name in _SAME},
    )


def _instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)


def _spell(part: dict[str, Any]) -> Spell:
    same = {name: part[name] for name in ("low_s", "best_s", "high_s", "evidence", "confidence")}
    return Spell(
        start_us=parse_instant(part["start"]),
        end_us=_instant(part["end"]),
        code=AlertCode(part["code"]),
        **same,
    )
