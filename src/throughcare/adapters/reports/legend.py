"""The legend of a map: only what the map shows, in three columns under it."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.adapters.reports.frame import WIDTH
from throughcare.adapters.reports.layers import GAP_LINE, PLACE_COLOURS, PLACE_WORDS, dot
from throughcare.adapters.reports.palette import BLUE, INK, QUIET
from throughcare.adapters.reports.points import MapPoint
from throughcare.adapters.reports.svg import hatch_d, path_d, tag, text

_ROW = 20.0
_COLUMNS = 3
Entry = tuple[str, str]  # drawing at (0, 0) in a 28 x 14 box, and words


def legend(
    points: Sequence[MapPoint],
    *,
    has_gaps: bool,
    place_kinds: Sequence[str],
    top: float,
    dotted: bool = False,
) -> tuple[str, float]:
    """Return the legend as SVG and its height in drawing units."""
    entries = [
        *_point_entries(points),
        *_line_entries(points, has_gaps=has_gaps, dotted=dotted),
        *_place_entries(place_kinds),
    ]
    parts = []
    for index, (drawing, words) in enumerate(entries):
        x = 10 + (index % _COLUMNS) * (WIDTH / _COLUMNS)
        y = top + (index // _COLUMNS) * _ROW
        parts.append(tag("g", drawing, text(36, 11, words), transform=f"translate({x:.0f} {y:.0f})"))
    rows = -(-len(entries) // _COLUMNS)
    return tag("g", *parts, class_="legend"), rows * _ROW + 10


def _point_entries(points: Sequence[MapPoint]) -> list[Entry]:
    samples: dict[str, MapPoint] = {}
    for point in points:
        samples.setdefault(_point_words(point), point)
    return [(dot(point, 14, 7), words) for words, point in samples.items()]


def _point_words(point: MapPoint) -> str:
    if point.source == "wifi":
        return "Wi-Fi position (coarse)"
    if point.source == "cell":
        return "Phone-mast position (coarse)"
    if point.used is False:
        return "Position not used (see table)"
    return "Position, source not said" if point.source == "unknown" else "Satellite position"


def _line_entries(points: Sequence[MapPoint], *, has_gaps: bool, dotted: bool) -> list[Entry]:
    found: list[Entry] = []
    if any(point.on_trail for point in points):
        line = tag("path", d=path_d(((0, 7), (28, 7))), stroke=BLUE, stroke_width=1.8)
        head = tag("path", d="M19,7 10,3 10,11z", fill=BLUE)
        found.append((line + head, "Order of time, not the route"))
    if any(point.on_trail and point.stated for point in points):
        disc = tag("circle", cx=14, cy=7, r=7, fill=BLUE, fill_opacity="0.13", stroke=BLUE, stroke_width=0.9)
        found.append((disc, "95 % confidence circles"))
    if any(point.radius_m is not None and not point.stated for point in points):
        ring = tag("circle", cx=14, cy=7, r=7, fill="none", stroke=QUIET, stroke_dasharray="4 4")
        found.append((ring, "Circle as given, level not said"))
    if has_gaps:
        square = tag("rect", x=7, y=0, width=14, height=14, fill="none", stroke=INK, stroke_dasharray="3 2")
        dots = tag("path", d=path_d(((0, 7), (28, 7))), **GAP_LINE) if dotted else ""
        words = "Gap: the way is not known" if dotted else "Edge of a gap: no line drawn"
        found.append((dots + square, words))
    return found


def _place_entries(kinds: Sequence[str]) -> list[Entry]:
    found: list[Entry] = []
    for kind in kinds:
        if kind == "buffer":
            line = tag(
                "path", d=path_d(((0, 7), (28, 7))), stroke=INK, stroke_width=1.5, stroke_dasharray="9 5"
            )
            found.append((line, "Warning ring of a zone"))
            continue
        colour = PLACE_COLOURS.get(kind, QUIET)
        area = tag(
            "rect", width=28, height=14, fill=colour, fill_opacity="0.1", stroke=colour, stroke_width=1.5
        )
        hatched = kind == "exclusion_zone"
        lines = tag("path", d=hatch_d((0, 0), width=28, height=14, step=7), stroke=colour) if hatched else ""
        found.append((area + lines, PLACE_WORDS.get(kind, "Area")))
    return found
