"""What would change an incident, and how sure it is, in plain words. Pure."""

from __future__ import annotations

from throughcare.adapters.reports.words import duration
from throughcare.adapters.reports.words import how_sure as in_words
from throughcare.monitoring.incidents import Incident, IncidentKind, IncidentStatus

_OF_PLACE = frozenset(
    {
        IncidentKind.CURFEW_ABSENCE,
        IncidentKind.ZONE_ENTRY,
        IncidentKind.ZONE_BUFFER,
        IncidentKind.ZONE_EXIT,
        IncidentKind.ATTENDANCE_MISSED,
        IncidentKind.ATTENDANCE_LATE,
    }
)
_NEAR = frozenset({IncidentKind.VICTIM_PROXIMITY, IncidentKind.VICTIM_PROXIMITY_WARNING})
_WITHHELD_WORDS = (
    "Positions are withheld, of the protected person and of this person: with the times they would show where the "
    "protected person was. What is told is when the distance was not kept, how long, and how sure that is. The rule "
    "weighed the positions of both, and how far each may be wrong."
)
_ERASED_WORDS = (
    "The facts recorded now do not show this incident, so there is no timeline. Positions of protected persons are kept "
    "for a short time. If theirs of that time are erased, what was told stands, and no new court pack can be made: "
    "those made before stay."
)
_SILENCES = frozenset({IncidentKind.LOSS_OF_CONTACT, IncidentKind.HOME_UNIT_SILENT})
_TAMPERS = frozenset({IncidentKind.STRAP_TAMPER, IncidentKind.CASE_TAMPER, IncidentKind.HOME_UNIT_MOVED})


def how_sure(incident: Incident) -> str:
    """Return how often such an incident is true, and what that does and does not say."""
    said = in_words(incident)
    said = said[0].upper() + said[1:]
    if incident.kind is IncidentKind.CURFEW_ABSENCE:
        return (
            f"{said}. That is not the chance that this person was out, and it is lower where absences are rarer "
            "than in the test, one night in ten. It cannot say why."
        )
    return f"{said}. It cannot say who or what caused it."


def why_withheld(incident: Incident) -> str:
    """Return why no position stands beside an incident; empty where positions do."""
    return _WITHHELD_WORDS if incident.kind in _NEAR else ""


def why_not_shown(incident: Incident) -> str:
    """Return why the facts recorded now may not show an incident that stands; empty where there is no such reason."""
    return _ERASED_WORDS if incident.kind in _NEAR else ""


def what_would_change_it(incident: Incident) -> list[str]:
    """Return what would change, shorten or take back an incident, in sentences; never empty."""
    said = []
    if incident.status is IncidentStatus.OPEN:
        said.append("It is still open: the next reports may lengthen it or end it.")
    if incident.kind in _OF_PLACE:
        said.append(
            "Positions or home unit reports that the equipment stored and sends later may shorten it or take it back."
        )
    if incident.kind in _NEAR:
        said.append(
            "Positions of either device that were stored and are sent later may shorten it or take it back."
        )
    if incident.atv_s > 0:
        said.append(
            "An authorised absence or a reasonable excuse recorded for this time takes up to "
            f"{duration(incident.atv_s)} out of the Accumulated Time Violation. The incident itself stays."
        )
    if incident.condition_id is not None:
        said.append(
            f"A new version of the order that changes condition {incident.condition_id} for this time makes the engine "
            "weigh it anew."
        )
    if incident.kind in _SILENCES:
        said.append(
            "Reports for the silent time that arrive later shorten the silence. Silence is not absence."
        )
    if incident.kind in _TAMPERS:
        said.append(
            "A visit that finds the strap, the case or the unit whole is recorded here as a fault of the equipment."
        )
    return said or [
        "Only a later report of the equipment, or a fault that somebody confirms, would change it."
    ]
