"""Ending an order on a day: every condition and phase is cut to it, and what would begin later is taken out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from throughcare.kernel.time import civil_day_interval, iso_utc, parse_instant
from throughcare.service.orders.drafting.document import Document, Item, copied


def ended_document(document: Document, last_day: str) -> Document:
    """Return the order ended on a day, inclusive.

    A condition that would begin later goes, with its tick where it was the last of its kind; a phase that would
    begin later goes, but for the first of a condition that stays; a device that is still worn is worn to the
    midnight that ends the day.
    """
    changed = copied(document)
    changed["end_date"] = last_day
    changed["conditions"] = [
        _cut(item, last_day) for item in changed["conditions"] if item["start_date"] <= last_day
    ]
    changed["ticked"] = sorted({item["kind"] for item in changed["conditions"]})
    day = dt.date.fromisoformat(last_day)
    stop_us = civil_day_interval(day, day, changed["time_zone"]).stop_us
    changed["activations"] = [_worn_until(item, stop_us) for item in changed["activations"]]
    return changed


def _cut(condition: Item, last_day: str) -> Item:
    condition["end_date"] = _earlier(condition.get("end_date"), last_day)
    if "phases" in condition:
        kept = [phase for phase in condition["phases"] if phase["start_date"] <= last_day]
        condition["phases"] = [
            {**phase, "end_date": _earlier(phase.get("end_date"), last_day)} for phase in kept
        ] or condition["phases"][:1]
    return condition


def _worn_until(activation: Item, stop_us: int) -> Item:
    end: Any = activation.get("to_time")
    if parse_instant(activation["from_time"]) >= stop_us:
        return activation
    if end is not None and parse_instant(end) <= stop_us:
        return activation
    return {**activation, "to_time": iso_utc(stop_us)}


def _earlier(day: str | None, other: str) -> str:
    return other if day is None else min(day, other)
