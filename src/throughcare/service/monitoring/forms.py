"""Forms about devices and gateways."""

from __future__ import annotations

from typing import Any

from django import forms

from throughcare.adapters.devices.registry import KINDS
from throughcare.service.monitoring.inbox import LONGEST_ID

MOST_A_MINUTE = 1_000_000


class LimitForm(forms.Form):
    """How much a device may deliver."""

    facts_per_minute = forms.IntegerField(
        label="Facts a minute at most (optional)",
        required=False,
        min_value=1,
        max_value=MOST_A_MINUTE,
        help_text="Leave it empty for the service's own limit. A gateway has none of its own then.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class NewDeviceForm(LimitForm):
    """A device or gateway that shall deliver."""

    device_id = forms.CharField(
        label="Number or name",
        max_length=LONGEST_ID,
        help_text="For a device exactly what it calls itself, such as its IMEI.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label="What it is",
        choices=[
            ("device", "A device, which delivers for itself"),
            ("gateway", "A gateway, which delivers for any device"),
        ],
        widget=forms.RadioSelect,
    )
    vendor = forms.ChoiceField(
        label="Protocol (optional)",
        required=False,
        choices=[("", "Not said"), *((name, name) for name in KINDS)],
    )
    field_order = ("device_id", "kind", "vendor", "facts_per_minute")

    def clean_device_id(self) -> str:
        """Refuse what no device can be called in a delivery."""
        name = str(self.cleaned_data["device_id"])
        if not name.isprintable():
            raise forms.ValidationError("Use characters that can be printed")
        return name

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        return {
            "device_id": given["device_id"],
            "is_gateway": given["kind"] == "gateway",
            "vendor": given["vendor"],
            "facts_per_minute": given["facts_per_minute"],
        }


class KeyForm(forms.Form):
    """When the former key ends."""

    ends = forms.ChoiceField(
        label="The key that it has now",
        choices=[
            ("tomorrow", "Stays good for a day, so that the device can be changed over"),
            ("now", "Ends at once: somebody else may have it"),
        ],
        widget=forms.RadioSelect,
    )
