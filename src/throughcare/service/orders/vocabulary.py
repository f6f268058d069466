"""The words of drafts and of the register of installation.

Steps, outcomes and reasons follow the contractor's register of England and Wales (not-monitored register,
first and second installation attempt: Success, No Show, Refused Access), as read from the Ministry of Justice's
published code, 2026; words only.
"""

from __future__ import annotations

from enum import StrEnum


class DraftState(StrEnum):
    """How far an order or a variation has come on its way to a signature."""

    WRITING = "writing"
    PROPOSED = "proposed"
    SIGNED = "signed"
    DISCARDED = "discarded"


class StepKind(StrEnum):
    """One thing that happens between an order and its first monitored minute."""

    VISIT_BOOKED = "visit_booked"
    ATTEMPT = "attempt"
    FITTED = "fitted"
    NOT_MONITORED = "not_monitored"


class AttemptOutcome(StrEnum):
    """How a visit to fit the equipment ended."""

    SUCCESS = "success"
    NO_SHOW = "no_show"
    REFUSED_ACCESS = "refused_access"
    WRONG_ADDRESS = "wrong_address"
    EQUIPMENT_FAULT = "equipment_fault"
    UNSAFE = "unsafe"


class NotMonitoredReason(StrEnum):
    """Why a person with an order is not monitored yet."""

    NO_SHOW = "no_show"
    REFUSED_ACCESS = "refused_access"
    WRONG_ADDRESS = "wrong_address"
    NO_VISIT_BOOKED = "no_visit_booked"
    NO_EQUIPMENT = "no_equipment"
    EQUIPMENT_FAULT = "equipment_fault"
    NO_CONTACT = "no_contact"
    IN_CUSTODY = "in_custody"
    IN_HOSPITAL = "in_hospital"
    UNSAFE = "unsafe"
