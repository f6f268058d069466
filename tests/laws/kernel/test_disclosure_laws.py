"""Laws of disclosure: what a reader could work out is never narrower than was promised."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.lib.slow_validation import tables_that_fit
from throughcare.kernel.disclosure import (
    Mark,
    known_range,
    known_range_of_list,
    protect_list,
    protect_table,
    rounded,
    with_totals,
)

counts = st.integers(0, 40)


@st.composite
def tables(draw: st.DrawFn, *, most_cells: int = 5, highest: int = 40) -> np.ndarray:
    rows, columns = draw(st.integers(1, most_cells)), draw(st.integers(1, most_cells))
    cells = draw(st.lists(st.integers(0, highest), min_size=rows * columns, max_size=rows * columns))
    return np.array(cells).reshape(rows, columns)


@given(tables(), st.integers(1, 12), st.booleans())
def test_no_small_cell_of_a_table_can_be_placed_more_closely_than_promised(
    table: np.ndarray, minimum: int, zero_is_safe: bool
) -> None:
    found = protect_table(table, minimum=minimum, zero_is_safe=zero_is_safe)
    for (row, column), mark in np.ndenumerate(found.marks):
        low, high = known_range(found, row, column)
        count = int(found.counts[row, column])
        assert low <= count
        assert high is None or high >= count
        if count < minimum and not (count == 0 and zero_is_safe):
            assert mark == Mark.SMALL
            assert high is None or high - low >= minimum
        if mark == Mark.SHOWN:
            assert (low, high) == (count, count)


@given(st.lists(counts, min_size=1, max_size=8), st.integers(1, 12))
def test_no_small_count_of_a_list_can_be_placed_more_closely_than_promised(
    values: list[int], minimum: int
) -> None:
    found = protect_list(values, minimum=minimum)
    for place, mark in enumerate(found.marks):
        low, high = known_range_of_list(found, place)
        assert mark != Mark.SMALL or high is None or high - low >= minimum
        assert low <= values[place]


@given(tables(most_cells=2, highest=5), st.integers(2, 4))
def test_the_range_is_that_of_all_tables_that_fit(table: np.ndarray, minimum: int) -> None:
    found = protect_table(table, minimum=minimum)
    most = 12
    fitting = tables_that_fit(found.shown(), most)
    for row, column in np.ndindex(*table.shape):
        low, high = known_range(found, row, column)
        values = {each[row][column] for each in fitting}
        assert min(values) == low
        if high is not None and high < most:
            assert max(values) == high
        else:
            assert max(values) == most


@given(tables(), st.integers(1, 12))
def test_what_is_shown_is_true_and_adds_up(table: np.ndarray, minimum: int) -> None:
    found = protect_table(table, minimum=minimum)
    truth = with_totals(table)
    for shown, true in zip(found.shown(), truth.tolist(), strict=True):
        assert all(a is None or a == b for a, b in zip(shown, true, strict=True))


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=9), st.integers(1, 50))
def test_rounding_moves_a_count_by_at_most_half_a_unit(values: list[int], unit: int) -> None:
    found = rounded(values, unit=unit)
    assert not np.any(found % unit)
    assert np.all(2 * np.abs(found - np.array(values)) <= unit)
