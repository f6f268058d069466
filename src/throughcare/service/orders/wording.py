"""What choices and fields are called on the pages of orders."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

_CHOICES = {
    "pre_trial": "Pre-trial",
    "post_release": "Post-release",
    "ipp": "Imprisonment for public protection (IPP)",
    "sopc": "Offender of particular concern (SOPC)",
    "epp": "Extended sentence for public protection (EPP)",
    "dto": "Detention and training order (DTO)",
    "section_85_extended": "Section 85 extended sentence",
    "section_91": "Section 91",
    "community_yro": "Youth rehabilitation order (YRO)",
    "community_sdo": "Supervision default order (SDO)",
    "bail_rlaa": "Bail: remand to local authority accommodation",
    "bail_supervision_support": "Bail supervision and support",
    "yjs": "Youth justice service",
    "ycs": "Youth Custody Service",
    "home_office": "Home Office",
    "youth_custody_service": "Youth Custody Service",
    "trail": "Trail (where the person goes is recorded)",
    "alcohol": "Alcohol monitoring",
    "attendance": "Attendance at a place",
    "victim_proximity": "Distance from a protected person",
    "success": "Fitted",
    "no_show": "No show: nobody was there",
    "unsafe": "Not safe to visit",
    "in_custody": "In custody",
    "in_hospital": "In hospital",
    "no_contact": "Fitted, but nothing heard from the device",
}


def choice_words(value: str) -> str:
    """Return how a word of the vocabulary is shown as a choice."""
    return _CHOICES.get(str(value), str(value).replace("_", " ").capitalize())


def choices(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return the choices of an enumeration, in its own sequence."""
    return [(str(member), choice_words(member)) for member in members]
