"""Every sentence and word that orders are put into for people: one table, so that it can be translated whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    # the order
    "order": "the order",
    "order_runs": "This order starts on {start}. The last day is {end}.",
    "order_runs_open": "This order starts on {start}. It has no end date yet.",
    "order_help": "If you can not do what it says, tell your officer first. Say why.",
    "last_day": "The last day is {end}. It ends at midnight that night.",
    # curfew
    "curfew": "You have a curfew. It starts on {start}.",
    "curfew_release": "On the day you are let out, {day}, be at {place} from {hours}.",
    "curfew_phase": "From {start} to {end}, stay in at these times:",
    "curfew_phase_open": "From {start}, stay in at these times:",
    "curfew_hours": "{days}: {hours}, at {places}.",
    "curfew_grace": "You will not be marked as late for the first {minutes}.",
    # zones
    "exclusion_zone": "Do not go into the area called {name}.",
    "inclusion_zone": "Stay in the area called {name}.",
    "restriction_zone": "Do not leave the area called {name}.",
    "zone_always": "This is day and night, from {start}.",
    "zone_times": "From {start}, this is at these times:",
    "zone_hours": "{days}: {hours}.",
    "zone_buffer_exclusion_zone": "Keep {metres} away from its edge too.",
    "zone_buffer_inclusion_zone": "You may be up to {metres} past its edge.",
    "zone_buffer_restriction_zone": "You may be up to {metres} past its edge.",
    "exemption_time": "It does not count from {start} to {end}. The cause is: {reason}.",
    "exemption_corridor": "You may use the marked way through it. The cause is: {reason}.",
    "exemption_both": "You may use the marked way through it from {start} to {end}. The cause is: {reason}.",
    # trail, attendance
    "trail_fitted": "Wear your tag all the time, from {start}. It notes where you go.",
    "trail_non_fitted": "Keep your device with you all the time, from {start}. It notes where you go.",
    "attendance": "Go to {place} for {purpose}.",
    "attendance_days": "You need to be there {days}, from {hours}. This starts on {start}.",
    "attendance_late": "If you come more than {minutes} after it starts, you are late.",
    "attendance_stay": "Stay for at least {minutes}.",
    # alcohol, protected person
    "alcohol_abstinence": "Do not drink alcohol, from {start}.",
    "alcohol_level": "From {start}, drink so little that the level in your body stays below {level} percent.",
    "alcohol_reading": "Your tag checks this every {minutes}.",
    "victim_proximity": "From {start}, keep at least {metres} away from the person this order keeps safe.",
    "victim_warning": "Your device may warn you when you are less than {metres} away.",
    # allowances
    "authorised_absence": "You may be away from {start} to {end}. The cause is: {reason}.",
    "reasonable_excuse": "Time from {start} to {end} is not held against you. The cause is: {reason}.",
    "suspension": "This is on hold from {start} to {end}. The cause is: {reason}.",
    "suspension_open": "This is on hold from {start}. The cause is: {reason}.",
    # times
    "hours": "{start} to {end}",
    "hours_next_day": "{start} to {end} the next day",
    "all_day": "all day",
    "midnight": "midnight",
    "midday": "midday",
    "am": "am",
    "pm": "pm",
    "at": "{time} on {day}",
    "every_day": "Every day",
    "and": "and",
    "or": "or",
    "minute": "1 minute",
    "minutes": "{count} minutes",
    "second": "1 second",
    "seconds": "{count} seconds",
    "metres": "{count} metres",
    "each_day": "each day",
    "each_week": "each {days}",
    "every_n_days": "every {count} days",
    "every_n_weeks": "every {count} weeks on {days}",
    "on_days": "on set days (the first are {days})",
    # reasons of exemptions and excuses
    "reason_court": "court",
    "reason_appointment": "a meeting",
    "reason_accompanied": "you have someone with you",
    "reason_travel_corridor": "to get from place to place",
    "reason_work": "work",
    "reason_other": "another cause",
    "reason_medical": "health care",
    "reason_wedding_or_funeral": "a wedding or a funeral",
    "reason_work_at_short_notice": "work at short notice",
    "reason_court_or_appointment": "court or a meeting",
    "reason_emergency": "an emergency",
    # what changed
    "changed": "In {owner}, {field} changed from {old} to {new}.",
    "area_changed": "In {owner}, the area on the map changed.",
    "added": "Added: {item}.",
    "removed": "Removed: {item}.",
    "not_set": "not set",
    "given": "set",
    "none": "none",
    "yes": "yes",
    "no": "no",
    "item_places": "the place {label} ({place_id})",
    "item_activations": "the device {device_id} ({activation_id})",
    "item_conditions": "the {kind} {condition_id}",
    "item_phases": "the phase from {start_date} of {owner}",
    "item_timetable": "the hours from {start} on {day} of {owner}",
    "item_authorised_absences": "the authorised absence {absence_id}",
    "item_reasonable_excuses": "the reasonable excuse {excuse_id}",
    "item_suspensions": "the suspension {suspension_id}",
    "item_exemptions": "an exemption ({reason}) of {owner}",
    "item_ticked": "the tick for {value}",
}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def date_words(iso: str) -> str:
    """Return an ISO date as ``5 January 2026``."""
    day = dt.date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def field_words(name: str) -> str:
    """Return a field's name or a word of the vocabulary as it is read: ``start date``."""
    return name.replace("_", " ")


def list_words(items: list[str], *, joiner: str = "and") -> str:
    """Return ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {ENGLISH[joiner]} {items[-1]}"


def count_words(count: float, unit: str) -> str:
    """Return a number with its unit, ``minute``, ``second`` or ``metre``: ``1 minute``, ``1,500 metres``."""
    if count == 1 and unit in ENGLISH:
        return ENGLISH[unit]
    return ENGLISH[f"{unit}s"].format(count=f"{count:,.0f}" if float(count).is_integer() else f"{count:,g}")


def clock_words(minute: int) -> str:
    """Return a minute after midnight (0 to 1,440) as ``7pm``, ``7:30am``, ``midday`` or ``midnight``."""
    if minute in {0, 1440}:
        return ENGLISH["midnight"]
    if minute == 720:
        return ENGLISH["midday"]
    hour, rest = divmod(minute, 60)
    shown = f"{(hour - 1) % 12 + 1}:{rest:02}" if rest else f"{(hour - 1) % 12 + 1}"
    return shown + ENGLISH["am" if hour < 12 else "pm"]


def hours_words(start_min: int, end_min: int) -> str:
    """Return a span of a day, ``7pm to 7am the next day``; an end above 1,440 is on the next day."""
    if end_min - start_min == 1440 and start_min == 0:
        return ENGLISH["all_day"]
    name = "hours" if end_min <= 1440 else "hours_next_day"
    end = end_min if end_min <= 1440 else end_min - 1440
    return ENGLISH[name].format(start=clock_words(start_min), end=clock_words(end))
