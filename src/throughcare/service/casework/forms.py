"""Forms of casework: a contact to plan, what came of it, and the period and purpose of a trail."""

from __future__ import annotations

from typing import Any

from django import forms

from throughcare.kernel.time import DAY_US, local_datetime
from throughcare.service.casework.vocabulary import (
    CHANNEL_WORDS,
    PURPOSE_WORDS,
    RESULT_WORDS,
    ContactChannel,
    ContactResult,
    TrailPurpose,
)
from throughcare.service.pages.times import CLOCK_HINT, DAY_HINT, ZONE, ClockField, DayField, civil_moment

MOST_DAYS = 14


def _choices(words: dict[Any, str]) -> list[tuple[str, str]]:
    return [(str(key), said) for key, said in words.items()]


class PlainForm(forms.Form):
    """A form in this house's manner: no colon, no browser bubbles; it knows the present."""

    use_required_attribute = False

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.now_us = now_us


class PlanForm(PlainForm):
    """When and how an officer and the person are to meet."""

    day = DayField(label="Day", name="the day", help_text=DAY_HINT)
    time = ClockField(label="Time", name="the time", help_text=CLOCK_HINT)
    channel = forms.ChoiceField(
        label="How?",
        choices=_choices(CHANNEL_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select how you will meet"},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a time that has passed."""
        given = super().clean() or self.cleaned_data
        if given.get("day") and given.get("time"):
            given["planned_us"] = civil_moment(given["day"], given["time"], ZONE)
            if given["planned_us"] <= self.now_us:
                self.add_error("day", "The contact must be in the future")
        return given

    def planned(self) -> dict[str, Any]:
        """Return the contact as the action takes it."""
        given = self.cleaned_data
        return {"planned_us": given["planned_us"], "channel": ContactChannel(given["channel"])}


class ResultForm(PlainForm):
    """What came of a contact, and the next one, on one page."""

    result = forms.ChoiceField(
        label="What came of it?",
        choices=_choices(RESULT_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select what came of it"},
    )
    note = forms.CharField(
        label="Note (optional)",
        required=False,
        max_length=1000,
        help_text="Facts that a colleague needs. Do not copy what is elsewhere.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    next_day = DayField(
        label="Day of the next contact (optional)",
        name="the day of the next contact",
        required=False,
        help_text=DAY_HINT,
    )
    next_time = ClockField(
        label="Time of the next contact (optional)",
        name="the time of the next contact",
        required=False,
        help_text=CLOCK_HINT,
    )
    next_channel = forms.ChoiceField(
        label="How, next time?", choices=_choices(CHANNEL_WORDS), initial=str(ContactChannel.OFFICE)
    )

    def clean(self) -> dict[str, Any]:
        """Refuse half of a next contact, or one in the past."""
        given = super().clean() or self.cleaned_data
        day, time = given.get("next_day"), given.get("next_time")
        given["next_us"] = civil_moment(day, time, ZONE) if day and time else None
        if bool(day) != bool(time) and not self.errors:
            self.add_error("next_day" if time else "next_time", "Enter both the day and the time")
        if given["next_us"] is not None and given["next_us"] <= self.now_us:
            self.add_error("next_day", "The next contact must be in the future")
        return given

    def said(self) -> dict[str, Any]:
        """Return the result as the action takes it."""
        given = self.cleaned_data
        return {
            "result": ContactResult(given["result"]),
            "note": given["note"],
            "next_us": given["next_us"],
            "next_channel": ContactChannel(given["next_channel"]),
        }


class TrailForm(PlainForm):
    """For which time somebody needs to see where the person was, and why."""

    from_day = DayField(label="From day", name="the first day")
    from_time = ClockField(label="From time", name="the time on the first day")
    to_day = DayField(label="To day", name="the last day")
    to_time = ClockField(label="To time", name="the time on the last day")
    purpose = forms.ChoiceField(
        label="Why do you need to see it?",
        choices=[("", "Select why"), *_choices(PURPOSE_WORDS)],
        help_text="It is written to the log with your name.",
        error_messages={"required": "Select why you need to see it"},
    )

    @classmethod
    def usual(cls, now_us: int) -> dict[str, Any]:
        """Return the last 24 hours, as the form begins."""
        start, stop = local_datetime(now_us - DAY_US, ZONE), local_datetime(now_us, ZONE)
        return {
            "from_day": start.date().isoformat(),
            "from_time": start.time(),
            "to_day": stop.date().isoformat(),
            "to_time": stop.time(),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or is longer than 14 days."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        given["from_us"] = civil_moment(given["from_day"], given["from_time"], ZONE)
        given["to_us"] = civil_moment(given["to_day"], given["to_time"], ZONE)
        if given["to_us"] <= given["from_us"]:
            self.add_error("to_day", "The end must be after the beginning")
        elif given["to_us"] - given["from_us"] > MOST_DAYS * DAY_US + 3_600_000_000:
            # an hour more: 14 days by the clock are longer over the autumn night
            self.add_error("to_day", f"The period must be {MOST_DAYS} days or less")
        return given

    @property
    def purpose_code(self) -> TrailPurpose:
        """Why, as the log keeps it."""
        return TrailPurpose(self.cleaned_data["purpose"])
