"""Crossings of plain zones, and what cannot be asked of them."""

from __future__ import annotations

import numpy as np
import pytest

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.geodesy import Plane
from throughcare.monitoring.crossing_reference import Position, reference_crossings
from throughcare.monitoring.crossing_zones import Zone, compile_zones
from throughcare.monitoring.crossings import find_crossings, follow_crossings, start_crossings
from throughcare.orders.geometry import Circle, Polygon

HOME = Circle(type="Circle", centre=(1.5, 54.0), radius_m=100)


def square(west: float, south: float, side: float = 0.01) -> Polygon:
    east, north = west + side, south + side
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Polygon(type="Polygon", coordinates=(ring,))


def at(lon_deg: list[float], lat_deg: float = 54.0) -> dict[str, np.ndarray]:
    """Return positions of the first activation, one a minute, going east."""
    number = len(lon_deg)
    return {
        "key": np.zeros(number, np.int64),
        "t_us": np.arange(number, dtype=np.int64),
        "lat_deg": np.full(number, lat_deg),
        "lon_deg": np.array(lon_deg),
    }


def test_the_first_position_inside_enters_and_the_last_one_inside_does_not_leave():
    zones = compile_zones([Zone(zone_id="home", area=HOME)], activations=["A"])
    found = find_crossings(zones, **at([1.5, 1.5, 1.6, 1.6, 1.5]))
    assert list(zip(found.row.tolist(), found.entered.tolist(), strict=True)) == [
        (0, True),
        (2, False),
        (4, True),
    ]


def test_a_zone_of_ones_own_concerns_nobody_else_and_a_shared_one_everybody():
    zones = compile_zones(
        [Zone(zone_id="own", area=HOME, activation="A"), Zone(zone_id="all", area=HOME)],
        activations=["A", "B"],
    )
    both = {"key": np.array([0, 1]), "t_us": np.array([5, 5])}
    found = find_crossings(zones, **both, lat_deg=np.full(2, 54.0), lon_deg=np.full(2, 1.5))
    named = [
        (zones.activations[a], zones.zones[z].zone_id)
        for a, z in zip(found.activation, found.zone, strict=True)
    ]
    assert named == [("A", "own"), ("A", "all"), ("B", "all")]


def test_more_zones_than_a_word_has_bits_are_all_told():
    shared = [Zone(zone_id=f"S{n:03}", area=square(1.0 + n / 100, 54.0)) for n in range(150)]
    own = [Zone(zone_id=f"O{n:03}", area=square(1.0 + n / 50, 54.0), activation="A") for n in range(70)]
    zones = compile_zones([*shared, *own], activations=["A"])
    assert zones.words == 4
    track = at((1.0 + np.arange(300) / 200 + 0.0013).tolist(), 54.005)
    found = find_crossings(zones, **track)
    expected = reference_crossings(
        [Position("A", t, 54.005, lon) for t, lon in enumerate(track["lon_deg"].tolist())], zones=zones.zones
    )
    assert [
        (int(row), zones.zones[zone].zone_id, bool(entered))
        for row, zone, entered in zip(found.row, found.zone, found.entered, strict=True)
    ] == [(change.t_us, change.zone_id, change.entered) for change in expected]
    assert len(expected) == 2 * 220 - 1


def test_more_changes_than_there_was_room_for_are_all_told():
    zones = compile_zones([Zone(zone_id="home", area=HOME)], activations=["A"])
    found = find_crossings(zones, **at([1.5, 1.6] * 5_000), threads=2)
    assert found.row.tolist() == list(range(10_000))
    assert found.used == 10_000


def test_a_circle_holds_its_edge_and_nothing_beyond():
    lat_deg = 54.0 + 2**-10
    radius_m = (lat_deg - 54.0) * Plane(lat0_deg=54.0, lon0_deg=1.5).north_m_per_deg
    circle = Circle(type="Circle", centre=(1.5, 54.0), radius_m=radius_m)
    zones = compile_zones([Zone(zone_id="ring", area=circle)], activations=["A"])
    assert find_crossings(zones, **at([1.5], lat_deg)).entered.tolist() == [True]
    assert len(find_crossings(zones, **at([1.5], lat_deg + 2**-40))) == 0


def test_without_a_zone_nothing_is_crossed():
    zones = compile_zones([], activations=["A"])
    assert len(find_crossings(zones, **at([1.5, 1.6]))) == 0
    assert len(find_crossings(zones, **at([]))) == 0


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        ([Zone(zone_id="z", area=HOME), Zone(zone_id="z", area=HOME)], "two"),
        ([Zone(zone_id="z", area=HOME, activation="A"), Zone(zone_id="z", area=HOME)], "two"),
        ([Zone(zone_id="z", area=HOME, activation="nobody")], "'nobody'"),
        ([Zone(zone_id="z", area=Circle(type="Circle", centre=(180, 10), radius_m=50))], "180.000"),
        ([Zone(zone_id="z", area=Circle(type="Circle", centre=(0, 89.9), radius_m=50_000))], "90.3"),
    ],
)
def test_a_zone_that_cannot_be_used_is_refused_by_its_name(zones, found):
    with pytest.raises(RefusedInput) as refused:
        compile_zones(zones, activations=["A"])
    assert refused.value.where == "zone z"
    assert found in refused.value.found


def test_what_would_read_beyond_an_array_is_refused():
    zones = compile_zones([Zone(zone_id="home", area=HOME)], activations=["A"])
    track = at([1.5, 1.6])
    with pytest.raises(ValueError, match="outside the activations"):
        find_crossings(zones, **{**track, "key": np.array([0, 1])})
    with pytest.raises(ValueError, match="one length"):
        find_crossings(zones, **{**track, "lat_deg": np.zeros(1)})
    with pytest.raises(ValueError, match="threads"):
        find_crossings(zones, **track, threads=0)


def test_a_state_of_other_zones_is_refused():
    zones = compile_zones([Zone(zone_id="home", area=HOME)], activations=["A"])
    moved = compile_zones([Zone(zone_id="home", area=square(1.0, 54.0))], activations=["A"])
    with pytest.raises(ValueError, match="state is of"):
        follow_crossings(start_crossings(zones), zones=moved, **at([1.5]))
