"""Areas of an order: GeoJSON polygons and multipolygons (holes allowed) and circles, checked when made.

Coordinates are WGS 84 degrees in GeoJSON order, longitude first. A swapped pair is caught where it can be.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from shapely.geometry import MultiPolygon as ShapelyMultiPolygon
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.validation import explain_validity

Position = Annotated[tuple[float, float], Field(description="[longitude, latitude] in degrees, WGS 84")]
Ring = Annotated[tuple[Position, ...], Field(min_length=4)]


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
    coordinates: Annotated[tuple[Ring, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _valid(self) -> Self:
        check_polygon(self.coordinates, where="polygon")
        return self


class MultiPolygon(Shape):
    """A GeoJSON multipolygon: several polygons that do not overlap."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[tuple[Annotated[tuple[Ring, ...], Field(min_length=1)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _valid(self) -> Self:
        for number, rings in enumerate(self.coordinates, 1):
            check_polygon(rings, where=f"polygon {number} of the multipolygon")
        whole = ShapelyMultiPolygon([ShapelyPolygon(rings[0], rings[1:]) for rings in self.coordinates])
        if not whole.is_valid:
            raise ValueError(
                f"the multipolygon is not valid: {explain_validity(whole)}; its parts must not overlap"
            )
        return self


Geometry = Annotated[Circle | Polygon | MultiPolygon, Field(discriminator="type")]


def check_position(position: Position) -> None:
    """Refuse a position that is not on the earth, saying when the pair looks swapped."""
    longitude, latitude = position
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ValueError(f"expected two finite numbers [longitude, latitude]; found {list(position)}")
    if abs(latitude) > 90 and abs(longitude) <= 90:
        raise ValueError(
            f"latitude {latitude} is beyond 90: the pair looks swapped; GeoJSON has longitude first"
        )
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError(f"expected longitude -180..180 and latitude -90..90; found {list(position)}")


def check_polygon(rings: tuple[Ring, ...], *, where: str) -> None:
    """Refuse a ring that is not closed, crosses itself or has no area, and a hole outside its ring."""
    for ring in rings:
        for position in ring:
            check_position(position)
        if ring[0] != ring[-1]:
            raise ValueError(f"{where}: a ring is not closed; repeat its first position at the end")
    shape = ShapelyPolygon(rings[0], rings[1:])
    if not shape.is_valid:
        raise ValueError(
            f"{where} is not valid: {explain_validity(shape)}; redraw it so that no edge crosses another"
        )
    if shape.area == 0:
        raise ValueError(f"{where} has no area; draw at least three corners that are not on one line")
