"""A delivery: what came in at once, parsed but not yet tied to anybody."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one request or message held.

    Parameters
    ----------
    delivery_id : str
        The sender's id of it or ours, at most 64 characters; it is shown beside what is refused and decides nothing.
    positions, readings : Positions, Readings
        Keyed by device or home unit. When they were received is when they are stored.
    rejects : tuple of Reject
        What the adapter could not use; ``key`` is the device, where that is known.
    """

    delivery_id: str
    positions: Positions = field(default_factory=Positions.empty)
    readings: Readings = field(default_factory=Readings.empty)
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a delivery: facts that are now durable (the repeated ones too), and records refused."""

    facts: int
    refused: int
