"""What a report is drawn from: plain frozen values that the runner fills. Nothing here computes a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from throughcare.kernel.time import Interval
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import AttendanceRecord, Incident, Measure
from throughcare.monitoring.presence import Segment
from throughcare.monitoring.status import Statuses


@dataclass(frozen=True, slots=True)
class PlaceView:
    """An area on the map.

    Parameters
    ----------
    label : str
        Shown as it is, escaped.
    kind : str
        ``home``, ``exclusion_zone``, ``inclusion_zone``, ``restriction_zone`` or ``attendance``.
    geometry : mapping
        A dumped :mod:`throughcare.orders.geometry` shape: Circle, Polygon or MultiPolygon, longitude first.
    buffer_m : float
        Width of the warning ring; 0 for none.
    condition_id : str or None
        The condition that the area belongs to.
    """

    label: str
    kind: str
    geometry: Mapping[str, Any]
    buffer_m: float = 0.0
    condition_id: str | None = None


@dataclass(frozen=True, slots=True)
class WindowView:
    """One scheduled span: a curfew night, the hours of a zone, an appointment."""

    condition_id: str
    kind: str  # curfew, exclusion_zone, inclusion_zone, restriction_zone, attendance
    interval: Interval
    label: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceView:
    """A span in which the wearer had leave: authorised_absence, reasonable_excuse, suspension, exemption."""

    kind: str
    interval: Interval
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationView:
    """One device on one person, with everything that was recorded and concluded about it.

    Parameters
    ----------
    monitored : Interval
        The part of the activation that the run covers and knows of; closed. Nothing is drawn beyond it.
    condition_words : tuple of (condition_id, words)
        Each condition in plain words.
    fixes, statuses : Fixes, Statuses
        Of this activation only, in time order.
    segments : tuple of (condition_id, Segment)
    bundles : tuple of EvidenceBundle
        One an incident of this activation.
    chosen_nights : tuple of date
        Nights to draw in full although nothing happened; a night is named by the day it begins on.

    Raises
    ------
    ValueError
        If ``monitored`` is open-ended.
    """

    activation_id: str
    wearer_ref: str
    order_id: str
    order_version: int
    time_zone: str
    monitored: Interval
    condition_words: tuple[tuple[str, str], ...]
    places: tuple[PlaceView, ...]
    windows: tuple[WindowView, ...]
    fixes: Fixes
    statuses: Statuses
    segments: tuple[tuple[str, Segment], ...] = ()
    bundles: tuple[EvidenceBundle, ...] = ()
    allowances: tuple[AllowanceView, ...] = ()
    chosen_nights: tuple[dt.date, ...] = ()

    def __post_init__(self) -> None:
        if self.monitored.end_us is None:
            raise ValueError("monitored must be closed: a report covers a stated time")

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents, in time order."""
        found = (bundle.incident for bundle in self.bundles)
        return tuple(sorted(found, key=lambda i: (i.start_us, i.incident_id)))


@dataclass(frozen=True, slots=True)
class RunView:
    """One monitoring run.

    Parameters
    ----------
    generated_us, known_at_us : int, UTC microseconds
        When the run was made, and up to when facts were known to it. Given, never read from a clock here.
    reject_counts : mapping
        Records that could not be used, counted by reason.
    notes : tuple of str
        What a reader must know about this run.
    """

    title: str
    generated_us: int
    known_at_us: int
    code_version: str
    activations: tuple[ActivationView, ...]
    incidents: tuple[Incident, ...] = ()
    attendance: tuple[AttendanceRecord, ...] = ()
    measures: tuple[Measure, ...] = ()
    reject_counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
