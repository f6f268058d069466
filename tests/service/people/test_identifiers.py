"""The numbers of other systems: which spellings are one number, and which typing errors are caught."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.service.people.identifiers import (
    EXAMPLES,
    IdentifierKind,
    WrongIdentifier,
    check_letter,
    read_identifier,
)

KIND = IdentifierKind


@pytest.mark.parametrize("kind", KIND)
def test_the_example_of_each_kind_is_one(kind: KIND) -> None:
    assert read_identifier(kind, EXAMPLES[kind]).kind is kind


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (KIND.NOMIS, " a1234bc ", "A1234BC"),
        (KIND.CRN, "x 123456", "X123456"),
        (KIND.PNC, "26/123d", "26/0000123D"),
        (KIND.PNC, "2026/0000123D", "26/0000123D"),
        (KIND.CRO, "000123/26C", "123/26C"),
        (KIND.CRO, "SF80/12345" + check_letter("8012345"), "SF80/12345" + check_letter("8012345")),
        (KIND.CRO, "sf50/12345" + check_letter("012345").lower(), "SF50/12345" + check_letter("012345")),
        (KIND.PRISON_NUMBER, "ab123456", "AB123456"),
        (KIND.HOME_OFFICE, "a1234567/2", "A1234567/2"),
        (KIND.COURT_CASE, "26/1234/123456a", "26/1234/123456A"),
    ],
)
def test_spellings_of_one_number_are_stored_as_one(kind: KIND, text: str, stored: str) -> None:
    assert read_identifier(kind, text).value == stored


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (KIND.NOMIS, "A12345BC"),
        (KIND.NOMIS, "1234ABC"),
        (KIND.CRN, "X12345"),
        (KIND.CRN, "123456X"),
        (KIND.PNC, "26/123E"),
        (KIND.PNC, "26123D"),
        (KIND.PNC, "26/123I"),
        (KIND.CRO, "123/26A"),
        (KIND.CRO, "SF80/12345Q" if check_letter("8012345") != "Q" else "SF80/12345R"),
        (KIND.PRISON_NUMBER, "A123456"),
        (KIND.HOME_OFFICE, "12345678"),
        (KIND.COURT_CASE, "26/123/123456A"),
        (KIND.NOMIS, ""),
        (KIND.CRN, "X\u0661\u0662345\u0666"),
    ],
)
def test_what_cannot_be_such_a_number_is_refused_with_what_is_expected(kind: KIND, text: str) -> None:
    with pytest.raises(WrongIdentifier, match=r"must be|does not fit"):
        read_identifier(kind, text)


@given(
    serial=st.integers(1, 9_999_999),
    year=st.integers(0, 99),
    place=st.integers(0, 8),
    other=st.integers(1, 9),
)
def test_one_wrong_digit_of_a_pnc_id_is_always_caught(serial: int, year: int, place: int, other: int) -> None:
    digits = f"{year:02}{serial:07}"
    wrong = digits[:place] + str((int(digits[place]) + other) % 10) + digits[place + 1 :]
    with pytest.raises(WrongIdentifier):
        read_identifier(KIND.PNC, f"{wrong[:2]}/{wrong[2:]}{check_letter(digits)}")


@given(serial=st.integers(0, 9_999_999), year=st.integers(0, 99))
def test_every_pnc_id_with_its_letter_is_read_and_read_again_unchanged(serial: int, year: int) -> None:
    stored = read_identifier(KIND.PNC, f"{year:02}/{serial}{check_letter(f'{year:02}{serial:07}')}").value
    assert read_identifier(KIND.PNC, stored).value == stored
