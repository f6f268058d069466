"""Refusals: what was expected, what was found, what to do.

A refusal is meant for a person; it never carries a name or a coordinate of a real wearer unless the
caller put one into the record that was refused.
"""

from __future__ import annotations


class ThroughcareError(Exception):
    """The root of every error that Throughcare raises on purpose."""


class RefusedInput(ThroughcareError):
    """An input that cannot be used, said in words that help to mend it.

    Parameters
    ----------
    where : str
        The file, record or field that was refused.
    expected, found, action : str
        What the field needs, what it held, and what to do about it.
    """

    def __init__(self, *, where: str, expected: str, found: str, action: str) -> None:
        self.where = where
        self.expected = expected
        self.found = found
        self.action = action
        super().__init__(f"{where}: expected {expected}; found {found}. {action}")
