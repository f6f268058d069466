"""What was monitored before the service knew of it: one activation, evaluated elsewhere by the same engine."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.kernel.time import Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses
from throughcare.runners.embedded import Step


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Past:
    """One activation up to an instant.

    Parameters
    ----------
    first_us, first_watched_us : int or None
        When anything was first heard of it, and when a position, radio or a reading by which a condition is watched;
        None for never.
    fixes, statuses : Fixes, Statuses
        Those that become rows of the database; earlier ones are in files of the archive.
    speakers : tuple of str
        Which device said each status: the tag or the home unit.
    step : Step
        What the engine made of every fact of it, from its beginning.
    """

    activation_id: str
    device_id: str
    order_id: str
    person_ref: str
    interval: Interval
    first_us: int | None
    first_watched_us: int | None
    fixes: Fixes
    statuses: Statuses
    speakers: tuple[str, ...]
    step: Step
