"""Compliance distance against Shapely, which knows nothing of our code."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from throughcare.kernel.geodesy import Plane
from throughcare.monitoring.areas import NOWHERE_M, Area, compile_area, compliance_distance_m
from throughcare.monitoring.kernels import compliance_distance
from throughcare.orders.geometry import Circle, Geometry, MultiPolygon
from throughcare.orders.geometry import Polygon as OrderPolygon

TOWN = Plane(52.0, -1.5)
FAR_M = 100_000.0
Ring = list[tuple[float, float]]

METRES = st.floats(-3000, 3000, allow_nan=False)


def degrees(ring: Ring) -> list[tuple[float, float]]:
    points = [TOWN.to_degrees(east, north) for east, north in ring]
    return [(float(lon), float(lat)) for lat, lon in [*points, points[0]]]


@st.composite
def stars(draw: st.DrawFn, centre: tuple[float, float] = (0.0, 0.0), least_m: float = 150.0) -> Ring:
    """Return a star-shaped ring about a centre, at least ``least_m`` from it: concave, never crossing itself."""
    corners = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(least_m, 4 * least_m), min_size=corners, max_size=corners))
    turn = draw(st.floats(0, 2 * math.pi))
    angles = [turn + 2 * math.pi * i / corners for i in range(corners)]
    return [
        (centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)
    ]


@st.composite
def polygons(draw: st.DrawFn, centre: tuple[float, float] = (0.0, 0.0)) -> list[Ring]:
    """Return an outer ring and none or one hole, well inside it."""
    outer = draw(stars(centre))
    hole = [(centre[0] + 20 * x, centre[1] + 20 * y) for x, y in ((-1, -1), (2, -1), (0, 2))]
    return [outer, hole] if draw(st.booleans()) and Polygon(outer).contains(Polygon(hole)) else [outer]


def area_points(area: Area, ring: int) -> np.ndarray:
    first, last = area.rings[ring]
    return np.stack([area.east_m[first:last], area.north_m[first:last]], axis=1)


def shapes(area: Area) -> list[tuple[int, BaseGeometry]]:
    """Return the area's parts as Shapely shapes in its own plane; circles as fine polygons are left out."""
    found = []
    for part, role in enumerate(area.part_role.tolist()):
        first, last = area.part_rings[part]
        rings = [area_points(area, ring) for ring in range(first, last)]
        found.append((role, Polygon(rings[0], rings[1:])))
    return found


def signed_m(shape: BaseGeometry, point: Point) -> float:
    distance = float(shape.boundary.distance(point))
    return distance if shape.contains(point) else -distance


def fast(area: Area, east_m: float, north_m: float, far_m: float = FAR_M) -> float:
    return float(compliance_distance(area.shape, east_m, north_m, far_m))


def order_polygon(rings: list[Ring]) -> OrderPolygon:
    return OrderPolygon(type="Polygon", coordinates=tuple(tuple(degrees(ring)) for ring in rings))


def place_in(area: Area, east_m: float, north_m: float) -> tuple[float, float]:
    lat, lon = TOWN.to_degrees(east_m, north_m)
    east, north = area.plane.to_metres(lat, lon)
    return float(east), float(north)


@given(polygons(), METRES, METRES, st.floats(0, 200))
def test_the_distance_to_a_place_to_be_in_is_shapelys_plus_the_margin(
    rings: list[Ring], east_m: float, north_m: float, margin_m: float
) -> None:
    area = compile_area(be_in=(order_polygon(rings),), margin_m=margin_m)
    x, y = place_in(area, east_m, north_m)
    ((_, shape),) = shapes(area)
    expected = signed_m(shape, Point(x, y)) + margin_m
    assert compliance_distance_m(area, x, y) == pytest.approx(expected, abs=1e-6)
    assert fast(area, x, y) == compliance_distance_m(area, x, y)


@given(polygons(), METRES, METRES, st.floats(0, 200))
def test_a_place_to_stay_out_of_counts_the_other_way_and_grows_on_every_side(
    rings: list[Ring], east_m: float, north_m: float, grow_m: float
) -> None:
    area = compile_area(keep_out=(order_polygon(rings),), grow_m=grow_m)
    x, y = place_in(area, east_m, north_m)
    ((_, shape),) = shapes(area)
    assert compliance_distance_m(area, x, y) == pytest.approx(
        -signed_m(shape, Point(x, y)) - grow_m, abs=1e-6
    )


@given(polygons(), polygons((5000.0, 0.0)), st.floats(-1000, 6000), METRES)
def test_a_multipolygon_is_the_union_of_its_polygons(
    first: list[Ring], second: list[Ring], east_m: float, north_m: float
) -> None:
    parts = tuple(tuple(tuple(degrees(ring)) for ring in rings) for rings in (first, second))
    area = compile_area(be_in=(MultiPolygon(type="MultiPolygon", coordinates=parts),))
    x, y = place_in(area, east_m, north_m)
    (_, one), (_, two) = shapes(area)
    assert compliance_distance_m(area, x, y) == pytest.approx(signed_m(one.union(two), Point(x, y)), abs=1e-6)


@given(st.floats(5, 2000), METRES, METRES, METRES, METRES)
def test_a_circle_is_its_radius_less_the_distance_to_its_centre(
    radius_m: float, centre_e: float, centre_n: float, east_m: float, north_m: float
) -> None:
    lat, lon = TOWN.to_degrees(centre_e, centre_n)
    area = compile_area(be_in=(Circle(type="Circle", centre=(float(lon), float(lat)), radius_m=radius_m),))
    x, y = place_in(area, east_m, north_m)
    shape = Point(0.0, 0.0)  # the area's plane touches the earth at its centre
    assert compliance_distance_m(area, x, y) == pytest.approx(
        radius_m - shape.distance(Point(x, y)), abs=1e-6
    )
    assert math.hypot(x, y) == pytest.approx(
        math.hypot(east_m - centre_e, north_m - centre_n), rel=2e-3, abs=1
    )
    assert compliance_distance_m(area, 0.0, 0.0) == radius_m


@given(polygons(), st.floats(30, 500), METRES, METRES, METRES, METRES)
def test_an_exempt_corridor_outweighs_the_zone_that_it_crosses(
    rings: list[Ring], radius_m: float, centre_e: float, centre_n: float, east_m: float, north_m: float
) -> None:
    lat, lon = TOWN.to_degrees(centre_e, centre_n)
    corridor: Geometry = Circle(type="Circle", centre=(float(lon), float(lat)), radius_m=radius_m)
    area = compile_area(be_in=(corridor,), keep_out=(order_polygon(rings),))
    in_corridor = compile_area(be_in=(corridor,))
    out_of_zone = compile_area(keep_out=(order_polygon(rings),))
    alone = [
        compliance_distance_m(part, *place_in(part, east_m, north_m)) for part in (in_corridor, out_of_zone)
    ]
    both = compliance_distance_m(area, *place_in(area, east_m, north_m))
    assert both == pytest.approx(max(alone), rel=2e-3, abs=0.5)
    assert fast(area, *place_in(area, east_m, north_m)) == both


@given(polygons(), METRES, METRES, st.floats(1, 500))
def test_the_fast_distance_is_exact_up_to_far_and_keeps_its_side_beyond(
    rings: list[Ring], east_m: float, north_m: float, far_m: float
) -> None:
    area = compile_area(be_in=(order_polygon(rings),), margin_m=50.0)
    x, y = place_in(area, east_m, north_m)
    exact, quick = compliance_distance_m(area, x, y), fast(area, x, y, far_m)
    beyond = abs(exact) >= far_m and abs(quick) >= far_m
    assert quick == exact or (beyond and (quick > 0) == (exact > 0))


def test_a_hole_is_not_the_zone() -> None:
    outer: Ring = [(-500, -500), (500, -500), (500, 500), (-500, 500)]
    hole: Ring = [(-100, -100), (100, -100), (100, 100), (-100, 100)]
    area = compile_area(keep_out=(order_polygon([outer, hole]),))
    assert compliance_distance_m(area, *place_in(area, 0, 0)) == pytest.approx(100, abs=0.1)
    assert compliance_distance_m(area, *place_in(area, 300, 0)) == pytest.approx(-200, abs=0.1)
    assert compliance_distance_m(area, *place_in(area, 700, 0)) == pytest.approx(200, abs=0.1)


def test_the_better_of_two_addresses_and_the_worse_of_two_zones_count() -> None:
    places = [Circle(type="Circle", centre=(-1.5, 52.0), radius_m=50)]
    lat, lon = TOWN.to_degrees(1000, 0)
    places.append(Circle(type="Circle", centre=(float(lon), float(lat)), radius_m=50))
    home = compile_area(be_in=tuple(places))
    assert compliance_distance_m(home, 990, 0) == pytest.approx(40, abs=0.1)
    zones = compile_area(keep_out=tuple(places))
    assert compliance_distance_m(zones, 990, 0) == pytest.approx(-40, abs=0.1)
    assert compliance_distance_m(zones, 500, 0) == pytest.approx(450, abs=0.1)
    assert abs(compliance_distance_m(zones, 1e6, 0)) < NOWHERE_M


def test_the_id_of_an_area_is_its_content() -> None:
    place = Circle(type="Circle", centre=(-1.5, 52.0), radius_m=50)
    same = compile_area(be_in=(place,), margin_m=50)
    assert compile_area(be_in=(place.model_copy(),), margin_m=50).area_id == same.area_id
    others = [
        compile_area(be_in=(place,), margin_m=60),
        compile_area(keep_out=(place,)),
        compile_area(be_in=(Circle(type="Circle", centre=(-1.5, 52.0), radius_m=51),), margin_m=50),
    ]
    assert len({same.area_id, *(area.area_id for area in others)}) == 4
