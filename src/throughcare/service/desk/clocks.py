"""Escalation clocks: by when an item must be acknowledged, the person tried, a senior told. Data, and pure.

The table is docs/rules/desk-clocks.md, which is also its test. Times run from when the item came on the desk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.incidents import IncidentKind
from throughcare.service.desk.vocabulary import ClockStep


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long an item may wait, from when it came on the desk."""

    acknowledge_us: int
    contact_us: int
    senior_us: int


_AT_ONCE = Clocks(5 * MINUTE_US, 10 * MINUTE_US, 15 * MINUTE_US)
_SOON = Clocks(10 * MINUTE_US, 20 * MINUTE_US, 45 * MINUTE_US)
_SAME_SHIFT = Clocks(30 * MINUTE_US, HOUR_US, 4 * HOUR_US)
_SAME_DAY = Clocks(4 * HOUR_US, 8 * HOUR_US, 24 * HOUR_US)

CLOCKS: dict[IncidentKind, Clocks] = {
    IncidentKind.VICTIM_PROXIMITY: _AT_ONCE,
    IncidentKind.ZONE_ENTRY: _AT_ONCE,
    IncidentKind.VICTIM_PROXIMITY_WARNING: _AT_ONCE,
    IncidentKind.STRAP_TAMPER: _SOON,
    IncidentKind.CASE_TAMPER: _SOON,
    IncidentKind.CURFEW_ABSENCE: _SOON,
    IncidentKind.ZONE_EXIT: _SOON,
    IncidentKind.LOSS_OF_CONTACT: _SAME_SHIFT,
    IncidentKind.HOME_UNIT_MOVED: _SAME_SHIFT,
    IncidentKind.DRINKING_EVENT: _SAME_SHIFT,
    IncidentKind.ZONE_BUFFER: _SAME_SHIFT,
    IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED: _SAME_SHIFT,
    IncidentKind.ATTENDANCE_MISSED: _SAME_DAY,
    IncidentKind.HOME_UNIT_SILENT: _SAME_DAY,
    IncidentKind.BATTERY: _SAME_DAY,
    IncidentKind.HOME_UNIT_POWER: _SAME_DAY,
    IncidentKind.ATTENDANCE_LATE: _SAME_DAY,
    IncidentKind.DEVICE_FAULT: _SAME_DAY,
}


@dataclass(frozen=True, slots=True)
class Due:
    """What an item waits for next, and until when."""

    step: ClockStep
    at_us: int


def next_due(
    kind: IncidentKind,
    *,
    opened_us: int,
    acknowledged: bool,
    contacted: bool,
    run_out: Collection[ClockStep] = (),
) -> Due | None:
    """Return the first thing that is still to be done and whose clock has not run out; None where there is none.

    An item that was acknowledged and whose person was tried needs no senior by the clock.

    Parameters
    ----------
    kind : IncidentKind
        The gravest of the merged incidents.
    run_out : collection of ClockStep
        Clocks that ran out before: each is told once.
    """
    clocks = CLOCKS[kind]
    waiting = [
        Due(ClockStep.ACKNOWLEDGE, opened_us + clocks.acknowledge_us) if not acknowledged else None,
        Due(ClockStep.CONTACT, opened_us + clocks.contact_us) if not contacted else None,
        Due(ClockStep.SENIOR, opened_us + clocks.senior_us) if not (acknowledged and contacted) else None,
    ]
    due = [one for one in waiting if one is not None and one.step not in run_out]
    return min(due, key=lambda one: one.at_us, default=None)
