"""Making, using and ending keys. A key is ``tca_<number>_<64 hex digits>``: 256 random bits, shown once."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection

from django.conf import settings
from django.db import transaction

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, MINUTE_US
from throughcare.service.api.models import ApiKey
from throughcare.service.api.scopes import ApiScope
from throughcare.service.audit.actions import record
from throughcare.service.viewer import Viewer

LONGEST_DAYS = 365
_KEY = re.compile(r"tca_([0-9]{1,15})_([0-9a-f]{64})", re.ASCII)
_NOTED_US = MINUTE_US  # the last use is noted once a minute, not at every question


@transaction.atomic
def make_key(*, by: Viewer, now_us: int, label: str, scopes: Collection[ApiScope], days: int) -> str:
    """Make a key and return it; it cannot be shown again.

    Raises
    ------
    RefusedInput
        If nothing is permitted, or it would be good for more than a year.
    """
    if not scopes or not 1 <= days <= LONGEST_DAYS:
        raise RefusedInput(
            where="API key",
            expected=f"at least one scope, and 1 to {LONGEST_DAYS} days",
            found=f"{len(scopes)} scopes and {days} days",
            action="Choose what it may ask and until when.",
        )
    secret = settings.NEW_TOKEN(32)
    row = ApiKey.objects.create(
        label=label,
        secret_hash=_hash(secret),
        scopes=sorted(scopes),
        created_by=by.actor,
        created_us=now_us,
        expires_us=now_us + days * DAY_US,
    )
    detail = {"scopes": row.scopes, "days": days}
    record(viewer=by, action="api_key_made", subject=f"key:{row.pk}", at_us=now_us, detail=detail)
    return f"tca_{row.pk}_{secret}"


@transaction.atomic
def revoke_key(*, by: Viewer, now_us: int, number: int) -> bool:
    """End a key at once; return whether there was one to end."""
    ended = ApiKey.objects.filter(pk=number, revoked_us__isnull=True).update(revoked_us=now_us)
    if ended:
        record(viewer=by, action="api_key_revoked", subject=f"key:{number}", at_us=now_us)
    return bool(ended)


def viewer_of_key(key: str, *, now_us: int) -> Viewer | None:
    """Return the viewer that a key is; None where it is nobody's, ended or too old."""
    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    row = ApiKey.objects.filter(pk=int(parts[1]), revoked_us__isnull=True, expires_us__gt=now_us).first()
    if row is None or not hmac.compare_digest(_hash(parts[2]), row.secret_hash):
        return None
    if row.last_used_us is None or now_us - row.last_used_us >= _NOTED_US:
        ApiKey.objects.filter(pk=row.pk).update(last_used_us=now_us)
    return Viewer(actor=f"key:{row.pk}", scopes=frozenset(row.scopes))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
