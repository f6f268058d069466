from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from shapely import STRtree, area, intersection, polygons
from shapely.geometry import shape

from tests.lib.simulated import small_town
from throughcare.kernel.geodesy import haversine_m
from throughcare.simulation.network import Router
from throughcare.simulation.plots import Use
from throughcare.simulation.shapes import resample
from throughcare.simulation.terrain import RIVER_WIDTH_M
from throughcare.simulation.town import SEA_BOX_DEG, PlaceKind, Town, build_town
from throughcare.simulation.townmap import town_geojson

# the English coast nearest to the town, and the coasts to the east (public headlands, degrees)
COAST_DEG = {
    "Flamborough Head": (54.116, -0.083),
    "Spurn Head": (53.575, 0.110),
    "Cromer": (52.932, 1.302),
    "Whitby": (54.490, -0.615),
    "Texel": (53.180, 4.850),
}


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town()


def _points(town: Town) -> np.ndarray:
    found = []
    for feature in town_geojson(town)["features"]:
        rings = feature["geometry"]["coordinates"]
        found += rings if feature["geometry"]["type"] == "LineString" else rings[0]
    return np.array(found)


def test_every_coordinate_lies_in_open_water_far_from_any_real_address(town: Town) -> None:
    south, north, west, east = SEA_BOX_DEG
    points = _points(town)
    assert west < points[:, 0].min() < points[:, 0].max() < east
    assert south < points[:, 1].min() < points[:, 1].max() < north
    for name, (lat, lon) in COAST_DEG.items():
        corners = [(a, b) for a in (south, north) for b in (west, east)]
        nearest = min(float(haversine_m(lat, lon, a, b)) for a, b in corners)
        assert nearest > 60_000, name


def test_a_town_has_what_conditions_need(town: Town) -> None:
    kinds = Counter(place.kind for place in town.places)
    assert 3_000 < len(town.homes) < 15_000
    assert kinds[PlaceKind.PROBATION_OFFICE] == kinds[PlaceKind.COURT] == kinds[PlaceKind.STATION] == 1
    assert kinds[PlaceKind.SCHOOL] >= 4
    assert kinds[PlaceKind.PUB] >= 10
    assert kinds[PlaceKind.PARK] >= 3
    assert kinds[PlaceKind.SURGERY] >= 1
    assert kinds[PlaceKind.SHOP] >= 50


def test_every_home_can_be_reached_on_the_streets(town: Town) -> None:
    router = Router(town.network)
    office = town.of_kind(PlaceKind.PROBATION_OFFICE)[0].spot
    for row in town.homes[:: len(town.homes) // 60].tolist():
        assert 0 < router.distance_m(town.buildings.spot(row), office) < 6_000


def test_both_banks_of_the_river_are_joined_by_few_bridges(town: Town) -> None:
    river = town.terrain.river
    north_side = town.network.nodes[:, 1] > np.interp(town.network.nodes[:, 0], river[:, 0], river[:, 1])
    crossings = [edge for edge in town.network.edges if north_side[edge.u] != north_side[edge.v]]
    assert 2 <= len(crossings) <= 8
    assert all(edge.main for edge in crossings)


def test_no_house_stands_in_the_river_on_the_railway_or_in_a_street(town: Town) -> None:
    buildings = town.buildings
    corners = np.vstack([buildings.footprint(i) for i in range(len(buildings))])
    for line, least_m in ((town.terrain.river, RIVER_WIDTH_M / 2), (town.terrain.rail, 5.0)):
        assert np.abs(corners[:, 1] - np.interp(corners[:, 0], line[:, 0], line[:, 1])).min() > least_m
    streets = np.vstack([resample(edge.line, 4.0) for edge in town.network.edges])
    for part in corners[::7]:
        assert np.hypot(streets[:, 0] - part[0], streets[:, 1] - part[1]).min() > 5.0


def test_houses_do_not_stand_on_each_other(town: Town) -> None:
    shapes = polygons(np.array([town.buildings.footprint(i) for i in range(len(town.buildings))]))
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    apart = first < second
    shared = area(intersection(shapes[first[apart]], shapes[second[apart]]))
    assert shared.max(initial=0.0) < 8.0  # neighbours on a bend touch at a corner


def test_a_plot_holds_its_house_and_its_garden(town: Town) -> None:
    for row in town.homes[::500].tolist():
        plot = shape({"type": "Polygon", "coordinates": [town.buildings.plot(row).tolist()]}).buffer(0.01)
        for part in (town.buildings.footprint(row), town.buildings.garden(row)):
            assert plot.contains(shape({"type": "Polygon", "coordinates": [part.tolist()]}))


def test_addresses_are_unique_and_odd_and_even_numbers_face_each_other(town: Town) -> None:
    addresses = [town.address(row) for row in range(len(town.buildings))]
    assert len(set(addresses)) == len(addresses)
    assert len(set(town.street_names)) == len(town.street_names)
    odd = town.buildings.number % 2 == 1
    assert np.array_equal(odd, town.buildings.side > 0)


def test_the_map_is_valid_geojson_with_names_for_streets_and_none_for_homes(town: Town) -> None:
    features = town_geojson(town)["features"]
    assert all(shape(feature["geometry"]).is_valid for feature in features)
    names = {feature["properties"]["kind"]: feature["properties"].get("name") for feature in features}
    assert names["street"]
    assert names["building"] is None
    assert {"river", "railway", "school", "pub", "probation_office", "court"} <= set(names)


def test_another_seed_is_another_town_and_the_same_seed_the_same(town: Town) -> None:
    again, other = (build_town(rng=np.random.default_rng(seed)) for seed in (3, 4))
    assert np.array_equal(again.buildings.east_m, town.buildings.east_m)
    assert again.street_names == town.street_names
    assert len(other.buildings) != len(town.buildings)
    assert int((town.buildings.use == Use.HOME).sum()) == len(town.homes)
