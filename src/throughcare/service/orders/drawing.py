"""Areas drawn by the server: one inline SVG that needs no script, no tile and no map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.safestring import SafeString, mark_safe

from throughcare.adapters.reports import layers
from throughcare.adapters.reports.frame import HEIGHT, WIDTH, Frame, scale_bar_m, shape_m
from throughcare.adapters.reports.labels import Placer
from throughcare.adapters.reports.palette import INK
from throughcare.adapters.reports.svg import path_d, picture, tag, text
from throughcare.adapters.reports.view import PlaceView
from throughcare.kernel.geodesy import Plane
from throughcare.service.orders.areas import centre_of

_SHOWN_WITHIN_M = 30_000.0  # a place farther away would shrink the area to a dot; words say how far it is
_ROOM = 1.25
_BAND = 34.0


def draw_areas(areas: Sequence[PlaceView], *, ident: str, title: str, description: str) -> str:
    """Return the drawing of areas, the first in the middle, with a scale.

    Parameters
    ----------
    areas : sequence of PlaceView
        At least one; those farther than 30 km from the first are left out.
    ident : str
        Prefix of the SVG's ids; unique on the page, and made by us.
    description : str
        What the drawing shows, in words.
    """
    lat_deg, lon_deg = centre_of(areas[0].geometry)
    plane = Plane(lat_deg, lon_deg)
    shapes = [shape_m(area.geometry, plane).buffer(area.buffer_m) for area in areas]
    near = [n for n, shape in enumerate(shapes) if shape.distance(shapes[0]) <= _SHOWN_WITHIN_M]
    bounds = np.asarray([shapes[n].bounds for n in near])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    wide = max((east - west) * _ROOM, (north - south) * _ROOM * WIDTH / HEIGHT, 100.0)
    frame = Frame(
        plane=plane,
        west_m=float((west + east - wide) / 2),
        north_m=float((south + north + wide * HEIGHT / WIDTH) / 2),
        units_per_m=float(WIDTH / wide),
    )
    placer = Placer(WIDTH, HEIGHT, np.empty((0, 2)))
    scenery = layers.places([areas[n] for n in near], frame, placer, ident=ident)
    return picture(
        tag("rect", width=WIDTH, height=HEIGHT, fill="#f8f7f5"),
        scenery.under,
        scenery.over,
        _scale(frame),
        width=WIDTH,
        height=HEIGHT + _BAND,
        ident=ident,
        title=title,
        description=description,
        kind="tc-chart",
    )


def _scale(frame: Frame) -> str:
    metres = scale_bar_m(frame)
    wide, y = metres * frame.units_per_m, HEIGHT + 20.0
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    bar = path_d(((10, y - 6), (10, y), (10 + wide, y), (10 + wide, y - 6)))
    return (
        tag("path", d=bar, fill="none", stroke=INK, stroke_width=1.6)
        + text(18 + wide, y, words)
        + text(WIDTH - 10, y, "North is up", text_anchor="end")
    )


def drawn(areas: Sequence[PlaceView], *, ident: str, said: Sequence[str]) -> SafeString:
    """Return the drawing as safe markup: every text in it was escaped by adapters/reports/svg."""
    return mark_safe(  # noqa: S308
        draw_areas(areas, ident=ident, title=f"Drawing of {areas[0].label}", description=" ".join(said))
    )
