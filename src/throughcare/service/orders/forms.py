"""Forms about signed orders, drafts as a whole, and the register of installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from throughcare.orders.model import Order
from throughcare.orders.vocabulary import ExcuseReason, VariationType
from throughcare.service.orders.drafting.checking import Warned
from throughcare.service.orders.drafting.document import condition_label
from throughcare.service.orders.fields import choice_field, several_field, text_field
from throughcare.service.orders.vocabulary import AttemptOutcome, NotMonitoredReason
from throughcare.service.orders.wording import choices
from throughcare.service.pages.times import CLOCK_HINT, DAY_HINT, ClockField, DayField, civil_moment

ENDING = frozenset({VariationType.REVOCATION, VariationType.END_MONITORING})
_REF = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"


class PlainForm(forms.Form):
    """A form whose browser asks nothing by itself: the page says what is missing."""

    use_required_attribute = False


class ReturnForm(PlainForm):
    """What the author should change."""

    note = text_field(label="What should the author change?", name="what to change", most=500, long=True)


class FindingsForm(PlainForm):
    """A reason for each finding outside a limit, a tick for each to be checked."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, findings: Sequence[Warned]) -> None:
        self.findings = findings
        super().__init__(data)
        for warned in findings:
            if warned.is_unlawful:
                self.fields[warned.finding_id] = text_field(
                    label="Why is it recorded all the same?",
                    name="why it is recorded all the same",
                    most=500,
                    initial=warned.accepted,
                    help_text="For example: the court's order says so, and the court has been asked.",
                )
            elif warned.finding.severity == "check":
                self.fields[warned.finding_id] = forms.BooleanField(
                    label="I have looked at this",
                    initial=bool(warned.accepted),
                    error_messages={"required": "Confirm that you have looked at this"},
                )

    def accepted(self) -> dict[str, str]:
        """Return why each finding is accepted, by finding."""
        return {
            name: value if isinstance(value, str) else "looked at"
            for name, value in self.cleaned_data.items()
        }

    def blocks(self) -> list[dict[str, Any]]:
        """Return each finding with its field; None for a note."""
        return [
            {"warned": warned, "field": self[warned.finding_id] if warned.finding_id in self.fields else None}
            for warned in self.findings
        ]


class VaryForm(PlainForm):
    """Why the order is varied, and from when."""

    types = several_field(
        label="What kind of change is it?", name="the kind of change", options=choices(VariationType)
    )
    effective_day = DayField(
        label="From which day?", name="the day from which it takes effect", help_text=DAY_HINT
    )
    effective_clock = ClockField(
        label="From which time? (optional)",
        name="the time",
        required=False,
        help_text="Midnight at the start of the day, if you leave it empty",
    )
    last_day = DayField(
        label="Last day of monitoring, for a revocation or an end of monitoring",
        name="the last day of monitoring",
        required=False,
    )
    why = text_field(label="Why?", name="why", most=500, long=True)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask for the last day exactly where monitoring ends; refuse one before the change."""
        values = super().clean() or {}
        ends = bool(ENDING & set(values.get("types", ())))
        day, last = values.get("effective_day"), values.get("last_day")
        if ends and last is None and "last_day" not in self.errors:
            self.add_error("last_day", "Enter the last day of monitoring")
        if not ends and last is not None:
            self.add_error("last_day", "Select revocation or end of monitoring, or leave the last day empty")
        if day and last and last < day:
            self.add_error("last_day", "The last day of monitoring must be the same as or after the change")
        return values

    def effective_us(self, zone: str) -> int:
        """Return from when it takes effect, in the order's civil time."""
        return civil_moment(self.cleaned_data["effective_day"], self.cleaned_data["effective_clock"], zone)


class AllowanceForm(PlainForm):
    """From when to when, for which conditions."""

    from_day = DayField(label="From day", name="the first day", help_text=DAY_HINT)
    from_clock = ClockField(label="From time", name="the first time", help_text=CLOCK_HINT)
    to_day = DayField(label="To day", name="the last day")
    to_clock = ClockField(label="To time", name="the last time")
    condition_ids = several_field(
        label="Which conditions?",
        name="the conditions",
        options=[],
        required=False,
        help_text="Tick none to mean all of them.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Order) -> None:
        self.order = order
        super().__init__(data)
        self.fields["condition_ids"].choices = [  # type: ignore[attr-defined]
            (item["condition_id"], condition_label(item)) for item in order.as_json()["conditions"]
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse an end that is not after the start."""
        values = super().clean() or {}
        if not self.errors and self.span_us()[1] <= self.span_us()[0]:
            self.add_error("to_day", "The end must be after the start")
        return values

    def span_us(self) -> tuple[int, int]:
        """Return start and end as instants, read in the order's civil time."""
        values, zone = self.cleaned_data, self.order.time_zone
        return (
            civil_moment(values["from_day"], values["from_clock"], zone),
            civil_moment(values["to_day"], values["to_clock"], zone),
        )


class AbsenceForm(AllowanceForm):
    """Permission given beforehand."""

    reason = text_field(label="Reason", name="the reason", most=500, help_text="The person reads it.")


class ExcuseForm(AllowanceForm):
    """A reason accepted afterwards, and the proof that was seen."""

    reason = choice_field(label="Reason", name="the reason", options=choices(ExcuseReason))
    proof = text_field(
        label="What proof was seen?",
        name="what proof was seen",
        most=500,
        help_text="For example: appointment card, letter of the employer",
    )


class AsKnownForm(PlainForm):
    """What was in force on one day, as known on another."""

    on_day = DayField(label="In force on", name="the day on which it was in force")
    known_day = DayField(label="As known on", name="the day on which it was known")


class MomentForm(PlainForm):
    """A day and a time, with a note."""

    day = DayField(label="Day", name="the day", help_text=DAY_HINT)
    clock = ClockField(label="Time", name="the time", help_text=CLOCK_HINT)
    note = text_field(label="Note (optional)", name="the note", most=500, required=False)

    def at_us(self, zone: str) -> int:
        """Return the instant, in the order's civil time."""
        return civil_moment(self.cleaned_data["day"], self.cleaned_data["clock"], zone)


class AttemptForm(MomentForm):
    """How a visit ended."""

    outcome = choice_field(
        label="How did it end?",
        name="how the visit ended",
        options=[choice for choice in choices(AttemptOutcome) if choice[0] != AttemptOutcome.SUCCESS],
    )


class NotMonitoredForm(PlainForm):
    """Why the person is not monitored."""

    reason = choice_field(
        label="Why is the person not monitored?",
        name="why the person is not monitored",
        options=choices(NotMonitoredReason),
    )
    note = text_field(label="Note (optional)", name="the note", most=500, required=False)


class FittingForm(MomentForm):
    """Which device was fitted, with which home unit where."""

    device_id = forms.RegexField(
        regex=_REF,
        label="Device number",
        error_messages={
            "required": "Enter the device number",
            "invalid": "The device number must be letters, digits and . _ : - only",
        },
    )
    home_unit_id = forms.RegexField(
        regex=_REF,
        label="Home unit number (optional)",
        required=False,
        error_messages={"invalid": "The home unit number must be letters, digits and . _ : - only"},
    )
    home_unit_place_id = choice_field(
        label="Where does the home unit stand?", name="where the home unit stands", options=[], required=False
    )
    replaces = choice_field(
        label="Does it replace a device?", name="whether it replaces a device", options=[], required=False
    )
    field_order = ("device_id", "home_unit_id", "home_unit_place_id", "replaces", "day", "clock", "note")

    def __init__(self, data: Mapping[str, Any] | None = None, *, order: Order) -> None:
        super().__init__(data)
        self.fields["home_unit_place_id"].choices = [  # type: ignore[attr-defined]
            (place.place_id, place.label) for place in order.places
        ]
        worn = [item for item in order.activations if item.to_time is None]
        if worn:
            self.fields["replaces"].choices = [  # type: ignore[attr-defined]
                ("", "No, it is worn beside what is worn already"),
                *((item.activation_id, f"Yes, {item.device_id}") for item in worn),
            ]
        else:
            del self.fields["replaces"]

    def clean(self) -> dict[str, Any]:
        """Ask for the place of a home unit, and for the unit of a place."""
        values = super().clean() or {}
        unit, place = values.get("home_unit_id"), values.get("home_unit_place_id")
        if unit and not place and "home_unit_place_id" not in self.errors:
            self.add_error("home_unit_place_id", "Select where the home unit stands")
        if place and not unit and "home_unit_id" not in self.errors:
            self.add_error("home_unit_id", "Enter the home unit number")
        return values
