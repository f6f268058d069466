"""The layers of a map, from the zones below to the numbers on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from throughcare.adapters.reports.background import polygon_d
from throughcare.adapters.reports.frame import VIEW, WIDTH, Frame, in_view, scale_bar_m, shape_m
from throughcare.adapters.reports.labels import Placer
from throughcare.adapters.reports.palette import BLUE, BROWN, GREEN, INK, ORANGE, PAPER, PURPLE, QUIET, RED
from throughcare.adapters.reports.points import Gap, MapPoint
from throughcare.adapters.reports.svg import Point, halo_text, hatch_d, number, path_d, shorten, tag, text
from throughcare.adapters.reports.view import PlaceView
from throughcare.adapters.reports.words import duration

PLACE_WORDS = {
    "home": "Curfew address",
    "exclusion_zone": "Exclusion zone",
    "inclusion_zone": "Inclusion zone",
    "restriction_zone": "Restriction zone",
    "attendance": "Appointment",
}
PLACE_COLOURS = {
    "home": GREEN,
    "exclusion_zone": RED,
    "inclusion_zone": BLUE,
    "restriction_zone": BLUE,
    "attendance": PURPLE,
}
_LABELS_MOST = 36
_OUTLINED_MOST = 60
COARSE_CIRCLES_MOST = 12
_LABEL_APART = 26.0
_ARROW_APART = 55.0
_ARROW_CHORD = 14.0
GAP_LINE = {"fill": "none", "stroke": INK, "stroke_width": 1.4, "stroke_dasharray": "1.5 5"}


@dataclass(frozen=True, slots=True)
class Scenery:
    """Areas under the trail, their labels over it, and which kinds were in view."""

    under: str
    over: str
    kinds: tuple[str, ...]


def places(areas: Sequence[PlaceView], frame: Frame, placer: Placer, *, ident: str) -> Scenery:
    """Draw the areas that are in view: outline, hatch, warning ring and label."""
    under: list[str] = []
    over: list[str] = []
    kinds: list[str] = []
    for index, area in enumerate(areas):
        metres = shape_m(area.geometry, frame.plane)
        drawn = frame.draw(metres)
        ring = frame.draw(metres.buffer(area.buffer_m, quad_segs=16)) if area.buffer_m > 0 else None
        if not (ring or drawn).intersects(VIEW):
            continue
        under.append(
            _area(area.kind, drawn, ident=f"{ident}-z{index}") + (_ring(area.kind, ring) if ring else "")
        )
        over.append(_area_label(area, drawn, placer))
        kinds += [area.kind] + (["buffer"] if ring else [])
    return Scenery("".join(under), "".join(over), tuple(dict.fromkeys(kinds)))


def _area(kind: str, drawn: BaseGeometry, *, ident: str) -> str:
    colour = PLACE_COLOURS.get(kind, QUIET)
    near = drawn.intersection(VIEW.buffer(40, join_style="mitre"))
    outline = tag(
        "path",
        d=polygon_d(near),
        fill=colour,
        fill_opacity=0.1,
        fill_rule="evenodd",
        stroke=colour,
        stroke_width=2,
    )
    if kind not in {"exclusion_zone", "inclusion_zone", "restriction_zone"} or near.is_empty:
        return outline
    clip = tag("clipPath", tag("path", d=polygon_d(near), clip_rule="evenodd"), id=ident)
    return clip + outline + _hatch(kind, near, colour, ident)


def _hatch(kind: str, near: BaseGeometry, colour: str, ident: str) -> str:
    west, south, east, north = near.intersection(VIEW).bounds if near.intersects(VIEW) else near.bounds
    excluded = kind == "exclusion_zone"
    lines = hatch_d(
        (west, south), width=east - west, height=north - south, step=14 if excluded else 34, rising=excluded
    )
    dash = None if excluded else "2 6"
    strokes = tag(
        "path", d=lines, stroke=colour, stroke_opacity="0.5", stroke_width=1.4, stroke_dasharray=dash
    )
    return tag("g", strokes, clip_path=f"url(#{ident})")


def _ring(kind: str, ring: BaseGeometry) -> str:
    colour = PLACE_COLOURS.get(kind, QUIET)
    near = ring.intersection(VIEW.buffer(40, join_style="mitre"))
    return tag(
        "path", d=polygon_d(near), fill="none", stroke=colour, stroke_width=1.5, stroke_dasharray="9 5"
    )


def _area_label(area: PlaceView, drawn: BaseGeometry, placer: Placer) -> str:
    seen = drawn.intersection(VIEW)
    if seen.is_empty:
        return ""
    words = shorten(f"{PLACE_WORDS.get(area.kind, 'Area')}: {area.label}", 260, 13)
    within = None if area.kind in {"home", "attendance"} else seen.representative_point()
    placed = placer.area(seen.bounds, words, size=13, inside=None if within is None else (within.x, within.y))
    if placed is None:
        return ""
    colour = PLACE_COLOURS.get(area.kind, INK)
    return halo_text(placed.x, placed.y, words, font_size=13, font_weight="bold", fill=colour)


def circles(points: Sequence[MapPoint], frame: Frame) -> str:
    """Draw confidence circles: shaded together for the trail, outlined one by one while they are few."""
    stated = [p for p in points if p.on_trail and p.stated and p.radius_m]
    others = [p for p in points if p.radius_m and not (p.on_trail and p.stated)]
    parts = [_shade(stated, frame)]
    outlined = stated if len(stated) <= _OUTLINED_MOST else stated[:: -(-len(stated) // _OUTLINED_MOST)]
    parts += [_circle(p, frame, stroke=BLUE, stroke_opacity="0.55", stroke_width=0.9) for p in outlined]
    parts += (
        [_other_circle(p, frame) for p in others[:: -(-len(others) // COARSE_CIRCLES_MOST)]] if others else []
    )
    return "".join(parts)


def _shade(points: Sequence[MapPoint], frame: Frame) -> str:
    discs = []
    for point in points:
        x, y = frame.xy(point.lat_deg, point.lon_deg)
        discs.append(ShapelyPoint(x, y).buffer((point.radius_m or 0.0) * frame.units_per_m, quad_segs=8))
    whole = unary_union(discs).simplify(0.3).intersection(VIEW)
    return (
        ""
        if whole.is_empty
        else tag("path", d=polygon_d(whole), fill=BLUE, fill_opacity="0.13", fill_rule="evenodd")
    )


def _other_circle(point: MapPoint, frame: Frame) -> str:
    colour = ORANGE if point.source == "wifi" else BROWN if point.source == "cell" else QUIET
    dash = None if point.stated else "4 4"
    return _circle(point, frame, stroke=colour, stroke_width=1.1, stroke_dasharray=dash)


def _circle(point: MapPoint, frame: Frame, **look: object) -> str:
    x, y = frame.xy(point.lat_deg, point.lon_deg)
    return tag(
        "circle", cx=x, cy=y, r=float((point.radius_m or 0.0) * frame.units_per_m), fill="none", **look
    )


def trail_lines(runs: Sequence[Sequence[MapPoint]], frame: Frame) -> str:
    """Draw each run as a line; nothing between two runs."""
    whole = "".join(path_d(path) for path in _paths(runs, frame))
    if not whole:
        return ""
    return tag(
        "path", d=whole, fill="none", stroke=BLUE, stroke_width=1.8, stroke_linejoin="round", class_="trail"
    )


def arrows(runs: Sequence[Sequence[MapPoint]], frame: Frame) -> str:
    """Draw arrowheads along the runs, over the dots, which would hide them where points are dense."""
    heads = "".join(_arrow(a, b) for path in _paths(runs, frame) for a, b in _headed(path))
    look = {"fill": BLUE, "stroke": PAPER, "stroke_width": 1, "class_": "arrows"}
    return tag("path", d=heads, **look) if heads else ""


def _paths(runs: Sequence[Sequence[MapPoint]], frame: Frame) -> list[list[Point]]:
    return [[frame.xy(p.lat_deg, p.lon_deg) for p in run] for run in runs if len(run) > 1]


def _headed(path: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Return the stretches that carry an arrowhead: one each 55 units of way gained, none for jitter on the spot."""
    found: list[tuple[Point, Point]] = []
    behind, last = 0, path[0]
    for index, here in enumerate(path):
        while behind + 1 < index and math.dist(path[behind + 1], here) >= _ARROW_CHORD:
            behind += 1
        back = path[behind]
        if math.dist(last, here) >= _ARROW_APART and math.dist(back, here) >= _ARROW_CHORD:
            found.append((back, here))
            last = here
    return found


def _arrow(a: Point, b: Point) -> str:
    ux, uy = ((b[i] - a[i]) / math.dist(a, b) for i in (0, 1))
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    tip = (x + ux * 7, y + uy * 7)
    left = (x - ux * 5 - uy * 5.2, y - uy * 5 + ux * 5.2)
    right = (x - ux * 5 + uy * 5.2, y - uy * 5 - ux * 5.2)
    return path_d((tip, left, right), closed=True)


def gap_lines(gaps: Sequence[Gap], frame: Frame) -> str:
    """Draw a dotted line between the points on both sides of each silence: not the way, which nobody knows."""
    ends = [
        (frame.xy(gap.before.lat_deg, gap.before.lon_deg), frame.xy(gap.after.lat_deg, gap.after.lon_deg))
        for gap in gaps
    ]
    drawn = "".join(path_d(pair) for pair in ends)
    return tag("path", d=drawn, class_="gaps", **GAP_LINE) if drawn else ""


def gap_edges(gaps: Sequence[Gap], frame: Frame) -> str:
    """Draw a dashed square round the points on both sides of a silence."""
    ends = [frame.xy(p.lat_deg, p.lon_deg) for gap in gaps for p in (gap.before, gap.after)]
    return "".join(
        tag(
            "rect",
            x=x - 7,
            y=y - 7,
            width=14.0,
            height=14.0,
            fill="none",
            stroke=INK,
            stroke_width=1.4,
            stroke_dasharray="3 2",
        )
        for x, y in ends
    )


def gap_labels(gaps: Sequence[Gap], frame: Frame, placer: Placer) -> str:
    """Write how long each silence is beside the point that ends it, where there is room."""
    parts = []
    for index, gap in enumerate(gaps, 1):
        x, y = frame.xy(gap.after.lat_deg, gap.after.lon_deg)
        words = f"gap {index}: {duration(gap.seconds)}"
        placed = placer.near(x, y, words, size=11, reach=12) if in_view(x, y) else None
        if placed is not None:
            parts.append(halo_text(placed.x, placed.y, words, font_size=11, font_style="italic"))
    return "".join(parts)


def dots(points: Sequence[MapPoint], frame: Frame) -> str:
    """Draw each position by its kind: disc, ring, square, diamond, cross. Unused and coarse ones lie below."""
    ordered = sorted(points, key=lambda p: (p.on_trail, p.t_us))
    return "".join(dot(p, *frame.xy(p.lat_deg, p.lon_deg)) for p in ordered)


def dot(point: MapPoint, x: float, y: float) -> str:
    """Return the mark of one position at a drawing position."""
    if point.used is False and not point.poor:
        return tag("path", d=_cross(x, y), stroke=QUIET, stroke_width=1.6, fill="none")
    if point.source == "wifi":
        return tag("rect", x=x - 4, y=y - 4, width=8.0, height=8.0, fill=ORANGE, stroke=INK, stroke_width=1)
    if point.source == "cell":
        ends = ((x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y))
        return tag("path", d=path_d(ends, closed=True), fill=BROWN, stroke=INK, stroke_width=1)
    hollow = point.source == "unknown"
    return tag(
        "circle",
        cx=x,
        cy=y,
        r=3,
        fill=PAPER if hollow else BLUE,
        stroke=BLUE if hollow else PAPER,
        stroke_width=0.8,
    )


def _cross(x: float, y: float) -> str:
    return path_d(((x - 4, y - 4), (x + 4, y + 4))) + path_d(((x - 4, y + 4), (x + 4, y - 4)))


def numbers(points: Sequence[MapPoint], frame: Frame, placer: Placer, *, first: Sequence[MapPoint]) -> str:
    """Write the numbers of the points that matter, then of others while a number covers nothing."""
    done: list[tuple[float, float]] = []
    seen: set[int] = set()
    parts = []
    for rank, point in enumerate([*first, *points]):
        x, y = frame.xy(point.lat_deg, point.lon_deg)
        wanted = rank < len(first)
        if point.number in seen or not in_view(x, y) or len(done) >= _LABELS_MOST:
            continue
        if any(math.dist((x, y), other) < (_LABEL_APART / 3 if wanted else _LABEL_APART) for other in done):
            continue
        drawn = _number(point, x, y, placer)
        if drawn:
            parts.append(drawn)
            done.append((x, y))
            seen.add(point.number)
    return "".join(parts)


def _number(point: MapPoint, x: float, y: float, placer: Placer) -> str:
    words = str(point.number)
    placed = placer.near(x, y, words, size=11)
    if placed is None:
        return ""
    placer.block(x, y, 4)
    label = halo_text(placed.x, placed.y, words, font_size=11, font_weight="bold")
    if not placed.far:
        return label
    west, north, east, south = placed.box
    near = (min(max(x, west), east), min(max(y, north), south))
    return tag("path", d=path_d(((x, y), near)), stroke=INK, stroke_width=0.7) + label


def furniture(frame: Frame, *, y: float) -> str:
    """Draw the scale bar and the north arrow in the band under the map, where they hide nothing."""
    metres = scale_bar_m(frame)
    wide = metres * frame.units_per_m
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    bar = path_d(((10, y - 6), (10, y), (10 + wide, y), (10 + wide, y - 6)))
    arrow = path_d(
        ((WIDTH - 22, y - 16), (WIDTH - 15, y + 4), (WIDTH - 22, y), (WIDTH - 29, y + 4)), closed=True
    )
    return (
        tag(
            "g",
            tag("path", d=bar, fill="none", stroke=INK, stroke_width=1.6),
            class_="scale",
            data_m=number(metres),
        )
        + text(18 + wide, y, words, class_="scale-words")
        + text(WIDTH / 2, y, "Circles: 95 % level, unless dashed", text_anchor="middle", fill=QUIET)
        + tag("path", d=arrow, fill=INK)
        + text(WIDTH - 36, y, "North", text_anchor="end")
    )
