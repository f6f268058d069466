"""Forms about people: each asks one thing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms

from throughcare.kernel.time import local_datetime
from throughcare.service.accounts.queries import holders, teams
from throughcare.service.pages.times import DayField
from throughcare.service.people.identifiers import (
    EXAMPLES,
    IDENTIFIER_WORDS,
    IdentifierKind,
    Known,
    WrongIdentifier,
    read_identifier,
)
from throughcare.service.people.vocabulary import (
    ACCESS_NEED_WORDS,
    CONTACT_KIND_WORDS,
    EQUALITY_FIELDS,
    LANGUAGES,
    NOT_SAID,
    NOT_SAID_WORDS,
    SEX_WORDS,
    AccessNeedKind,
    ContactKind,
    SafeHours,
    Sex,
)
from throughcare.service.roles import Permission

ZONE = "Europe/London"
OLDEST_YEARS = 120
_MOBILE = re.compile(r"07\d{9}")
_PHONE = re.compile(r"0\d{9,10}")
_NAME_ATTRS = {"autocomplete": "off", "spellcheck": "false"}


class PlainForm(forms.Form):
    """A form in this house's manner: no star, no colon, no browser bubbles; it knows the present."""

    use_required_attribute = False

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now_us = now_us
        self.arrange()

    def arrange(self) -> None:
        """Fit labels and choices to the house and the present; most forms have no choices to fit."""
        self.label_suffix = ""


def _choices(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(key), said) for key, said in words.items()]


def _text(label: str, *, most: int, missing: str = "", hint: str = "") -> forms.CharField:
    """Return a text field; one with a message for its absence must be filled in."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        help_text=hint,
        error_messages={"required": missing, "max_length": f"{label} must be {most} characters or less"},
        widget=forms.TextInput(attrs=_NAME_ATTRS),
    )


class NameForm(PlainForm):
    """What the person is called."""

    given_name = _text("First name", most=100, missing="Enter the first name")
    middle_names = _text("Middle names (optional)", most=200)
    family_name = _text("Family name", most=100, missing="Enter the family name")
    preferred_name = _text("What they like to be called (optional)", most=100, hint="Used on every page.")


class BornForm(PlainForm):
    """When the person was born."""

    date_of_birth = DayField(
        label="Date of birth", name="the date of birth", help_text="For example, 27 3 1990"
    )

    def clean_date_of_birth(self) -> dt.date:
        """Refuse a date in the future, or one that nobody alive was born on."""
        born: dt.date = self.cleaned_data["date_of_birth"]
        today = local_datetime(self.now_us, ZONE).date()
        if born >= today:
            raise forms.ValidationError("Date of birth must be in the past")
        if born.year < today.year - OLDEST_YEARS:
            raise forms.ValidationError("Check the year of birth")
        return born


class SexForm(PlainForm):
    """The sex on record."""

    sex = forms.ChoiceField(
        label="Sex",
        choices=_choices(SEX_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select the sex, or that it is not known"},
    )

    def clean_sex(self) -> Sex:
        """Return the choice."""
        return Sex(self.cleaned_data["sex"])


class NumbersForm(PlainForm):
    """By which numbers other systems know the person: one field a kind, each optional, but say so if there is none."""

    none_known = forms.BooleanField(
        label="No number is known yet", required=False, help_text="You can add one to the record later."
    )

    def arrange(self) -> None:
        """Put a field for each kind before the tick box."""
        super().arrange()
        box = self.fields.pop("none_known")
        for kind in IdentifierKind:
            hint = f"Such as {EXAMPLES[kind]}"
            self.fields[str(kind)] = _text(f"{IDENTIFIER_WORDS[kind]} (optional)", most=60, hint=hint)
        self.fields["none_known"] = box

    def clean(self) -> dict[str, Any]:
        """Read each number, and want at least one or the tick."""
        given = super().clean() or self.cleaned_data
        for kind in IdentifierKind:
            if given.get(str(kind)):
                try:
                    given[str(kind)] = read_identifier(kind, given[str(kind)]).value
                except WrongIdentifier as wrong:
                    self.add_error(str(kind), str(wrong))
        if not self.errors and not self.numbers() and not given.get("none_known"):
            self.add_error("none_known", "Enter a number, or select that none is known yet")
        return given

    def numbers(self) -> tuple[Known, ...]:
        """Return the numbers that were given."""
        given = self.cleaned_data
        return tuple(Known(kind, given[str(kind)]) for kind in IdentifierKind if given.get(str(kind)))


class NumberForm(PlainForm):
    """One more number."""

    kind = forms.ChoiceField(
        label="Which number is it?",
        choices=_choices(IDENTIFIER_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select which number it is"},
    )
    value = _text("Number", most=60, missing="Enter the number")

    def clean(self) -> dict[str, Any]:
        """Read the number as one of its kind."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") and given.get("value"):
            try:
                given["number"] = read_identifier(IdentifierKind(given["kind"]), given["value"])
            except WrongIdentifier as wrong:
                self.add_error("value", str(wrong))
        return given


class TeamForm(PlainForm):
    """Which team and which officer work with the person.

    Parameters
    ----------
    team_ids : frozenset of int or None
        The teams that may be chosen; None for all.
    """

    team = forms.ChoiceField(label="Team", error_messages={"required": "Select a team"})
    officer = forms.ChoiceField(
        label="Officer", required=False, help_text="Somebody of that team. You can leave it open."
    )

    def __init__(self, *args: Any, team_ids: frozenset[int] | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        self.team_ids = team_ids
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        """Offer the teams, and who does casework in them."""
        super().arrange()
        offered = [(pk, name) for pk, name in teams() if self.team_ids is None or pk in self.team_ids]
        officers = holders(Permission.PERSON_EDIT, now_us=self.now_us, team_ids=self.team_ids)
        chosen, officer = self.fields["team"], self.fields["officer"]
        assert isinstance(chosen, forms.ChoiceField), "declared above"
        assert isinstance(officer, forms.ChoiceField), "declared above"
        chosen.choices = [("", "Select a team"), *((str(pk), name) for pk, name in offered)]
        officer.choices = [("", "Nobody yet"), *((str(pk), name) for pk, name in officers.items())]

    def clean(self) -> dict[str, Any]:
        """Refuse an officer who does no casework in the team."""
        given = super().clean() or self.cleaned_data
        if given.get("team") and given.get("officer"):
            within = holders(
                Permission.PERSON_EDIT, now_us=self.now_us, team_ids=frozenset({int(given["team"])})
            )
            if int(given["officer"]) not in within:
                self.add_error("officer", "Select an officer of the team")
        return given

    def chosen(self) -> dict[str, int | None]:
        """Return the choice as the actions take it."""
        officer = self.cleaned_data["officer"]
        return {
            "team_id": int(self.cleaned_data["team"]),
            "officer_id": int(officer) if officer else None,
        }


class AliasForm(PlainForm):
    """Another name."""

    name = _text(
        "Other name",
        most=200,
        missing="Enter the other name",
        hint="A maiden name, a nickname, another spelling.",
    )


class ContactForm(PlainForm):
    """A way to reach the person, and when it is safe."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=_choices(CONTACT_KIND_WORDS),
        widget=forms.RadioSelect,
        error_messages={"required": "Select what it is"},
    )
    value = _text("Number or address", most=300, missing="Enter the number or address")
    label = _text("Whose it is, if not their own (optional)", most=100)
    safe_hours = forms.ChoiceField(
        label="When is it safe to use?",
        choices=[(str(hours), str(hours).capitalize()) for hours in SafeHours],
        widget=forms.RadioSelect,
        error_messages={"required": "Select when it is safe to use"},
    )
    consent = forms.BooleanField(
        label="They agreed that we use it for messages about their order", required=False
    )
    verified = forms.BooleanField(label="I have checked that it reaches them", required=False)

    def clean(self) -> dict[str, Any]:
        """Check that a number or address can be one of its kind; numbers lose their spaces."""
        given = super().clean() or self.cleaned_data
        kind, value = given.get("kind"), given.get("value", "")
        digits = re.sub(r"[\s()-]", "", value).replace("+44", "0")
        if kind == ContactKind.MOBILE and not _MOBILE.fullmatch(digits):
            self.add_error("value", "Mobile must begin with 07 and have 11 digits")
        elif kind == ContactKind.PHONE and not _PHONE.fullmatch(digits):
            self.add_error("value", "Phone must begin with 0 and have 10 or 11 digits")
        elif kind == ContactKind.EMAIL and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            self.add_error("value", "Email must look like name@example.com")
        elif kind in {ContactKind.MOBILE, ContactKind.PHONE}:
            given["value"] = digits
        return given

    def point(self) -> dict[str, Any]:
        """Return the contact point as the action takes it."""
        return self.cleaned_data | {"kind": ContactKind(self.cleaned_data["kind"])}


class LanguageForm(PlainForm):
    """In which language the service writes, and whether somebody must interpret."""

    language = forms.ChoiceField(
        label="Language of letters and messages",
        choices=_choices(LANGUAGES),
        widget=forms.RadioSelect,
        error_messages={"required": "Select a language"},
    )
    interpreter_language = _text(
        "Language of an interpreter (optional)", most=60, hint="Leave it empty if no interpreter is needed."
    )


class NeedsForm(PlainForm):
    """What the person needs so that they can take part."""

    kinds = forms.MultipleChoiceField(
        label="Which of these affect them?",
        choices=_choices(ACCESS_NEED_WORDS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Select all that do. Select none if there are none.",
    )
    note = forms.CharField(
        label="What helps (optional)",
        max_length=300,
        required=False,
        help_text="Such as large print, a ground floor room, or more time.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def needs(self) -> dict[str, Any]:
        """Return the needs as the action takes them; what helps stands beside the first."""
        kinds = [AccessNeedKind(kind) for kind in self.cleaned_data["kinds"]]
        note = self.cleaned_data["note"]
        return {"kinds": kinds, "notes": {str(kinds[0]): note} if kinds and note else {}}

    def clean(self) -> dict[str, Any]:
        """Refuse what helps without what it helps with."""
        given = super().clean() or self.cleaned_data
        if given.get("note") and not given.get("kinds"):
            self.add_error("kinds", "Select what it helps with")
        return given


class SafetyForm(PlainForm):
    """What somebody who visits must know."""

    note = forms.CharField(
        label="What must somebody who visits know to be safe?",
        max_length=500,
        required=False,
        help_text="Facts that a visitor needs. Field officers see it. Name no victim and no offence.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class EqualityForm(PlainForm):
    """Equality fields: every one may be left out, and none is shown again."""

    def arrange(self) -> None:
        """Put a field for each."""
        super().arrange()
        for name, (label, words) in EQUALITY_FIELDS.items():
            choices = [("", "Not asked"), *words.items(), (NOT_SAID, NOT_SAID_WORDS)]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)


class SearchForm(forms.Form):
    """Whom to find."""

    q = forms.CharField(
        label="Name, other name, reference or number",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={**_NAME_ATTRS, "type": "search"}),
    )
