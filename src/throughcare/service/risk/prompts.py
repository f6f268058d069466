"""Why somebody should be assessed anew: what happened since they were assessed last, in words. A prompt decides nothing.

The thresholds are assumptions of this project, stated in docs/service/risk.md; no publisher sets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from throughcare.kernel.time import DAY_US, local_datetime
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.casework.queries import missed_contacts
from throughcare.service.monitoring.briefs import incident_starts
from throughcare.service.orders.queries.of_people import Standing
from throughcare.service.risk import queries

ZONE = "Europe/London"
OLD_DAYS = 183
MISSED, ABSENCES = 2, 2
_ABSENCE = (IncidentKind.CURFEW_ABSENCE, IncidentKind.ATTENDANCE_MISSED, IncidentKind.ZONE_ENTRY)


def prompts_for(
    people: Mapping[int, str], orders: Sequence[Standing], *, now_us: int
) -> dict[str, tuple[str, ...]]:
    """Return the reasons for a new assessment of people, by reference; nobody without a reason is in it.

    The number of questions to the database does not depend on the number of people.

    Parameters
    ----------
    people : mapping
        The record's key to the opaque reference.
    orders : sequence of Standing
        Their orders that have not ended.
    """
    if not people:
        return {}
    known = queries.standing(people)
    live = {pk for pk, (_, is_live) in known.items() if is_live}
    decided = {pk: last_us for pk, (last_us, _) in known.items() if last_us is not None}
    since = {people[pk]: at_us for pk, at_us in decided.items()}
    earliest_us = min(since.values(), default=now_us)
    missed = _later(
        ((people[pk], at_us) for pk, at_us in missed_contacts(decided, since_us=earliest_us)), since
    )
    absences = _later(incident_starts(since, kinds=_ABSENCE, since_us=earliest_us), since)
    signed: dict[str, int] = {}
    for order in orders:
        if order.starts_us <= now_us:
            signed[order.person_ref] = max(order.signed_us, signed.get(order.person_ref, 0))
    found: dict[str, tuple[str, ...]] = {}
    for pk, ref in people.items():
        if pk in live or ref not in signed:
            continue
        said = (
            ("Not assessed yet",)
            if pk not in decided
            else _since(
                decided[pk],
                now_us,
                missed=missed.get(ref, 0),
                absences=absences.get(ref, 0),
                signed_us=signed[ref],
            )
        )
        if said:
            found[ref] = said
    return found


def _later(times: Iterable[tuple[str, int]], since: Mapping[str, int]) -> dict[str, int]:
    """Return how many of the times lie after each one's own instant."""
    counted: dict[str, int] = {}
    for ref, at_us in times:
        if at_us > since[ref]:
            counted[ref] = counted.get(ref, 0) + 1
    return counted


def _since(decided_us: int, now_us: int, *, missed: int, absences: int, signed_us: int) -> tuple[str, ...]:
    local = local_datetime(decided_us, ZONE)
    said = []
    if missed >= MISSED:
        said.append(f"{missed} contacts missed")
    if absences >= ABSENCES:
        said.append(f"{absences} absences or entries reported by the tag")
    if signed_us > decided_us:
        said.append("The order was signed or varied")
    if now_us - decided_us > OLD_DAYS * DAY_US:
        said.append(f"The last assessment is of {local.day} {local:%B %Y}")
    return tuple(said)
