"""Offence codes: the published list of Home Office codes, read once into categories; a score needs only the category."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from throughcare.orders.problem import Problem
from throughcare.risk.catalogue.offence_categories import PUBLISHED_CATEGORIES, UNKNOWN

COLUMNS = ("offence_code", "actuarial_category", "is_violent_sanction", "opd_violence_sex")
"""The columns that a list must have; any other is left alone."""
_FLAGS = {"0": False, "1": True}
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class OffenceCode:
    """What the published list says of one code.

    Parameters
    ----------
    code : str
        Five digits.
    category : str or None
        A value of the item `offence_category`; None where the list says that there is none.
    violent : bool
        A sanction for it counts as one for violence.
    violent_or_sexual : bool
        It counts as violent or sexual for the personality disorder pathway.
    """

    code: str
    category: str | None
    violent: bool
    violent_or_sexual: bool


@dataclass(frozen=True, slots=True)
class OffenceCodes(Mapping[str, OffenceCode]):
    """A published list of codes; immutable."""

    by_code: Mapping[str, OffenceCode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", MappingProxyType(dict(self.by_code)))

    def __getitem__(self, code: str) -> OffenceCode:
        return self.by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_code)

    def __len__(self) -> int:
        return len(self.by_code)

    def category_of(self, code: str) -> str:
        """Return the category of a code.

        Raises
        ------
        Problem
            If the code is not five digits, is not in the list, or has no category there.
        """
        text = code.strip()
        if not _well_formed(text):
            raise _problem(
                "an offence code of five digits", repr(code), "Check the code on the court's record."
            )
        known = self.by_code.get(text)
        if known is None:
            raise _problem(
                "a code of the published list",
                text,
                "Check the code; if it is right, answer the category of the offence directly.",
            )
        if known.category is None:
            raise _problem(
                "a code with a category",
                f"{text}, for which the list has none",
                "Find the exact code, or answer the category of the offence directly.",
            )
        return known.category


def read_offence_codes(rows: Iterable[Mapping[str, str]]) -> tuple[OffenceCodes, tuple[Problem, ...]]:
    """Read the rows of a published list; a good row is kept and each bad one is a `Problem` that names it.

    Parameters
    ----------
    rows : iterable of mapping
        One mapping from column to text a code, as `csv.DictReader` gives them, in the order of the file. The
        first is row 1.

    Returns
    -------
    codes : OffenceCodes
    problems : tuple of Problem
        The path of each begins with ``row`` and its number. A code that comes twice is kept as it first came.
    """
    by_code: dict[str, OffenceCode] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        try:
            found = _read(row)
            if found.code in by_code:
                raise _problem("each code once", f"{found.code} again", "Take out one of the two rows.")
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
            by_code[found.code] = found
    return OffenceCodes(by_code), tuple(problems)


def _read(row: Mapping[str, str]) -> OffenceCode:
    for column in COLUMNS:
        if row.get(column) is None:
            raise _problem("a value in every column", "none", "Check the header of the list.", column)
    code, category = row["offence_code"].strip(), row["actuarial_category"].strip()
    if not _well_formed(code):
        raise _problem(
            "five digits", repr(code), "Keep leading zeros: read the column as text.", "offence_code"
        )
    if category not in PUBLISHED_CATEGORIES:
        raise _problem(
            f"one of {', '.join(sorted(PUBLISHED_CATEGORIES))}",
            repr(category),
            "Check the list; a new category needs a new version of the predictors.",
            "actuarial_category",
        )
    ours = PUBLISHED_CATEGORIES[category]
    return OffenceCode(
        code=code,
        category=None if ours == UNKNOWN else ours,
        violent=_flag(row, "is_violent_sanction"),
        violent_or_sexual=_flag(row, "opd_violence_sex"),
    )


def _flag(row: Mapping[str, str], column: str) -> bool:
    text = row[column].strip()
    if text not in _FLAGS:
        raise _problem("0 or 1", repr(text), "Check the list.", column)
    return _FLAGS[text]


def _well_formed(code: str) -> bool:
    return len(code) == _DIGITS and code.isascii() and code.isdigit()


def _problem(expected: str, found: str, action: str, column: str = "offence_code") -> Problem:
    return Problem(path=(column,), expected=expected, found=found, action=action)
