"""The log of who looked at lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from throughcare.service.audit.actions import record
from throughcare.service.viewer import Viewer


@transaction.atomic
def log_list(*, by: Viewer, now_us: int, page: str, refs: Sequence[str]) -> None:
    """Write that a list of people was shown, and whom it held, before it is rendered."""
    record(
        viewer=by,
        action="list_viewed",
        subject=f"page:{page}",
        at_us=now_us,
        detail={"refs": sorted(set(refs))},
    )
