"""Crossings, fast and slow, are the same to the last position; order, splits, repetition and threads change nothing.

Corners and positions are drawn on a coarse lattice, so that many positions are on a boundary exactly.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from throughcare.kernel.geodesy import Plane
from throughcare.monitoring.crossing_kernels import exact_side
from throughcare.monitoring.crossing_reference import Crossing, Position, holds, reference_crossings
from throughcare.monitoring.crossing_zones import Zone, ZoneSet, compile_zones, snapped
from throughcare.monitoring.crossings import Crossings, find_crossings, follow_crossings, start_crossings
from throughcare.orders.geometry import Circle, Geometry, MultiPolygon, Polygon

STEP_DEG = 1 / 1024  # a hundred metres or so; both signs of longitude, as at Greenwich
LAT0_DEG = 51.5
NAMES = ("A0", "A1", "A2", "A3")


@dataclass(frozen=True)
class Case:
    """Zones of some activations and their positions, as columns."""

    zones: tuple[Zone, ...]
    key: np.ndarray
    t_us: np.ndarray
    lat_deg: np.ndarray
    lon_deg: np.ndarray

    @property
    def compiled(self) -> ZoneSet:
        return compile_zones(self.zones, activations=NAMES)

    def columns(self, rows: object = ...) -> dict[str, np.ndarray]:
        names = ("key", "t_us", "lat_deg", "lon_deg")
        return {name: getattr(self, name)[rows] for name in names}

    def expected(self) -> list[Crossing]:
        rows = zip(*(column.tolist() for column in self.columns().values()), strict=True)
        return reference_crossings(
            [Position(NAMES[k], t, lat, lon) for k, t, lat, lon in rows], zones=self.zones
        )


def told(found: Crossings, case: Case, zones: ZoneSet, first: int = 0) -> list[Crossing]:
    return [
        Crossing(
            NAMES[activation],
            int(case.t_us[first + row]),
            zones.zones[zone].zone_id,
            zones.zones[zone].activation is None,
            entered,
        )
        for row, activation, zone, entered in zip(
            found.row.tolist(),
            found.activation.tolist(),
            found.zone.tolist(),
            found.entered.tolist(),
            strict=True,
        )
    ]


def degrees(east: float, north: float) -> tuple[float, float]:
    return east * STEP_DEG, LAT0_DEG + north * STEP_DEG


lattice = st.tuples(st.integers(-12, 12), st.integers(-12, 12))


@st.composite
def rings(draw: st.DrawFn) -> list[tuple[float, float]]:
    points = draw(st.lists(lattice, min_size=3, max_size=9, unique=True))
    east, north = (sum(axis) / len(points) + 0.01 for axis in zip(*points, strict=True))
    points.sort(key=lambda p: math.atan2(p[1] - north, p[0] - east))
    if draw(st.booleans()):
        points.reverse()
    return [degrees(*p) for p in [*points, points[0]]]


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    what = draw(st.sampled_from(["circle", "polygon", "hole", "hole", "several"]))
    if what == "circle":
        radius_m = draw(st.floats(5, 1_500))
        return Circle(type="Circle", centre=degrees(*draw(lattice)), radius_m=radius_m)
    outer = draw(rings())
    middle = np.mean(outer[:-1], axis=0)
    try:
        if what == "several":
            away = [(lon + 26 * STEP_DEG, lat) for lon, lat in draw(rings())]
            return MultiPolygon(type="MultiPolygon", coordinates=((tuple(outer),), (tuple(away),)))
        hole = tuple((float(a), float(b)) for a, b in middle + 0.5 * (np.array(outer) - middle))
        return Polygon(
            type="Polygon", coordinates=(tuple(outer), hole) if what == "hole" else (tuple(outer),)
        )
    except ValidationError:  # corners on one line, or an edge through the middle
        assume(False)
        raise


def corners(area: Geometry) -> list[tuple[float, float]]:
    """Return positions that are hard: corners, middles of edges, the edge of a circle."""
    if isinstance(area, Circle):
        plane = Plane(lat0_deg=area.centre[1], lon0_deg=area.centre[0])
        lat, lon = plane.to_degrees(area.radius_m, 0.0)
        return [(float(lon), float(lat)), area.centre]
    polygons = [area.coordinates] if isinstance(area, Polygon) else area.coordinates
    found: list[tuple[float, float]] = []
    for ring in (ring for rings_ in polygons for ring in rings_):
        found += ring
        found += [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in itertools.pairwise(ring)]
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    areas = draw(st.lists(geometries(), min_size=1, max_size=8))
    owners = draw(st.lists(st.sampled_from([None, None, *NAMES]), min_size=len(areas), max_size=len(areas)))
    zones = tuple(
        Zone(zone_id=f"Z{n}", area=area, activation=owner)
        for n, (area, owner) in enumerate(zip(areas, owners, strict=True))
    )
    hard = [point for area in areas for point in corners(area)]
    anywhere = st.one_of(
        st.sampled_from(hard),
        lattice.map(lambda p: degrees(*p)),
        st.tuples(st.floats(-0.02, 0.04), st.floats(LAT0_DEG - 0.02, LAT0_DEG + 0.02)),
        st.sampled_from([(math.nan, LAT0_DEG), (0.0, math.nan), (3.0, 4.0), (0.0, 999.0)]),
    )
    rows = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), anywhere), min_size=1, max_size=60))
    key, t_us, points = zip(*rows, strict=True)
    lon, lat = np.array(points).T
    return Case(zones, np.array(key), np.array(t_us, np.int64), lat, lon)


@given(cases())
def test_the_fast_crossings_equal_the_reference_exactly(case):
    zones = case.compiled
    found = find_crossings(zones, **case.columns())
    assert told(found, case, zones) == case.expected()


@given(cases(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_repetition_and_threads_change_no_crossing(case, random, threads):
    rows = [*range(len(case.key)), *range(0, len(case.key), 3)]
    random.shuffle(rows)
    zones = case.compiled
    shuffled = Case(case.zones, **case.columns(rows))
    found = find_crossings(zones, **shuffled.columns(), threads=threads)
    assert told(found, shuffled, zones) == case.expected()


@given(cases(), st.lists(st.integers(0, 60), max_size=5))
def test_a_live_stream_in_any_split_tells_the_same_crossings_in_the_order_of_arrival(case, cuts):
    zones = case.compiled
    arrival = np.lexsort((case.lon_deg, case.lat_deg, case.key, case.t_us))  # time-major
    live = Case(case.zones, **case.columns(arrival))
    state, events, used = start_crossings(zones), [], 0
    edges = [0, *sorted(min(cut, len(arrival)) for cut in cuts), len(arrival)]
    for first, last in itertools.pairwise(edges):
        state, found = follow_crossings(state, zones=zones, **live.columns(slice(first, last)))
        events += told(found, live, zones, first)
        used += found.used
    assert [event.t_us for event in events] == sorted(event.t_us for event in events)
    assert sorted(events, key=lambda e: NAMES.index(e.activation)) == case.expected()
    assert used == find_crossings(zones, **case.columns()).used


@given(cases())
def test_a_state_is_not_changed_by_following_on_from_it(case):
    zones = case.compiled
    arrival = np.lexsort((case.t_us,))
    columns = case.columns(arrival)
    state = start_crossings(zones)
    first, once = follow_crossings(state, zones=zones, **columns)
    again, twice = follow_crossings(state, zones=zones, **columns)
    assert once.row.tolist() == twice.row.tolist()
    assert first.words.tolist() == again.words.tolist()
    _, repeated = follow_crossings(first, zones=zones, **columns)
    assert (len(repeated), repeated.used) == (0, 0), "what was followed already says nothing"


@given(geometries(), st.lists(lattice, min_size=20, max_size=20))
def test_a_polygon_holds_what_shapely_says_that_it_meets(area, points):
    assume(not isinstance(area, Circle))
    polygons = [area.coordinates] if isinstance(area, Polygon) else area.coordinates
    shape = shapely.MultiPolygon(
        [shapely.Polygon(snap(outer), [snap(hole) for hole in holes]) for outer, *holes in polygons]
    )
    assume(shape.is_valid)
    for lon, lat in [*map(tuple, snap([*(degrees(*p) for p in points), *corners(area)]))]:
        expected = bool(shapely.intersects_xy(shape, lon, lat))
        assert holds(area, lat_deg=lat, lon_deg=lon) == expected


def snap(points: list[tuple[float, float]]) -> np.ndarray:
    return snapped(np.array(points, np.float64))


far = st.integers(2**46, 2**47)
near = st.integers(-(2**23), 2**23)  # squared, about what a double shows of the product


@given(far, near, near, st.sampled_from([-1, 1]))
def test_the_side_of_an_edge_is_decided_without_rounding(a, b_beyond, c_beyond, sign):
    b, c = a + b_beyond, a + c_beyond
    d = (
        a + b - c + (b_beyond == c_beyond)
    )  # the products differ by a millionth of what a double shows of either
    values = [math.ldexp(v, -40) for v in (a, sign * b, c, sign * d)]
    assert exact_side(*values) == sign * ((a * b > c * d) - (a * b < c * d))


@given(st.integers(-(2**48), 2**48), st.integers(-(2**48), 2**48))
def test_equal_products_have_no_side(a, b):
    assert exact_side(*(math.ldexp(v, -40) for v in (a, b, b, a))) == 0
