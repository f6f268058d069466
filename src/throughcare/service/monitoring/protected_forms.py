"""Forms about protected persons' devices."""

from __future__ import annotations

from typing import Any

from django import forms

from throughcare.kernel.time import DAY_US
from throughcare.service.monitoring.inbox import LONGEST_ID
from throughcare.service.pages.times import MomentField

AHEAD_US = 31 * DAY_US


class GiveForm(forms.Form):
    """Which device, of whom, from when."""

    protected_ref = forms.RegexField(
        regex=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
        label="Reference of the protected person",
        help_text="The opaque reference that orders use. Never a name, an address or a phone number.",
        error_messages={
            "required": "Enter the reference of the protected person",
            "invalid": "The reference must be letters, digits and . _ : - only, 64 characters or less",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    device_id = forms.CharField(
        label="Number of the device",
        max_length=LONGEST_ID,
        help_text="Exactly what the device calls itself, such as its IMEI.",
        error_messages={"required": "Enter the number of the device"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    from_us = MomentField(
        label="With the protected person since",
        name="since when the device is with the protected person",
        help_text="What it said before that is not theirs.",
    )

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now_us = now_us

    def clean_device_id(self) -> str:
        """Refuse what no device can be called in a delivery."""
        name = str(self.cleaned_data["device_id"])
        if not name.isprintable():
            raise forms.ValidationError("Use characters that can be printed")
        return name

    def clean_from_us(self) -> int:
        """Refuse a time so far ahead that it must be a slip."""
        from_us: int = self.cleaned_data["from_us"]
        if from_us > self.now_us + AHEAD_US:
            raise forms.ValidationError("The time must be within a month from now")
        return from_us


class TakeBackForm(forms.Form):
    """Until when the device was with them."""

    at_us = MomentField(
        label="With the protected person until",
        name="until when the device was with the protected person",
        help_text="What it says from then on is not theirs.",
    )

    def __init__(self, *args: Any, now_us: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.now_us = now_us

    def clean_at_us(self) -> int:
        """Refuse an end that has not come: it could not be corrected."""
        at_us: int = self.cleaned_data["at_us"]
        if at_us > self.now_us:
            raise forms.ValidationError("The time must not be in the future")
        return at_us
