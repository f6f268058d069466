"""Areas of an order: GeoJSON polygons and multipolygons (holes allowed) and circles, checked when made.

Coordinates are WGS 84 degrees in GeoJSON order, longitude first. A swapped pair is caught where it can be:
here when a latitude is beyond 90, and in :mod:`throughcare.orders.structure` from the order's time zone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from shapely.geometry import MultiPolygon as ShapelyMultiPolygon
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.validation import explain_validity

from throughcare.orders.problem import Problem

Position = Annotated[tuple[float, float], Field(description="[longitude, latitude] in degrees, WGS 84")]
Ring = Annotated[tuple[Position, ...], Field(min_length=4)]
Rings = Annotated[tuple[Ring, ...], Field(min_length=1)]


class Shape(BaseModel):
    """What every area is: frozen, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Circle(Shape):
    """A centre and a radius in metres."""

    type: Literal["Circle"]
    centre: Position
    radius_m: Annotated[float, Field(ge=5, le=200_000, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        check_position(self.centre)
        return self


class Polygon(Shape):
    """A GeoJSON polygon: an outer ring and any number of holes; each ring closed."""

    type: Literal["Polygon"]
    coordinates: Rings

    @model_validator(mode="after")
    def _valid(self) -> Self:
        check_polygon(self.coordinates, name="the polygon")
        return self


class MultiPolygon(Shape):
    """A GeoJSON multipolygon: several polygons that do not overlap."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _valid(self) -> Self:
        for number, rings in enumerate(self.coordinates, 1):
            check_polygon(rings, name=f"polygon {number} of the multipolygon")
        whole = ShapelyMultiPolygon([ShapelyPolygon(rings[0], rings[1:]) for rings in self.coordinates])
        if not whole.is_valid:
            raise Problem(
                expected="polygons that do not overlap",
                found=explain_validity(whole),
                action="Join the overlapping polygons into one, or move them apart.",
            )
        return self


Geometry = Annotated[Circle | Polygon | MultiPolygon, Field(discriminator="type")]


def positions(area: Circle | Polygon | MultiPolygon) -> Iterator[tuple[float, float]]:
    """Yield every (longitude, latitude) that an area is written with."""
    if isinstance(area, Circle):
        yield area.centre
    elif isinstance(area, Polygon):
        yield from (position for ring in area.coordinates for position in ring)
    else:
        yield from (position for rings in area.coordinates for ring in rings for position in ring)


def check_position(position: tuple[float, float]) -> None:
    """Refuse a position that is not on the earth, saying when the pair looks swapped."""
    longitude, latitude = position
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise Problem(
            expected="two finite numbers [longitude, latitude]",
            found=str(list(position)),
            action="Give both numbers in degrees.",
        )
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return
    swapped = abs(latitude) <= 180 and abs(longitude) <= 90
    raise Problem(
        expected="longitude from -180 to 180, then latitude from -90 to 90",
        found=str(list(position)),
        action="The pair looks swapped: GeoJSON has longitude first."
        if swapped
        else "Give WGS 84 degrees, not metres on a national grid.",
    )


def check_polygon(rings: tuple[Ring, ...], *, name: str) -> None:
    """Refuse a ring that is not closed, crosses itself or has no area, and a hole outside its ring."""
    for number, ring in enumerate(rings):
        for position in ring:
            check_position(position)
        if ring[0] != ring[-1]:
            part = f"hole {number}" if number else "the outer ring"
            raise Problem(
                expected="closed rings, whose last position repeats the first",
                found=f"{part} of {name} starts at {list(ring[0])} and ends at {list(ring[-1])}",
                action="Repeat the first position at the end.",
            )
    shape = ShapelyPolygon(rings[0], rings[1:])
    if shape.convex_hull.area == 0:
        raise Problem(
            expected=f"{name} to have an area",
            found="corners that are all on one line",
            action="Draw at least three corners that are not on one line.",
        )
    if not shape.is_valid:
        raise Problem(
            expected=f"{name} to be valid: no edge crosses another and every hole is inside",
            found=explain_validity(shape),
            action="Redraw it so that no edge crosses another.",
        )
