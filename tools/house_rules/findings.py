"""What a rule says when it is broken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken.

    Parameters
    ----------
    rule : str
        The rule's name: its file under tools/house_rules/.
    path, line : Path, int
        Where, relative to the root; lines count from 1.
    expected, found, action : str
        What the house needs, what stands there, and what to do about it.
    """

    rule: str
    path: Path
    line: int
    expected: str
    found: str
    action: str

    def text(self) -> str:
        """Return the finding as one line that an editor can jump to."""
        where = f"{self.path.as_posix()}:{self.line}"
        return f"{where}: {self.rule}: expected {self.expected}; found {self.found}. {self.action}"
