"""Forms in GOV.UK markup: Django's own rendering with this app's templates in front."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class GovukRenderer(TemplatesSetting):
    """Renders every form field as a GOV.UK form group: label, hint, error, control."""

    form_template_name = "pages/forms/form.html"
    field_template_name = "pages/forms/field.html"
