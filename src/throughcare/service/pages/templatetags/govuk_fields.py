"""One form field as a GOV.UK form group. Widgets keep their own HTML; this adds the classes and the frame."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "govuk-textarea"),
    (forms.Select, "govuk-select"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.TextInput, "govuk-input"),
)


@register.inclusion_tag("pages/forms/group.html")
def govuk_field(field: BoundField) -> dict[str, Any]:
    """Return what the form group's template needs: its frame, its error state, the control."""
    widget = field.field.widget
    described = " ".join(
        part
        for part in (
            _id(field, "hint") if field.help_text else "",
            _id(field, "error") if field.errors else "",
        )
        if part
    )
    several = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    control = "" if several or isinstance(widget, forms.CheckboxInput) else _control(field, described)
    return {
        "field": field,
        "control": control,
        "several": several,
        "radios": isinstance(widget, forms.RadioSelect),
        "grouped": getattr(widget, "in_fieldset", False),
        "single": isinstance(widget, forms.CheckboxInput),
        "hint_id": _id(field, "hint"),
        "error_id": _id(field, "error"),
        "described_by": described,
    }


def _id(field: BoundField, part: str) -> str:
    return f"{field.auto_id}-{part}"


def _control(field: BoundField, described: str) -> str:
    name = next((name for kind, name in _CLASSES if isinstance(field.field.widget, kind)), "govuk-input")
    if field.errors:
        name += f" {name}--error"
    attributes: dict[str, str | bool] = {
        "class": f"{name} {field.field.widget.attrs.get('class', '')}".strip()
    }
    if described:
        attributes["aria-describedby"] = described
    return str(field.as_widget(attrs=attributes))
