"""What can be told to other systems, and the rhythm in which it is tried again."""

from __future__ import annotations

from throughcare.kernel.time import HOUR_US, MINUTE_US

EVENTS = {
    "incident.opened": "An incident was opened",
    "incident.revised": "A later fact changed an incident",
    "incident.closed": "An incident ended",
    "incident.retracted": "An incident was taken back",
    "break_glass_used": "A record was opened in an emergency",
}
# after the first try; then it is given up and shown to the administrator
WAITS_US = (
    MINUTE_US,
    5 * MINUTE_US,
    15 * MINUTE_US,
    HOUR_US,
    3 * HOUR_US,
    6 * HOUR_US,
    12 * HOUR_US,
    24 * HOUR_US,
)
