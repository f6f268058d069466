"""Forms about webhooks."""

from __future__ import annotations

from django import forms

from throughcare.service.outbox.vocabulary import EVENTS


class EndpointForm(forms.Form):
    """An address and what it is to be told of."""

    url = forms.CharField(
        label="Address that takes the notices",
        help_text="It begins with https://",
        max_length=500,
        error_messages={"required": "Enter the address that takes the notices"},
    )
    events = forms.MultipleChoiceField(
        label="What it is told of",
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select what it is told of"},
    )
