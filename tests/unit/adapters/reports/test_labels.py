"""Label placing: a label covers nothing, or is left out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from throughcare.adapters.reports.labels import Placer

coordinates = st.floats(0, 400)


@given(st.lists(st.tuples(coordinates, coordinates, st.integers(1, 9999)), max_size=60))
def test_placed_labels_cover_neither_each_other_nor_the_edge(dots: list[tuple[float, float, int]]) -> None:
    placer = Placer(400, 300)
    boxes = [p.box for x, y, n in dots if (p := placer.near(x, y, str(n), size=11)) is not None]
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    assert all(w >= 0 and n >= 0 and e <= 400 and s <= 300 for w, n, e, s in boxes)


def test_a_lone_label_stands_beside_its_dot_without_a_leader() -> None:
    placed = Placer(400, 300).near(200, 150, "17", size=11)
    assert placed is not None
    assert not placed.far
    assert placed.box[0] > 200


def test_a_crowded_dot_gets_a_leader_and_a_hopeless_one_gets_nothing() -> None:
    placer = Placer(400, 300)
    placer.block(200, 150, 16)
    placed = placer.near(200, 150, "17", size=11)
    assert placed is not None
    assert placed.far
    placer.block(200, 150, 200)
    assert placer.near(200, 150, "18", size=11) is None


def test_a_label_stands_where_it_covers_fewest_dots() -> None:
    to_the_right = np.column_stack((np.arange(205.0, 260.0, 2.0), np.full(28, 150.0)))
    placed = Placer(400, 300, to_the_right).near(200, 150, "17", size=11)
    assert placed is not None
    west, north, east, south = placed.box
    x, y = to_the_right.T
    assert not ((x > west) & (x < east) & (y > north) & (y < south)).any()


def test_an_area_at_the_edge_keeps_its_whole_label_in_view() -> None:
    placed = Placer(400, 300).area((0, 40, 30, 70), "Curfew address: 4 Lantern Row", size=13)
    assert placed is not None
    assert placed.box[0] >= 0
