"""MobilityNet's scripted trips: zones on the ground-truth legs, appointments and curfews from the recorded times.

One phone held the ground truth: its owner pressed a button at the start and end of every section. Where a
boundary was crossed is told by the other phones that made the same journey. All places are the public ones
that the data set names (libraries, stations) or lie on its published routes.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.tracks import orders
from benchmarks.tracks.places import Line, circle, inside_m
from benchmarks.tracks.scoring import Outcome, match
from benchmarks.tracks.still import ZONE, span_s
from benchmarks.tracks.truth import LONGEST_GAP_S, SURE_S, Track, Visit, joined, longest_gap_s, pool, visits
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.runners.monitoring import Run

SPECS = ("unimodal_trip_car_bike_mtv_la", "car_scooter_brex_san_jose", "train_bus_ebike_mtv_ucb")
ACROSS_M = (150.0, 500.0, 1500.0)
BESIDE_M = 300.0
CLEAR_M = (50.0, 100.0, 200.0)
STAY_WITHIN_M = 1500.0
GOOD_M = 30.0


@dataclass(frozen=True)
class Leg:
    """One section of a trip, as recorded: when, how, and along which route."""

    trip: str
    name: str
    mode: str
    start_s: float
    stop_s: float
    line: Line | None


@dataclass(frozen=True)
class Journey:
    """One day's period of one experiment: its sections and the phones that went along."""

    spec: str
    start_s: float
    stop_s: float
    legs: tuple[Leg, ...]
    tracks: tuple[Track, ...]
    runs: dict[str, str]  # phone to the name of its run
    places: dict[str, Any]  # name to area
    stops: dict[str, tuple[str, str]]  # leg to the names of the places where it starts and ends


@dataclass(frozen=True)
class Ground:
    """The published ground truth of one experiment."""

    features: list[dict[str, Any]]

    def valid(self, spec: str, t_s: float) -> list[dict[str, Any]]:
        """Return the features of an experiment that hold at an instant."""
        return [f for f in self.features if f["properties"]["spec"] == spec and _holds(f["properties"], t_s)]


def _holds(properties: dict[str, Any], t_s: float) -> bool:
    start, stop = properties["valid_start_ts"], properties["valid_end_ts"]
    return (start is None or start <= t_s) and (stop is None or t_s <= stop)


def ground(data: Path) -> Ground:
    """Return the ground-truth routes and places."""
    text = (data / "mobilitynet" / "ground_truth_routes.geojson").read_text(encoding="utf-8")
    return Ground(json.loads(text)["features"])


def journeys(data: Path, table: pa.Table) -> list[Journey]:
    """Return every day of every experiment for which fixes are here."""
    truth = ground(data)
    tracks = {(t.device, run): t for t, run in _tracks(table)}
    found: list[Journey] = []
    for spec, start_s, stop_s, sections in _periods(data):
        runs = {
            phone: run
            for phone, run in tracks
            if span_s(run)[0] < stop_s and span_s(run)[1] > start_s and len(tracks[phone, run].t_s) > 50
        }
        if not runs or not sections:
            continue
        features = truth.valid(spec, start_s)
        found.append(
            Journey(
                spec, start_s, stop_s, tuple(_legs(sections, features)),
                tuple(tracks[phone, run] for phone, run in runs.items()), runs, *_places(features),
            )
        )  # fmt: skip
    return found


def _tracks(table: pa.Table) -> Iterator[tuple[Track, str]]:
    rows = table.filter(pa.array(np.isin(table["spec"].to_numpy(zero_copy_only=False), SPECS)))
    phone, run = (rows[name].to_numpy(zero_copy_only=False) for name in ("phone", "run"))
    t_s = rows["t"].cast(pa.int64()).to_numpy() / 1000.0
    lat, lon, accuracy = (rows[name].to_numpy().astype(np.float64) for name in ("lat", "lon", "accuracy"))
    for one_phone, one_run in sorted(set(zip(phone, run, strict=True))):
        mine = np.flatnonzero((phone == one_phone) & (run == one_run))
        mine = mine[np.argsort(t_s[mine], kind="stable")]
        track = Track(one_phone, t_s[mine], lat[mine], lon[mine], accuracy[mine])
        yield track.between(*span_s(one_run)), one_run


Section = tuple[str, str, float, float]


def _periods(data: Path) -> Iterator[tuple[str, float, float, list[Section]]]:
    """Yield (experiment, start, stop, sections as (trip, section, start, stop)) of the truth-holding phone."""
    with (data / "mobilitynet" / "mobilitynet_transitions.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["phone"] == "ucb-sdb-ios-1" and r["spec"] in SPECS]
    period = trip = section = ("", 0.0)
    sections: list[Section] = []
    for row in rows:
        t_s = dt.datetime.fromisoformat(row["t"]).replace(tzinfo=dt.UTC).timestamp()
        match row["transition"]:
            case "START_EVALUATION_PERIOD":
                period, sections = (row["trip_id"], t_s), []
            case "STOP_EVALUATION_PERIOD":
                yield row["spec"], period[1], t_s, sections
            case "START_EVALUATION_TRIP":
                trip = (row["trip_id"], t_s)
            case "START_EVALUATION_SECTION":
                section = (row["trip_id"], t_s)
            case "STOP_EVALUATION_SECTION":
                sections.append((trip[0], section[0], section[1], t_s))


def _legs(sections: list[Section], features: list[dict[str, Any]]) -> Iterator[Leg]:
    routes = {
        (f["properties"]["trip"], f["properties"]["leg"]): f
        for f in features
        if f["properties"]["role"] == "route_coords"
    }
    for trip, name, start_s, stop_s in sections:
        route = routes.get((trip, name))
        if route is None:
            yield Leg(trip, name, "", start_s, stop_s, None)
            continue
        points = route["geometry"]["coordinates"]
        line = Line.of([p[:2] for p in points], Plane(points[0][1], points[0][0]))
        yield Leg(trip, name, route["properties"]["mode"], start_s, stop_s, line)


def _places(features: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    areas: dict[str, Any] = {}
    ends: dict[str, dict[str, str]] = {}
    for feature in features:
        properties = feature["properties"]
        if feature["geometry"]["type"] != "Polygon":
            continue
        areas[properties["name"]] = {"type": "Polygon", "coordinates": feature["geometry"]["coordinates"]}
        if properties["role"] in {"start_loc", "end_loc"}:
            ends.setdefault(properties["leg"], {})[properties["role"]] = properties["name"]
    stops = {leg: (pair["start_loc"], pair["end_loc"]) for leg, pair in ends.items() if len(pair) == 2}
    return areas, stops


@dataclass(frozen=True)
class Demand:
    """One condition of a journey with what would be true of it."""

    group: str  # what the result tables call it
    condition: orders.Json
    area: dict[str, Any]
    wrong_side: float  # 1: being inside is wrong, -1: being outside is
    expected: str = ""  # of an appointment or curfew: what the recorded times say
    window_s: tuple[float, float] = (0.0, 0.0)
    mode: str = ""


def demands(journey: Journey) -> list[Demand]:
    """Return every condition that is written for a journey."""
    return [
        *_across(journey), *_beside(journey), *_within(journey), *_appointments(journey), *_curfews(journey),
    ]  # fmt: skip


def _moving(journey: Journey) -> list[Leg]:
    return [leg for leg in journey.legs if leg.line is not None and leg.line.length_m > 400.0]


def _days(journey: Journey) -> tuple[str, str]:
    return tuple(str(orders.civil(t, ZONE).date()) for t in (journey.start_s, journey.stop_s))  # type: ignore[return-value]


def _across(journey: Journey) -> Iterator[Demand]:
    for number, leg in enumerate(_moving(journey)):
        assert leg.line is not None
        for radius_m in ACROSS_M:
            if leg.line.length_m > 2.5 * radius_m:
                area = circle(leg.line.lonlat(leg.line.at(leg.line.length_m / 2)), radius_m)
                condition = orders.zone_of(
                    f"across-{number}-{radius_m:g}", "exclusion_zone", area, *_days(journey)
                )
                yield Demand("zone across the route", condition, area, 1.0, mode=leg.mode)


def _beside(journey: Journey) -> Iterator[Demand]:
    lines = [leg.line for leg in journey.legs if leg.line is not None]
    for number, leg in enumerate(_moving(journey)):
        assert leg.line is not None
        if leg.mode == "SUBWAY":
            continue  # its course underground is not known to metres
        for clear_m in CLEAR_M:
            point = leg.line.at(leg.line.length_m / 3, offset_m=BESIDE_M + clear_m)
            spot = leg.line.lonlat(point)
            if min(_distance_m(line, spot) for line in lines) < BESIDE_M + 0.9 * clear_m:
                continue
            area = circle(spot, BESIDE_M)
            condition = orders.zone_of(
                f"beside-{number}-{clear_m:g}", "exclusion_zone", area, *_days(journey)
            )
            yield Demand(f"zone {clear_m:g} m beside the route", condition, area, 1.0, mode=leg.mode)


def _distance_m(line: Line, spot: tuple[float, float]) -> float:
    east, north = line.plane.to_metres(spot[1], spot[0])
    return line.distance_m(np.array([float(east), float(north)]))


def _within(journey: Journey) -> Iterator[Demand]:
    first = _moving(journey)[0]
    assert first.line is not None
    area = circle(first.line.lonlat(first.line.xy_m[0]), STAY_WITHIN_M)
    condition = orders.zone_of("within", "inclusion_zone", area, *_days(journey))
    yield Demand("stay within 1.5 km of the start", condition, area, -1.0)


def _appointments(journey: Journey) -> Iterator[Demand]:
    """Yield appointments at the end of each long leg: kept, late and missed, by the recorded times."""
    for number, leg in enumerate(_moving(journey)):
        ends = journey.stops.get(leg.name)
        if ends is None or leg.stop_s - leg.start_s < 900.0:
            continue
        area = journey.places[ends[1]]
        arrival_s = _minute(leg.stop_s)
        written = (
            ("attended", arrival_s - 300.0, 20),
            ("late", arrival_s - 1500.0, 45),
            ("absent", _minute(leg.start_s), int((leg.stop_s - leg.start_s) // 60) - 5),
        )
        for expected, start_s, minutes in written:
            if expected == "absent" and (minutes < 15 or leg.start_s + 60 * minutes > leg.stop_s - 240):
                continue
            if expected == "late" and start_s + 600.0 < leg.start_s:
                continue
            condition = orders.appointment(f"{expected}-{number}", place_id(ends[1]), start_s, minutes, ZONE)
            window_s = (start_s, start_s + 60.0 * minutes)
            yield Demand("appointment", condition, area, -1.0, expected, window_s, leg.mode)


def _curfews(journey: Journey) -> Iterator[Demand]:
    """Yield three curfews at the place where the day begins and ends: out past start, left, out throughout."""
    legs = _moving(journey)
    ends = journey.stops.get(legs[0].name)
    if ends is None:
        return
    back = next(
        (leg for leg in reversed(journey.legs) if journey.stops.get(leg.name, ("", ""))[1] == ends[0]), None
    )
    area = journey.places[ends[0]]
    left_s, back_s = _minute(legs[0].start_s), _minute(back.stop_s) if back else 0.0
    written = [("left during it and was out at its end", left_s - 120.0, left_s + 2400.0)]
    if back is not None:
        written.append(("came back late", back_s - 2400.0, back_s + 900.0))
        if back_s - left_s > 3.5 * 3600:
            written.append(("out throughout", left_s + 3600.0, left_s + 7200.0))
    for number, (expected, start_s, stop_s) in enumerate(written):
        condition = orders.curfew_once(f"curfew-{number}", place_id(ends[0]), (start_s, stop_s), ZONE)
        yield Demand("curfew", condition, area, -1.0, expected, (start_s, stop_s))


def _minute(t_s: float) -> float:
    return t_s // 60.0 * 60.0


def place_id(name: str) -> str:
    """Return a place's name as an id."""
    return "".join(c if c.isalnum() else "-" for c in name)


def trip_orders(found: list[Journey]) -> list[orders.Json]:
    """Return one order a phone and day."""
    result = []
    for journey in found:
        conditions = [d.condition for d in demands(journey)]
        used = {c["place_id"] for c in conditions if "place_id" in c} | {
            c["phases"][0]["timetable"][0]["place_ids"][0] for c in conditions if c["kind"] == "curfew"
        }
        places = [
            orders.place(place_id(n), area) for n, area in journey.places.items() if place_id(n) in used
        ]
        for phone, run in journey.runs.items():
            name = f"trip-{phone}-{run}"
            worn = [orders.activation(name, phone, *span_s(run))]
            result.append(
                orders.order(name, phone, (journey.start_s, journey.stop_s), ZONE, places=places, worn=worn,
                             conditions=conditions)
            )  # fmt: skip
    return result


def witnesses(journey: Journey, device: str) -> Track | None:
    """Return what the other phones saw with a stated accuracy of 30 m or better; None where there is no other."""
    others = [t.good(GOOD_M) for t in journey.tracks if t.device != device]
    told = pool(others) if others else None
    return told if told is not None and len(told.t_s) > 5 else None


def true_visits(demand: Demand, journey: Journey, device: str, told: Track) -> list[Visit]:
    """Return the stretches on the wrong side that the witnesses saw, cut to the time this phone was worn."""
    found = visits(told.t_s, demand.wrong_side * inside_m(demand.area, told.lat_deg, told.lon_deg))
    return [part for v in found if (part := v.cut(*span_s(journey.runs[device]))) is not None]


def offered(found: list[Journey]) -> Counter[str]:
    """Return how many zones of each sort were set, counted once for each phone that can be judged."""
    counts: Counter[str] = Counter()
    for journey in found:
        judged = sum(witnesses(journey, track.device) is not None for track in journey.tracks)
        for demand in demands(journey):
            if demand.condition["kind"].endswith("zone"):
                counts[demand.group] += judged
    return counts


ZONE_KINDS = {IncidentKind.ZONE_ENTRY, IncidentKind.ZONE_EXIT}


def zone_outcomes(run: Run, found: list[Journey]) -> list[tuple[Demand, Outcome]]:
    """Return what became of every true visit to a zone, and every false one."""
    now_s = run.now_us / SECOND_US
    by_place: dict[tuple[str, str | None], list[Incident]] = {}
    for incident in run.incidents:
        if incident.kind in ZONE_KINDS:
            by_place.setdefault((incident.activation_id, incident.condition_id), []).append(incident)
    result: list[tuple[Demand, Outcome]] = []
    for journey in found:
        for demand, track in itertools.product(demands(journey), journey.tracks):
            told = witnesses(journey, track.device)
            if not demand.condition["kind"].endswith("zone") or told is None:
                continue
            name = f"trip-{track.device}-{journey.runs[track.device]}"
            incidents = by_place.get((name, demand.condition["condition_id"]), [])
            truth = true_visits(demand, journey, track.device, told)
            own_s = track.good(100.0).t_s
            there = demand.wrong_side * inside_m(demand.area, told.lat_deg, told.lon_deg) > 0.0
            matched = match(
                track.device, truth, incidents,
                own_s=own_s, others_s=told.t_s, others_in_s=told.t_s[there], now_s=now_s,
            )  # fmt: skip
            result += [(demand, outcome) for outcome in matched]
    return result


@dataclass(frozen=True)
class Appointment:
    """What the witnesses saw of one appointment of one phone (empty: too little), and what was reported."""

    truth: str
    found: str
    device: str


def attendance_outcomes(run: Run, found: list[Journey]) -> list[Appointment]:
    """Return every appointment of every phone."""
    told = {(r.activation_id, r.condition_id): str(r.outcome) for r in run.attendance}
    return [
        Appointment(
            _attended(demand, journey, phone),
            told.get((f"trip-{phone}-{name}", demand.condition["condition_id"]), "not told"),
            phone,
        )
        for journey in found
        for demand in demands(journey)
        if demand.group == "appointment"
        for phone, name in journey.runs.items()
    ]


def _attended(demand: Demand, journey: Journey, device: str) -> str:
    """Return what the witnesses saw; nothing where a boundary 50 m wider would change the answer."""
    told = witnesses(journey, device)
    start_s, stop_s = demand.window_s
    worn_s = span_s(journey.runs[device])
    if told is None or longest_gap_s(told.t_s, start_s, stop_s) > LONGEST_GAP_S:
        return ""
    if worn_s[0] > start_s or worn_s[1] < stop_s:
        return ""
    signed = inside_m(demand.area, told.lat_deg, told.lon_deg)
    stays = [joined(visits(told.t_s, signed + grown_m), gap_s=LONGEST_GAP_S) for grown_m in (0.0, 50.0)]
    answers = {_answer(inside, start_s, stop_s) for inside in stays}
    return answers.pop() if len(answers) == 1 else ""


def _answer(inside: list[Visit], start_s: float, stop_s: float) -> str:
    stays = [(max(v.enter_s, start_s), min(v.leave_s, stop_s)) for v in inside]
    stays = [(a, b) for a, b in stays if b > a]
    if sum(b - a for a, b in stays) < 300.0:
        return "absent"
    return "attended" if stays[0][0] <= start_s + 600.0 else "late"


@dataclass(frozen=True)
class CurfewOutcome:
    """One curfew of one phone: the code and minutes reported, and the minutes that the others saw."""

    expected: str
    device: str
    code: str  # empty where nothing was reported
    truth_s: float  # NaN where the others cannot say to a minute or two
    low_s: float
    best_s: float
    high_s: float
    unknown_s: float


def curfew_outcomes(run: Run, found: list[Journey]) -> list[CurfewOutcome]:
    """Return what was reported of every curfew against the absence that the other phones saw."""
    told = {
        (i.activation_id, i.condition_id): i for i in run.incidents if i.kind is IncidentKind.CURFEW_ABSENCE
    }
    result = []
    for journey in found:
        for demand in (d for d in demands(journey) if d.group == "curfew"):
            for phone, name in journey.runs.items():
                incident = told.get((f"trip-{phone}-{name}", demand.condition["condition_id"]))
                truth_s = _absence_s(demand, journey, phone)
                figures = (
                    (np.nan, np.nan, np.nan, np.nan)
                    if incident is None
                    else (incident.low_s, incident.best_s, incident.high_s, incident.unknown_s)
                )
                code = "" if incident is None else str(incident.code)
                result.append(CurfewOutcome(demand.expected, phone, code, truth_s, *figures))
    return result


def _absence_s(demand: Demand, journey: Journey, device: str) -> float:
    """Return the seconds out of the place in the window that the witnesses saw; NaN where they cannot say."""
    start_s, stop_s = demand.window_s
    worn_s = span_s(journey.runs[device])
    told = witnesses(journey, device)
    if told is None or worn_s[0] > start_s or worn_s[1] < stop_s:
        return float("nan")
    away = joined(true_visits(demand, journey, device, told), gap_s=LONGEST_GAP_S)
    inside = [v for v in away if v.enter_s < stop_s and v.leave_s > start_s]
    ends = [v.enter_doubt_s for v in inside if v.enter_s > start_s]
    ends += [v.leave_doubt_s for v in inside if v.leave_s < stop_s]
    if not inside or max(ends, default=0.0) > 2 * SURE_S:
        return float("nan")  # an end inside the window decides the minutes, and must be known
    return sum(min(v.leave_s, stop_s) - max(v.enter_s, start_s) for v in inside)
