"""Disclosure: small counts, what their totals would give away, and rounding."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.kernel.disclosure import (
    Mark,
    known_range,
    protect_list,
    protect_table,
    rounded,
    share_may_be_shown,
)


def test_one_small_count_takes_the_least_other_with_it() -> None:
    found = protect_list([3, 50, 40, 200])
    assert found.shown() == (None, 50, None, 200)
    assert found.shown_total == 293


def test_a_list_of_one_small_count_hides_its_total() -> None:
    found = protect_list([4])
    assert (found.shown(), found.shown_total) == ((None,), None)


def test_nothing_small_hides_nothing() -> None:
    table = protect_table([[20, 30], [40, 50]])
    assert table.shown() == ((20, 30, 50), (40, 50, 90), (60, 80, 140))


def test_a_small_cell_of_a_table_takes_a_rectangle_with_it() -> None:
    table = protect_table([[3, 50, 20], [40, 60, 70], [90, 12, 33]])
    hidden = np.argwhere(table.marks != Mark.SHOWN).tolist()
    assert len(hidden) == 4
    assert len({row for row, _ in hidden}) == len({column for _, column in hidden}) == 2
    low, high = known_range(table, 0, 0)
    assert low <= 3
    assert high is not None
    assert high - low >= 10


def test_nought_is_safe_unless_it_is_said_not_to_be() -> None:
    assert protect_list([0, 30, 40]).shown() == (0, 30, 40)
    assert protect_list([0, 30, 40], zero_is_safe=False).shown() == (None, None, 40)


def test_an_impossible_cell_is_shown_and_hides_nothing() -> None:
    found = protect_list([0, 3, 30, 40], zero_is_safe=False, impossible=np.array([True, False, False, False]))
    assert found.shown() == (0, None, None, 40)
    table = protect_table([[0, 3], [30, 40]], impossible=np.array([[True, False], [False, False]]))
    assert table.shown()[0][0] == 0
    assert table.shown()[0][1] is None


def test_what_is_hidden_elsewhere_is_hidden_and_protected_here() -> None:
    table = np.array([[30, 40, 50], [60, 70, 80]])
    hidden = np.zeros((3, 4), dtype=bool)
    hidden[0, 3] = True  # the first row's total
    found = protect_table(table, hidden=hidden)
    assert found.shown()[0][3] is None
    low, high = known_range(found, 0, 3)
    assert high is None or high - low >= 10
    assert protect_list([30, 40, 50], hidden=np.array([True, False, False])).shown() == (None, None, 50)
    with pytest.raises(ValueError, match="shape"):
        protect_list([30, 40], hidden=np.array([True]))


def test_more_protection_hides_more() -> None:
    few = protect_list([3, 12, 40, 200], protection=5)
    many = protect_list([3, 12, 40, 200], protection=50)
    assert few.shown() == (None, None, 40, 200)
    assert many.shown() == (None, None, None, 200)


def test_halves_are_rounded_up() -> None:
    assert rounded([2, 3, 7, 8, 5], unit=5).tolist() == [0, 5, 5, 10, 5]
    assert rounded([5, 15], unit=10).tolist() == [10, 20]


def test_a_share_that_tells_on_everybody_is_not_shown() -> None:
    assert share_may_be_shown(30, 100)
    assert not share_may_be_shown(0, 100)
    assert not share_may_be_shown(100, 100)
    assert not share_may_be_shown(95, 100)


@pytest.mark.parametrize("counts", [[1.5, 2.0], [-1, 4], []])
def test_what_is_no_count_is_refused(counts: list[float]) -> None:
    with pytest.raises(ValueError, match="counts"):
        protect_list(counts)  # type: ignore[arg-type]


def test_an_impossible_cell_that_holds_somebody_is_refused() -> None:
    with pytest.raises(ValueError, match="impossible"):
        protect_list([1, 2], impossible=np.array([True, False]))


def test_a_part_beyond_its_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="part"):
        share_may_be_shown(3, 2)
    with pytest.raises(ValueError, match="unit"):
        rounded([1], unit=0)
    with pytest.raises(ValueError, match="minimum"):
        protect_list([1], minimum=0)
