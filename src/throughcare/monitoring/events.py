"""Events: what an advance tells the world. Nothing told is ever edited; a later event supersedes it.

The final incidents are the fold of the events: the last telling of each incident that was not retracted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from throughcare.kernel.ids import content_id
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.incidents import Incident


class EventKind(StrEnum):
    """What happened to our knowledge."""

    OPENED = "opened"
    REVISED = "revised"
    CLOSED = "closed"
    RETRACTED = "retracted"
    TOO_LATE = "too_late"  # facts from before the retained time: replay them from the archive
    REPLAY_NEEDED = "replay_needed"  # a variation reaches back before the retained time


@dataclass(frozen=True, slots=True)
class Event:
    """One telling.

    Parameters
    ----------
    t_us : int
        Event time: when the facts sufficed (opened), when it ended (closed), or the instant up to which the
        facts are known (revised, retracted and the rest).
    known_us : int
        The ``now`` of the advance that told it.
    incident : Incident or None
        The whole incident as it stands; None for a retraction and for events about no incident.
    count : int
        How many facts an event without incident is about.
    """

    event_id: str
    kind: EventKind
    activation_id: str
    incident_id: str | None
    revision: int
    t_us: int
    known_us: int
    incident: Incident | None
    code: str = ""
    count: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the event as JSON values."""
        return {
            "event_id": self.event_id,
            "kind": str(self.kind),
            "activation_id": self.activation_id,
            "incident_id": self.incident_id,
            "revision": self.revision,
            "t": iso_utc(self.t_us),
            "known": iso_utc(self.known_us),
            "code": self.code,
            "count": self.count,
            "incident": None if self.incident is None else self.incident.as_dict(),
        }


def event_id(*, kind: EventKind, about: str, revision: int, content: str) -> str:
    """Return the id of an event: the same telling has the same id wherever it is made."""
    return content_id("evt", str(kind), about, revision, content)


def final_incidents(events: Iterable[Event]) -> dict[str, Incident]:
    """Return the incidents that stand after the events, by id."""
    standing: dict[str, Incident] = {}
    for event in events:
        if event.kind is EventKind.RETRACTED and event.incident_id is not None:
            standing.pop(event.incident_id, None)
        elif event.incident is not None:
            standing[event.incident.incident_id] = event.incident
    return standing
