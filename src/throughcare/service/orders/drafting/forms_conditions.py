"""Questions about the conditions of an order, one kind after the other."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from throughcare.kernel.time import civil_us, iso_utc, local_datetime, parse_instant
from throughcare.orders.vocabulary import Weekday
from throughcare.service.orders.drafting.document import Item
from throughcare.service.orders.drafting.question import QuestionForm, put
from throughcare.service.orders.fields import (
    choice_field,
    json_of,
    number_field,
    several_field,
    text_field,
    yes_no_field,
)
from throughcare.service.pages.times import CLOCK_HINT, DAY_HINT, ClockField, DayField

ISO_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday, strict=True))


class PlaceChoiceForm(QuestionForm):
    """A form with one of the order's places."""

    place_field = "place_id"

    def arrange(self) -> None:
        """Offer the order's places."""
        self.fields[self.place_field].choices = [  # type: ignore[attr-defined]
            (place["place_id"], place.get("label") or place["place_id"]) for place in self.document["places"]
        ]


class ReleaseDayForm(PlaceChoiceForm):
    """The curfew of the day of release, where there is one."""

    has_release = yes_no_field(
        label="Curfew on the day of release", about="there is one on the day of release"
    )
    release_date = DayField(
        label="Day of release", name="the day of release", required=False, help_text=DAY_HINT
    )
    start = ClockField(label="Start", name="the start", required=False, help_text=CLOCK_HINT)
    end = ClockField(label="End", name="the end", required=False, help_text="It may be on the day after")
    place_id = choice_field(label="Address", name="the address", options=[], required=False)

    def stored(self) -> dict[str, Any]:
        """Return the curfew of the day of release; that there is none is an answer too."""
        if "release_day" not in self.item:
            return {}
        day = self.item["release_day"]
        return {"has_release": "no"} if day is None else {**day, "has_release": "yes"}

    def clean(self) -> dict[str, Any]:
        """Ask for all four parts where there is one."""
        values = super().clean() or {}
        if values.get("has_release") == "yes":
            for name, words in (
                ("release_date", "Enter the day of release"),
                ("start", "Enter the start"),
                ("end", "Enter the end"),
                ("place_id", "Select the address"),
            ):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return values

    def write(self, item: Item) -> None:
        """Write the curfew of the day of release, or that there is none."""
        values = self.cleaned_data
        if values["has_release"] == "no":
            item["release_day"] = None
            return
        names = ("release_date", "start", "end", "place_id")
        item["release_day"] = {name: json_of(self.fields[name], values[name]) for name in names}


class GraceForm(QuestionForm):
    """How late the person may be before it counts."""

    grace_min = number_field(
        label="Minutes of grace",
        name="the minutes of grace",
        low=0,
        high=60,
        whole=True,
        unit="minutes",
        help_text="Enter 0 if the order gives none",
    )

    def stored(self) -> dict[str, Any]:
        """Return the grace in minutes."""
        return {"grace_min": self.item["grace_s"] // 60} if "grace_s" in self.item else {}

    def write(self, item: Item) -> None:
        """Write the grace in seconds; seconds on record stay where the minutes are the same."""
        if self.stored().get("grace_min") != self.cleaned_data["grace_min"]:
            item["grace_s"] = self.cleaned_data["grace_min"] * 60


class ZoneNameForm(QuestionForm):
    """What the zone is called."""

    name = text_field(
        label="Name of the zone",
        name="the name of the zone",
        most=200,
        help_text="The person reads it. Never name a protected person or their address.",
    )


class BufferForm(QuestionForm):
    """The ring round an exclusion zone in which the person is warned, or the slack round the others."""

    buffer_m = number_field(
        label="Width in metres",
        name="the width",
        low=0,
        high=50_000,
        unit="metres",
        help_text="Enter 0 for none",
    )


class AlwaysForm(QuestionForm):
    """Whether a zone applies always or at some hours."""

    always = choice_field(
        label="When the zone applies",
        name="when the zone applies",
        options=[("always", "Always, day and night"), ("hours", "At some hours of the week")],
    )

    def stored(self) -> dict[str, Any]:
        """Return always where no hours are on record."""
        if "timetable" not in self.item:
            return {}
        return {"always": "hours" if self.item["timetable"] else "always"}

    def write(self, item: Item) -> None:
        """Write that there are no hours; the next page asks for those that there are."""
        if self.cleaned_data["always"] == "always":
            item["timetable"] = []
        else:
            item.setdefault("timetable", [])

    @property
    def goes_to(self) -> str:
        """Hours are asked on their own page."""
        return "hours" if self.cleaned_data["always"] == "hours" else ""


class ExemptionForm(QuestionForm):
    """A stated exception to a zone: a time."""

    reason = choice_field(
        label="Reason",
        name="the reason",
        options=[
            ("court", "Court"),
            ("appointment", "An appointment"),
            ("accompanied", "Accompanied by somebody"),
            ("travel_corridor", "Travel through it"),
            ("work", "Work"),
            ("other", "Something else"),
        ],
    )
    details = text_field(label="Details (optional)", name="the details", most=500, required=False)

    def write(self, item: Item) -> None:
        """Write reason and details."""
        super().write(item)
        item.setdefault("details", "")


class TrailForm(QuestionForm):
    """Which device records the trail."""

    device = choice_field(
        label="Device",
        name="the device",
        options=[("fitted", "A tag fitted to the body"), ("non_fitted", "A device that is carried")],
    )


class PurposeForm(QuestionForm):
    """What the person attends."""

    purpose = text_field(
        label="Purpose", name="what they attend", most=200, help_text="The person reads it, like: a course"
    )


class WhereForm(PlaceChoiceForm):
    """Where the person attends."""

    place_id = choice_field(label="Place", name="the place", options=[])


class HowOftenForm(QuestionForm):
    """How often the person attends."""

    often = choice_field(
        label="How often",
        name="how often they attend",
        options=[
            ("daily", "Every day"),
            ("weekly", "On set days of the week"),
            ("rule", "Something else (a recurrence rule)"),
        ],
    )
    days = several_field(
        label="Days, if on set days of the week",
        name="the days",
        options=[(code, day.value.capitalize()) for code, day in ISO_DAYS.items()],
        required=False,
    )
    every = number_field(
        label="Every how many weeks (or days)",
        name="every how many",
        low=1,
        high=52,
        whole=True,
        required=False,
        help_text="1 for every week, 2 for every other week. They count from the first day of the condition.",
    )
    rule = text_field(
        label="Recurrence rule, if something else",
        name="the rule",
        most=500,
        required=False,
        help_text="RFC 5545, like FREQ=MONTHLY;BYDAY=1MO for the first Monday of each month",
    )

    def stored(self) -> dict[str, Any]:
        """Return the rule on record, as days where it is one of days or weeks."""
        rule = self.item.get("recurrence")
        if not rule:
            return {}
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        if not parts.keys() <= {"FREQ", "INTERVAL", "BYDAY"} or parts["FREQ"] not in {"DAILY", "WEEKLY"}:
            return {"often": "rule", "rule": rule}
        return {
            "often": parts["FREQ"].lower(),
            "days": parts.get("BYDAY", "").split(","),
            "every": int(parts.get("INTERVAL", 1)),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for what the choice needs."""
        values = super().clean() or {}
        if values.get("often") == "weekly" and not values.get("days"):
            self.add_error("days", "Select the days")
        if values.get("often") == "rule" and not values.get("rule"):
            self.add_error("rule", "Enter the rule")
        return values

    def write(self, item: Item) -> None:
        """Write the recurrence rule."""
        values = self.cleaned_data
        if values["often"] == "rule":
            item["recurrence"] = values["rule"].strip()
            return
        parts = [f"FREQ={values['often'].upper()}"]
        if (values["every"] or 1) > 1:
            parts.append(f"INTERVAL={values['every']}")
        if values["often"] == "weekly":
            parts.append(f"BYDAY={','.join(code for code in ISO_DAYS if code in values['days'])}")
        item["recurrence"] = ";".join(parts)


class AppointmentForm(QuestionForm):
    """When an appointment starts and how long it lasts."""

    start = ClockField(label="Start", name="the start", help_text=CLOCK_HINT)
    duration_min = number_field(
        label="Length in minutes", name="the length", low=1, high=1440, whole=True, unit="minutes"
    )

    def stored(self) -> dict[str, Any]:
        """Return the clock time without seconds."""
        found = super().stored()
        return found | {"start": found["start"][:5]} if "start" in found else found


class ToleranceForm(QuestionForm):
    """From when somebody is late, and how long they must stay."""

    late_after_min = number_field(
        label="Late after how many minutes",
        name="when they are late",
        low=0,
        high=240,
        whole=True,
        unit="minutes",
    )
    min_stay_min = number_field(
        label="Shortest stay in minutes",
        name="the shortest stay",
        low=0,
        high=1440,
        whole=True,
        unit="minutes",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a stay longer than the appointment."""
        values = super().clean() or {}
        stay, length = values.get("min_stay_min"), self.item.get("duration_min")
        if stay is not None and length is not None and stay > length:
            self.add_error("min_stay_min", f"The shortest stay must be {length} minutes or less")
        return values


class AlcoholForm(QuestionForm):
    """Abstinence, or a level."""

    monitoring = choice_field(
        label="Kind of alcohol monitoring",
        name="the kind of alcohol monitoring",
        options=[("abstinence", "Abstinence: no alcohol"), ("level", "Level: below a limit")],
    )
    level_limit_pct = number_field(
        label="Limit in percent, if it is a level", name="the limit", low=0.001, high=0.5, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the limit exactly where there is one."""
        values = super().clean() or {}
        if values.get("monitoring") == "level" and "level_limit_pct" not in self.errors:
            if values.get("level_limit_pct") is None:
                self.add_error("level_limit_pct", "Enter the limit")
        elif values.get("monitoring") == "abstinence":
            values["level_limit_pct"] = None
        return values


class ReadingForm(QuestionForm):
    """How often the tag takes a reading."""

    reading_interval_min = number_field(
        label="Minutes between readings",
        name="the minutes between readings",
        low=1,
        high=1440,
        whole=True,
        unit="minutes",
        help_text="30 is usual",
    )


class ProtectedForm(QuestionForm):
    """Whose device the person keeps away from: an opaque reference, never a name."""

    protected_ref = forms.RegexField(
        regex=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
        label="Reference of the protected person",
        help_text="The opaque reference that victim services gave you. Never a name, an address or a phone number.",
        error_messages={
            "required": "Enter the reference of the protected person",
            "invalid": "The reference must be letters, digits and . _ : - only, 64 characters or less",
        },
    )


class DistanceForm(QuestionForm):
    """How far the person keeps away."""

    distance_m = number_field(
        label="Distance in metres", name="the distance", low=50, high=20_000, unit="metres"
    )
    warning_m = number_field(
        label="Warn below this distance, in metres (optional)",
        name="the warning distance",
        low=50,
        high=40_000,
        unit="metres",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a warning that comes after the distance itself."""
        values = super().clean() or {}
        distance, warning = values.get("distance_m"), values.get("warning_m")
        if distance is not None and warning is not None and warning <= distance:
            self.add_error("warning_m", "The warning distance must be more than the distance")
        return values


class ExemptionTimeForm(QuestionForm):
    """From when to when an exemption holds, in the order's civil time."""

    from_day = DayField(label="From day", name="the first day", help_text=DAY_HINT)
    from_clock = ClockField(label="From time", name="the first time", help_text=CLOCK_HINT)
    to_day = DayField(label="To day", name="the last day")
    to_clock = ClockField(label="To time", name="the last time")

    def stored(self) -> dict[str, Any]:
        """Return the instants as civil days and times."""
        return civil_parts(self.item, self.document["time_zone"])

    def clean(self) -> dict[str, Any]:
        """Refuse an end that is not after the start."""
        values = super().clean() or {}
        check_forward(self, values)
        return values

    def write(self, item: Item) -> None:
        """Write the instants."""
        put(item, "from_time", instant_json(self.cleaned_data, "from", self.document["time_zone"]))
        put(item, "to_time", instant_json(self.cleaned_data, "to", self.document["time_zone"]))


def civil_parts(item: Item, zone: str) -> dict[str, Any]:
    """Return ``from_time`` and ``to_time`` of an item as days and clock times in a zone."""
    found: dict[str, Any] = {}
    for name in ("from", "to"):
        text = item.get(f"{name}_time")
        if text:
            local = local_datetime(parse_instant(text), zone)
            found[f"{name}_day"] = local.date().isoformat()
            found[f"{name}_clock"] = f"{local:%H:%M}"
    return found


def instant_json(values: dict[str, Any], name: str, zone: str) -> str | None:
    """Return the instant of a day and a clock time, as an order's JSON writes it; None without a day."""
    day: dt.date | None = values.get(f"{name}_day")
    if day is None:
        return None
    hour, minute = (int(part) for part in (values.get(f"{name}_clock") or "00:00").split(":"))
    return iso_utc(civil_us(day, dt.time(hour, minute), zone))


def check_forward(form: forms.Form, values: dict[str, Any]) -> None:
    """Add an error where the end is not after the start."""
    parts = [values.get(name) for name in ("from_day", "from_clock", "to_day", "to_clock")]
    if all(part is not None for part in parts) and (parts[2], parts[3]) <= (parts[0], parts[1]):
        form.add_error("to_day", "The end must be after the start")
