"""Form fields for what orders are made of: numbers with a unit, text, choices. Days and times: ``pages/times.py``.

The messages follow the grammar of the government's services: "Enter ...", "Select ...", "... must be a number".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from throughcare.service.pages.times import DayField


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
        return None if value is None else value.isoformat()
    return None if value == "" else value


def initial_of(item: Mapping[str, Any], names: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Return what the fields of the same names show at first."""
    return {name: item[name] for name in names if item.get(name) is not None}
