"""Zones from a GeoJSON file: polygons and multipolygons, and circles as points with a ``radius_m``.

A feature's properties hold ``zone_id`` (or the feature has an ``id``) and, for a zone that concerns one device only,
``device``. Other properties are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.crossing_zones import Zone
from throughcare.orders.geometry import Geometry
from throughcare.orders.problem import Problem, path_text
from throughcare.orders.wording import found_words, worded_problem

_GEOMETRY: TypeAdapter[Geometry] = TypeAdapter(Geometry)
_SHAPES = ("Polygon", "MultiPolygon")


def read_zones(path: Path) -> tuple[Zone, ...]:
    """Return the zones of a GeoJSON FeatureCollection, ``activation`` being the device that a feature names.

    Raises
    ------
    RefusedInput
        If the file cannot be read, holds no feature, or a feature is not a whole zone; it names the feature.
    """
    features = _features(path)
    return tuple(_zone(feature, f"{path}: feature {number}") for number, feature in enumerate(features, 1))


def _features(path: Path) -> list[Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        found = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    else:
        features = document.get("features") if isinstance(document, dict) else None
        if isinstance(features, list) and features:
            return features
        found = "no list of features" if not isinstance(features, list) else "an empty list of features"
    raise RefusedInput(
        where=str(path),
        expected="a GeoJSON FeatureCollection with at least one feature",
        found=found,
        action="Check the path, and export the zones as GeoJSON in WGS 84.",
    )


def _zone(feature: object, where: str) -> Zone:
    members = feature if isinstance(feature, dict) else {}
    properties = _mapping(members.get("properties"))
    zone_id = properties.get("zone_id", members.get("id"))
    if isinstance(zone_id, bool) or not isinstance(zone_id, str | int) or zone_id == "":
        raise RefusedInput(
            where=f"{where}: zone_id",
            expected="a name, as the property zone_id or as the feature's id",
            found=found_words(zone_id),
            action="Give every zone a name of its own.",
        )
    device = properties.get("device")
    if device is not None and (not isinstance(device, str) or not device):
        raise RefusedInput(
            where=f"{where} ({zone_id}): device",
            expected="a device as text, or nothing for a zone that concerns everybody",
            found=found_words(device),
            action="Write the device as the position files do, in quotes.",
        )
    area = _area(_mapping(members.get("geometry")), properties, f"{where} ({zone_id})")
    return Zone(zone_id=str(zone_id), area=area, activation=device)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _area(geometry: Mapping[str, Any], properties: Mapping[str, Any], where: str) -> Geometry:
    kind = geometry.get("type")
    if kind == "Point":
        value = {
            "type": "Circle",
            "centre": geometry.get("coordinates"),
            "radius_m": properties.get("radius_m"),
        }
    elif kind in _SHAPES:
        value = {"type": kind, "coordinates": geometry.get("coordinates")}
    else:
        raise RefusedInput(
            where=f"{where}: geometry",
            expected=f"a {', a '.join(_SHAPES)}, or a Point with the property radius_m",
            found=found_words(kind),
            action="Draw the zone as an area, or give the point a radius in metres.",
        )
    try:
        return _GEOMETRY.validate_python(value)
    except ValidationError as refused:
        raise _refusal(refused, where) from None


def _refusal(refused: ValidationError, where: str) -> RefusedInput:
    error = refused.errors(include_url=False)[0]
    path = tuple(part for part in error["loc"] if part not in {"Circle", *_SHAPES})
    cause = error.get("ctx", {}).get("error")
    problem = cause if isinstance(cause, Problem) else worded_problem(error, path)
    field = path_text(path).removesuffix(": ") or "geometry"
    return RefusedInput(
        where=f"{where}: {field}", expected=problem.expected, found=problem.found, action=problem.action
    )
