"""A faint background of streets and buildings from a GeoJSON layer: the simulated town, or a deployer's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, transform
from shapely.geometry import Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from throughcare.adapters.reports.frame import VIEW, Frame
from throughcare.adapters.reports.svg import path_d, relative_d, tag

_SMALLEST = 5.0  # drawing units: a building smaller than this is left out of the picture
_WATER, _GREEN, _BUILT = "#dcebf2", "#e6efdf", "#e7e4df"


@dataclass(frozen=True, eq=False)
class Background:
    """A GeoJSON FeatureCollection with a spatial index, made once for all maps of a report."""

    shapes: tuple[BaseGeometry, ...]
    fills: tuple[str, ...]
    tree: STRtree

    @classmethod
    def of(cls, layer: Mapping[str, Any]) -> Background:
        """Return the layer's lines and polygons, indexed; points are not drawn.

        Raises
        ------
        ValueError
            If the layer is not a GeoJSON FeatureCollection.
        """
        if layer.get("type") != "FeatureCollection":
            raise ValueError(f"expected a GeoJSON FeatureCollection; found {layer.get('type')!r}")
        shapes, fills = [], []
        for feature in layer["features"]:
            geometry = shape(feature["geometry"])
            if geometry.geom_type in {"Point", "MultiPoint"} or geometry.is_empty:
                continue
            shapes.append(geometry)
            fills.append(_fill(feature.get("properties") or {}))
        return cls(tuple(shapes), tuple(fills), STRtree(shapes))

    def draw(self, frame: Frame) -> str:
        """Return the part of the layer that lies in the frame as SVG, faint and under everything else."""
        found = np.sort(self.tree.query(box(*frame.bounds_deg())))
        areas: dict[str, list[str]] = {}
        streets: list[str] = []
        for index in found.tolist():
            drawn = _clip(self.shapes[index], frame)
            for part in _parts(drawn):
                if part.geom_type == "Polygon":
                    areas.setdefault(self.fills[index], []).append(_short_d(part))
                elif part.geom_type == "LineString":
                    streets.append(path_d(part.coords))
        filled = [tag("path", d="".join(ds), fill=fill) for fill, ds in sorted(areas.items())]
        return "".join(filled) + _streets(streets, frame)


def _streets(streets: Sequence[str], frame: Frame) -> str:
    if not streets:
        return ""
    wide = float(min(9.0, max(1.0, 7.0 * frame.units_per_m)))
    whole = "".join(streets)
    edge = tag(
        "path", d=whole, fill="none", stroke="#d3d0ca", stroke_width=wide + 1.2, stroke_linecap="round"
    )
    return edge + tag(
        "path", d=whole, fill="none", stroke="#fbfaf8", stroke_width=wide, stroke_linecap="round"
    )


def _fill(properties: Mapping[str, Any]) -> str:
    words = " ".join(str(value) for value in properties.values()).lower()
    if any(word in words for word in ("water", "river", "lake", "canal")):
        return _WATER
    if any(word in words for word in ("park", "green", "wood", "garden", "field")):
        return _GREEN
    return _BUILT


def _clip(degrees: BaseGeometry, frame: Frame) -> BaseGeometry:
    def to_units(lon_lat_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = frame.plane.to_metres(lon_lat_deg[:, 1], lon_lat_deg[:, 0])
        return np.column_stack((east, north))

    drawn = frame.draw(transform(degrees, to_units))
    west, south, east, north = drawn.bounds
    if max(east - west, north - south) < _SMALLEST:
        return Polygon()  # too small to see
    return drawn.simplify(0.5).intersection(VIEW.buffer(12, join_style="mitre"))


def _parts(geometry: BaseGeometry) -> Sequence[BaseGeometry]:
    if geometry.is_empty:
        return ()
    return tuple(geometry.geoms) if hasattr(geometry, "geoms") else (geometry,)


def _short_d(polygon: BaseGeometry) -> str:
    """Return path data in relative steps: half the bytes for thousands of buildings."""
    return "".join(relative_d(ring.coords[:-1]) for ring in (polygon.exterior, *polygon.interiors))


def polygon_d(polygon: BaseGeometry) -> str:
    """Return path data of a polygon, or of every polygon of a collection, holes with it."""
    parts = _parts(polygon)
    return "".join(
        path_d(ring.coords[:-1], closed=True)
        for part in parts
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )
