"""The numbers by which other systems know a person: their formats, and the check letters that catch a typing error.

Sources, read 23 November 2026:

* PNC ID, CRO number, court case reference: the jargon buster of criminaljusticehub.org.uk, which repeats the
  Criminal Justice System Data Standards Catalogue (issue 6).
* NOMIS ID, CRN, prison number of before NOMIS: the checks in public HMPPS services (ministryofjustice
  book-a-prison-visit-staff-ui, hmpps-integration-api, and the check of prison numbers of two letters and six digits).
* Home Office reference: the form printed on Home Office letters, a letter and seven digits; ``/1`` names a dependant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"  # without I, O and S; the remainder after division by 23 picks one
_PNC = re.compile(r"(?:\d\d)?(\d\d)/(\d{1,7})([A-HJ-NP-RT-Z])", re.ASCII)
_CRO = re.compile(r"(\d{1,6})/(\d\d)([A-HJ-NP-RT-Z])", re.ASCII)
_CRO_WITHOUT_PRINTS = re.compile(r"SF(\d\d)/(\d{1,6})([A-HJ-NP-RT-Z])", re.ASCII)
_FIRST_YEAR_IN_CHECK = 65  # before it the check letter of an SF number leaves the year out


class IdentifierKind(StrEnum):
    """Whose number it is."""

    NOMIS = "nomis"
    CRN = "crn"
    PNC = "pnc"
    CRO = "cro"
    PRISON_NUMBER = "prison_number"
    HOME_OFFICE = "home_office"
    COURT_CASE = "court_case"


IDENTIFIER_WORDS = {
    IdentifierKind.NOMIS: "NOMIS ID",
    IdentifierKind.CRN: "CRN",
    IdentifierKind.PNC: "PNC ID",
    IdentifierKind.CRO: "CRO number",
    IdentifierKind.PRISON_NUMBER: "Prison number of before NOMIS",
    IdentifierKind.HOME_OFFICE: "Home Office reference",
    IdentifierKind.COURT_CASE: "Court case reference",
}
EXAMPLES = {
    IdentifierKind.NOMIS: "A1234BC",
    IdentifierKind.CRN: "X123456",
    IdentifierKind.PNC: "26/123D",
    IdentifierKind.CRO: "123/26C",
    IdentifierKind.PRISON_NUMBER: "AB123456",
    IdentifierKind.HOME_OFFICE: "A1234567",
    IdentifierKind.COURT_CASE: "26/1234/123456A",
}


class WrongIdentifier(ValueError):
    """A number that cannot be one of its kind; the words say what is expected."""


@dataclass(frozen=True, slots=True)
class Known:
    """A number as it is stored: two spellings of one number are stored as one."""

    kind: IdentifierKind
    value: str


def read_identifier(kind: IdentifierKind, text: str) -> Known:
    """Return the number as it is stored: capitals, no spaces, serials written out.

    Raises
    ------
    WrongIdentifier
        If the text is not such a number, or its check letter does not fit.
    """
    found = re.sub(r"\s+", "", text).upper()
    return Known(kind, _READERS[kind](found))


def check_letter(digits: str) -> str:
    """Return the letter that the standard modulus 23 gives a row of digits: 1 is A, 2 is B, 0 is Z."""
    return _CHECK_LETTERS[int(digits) % len(_CHECK_LETTERS)]


def _plain(kind: IdentifierKind, pattern: str, expected: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise WrongIdentifier(f"{IDENTIFIER_WORDS[kind]} must be {expected}, like {EXAMPLES[kind]}")
        return text

    return read


def _pnc(text: str) -> str:
    """Read a year of two or four digits, a serial of up to seven, and the check letter over YYNNNNNNN."""
    found = _PNC.fullmatch(text)
    if found is None:
        raise WrongIdentifier(
            f"PNC ID must be a year, a slash, up to 7 digits and a letter, like {EXAMPLES[IdentifierKind.PNC]}"
        )
    year, serial, letter = found.groups()
    if check_letter(f"{year}{serial:0>7}") != letter:
        raise WrongIdentifier("The last letter of the PNC ID does not fit its digits: check every digit")
    return f"{year}/{serial:0>7}{letter}"


def _cro(text: str) -> str:
    """Read ``NNNNNN/YYD``, or ``SFYY/NNNNNND`` of somebody whose fingerprints are not held."""
    printed, unprinted = _CRO.fullmatch(text), _CRO_WITHOUT_PRINTS.fullmatch(text)
    if printed is not None:
        serial, year, letter = printed.groups()
        checked, stored = f"{year}{serial:0>6}", f"{int(serial)}/{year}{letter}"
    elif unprinted is not None:
        year, serial, letter = unprinted.groups()
        checked = f"{year}{serial:0>5}" if int(year) >= _FIRST_YEAR_IN_CHECK else f"{serial:0>6}"
        stored = f"SF{year}/{int(serial)}{letter}"
    else:
        raise WrongIdentifier(
            "CRO number must be up to 6 digits, a slash, a year and a letter, "
            f"like {EXAMPLES[IdentifierKind.CRO]}, or begin with SF"
        )
    if check_letter(checked) != letter:
        raise WrongIdentifier("The last letter of the CRO number does not fit its digits: check every digit")
    return stored


_READERS: dict[IdentifierKind, Callable[[str], str]] = {
    IdentifierKind.NOMIS: _plain(
        IdentifierKind.NOMIS, r"[A-Z]\d{4}[A-Z]{2}", "a letter, 4 digits and 2 letters"
    ),
    IdentifierKind.CRN: _plain(IdentifierKind.CRN, r"[A-Z]\d{6}", "a letter and 6 digits"),
    IdentifierKind.PNC: _pnc,
    IdentifierKind.CRO: _cro,
    IdentifierKind.PRISON_NUMBER: _plain(
        IdentifierKind.PRISON_NUMBER, r"[A-Z]{2}\d{6}", "2 letters and 6 digits"
    ),
    IdentifierKind.HOME_OFFICE: _plain(
        IdentifierKind.HOME_OFFICE,
        r"[A-Z]\d{7}(/\d{1,3})?",
        "a letter and 7 digits, with a slash and a number for a dependant",
    ),
    # The catalogue gives this number a check letter too, but its own example does not fit the rule: form only.
    IdentifierKind.COURT_CASE: _plain(
        IdentifierKind.COURT_CASE, r"\d\d/\d{4}/\d{6}[A-Z]", "a year, a court code, 6 digits and a letter"
    ),
}
