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
    attributes: dict[str, Any] = {"class": f"{name} {field.field.widget.attrs.get('class', '')}".strip()}
    if getattr(
        field.field.widget, "in_fieldset", False
    ):  # the fieldset is described, and the boxes are marked
        marked: dict[str, Any] = {"faulty": _faulty(field)}
        return str(field.as_widget(attrs=marked))
    if described:
        attributes["aria-describedby"] = described
    return str(field.as_widget(attrs=attributes))


@register.filter
def error_target(field: BoundField) -> str:
    """Return the id of the box that an error of the field leads to: the first that is at fault; never a hidden one."""
    shown = field.form.visible_fields()
    if field.is_hidden and shown:
        return error_target(shown[0])
    faulty = _faulty(field)
    return f"{field.auto_id}_{faulty[0]}" if faulty else str(field.id_for_label or field.auto_id)


def _faulty(field: BoundField) -> tuple[int, ...]:
    """Return which boxes of a field of several are at fault; all, where an error does not say."""
    boxes = getattr(field.field.widget, "boxes", 0)
    if not field.errors or not boxes:
        return ()
    error = field.errors.as_data()[0]
    return tuple((error.params or {}).get("parts", range(boxes)))
