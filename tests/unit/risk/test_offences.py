"""The published list of offence codes, read from rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from throughcare.orders.problem import Problem
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.catalogue.offence_categories import CATEGORY_WORDS, PUBLISHED_CATEGORIES, UNKNOWN
from throughcare.risk.offences import OffenceCode, read_offence_codes

GOOD = {
    "offence_code": "02801",
    "category": "Burglary",
    "actuarial_category": "BURGLARY_DOMESTIC",
    "opd_violence_sex": "0",
    "is_violent_sanction": "1",
}


def test_a_row_becomes_a_code():
    codes, problems = read_offence_codes([GOOD])
    assert problems == ()
    assert dict(codes) == {"02801": OffenceCode("02801", "burglary_domestic", True, False)}
    assert codes.category_of(" 02801 ") == "burglary_domestic"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"offence_code": "2801"}, "offence_code"),
        ({"offence_code": "0280x"}, "offence_code"),
        ({"offence_code": "٠٢٨٠١"}, "offence_code"),
        ({"actuarial_category": "SHOPLIFTING"}, "actuarial_category"),
        ({"is_violent_sanction": "maybe"}, "is_violent_sanction"),
        ({"opd_violence_sex": ""}, "opd_violence_sex"),
    ],
)
def test_a_bad_row_is_named_and_costs_no_other(change: dict[str, str], column: str):
    codes, problems = read_offence_codes(
        [GOOD, {**GOOD, "offence_code": "02802", **change}, {**GOOD, "offence_code": "02803"}]
    )
    assert list(codes) == ["02801", "02803"]
    assert [problem.path for problem in problems] == [("row", 2, column)]


def test_a_list_without_a_column_says_which():
    codes, problems = read_offence_codes([{"offence_code": "02801", "actuarial_category": "DRUNKENNESS"}])
    assert len(codes) == 0
    assert problems[0].path == ("row", 1, "is_violent_sanction")


def test_a_code_that_comes_twice_is_kept_as_it_first_came():
    codes, problems = read_offence_codes([GOOD, {**GOOD, "actuarial_category": "DRUNKENNESS"}])
    assert codes.category_of("02801") == "burglary_domestic"
    assert problems[0].path == ("row", 2, "offence_code")


@pytest.mark.parametrize("code", ["99999", "00001", "abc", ""])
def test_a_code_without_a_category_says_what_to_do(code: str):
    codes, _ = read_offence_codes([GOOD, {**GOOD, "offence_code": "00001", "actuarial_category": "UNKNOWN"}])
    assert codes["00001"].category is None
    with pytest.raises(Problem, match=r"five digits|published list|category"):
        codes.category_of(code)


def test_a_list_cannot_be_changed():
    codes, _ = read_offence_codes([GOOD])
    with pytest.raises(TypeError):
        codes.by_code["02802"] = codes["02801"]  # type: ignore[index]


def test_every_category_of_the_publisher_is_an_answer_and_unknown_is_none():
    answers = set(ITEMS["offence_category"].domain.values)
    assert set(PUBLISHED_CATEGORIES.values()) - {UNKNOWN} == answers == set(CATEGORY_WORDS)
    assert len(answers) == 24


@pytest.mark.real_data
def test_the_published_list_is_read_whole(shared_data: Path):
    with (shared_data / "arns_vectors" / "offence_code_mapping.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        codes, problems = read_offence_codes(csv.DictReader(stream))
    assert problems == ()
    assert len(codes) == 3039
    assert sum(code.violent for code in codes.values()) == 634
    assert sum(code.violent_or_sexual for code in codes.values()) == 567
    assert [code.code for code in codes.values() if code.category is None] == ["00000", "00001"]
