"""The state of monitoring: per activation, the retained facts, where the fold stands, and what was told.

State is a value: ``advance`` returns a new one and changes nothing. An activation's state holds the canonical
facts after ``base_us`` (and the last of each kind before it, which say how things stood), each watch's fold at
``base_us`` and at its head, and the incidents that later facts may still change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import Carry
from throughcare.monitoring.presence import Segment
from throughcare.monitoring.status import Statuses

STATE_VERSION = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What was last told of an incident that may still change.

    ``end_us`` is when it ended, None while it lasts; ``stop_us`` the instant after which no fact can change
    it, None while it is open (it may be over and open, while a repeat would still belong to it). ``material`` is
    empty once it was retracted: should later facts bring it back, its revisions go on and no event id repeats.
    """

    incident_id: str
    kind: str
    code: str
    start_us: int
    end_us: int | None
    stop_us: int | None
    material: str
    revision: int

    @property
    def retracted(self) -> bool:
        """Whether the last telling took it back."""
        return not self.material


@dataclass(frozen=True, slots=True, eq=False)
class WatchState:
    """One watch's fold: at the base, at the head, and the segments closed since before the base.

    Parameters
    ----------
    base, head : Carry
        State of the fold before the retained items and after them.
    before : tuple of Segment
        Segments closed by the base that open windows still need.
    since : tuple of Segment
        Segments closed by the retained items.
    """

    base: Carry
    head: Carry
    before: tuple[Segment, ...]
    since: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ActivationState:
    """Everything retained of one activation.

    Parameters
    ----------
    settled_us : int
        Incidents that began up to here are final: no fact up to here is accepted any more.
    base_us : int
        Facts after it are whole; earlier than ``settled_us`` because causes look back.
    head_us : int
        Instant of the newest retained fact.
    quiet_until_us : int
        The first deadline after the head, as far as the rules were compiled; ``NO_TIME_US`` where that is not known. It
        follows from the rest and is not encoded: after decoding, the next advance evaluates every rule.
    """

    activation_id: str
    settled_us: int
    base_us: int
    head_us: int
    fixes: Fixes
    statuses: Statuses
    watches: Mapping[str, WatchState]
    told: Mapping[str, Told]
    quiet_until_us: int = NO_TIME_US


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The state of a shard: activations by id, and the rules and the instant of the last advance."""

    activations: Mapping[str, ActivationState] = field(default_factory=dict)
    rules_id: str = ""
    now_us: int = NO_TIME_US
