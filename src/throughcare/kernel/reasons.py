"""Reasons: every result says why, with a code that a program reads and words that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided.

    Parameters
    ----------
    code : str
        Stable, lower case with underscores.
    words : str
        One plain sentence, without a name or a coordinate.
    facts : dict
        The numbers that the sentence rests on (JSON values).
    """

    code: str
    words: str
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the reason as JSON values."""
        return {"code": self.code, "words": self.words, "facts": self.facts}
