"""Questions about an area: how it is given, then the circle, the corners or the known place. No map is needed."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from pydantic import TypeAdapter, ValidationError

from throughcare.orders.geometry import Geometry
from throughcare.orders.problem import Problem
from throughcare.service.orders.areas import NotPoints, corners_text, read_corners
from throughcare.service.orders.drafting.document import Item
from throughcare.service.orders.drafting.question import QuestionForm
from throughcare.service.orders.fields import choice_field, number_field, text_field

_GEOMETRY: TypeAdapter[Any] = TypeAdapter(Geometry)
HOW = (
    ("circle", "A circle: a point and how far around it"),
    ("points", "Corners, typed or pasted"),
    ("known", "The same area as a known place"),
)


class HowForm(QuestionForm):
    """How the area is given."""

    writes = False
    how = choice_field(label="How to give the area", name="how you want to give the area", options=list(HOW))

    def stored(self) -> dict[str, Any]:
        """Return the way that fits the area on record."""
        area = self.item.get("area")
        return {} if area is None else {"how": "circle" if area["type"] == "Circle" else "points"}

    @property
    def goes_to(self) -> str:
        """The ending of the next page's address."""
        return str(self.cleaned_data["how"])


class AreaForm(QuestionForm):
    """Checks the area as the order would, and says what is wrong at the field."""

    template = "orders/drafts/area.html"

    @abstractmethod
    def made_area(self) -> dict[str, Any]:
        """Return the area of the cleaned answers."""

    def clean(self) -> dict[str, Any]:
        """Refuse an area that an order refuses."""
        values = super().clean() or {}
        if not self.errors:
            try:
                _GEOMETRY.validate_python(self.made_area())
            except ValidationError as error:
                self.add_error(self.main_field, _area_words(error))
        return values

    def write(self, item: Item) -> None:
        """Write the area."""
        item["area"] = self.made_area()


class CircleForm(AreaForm):
    """A point and a radius."""

    main_field = "lat_deg"
    lat_deg = number_field(
        label="Latitude", name="the latitude", low=-90, high=90, help_text="In degrees, like 54.0012"
    )
    lon_deg = number_field(
        label="Longitude",
        name="the longitude",
        low=-180,
        high=180,
        help_text="In degrees, like -1.5034; west of Greenwich has a minus",
    )
    radius_m = number_field(label="Radius in metres", name="the radius", low=5, high=200_000, unit="metres")

    def stored(self) -> dict[str, Any]:
        """Return the circle on record."""
        area = self.item.get("area")
        if area is None or area["type"] != "Circle":
            return {}
        lon, lat = area["centre"]
        return {"lat_deg": lat, "lon_deg": lon, "radius_m": area["radius_m"]}

    def made_area(self) -> dict[str, Any]:
        """Return the circle."""
        values = self.cleaned_data
        return {
            "type": "Circle",
            "centre": [values["lon_deg"], values["lat_deg"]],
            "radius_m": values["radius_m"],
        }


class PointsForm(AreaForm):
    """Corners, one a line."""

    main_field = "corners"
    corners = text_field(
        label="Corners of the area",
        name="the corners",
        most=30_000,
        long=True,
        help_text="One corner a line: latitude, then longitude, like 54.0012, -1.5034. At least 3, in sequence "
        "round the edge.",
    )

    def stored(self) -> dict[str, Any]:
        """Return the corners on record."""
        area = self.item.get("area")
        return {"corners": corners_text(area)} if area is not None and area["type"] == "Polygon" else {}

    def clean_corners(self) -> str:
        """Refuse lines that are not corners."""
        text = str(self.cleaned_data["corners"])
        try:
            read_corners(text)
        except NotPoints as problem:
            self.add_error("corners", str(problem))
        return text

    def made_area(self) -> dict[str, Any]:
        """Return the polygon; holes that were on record stay while the outer ring does."""
        ring = read_corners(self.cleaned_data["corners"])
        area = self.item.get("area")
        if area is not None and area["type"] == "Polygon" and self.stored()["corners"] == _lines(ring):
            return dict(area)
        return {"type": "Polygon", "coordinates": [ring]}


class KnownForm(AreaForm):
    """The area of a place on record."""

    main_field = "known"
    known = choice_field(label="Known place", name="a place", options=[])

    def arrange(self) -> None:
        """Offer the places on record."""
        self.fields["known"].choices = [  # type: ignore[attr-defined]
            (str(number), label) for number, (label, _) in enumerate(self.known_places)
        ]

    def stored(self) -> dict[str, Any]:
        """Return nothing: the area itself is on record, not where it came from."""
        return {}

    def made_area(self) -> dict[str, Any]:
        """Return the chosen place's area."""
        return dict(self.known_places[int(self.cleaned_data["known"])][1])


class AreaCheckForm(QuestionForm):
    """Look at the area drawn; nothing is asked."""

    template = "orders/drafts/area_check.html"


def _lines(ring: list[list[float]]) -> str:
    return corners_text({"coordinates": [ring]})


def _area_words(error: ValidationError) -> str:
    cause = error.errors()[0].get("ctx", {}).get("error")
    if isinstance(cause, Problem):
        return f"{cause.action} Expected {cause.expected}; found {cause.found}."
    return "Enter an area that is on the earth and has a size"
