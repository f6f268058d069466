"""What people did about an incident, for a pack that goes to a court: attempts, the decision, what was hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CASEWORK_EXHIBITS = (
    "What staff did, in order of time",
    "The decision, and what else was weighed",
    "The incidents that were worked on together",
    "What this pack was made from",
)
COURT_LIMITS = (
    "The chronology is what staff wrote. The system checked who wrote it and when, and not whether it is so.",
    "A decision in this pack was proposed by one person and signed by another. The system decided nothing.",
    "What became known after this pack was made is not in it. Ask for the incident's later tellings.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """The part of a court pack that staff wrote.

    Parameters
    ----------
    cover : sequence of (str, str)
        Lines above those of the evidence: whom it is about, who made it, when.
    chronology : sequence of (str, str, str, str)
        When, what, who, and in which words; in order of time.
    decision : sequence of (str, str)
        Label and words; says that there is none where there is none.
    incidents : sequence of (str, str, str)
        Code, from when, and how long; the engine's retracted ones are marked.
    sources : sequence of (str, str)
        What was hashed, and its SHA-256.
    """

    cover: Sequence[tuple[str, str]]
    chronology: Sequence[tuple[str, str, str, str]]
    decision: Sequence[tuple[str, str]]
    incidents: Sequence[tuple[str, str, str]]
    sources: Sequence[tuple[str, str]]

    def contents(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "exhibits": list(CASEWORK_EXHIBITS),
            "chronology": [list(row) for row in self.chronology],
            "decision": [list(row) for row in self.decision],
            "incidents": [list(row) for row in self.incidents],
            "hashes": [list(row) for row in self.sources],
        }
