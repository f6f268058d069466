"""Invented nights for the report tests: one wearer, a walk out, a gap, a Wi-Fi burst, an excuse, a clock change.

Not the engine: conclusions are written down by hand, so that a report can be checked against known words.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from throughcare.adapters.reports.view import (
    ActivationView,
    AllowanceView,
    PlaceView,
    RunView,
    WindowView,
)
from throughcare.kernel.geodesy import Plane
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Interval, civil_us
from throughcare.monitoring.evidence import EvidenceBundle, EvidenceItem, chain_bundles
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    AttendanceRecord,
    Cause,
    Incident,
    IncidentKind,
    IncidentStatus,
    Measure,
    Outcome,
    Spell,
    incident_id,
)
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.status import Statuses, StatusKind

LONDON = "Europe/London"
HOME = Plane(52.0, -1.5)  # an invented town: no street there bears these names
FIRST = dt.date(2026, 3, 2)

_SOURCES = {1: "gnss", 5: "cell", 6: "wifi", 0: "unknown"}


def at(day: dt.date, hour: int, minute: int = 0, second: int = 0, *, fold: int = 0) -> int:
    return civil_us(day, dt.time(hour, minute, second), LONDON, fold=fold)


def circle(east_m: float, north_m: float, radius_m: float) -> dict:
    lat, lon = HOME.to_degrees(east_m, north_m)
    return {"type": "Circle", "centre": (float(lon), float(lat)), "radius_m": radius_m}


def polygon(*corners_m: tuple[float, float]) -> dict:
    ring = [HOME.to_degrees(east, north) for east, north in (*corners_m, corners_m[0])]
    return {"type": "Polygon", "coordinates": [[(float(lon), float(lat)) for lat, lon in ring]]}


def walk(minutes: np.ndarray, left: float, back: float) -> tuple[np.ndarray, np.ndarray]:
    """Home, then along two streets and back by another way, in metres from home."""
    share = np.clip((minutes - left) / (back - left), 0, 1)
    corners = np.array([[0, 0], [180, 0], [200, 260], [520, 300], [540, 90], [300, 60], [0, 0]], float)
    legs = np.concatenate(([0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))))
    along = share * legs[-1]
    return np.interp(along, legs, corners[:, 0]), np.interp(along, legs, corners[:, 1])


def night_rows(day: dt.date, *, out: tuple[float, float] | None, rng: np.random.Generator) -> dict:
    """Return the columns of one night from 18:00 to 08:00, a fix a minute; ``out`` in minutes after 18:00."""
    minutes = np.arange(0, 14 * 60, 1.0)
    if out:
        minutes = minutes[~((minutes > out[0] + 40) & (minutes < out[0] + 57))]  # a silence of 17 minutes
    left, back = out or (1e6, 1e6 + 1)
    east, north = walk(minutes, left, back)
    indoors = (east == 0) & (north == 0)
    sigma = np.where(indoors, 14.0, 5.0)
    east, north = east + rng.normal(0, sigma), north + rng.normal(0, sigma)
    source = np.full(len(minutes), int(Source.GNSS))
    burst = (minutes > 430) & (minutes < 442)
    source[burst] = int(Source.WIFI)
    east[burst] += 260
    source[minutes == 500] = int(Source.CELL)
    accuracy = np.where(burst, 140.0, np.where(indoors, 16.0, 7.0))
    accuracy[minutes == 500] = 900.0
    level = np.where((minutes > 460) & (minutes < 466), np.nan, 0.68)
    accuracy[minutes == 470] = np.nan
    north[minutes == 300] += 4_000  # one wild position
    lat, lon = HOME.to_degrees(east, north)
    t_us = at(day, 18) + (minutes * 60e6).astype(np.int64)
    return {
        "t_us": t_us,
        "lat_deg": lat,
        "lon_deg": lon,
        "accuracy_m": accuracy,
        "level": level,
        "source": source,
    }


def fixes_of(activation_id: str, nights: list[dict]) -> Fixes:
    columns = {name: np.concatenate([night[name] for night in nights]) for name in nights[0]}
    return Fixes.build(key=np.zeros(len(columns["t_us"]), int), keys=(activation_id,), **columns)


def statuses_of(activation_id: str, day: dt.date, out: tuple[float, float] | None) -> Statuses:
    left, back = out or (1e6, 1e6)
    rows: list[tuple[int, int, float]] = []
    for minute in range(0, 14 * 60, 15):
        heard = not left <= minute <= back
        kind = StatusKind.RADIO_HEARD if heard else StatusKind.RADIO_MISSED
        rows.append((at(day, 18) + minute * MINUTE_US, kind, np.nan))
    charge = [62.0 - 4 * hour if hour < 12 else 90.0 for hour in range(14)]
    rows += [(at(day, 18) + h * HOUR_US, StatusKind.BATTERY_PERCENT, charge[h]) for h in range(14)]
    rows.append((at(day, 18) + 12 * HOUR_US - 40 * MINUTE_US, StatusKind.CHARGING_STARTED, np.nan))
    rows.append((at(day, 18) + 13 * HOUR_US, StatusKind.CHARGING_ENDED, np.nan))
    rows.append((at(day, 18) + 6 * HOUR_US, StatusKind.UNIT_POWER_LOST, np.nan))
    rows.append((at(day, 18) + 6 * HOUR_US + 35 * MINUTE_US, StatusKind.UNIT_POWER_RESTORED, np.nan))
    rows.sort()
    t_us, kind, value = (np.array(column) for column in zip(*rows, strict=True))
    return Statuses.build(
        key=np.zeros(len(rows), int), keys=(activation_id,), t_us=t_us, kind=kind, value=value
    )


def absence(
    activation_id: str,
    day: dt.date,
    start_us: int,
    end_us: int,
    *,
    wearer_ref: str = "W-104",
    excused: bool = False,
    kind: IncidentKind = IncidentKind.CURFEW_ABSENCE,
    code: AlertCode = AlertCode.LEFT_DURING_CURFEW,
) -> Incident:
    best = (end_us - start_us) / 1e6
    allowed = (Allowed("reasonable_excuse", "exc-1", best, "Hospital, card seen"),) if excused else ()
    left = 0.0 if excused else best
    spell = Spell(start_us, end_us, max(best - 420, 0), best, best + 480, code, 91, 0.998)
    return Incident(
        incident_id=incident_id(
            activation_id=activation_id, condition_id="curfew-1", kind=kind, anchor_us=start_us
        ),
        kind=kind,
        code=code,
        status=IncidentStatus.CLOSED,
        activation_id=activation_id,
        wearer_ref=wearer_ref,
        order_id="ORD-7",
        order_version=2,
        condition_id="curfew-1",
        window=Interval(at(day, 19), at(day + dt.timedelta(days=1), 7)),
        start_us=start_us,
        end_us=end_us,
        detected_us=start_us + 6 * MINUTE_US,
        spells=(spell,),
        low_s=max(best - 420, 0),
        best_s=best,
        high_s=best + 480,
        unknown_s=1020.0,
        allowed=allowed,
        atv_s=left,
        confidence=0.998,
        cause=Cause.COVERAGE,
        reasons=(
            Reason(
                "left_home_in_window",
                "The tag was at the address and then away from it, in curfew hours.",
                {"p": 0.998},
            ),
            Reason("radio_missed", "The home unit listened and did not hear the tag.", {"missed": 5}),
        ),
        watch_id="curfew-1@home",
        parameters_id="par-1f",
    )


def bundle_of(incident: Incident, fixes: Fixes, statuses: Statuses) -> EvidenceBundle:
    margin = 30 * MINUTE_US
    end_us = incident.end_us or incident.start_us
    items: list[EvidenceItem] = []
    low, high = incident.start_us - margin, end_us + margin
    for i in np.flatnonzero((fixes.t_us >= low) & (fixes.t_us <= high)).tolist():
        source = _SOURCES[int(fixes.source[i])]
        wild = abs(fixes.lat_deg[i] - HOME.lat0_deg) > 0.02
        used = source == "gnss" and i % 37 != 5 and not wild
        why = "used" if used else "poor_source_cannot_open" if source != "gnss" else "implausible_jump"
        items.append(_item(int(fixes.t_us[i]), source, fixes, i, used, why, incident))
    reports = statuses.take((statuses.t_us >= low) & (statuses.t_us <= high))
    radio = (StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED)
    items += [
        _radio(int(t), int(k) == radio[0])
        for t, k in zip(reports.t_us, reports.kind, strict=True)
        if k in radio
    ]
    items.sort(key=lambda item: (item.t_us, item.source))
    numbered = tuple(_renumber(item, n) for n, item in enumerate(items, 1))
    rule = {
        "words": "Be at the curfew address from 19:00 to 07:00 every day.",
        "order_version": 2,
        "zone": circle(0, 0, 45),
        "window": {"start": "2026-03-02T19:00:00Z", "end": "2026-03-03T07:00:00Z"},
    }
    parameters = {"p_open": 0.9, "dwell_s": 300, "temper": 0.25, "buffer_m": 50.0}
    return EvidenceBundle(incident, numbered, rule, parameters, "throughcare 0.1.0 engine 9f2c")


def _p(t_us: int, incident: Incident) -> float:
    end_us = incident.end_us or t_us
    into = min(t_us - incident.start_us, end_us - t_us) / (4 * MINUTE_US)
    return float(1 / (1 + np.exp(into * 2)))


def _item(
    t_us: int, source: str, fixes: Fixes, i: int, used: bool, why: str, incident: Incident
) -> EvidenceItem:
    accuracy, level = float(fixes.accuracy_m[i]), float(fixes.level[i])
    return EvidenceItem(
        number=0,
        t_us=t_us,
        source=source,
        lat_deg=float(fixes.lat_deg[i]),
        lon_deg=float(fixes.lon_deg[i]),
        accuracy_m=None if np.isnan(accuracy) else accuracy,
        level=None if np.isnan(level) else level,
        used=used,
        why=why,
        p_compliant=_p(t_us, incident) if used else None,
        p_after=_p(t_us, incident),
    )


def _radio(t_us: int, heard: bool) -> EvidenceItem:
    why = "radio_heard" if heard else "radio_missed"
    return EvidenceItem(
        0, t_us, "home_unit", None, None, None, None, True, why, 0.98 if heard else 0.2, 0.9 if heard else 0.1
    )


def _renumber(item: EvidenceItem, n: int) -> EvidenceItem:
    return EvidenceItem(**{name: getattr(item, name) for name in EvidenceItem.__slots__} | {"number": n})


def segments_of(incident: Incident, day: dt.date) -> tuple[tuple[str, Segment], ...]:
    end_us = incident.end_us or incident.start_us
    begin, stop = at(day, 18), at(day, 18) + 14 * HOUR_US
    gap = (incident.start_us + 40 * MINUTE_US, incident.start_us + 57 * MINUTE_US)
    cuts = [
        (begin, incident.start_us, Presence.INSIDE),
        (incident.start_us, gap[0], Presence.OUTSIDE),
        (*gap, Presence.UNKNOWN),
        (gap[1], end_us, Presence.OUTSIDE),
        (end_us, stop, Presence.INSIDE),
    ]
    return tuple(
        ("curfew-1", Segment(a, b, state, a, b, a + 60 * SECOND_US, 9, 0.99)) for a, b, state in cuts
    )


def zone_segments(
    first: dt.date, nights: int, *, out_nights: tuple[int, ...]
) -> tuple[tuple[str, Segment], ...]:
    """Outside the exclusion zone all the time, but for eight minutes of each walk."""
    found, start = [], at(first, 12)
    for n in sorted(set(out_nights)):
        enter = at(first + dt.timedelta(days=n), 18) + 217 * MINUTE_US
        leave = enter + 8 * MINUTE_US
        found += [(start, enter, Presence.OUTSIDE), (enter, leave, Presence.INSIDE)]
        start = leave
    found.append((start, at(first + dt.timedelta(days=nights), 12), Presence.OUTSIDE))
    return tuple(("zone-1", Segment(a, b, state, a, b, a + 60 * SECOND_US, 9, 0.97)) for a, b, state in found)


def places() -> tuple[PlaceView, ...]:
    return (
        PlaceView("4 Lantern Row", "home", circle(0, 0, 45), condition_id="curfew-1"),
        PlaceView(
            "Tallow Street School",
            "exclusion_zone",
            polygon((360, 180), (640, 160), (660, 420), (380, 430)),
            buffer_m=60.0,
            condition_id="zone-1",
        ),
        PlaceView("Probation office", "attendance", circle(150, -260, 40), condition_id="att-1"),
    )


def activation(
    activation_id: str = "act-1",
    *,
    wearer_ref: str = "W-104",
    first: dt.date = FIRST,
    nights: int = 3,
    out_nights: tuple[int, ...] = (0,),
    excused_nights: tuple[int, ...] = (1,),
    seed: int = 7,
    label: str | None = None,
) -> ActivationView:
    """Return one activation: absences on ``out_nights``, excused ones on ``excused_nights``."""
    rng = np.random.default_rng(seed)
    rows, statuses, incidents, segments, windows = [], [], [], [], []
    for n in range(nights):
        day = first + dt.timedelta(days=n)
        out = (184.0, 271.0) if n in (*out_nights, *excused_nights) else None
        rows.append(night_rows(day, out=out, rng=rng))
        statuses.append(statuses_of(activation_id, day, out))
        windows.append(
            WindowView("curfew-1", "curfew", Interval(at(day, 19), at(day + dt.timedelta(days=1), 7)))
        )
        if out is None:
            segments.append(
                (
                    "curfew-1",
                    Segment(
                        at(day, 18),
                        at(day, 18) + 14 * HOUR_US,
                        Presence.INSIDE,
                        at(day, 18),
                        at(day, 18),
                        at(day, 18),
                        9,
                        0.99,
                    ),
                )
            )
            continue
        start = at(day, 18) + round(out[0]) * MINUTE_US
        incident = absence(
            activation_id,
            day,
            start,
            at(day, 18) + round(out[1]) * MINUTE_US,
            wearer_ref=wearer_ref,
            excused=n in excused_nights,
        )
        incidents.append(incident)
        segments += segments_of(incident, day)
    fixes, status = fixes_of(activation_id, rows), Statuses.concat(statuses)
    bundles = chain_bundles(tuple(bundle_of(incident, fixes, status) for incident in incidents))
    shown = places() if label is None else (PlaceView(label, "home", circle(0, 0, 45)), *places()[1:])
    last = first + dt.timedelta(days=nights)
    return ActivationView(
        activation_id=activation_id,
        wearer_ref=wearer_ref,
        order_id="ORD-7",
        order_version=2,
        time_zone=LONDON,
        monitored=Interval(at(first, 12), at(last, 12)),
        condition_words=(
            ("curfew-1", "Be at 4 Lantern Row from 19:00 to 07:00 every day."),
            ("zone-1", "Do not go into the zone round Tallow Street School."),
        ),
        places=shown,
        windows=tuple(windows),
        fixes=fixes,
        statuses=status,
        segments=(*segments, *zone_segments(first, nights, out_nights=(*out_nights, *excused_nights))),
        bundles=bundles,
        allowances=tuple(
            AllowanceView("reasonable_excuse", Interval(i.start_us, i.end_us), "Hospital, card seen")
            for i in incidents
            if i.allowed
        ),
    )


def measures(view: ActivationView) -> tuple[Measure, ...]:
    totals = [
        sum(getattr(i, name) for i in view.incidents if i.atv_s) for name in ("best_s", "low_s", "high_s")
    ]
    common = (view.activation_id, view.wearer_ref, view.order_id)
    return (
        Measure(*common, "curfew-1", "accumulated_time_violation", totals[0], "s", totals[1], totals[2]),
        Measure(*common, "curfew-1", "coverage", 0.96, "share"),
    )


def attendance(view: ActivationView) -> tuple[AttendanceRecord, ...]:
    day = dt.date(2026, 3, 3)
    due = Interval(at(day, 10), at(day, 11))
    common = (view.activation_id, view.wearer_ref, view.order_id, "att-1")
    return (
        AttendanceRecord(
            *common, due, Outcome.ATTENDED, at(day, 9, 58), 3000.0, (Reason("seen", "Seen at the place."),)
        ),
        AttendanceRecord(
            *common,
            Interval(due.start_us + DAY_US, due.start_us + DAY_US + HOUR_US),
            Outcome.NO_DATA,
            None,
            0.0,
            (),
        ),
    )


def run(*activations: ActivationView, title: str = "Invented town, week 10") -> RunView:
    views = activations or (activation(),)
    return RunView(
        title=title,
        generated_us=at(dt.date(2026, 11, 2), 9),
        known_at_us=at(dt.date(2026, 11, 1), 23, 59),
        code_version="throughcare 0.1.0 engine 9f2c",
        activations=views,
        incidents=tuple(i for view in views for i in view.incidents),
        attendance=attendance(views[0]),
        measures=tuple(m for view in views for m in measures(view)),
        reject_counts={"duplicate": 12, "outside_every_activation": 3},
        notes=("Positions came from one file; home-unit reports from another.",),
    )


def background() -> dict:
    """Return a few invented streets and buildings as GeoJSON."""

    def lonlat(east: float, north: float) -> list[float]:
        lat, lon = HOME.to_degrees(east, north)
        return [float(lon), float(lat)]

    lines = [[lonlat(k * 90 + 22, -700), lonlat(k * 90 + 22, 900)] for k in range(-8, 12)]
    lines += [[lonlat(-700, k * 90 + 22), lonlat(1000, k * 90 + 22)] for k in range(-8, 12)]
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "street"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]
    for i in range(-7, 10):
        for j in range(-7, 9):
            e, n = i * 90 + 40, j * 90 + 40
            ring = [lonlat(*c) for c in ((e, n), (e + 50, n), (e + 50, n + 45), (e, n + 45), (e, n))]
            features.append(
                {
                    "type": "Feature",
                    "properties": {"kind": "building"},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
    return {"type": "FeatureCollection", "features": features}
