"""The chain: each entry's hash covers the entry and the hash before it, so that nothing changes unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from throughcare.kernel.ids import content_hash

FIRST_HASH = "0" * 64
COVERED = (
    "seq",
    "at_us",
    "actor",
    "action",
    "subject",
    "person_ref",
    "shown",
    "reason",
    "recipient",
    "detail",
)


def entry_hash(values: Mapping[str, Any], *, previous_hash: str) -> str:
    """Return the hash of one entry: a hex string of SHA-256 over its fields and the hash before it."""
    return content_hash([previous_hash, *(values[name] for name in COVERED)])
