"""Looking up who wore a device, for whole columns at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.kernel.time import Interval
from throughcare.monitoring.worn import Lane, by_home_unit


@dataclass(frozen=True)
class Worn:
    activation_id: str
    device_id: str
    interval: Interval
    home_unit_id: str | None = None


def found(lane: Lane, *asked: tuple[str, int]) -> list[int]:
    keys = tuple(name for name, _ in asked)
    return lane.find(lane.codes(keys, np.arange(len(keys))), np.array([t_us for _, t_us in asked])).tolist()


def test_a_lane_answers_by_name_and_half_open_interval():
    lane = Lane.build([("B", Interval(10, 20), 0), ("A", Interval(15), 1), ("B", Interval(20, 30), 2)])
    asked = [
        ("B", 9),
        ("B", 10),
        ("B", 19),
        ("B", 20),
        ("B", 30),
        ("A", 14),
        ("A", 15),
        ("A", 10**18),
        ("C", 15),
    ]
    assert found(lane, *asked) == [-1, 0, 0, 2, -1, -1, 1, 1, -1]


def test_an_empty_lane_knows_nobody():
    assert found(Lane.build([]), ("A", 1)) == [-1]


def test_a_shared_home_unit_takes_as_many_lanes_as_it_has_wearers_at_once():
    lanes = by_home_unit(
        [
            Worn("a", "T1", Interval(0, 10), "U"),
            Worn("b", "T2", Interval(5, 15), "U"),
            Worn("c", "T3", Interval(10, 20), "U"),
            Worn("d", "T4", Interval(0), None),
        ]
    )
    assert [found(lane, ("U", 7), ("U", 12)) for lane in lanes] == [[0, 2], [1, 1]]
