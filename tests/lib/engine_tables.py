"""Reads the engine's tables of docs/rules: where the tag was, in words, becomes facts; incidents become words.

Times are London clock times in the week of a Monday (2 March 2026 unless a test says otherwise); a time without a
day is that Monday. A clock time that happens twice may say which with ``BST`` or ``GMT`` after it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.lib.markdown_tables import table
from tests.lib.rule_tables import DAYS, WORDS
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import (
    DAY_US,
    MINUTE_US,
    SECOND_US,
    Interval,
    civil_us,
    iso_utc,
    local_datetime,
    parse_instant,
)
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.events import final_incidents
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.spells import SegmentIndex, unknown_s
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

LONDON = "Europe/London"
MONDAY = dt.date(2026, 3, 2)
TOWN = Plane(52.0, -1.5)
ALL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SOURCES = {"by satellite": Source.GNSS, "by Wi-Fi": Source.WIFI, "by cell": Source.CELL}

_TIME = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d\d:\d\d(?::\d\d)?(?: BST| GMT)?"
_PART = re.compile(
    rf"^(?P<first>{_TIME})(?:-(?P<last>{_TIME}))? (?P<what>.+?)(?: (?P<source>by (?:satellite|Wi-Fi|cell)))?"
    r"(?: within (?P<accuracy>\d+) m)?(?: every (?P<step>\d+) (?P<unit>s|min))?$"
)

Place = tuple[float, float]


@dataclass(frozen=True)
class Clock:
    """Turns clock times of one week into instants, and back."""

    monday: dt.date = MONDAY

    def us(self, text: str) -> int:
        """Return ``Tue 07:30`` as UTC microseconds."""
        words = text.split()
        fold = 1 if words[-1] == "GMT" else 0
        clock = next(word for word in words if ":" in word)
        day = next((word for word in words if word in DAYS), "Mon")
        hour, minute, *second = (int(part) for part in clock.split(":"))
        date = self.monday + dt.timedelta(days=DAYS.index(day))
        return civil_us(date, dt.time(hour, minute, second[0] if second else 0), LONDON, fold=fold)

    def iso(self, text: str) -> str:
        """Return ``Tue 07:30`` as ISO 8601 in UTC."""
        return iso_utc(self.us(text))

    def words(self, t_us: int) -> str:
        """Return an instant as the tables write it, to the minute."""
        return f"{local_datetime(t_us, LONDON):%a %H:%M}"


def places(page: str) -> dict[str, Place]:
    """Return the places of a page: metres to the east and the north of home."""
    return {row["place"]: (float(row["east (m)"]), float(row["north (m)"])) for row in table(page, "Places")}


def facts(cell: str, *, at: Mapping[str, Place], clock: Clock, now_us: int) -> tuple[Fixes, Statuses]:
    """Return the facts of a cell such as ``19:00-21:00 home; 21:00-22:30 away by Wi-Fi every 5 min``."""
    fixes: list[tuple[int, Place, float, Source]] = []
    said: list[tuple[int, int, float]] = []
    for part in (item.strip() for item in cell.split(";")):
        if part in {"", "nothing"}:
            continue
        match = _PART.match(part)
        assert match is not None, f"cannot read {part!r}"
        unit_us = MINUTE_US if match["unit"] == "min" else SECOND_US
        step_us = int(match["step"]) * unit_us if match["step"] else MINUTE_US
        first = clock.us(match["first"])
        instants = range(first, clock.us(match["last"]) if match["last"] else first + 1, step_us)
        what = match["what"]
        if what in at:
            source = SOURCES[match["source"] or "by satellite"]
            fixes.extend((t_us, at[what], float(match["accuracy"] or 10), source) for t_us in instants)
            continue
        word, _, number = what.rpartition(" ")
        value = float(number) if number.isdigit() else float("nan")
        kind = WORDS[word if number.isdigit() else what]
        said.extend((t_us, int(kind), value) for t_us in instants)
    known = [row for row in fixes if row[0] <= now_us]
    told = [row for row in said if row[0] <= now_us]
    lat, lon = TOWN.to_degrees(
        np.array([row[1][0] for row in known], float), np.array([row[1][1] for row in known], float)
    )
    return (
        Fixes.build(
            key=np.zeros(len(known), np.int64),
            keys=("act-1",),
            t_us=[row[0] for row in known],
            lat_deg=lat,
            lon_deg=lon,
            accuracy_m=[row[2] for row in known],
            level=np.full(len(known), 0.68),
            source=[int(row[3]) for row in known],
        ),
        Statuses.build(
            key=np.zeros(len(told), np.int64),
            keys=("act-1",),
            t_us=[row[0] for row in told],
            kind=[row[1] for row in told],
            value=[row[2] for row in told],
        ),
    )


def circle(place: Place, radius_m: float) -> dict[str, Any]:
    """Return a circle about a place."""
    lat, lon = TOWN.to_degrees(*place)
    return {"type": "Circle", "centre": [float(lon), float(lat)], "radius_m": radius_m}


def square(place: Place, half_m: float, *, hole_m: float = 0.0) -> dict[str, Any]:
    """Return a square about a place, with a square hole in its middle if asked for."""
    rings = []
    for half in filter(None, (half_m, hole_m)):
        corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
        points = [TOWN.to_degrees(place[0] + x, place[1] + y) for x, y in corners]
        rings.append([[float(lon), float(lat)] for lat, lon in points])
    return {"type": "Polygon", "coordinates": rings}


def night(hours: str = "19:00-07:00", *, places: Sequence[str] = ("home",)) -> list[dict[str, Any]]:
    """Return a timetable of every day from words such as ``19:00-07:00``."""
    start, end = hours.split("-")
    return [{"day": day, "start": start, "end": end, "place_ids": list(places)} for day in ALL_DAYS]


def order(
    *conditions: Mapping[str, Any],
    homes: Mapping[str, Place],
    clock: Clock,
    home_unit: bool = False,
    **more: Any,
) -> Order:
    """Return an order from two days before the week's Monday on, with the tag fitted at Monday 12:00."""
    start = clock.monday - dt.timedelta(days=2)
    activation: dict[str, Any] = {
        "activation_id": "act-1",
        "device_id": "tag-1",
        "from_time": more.pop("worn_from", clock.iso("Mon 12:00")),
    }
    if home_unit:
        activation |= {"home_unit_id": "unit-1", "home_unit_place_id": "home"}
    dated = [{"start_date": str(start), **condition} for condition in conditions]
    for condition in dated:
        for phase in condition.get("phases", ()):
            phase.setdefault("start_date", str(start))
    return Order.model_validate(
        {
            "order_id": "ORD-1",
            "recorded_at": "2026-02-20T00:00:00Z",
            "wearer_ref": "W-1",
            "order_type": "community",
            "legal_basis": "community_order_requirement",
            "notifying_organisation": "crown_court",
            "responsible_organisation": "probation",
            "start_date": str(start),
            "ticked": sorted({str(condition["kind"]) for condition in dated}),
            "places": [
                {"place_id": name.replace(" ", "-"), "label": name, "area": circle(place, 30)}
                for name, place in homes.items()
            ],
            "activations": [activation],
            "conditions": dated,
            **more,
        }
    )


def rules_of(
    *orders: Order, clock: Clock, known_at_us: int | None = None, parameters: Parameters | None = None
) -> Rules:
    """Return the compiled rules of the versions of one order for the clock's week."""
    return compile_rules(
        [history_of(orders)],
        parameters=parameters or Parameters(),
        known_at_us=parse_instant("2027-01-01T00:00:00Z") if known_at_us is None else known_at_us,
        within=Interval(clock.us("Mon 00:00") - 3 * DAY_US, clock.us("Sun 23:59") + 3 * DAY_US),
    )


def final(rules: Rules, found: tuple[Fixes, Statuses], *, now_us: int) -> tuple[Scope, tuple[Incident, ...]]:
    """Return what the rules saw and the incidents that stand after one evaluation, in order of start."""
    state, events = advance(State(), *found, rules=rules, now_us=now_us)
    compiled = rules.activations["act-1"]
    scope = scope_of(state.activations["act-1"], compiled=compiled, rules=rules, now_us=now_us)
    standing = final_incidents(events).values()
    return scope, tuple(sorted(standing, key=lambda i: (i.start_us, i.incident_id)))


def incidents(rules: Rules, found: tuple[Fixes, Statuses], *, now_us: int) -> tuple[Incident, ...]:
    """Return the incidents that stand after one evaluation, in order of start."""
    return final(rules, found, now_us=now_us)[1]


def unknown_min(scope: Scope) -> float:
    """Return the minutes of demanded time up to now in which nothing is known, with an incident or without."""
    return sum(
        unknown_s(SegmentIndex(scope.segments[window.watch_id], now_us=scope.now_us), window.pieces) / 60
        for condition in scope.rules.conditions
        for window in condition.windows
    )


def minutes(cell: str) -> tuple[float, ...]:
    """Return the numbers of a cell such as ``118 / 120 / 121``."""
    return tuple(float(part) for part in cell.split("/"))


def stretch(cell: str, clock: Clock) -> tuple[int, int | None]:
    """Return start and end of a cell such as ``Mon 19:00 to 21:00``; None for ``now``."""
    start, _, end = cell.partition(" to ")
    return clock.us(start), None if end == "now" else clock.us(end)


def check_told(found: Sequence[Incident], cell: str, clock: Clock, *, tolerance_s: float = 90.0) -> None:
    """Assert that the incidents are those of a cell such as ``AL09, 19:00 to 20:30, closed, 2 absences``."""
    expected = [] if cell == "none" else [part.strip() for part in cell.split(";")]
    shown = [
        f"{i.code}, {clock.words(i.start_us)} to {'now' if i.end_us is None else clock.words(i.end_us)}, "
        f"{i.status}, {len(i.spells)}"
        for i in found
    ]
    assert len(found) == len(expected), shown
    for incident, part in zip(found, expected, strict=True):
        code, when, status, *absences = (item.strip() for item in part.split(","))
        start_us, end_us = stretch(when, clock)
        assert (str(incident.code), str(incident.status)) == (code, status), shown
        assert abs(incident.start_us - start_us) <= tolerance_s * SECOND_US, shown
        assert (incident.end_us is None) == (end_us is None), shown
        if incident.end_us is not None and end_us is not None:
            assert abs(incident.end_us - end_us) <= tolerance_s * SECOND_US, shown
        assert len(incident.spells) == (int(absences[0].split()[0]) if absences else 1), shown
        assert incident.detected_us >= incident.start_us


def check_lengths(found: Sequence[Incident], cell: str, *, tolerance_min: float = 2.0) -> None:
    """Assert the lengths of a cell such as ``118 / 120 / 121``, one triple an incident; ``-`` for none."""
    parts = [] if cell == "-" else cell.split(";")
    assert len(parts) == len(found)
    for incident, part in zip(found, parts, strict=True):
        lengths = (incident.low_s / 60, incident.best_s / 60, incident.high_s / 60)
        assert lengths[0] <= lengths[1] <= lengths[2]
        for length, expected in zip(lengths, minutes(part), strict=True):
            assert abs(length - expected) <= tolerance_min * len(incident.spells), (lengths, part)
