"""Orders for tests, from a few words: every place is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from throughcare.orders.model import Order

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOME = {"type": "Circle", "centre": [-1.4, 50.9], "radius_m": 40}
PLACES = (
    {"place_id": "home", "label": "12 Mill Lane", "area": HOME},
    {"place_id": "office", "label": "the probation office", "area": HOME | {"centre": [-1.41, 50.91]}},
)


def spans(text: str, *, place: str | None = "home") -> list[dict[str, Any]]:
    """Return a timetable from words such as ``mon 19:00-07:00; daily 09:00-10:00``."""
    found = []
    for part in text.split(";"):
        day, hours = part.split()
        start, end = hours.split("-")
        places = [] if place is None else [place]
        names = DAYS if day == "daily" else [name for name in DAYS if name.startswith(day)]
        found += [{"day": name, "start": start, "end": end, "place_ids": places} for name in names]
    return found


def curfew(
    timetable: str = "daily 19:00-07:00",
    *,
    start: str = "2026-01-05",
    end: str | None = "2026-07-04",
    condition_id: str = "c1",
    **more: Any,
) -> dict[str, Any]:
    """Return a curfew; phases are ``first..last: timetable`` with `` / `` between, ``release day hours`` too."""
    phases: list[dict[str, Any]] = []
    made: dict[str, Any] = {}
    for part in timetable.split(" / "):
        if part.startswith("release "):
            _, day, hours = part.split()
            first, last = hours.split("-")
            made["release_day"] = {"release_date": day, "start": first, "end": last, "place_id": "home"}
            continue
        dates, _, words = part.rpartition(": ")
        first, _, last = dates.partition("..")
        phases.append(
            {"start_date": first or start, "end_date": last or None, "timetable": spans(words or part)}
        )
    return {
        "kind": "curfew",
        "condition_id": condition_id,
        "start_date": start,
        "end_date": end,
        "phases": phases,
        **made,
        **more,
    }


def order_json(*conditions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an order as JSON values: six months of curfew if no condition is given."""
    given = list(conditions) or [curfew()]
    return {
        "order_id": "o1",
        "recorded_at": "2026-01-02T10:00:00Z",
        "wearer_ref": "w1",
        "order_type": "community",
        "legal_basis": "community_order_requirement",
        "sentence_type": "community",
        "notifying_organisation": "magistrates_court",
        "responsible_organisation": "probation",
        "start_date": "2026-01-05",
        "end_date": "2026-07-04",
        "convicted_on": "2025-12-15",
        "ticked": sorted({condition["kind"] for condition in given}),
        "places": [dict(place) for place in PLACES],
        "conditions": given,
        **more,
    }


def make_order(*conditions: dict[str, Any], **more: Any) -> Order:
    """Return a whole order."""
    return Order.model_validate(order_json(*conditions, **more))


def day(text: str) -> dt.date:
    """Return an ISO date."""
    return dt.date.fromisoformat(text)
