"""Forms about limited access and break-glass."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from throughcare.kernel.time import civil_us, local_datetime
from throughcare.service.access.vocabulary import PURPOSE_WORDS, REVIEW_WORDS, Purpose, ReviewOutcome
from throughcare.service.accounts.queries import case_workers
from throughcare.service.pages.times import DayField

ZONE = "Europe/London"


class LimitForm(forms.Form):
    """From when to when a limit holds, and what somebody who is stopped by it is told."""

    first_day = DayField(
        label="First day (optional)",
        name="the first day",
        required=False,
        help_text="Leave it empty to begin now.",
    )
    last_day = DayField(
        label="Last day (optional)",
        name="the last day",
        required=False,
        help_text="Leave it empty if the end is not known. You can end it at any time.",
    )
    message = forms.CharField(
        label="What to tell them (optional)",
        required=False,
        max_length=300,
        help_text="Shown to whoever tries to open the record in an emergency. Say whom to ask. Name nobody else.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now_us = now_us
        field = self.fields[self.who]
        assert isinstance(field, forms.ChoiceField), "declared below"
        field.choices = [(str(pk), name) for pk, name in case_workers(now_us=now_us)]

    who = ""

    def clean(self) -> dict[str, Any]:
        """Refuse days that are past or in the wrong order."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        today = local_datetime(self.now_us, ZONE).date()
        if first is not None and first < today:
            self.add_error("first_day", "The first day must be today or later")
        if last is not None and last < (first or today):
            self.add_error("last_day", "The last day must not be before the first day")
        return given

    def span(self) -> dict[str, Any]:
        """Return from when to when the limit holds, and its message."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return {
            "from_us": self.now_us if first is None else max(self.now_us, _midnight_us(first)),
            "to_us": None if last is None else _midnight_us(last + dt.timedelta(days=1)),
            "message": self.cleaned_data["message"],
        }


class ExclusionForm(LimitForm):
    """Who is barred."""

    who = "user"
    user = forms.ChoiceField(label="Who must not see this record?")
    field_order = ("user", "first_day", "last_day", "message")


class RestrictionForm(LimitForm):
    """Who alone may look."""

    who = "users"
    users = forms.MultipleChoiceField(
        label="Who may see this record?", widget=forms.CheckboxSelectMultiple, required=False
    )
    field_order = ("users", "first_day", "last_day", "message")


class EmergencyForm(forms.Form):
    """Whose record, and why now."""

    reference = forms.CharField(
        label="Reference of the person",
        max_length=64,
        help_text="The exact reference or number. You cannot search by name here.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    purpose = forms.ChoiceField(
        label="Why do you need it now?",
        choices=[(str(purpose), words) for purpose, words in PURPOSE_WORDS.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="What happened?",
        min_length=15,
        max_length=500,
        help_text="A senior reads it. Do not write the person's name.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def values(self) -> dict[str, Any]:
        """Return the purpose and the reason."""
        return {"purpose": Purpose(self.cleaned_data["purpose"]), "reason": self.cleaned_data["reason"]}


class ReviewForm(forms.Form):
    """What a senior makes of it."""

    outcome = forms.ChoiceField(
        label="Was it right to open this record?",
        choices=[(str(outcome), words) for outcome, words in REVIEW_WORDS.items()],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="Say what you looked at. Do not write the person's name.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def values(self) -> dict[str, Any]:
        """Return the outcome and why."""
        return {"outcome": ReviewOutcome(self.cleaned_data["outcome"]), "note": self.cleaned_data["note"]}


def _midnight_us(day: dt.date) -> int:
    return civil_us(day, dt.time(0), ZONE)
