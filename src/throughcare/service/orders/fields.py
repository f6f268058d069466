"""Form fields for what orders are made of: days, clock times, instants, numbers with a unit, positions.

Each field also turns its value into the JSON of an order and back (``as_json``, ``of_json``). The messages
follow the grammar of the government's services: "Enter ...", "Select ...", "... must be a real date".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms

_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?\s*(am|pm)?", re.IGNORECASE)
_WORDS = {"midnight": "00:00", "midday": "12:00", "noon": "12:00"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DayWidget(forms.MultiWidget):
    """Three boxes: day, month, year."""

    template_name = "orders/widgets/day.html"
    in_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([forms.TextInput(), forms.TextInput(), forms.TextInput()], attrs)

    def decompress(self, value: dt.date | str | None) -> list[str]:
        """Return day, month and year as they stand in the boxes."""
        if not value:
            return ["", "", ""]
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        return [str(day.day), str(day.month), str(day.year)]

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """Return the id of the first box, to which an error summary leads."""
        return f"{id_}_0" if id_ else ""


class DayField(forms.Field):
    """A civil day in three boxes; the month may be a word."""

    widget = DayWidget

    def __init__(self, *, name: str, required: bool = True, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        self.words = name
        super().__init__(required=required, **rest)
        self.error_messages["required"] = f"Enter {name}"

    def clean(self, value: list[str | None] | None) -> dt.date | None:
        """Return the day, or None for three empty boxes where that is allowed."""
        parts = [(part or "").strip() for part in value or ["", "", ""]]
        if not any(parts):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        missing = [name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        subject = self.words[0].upper() + self.words[1:]
        if missing:
            raise forms.ValidationError(f"{subject} must include a {' and '.join(missing)}", code="part")
        if not re.fullmatch(r"\d{4}", parts[2]):
            raise forms.ValidationError("Year must include 4 numbers", code="year")
        try:
            return dt.date(int(parts[2]), _month(parts[1]), int(parts[0]))
        except ValueError:
            raise forms.ValidationError(f"{subject} must be a real date", code="real") from None

    def as_json(self, value: dt.date | None) -> str | None:
        """Return the day as an order's JSON writes it."""
        return None if value is None else value.isoformat()

    def of_json(self, value: str | None) -> str | None:
        """Return what the boxes show."""
        return value


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.index(text[:3].lower()) + 1


class ClockField(forms.CharField):
    """A clock time, such as 19:00, 7pm or 7.30am. An end may be 24:00, or midnight in words."""

    def __init__(self, *, name: str, is_end: bool = False, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        self.words = name
        self.is_end = is_end
        rest.setdefault("widget", forms.TextInput(attrs={"class": "govuk-input--width-5"}))
        super().__init__(max_length=20, **rest)
        self.error_messages["required"] = f"Enter {name}"

    def clean(self, value: str | None) -> str:
        """Return ``HH:MM``, or nothing."""
        text = super().clean(value).lower()
        if not text:
            return ""
        if self.is_end and text in {"midnight", "24:00", "2400"}:
            return "24:00"
        found = _WORDS.get(text) or _clock(text)
        if found is None:
            subject = self.words[0].upper() + self.words[1:]
            raise forms.ValidationError(f"{subject} must be a real time, like 19:00 or 7pm", code="real")
        return found


def _clock(text: str) -> str | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def number_field(
    *,
    label: str,
    name: str,
    low: float,
    high: float,
    unit: str = "",
    whole: bool = False,
    **rest: Any,  # noqa: ANN401 - Django's own
) -> forms.Field:
    """Return a field for a number with bounds, whose messages name the unit."""
    subject = name[0].upper() + name[1:]
    shown = f" {unit}" if unit else ""
    settings: dict[str, Any] = {
        "label": label,
        "min_value": low,
        "max_value": high,
        "widget": forms.TextInput(
            attrs={"inputmode": "numeric" if whole else "decimal", "class": "govuk-input--width-5"}
        ),
        "error_messages": {
            "required": f"Enter {name}",
            "invalid": f"{subject} must be a number, like {_example(low, high)}",
            "min_value": f"{subject} must be {low:g}{shown} or more",
            "max_value": f"{subject} must be {high:g}{shown} or less",
        },
    }
    return (forms.IntegerField if whole else forms.FloatField)(**settings, **rest)


def _example(low: float, high: float) -> str:
    return f"{max(low, min(high, 50)):g}"


def text_field(*, label: str, name: str, most: int, long: bool = False, **rest: Any) -> forms.CharField:  # noqa: ANN401 - Django's own
    """Return a field for text of at most ``most`` characters."""
    subject = name[0].upper() + name[1:]
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput(),
        error_messages={
            "required": f"Enter {name}",
            "max_length": f"{subject} must be {most} characters or less",
        },
        **rest,
    )


def choice_field(*, label: str, name: str, options: list[tuple[str, str]], **rest: Any) -> forms.ChoiceField:  # noqa: ANN401 - Django's own
    """Return radio buttons; where nothing need be chosen, the form says so itself."""
    return forms.ChoiceField(
        label=label,
        choices=options,
        widget=forms.RadioSelect(),
        error_messages={"required": f"Select {name}", "invalid_choice": f"Select {name}"},
        **rest,
    )


def several_field(
    *,
    label: str,
    name: str,
    options: list[tuple[str, str]],
    **rest: Any,  # noqa: ANN401 - Django's own
) -> forms.MultipleChoiceField:
    """Return tick boxes."""
    return forms.MultipleChoiceField(
        label=label,
        choices=options,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": f"Select {name}", "invalid_choice": f"Select {name}"},
        **rest,
    )


def yes_no_field(*, label: str, about: str, **rest: Any) -> forms.ChoiceField:  # noqa: ANN401 - Django's own
    """Return yes or no, neither chosen beforehand."""
    return choice_field(label=label, name=f"yes if {about}", options=[("yes", "Yes"), ("no", "No")], **rest)


def json_of(field: forms.Field, value: Any) -> Any:  # noqa: ANN401 - any field's value
    """Return a cleaned value as an order's JSON writes it; empty text is None."""
    if isinstance(field, DayField):
        return field.as_json(value)
    return None if value == "" else value


def initial_of(item: Mapping[str, Any], names: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Return what the fields of the same names show at first."""
    return {name: item[name] for name in names if item.get(name) is not None}
