"""The town as GeoJSON, for a map's background. Degrees WGS 84, longitude first; every name is invented."""

from __future__ import annotations

from typing import Any

import numpy as np

from throughcare.simulation.shapes import Floats, headings
from throughcare.simulation.terrain import RIVER_WIDTH_M
from throughcare.simulation.town import PLANE, Town


def town_geojson(town: Town) -> dict[str, Any]:
    """Return a FeatureCollection of the river, railway, grounds, streets, buildings and named places.

    Each feature has a ``kind`` (river, railway, street, building, or a place's kind); streets and places have a
    ``name``, homes have none; streets say whether they are ``main``. Order is back to front: draw in order.
    """
    features = [
        _feature(_ring(_banks(town.terrain.river)), kind="river"),
        _feature(_line(town.terrain.rail), kind="railway"),
    ]
    open_kinds = {ground.kind for ground in town.terrain.grounds}
    features += [
        _feature(_ring(place.outline), kind=str(place.kind), name=place.name)
        for place in town.places
        if str(place.kind) in open_kinds
    ]
    features += [
        _feature(_line(edge.line), kind="street", name=town.street_names[edge.street], main=edge.main)
        for edge in town.network.edges
    ]
    features += [_feature(_ring(town.buildings.footprint(int(row))), kind="building") for row in town.homes]
    features += [
        _feature(_ring(place.outline), kind=str(place.kind), name=place.name)
        for place in town.places
        if str(place.kind) not in open_kinds
    ]
    return {"type": "FeatureCollection", "name": town.name, "features": features}


def _feature(geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _banks(line: Floats) -> Floats:
    """Return the outline of a river: its left bank, then its right bank backwards."""
    ahead = headings(line)
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * RIVER_WIDTH_M / 2
    return np.vstack([line + left, (line - left)[::-1]])


def _line(points: Floats) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": _degrees(points)}


def _ring(points: Floats) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [_degrees(np.vstack([points, points[:1]]))]}


def _degrees(points: Floats) -> list[list[float]]:
    lat, lon = PLANE.to_degrees(points[:, 0], points[:, 1])
    return [[round(x, 6), round(y, 6)] for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
