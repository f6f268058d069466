"""Incidents: what the engine says happened, with its reasons. One incident, not a flood of alerts.

Alert codes ``AL..`` are the field's own (Serco FMS, as seen in HMPPS Data Insights, 2026); where no public code
is known the code is ours and begins with ``TC-``. An incident is a statement of fact for a person to weigh:
nothing here is a breach, and nothing here is a sanction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from throughcare.kernel.ids import content_hash, content_id
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import Interval, iso_utc


class IncidentKind(StrEnum):
    """What sort of thing happened."""

    CURFEW_ABSENCE = "curfew_absence"
    ZONE_ENTRY = "zone_entry"  # inside an exclusion zone
    ZONE_BUFFER = "zone_buffer"  # inside the warning ring of an exclusion zone
    ZONE_EXIT = "zone_exit"  # outside an inclusion or restriction zone
    ATTENDANCE_MISSED = "attendance_missed"
    ATTENDANCE_LATE = "attendance_late"
    LOSS_OF_CONTACT = "loss_of_contact"
    BATTERY = "battery"
    STRAP_TAMPER = "strap_tamper"
    CASE_TAMPER = "case_tamper"
    DEVICE_FAULT = "device_fault"
    HOME_UNIT_MOVED = "home_unit_moved"
    HOME_UNIT_POWER = "home_unit_power"
    HOME_UNIT_SILENT = "home_unit_silent"
    DRINKING_EVENT = "drinking_event"
    ALCOHOL_SENSOR_OBSTRUCTED = "alcohol_sensor_obstructed"
    VICTIM_PROXIMITY = "victim_proximity"
    VICTIM_PROXIMITY_WARNING = "victim_proximity_warning"


class AlertCode(StrEnum):
    """The field's alert codes, and ours where the field's are not public."""

    HOME_UNIT_POWER_OFF = "AL04"
    HOME_UNIT_MOVED = "AL05"
    OUT_PAST_COMMENCEMENT = "AL08"
    RETURN_HOME_LATE = "AL09"
    LEFT_DURING_CURFEW = "AL10"
    OUT_AT_END = "AL11"
    OUT_ENTIRE_CURFEW = "AL12"
    LOW_BATTERY = "AL21"
    BATTERY_DEAD = "AL23"
    DEVICE_FAULT = "AL24"
    EXCLUSION_ZONE_ENTERED = "TC-ZONE-IN"
    EXCLUSION_BUFFER_ENTERED = "TC-ZONE-BUFFER"
    INCLUSION_ZONE_LEFT = "TC-ZONE-OUT"
    ATTENDANCE_ABSENT = "TC-ATT-ABSENT"
    ATTENDANCE_LATE = "TC-ATT-LATE"
    LOSS_OF_CONTACT = "TC-CONTACT"
    STRAP_TAMPER = "TC-STRAP"
    CASE_TAMPER = "TC-CASE"
    HOME_UNIT_SILENT = "TC-UNIT-SILENT"
    DRINKING = "TC-ALC-DRINK"
    ALCOHOL_OBSTRUCTED = "TC-ALC-COVER"
    VICTIM_NEAR = "TC-VIC-NEAR"
    VICTIM_WARNING = "TC-VIC-WARN"


class IncidentStatus(StrEnum):
    """Whether the engine still expects the incident to grow."""

    OPEN = "open"
    CLOSED = "closed"


class Cause(StrEnum):
    """The likely cause of a silence."""

    BATTERY = "battery"
    CHARGING = "charging"
    INDOORS = "indoors"
    COVERAGE = "coverage"
    TAMPER = "tamper"
    DEVICE_FAULT = "device_fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch out of compliance inside a window.

    ``low_s`` is proved by evidence at both ends, ``best_s`` runs between the estimated change points, and
    ``high_s`` reaches to the nearest evidence of compliance, silence included. ``end_us=None`` while it lasts.
    ``confidence`` of a curfew's spell is the share of such spells that were true on simulated nights
    (:mod:`throughcare.monitoring.stating`); of other kinds the highest probability that the rule reached, which was
    never compared with truth, or 1 for what the equipment reports of itself.
    """

    start_us: int
    end_us: int | None
    low_s: float
    best_s: float
    high_s: float
    code: AlertCode
    evidence: int
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        """Return the spell as JSON values."""
        return {
            "start": iso_utc(self.start_us),
            "end": None if self.end_us is None else iso_utc(self.end_us),
            "low_s": self.low_s,
            "best_s": self.best_s,
            "high_s": self.high_s,
            "code": str(self.code),
            "evidence": self.evidence,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Allowed:
    """An allowance that covers part of an incident and so leaves the total."""

    kind: str  # authorised_absence, reasonable_excuse, suspension, exemption
    allowance_id: str
    seconds: float
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the allowance as JSON values."""
        return {
            "kind": self.kind,
            "allowance_id": self.allowance_id,
            "seconds": self.seconds,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, whole: what, when, how long (with bounds), how sure, why, and under which rule.

    Parameters
    ----------
    incident_id : str
        Content hash of the activation, the condition, the kind and the anchor (the window, or the first
        instant), so that the same facts give the same id in every order of arrival.
    window : Interval or None
        The scheduled curfew, attendance or zone window.
    detected_us : int
        Event time at which the facts sufficed, never the time at which a computer noticed.
    low_s, best_s, high_s : float, seconds
        Time out of compliance over all spells, within what was demanded; ``low <= best <= high``. While a
        spell is open they run to its last evidence.
    unknown_s : float, seconds
        Time in the window with no evidence either way.
    atv_s : float, seconds
        What this incident adds to the Accumulated Time Violation: ``best_s`` less the excused time.
    confidence : float
        The greatest of its spells'.
    """

    incident_id: str
    kind: IncidentKind
    code: AlertCode
    status: IncidentStatus
    activation_id: str
    wearer_ref: str
    order_id: str
    order_version: int
    condition_id: str | None
    window: Interval | None
    start_us: int
    end_us: int | None
    detected_us: int
    spells: tuple[Spell, ...]
    low_s: float
    best_s: float
    high_s: float
    unknown_s: float
    allowed: tuple[Allowed, ...]
    atv_s: float
    confidence: float
    cause: Cause | None
    reasons: tuple[Reason, ...]
    watch_id: str | None
    parameters_id: str

    @property
    def fingerprint(self) -> str:
        """Content hash of the whole incident: two revisions that say the same have one fingerprint."""
        return content_hash(self.as_dict())

    @property
    def material(self) -> str:
        """Content hash of what a person would be told anew: not of how far an open spell has run."""
        told = [
            str(self.code),
            str(self.status),
            self.order_version,
            self.start_us,
            self.end_us,
            str(self.cause),
        ]
        spells = [[spell.start_us, spell.end_us, str(spell.code)] for spell in self.spells]
        allowed = [[item.kind, item.allowance_id] for item in self.allowed]
        closed = self.fingerprint if self.status is IncidentStatus.CLOSED else ""
        return content_hash([self.incident_id, told, spells, allowed, closed])

    def as_dict(self) -> dict[str, Any]:
        """Return the incident as JSON values, instants in ISO 8601 UTC."""
        return {
            "incident_id": self.incident_id,
            "kind": str(self.kind),
            "code": str(self.code),
            "status": str(self.status),
            "activation_id": self.activation_id,
            "wearer_ref": self.wearer_ref,
            "order_id": self.order_id,
            "order_version": self.order_version,
            "condition_id": self.condition_id,
            "window_start": None if self.window is None else iso_utc(self.window.start_us),
            "window_end": None
            if self.window is None or self.window.end_us is None
            else iso_utc(self.window.end_us),
            "start": iso_utc(self.start_us),
            "end": None if self.end_us is None else iso_utc(self.end_us),
            "detected": iso_utc(self.detected_us),
            "spells": [spell.as_dict() for spell in self.spells],
            "low_s": self.low_s,
            "best_s": self.best_s,
            "high_s": self.high_s,
            "unknown_s": self.unknown_s,
            "allowed": [item.as_dict() for item in self.allowed],
            "atv_s": self.atv_s,
            "confidence": self.confidence,
            "cause": None if self.cause is None else str(self.cause),
            "reasons": [reason.as_dict() for reason in self.reasons],
            "watch_id": self.watch_id,
            "parameters_id": self.parameters_id,
        }


def incident_id(*, activation_id: str, condition_id: str | None, kind: IncidentKind, anchor_us: int) -> str:
    """Return the id of an incident: a pure function of what it is about."""
    return content_id("inc", activation_id, condition_id, str(kind), anchor_us)


class Outcome(StrEnum):
    """What became of one appointment."""

    ATTENDED = "attended"
    LATE = "late"
    ABSENT = "absent"
    NO_DATA = "no_data"
    EXCUSED = "excused"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """One appointment: when it was due, what became of it and on what evidence."""

    activation_id: str
    wearer_ref: str
    order_id: str
    condition_id: str
    due: Interval
    outcome: Outcome
    arrived_us: int | None
    stayed_s: float
    reasons: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {
            "activation_id": self.activation_id,
            "wearer_ref": self.wearer_ref,
            "order_id": self.order_id,
            "condition_id": self.condition_id,
            "due_start": iso_utc(self.due.start_us),
            "due_end": None if self.due.end_us is None else iso_utc(self.due.end_us),
            "outcome": str(self.outcome),
            "arrived": None if self.arrived_us is None else iso_utc(self.arrived_us),
            "stayed_s": self.stayed_s,
            "reasons": [reason.as_dict() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about one condition over the monitored time, with its unit and its bounds where it has any."""

    activation_id: str
    wearer_ref: str
    order_id: str
    condition_id: str | None
    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the measure as JSON values."""
        return {
            "activation_id": self.activation_id,
            "wearer_ref": self.wearer_ref,
            "order_id": self.order_id,
            "condition_id": self.condition_id,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
        }
