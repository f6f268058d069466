from __future__ import annotations

import itertools

import numpy as np
import pytest

from throughcare.simulation.network import Network, Router, Spot, build_network
from throughcare.simulation.shapes import along


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=float)


GRID = [_line(*[(x, 100.0 * i) for x in range(-20, 340, 20)]) for i in range(4)]
GRID += [_line(*[(100.0 * i, y) for y in range(-20, 340, 20)]) for i in range(4)]


def test_streets_are_cut_where_they_cross_and_short_stubs_go() -> None:
    network = build_network(lines=GRID, main=[False] * 8)
    assert len(network.nodes) == 16
    assert len(network.edges) == 24
    assert sum(edge.length_m for edge in network.edges) == pytest.approx(2400.0)


def test_a_street_that_ends_near_another_is_joined_to_it() -> None:
    main = _line(*[(x, 0.0) for x in range(0, 400, 20)])
    side = _line(*[(200.0, y) for y in range(40, 300, 20)])
    network = build_network(lines=[main, side], main=[True, False])
    assert len(network.edges) == 3
    assert [edge.main for edge in network.edges].count(True) == 2


def test_a_street_that_joins_nothing_is_dropped() -> None:
    far = _line(*[(x, 9000.0) for x in range(0, 200, 20)])
    network = build_network(lines=[*GRID, far], main=[False] * 9)
    assert network.nodes[:, 1].max() < 400


def test_the_path_is_as_short_as_any_path_by_brute_force() -> None:
    network = build_network(lines=GRID, main=[False] * 8)
    router = Router(network)
    start = _spot_at(network, 0, 30.0)
    for number, at_m in itertools.product(range(len(network.edges)), (10.0, 60.0)):
        end = _spot_at(network, number, at_m)
        manhattan = abs(start.east_m - end.east_m) + abs(start.north_m - end.north_m)
        assert router.distance_m(start, end) >= manhattan - 1e-6
        assert router.distance_m(start, end) <= manhattan + 2 * 100.0  # a detour to the nearest crossing
        assert router.distance_m(start, end) == pytest.approx(router.distance_m(end, start))


def test_a_path_runs_from_door_to_door_along_streets() -> None:
    network = build_network(lines=GRID, main=[False] * 8)
    edge = network.edges[3]
    x, y = edge.line[0]
    door = Spot(3, 10.0, float(x) + 3.0, float(y) + 4.0)
    path = Router(network).path(door, _spot_at(network, 20, 50.0), driving=False)
    assert path[0].tolist() == [door.east_m, door.north_m]
    on_grid = (np.abs(path[1:] % 100) < 1e-6) | (np.abs(path[1:] % 100 - 100) < 1e-6)
    assert on_grid.any(axis=1).all()


def test_a_driver_goes_a_little_further_to_use_the_main_road() -> None:
    straight = _line(*[(x, 0.0) for x in range(-100, 1120, 20)])
    bow = _line((0, 0), (0, 60), *[(x, 60.0) for x in range(20, 1000, 20)], (1000, 60), (1000, 0))
    network = build_network(lines=[straight, bow], main=[False, True])
    router = Router(network)
    ends = [i for i, edge in enumerate(network.edges) if not edge.main and edge.length_m < 200]
    start, end = (_spot_at(network, number, 50.0) for number in ends)
    assert along(router.path(start, end, driving=False))[-1] == pytest.approx(1100.0)
    assert along(router.path(start, end, driving=True))[-1] == pytest.approx(1220.0)


def _spot_at(network: Network, number: int, at_m: float) -> Spot:
    edge = network.edges[number]
    ahead = (edge.line[-1] - edge.line[0]) / edge.length_m
    east, north = (edge.line[0] + ahead * at_m).tolist()
    return Spot(number, at_m, east, north)
