"""Folding: items into presence segments, in one call for a whole history or step by step as items arrive.

Folding is sequential and exact: folding a prefix and then the rest gives the same marks, sums and segments as
folding the whole, bit for bit. That is what lets the live engine resume and the law tests hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring import kernels
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.items import Items
from throughcare.monitoring.membership import log_ratio_table
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.rules import Watch

_NO_TRACE_WHY = np.empty(0, np.int64)
_NO_TRACE = np.empty(0, np.float64)


@dataclass(frozen=True, eq=False)
class Carry:
    """A watch's whole state between two folds: ``marks`` (int64) and ``sums`` (float64), read-only."""

    marks: NDArray[np.int64]
    sums: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """What each item did, for the evidence: why code, the item's own log-odds, the log-odds after it."""

    why: NDArray[np.int64]
    own: NDArray[np.float64]
    after: NDArray[np.float64]


def start_carry(start_us: int) -> Carry:
    """Return the state of a watch that has seen nothing since ``start_us``."""
    return _freeze(kernels.new_marks(start_us), np.zeros(kernels.SUMS))


@cache
def settings_array(parameters: Parameters, kind: IncidentKind) -> NDArray[np.float64]:
    """Return the numbers that a kernel needs, in the columns that it names, read-only. Shape (23,)."""
    settings = np.zeros(kernels.SETTINGS)
    settings[kernels.S_RULE] = 1.0 if parameters.detector is Detector.TUNED_RULE else 0.0
    settings[kernels.S_DECORRELATION_US] = decorrelation_s(parameters, kind) * SECOND_US
    settings[kernels.S_MAX_WEIGHT] = parameters.max_weight
    settings[kernels.S_OPEN] = open_log_odds(parameters, kind)
    settings[kernels.S_CLOSE] = parameters.close_log_odds
    settings[kernels.S_CAP] = parameters.cap_log_odds
    settings[kernels.S_MISSED] = parameters.radio_missed_log_odds
    settings[kernels.S_POOR_LIMIT] = parameters.poor_source_share * open_log_odds(parameters, kind)
    settings[kernels.S_GAP_US] = parameters.gap_limit_s * SECOND_US
    settings[kernels.S_GATE_M] = parameters.rule_gate_m
    settings[kernels.S_RULE_DWELL_US] = parameters.rule_dwell_s * SECOND_US
    settings[kernels.S_RULE_MIN] = parameters.rule_min_fixes
    settings[kernels.S_SILENT_US] = parameters.tag_silent_s * SECOND_US
    settings[kernels.S_TAIL_M] = outliers(parameters, kind)[1]
    settings[kernels.S_FLOOR] = parameters.floor_log_odds
    settings[kernels.S_MISSED_ALONE] = parameters.radio_alone_log_odds
    settings[kernels.S_RADIO] = parameters.radio_log_odds
    settings[kernels.S_MISSED_BOUND] = parameters.radio_missed_bound_log_odds
    settings[kernels.S_HOLD] = parameters.hold_share * open_log_odds(parameters, kind)
    settings[kernels.S_MOVED_GAIN] = movement_gain(parameters, kind)
    settings[kernels.S_MOVED_ERRORS] = parameters.movement_errors
    settings[kernels.S_MOVED_SCALE_M] = parameters.movement_scale_m
    settings[kernels.S_COARSE_M] = parameters.poor_radius_m
    settings.flags.writeable = False
    return settings


def open_log_odds(parameters: Parameters, kind: IncidentKind) -> float:
    """Return the log-odds against compliance that open a violation of that kind."""
    is_zone = kind in (IncidentKind.ZONE_ENTRY, IncidentKind.ZONE_BUFFER, IncidentKind.ZONE_EXIT)
    return parameters.zone_open_log_odds if is_zone else parameters.open_log_odds


def decorrelation_s(parameters: Parameters, kind: IncidentKind) -> float:
    """Return the decorrelation time for that kind: at a home errors repeat longer than on the way."""
    at_home = kind is IncidentKind.CURFEW_ABSENCE
    return parameters.decorrelation_s if at_home else parameters.zone_decorrelation_s


def outliers(parameters: Parameters, kind: IncidentKind) -> tuple[float, float]:
    """Return the share of outliers and their scale in metres for that kind."""
    if kind is IncidentKind.CURFEW_ABSENCE:
        return parameters.outlier_share, parameters.outlier_scale_m
    return parameters.zone_outlier_share, parameters.zone_outlier_scale_m


def movement_gain(parameters: Parameters, kind: IncidentKind) -> float:
    """Return how much more a fix counts that moved: at a home, where errors repeat; the rule counts fixes alike."""
    moves = kind is IncidentKind.CURFEW_ABSENCE and parameters.detector is Detector.PROBABILISTIC
    return parameters.movement_gain if moves else 0.0


def fold(
    items: Items, watch: Watch, carry: Carry, *, parameters: Parameters
) -> tuple[Carry, tuple[Segment, ...]]:
    """Return the state after the items and the segments that they closed.

    Parameters
    ----------
    items : Items
        In canonical order, all after what ``carry`` has seen.
    """
    capacity = 16 + len(items) // 8
    while True:
        marks, sums = carry.marks.copy(), carry.sums.copy()
        out_i = np.empty((capacity, kernels.SEGMENT_INTS), np.int64)
        out_f = np.empty(capacity, np.float64)
        count = _run(items, watch, marks, sums, out_i, out_f, parameters)
        if count <= capacity:
            break
        capacity = count
    return _freeze(marks, sums), segments_from(out_i[:count], out_f[:count])


def trace(items: Items, watch: Watch, carry: Carry, *, parameters: Parameters) -> Trace:
    """Return what each item did to the watch's log-odds, by the same fold."""
    found = Trace(why=np.zeros(len(items), np.int64), own=np.zeros(len(items)), after=np.zeros(len(items)))
    marks, sums = carry.marks.copy(), carry.sums.copy()
    size = 16 + len(items)
    out_i, out_f = np.empty((size, kernels.SEGMENT_INTS), np.int64), np.empty(size, np.float64)
    _run(items, watch, marks, sums, out_i, out_f, parameters, found)
    return found


def open_tail(carry: Carry, *, now_us: int, parameters: Parameters) -> tuple[Segment, ...]:
    """Return the segment that is still open at ``now_us``, with an ``unknown`` after it where silence is long.

    Silence counts from the last evidence: the segment ends there and is not stretched over what nobody knows.
    """
    marks = carry.marks
    last = int(marks[kernels.LAST_ANY])
    current = segments_from(
        np.array([_columns(marks, end=0)], np.int64), np.array([carry.sums[kernels.PEAK]])
    )[0]
    silent = last != NO_TIME_US and now_us - last > parameters.gap_limit_s * SECOND_US
    if current.state is Presence.UNKNOWN or not silent:
        return (_with_end(current, None),)
    lost = last + kernels.REPORT_US  # the segment holds at least its last evidence
    return (_with_end(current, lost), Segment(lost, None, Presence.UNKNOWN, lost, lost, lost, 0, 0.5))


def segments_from(rows: NDArray[np.int64], peaks: NDArray[np.float64]) -> tuple[Segment, ...]:
    """Return segments from a kernel's output rows of shape (k, 7) and peaks of shape (k,)."""
    return tuple(
        Segment(
            start_us=row[0],
            end_us=row[1],
            state=Presence(row[2]),
            first_us=row[3],
            last_us=row[4],
            decided_us=row[5],
            evidence=row[6],
            confidence=probability(peak),
        )
        for row, peak in zip(rows.tolist(), peaks.tolist(), strict=True)
    )


def probability(log_odds: float) -> float:
    """Return the probability of log-odds, rounded to 4 places."""
    return round(1.0 / (1.0 + math.exp(-log_odds)), 4)


def _columns(marks: NDArray[np.int64], *, end: int) -> list[int]:
    return [
        int(marks[kernels.SEG_START]),
        end,
        int(marks[kernels.STATE]),
        int(marks[kernels.SEG_FIRST]),
        int(marks[kernels.SEG_LAST]),
        int(marks[kernels.SEG_DECIDED]),
        int(marks[kernels.SEG_COUNT]),
    ]


def _with_end(segment: Segment, end_us: int | None) -> Segment:
    return Segment(
        segment.start_us,
        end_us,
        segment.state,
        segment.first_us,
        segment.last_us,
        segment.decided_us,
        segment.evidence,
        segment.confidence,
    )


def _freeze(marks: NDArray[np.int64], sums: NDArray[np.float64]) -> Carry:
    marks.flags.writeable = False
    sums.flags.writeable = False
    return Carry(marks=marks, sums=sums)


def _run(
    items: Items,
    watch: Watch,
    marks: NDArray[np.int64],
    sums: NDArray[np.float64],
    out_i: NDArray[np.int64],
    out_f: NDArray[np.float64],
    parameters: Parameters,
    traced: Trace | None = None,
) -> int:
    told_us, told_kind = items.all_told if watch.radio or traced is not None else items.strap
    count = kernels.fold_watch(
        items.fixes.t_us,
        items.fixes.lat_deg,
        items.fixes.lon_deg,
        items.sigma_m,
        items.poor,
        told_us,
        told_kind,
        watch.area.origin,
        watch.area.shape,
        watch.radio,
        settings_array(parameters, watch.kind),
        log_ratio_table(outliers(parameters, watch.kind)[0]),
        marks,
        sums,
        out_i,
        out_f,
        _NO_TRACE_WHY if traced is None else traced.why,
        _NO_TRACE if traced is None else traced.own,
        _NO_TRACE if traced is None else traced.after,
    )
    return int(count)
