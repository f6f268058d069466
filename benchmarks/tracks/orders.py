"""Orders as JSON, written from what is known of a track. They live in a temporary folder and are never kept."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Json = dict[str, Any]


def iso(t_s: float) -> str:
    """Return an instant as text."""
    return dt.datetime.fromtimestamp(t_s, tz=dt.UTC).isoformat().replace("+00:00", "Z")


def civil(t_s: float, zone: str) -> dt.datetime:
    """Return an instant in civil time."""
    return dt.datetime.fromtimestamp(t_s, tz=ZoneInfo(zone))


def clock(t_s: float, zone: str) -> str:
    """Return an instant's civil time of day to the minute."""
    return civil(t_s, zone).strftime("%H:%M")


def activation(activation_id: str, device: str, start_s: float, stop_s: float) -> Json:
    """Return one wearing of a device."""
    return {
        "activation_id": activation_id,
        "device_id": device,
        "from_time": iso(start_s),
        "to_time": iso(stop_s),
    }


def place(place_id: str, area: Json) -> Json:
    """Return a place that conditions refer to."""
    return {"place_id": place_id, "label": place_id, "area": area}


def curfew(
    condition_id: str, place_id: str, start: str, end: str, timetable: list[tuple[str, str, str]]
) -> Json:
    """Return a curfew from (day, start, end) spans."""
    spans = [{"day": day, "start": a, "end": b, "place_ids": [place_id]} for day, a, b in timetable]
    return {
        "kind": "curfew",
        "condition_id": condition_id,
        "start_date": start,
        "end_date": end,
        "phases": [{"start_date": start, "end_date": end, "timetable": spans}],
    }


def curfew_once(condition_id: str, place_id: str, span_s: tuple[float, float], zone: str) -> Json:
    """Return a curfew of one span; its ends fall on whole minutes."""
    first = civil(span_s[0], zone)
    last = civil(span_s[1], zone)
    timetable = [(DAYS[first.weekday()], f"{first:%H:%M}", f"{last:%H:%M}")]
    return curfew(condition_id, place_id, str(first.date()), str(first.date()), timetable)


def zone_of(condition_id: str, kind: str, area: Json, start: str, end: str) -> Json:
    """Return an exclusion or inclusion zone that always applies."""
    return {
        "kind": kind,
        "condition_id": condition_id,
        "start_date": start,
        "end_date": end,
        "name": condition_id,
        "area": area,
    }


def appointment(condition_id: str, place_id: str, start_s: float, minutes: int, zone: str) -> Json:
    """Return one appointment; late after 10 minutes, a stay of 5 is enough."""
    day = str(civil(start_s, zone).date())
    return {
        "kind": "attendance",
        "condition_id": condition_id,
        "start_date": day,
        "end_date": day,
        "purpose": "appointment",
        "place_id": place_id,
        "recurrence": "FREQ=DAILY;COUNT=1",
        "start": clock(start_s, zone),
        "duration_min": minutes,
        "late_after_min": 10,
        "min_stay_min": 5,
    }


def order(
    order_id: str, wearer: str, span_s: tuple[float, float], zone: str, *, places: list[Json], worn: list[Json],
    conditions: list[Json],
) -> Json:  # fmt: skip
    """Return an order over the civil days of a span."""
    return {
        "order_id": order_id,
        "recorded_at": iso(span_s[0] - 86_400.0),
        "wearer_ref": wearer,
        "order_type": "community",
        "legal_basis": "community_order_requirement",
        "sentence_type": "community",
        "notifying_organisation": "magistrates_court",
        "responsible_organisation": "probation",
        "time_zone": zone,
        "start_date": str(civil(span_s[0], zone).date()),
        "end_date": str(civil(span_s[1], zone).date()),
        "ticked": sorted({condition["kind"] for condition in conditions}),
        "places": places,
        "activations": worn,
        "conditions": conditions,
    }
