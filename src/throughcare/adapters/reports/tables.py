"""The table beside a map: every report near an incident, used or not, with why and what it did."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from throughcare.adapters.reports import words
from throughcare.adapters.reports.points import MapPoint, radius_at
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.evidence import EvidenceItem
from throughcare.monitoring.incidents import Incident

HEADINGS = (
    "No.",
    "Time",
    "Source",
    "Latitude, longitude",
    "Circle as given",
    "Circle at 95 %",
    "Used",
    "Why",
    "Probability after",
)


class ItemRow(NamedTuple):
    """One row in words."""

    number: str
    time: str
    source: str
    place: str
    given: str
    circle: str
    used: str
    why: str
    probability: str


def item_rows(items: Sequence[EvidenceItem], zone: str) -> list[ItemRow]:
    """Return the rows of a bundle's items."""
    return [
        ItemRow(
            number=str(item.number),
            time=words.stamp(item.t_us, zone),
            source=words.SOURCE_WORDS.get(item.source, item.source),
            place=_place(item.lat_deg, item.lon_deg),
            given=_given(item.accuracy_m, item.level),
            circle=_circle(item.accuracy_m, item.level),
            used="yes" if item.used else "no",
            why=item.why.replace("_", " ") + ("" if item.value is None else f" {item.value:g}"),
            probability=words.NOTHING if item.p_after is None else words.probability(item.p_after),
        )
        for item in items
    ]


def spell_rows(incident: Incident, zone: str) -> list[list[str]]:
    """Return (code, from, to, at least, best, at most) of each spell of an incident."""
    return [
        [
            str(spell.code),
            words.stamp(spell.start_us, zone),
            "not ended" if spell.end_us is None else words.stamp(spell.end_us, zone),
            *(words.duration(seconds) for seconds in (spell.low_s, spell.best_s, spell.high_s)),
        ]
        for spell in incident.spells
    ] or [[words.NOTHING] * 6]


def point_rows(points: Sequence[MapPoint], zone: str) -> list[ItemRow]:
    """Return the rows of positions that no incident judged."""
    return [
        ItemRow(
            number=str(point.number),
            time=words.stamp(point.t_us, zone),
            source=words.SOURCE_WORDS.get(point.source, point.source),
            place=_place(point.lat_deg, point.lon_deg),
            given=_given(point.accuracy_m, point.level),
            circle=_circle(point.accuracy_m, point.level),
            used=words.NOTHING,
            why="no incident",
            probability=words.NOTHING,
        )
        for point in points
    ]


def _place(lat_deg: float | None, lon_deg: float | None) -> str:
    return words.NOTHING if lat_deg is None or lon_deg is None else f"{lat_deg:.5f}, {lon_deg:.5f}"


def _given(accuracy_m: float | None, level: float | None) -> str:
    if accuracy_m is None:
        return words.NOTHING
    return (
        f"{accuracy_m:.0f} m, level not said"
        if level is None
        else f"{accuracy_m:.0f} m at {level * 100:.0f} %"
    )


def _circle(accuracy_m: float | None, level: float | None) -> str:
    if accuracy_m is None or level is None or not 0 < level < 1:
        return words.NOTHING
    return f"{radius_at(accuracy_m, level):.0f} m"


def items_csv(items: Sequence[EvidenceItem]) -> str:
    """Return every item as CSV with full figures and UTC times; cells that a spreadsheet would run are quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(list(items[0].as_dict()) if items else [])
    for item in items:
        writer.writerow([_inert(value) for value in item.as_dict().values()])
    return out.getvalue()


def points_csv(points: Sequence[MapPoint]) -> str:
    """Return every position as CSV with full figures and UTC times."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["number", "t", "source", "lat_deg", "lon_deg", "accuracy_m", "level"])
    for p in points:
        writer.writerow([p.number, iso_utc(p.t_us), p.source, p.lat_deg, p.lon_deg, p.accuracy_m, p.level])
    return out.getvalue()


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
