"""The form for a key."""

from __future__ import annotations

from django import forms

from throughcare.service.api.actions import LONGEST_DAYS
from throughcare.service.api.scopes import SCOPE_WORDS


class KeyForm(forms.Form):
    """What the key is for, what it may ask, for how long."""

    label = forms.CharField(
        label="What it is for",
        help_text="The system that uses it, such as “Court results feed”",
        max_length=100,
        error_messages={"required": "Enter what it is for"},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(str(scope), words) for scope, words in SCOPE_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select what it may do"},
    )
    days = forms.IntegerField(
        label="For how many days",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        error_messages={"required": "Enter for how many days", "invalid": "Enter a whole number of days"},
    )
