"""A person's trail for a chosen period: read once, shown as a table in pages, drawn, or sent as a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from throughcare.adapters.files.results import guarded
from throughcare.adapters.reports.map import MapDrawing, draw_map
from throughcare.adapters.reports.points import GAP_US, MapPoint
from throughcare.adapters.reports.view import PlaceView
from throughcare.kernel.time import SECOND_US, Interval, iso_utc, local_datetime
from throughcare.orders.history import timeline
from throughcare.orders.model import Zone
from throughcare.service.monitoring.queries import Trail, TrailPoint
from throughcare.service.monitoring.queries import trail as recorded_trail
from throughcare.service.orders.queries import histories, orders_of_person

ZONE = "Europe/London"
PAGE = 100
SOURCE_WORDS = {
    "gnss": "Satellite",
    "rf": "Home unit's radio",
    "cell": "Phone mast (coarse)",
    "wifi": "Wi-Fi (coarse)",
    "unknown": "Not said",
}
COLUMNS = (
    "number", "time_utc", "time_local", "latitude_deg", "longitude_deg", "accuracy_m", "accuracy_level", "source",
    "silence_before_s", "activation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One position in the table, with its number in the whole period."""

    number: int
    point: TrailPoint
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """One page of a trail, and what the whole period holds."""

    rows: tuple[Row, ...]
    total: int
    page: int
    gaps: int
    gaps_s: float
    by_source: tuple[tuple[str, int], ...]

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        """The number of the first position on the page."""
        return self.rows[0].number if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last position on the page."""
        return self.rows[-1].number if self.rows else 0


def read_trail(person_ref: str, *, from_us: int, to_us: int) -> Trail:
    """Return every position within ``[from_us, to_us)``; a silence of more than 5 minutes is a gap."""
    return recorded_trail(person_ref, from_us, to_us, gap_s=GAP_US / SECOND_US)


def page_of(trail: Trail, *, page: int) -> TrailPage:
    """Return one page of a trail's table."""
    total = len(trail.points)
    number = min(max(1, page), max(1, -(-total // PAGE)))
    start = (number - 1) * PAGE
    shown = trail.points[start : start + PAGE]
    counted = Counter(point.source for point in trail.points)
    return TrailPage(
        rows=tuple(
            Row(start + n, point, SOURCE_WORDS.get(point.source, point.source))
            for n, point in enumerate(shown, 1)
        ),
        total=total,
        page=number,
        gaps=sum(point.gap_before_s is not None for point in trail.points),
        gaps_s=sum(point.gap_before_s or 0.0 for point in trail.points),
        by_source=tuple((SOURCE_WORDS.get(name, name), n) for name, n in counted.most_common()),
    )


def draw_trail(trail: Trail, places: Sequence[PlaceView]) -> MapDrawing | None:
    """Return the drawn map of a trail; None where nothing was reported."""
    points = map_points(trail)
    if not points:
        return None
    return draw_map(
        points,
        places=places,
        time_zone=ZONE,
        ident="trail",
        title="Map of the trail",
        dotted_gaps=True,
    )


def map_points(trail: Trail) -> list[MapPoint]:
    """Return the points of a trail as maps draw them, with their numbers in the table."""
    return [
        MapPoint(
            number=number,
            t_us=point.t_us,
            source=point.source,
            lat_deg=point.lat_deg,
            lon_deg=point.lon_deg,
            accuracy_m=point.accuracy_m,
            level=point.level,
        )
        for number, point in enumerate(trail.points, 1)
    ]


def places_within(person_ref: str, *, from_us: int, to_us: int, now_us: int) -> list[PlaceView]:
    """Return the addresses and zones of the orders that ran within a period, each once. Nobody else's place is among them."""
    within = Interval(from_us, to_us)
    found: dict[tuple[str, str], PlaceView] = {}
    for history in histories(summary.order_id for summary in orders_of_person(person_ref)).values():
        for piece, order in timeline(history, known_at_us=now_us):
            if piece.intersect(within) is None:
                continue
            for place in order.places:
                found[place.label, "home"] = PlaceView(
                    place.label, "home", place.area.model_dump(mode="json")
                )
            for condition in order.conditions:
                if isinstance(condition, Zone):
                    area = condition.area.model_dump(mode="json")
                    kind = condition.kind.value
                    found[condition.name, kind] = PlaceView(condition.name, kind, area, condition.buffer_m)
    return list(found.values())


class _Echo:
    """A file that gives back what is written, for a writer of rows."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def csv_lines(trail: Trail) -> Iterator[str]:
    """Return a trail as lines of CSV, every position of it; no cell can be taken for a formula."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for number, point in enumerate(trail.points, 1):
        local = local_datetime(point.t_us, ZONE)
        cells = (
            number, iso_utc(point.t_us), local.isoformat(), point.lat_deg, point.lon_deg, point.accuracy_m,
            point.level, point.source, point.gap_before_s, point.activation_id,
        )  # fmt: skip
        yield writer.writerow([guarded(cell) for cell in cells])
