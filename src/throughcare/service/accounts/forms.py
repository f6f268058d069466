"""Forms about staff accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from throughcare.kernel.time import civil_day_interval, local_datetime
from throughcare.service.accounts.models import User
from throughcare.service.accounts.queries import teams
from throughcare.service.pages.times import DayField
from throughcare.service.roles import ROLE_WORDS, SCOPES, Role, Scope

ZONE = "Europe/London"
LONGEST_ROLE_DAYS = 366


class NewStaffForm(forms.Form):
    """Who a new account is for."""

    full_name = forms.CharField(
        label="Full name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    username = forms.RegexField(
        r"^[A-Za-z0-9._-]+$",
        label="User name",
        max_length=60,
        help_text="Letters, digits, dots and hyphens. They sign in with it.",
        error_messages={"invalid": "Use letters, digits, dots, underscores and hyphens only"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label="Work e-mail address (optional)",
        required=False,
        help_text="Needed only to sign in with your organisation's account.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        """Refuse a user name that somebody has, whatever its case."""
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Somebody has this user name already")
        return name

    def clean_email(self) -> str:
        """Refuse an address that somebody has: it must lead to one account."""
        email = str(self.cleaned_data["email"])
        if email and User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Somebody has this address already")
        return email


class RoleForm(forms.Form):
    """Which role, in which team, until when."""

    role = forms.ChoiceField(
        label="Role",
        choices=[(str(role), words) for role, words in ROLE_WORDS.items()],
        widget=forms.RadioSelect,
    )
    team = forms.ChoiceField(
        label="Team", required=False, help_text="For roles that work with a team's cases."
    )
    last_day = DayField(
        label="Last day",
        name="the last day",
        help_text="The role ends by itself at midnight after this day, a year from now at the latest.",
    )

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.today = local_datetime(now_us, ZONE).date()
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField), "declared above"
        field.choices = [("", "No team"), *((str(pk), words) for pk, words in teams())]

    def clean_last_day(self) -> dt.date:
        """Refuse a day that is past or more than a year away."""
        day: dt.date = self.cleaned_data["last_day"]
        if not self.today <= day <= self.today + dt.timedelta(days=LONGEST_ROLE_DAYS):
            raise forms.ValidationError("The last day must be today or within a year from now")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for a team where the role is bound to one, and for none where it is not."""
        given = super().clean() or self.cleaned_data
        if "role" in given:
            bound = SCOPES[Role(given["role"])] is Scope.TEAM
            if bound and not given.get("team"):
                self.add_error("team", "Choose the team: this role works with one team's cases")
            if not bound:
                given["team"] = ""
        return given

    def values(self) -> dict[str, Any]:
        """Return the role, the team's id and the instant at which the role ends."""
        given = self.cleaned_data
        return {
            "role": Role(given["role"]),
            "team_id": int(given["team"]) if given["team"] else None,
            "to_us": civil_day_interval(given["last_day"], given["last_day"], ZONE).stop_us,
        }


class FirstPasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters. Three words that do not belong together are easy to keep in mind.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse a password that is short, common or like the user's own name."""
        validate_password(self.cleaned_data["password"], self.user)
        return str(self.cleaned_data["password"])

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        given = super().clean() or self.cleaned_data
        if "password" in given and given["password"] != given.get("again"):
            self.add_error("again", "The two are not the same")
        return given
