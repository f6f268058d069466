"""Answers in words, as the list of answers shows them; empty where there is no answer yet."""

from __future__ import annotations

from collections.abc import Callable

from throughcare.kernel.time import local_datetime, parse_instant
from throughcare.orders.sentences import clock_words, date_words, list_words
from throughcare.service.orders.areas import area_words as size_words
from throughcare.service.orders.drafting.document import Document, Item, condition_label, place_label
from throughcare.service.orders.wording import choice_words

Answer = Callable[[Document, Item], str]


def choice(name: str) -> Answer:
    """Return the answer of a choice."""

    def words(_document: Document, item: Item) -> str:
        if name not in item:
            return ""
        return "Not stated" if item[name] is None else choice_words(item[name])

    return words


def plain(name: str, unit: str = "") -> Answer:
    """Return the answer of text or a number."""

    def words(_document: Document, item: Item) -> str:
        value = item.get(name)
        if value is None:
            return ""
        shown = f"{value:,g}" if isinstance(value, int | float) else str(value)
        return f"{shown} {unit}".strip()

    return words


def dates(_document: Document, item: Item) -> str:
    """Return first and last day."""
    if "start_date" not in item:
        return ""
    end = item.get("end_date")
    return f"{date_words(item['start_date'])} to {date_words(end) if end else 'no end yet'}"


def day(name: str) -> Answer:
    """Return the answer of a day."""

    def words(_document: Document, item: Item) -> str:
        if name not in item:
            return ""
        return date_words(item[name]) if item[name] else "None"

    return words


def yes(name: str) -> Answer:
    """Return yes or no."""

    def words(_document: Document, item: Item) -> str:
        return "" if name not in item else "Yes" if item[name] else "No"

    return words


def ticked(_document: Document, item: Item) -> str:
    """Return the kinds that are ticked."""
    return ", ".join(choice_words(kind) for kind in item["ticked"])


def area(_document: Document, item: Item) -> str:
    """Return how large the area is."""
    return size_words(item["area"]) if item.get("area") else ""


def hours(document: Document, item: Item) -> str:
    """Return the hours of the week."""
    spans = item.get("timetable")
    if spans is None:
        return ""
    if not spans:
        return "Always" if "phases" not in item and "start_date" in item else ""
    return "; ".join(_span_words(document, span) for span in spans)


def _span_words(document: Document, span: Item) -> str:
    hours = f"{_clock(span['start'])} to {_clock(span['end'])}"
    places = [place_label(document, place) for place in span.get("place_ids", ())]
    at = f" at {list_words(places, joiner='or')}" if places else ""
    return f"{span['day'][:3].capitalize()} {hours}{at}"


def _clock(text: str) -> str:
    return clock_words(int(text[:2]) * 60 + int(text[3:5]))


def always(_document: Document, item: Item) -> str:
    """Return whether a zone always applies."""
    if "timetable" not in item:
        return ""
    return "At some hours" if item["timetable"] else "Always"


def release(document: Document, item: Item) -> str:
    """Return the curfew of the day of release."""
    if "release_day" not in item:
        return ""
    day = item["release_day"]
    if day is None:
        return "None"
    hours = f"{_clock(day['start'])} to {_clock(day['end'])}"
    return f"{date_words(day['release_date'])}, {hours}, at {place_label(document, day['place_id'])}"


def grace(_document: Document, item: Item) -> str:
    """Return the minutes of grace."""
    return f"{item['grace_s'] / 60:g} minutes" if "grace_s" in item else ""


def place(document: Document, item: Item) -> str:
    """Return where an appointment is."""
    return place_label(document, item["place_id"]) if "place_id" in item else ""


def appointment(_document: Document, item: Item) -> str:
    """Return when an appointment is."""
    return f"{_clock(item['start'])}, {item['duration_min']} minutes" if "duration_min" in item else ""


def tolerance(_document: Document, item: Item) -> str:
    """Return when somebody is late and how long they stay."""
    if "late_after_min" not in item:
        return ""
    return f"Late after {item['late_after_min']} minutes; stay for {item['min_stay_min']} minutes"


def alcohol(_document: Document, item: Item) -> str:
    """Return the kind of alcohol monitoring."""
    if "monitoring" not in item:
        return ""
    limit = item.get("level_limit_pct")
    return (
        f"{choice_words(item['monitoring'])}, below {limit:g} %"
        if limit
        else choice_words(item["monitoring"])
    )


def distance(_document: Document, item: Item) -> str:
    """Return how far to keep away."""
    if "distance_m" not in item:
        return ""
    warning = item.get("warning_m")
    return f"{item['distance_m']:,g} m" + (f", warned below {warning:,g} m" if warning else "")


def exemption(_document: Document, item: Item) -> str:
    """Return why there is an exemption."""
    return f"{choice_words(item['reason'])} {item.get('details', '')}".strip() if "reason" in item else ""


def times(document: Document, item: Item) -> str:
    """Return from when to when."""
    if "from_time" not in item:
        return "A way through it" if item.get("corridor") else ""
    end = item.get("to_time")
    return f"{_moment(document, item['from_time'])} to {_moment(document, end) if end else 'no end yet'}"


def _moment(document: Document, text: str) -> str:
    local = local_datetime(parse_instant(text), document["time_zone"])
    return f"{date_words(local.date().isoformat())} {local:%H:%M}"


def device(document: Document, item: Item) -> str:
    """Return the device and its home unit."""
    if "device_id" not in item:
        return ""
    unit = item.get("home_unit_id")
    rest = f", home unit {unit} at {place_label(document, item['home_unit_place_id'])}" if unit else ""
    return f"{item['device_id']}{rest}"


def covered(document: Document, item: Item) -> str:
    """Return which conditions an allowance covers."""
    ids = item.get("condition_ids")
    if ids is None:
        return ""
    known = {item["condition_id"]: condition_label(item) for item in document["conditions"]}
    return ", ".join(known.get(name, name) for name in ids) or "All conditions"
