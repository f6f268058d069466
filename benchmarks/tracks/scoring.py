"""Scoring: what was reported against what was true, visit by visit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.tracks.places import Floats
from benchmarks.tracks.truth import LONGEST_GAP_S, MERGE_S, Visit, joined, longest_gap_s
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.incidents import Incident

SLACK_S = 120.0
LENGTHS_S = (0.0, 60.0, 180.0, 360.0, 900.0, 1e9)
LENGTH_NAMES = ("under 1 min", "1-3 min", "3-6 min", "6-15 min", "over 15 min")


@dataclass(frozen=True)
class Outcome:
    """What became of one true visit; ``visit`` None: of an incident that no visit explains.

    ``incidents`` are those that overlap the visit: more than one where silence cut it. ``own_fixes`` counts the
    device's own fixes inside the visit that claim 100 m or better; ``judged`` is False where the others saw too
    little to say that an unexplained incident is false.
    """

    device: str
    visit: Visit | None
    incidents: tuple[Incident, ...]
    own_fixes: int = 0
    judged: bool = True

    @property
    def found(self) -> bool:
        """Whether a true visit was reported."""
        return self.visit is not None and bool(self.incidents)

    @property
    def false(self) -> bool:
        """Whether it was reported and did not happen."""
        return self.visit is None and self.judged

    @property
    def blind(self) -> bool:
        """Whether a visit was missed by a device that saw nothing of it."""
        return self.visit is not None and not self.incidents and self.own_fixes == 0

    @property
    def timed(self) -> bool:
        """Whether it was found and its true times are known to a minute."""
        return self.found and self.visit is not None and self.visit.sure

    def delay_s(self) -> float:
        """Return the seconds from the true entry to the instant at which the facts sufficed."""
        assert self.visit is not None
        return self.incidents[0].detected_us / SECOND_US - self.visit.enter_s

    def enter_error_s(self) -> float:
        """Return reported less true entry, in seconds."""
        assert self.visit is not None
        return self.incidents[0].start_us / SECOND_US - self.visit.enter_s

    def leave_error_s(self) -> float:
        """Return reported less true exit, in seconds; NaN while the incident lasts."""
        assert self.visit is not None
        end_us = self.incidents[-1].end_us
        return float("nan") if end_us is None else end_us / SECOND_US - self.visit.leave_s

    def beyond_s(self) -> float:
        """Return how far the true time lies beyond the reported bounds, 0 where they hold it; NaN if cut up."""
        assert self.visit is not None
        if len(self.incidents) != 1:
            return float("nan")
        incident = self.incidents[0]
        doubt_s = (self.visit.enter_doubt_s + self.visit.leave_doubt_s) / 2
        true_s = self.visit.inside_s
        return max(0.0, incident.low_s - true_s - doubt_s, true_s - incident.high_s - doubt_s)


def match(
    device: str,
    truth: Sequence[Visit],
    incidents: Iterable[Incident],
    *,
    own_s: Floats,
    others_s: Floats,
    others_in_s: Floats,
    now_s: float,
) -> list[Outcome]:
    """Return an outcome for each true visit, and one for each incident that no visit explains.

    Parameters
    ----------
    own_s, others_s, others_in_s : arrays of instants in seconds
        The device's own usable fixes, those that the truth rests on, and those of them on the wrong side: an
        incident during which a witness was there too, if only once, is not called false.
    now_s : float
        The run's now: where an incident that lasts still ends.
    """
    found = sorted(incidents, key=lambda i: i.start_us)
    used: set[str] = set()
    outcomes: list[Outcome] = []
    for visit in joined(truth, gap_s=MERGE_S):
        fits = tuple(i for i in found if _overlaps(i, visit, now_s))
        used.update(i.incident_id for i in fits)
        own = int(((own_s >= visit.enter_s) & (own_s <= visit.leave_s)).sum())
        outcomes.append(Outcome(device, visit, fits, own))
    for incident in (i for i in found if i.incident_id not in used):
        start_s, stop_s = incident.start_us / SECOND_US, _stop_s(incident, now_s)
        during = int(((others_s >= start_s) & (others_s <= stop_s)).sum())
        seen_there = bool(((others_in_s >= start_s) & (others_in_s <= stop_s)).any())
        covered = during >= 3 and longest_gap_s(others_s, start_s, stop_s) < LONGEST_GAP_S
        outcomes.append(Outcome(device, None, (incident,), judged=covered and not seen_there))
    return outcomes


def _stop_s(incident: Incident, now_s: float) -> float:
    return now_s if incident.end_us is None else incident.end_us / SECOND_US


def _overlaps(incident: Incident, visit: Visit, now_s: float) -> bool:
    early = incident.start_us / SECOND_US < visit.leave_s + SLACK_S
    return early and _stop_s(incident, now_s) > visit.enter_s - SLACK_S


def length_name(visit: Visit) -> str:
    """Return the band of length that a visit's longest stretch belongs to."""
    return LENGTH_NAMES[int(np.searchsorted(LENGTHS_S, visit.longest_s, side="right")) - 1]


def percentiles(values: Iterable[float], *levels: float) -> list[float]:
    """Return percentiles of the finite values; NaN where there is none."""
    finite = [v for v in values if np.isfinite(v)]
    return [float(np.percentile(finite, level)) if finite else float("nan") for level in levels]
