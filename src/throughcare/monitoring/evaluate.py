"""Evaluation: every incident rule over one scope."""

from __future__ import annotations

from throughcare.monitoring.alcohol import alcohol_incidents
from throughcare.monitoring.attendance import attendance
from throughcare.monitoring.contact import loss_of_contact
from throughcare.monitoring.curfew import curfew_incidents
from throughcare.monitoring.devices import device_incidents
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.zones import zone_incidents


def _attendance_incidents(scope: Scope) -> tuple[Incident, ...]:
    return attendance(scope)[1]


RULES = (
    curfew_incidents,
    zone_incidents,
    _attendance_incidents,
    alcohol_incidents,
    loss_of_contact,
    device_incidents,
)


def evaluate(scope: Scope) -> tuple[Incident, ...]:
    """Return every incident of an activation as known at ``scope.now_us``, by start and id."""
    if scope.interval is None:
        return ()
    found = [incident for rule in RULES for incident in rule(scope)]
    return tuple(sorted(found, key=lambda i: (i.start_us, i.incident_id)))
