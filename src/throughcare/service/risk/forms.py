"""Forms of an assessment: the own view, a page of questions, purpose, decision, dispute, review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from throughcare.kernel.time import local_datetime
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Source
from throughcare.risk.items import Choices, Day, Item, Whole
from throughcare.service.casework.forms import PlainForm
from throughcare.service.pages.times import DAY_HINT, ZONE, DayField
from throughcare.service.risk.grouping import ASKED, Group
from throughcare.service.risk.scoring import Levels, Recorded, step_of, text_of
from throughcare.service.risk.suggesting import Suggestion
from throughcare.service.risk.vocabulary import (
    LEVEL_WORDS,
    PURPOSE_WORDS,
    QUESTION_WORDS,
    REASON_WORDS,
    SOURCE_WORDS,
    Level,
    OverrideReason,
    Purpose,
    Question,
)

NOT_KNOWN = "Not known"
_SHORT = 6  # so many choices are shown as buttons; more go into a list


def _choices(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(key), said) for key, said in words.items()]


def _level(question: Question, label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=_choices(LEVEL_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": f"Select a level for {QUESTION_WORDS[question].lower()}"},
    )


def _words(label: str, required: str, *, hint: str = "", most: int = 2000) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": required},
    )


class ViewForm(PlainForm):
    """The officer's own view, before any score."""

    reoffending = _level(Question.REOFFENDING, "How likely is any reoffending within two years?")
    reoffending_words = _words(
        "What makes you think so?",
        "Say what your view of reoffending rests on",
        hint="In your own words: what happened, how things are now, what protects.",
    )
    harm = _level(Question.HARM, "How likely is serious harm to somebody within two years?")
    harm_words = _words(
        "What makes you think so? Who may be harmed, and how?", "Say what your view of serious harm rests on"
    )

    def levels(self) -> dict[Question, Level]:
        """Return the level for each question."""
        return {question: Level(self.cleaned_data[question]) for question in Question}

    def said(self) -> dict[Question, str]:
        """Return the reasons for each question."""
        return {question: self.cleaned_data[f"{question}_words"] for question in Question}


class PurposeForm(PlainForm):
    """Why somebody needs to see a score."""

    purpose = forms.ChoiceField(
        label="Why do you need to see it?",
        choices=_choices(PURPOSE_WORDS),
        widget=forms.RadioSelect,
        help_text="It is written to the log with your name.",
        error_messages={"required": "Select why you need to see it"},
    )

    def chosen(self) -> Purpose:
        """Return the purpose."""
        return Purpose(self.cleaned_data["purpose"])


class GroupForm(PlainForm):
    """One page of questions: for each item its answer, where it comes from and when that was recorded.

    Parameters
    ----------
    known : mapping
        The answers on record, by item.
    suggested : mapping
        What is known beside each question.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        group: Group,
        known: Mapping[str, Recorded],
        suggested: Mapping[str, Suggestion],
        **kwargs: Any,  # noqa: ANN401 - Django's
    ) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.suggested = suggested
        today = local_datetime(self.now_us, ZONE).date()
        for item in group.items:
            row, hint = known.get(item.name), suggested.get(item.name)
            fills = row is None and hint is not None and hint.fills
            value = row.value if row is not None else hint.value if fills and hint is not None else ""
            source = row.source if row is not None else "system" if fills else "officer"
            on = row.recorded_on if row is not None else today
            self.fields[item.name] = _answer_field(item)
            self.fields[f"{item.name}-source"] = forms.ChoiceField(
                label=f"Source: {item.label}", choices=_choices(SOURCE_WORDS), required=False
            )
            self.fields[f"{item.name}-on"] = DayField(
                label=f"Day on which it was recorded or checked: {item.label}", name="the day", required=False,
                help_text=DAY_HINT,
            )  # fmt: skip
            self.initial[item.name] = value
            self.initial[f"{item.name}-source"] = source
            self.initial[f"{item.name}-on"] = "" if on is None else on.isoformat()

    def rows(self) -> list[dict[str, Any]]:
        """Return the questions as the page lists them."""
        return [
            {
                "item": item,
                "answer": self[item.name],
                "source": self[f"{item.name}-source"],
                "on": self[f"{item.name}-on"],
                "hint": self.suggested.get(item.name),
                "hint_words": self._hint_words(item),
                "source_words": SOURCE_WORDS.get(str(self[f"{item.name}-source"].value() or ""), ""),
                "open": bool(self.errors.get(f"{item.name}-source") or self.errors.get(f"{item.name}-on")),
            }
            for item in self.group.items
        ]

    def _hint_words(self, item: Item) -> str:
        """Return the suggested answer in words; empty where it stands in the box already, or there is none."""
        hint = self.suggested.get(item.name)
        if hint is None or not hint.value or hint.fills:
            return ""
        return item.domain.words(item.domain.read(hint.value))

    def clean(self) -> dict[str, Any]:
        """Read each answer as its question takes it; refuse a day to come."""
        given = super().clean() or self.cleaned_data
        today = local_datetime(self.now_us, ZONE).date()
        for item in self.group.items:
            try:
                self._read(item, given)
            except Problem as problem:
                self.add_error(item.name, f"{item.label.capitalize()}: enter {problem.expected}")
            on = given.get(f"{item.name}-on")
            if on is not None and on > today:
                self.add_error(f"{item.name}-on", "The day must not be in the future")
        return given

    def _read(self, item: Item, given: dict[str, Any]) -> None:
        value = given.get(item.name)
        given[item.name] = "" if value in {None, ""} else text_of(item.domain.read(value))

    def given(self) -> list[Recorded]:
        """Return what was answered, with the facts that were beside each question."""
        found = self.cleaned_data
        return [
            Recorded(
                item.name,
                found[item.name],
                found.get(f"{item.name}-source") or str(Source.NOT_STATED),
                found.get(f"{item.name}-on"),
                shown=self.suggested[item.name].facts if item.name in self.suggested else (),
            )
            for item in self.group.items
        ]


def _answer_field(item: Item) -> forms.Field:
    """Return the field for one question; it may always stay unanswered."""
    domain = item.domain
    if isinstance(domain, Day):
        return DayField(label=item.question, name="the day", required=False, help_text=DAY_HINT)
    if isinstance(domain, Whole):
        return forms.CharField(
            label=item.question, required=False, max_length=6, help_text=f"A whole number of {domain.unit}",
            widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        )  # fmt: skip
    if isinstance(domain, Choices):
        choices = [(option.value, option.words.capitalize()) for option in domain.options]
    else:
        choices = [("no", "No"), ("yes", "Yes")]
    if len(choices) > _SHORT:
        return forms.ChoiceField(label=item.question, choices=[("", NOT_KNOWN), *choices], required=False)
    return forms.ChoiceField(
        label=item.question, choices=[*choices, ("", NOT_KNOWN)], required=False, widget=forms.RadioSelect
    )


class DecisionForm(PlainForm):
    """The decided levels, and why where they depart from the score."""

    reoffending = _level(Question.REOFFENDING, "Any reoffending within two years: what do you decide?")
    harm = _level(Question.HARM, "Serious harm within two years: what do you decide?")
    reasons = forms.MultipleChoiceField(
        label="Why do you depart from the score?",
        help_text="Only where a level that you decide is not the band of the score.",
        choices=_choices(REASON_WORDS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label="Reasons in your own words (needed where you depart from the score)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, bands: Mapping[Question, Levels], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.bands = bands

    def clean(self) -> dict[str, Any]:
        """Ask for reasons where a level departs from its band, or where there is no band to rest on."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        departs = any(step_of(Level(given[question]), band) for question, band in self.bands.items())
        unscored = not all(self.bands.values())
        if departs and not given["reasons"]:
            self.add_error("reasons", "Select why you depart from the score")
        if (departs or unscored) and not given["words"].strip():
            self.add_error("words", "Give your reasons in words")
        if not departs:
            given["reasons"] = []
        return given

    def levels(self) -> dict[Question, Level]:
        """Return the level for each question."""
        return {question: Level(self.cleaned_data[question]) for question in Question}

    def chosen(self) -> list[OverrideReason]:
        """Return the reasons."""
        return [OverrideReason(code) for code in self.cleaned_data["reasons"]]


class WordsForm(PlainForm):
    """A few words: why a decision is sent back, why an assessment stops."""

    words = _words("Why?", "Say why", most=500)


class DisputeForm(PlainForm):
    """What the person says is right, and what they say about it."""

    words = _words("What do they say? Which paper or person could show it?", "Say what they say", most=1000)

    def __init__(self, *args: Any, item: str, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.item = ASKED[item]
        field = _answer_field(self.item)
        field.label = f"What do they say is right? {self.item.question}"
        self.fields["claimed"] = field
        self.order_fields(["claimed", "words"])

    def clean(self) -> dict[str, Any]:
        """Read the claimed value as its question takes it."""
        given = super().clean() or self.cleaned_data
        value = given.get("claimed")
        if value in {None, ""}:
            self.errors.get("claimed") or self.add_error("claimed", "Enter what they say is right")
            return given
        try:
            given["claimed"] = text_of(self.item.domain.read(value))
        except Problem as problem:
            self.add_error("claimed", f"Enter {problem.expected}")
        return given


class ReviewForm(PlainForm):
    """Which value of a disputed fact is used."""

    use = forms.ChoiceField(
        label="Which value is used from now on?",
        choices=[("claimed", "The person's value"), ("recorded", "The recorded value")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select which value is used"},
    )
    words = _words("What did you check, and what did you find?", "Say what you checked", most=1000)


class OffenceForm(PlainForm):
    """Words or a code to look for in the published list of offences."""

    q = forms.CharField(label="Words or five digits", required=False, max_length=80)


def day_words(day: dt.date) -> str:
    """Return a day such as 9 March 2026."""
    return f"{day.day} {day:%B %Y}"
