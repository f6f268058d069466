"""The map: what it draws, what it refuses to draw, and what it says."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.lib import nights
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.frame import frame_for, scale_bar_m
from throughcare.adapters.reports.map import (
    DRAWN_MOST,
    PLACELESS,
    MapDrawing,
    draw_incident_map,
    draw_map,
    no_map_words,
    thin,
)
from throughcare.adapters.reports.points import MapPoint, points_of_fixes, points_of_items
from throughcare.adapters.reports.view import PlaceView
from throughcare.kernel.geodesy import haversine_m
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.evidence import WITHHELD
from throughcare.monitoring.incidents import IncidentKind

SVG = "{http://www.w3.org/2000/svg}"
VIEW = nights.activation()
BUNDLE = VIEW.bundles[0]


def drawn(
    points: Sequence[MapPoint], places: Sequence[PlaceView] = VIEW.places, **more: object
) -> MapDrawing:
    found = draw_map(points, places=places, time_zone=nights.LONDON, ident="m", title="Map", **more)
    assert found is not None
    return found


def root(found: MapDrawing) -> ET.Element:
    return ET.fromstring(found.svg)


def at_class(found: MapDrawing, name: str) -> list[ET.Element]:
    return [e for e in root(found).iter() if e.get("class") == name]


def runs_drawn(found: MapDrawing) -> list[list[tuple[float, float]]]:
    (line,) = at_class(found, "trail")
    return [
        [tuple(map(float, pair.split(","))) for pair in run.split()]
        for run in line.get("d", "").split("M")
        if run
    ]


def metres(east_m: float, north_m: float, number: int, t_us: int, **more: object) -> MapPoint:
    lat, lon = nights.HOME.to_degrees(east_m, north_m)
    return MapPoint(number, t_us, "gnss", float(lat), float(lon), 8.0, 0.68, used=True, **more)


def test_no_line_crosses_a_silence_and_the_silence_is_said() -> None:
    points = [metres(40 * n, 0, n, (n if n < 6 else n + 7) * MINUTE_US) for n in range(1, 11)]
    found = drawn(points)
    assert [len(run) for run in runs_drawn(found)] == [5, 5]
    assert len(found.gaps) == 1
    assert "Gap 1, between points 5 and 6" in found.notes[0]
    assert "8 min. No line is drawn" in found.notes[0]


def test_arrowheads_point_the_way_of_time_on_a_dense_trail_and_not_on_the_spot() -> None:
    walk = drawn([metres(6 * n, 0, n, n * MINUTE_US) for n in range(1, 60)])
    (heads,) = at_class(walk, "arrows")
    for head in heads.get("d", "").split("z")[:-1]:
        (tip, _), (left, _), (right, _) = (
            map(float, pair.split(",")) for pair in head.removeprefix("M").split()
        )
        assert tip > left
        assert tip > right
    rng = np.random.default_rng(4)
    stay = drawn([metres(*rng.normal(0, 3, 2), n, n * MINUTE_US) for n in range(1, 60)])
    assert at_class(stay, "arrows") == []


def test_the_gap_constant_decides() -> None:
    points = [metres(40 * n, 0, n, 8 * n * MINUTE_US) for n in range(1, 5)]
    assert not drawn(points, gap_us=8 * MINUTE_US).gaps
    assert len(drawn(points, gap_us=7 * MINUTE_US).gaps) == 3


def test_coarse_points_are_drawn_apart_and_are_on_no_line() -> None:
    points = [
        metres(0, 0, 1, 0),
        replace(metres(90, 0, 2, MINUTE_US), source="wifi"),
        metres(0, 60, 3, 2 * MINUTE_US),
    ]
    found = drawn(points)
    assert [len(run) for run in runs_drawn(found)] == [2]
    assert "Wi-Fi position (coarse)" in found.svg
    squares = [e for e in root(found).iter(f"{SVG}rect") if e.get("width") == "8"]
    assert len(squares) == 2  # the point, and its legend


def test_a_circle_of_unknown_level_is_dashed_and_counted() -> None:
    found = drawn([metres(0, 0, 1, 0), replace(metres(60, 0, 2, MINUTE_US), level=None)])
    circles = [e for e in at_class(found, "window")[0].iter(f"{SVG}circle") if e.get("fill") == "none"]
    assert [e.get("stroke-dasharray") for e in circles] == [None, "4 4"]
    assert any("1 position did not state the level" in note for note in found.notes)


def test_a_stated_circle_is_drawn_at_the_95_percent_level_to_scale() -> None:
    points = [metres(0, 0, 1, 0), metres(200, 0, 2, MINUTE_US)]
    found, frame = drawn(points), frame_for(points, VIEW.places)
    circles = [e for e in at_class(found, "window")[0].iter(f"{SVG}circle") if e.get("fill") == "none"]
    expected_m = 8.0 * math.sqrt(math.log(0.05) / math.log(0.32))
    assert float(circles[0].get("r", "")) / frame.units_per_m == pytest.approx(expected_m, abs=0.1)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    points = points_of_items(BUNDLE.items)
    frame = frame_for(points, VIEW.places)
    west, south, east, _ = frame.bounds_deg()
    wide_m = float(haversine_m(south, west, south, east))
    (bar,) = at_class(drawn(points), "scale")
    xs = [float(x) for x in re.findall(r"(-?[\d.]+),", bar[0].get("d", ""))]
    assert (max(xs) - min(xs)) / 720 * wide_m == pytest.approx(float(bar.get("data-m", "")), rel=0.005)
    assert scale_bar_m(frame) in {50.0, 100.0, 200.0}


def test_one_wild_point_does_not_shrink_the_night_and_is_named() -> None:
    start_us = nights.at(nights.FIRST, 18)
    points = points_of_fixes(VIEW.fixes, start_us=start_us, stop_us=start_us + 14 * nights.HOUR_US)
    found = drawn(points)
    assert float(re.search(r"([\d,]+) m from west to east", found.description)[1].replace(",", "")) < 1_000
    assert any(note.startswith("Outside this map: position 285.") for note in found.notes)


def test_thinning_keeps_coarse_points_gap_ends_and_the_shape_of_the_walk() -> None:
    start_us = nights.at(nights.FIRST, 18)
    points = points_of_fixes(VIEW.fixes, start_us=start_us, stop_us=start_us + 14 * nights.HOUR_US)
    frame = frame_for(points, VIEW.places)
    kept = thin(points, frame, keep={225, 226})
    numbers = {p.number for p in kept}
    assert sum(p.on_trail for p in kept) <= DRAWN_MOST + 2
    assert {p.number for p in points if not p.on_trail} <= numbers
    assert {225, 226} <= numbers
    assert any("of 824 positions are drawn" in note for note in drawn(points).notes)


def test_zones_are_hatched_labelled_and_ringed_and_homes_are_labelled() -> None:
    found = drawn(points_of_items(BUNDLE.items))
    words = [e.text for e in root(found).iter(f"{SVG}text")]
    assert "Exclusion zone: Tallow Street School" in words
    assert "Curfew address: 4 Lantern Row" in words
    assert "Warning ring of a zone" in words
    assert "Appointment: Probation office" not in words  # it lies outside this map


def test_hostile_labels_stay_text() -> None:
    label = "</text><script>alert(1)</script><image href='http://evil.example/x'/>\u202e\x00"
    found = drawn(points_of_items(BUNDLE.items), [replace(place, label=label) for place in VIEW.places])
    tags = {e.tag.removeprefix(SVG) for e in root(found).iter()}
    assert tags <= {"svg", "title", "desc", "defs", "clipPath", "g", "path", "rect", "circle", "text"}
    assert "<script" not in found.svg


def test_the_picture_says_in_words_what_it_shows() -> None:
    found = drawn(points_of_items(BUNDLE.items))
    assert found.description in "".join(root(found).itertext())
    assert "132 positions from 20:34 to 23:01" in found.description
    assert "1 gap in the trail" in found.description


def test_without_a_point_the_home_alone_is_drawn_and_without_both_there_is_no_map() -> None:
    assert "Curfew address" in drawn([]).svg
    assert draw_map([], places=(), time_zone=nights.LONDON, ident="m", title="Map") is None


def test_a_multipolygon_with_a_hole_is_drawn_with_its_hole() -> None:
    outer = nights.polygon((-60, -60), (60, -60), (60, 60), (-60, 60))["coordinates"][0]
    inner = nights.polygon((-20, -20), (20, -20), (20, 20), (-20, 20))["coordinates"][0]
    geometry = {"type": "MultiPolygon", "coordinates": [[outer, inner]]}
    found = drawn([metres(0, 0, 1, 0)], [PlaceView("Square", "inclusion_zone", geometry)])
    zones = [
        e
        for e in root(found).iter(f"{SVG}path")
        if e.get("fill-rule") == "evenodd" and e.get("stroke-width") == "2"
    ]
    assert zones[0].get("d", "").count("M") == 2


def test_the_background_is_drawn_under_everything_and_only_where_the_map_is() -> None:
    layer = nights.background()
    far = nights.polygon((90_000, 0), (90_050, 0), (90_050, 50))
    layer["features"].append({"type": "Feature", "properties": None, "geometry": far})
    found = drawn(points_of_items(BUNDLE.items), background=Background.of(layer))
    pan = at_class(found, "pan")[0]
    assert [e.get("fill") for e in pan][:2] == ["#f8f7f5", "#e7e4df"]
    numbers = [abs(float(n)) for n in re.findall(r"-?\d+\.?\d*", pan[1].get("d", ""))]
    assert max(numbers) <= 732


def test_a_layer_that_is_no_feature_collection_is_refused() -> None:
    with pytest.raises(ValueError, match="FeatureCollection"):
        Background.of({"type": "Feature"})


def test_the_same_input_gives_the_same_map() -> None:
    points = points_of_items(BUNDLE.items)
    assert drawn(points).svg == drawn(points).svg


@pytest.mark.parametrize("kind", sorted(PLACELESS))
def test_an_incident_of_the_equipment_shows_nobody_where_the_wearer_was(kind: IncidentKind) -> None:
    incident = replace(BUNDLE.incident, kind=kind)
    settings = {
        "places": VIEW.places,
        "time_zone": nights.LONDON,
        "ident": "m",
        "gap_us": 1,
        "background": None,
    }
    assert draw_incident_map(replace(BUNDLE, incident=incident), **settings) is None
    assert draw_incident_map(BUNDLE, **settings) is not None
    assert "plays no part" in no_map_words(replace(BUNDLE, incident=incident))


def test_a_cloud_of_coarse_circles_is_thinned_and_said() -> None:
    cloud = [replace(metres(n, n, n, n * MINUTE_US), source="wifi") for n in range(2, 62)]
    found = drawn([metres(0, 0, 1, 0), *cloud])
    rings = [e for e in at_class(found, "window")[0].iter(f"{SVG}circle") if e.get("stroke") == "#f47738"]
    assert len(rings) <= 12
    assert any("Of 60 coarse, unused or dashed circles a few are drawn" in note for note in found.notes)


@pytest.mark.parametrize("kind", sorted(WITHHELD))
def test_no_map_shows_where_a_wearer_was_near_a_protected_person(kind: IncidentKind) -> None:
    bundle = replace(BUNDLE, incident=replace(BUNDLE.incident, kind=kind))
    settings = {"places": (), "time_zone": nights.LONDON, "ident": "m", "gap_us": 1, "background": None}
    assert draw_incident_map(bundle, **settings) is None
    assert "withheld" in no_map_words(bundle)


def test_where_it_is_asked_for_a_silence_is_dotted_and_said_not_to_be_the_way() -> None:
    points = [metres(40 * n, 0, n, (n if n < 6 else n + 7) * MINUTE_US) for n in range(1, 11)]
    plain, dotted = (drawn(points, dotted_gaps=wanted) for wanted in (False, True))
    assert at_class(plain, "gaps") == []
    assert len(at_class(dotted, "gaps")) == 1
    assert [len(run) for run in runs_drawn(dotted)] == [5, 5]
    assert "The dotted line is not the way" in dotted.notes[0]
    assert "Gap: the way is not known" in dotted.svg
