"""Offence codes of the former generation: the list that the publisher kept until November 2025, read into groups.

The list gives each code its OGRS3 number. Groups are named here by that number, so that a code whose number is in no
group is a fault of the list, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from throughcare.orders.problem import Problem
from throughcare.risk.ogrs3.spec import TABLE

COLUMNS = ("OFFENCE_GROUP_CODE", "SUB_CODE", "OGRS3_WEIGHTING")
"""The columns that a list must have; any other is left alone."""
NEEDS_EXACT_CODE = "999"
"""What the list says of a code whose OGRS3 group depends on the exact offence."""
_GROUP_OF = {number: group for group, number in TABLE.keyed("offence_group").items()}


@dataclass(frozen=True, slots=True)
class FormerCodes:
    """A list of codes; immutable.

    Parameters
    ----------
    by_code : mapping
        Five digits to the OGRS3 group, to `NEEDS_EXACT_CODE`, or to None where the list has no number.
    """

    by_code: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", MappingProxyType(dict(self.by_code)))

    def group_of(self, code: str) -> str:
        """Return the OGRS3 group of a code.

        Raises
        ------
        Problem
            If the code is not in the list, has no group there, or needs the exact offence.
        """
        group = self.by_code.get(code.strip())
        if group == NEEDS_EXACT_CODE:
            raise _problem(
                "the code of the exact offence",
                f"{code}, a group of offences that OGRS3 weighs differently",
                "Find the exact code, or answer the group of the offence directly.",
            )
        if group is None:
            raise _problem(
                "a code of the list with an OGRS3 group",
                repr(code),
                "Check the code; if it is right, answer the group of the offence directly.",
            )
        return group


def read_former_codes(rows: Iterable[Mapping[str, str]]) -> tuple[FormerCodes, tuple[Problem, ...]]:
    """Read the rows of the list; a good row is kept and each bad one is a `Problem` that names it.

    Parameters
    ----------
    rows : iterable of mapping
        Column to text, as `csv.DictReader` gives them. The first is row 1.

    Returns
    -------
    codes : FormerCodes
    problems : tuple of Problem
        The path of each is ``row``, its number, and the column.
    """
    by_code: dict[str, str | None] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        try:
            code, group = _read(row)
        except Problem as problem:
            problems.append(
                Problem(
                    path=("row", number, *problem.path),
                    expected=problem.expected,
                    found=problem.found,
                    action=problem.action,
                )
            )
        else:
            by_code.setdefault(code, group)
    return FormerCodes(by_code), tuple(problems)


def _read(row: Mapping[str, str]) -> tuple[str, str | None]:
    missing = [column for column in COLUMNS if row.get(column) is None]
    if missing:
        raise _problem("a value in every column", "none", "Check the header of the list.", missing[0])
    code = row["OFFENCE_GROUP_CODE"].strip() + row["SUB_CODE"].strip()
    if not (len(code) == 5 and code.isascii() and code.isdigit()):
        raise _problem("three digits and two", repr(code), "Keep leading zeros: read the columns as text.")
    text = row["OGRS3_WEIGHTING"].strip()
    if text in {"", NEEDS_EXACT_CODE}:
        return code, text or None
    try:
        return code, _GROUP_OF[float(text)]
    except (KeyError, ValueError):
        raise _problem(
            "the number of an OGRS3 group", repr(text), "Check the row.", "OGRS3_WEIGHTING"
        ) from None


def _problem(expected: str, found: str, action: str, column: str = "OFFENCE_GROUP_CODE") -> Problem:
    return Problem(path=(column,), expected=expected, found=found, action=action)
