"""What is taken out of refused records: they are shown to administrators, and a protected person's data stands apart."""

from __future__ import annotations

from collections.abc import Iterable

from throughcare.service.monitoring.models import Reject
from throughcare.service.victims.queries import spans_of_devices


def withheld(rejects: Iterable[Reject]) -> list[Reject]:
    """Return refused records; of a protected person's device without the device, and without what was sent."""
    listed = list(rejects)
    spans = spans_of_devices({row.device_id for row in listed})
    theirs = {span.device_id for span in spans}
    for row in listed:
        if row.device_id in theirs:
            row.device_id, row.raw, row.words = "", "", "A record of a protected person's device, withheld."
    return listed
