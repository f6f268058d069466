"""Intake: from what devices sent to facts about activations. Nothing is lost: what cannot be used is a reject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import iso_utc


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was kept out of the evaluation, and why.

    Parameters
    ----------
    file, row : str, int
        Where it came from; row counts from 1 for the first data row, -1 when it has no row.
    field, reason : str
        The field at fault and a stable reason code (lower case with underscores).
    words : str
        What was expected, what was found, what to do.
    key : str
        Device or activation, for counting; never a person's name.
    t_us : int
        When it happened, where that is known.
    raw : str
        The record as it came, so that nothing is lost.
    """

    file: str
    row: int
    field: str
    reason: str
    words: str
    key: str = ""
    t_us: int = NO_TIME_US
    raw: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the reject as JSON values."""
        return {
            "file": self.file,
            "row": self.row,
            "field": self.field,
            "reason": self.reason,
            "words": self.words,
            "key": self.key,
            "t": None if self.t_us == NO_TIME_US else iso_utc(self.t_us),
            "raw": self.raw,
        }


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing about records that were kept, counted rather than listed.

    Parameters
    ----------
    code : str
        Stable, lower case with underscores.
    count : int
        How many records it is about.
    words : str
        What was found and what was made of it.
    """

    code: str
    count: int
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Return the note as JSON values."""
        return {"code": self.code, "count": self.count, "words": self.words}


def total_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return one note a code, with the counts added, in order of code."""
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for note in notes:
        counts[note.code] += note.count
        words.setdefault(note.code, note.words)
    return tuple(Note(code=code, count=counts[code], words=words[code]) for code in sorted(counts))
