"""The rank of an item: by risk to people first, then by how long, how often, and how sure. Pure.

The tables are docs/rules/desk-ranking.md, which is also their test. Nothing about who the person is (age, sex,
ethnicity, area) is read, and no model: an officer can add the rank up by hand from the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.monitoring.incidents import Cause, IncidentKind

KIND_POINTS: dict[IncidentKind, int] = {
    IncidentKind.VICTIM_PROXIMITY: 1000,
    IncidentKind.ZONE_ENTRY: 600,
    IncidentKind.VICTIM_PROXIMITY_WARNING: 550,
    IncidentKind.STRAP_TAMPER: 500,
    IncidentKind.CASE_TAMPER: 420,
    IncidentKind.CURFEW_ABSENCE: 360,
    IncidentKind.ZONE_EXIT: 340,
    IncidentKind.LOSS_OF_CONTACT: 300,
    IncidentKind.HOME_UNIT_MOVED: 260,
    IncidentKind.DRINKING_EVENT: 240,
    IncidentKind.ZONE_BUFFER: 200,
    IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED: 180,
    IncidentKind.ATTENDANCE_MISSED: 160,
    IncidentKind.HOME_UNIT_SILENT: 110,
    IncidentKind.BATTERY: 100,
    IncidentKind.HOME_UNIT_POWER: 80,
    IncidentKind.ATTENDANCE_LATE: 60,
    IncidentKind.DEVICE_FAULT: 50,
}
STILL_POINTS = 40
HALF_HOUR_POINTS, HALF_HOUR_MOST = 10, 100
REPEAT_POINTS, REPEAT_MOST, REPEAT_DAYS = 15, 75, 28
RISK_NOTE_POINTS = 30
UNSURE_POINTS, UNSURE_BELOW = -40, 0.5
ORDINARY_CAUSE_POINTS = -30
ALLOWED_POINTS = -30
ORDINARY_CAUSES = frozenset({Cause.BATTERY, Cause.CHARGING, Cause.INDOORS, Cause.COVERAGE})
MOST_ADDED = STILL_POINTS + HALF_HOUR_MOST + REPEAT_MOST + RISK_NOTE_POINTS
MOST_TAKEN = -(UNSURE_POINTS + ORDINARY_CAUSE_POINTS + ALLOWED_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the rank of an item reads.

    Parameters
    ----------
    kind : IncidentKind
        The gravest of the merged incidents.
    lasting_s : float, seconds
        How long it lasts so far, or lasted.
    still : bool
        Whether it still goes on.
    repeats : int
        Earlier items of the same kind and person in 28 days that were not retracted, excused or a fault.
    has_risk_note : bool
        Whether the person's record has a note about risk.
    confidence : float
        The probability that the engine reached.
    allowed : bool
        Whether an allowance covers part of it.
    """

    kind: IncidentKind
    lasting_s: float
    still: bool
    repeats: int
    has_risk_note: bool
    confidence: float
    cause: Cause | None
    allowed: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """The points and, in words, what each part of them is for."""

    points: int
    reasons: tuple[tuple[int, str], ...]


def rank(weighed: Weighed) -> Rank:
    """Return the rank of an item; the reasons add up to the points."""
    found = [(KIND_POINTS[weighed.kind], _kind_words(weighed.kind)), *_grounds(weighed)]
    reasons = tuple((points, words) for points, words in found if points)
    return Rank(sum(points for points, _ in reasons), reasons)


def _grounds(weighed: Weighed) -> list[tuple[int, str]]:
    half_hours = int(weighed.lasting_s // 1800)
    return [
        (STILL_POINTS * weighed.still, "it still goes on"),
        (min(HALF_HOUR_POINTS * half_hours, HALF_HOUR_MOST), _length_words(half_hours)),
        (min(REPEAT_POINTS * weighed.repeats, REPEAT_MOST), _repeat_words(weighed.repeats)),
        (RISK_NOTE_POINTS * weighed.has_risk_note, "the record has a note about risk"),
        (
            UNSURE_POINTS * (weighed.confidence < UNSURE_BELOW),
            "of incidents that look like this one, fewer than half were true",
        ),
        (
            ORDINARY_CAUSE_POINTS * (weighed.cause in ORDINARY_CAUSES),
            "the likely cause is an ordinary one: battery, charging, indoors or coverage",
        ),
        (ALLOWED_POINTS * weighed.allowed, "an allowance covers part of it"),
    ]


def _kind_words(kind: IncidentKind) -> str:
    return f"kind of incident: {str(kind).replace('_', ' ')}"


def _length_words(half_hours: int) -> str:
    if half_hours < 3:
        return f"it lasts {'half an hour' if half_hours == 1 else 'an hour'} or more"
    return f"it lasts {half_hours / 2:g} hours or more"


def _repeat_words(repeats: int) -> str:
    times = "once" if repeats == 1 else f"{repeats} times"
    return f"the same happened {times} before in {REPEAT_DAYS} days"
