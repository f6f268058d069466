"""Linking rows to people: exact, whatever the hash says."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.evaluation import linking
from throughcare.evaluation.reoffending_tables import Offences
from throughcare.kernel.errors import RefusedInput

KNOWN = np.array(["ab", "a", "b", "£9", ""])


def test_positions_of_text_bytes_and_numbers():
    wanted = np.array(["b", "a", "abc", "£9", "ab"])
    assert linking.positions(wanted, KNOWN).tolist() == [2, 1, -1, 3, 0]
    assert linking.positions(np.array([b"b", b"z"]), np.array([b"a", b"b"])).tolist() == [1, -1]
    assert linking.positions(np.array([7, -1, 3]), np.array([3, 7])).tolist() == [1, -1, 0]


def test_width_of_the_text_does_not_matter():
    assert linking.positions(np.array(["ab"], "U40"), np.array(["ab"], "U2")).tolist() == [0]


def test_nobody_is_linked_by_a_collision(monkeypatch):
    monkeypatch.setattr(linking, "_numbers", lambda ids: np.zeros(len(ids), np.uint64))
    assert linking.positions(np.array(["b", "q"]), np.array(["a", "b"])).tolist() == [1, -1]
    assert linking.shared(np.array(["a", "b", "a"])).tolist() == [0, 2]


def test_one_known_and_a_collision(monkeypatch):
    monkeypatch.setattr(linking, "_numbers", lambda ids: np.zeros(len(ids), np.uint64))
    assert linking.positions(np.array(["b"]), np.array(["a"])).tolist() == [-1]


def test_doubled_rows_and_ids_that_mean_two_things():
    table = Offences.of(
        ids=["1", "1", "2", "2", "", ""],
        person=["p"] * 6,
        on=["2023-01-01", "2023-01-01", "2023-01-01", "2023-01-02", "2023-01-01", "2023-01-01"],
    )
    copies, conflicts = linking.doubles(table)
    assert copies.tolist() == [False, True, False, False, False, False]
    assert conflicts.tolist() == [False, False, True, True, False, False]


def test_text_is_not_compared_with_numbers():
    with pytest.raises(RefusedInput, match="kind that the people have"):
        linking.positions(np.array([1]), np.array(["1"]))


def test_ids_of_no_kind_are_refused():
    with pytest.raises(RefusedInput, match="text or whole numbers"):
        Offences.of(ids=[1.5], person=["p"])
