"""The arithmetic under every tabled instrument: rounding, calendar, tables, frames."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Frame, completed_months
from throughcare.risk.arithmetic.parts import step
from throughcare.risk.arithmetic.rounding import half_up
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.columns import columns_of
from throughcare.risk.registry import INSTRUMENTS


def test_a_half_is_rounded_by_the_exact_value_of_the_binary_number() -> None:
    values = np.array([0.5, 1.5, 2.5, -0.5, 1.005, 2.675, 0.125, np.nan])
    assert half_up(values, 0)[:4].tolist() == [1.0, 2.0, 3.0, -1.0]
    assert half_up(values, 2)[4:7].tolist() == [1.0, 2.67, 0.13]  # 1.005 and 2.675 lie just below
    assert np.isnan(half_up(values)[7])


def test_rounding_many_equals_decimal_rounding_one_by_one() -> None:
    values = np.random.default_rng(3).integers(0, 100_000, 3_000) / 100_000.0
    expected = [
        float((Decimal(float(value)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for value in values
    ]
    assert half_up(values, 0, scale=100).tolist() == expected


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2000-02-29", "2018-02-28", 215),
        ("2000-02-29", "2018-03-01", 216),
        ("2020-01-31", "2020-02-29", 0),
        ("2020-03-15", "2020-01-15", -2),
        ("2020-03-15", "2020-01-16", -1),
        ("2020-03-15", "2020-03-15", 0),
    ],
)
def test_months_are_completed_as_the_calendar_counts_them(start: str, end: str, months: int) -> None:
    days = [np.array([day], dtype="datetime64[D]") for day in (start, end)]
    assert completed_months(*days).tolist() == [months]


def test_months_from_an_unknown_day_are_unknown() -> None:
    unknown = np.array(["NaT"], dtype="datetime64[D]")
    assert np.isnan(completed_months(unknown, np.array(["2020-01-01"], dtype="datetime64[D]")))[0]


def test_a_step_begins_at_its_number_and_below_the_first_there_is_none() -> None:
    found = step(np.array([9.0, 10.0, 11.0, 12.0, np.nan]), (np.array([10.0, 12.0]), np.array([1.0, 2.0])))
    assert np.isnan(found[[0, 4]]).all()
    assert found[1:4].tolist() == [1.0, 1.0, 2.0]


def test_a_frame_of_one_person_equals_a_frame_of_columns() -> None:
    answers = Answers.of(sex="female", date_of_birth=dt.date(1990, 5, 1), unemployed=True, sanctions_total=3)
    items = {name: ITEMS[name] for name in ("sex", "date_of_birth", "unemployed", "sanctions_total")}
    one = Frame.of_answers(answers, items)
    many = Frame.of_columns(columns_of([answers, Answers()], items.values()), items)
    for name in ("sex", "unemployed", "sanctions_total"):
        assert one.number(name)[0] == many.number(name)[0]
        assert many.known(name).tolist() == [True, False]
    assert one.days["date_of_birth"][0] == many.days["date_of_birth"][0]


def test_a_number_outside_its_domain_is_bad_and_missing_in_columns_too() -> None:
    items = {"sanctions_total": ITEMS["sanctions_total"]}
    frame = Frame.of_columns({"sanctions_total": np.array([0.0, 2.5, 1000.0, 1.0, np.nan])}, items)
    assert frame.bad.tolist() == [True, True, True, False, False]
    assert frame.known("sanctions_total").tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("folder", ["ogrs3", "ogp", "ovp", "rsr", "mst", "lds", "opd", "pni", "psa"])
def test_every_number_of_a_table_has_a_source_and_a_licence(folder: str) -> None:
    table = read_coefficients(f"throughcare.risk.{folder}")
    assert table.by_name
    assert all(spec.spec.citation.licence for spec in INSTRUMENTS.values())
