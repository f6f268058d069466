"""Who may deliver: devices and gateways, their keys, their limits. A key is shown once; only its hash is kept.

A key is ``tck_<number>_<64 hex digits>``. It holds 256 random bits, so that one round of SHA-256 keeps it as safe
as a slow hash would, at thousands of checks a second.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F

from throughcare.kernel.time import DAY_US
from throughcare.service.audit.actions import record
from throughcare.service.monitoring.models import Device
from throughcare.service.viewer import Viewer

OVERLAP_US = DAY_US  # how long the former key stays good after a change
_KEY = re.compile(r"tck_([0-9]{1,15})_([0-9a-f]{64})", re.ASCII)


class NoDevice(Exception):
    """There is no such device, or one of that name is there already."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who delivers: a device for itself, a gateway for any device."""

    device_id: str
    is_gateway: bool = False
    vendor: str = ""
    facts_per_minute: int | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device or gateway as its page shows it."""

    number: int
    device_id: str
    vendor: str
    is_gateway: bool
    facts_per_minute: int | None
    added_us: int
    disabled_us: int | None
    former_until_us: int


def sender_of(key: str, *, now_us: int) -> Sender | None:
    """Return whose key it is; None where it is nobody's. One that was disabled is told as such."""
    parts = _KEY.fullmatch(key)
    row = Device.objects.filter(pk=int(parts[1])).first() if parts else None
    if parts is None or row is None:
        return None
    given = _hash(parts[2])
    good = hmac.compare_digest(given, row.secret_hash)
    former = now_us < row.former_until_us and hmac.compare_digest(given, row.former_hash)
    return _sender(row) if good or former else None


def sender_named(device_id: str) -> Sender:
    """Return a device that somebody else has let in, such as the broker; without a row it has no limit of its own."""
    row = Device.objects.filter(device_id=device_id).first() if _storable(device_id) else None
    return Sender(device_id) if row is None else _sender(row)


def _storable(text: str) -> bool:
    """Return whether a database can be asked about a text: PostgreSQL takes no NUL, and no half characters."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def senders_named(device_ids: set[str]) -> dict[str, Sender]:
    """Return those of the devices that have a row, with one question for each thousand."""
    listed = sorted(filter(_storable, device_ids))
    parts = (listed[first : first + 1000] for first in range(0, len(listed), 1000))
    return {
        row.device_id: _sender(row) for part in parts for row in Device.objects.filter(device_id__in=part)
    }


def _sender(row: Device) -> Sender:
    return Sender(
        row.device_id, row.is_gateway, row.vendor, row.facts_per_minute, row.disabled_us is not None
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def devices(*, containing: str = "", limit: int = 500) -> list[DeviceView]:
    """Return devices and gateways by name, or those whose name contains a text."""
    rows = Device.objects.filter(device_id__icontains=containing).order_by("-is_gateway", "device_id")
    return [_view(row) for row in rows[:limit]]


def device(number: int) -> DeviceView | None:
    """Return one device or gateway."""
    row = Device.objects.filter(pk=number).first()
    return None if row is None else _view(row)


def _view(row: Device) -> DeviceView:
    return DeviceView(
        number=row.pk,
        device_id=row.device_id,
        vendor=row.vendor,
        is_gateway=row.is_gateway,
        facts_per_minute=row.facts_per_minute,
        added_us=row.added_us,
        disabled_us=row.disabled_us,
        former_until_us=row.former_until_us,
    )


@transaction.atomic
def add_device(
    *,
    by: Viewer,
    now_us: int,
    device_id: str,
    is_gateway: bool,
    vendor: str = "",
    facts_per_minute: int | None = None,
) -> tuple[int, str]:
    """Let a device or gateway deliver; return its number and its key, which is told this once.

    Raises
    ------
    NoDevice
        If the name is taken.
    """
    row, made = Device.objects.get_or_create(
        device_id=device_id,
        defaults={
            "is_gateway": is_gateway,
            "vendor": vendor,
            "facts_per_minute": facts_per_minute,
            "added_us": now_us,
        },
    )
    if not made:
        raise NoDevice
    detail = {"gateway": is_gateway, "vendor": vendor, "facts_per_minute": facts_per_minute}
    record(viewer=by, action="device_added", subject=f"device:{row.pk}", at_us=now_us, detail=detail)
    return row.pk, _new_key(row.pk)


@transaction.atomic
def change_key(*, by: Viewer, now_us: int, number: int, at_once: bool) -> str:
    """Give a device a new key, told this once; the former one stays good for a day, unless it must end at once.

    Raises
    ------
    NoDevice
        If there is no such device.
    """
    until_us = now_us if at_once else now_us + OVERLAP_US
    changed = Device.objects.filter(pk=number).update(former_hash=F("secret_hash"), former_until_us=until_us)
    if not changed:
        raise NoDevice
    detail = {"former_until_us": until_us}
    record(viewer=by, action="device_key_changed", subject=f"device:{number}", at_us=now_us, detail=detail)
    return _new_key(number)


def _new_key(number: int) -> str:
    secret: str = settings.NEW_TOKEN(32)
    Device.objects.filter(pk=number).update(secret_hash=_hash(secret))
    return f"tck_{number}_{secret}"


@transaction.atomic
def set_disabled(*, by: Viewer, now_us: int, number: int, disabled: bool) -> None:
    """Refuse what a device delivers from now on, or take it again; twice is once.

    Raises
    ------
    NoDevice
        If there is no such device.
    """
    rows = Device.objects.filter(pk=number)
    if not rows.exists():
        raise NoDevice
    if rows.filter(disabled_us__isnull=disabled).update(disabled_us=now_us if disabled else None):
        action = "device_disabled" if disabled else "device_enabled"
        record(viewer=by, action=action, subject=f"device:{number}", at_us=now_us)


@transaction.atomic
def set_limit(*, by: Viewer, now_us: int, number: int, facts_per_minute: int | None) -> None:
    """Set how many facts a minute a device may deliver; None for what the setting says.

    Raises
    ------
    NoDevice
        If there is no such device.
    """
    if not Device.objects.filter(pk=number).update(facts_per_minute=facts_per_minute):
        raise NoDevice
    detail = {"facts_per_minute": facts_per_minute}
    record(viewer=by, action="device_limit_set", subject=f"device:{number}", at_us=now_us, detail=detail)
