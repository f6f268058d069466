"""The words of casework: how officers meet people, what came of it, why a trail is looked at. In GLOSSARY.md."""

from __future__ import annotations

from enum import StrEnum


class ContactChannel(StrEnum):
    """How an officer and the person are to meet, or met."""

    OFFICE = "office"
    HOME_VISIT = "home_visit"
    PHONE = "phone"
    VIDEO = "video"
    ELSEWHERE = "elsewhere"


CHANNEL_WORDS = {
    ContactChannel.OFFICE: "At the office",
    ContactChannel.HOME_VISIT: "Home visit",
    ContactChannel.PHONE: "Phone call",
    ContactChannel.VIDEO: "Video call",
    ContactChannel.ELSEWHERE: "Somewhere else",
}


class ContactResult(StrEnum):
    """What came of a planned contact."""

    CAME = "came"
    DID_NOT_COME = "did_not_come"
    COULD_NOT_COME = "could_not_come"
    MOVED = "moved"
    CANCELLED_BY_US = "cancelled_by_us"


RESULT_WORDS = {
    ContactResult.CAME: "It took place",
    ContactResult.DID_NOT_COME: "They did not come or answer",
    ContactResult.COULD_NOT_COME: "They could not come, and said why",
    ContactResult.MOVED: "Moved to another time",
    ContactResult.CANCELLED_BY_US: "Cancelled by us",
}


class TrailPurpose(StrEnum):
    """Why somebody needs to see where a person was."""

    INCIDENT = "incident_review"
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    SAFEGUARDING = "safeguarding"
    POLICE_REQUEST = "police_request"
    COMPLAINT = "complaint_or_appeal"


PURPOSE_WORDS = {
    TrailPurpose.INCIDENT: "To look into an incident",
    TrailPurpose.SUPERVISION: "To prepare a supervision meeting",
    TrailPurpose.ENFORCEMENT: "To prepare an enforcement decision or a court pack",
    TrailPurpose.SAFEGUARDING: "To protect a child or an adult at risk",
    TrailPurpose.POLICE_REQUEST: "To answer a request of the police under an agreement",
    TrailPurpose.COMPLAINT: "To look into a complaint or an appeal",
}


class DayState(StrEnum):
    """What one night of an order comes to, noon to noon, named by the day it begins on."""

    COMPLIED = "complied"
    OPEN = "incident_open"
    DECIDED = "incident_decided"
    EXCUSED = "excused"
    UNKNOWN = "unknown"
    NOT_MONITORED = "not_monitored"
    NOT_ASKED = "nothing_asked"
    AHEAD = "to_come"


DAY_WORDS = {
    DayState.COMPLIED: "Complied",
    DayState.OPEN: "Incident open",
    DayState.DECIDED: "Incident decided",
    DayState.EXCUSED: "Excused",
    DayState.UNKNOWN: "Unknown",
    DayState.NOT_MONITORED: "Not monitored",
    DayState.NOT_ASKED: "Nothing asked",
    DayState.AHEAD: "To come",
}
