"""The map of an incident or a night: one inline SVG that needs no tile, no server and no script."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.adapters.reports import layers, words
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.frame import HEIGHT, WIDTH, Frame, frame_for, in_view
from throughcare.adapters.reports.labels import Placer
from throughcare.adapters.reports.legend import legend
from throughcare.adapters.reports.palette import INK, PAPER
from throughcare.adapters.reports.points import GAP_US, Gap, MapPoint, points_of_items, trail
from throughcare.adapters.reports.svg import number, picture, tag
from throughcare.adapters.reports.view import PlaceView
from throughcare.monitoring.evidence import WITHHELD, EvidenceBundle
from throughcare.monitoring.incidents import IncidentKind

DRAWN_MOST = 300


# What the tag or the home unit said of itself: where the wearer was plays no part, so it is not shown.
PLACELESS = frozenset(
    {
        IncidentKind.BATTERY,
        IncidentKind.DEVICE_FAULT,
        IncidentKind.HOME_UNIT_MOVED,
        IncidentKind.HOME_UNIT_POWER,
        IncidentKind.HOME_UNIT_SILENT,
        IncidentKind.DRINKING_EVENT,
        IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED,
    }
)
WITHHELD_WORDS = "Positions are withheld: with the times they would show where the protected person was."
NO_POSITION = "No position was reported in this time, so there is no map."
NO_PLACE = "Where the tag was plays no part in this incident, so there is no map."


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """A map, and in words what it shows and what it leaves out."""

    svg: str
    description: str
    notes: tuple[str, ...]
    gaps: tuple[Gap, ...]


def draw_map(
    points: Sequence[MapPoint],
    *,
    places: Sequence[PlaceView],
    time_zone: str,
    ident: str,
    title: str,
    marked_us: Sequence[int] = (),
    gap_us: int = GAP_US,
    background: Background | None = None,
    dotted_gaps: bool = False,
) -> MapDrawing | None:
    """Return the map of the points and places, or None where there is nothing to place.

    Parameters
    ----------
    points : sequence of MapPoint
        In time order.
    ident : str
        Prefix of the SVG ids; unique on the page and made by us.
    marked_us : sequence of int
        Instants whose nearest points are numbered first: start, end, moment of detection.
    gap_us : int
        A silence longer than this is a gap: no line crosses it.
    background : Background or None
        Streets and buildings, drawn faintly.
    dotted_gaps : bool
        Join the ends of each silence by a dotted line, said not to be the way. Evidence has none.
    """
    frame = frame_for(points, places)
    if frame is None:
        return None
    runs, gaps = trail(points, gap_us=gap_us)
    first = _important(points, gaps, marked_us)
    shown = thin(points, frame, keep={point.number for point in first})
    kept = {id(point) for point in shown}
    drawn_runs = [[point for point in run if id(point) in kept] for run in runs]
    dots = np.asarray([frame.xy(p.lat_deg, p.lon_deg) for p in shown], dtype=np.float64).reshape(-1, 2)
    placer = Placer(WIDTH, HEIGHT, dots)
    scenery = layers.places(places, frame, placer, ident=ident)
    body = (
        tag("rect", width=WIDTH, height=HEIGHT, fill="#f8f7f5"),
        background.draw(frame) if background else "",
        scenery.under,
        layers.circles(shown, frame),
        layers.trail_lines(drawn_runs, frame),
        layers.gap_lines(gaps, frame) if dotted_gaps else "",
        layers.gap_edges(gaps, frame),
        layers.dots(shown, frame),
        layers.arrows(drawn_runs, frame),
        scenery.over,
        layers.numbers(shown, frame, placer, first=first),
        layers.gap_labels(gaps, frame, placer),
    )
    description = _description(points, runs, gaps, places, frame, time_zone)
    key = legend(shown, has_gaps=bool(gaps), place_kinds=scenery.kinds, top=HEIGHT + 44, dotted=dotted_gaps)
    svg = _compose(body, key, frame, ident=ident, title=title, description=description)
    notes = _notes(points, shown, gaps, frame, time_zone, dotted_gaps=dotted_gaps)
    return MapDrawing(svg, description, notes, tuple(gaps))


def draw_incident_map(
    bundle: EvidenceBundle,
    *,
    places: Sequence[PlaceView],
    time_zone: str,
    ident: str,
    gap_us: int,
    background: Background | None,
) -> MapDrawing | None:
    """Return the map of an incident's evidence; None where place plays no part, or none was reported."""
    incident = bundle.incident
    points = points_of_items(bundle.items)
    if incident.kind in PLACELESS or incident.kind in WITHHELD or not points:
        return None
    moments = [incident.start_us, incident.detected_us]
    return draw_map(
        points,
        places=places,
        time_zone=time_zone,
        ident=ident,
        title=f"Map of incident {incident.incident_id}",
        marked_us=moments if incident.end_us is None else [*moments, incident.end_us],
        gap_us=gap_us,
        background=background,
    )


def no_map_words(bundle: EvidenceBundle) -> str:
    """Return why an incident has no map."""
    if bundle.incident.kind in WITHHELD:
        return WITHHELD_WORDS
    return NO_PLACE if bundle.incident.kind in PLACELESS else NO_POSITION


def thin(points: Sequence[MapPoint], frame: Frame, *, keep: Collection[int]) -> list[MapPoint]:
    """Return the points worth drawing, at most about ``DRAWN_MOST``: a stay is thinned before a journey is.

    Points off the trail, and the numbers in ``keep`` (both ends of a gap, marked moments), always stay.
    """
    apart = 1.5
    kept = _spaced(points, frame, keep, apart)
    while sum(point.on_trail for point in kept) > DRAWN_MOST and apart < WIDTH:
        apart *= 1.6
        kept = _spaced(points, frame, keep, apart)
    return kept


def _spaced(points: Sequence[MapPoint], frame: Frame, keep: Collection[int], apart: float) -> list[MapPoint]:
    kept: list[MapPoint] = []
    last = (-WIDTH, -HEIGHT)
    for point in points:
        here = frame.xy(point.lat_deg, point.lon_deg)
        if not point.on_trail or point.number in keep or math.dist(here, last) >= apart:
            kept.append(point)
            last = here if point.on_trail else last
    return kept


def _important(points: Sequence[MapPoint], gaps: Sequence[Gap], marked_us: Sequence[int]) -> list[MapPoint]:
    shown = [point for point in points if point.on_trail]
    if not shown:
        return []
    first = [min(shown, key=lambda p: abs(p.t_us - t_us)) for t_us in marked_us]
    ends = [point for gap in gaps for point in (gap.before, gap.after)]
    return [shown[0], shown[-1], *first, *ends]


def _compose(
    body: Sequence[str],
    legend_and_height: tuple[str, float],
    frame: Frame,
    *,
    ident: str,
    title: str,
    description: str,
) -> str:
    clip = tag("clipPath", tag("rect", width=WIDTH, height=HEIGHT), id=f"{ident}-c")
    moving = tag("g", *body, class_="pan")
    window = tag("g", moving, clip_path=f"url(#{ident}-c)", class_="window")
    border = tag("rect", width=WIDTH, height=HEIGHT, fill="none", stroke=INK, stroke_width=1)
    key, tall = legend_and_height
    furniture = layers.furniture(frame, y=HEIGHT + 24)
    paper = tag("rect", width=WIDTH, height=HEIGHT + 44 + tall, fill=PAPER)
    return picture(
        tag("defs", clip),
        paper,
        window,
        border,
        furniture,
        key,
        width=WIDTH,
        height=HEIGHT + 44 + tall,
        ident=ident,
        title=title,
        description=description,
        kind="map",
    )


def _description(
    points: Sequence[MapPoint],
    runs: Sequence[Sequence[MapPoint]],
    gaps: Sequence[Gap],
    places: Sequence[PlaceView],
    frame: Frame,
    zone: str,
) -> str:
    parts = [f"North is up; {WIDTH / frame.units_per_m:,.0f} m from west to east."]
    parts += [f"{layers.PLACE_WORDS.get(place.kind, 'Area')}: {place.label}." for place in places]
    if points:
        first, last = (words.clock(point.t_us, zone) for point in (points[0], points[-1]))
        trail_points = sum(len(run) for run in runs)
        parts.append(f"{len(points)} positions from {first} to {last}, {trail_points} of them on the trail.")
    parts.append(f"{words.count(len(gaps), 'gap')} in the trail.")
    return " ".join([*parts, "The table holds every number."])


def _notes(
    points: Sequence[MapPoint],
    shown: Sequence[MapPoint],
    gaps: Sequence[Gap],
    frame: Frame,
    zone: str,
    *,
    dotted_gaps: bool,
) -> tuple[str, ...]:
    line = "The dotted line is not the way" if dotted_gaps else "No line is drawn"
    notes = [_gap_words(index, gap, zone, line) for index, gap in enumerate(gaps, 1)]
    if len(shown) < len(points):
        notes.append(
            f"{len(shown)} of {len(points)} positions are drawn; the others would lie on top of a drawn one. "
            "The table has all."
        )
    away = [point.number for point in points if not in_view(*frame.xy(point.lat_deg, point.lon_deg))]
    if away:
        notes.append(f"Outside this map: {_listed(away)}. See the table.")
    unstated = [point for point in points if point.radius_m is not None and not point.stated]
    if unstated:
        notes.append(
            f"{words.count(len(unstated), 'position')} did not state the level of a circle: drawn dashed, as given."
        )
    apart = sum(point.radius_m is not None and not (point.on_trail and point.stated) for point in points)
    if apart > layers.COARSE_CIRCLES_MOST:
        notes.append(f"Of {apart} coarse, unused or dashed circles a few are drawn; the table has all.")
    bare = sum(point.radius_m is None for point in points)
    if bare:
        notes.append(f"{words.count(bare, 'position')} came without an accuracy: drawn without a circle.")
    return tuple(notes)


def _gap_words(index: int, gap: Gap, zone: str, line: str) -> str:
    span = f"{words.clock(gap.before.t_us, zone, seconds=True)} to {words.clock(gap.after.t_us, zone, seconds=True)}"
    others = f"; {gap.others} coarse or unused positions lie between" if gap.others else ""
    ends = f"points {number(gap.before.number)} and {number(gap.after.number)}"
    return f"Gap {index}, between {ends}: {span}, {words.duration(gap.seconds)}. {line}{others}."


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > 12:
        return f"{len(numbers)} positions"
    return ("position " if len(numbers) == 1 else "positions ") + ", ".join(str(n) for n in numbers)
