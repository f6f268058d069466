"""What the engine tells, written straight into its rows: the desk reads nothing else of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.service.makers import NOW_US
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import HOUR_US, MINUTE_US, SECOND_US, Interval
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    Cause,
    Incident,
    IncidentKind,
    IncidentStatus,
    Spell,
)
from throughcare.service.desk.models import DeskItem
from throughcare.service.monitoring.models import IncidentRow

CODES = {
    IncidentKind.CURFEW_ABSENCE: AlertCode.LEFT_DURING_CURFEW,
    IncidentKind.ZONE_ENTRY: AlertCode.EXCLUSION_ZONE_ENTERED,
    IncidentKind.ZONE_BUFFER: AlertCode.EXCLUSION_BUFFER_ENTERED,
    IncidentKind.ZONE_EXIT: AlertCode.INCLUSION_ZONE_LEFT,
    IncidentKind.ATTENDANCE_MISSED: AlertCode.ATTENDANCE_ABSENT,
    IncidentKind.ATTENDANCE_LATE: AlertCode.ATTENDANCE_LATE,
    IncidentKind.LOSS_OF_CONTACT: AlertCode.LOSS_OF_CONTACT,
    IncidentKind.BATTERY: AlertCode.LOW_BATTERY,
    IncidentKind.STRAP_TAMPER: AlertCode.STRAP_TAMPER,
    IncidentKind.CASE_TAMPER: AlertCode.CASE_TAMPER,
    IncidentKind.DEVICE_FAULT: AlertCode.DEVICE_FAULT,
    IncidentKind.HOME_UNIT_MOVED: AlertCode.HOME_UNIT_MOVED,
    IncidentKind.HOME_UNIT_POWER: AlertCode.HOME_UNIT_POWER_OFF,
    IncidentKind.HOME_UNIT_SILENT: AlertCode.HOME_UNIT_SILENT,
    IncidentKind.DRINKING_EVENT: AlertCode.DRINKING,
    IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED: AlertCode.ALCOHOL_OBSTRUCTED,
    IncidentKind.VICTIM_PROXIMITY: AlertCode.VICTIM_NEAR,
    IncidentKind.VICTIM_PROXIMITY_WARNING: AlertCode.VICTIM_WARNING,
}
_OF_EQUIPMENT = {
    kind for kind in IncidentKind if str(kind).startswith(("home", "loss", "batt", "strap", "case", "dev"))
}


def incident(
    incident_id: str = "inc-1",
    *,
    kind: IncidentKind = IncidentKind.CURFEW_ABSENCE,
    person_ref: str = "P1",
    start_us: int = NOW_US - 2 * HOUR_US,
    minutes: float | None = 60,
    allowed_s: float = 0.0,
    cause: Cause | None = None,
    confidence: float = 0.98,
    condition_id: str | None = "C1",
) -> Incident:
    """Return an incident of some minutes; of None minutes, one that still goes on."""
    end_us = None if minutes is None else start_us + int(minutes * MINUTE_US)
    best_s = 1800.0 if minutes is None else minutes * 60.0
    code = CODES[kind]
    spell = Spell(start_us, end_us, best_s * 0.9, best_s, best_s * 1.1, code, 12, confidence)
    return Incident(
        incident_id=incident_id,
        kind=kind,
        code=code,
        status=IncidentStatus.OPEN if minutes is None else IncidentStatus.CLOSED,
        activation_id=f"A-{person_ref}",
        wearer_ref=person_ref,
        order_id=f"O-{person_ref}",
        order_version=1,
        condition_id=None if kind in _OF_EQUIPMENT else condition_id,
        window=Interval(start_us - HOUR_US, start_us + 9 * HOUR_US),
        start_us=start_us,
        end_us=end_us,
        detected_us=start_us + 5 * MINUTE_US,
        spells=(spell,),
        low_s=spell.low_s,
        best_s=best_s,
        high_s=spell.high_s,
        unknown_s=600.0,
        allowed=(Allowed("authorised_absence", "AA1", allowed_s, "work"),) if allowed_s else (),
        atv_s=max(0.0, best_s - allowed_s),
        confidence=confidence,
        cause=cause,
        reasons=(Reason("outside", "The reports place the wearer outside the boundary."),),
        watch_id="w1",
        parameters_id="par-1",
    )


def tell(told: Incident, *, now_us: int = NOW_US, retracted: bool = False) -> None:
    """Write what the engine says of an incident; again for the same id, a revision of it."""
    before = IncidentRow.objects.filter(incident_id=told.incident_id).first()
    values: dict[str, Any] = {
        "activation_id": told.activation_id,
        "person_ref": told.wearer_ref,
        "order_id": told.order_id,
        "condition_id": told.condition_id or "",
        "kind": str(told.kind),
        "code": str(told.code),
        "status": str(told.status),
        "retracted": retracted,
        "start_us": told.start_us,
        "end_us": told.end_us,
        "detected_us": told.detected_us,
        "last_recorded_us": now_us,
        "revision": 1 if before is None else before.revision + 1,
        "confidence": told.confidence,
        "best_s": told.best_s,
        "body": told.as_dict(),
    }
    IncidentRow.objects.update_or_create(
        incident_id=told.incident_id, defaults=values, create_defaults={**values, "first_recorded_us": now_us}
    )


def item_of(incident_id: str = "inc-1") -> DeskItem:
    """Return the desk's item of an incident."""
    return DeskItem.objects.get(incident_id=incident_id)


__all__ = ["SECOND_US", "incident", "item_of", "replace", "tell"]
