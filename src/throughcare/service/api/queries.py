"""Questions about keys."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.service.api.models import ApiKey


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as its page shows it; never the key itself."""

    number: int
    label: str
    scopes: tuple[str, ...]
    created_us: int
    expires_us: int
    revoked_us: int | None
    last_used_us: int | None


def keys() -> list[KeyView]:
    """Return every key, the newest first."""
    return [
        KeyView(
            number=row.pk,
            label=row.label,
            scopes=tuple(row.scopes),
            created_us=row.created_us,
            expires_us=row.expires_us,
            revoked_us=row.revoked_us,
            last_used_us=row.last_used_us,
        )
        for row in ApiKey.objects.order_by("-pk")
    ]
