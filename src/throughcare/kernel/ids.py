"""Ids are content hashes: the same facts always give the same id, on every machine and in every order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the one JSON text of a value: sorted keys, no spaces, NaN refused."""
    return _ENCODER.encode(value)


def content_hash(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def content_id(kind: str, *parts: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return ``kind-`` and the first 16 hex digits of the hash of the parts."""
    return f"{kind}-{content_hash([kind, *parts])[:16]}"


def chain_hashes(hashes: Iterable[str], *, root: str = "") -> tuple[str, ...]:
    """Return the running chain ``h[i] = sha256(h[i-1] + item[i])``: no item can be altered unseen."""
    chained: list[str] = []
    previous = root
    for item in hashes:
        previous = hashlib.sha256((previous + item).encode()).hexdigest()
        chained.append(previous)
    return tuple(chained)
