"""The forms of the desk, one question or a few on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from throughcare.orders.vocabulary import ExcuseReason
from throughcare.service.desk.vocabulary import (
    ASSESSMENT_WORDS,
    CHANNEL_WORDS,
    CONTACT_WORDS,
    DECISION_WORDS,
    Assessment,
    Channel,
    ContactOutcome,
    DecisionOutcome,
)
from throughcare.service.pages.times import MomentField

MOMENT_HINT = "For example, 27 3 2026 at 9am or 21:30"
EXCUSE_WORDS = {
    ExcuseReason.MEDICAL: "Treatment of the wearer or somebody who depends on them",
    ExcuseReason.WEDDING_OR_FUNERAL: "Wedding or funeral of a close relative",
    ExcuseReason.WORK_AT_SHORT_NOTICE: "Work at short notice",
    ExcuseReason.COURT_OR_APPOINTMENT: "Court or another appointment",
    ExcuseReason.EMERGENCY: "Emergency",
    ExcuseReason.OTHER: "Another reason",
}


def _choices(words: dict[Any, str]) -> list[tuple[str, str]]:
    return [(str(code), said) for code, said in words.items()]


def _words(
    label: str, *, hint: str = "", most: int = 1000, required: bool = True, rows: int = 3
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"Enter {label[0].lower()}{label[1:].partition(' (')[0]}"},
    )


class ItemForm(forms.Form):
    """A form that changes an item only if it is still as it was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class NoteForm(forms.Form):
    """A note."""

    words = _words("Note", hint="What a colleague needs to know. Name nobody else.")


class ContactForm(forms.Form):
    """One attempt to reach the person."""

    at_us = MomentField(label="When you tried", name="when you tried", help_text=MOMENT_HINT)
    channel = forms.ChoiceField(
        label="How you tried",
        choices=_choices(CHANNEL_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select how you tried"},
    )
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=_choices(CONTACT_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select what came of it"},
    )
    words = _words("What was said (optional)", hint="In their words where you can.", required=False)
    next_step = forms.CharField(label="What you do next (optional)", max_length=200, required=False)

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now_us = now_us
        self.fields["at_us"].initial = now_us

    def clean_at_us(self) -> int:
        """Refuse an attempt in the future."""
        at_us: int = self.cleaned_data["at_us"]
        if at_us > self.now_us:
            raise forms.ValidationError("When you tried must not be in the future")
        return at_us

    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        given = self.cleaned_data
        return {
            **given,
            "channel": Channel(given["channel"]),
            "outcome": ContactOutcome(given["outcome"]),
        }


class AssessForm(ItemForm):
    """What the incident was."""

    assessment = forms.ChoiceField(
        label="What was it?",
        choices=_choices(ASSESSMENT_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select what it was"},
    )
    words = _words("Why you say so")

    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        return {**self.cleaned_data, "assessment": Assessment(self.cleaned_data["assessment"])}


class SpanForm(ItemForm):
    """A time for which somebody accepts a reason."""

    from_us = MomentField(label="From", name="from when", help_text=MOMENT_HINT)
    to_us = MomentField(label="To", name="until when")

    def clean(self) -> dict[str, Any]:
        """Refuse times in the wrong order."""
        given = super().clean() or self.cleaned_data
        if given.get("from_us") and given.get("to_us") and given["to_us"] <= given["from_us"]:
            self.add_error("to_us", "The end must be after the beginning")
        return given


class AbsenceForm(SpanForm):
    """An absence that was authorised beforehand."""

    reason = _words("What was authorised, by whom and when", most=300)


class ExcuseForm(SpanForm):
    """An excuse that is accepted afterwards."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=_choices(EXCUSE_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select a reason"},
    )
    proof = _words("Proof", hint="What you saw, such as an appointment card or a letter.", most=500)

    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        return {**self.cleaned_data, "reason": ExcuseReason(self.cleaned_data["reason"])}


class HandOverForm(ItemForm):
    """To whom an item goes."""

    receiver = forms.ChoiceField(label="Hand over to", error_messages={"required": "Select who takes it"})
    words = _words("What they need to know")

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        people: dict[int, str],
        teams: list[tuple[int, str]],
        may_open: Callable[[int], bool],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.may_open = may_open
        field = self.fields["receiver"]
        assert isinstance(field, forms.ChoiceField), "declared above"
        field.choices = [
            ("", "Choose"),
            ("Teams", [(f"team:{key}", name) for key, name in teams]),
            ("People", [(f"user:{key}", name) for key, name in people.items()]),
        ]

    def clean_receiver(self) -> str:
        """Refuse a colleague who may not open the record: the item would be lost on them."""
        receiver: str = self.cleaned_data["receiver"]
        kind, key = receiver.split(":")
        if kind == "user" and not self.may_open(int(key)):
            raise forms.ValidationError("They may not open this record: choose somebody else or a team")
        return receiver

    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        kind, key = self.cleaned_data["receiver"].split(":")
        receiver = {"team_id": int(key)} if kind == "team" else {"user_id": int(key)}
        return {"revision": self.cleaned_data["revision"], "words": self.cleaned_data["words"], **receiver}


class ReasonForm(ItemForm):
    """Why somebody reopens an item, sends a decision back, or puts something on the desk."""

    words = _words("Why", most=500)


class DecisionForm(ItemForm):
    """What to do about non-compliance, and what else was weighed."""

    outcome = forms.ChoiceField(
        label="What do you propose?",
        choices=_choices(DECISION_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select what you propose"},
    )
    reason = _words("Reason", most=2000, rows=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for outcome, words in DECISION_WORDS.items():
            self.fields[f"why_not_{outcome}"] = _words(
                f"{words}: why not? (leave empty if you did not weigh it)", most=300, required=False, rows=2
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a decision for which nothing else was weighed."""
        given = super().clean() or self.cleaned_data
        if given.get("outcome") and not self.alternatives():
            self.add_error(None, "Weigh at least one other outcome, and say why you do not propose it")
        return given

    def alternatives(self) -> list[tuple[DecisionOutcome, str]]:
        """Return the other outcomes that were weighed, with why not."""
        chosen = self.cleaned_data.get("outcome")
        found = [(outcome, self.cleaned_data.get(f"why_not_{outcome}", "")) for outcome in DecisionOutcome]
        return [(outcome, why) for outcome, why in found if why.strip() and outcome != chosen]

    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        return {
            "revision": self.cleaned_data["revision"],
            "outcome": DecisionOutcome(self.cleaned_data["outcome"]),
            "alternatives": self.alternatives(),
            "reason": self.cleaned_data["reason"],
        }


class SignForm(ItemForm):
    """A second signature, on what was seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    confirmed = forms.BooleanField(
        label="I have read the evidence, what staff did and what else was weighed, and I agree",
        error_messages={"required": "Confirm that you have read it and agree"},
    )


class DiscloseForm(forms.Form):
    """Who receives a court pack."""

    recipient = forms.CharField(
        label="Who receives it",
        help_text="A court or an office, such as Invented Magistrates' Court. It is written into the log.",
        max_length=120,
        error_messages={"required": "Enter who receives it"},
    )
    file = forms.ChoiceField(
        label="File",
        choices=[("document", "The court pack (PDF)"), ("evidence", "The evidence beside it (JSON)")],
        widget=forms.RadioSelect,
        initial="document",
    )
