"""Questions about equipment and allowances."""

from __future__ import annotations

from typing import Any

from django import forms

from throughcare.service.orders.drafting.document import Item, condition_label
from throughcare.service.orders.drafting.forms_conditions import check_forward, civil_parts, instant_json
from throughcare.service.orders.drafting.question import QuestionForm, put
from throughcare.service.orders.fields import several_field, text_field
from throughcare.service.pages.times import CLOCK_HINT, DAY_HINT, ClockField, DayField

_REF = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
_REF_WORDS = "must be letters, digits and . _ : - only, 64 characters or less"


class DeviceForm(QuestionForm):
    """Which device, with which home unit where."""

    device_id = forms.RegexField(
        regex=_REF,
        label="Device number",
        error_messages={"required": "Enter the device number", "invalid": f"The device number {_REF_WORDS}"},
    )
    home_unit_id = forms.RegexField(
        regex=_REF,
        label="Home unit number (optional)",
        required=False,
        error_messages={"invalid": f"The home unit number {_REF_WORDS}"},
    )
    home_unit_place_id = forms.ChoiceField(
        label="Where the home unit stands",
        required=False,
        widget=forms.RadioSelect(),
    )

    def arrange(self) -> None:
        """Offer the order's places."""
        self.fields["home_unit_place_id"].choices = [  # type: ignore[attr-defined]
            (place["place_id"], place.get("label") or place["place_id"]) for place in self.document["places"]
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the place of a home unit, and for the unit of a place."""
        values = super().clean() or {}
        unit, place = values.get("home_unit_id"), values.get("home_unit_place_id")
        if unit and not place and "home_unit_place_id" not in self.errors:
            self.add_error("home_unit_place_id", "Select where the home unit stands")
        if place and not unit and "home_unit_id" not in self.errors:
            self.add_error("home_unit_id", "Enter the home unit number")
        return values


class SpanForm(QuestionForm):
    """From when to when, in the order's civil time; the end may be open where that is allowed."""

    end_required = True
    from_day = DayField(label="From day", name="the first day", help_text=DAY_HINT)
    from_clock = ClockField(label="From time", name="the first time", help_text=CLOCK_HINT)
    to_day = DayField(label="To day", name="the last day", required=False)
    to_clock = ClockField(label="To time", name="the last time", required=False)

    def arrange(self) -> None:
        """Say where the end may stay open."""
        if not self.end_required:
            self.fields["to_day"].label = "To day (optional)"
            self.fields["to_clock"].label = "To time (optional)"

    def stored(self) -> dict[str, Any]:
        """Return the instants as civil days and times."""
        return civil_parts(self.item, self.document["time_zone"])

    def clean(self) -> dict[str, Any]:
        """Refuse half an end, an end before the start, and no end where one is needed."""
        values = super().clean() or {}
        day, clock = values.get("to_day"), values.get("to_clock")
        if (self.end_required or clock) and not day and "to_day" not in self.errors:
            self.add_error("to_day", "Enter the last day")
        if (self.end_required or day) and not clock and "to_clock" not in self.errors:
            self.add_error("to_clock", "Enter the last time")
        check_forward(self, values)
        return values

    def write(self, item: Item) -> None:
        """Write the instants."""
        put(item, "from_time", instant_json(self.cleaned_data, "from", self.document["time_zone"]))
        put(item, "to_time", instant_json(self.cleaned_data, "to", self.document["time_zone"]))


class WornForm(SpanForm):
    """From when to when the device is worn."""

    end_required = False


class SuspendedForm(SpanForm):
    """From when to when conditions do not run."""

    end_required = False


class CoveredForm(QuestionForm):
    """Which conditions an allowance covers."""

    condition_ids = several_field(label="Conditions", name="the conditions", options=[], required=False)

    def arrange(self) -> None:
        """Offer the order's conditions; none ticked means all."""
        field = self.fields["condition_ids"]
        field.choices = [  # type: ignore[attr-defined]
            (item["condition_id"], condition_label(item)) for item in self.document["conditions"]
        ]
        field.help_text = "Tick none to mean all of them."


class ReasonForm(QuestionForm):
    """Why."""

    reason = text_field(label="Reason", name="the reason", most=500, help_text="The person reads it.")
