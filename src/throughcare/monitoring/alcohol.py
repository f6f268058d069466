"""Alcohol: drinking events with their rise and fall, covered sensors, and days that are sober, not or unknown.

The rule, which ``docs/rules/monitoring-alcohol.md`` shows as tables:

* A reading is high at or above ``alcohol_threshold_pct`` under abstinence, above the order's own limit under a
  level. Readings while the strap is open or the sensor is covered say nothing.
* One high reading is no event: alcohol in the air or on the skin (hand gel, a spill, a perfume) shows as a
  single reading, or as a jump and a fall that no body makes.
* Drinking is two or more consecutive high readings that rose no faster than ``alcohol_rise_pct_per_h`` and
  then either fell no faster than ``alcohol_fall_pct_per_h`` or stayed high for ``alcohol_sustained_s``.
* Consecutive readings are at most two and a half reading intervals apart. Events closer than
  ``alcohol_merge_gap_s`` are one.
* A day is sober with readings for ``alcohol_day_coverage`` of it and no drinking. With fewer readings it is
  unknown, which is neither.

The numbers are a deployer's to set. The defaults are no validated criterion of any device.

References
----------
Threshold 0.02: the usual conservative criterion of transdermal monitoring (Roache et al. 2015, PMC4490934, who
show that it misses light drinking). Clearance from blood 0.010 to 0.025 g/100 ml an hour: Jones 2010, "Evidence-
based survey of the elimination rates of ethanol from blood", Forensic Science International 200. The greatest
rise and the time for which high readings must last are ours, and loose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import (
    FOREVER_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    Interval,
    civil_day_interval,
    intersect_intervals,
    iso_utc,
    local_datetime,
    subtract_intervals,
    total_us,
)
from throughcare.monitoring.drafting import certain_spell, draft, measure, still_told
from throughcare.monitoring.episodes import Episode, Mask, Run, between, merge_runs
from throughcare.monitoring.incidents import AlertCode, Allowed, Incident, IncidentKind, Measure, Spell
from throughcare.monitoring.known import statuses_of
from throughcare.monitoring.rules import ConditionRules
from throughcare.monitoring.scope import Scope, StatusRows
from throughcare.monitoring.status import StatusKind
from throughcare.orders.model import Alcohol

CONSECUTIVE_INTERVALS = 2.5  # one reading may be missed between two consecutive ones
COVERS_INTERVALS = 1.5  # a reading vouches for the time since the last, if that is no longer than this
# a convention, ordered and not calibrated: how many of the rise and the fall were seen
CONFIDENCE = (0.6, 0.8, 0.95)

_BLIND = (
    StatusKind.ALCOHOL_OBSTRUCTED,
    StatusKind.ALCOHOL_CLEAR,
    StatusKind.STRAP_OPEN,
    StatusKind.STRAP_CLOSED,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Readings:
    """Readings that speak for the wearer while the condition runs, and which of them are high."""

    t_us: Ints
    percent: Floats
    high: Mask


@dataclass(frozen=True, slots=True)
class _Event:
    """A confirmed drinking event; ``before_us`` and ``after_us`` are the readings that bound it."""

    start_us: int
    last_us: int
    end_us: int | None
    before_us: int
    after_us: int
    confirmed_us: int
    readings: int
    peak_percent: float
    rise: float | None
    fall: float | None
    natural_fall: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One condition's readings, the events in them, and the start of a stretch that may yet become one."""

    rules: ConditionRules
    condition: Alcohol
    asked: tuple[Interval, ...]
    readings: _Readings
    events: tuple[_Event, ...]
    undecided_us: int | None
    unconfirmed: int


def alcohol_incidents(scope: Scope) -> tuple[Incident, ...]:
    """Return the drinking events and the times in which the sensor was covered, by start."""
    worn = scope.interval
    if worn is None:
        return ()
    found: list[Incident] = []
    for judged in _judged(scope, worn):
        found += _drinking(scope, judged, worn)
        found += _covered(scope, judged.rules, worn)
    return tuple(sorted(found, key=lambda item: (item.start_us, item.incident_id)))


def alcohol_measures(scope: Scope) -> tuple[Measure, ...]:
    """Return reading coverage, sober, drinking and unknown days of every alcohol condition.

    They count from ``scope.whole_from_us`` where facts were cut. Days are civil days of the order's zone, those
    only in which the condition ran from midnight to midnight.
    """
    worn = scope.interval
    if worn is None:
        return ()
    return tuple(measure for judged in _judged(scope, worn) for measure in _measures(scope, judged, worn))


def _judged(scope: Scope, worn: Interval) -> Iterator[_Judged]:
    for rules in scope.rules.conditions:
        condition = rules.condition
        if not isinstance(condition, Alcohol):
            continue
        runs = rules.interval.intersect(scope.rules.interval)
        beforehand = [a.interval for a in rules.allowances if a.kind != "reasonable_excuse"]
        asked = () if runs is None else subtract_intervals([runs], beforehand)
        readings = _readings(scope, condition, asked, worn)
        yield _judge(scope, rules, condition, asked, readings, worn)


def _readings(scope: Scope, condition: Alcohol, asked: tuple[Interval, ...], worn: Interval) -> _Readings:
    told = statuses_of(scope, (StatusKind.ALCOHOL_READING, *_BLIND))
    blind = _between_kinds(scope, told, worn, StatusKind.ALCOHOL_OBSTRUCTED, StatusKind.ALCOHOL_CLEAR)
    blind += _between_kinds(scope, told, worn, StatusKind.STRAP_OPEN, StatusKind.STRAP_CLOSED)
    speaks = np.zeros(len(told.t_us), np.bool_)
    for piece in asked:
        speaks |= (told.t_us >= piece.start_us) & (told.t_us < piece.stop_us)
    for episode in blind:
        stop_us = FOREVER_US if episode.end_us is None else episode.end_us
        speaks &= ~((told.t_us >= episode.start_us) & (told.t_us < stop_us))
    speaks &= (told.kind == StatusKind.ALCOHOL_READING) & ~np.isnan(told.value)
    percent = told.value[speaks]
    limit = condition.level_limit_pct
    high = percent >= scope.parameters.alcohol_threshold_pct if limit is None else percent > limit
    return _Readings(told.t_us[speaks], percent, high)


def _between_kinds(
    scope: Scope, told: StatusRows, worn: Interval, begins: StatusKind, ends: StatusKind
) -> list[Episode]:
    return between(
        told.t_us, told.kind == begins, told.kind == ends, stop_us=worn.stop_us, now_us=scope.now_us
    )


def _judge(
    scope: Scope,
    rules: ConditionRules,
    condition: Alcohol,
    asked: tuple[Interval, ...],
    readings: _Readings,
    worn: Interval,
) -> _Judged:
    """Return which stretches of high readings are drinking, and how many high readings are in none."""
    step_us = round(CONSECUTIVE_INTERVALS * condition.reading_interval_min * MINUTE_US)
    rows = np.flatnonzero(readings.high)
    parted = (np.diff(rows) > 1) | (np.diff(readings.t_us[rows]) > step_us)
    events: list[_Event] = []
    undecided_us: int | None = None
    for stretch in np.split(rows, np.flatnonzero(parted) + 1) if len(rows) else []:
        first, last = int(stretch[0]), int(stretch[-1])
        event = _event(scope, readings, first, last, step_us, worn)
        if event is not None:
            events.append(event)
        elif _may_go_on(scope, readings, last, step_us, worn):
            undecided_us = int(readings.t_us[first])
    unconfirmed = len(rows) - sum(event.readings for event in events)
    return _Judged(rules, condition, asked, readings, tuple(events), undecided_us, unconfirmed)


def _may_go_on(scope: Scope, readings: _Readings, last: int, step_us: int, worn: Interval) -> bool:
    """Return whether the next reading may still be consecutive to the last one."""
    over = worn.stop_us < scope.now_us
    newest = last == len(readings.t_us) - 1
    return newest and not over and bool(scope.now_us - readings.t_us[last] <= step_us)


def _event(
    scope: Scope, readings: _Readings, first: int, last: int, step_us: int, worn: Interval
) -> _Event | None:
    """Return the drinking event of the high readings ``first..last``; None where they are not one, or not yet."""
    t_us = readings.t_us
    peak = first + int(np.argmax(readings.percent[first : last + 1]))
    rise = _slope(readings, first - 1, peak, step_us, neighbour=first)
    ended = last + 1 < len(t_us) and t_us[last + 1] - t_us[last] <= step_us
    fall = _slope(readings, last + 1, peak, step_us, neighbour=last) if ended else None
    if last == first or (rise is not None and rise > scope.parameters.alcohol_rise_pct_per_h):
        return None
    lasting_us = t_us[first] + round(scope.parameters.alcohol_sustained_s * SECOND_US)
    sustained = np.flatnonzero(t_us[first : last + 1] >= lasting_us)
    plausible = fall is not None and fall <= scope.parameters.alcohol_fall_pct_per_h
    if not len(sustained) and not plausible:
        return None
    confirmed = first + int(sustained[0]) if len(sustained) else last + 1
    lasts = _may_go_on(scope, readings, last, step_us, worn)
    return _Event(
        start_us=int(t_us[first]),
        last_us=int(t_us[last]),
        end_us=int(t_us[last + 1]) if ended else None if lasts else int(t_us[last]),
        before_us=int(t_us[first - 1]) if rise is not None else int(t_us[first]),
        after_us=int(t_us[last + 1]) if ended else min(worn.stop_us, int(t_us[last]) + step_us),
        confirmed_us=int(t_us[confirmed]),
        readings=last - first + 1,
        peak_percent=float(readings.percent[peak]),
        rise=rise,
        fall=fall,
        natural_fall=plausible,
    )


def _slope(readings: _Readings, low: int, peak: int, step_us: int, *, neighbour: int) -> float | None:
    """Return the mean slope in percent an hour between a low reading and the peak; None where not seen."""
    if low < 0 or abs(int(readings.t_us[neighbour] - readings.t_us[low])) > step_us:
        return None
    hours = abs(int(readings.t_us[peak] - readings.t_us[low])) / HOUR_US
    return float(readings.percent[peak] - readings.percent[low]) / hours if hours > 0 else None


def _drinking(scope: Scope, judged: _Judged, worn: Interval) -> list[Incident]:
    runs = merge_runs(
        [Episode(event.start_us, event.end_us) for event in judged.events],
        gap_s=scope.parameters.alcohol_merge_gap_s,
        worn=worn,
        now_us=scope.now_us,
        quiet_us=judged.undecided_us,
    )
    by_start = {event.start_us: event for event in judged.events}
    return [
        _drinking_incident(scope, judged, run, [by_start[item.start_us] for item in run.episodes])
        for run in runs
        if still_told(scope, run.end_us)
    ]


def _drinking_incident(scope: Scope, judged: _Judged, run: Run, events: Sequence[_Event]) -> Incident:
    spells = [_spell(event, scope.now_us) for event in events]
    whole = Interval(run.start_us, max(run.stop_us(scope.now_us), run.start_us + 1))
    return draft(
        scope,
        kind=IncidentKind.DRINKING_EVENT,
        code=AlertCode.DRINKING,
        closed=run.settled,
        detected_us=events[0].confirmed_us,
        spells=spells,
        reasons=[_drinking_reason(scope, judged.condition, events)],
        confidence=max(spell.confidence for spell in spells),
        condition=judged.rules,
        allowed=tuple(
            Allowed(a.kind, a.allowance_id, shared.seconds(), a.reason)
            for a in judged.rules.allowances
            if a.kind == "reasonable_excuse"
            for shared in [whole.intersect(a.interval)]
            if shared is not None
        ),
    )


def _spell(event: _Event, now_us: int) -> Spell:
    end_us = now_us if event.end_us is None else event.end_us
    seen = (event.rise is not None) + event.natural_fall
    return Spell(
        start_us=event.start_us,
        end_us=event.end_us,
        low_s=(event.last_us - event.start_us) / SECOND_US,
        best_s=(end_us - event.start_us) / SECOND_US,
        high_s=(max(event.after_us, end_us) - event.before_us) / SECOND_US,
        code=AlertCode.DRINKING,
        evidence=event.readings,
        confidence=CONFIDENCE[seen],
    )


def _drinking_reason(scope: Scope, condition: Alcohol, events: Sequence[_Event]) -> Reason:
    limit = condition.level_limit_pct
    first = events[0]
    facts = {
        "readings": sum(event.readings for event in events),
        "peak_percent": max(event.peak_percent for event in events),
        "limit_percent": scope.parameters.alcohol_threshold_pct if limit is None else limit,
        "rise_percent_per_h": None if first.rise is None else round(first.rise, 4),
        "fall_percent_per_h": None if first.fall is None else round(first.fall, 4),
        "confirmed": iso_utc(first.confirmed_us),
    }
    if first.natural_fall and first.rise is not None:
        words = "Consecutive readings were high, and rose and fell as they do after drinking."
        return Reason("rise_and_fall", words, facts)
    if first.natural_fall:
        words = "Consecutive readings were high and fell as they do after drinking; their rise was not seen."
        return Reason("fall_seen", words, facts)
    words = "Consecutive readings were high for longer than alcohol from elsewhere lasts."
    return Reason("sustained_readings", words, facts)


def _covered(scope: Scope, rules: ConditionRules, worn: Interval) -> list[Incident]:
    told = statuses_of(scope, (StatusKind.ALCOHOL_OBSTRUCTED, StatusKind.ALCOHOL_CLEAR))
    found = _between_kinds(scope, told, worn, StatusKind.ALCOHOL_OBSTRUCTED, StatusKind.ALCOHOL_CLEAR)
    runs = merge_runs(
        [item for item in found if rules.interval.contains(item.start_us)],
        gap_s=scope.parameters.merge_gap_s,
        worn=worn,
        now_us=scope.now_us,
    )
    return [_covered_incident(scope, rules, run) for run in runs if still_told(scope, run.end_us)]


def _covered_incident(scope: Scope, rules: ConditionRules, run: Run) -> Incident:
    code = AlertCode.ALCOHOL_OBSTRUCTED
    words = "The sensor said that it was covered; its readings in that time say nothing."
    spells = [
        certain_spell(
            start_us=item.start_us, end_us=item.end_us, until_us=scope.now_us, code=code, evidence=1
        )
        for item in run.episodes
    ]
    return draft(
        scope,
        kind=IncidentKind.ALCOHOL_SENSOR_OBSTRUCTED,
        code=code,
        closed=run.settled,
        detected_us=run.start_us,
        spells=spells,
        reasons=[Reason("sensor_covered", words, {"spells": len(spells)})],
        condition=rules,
    )


def _measures(scope: Scope, judged: _Judged, worn: Interval) -> list[Measure]:
    whole = Interval(worn.start_us if scope.whole_from_us is None else scope.whole_from_us)
    demanded = intersect_intervals(intersect_intervals(judged.asked, [worn]), [whole])
    demanded_us = total_us(demanded)
    if demanded_us == 0:
        return []
    covered = intersect_intervals(_vouched(judged.readings.t_us, judged.condition), demanded)
    sober, drinking, unknown = _days(scope, demanded, covered, judged)
    level = judged.condition.monitoring == "level"
    told: list[tuple[str, float, str, tuple[float | None, float | None]]] = [
        ("alcohol_reading_coverage", total_us(covered) / demanded_us, "share", (None, None)),
        ("days_within_level" if level else "sober_days", sober, "days", (sober, sober + unknown)),
        ("days_above_level" if level else "drinking_days", drinking, "days", (drinking, drinking + unknown)),
        ("alcohol_unknown_days", unknown, "days", (None, None)),
        ("alcohol_unconfirmed_high_readings", judged.unconfirmed, "readings", (None, None)),
    ]
    return [
        measure(scope, name=name, value=value, unit=unit, bounds=bounds, condition=judged.rules)
        for name, value, unit, bounds in told
    ]


def _vouched(t_us: Ints, condition: Alcohol) -> list[Interval]:
    """Return the time that readings vouch for: each for the time since the last one, if that is not too long."""
    if not len(t_us):
        return []
    interval_us = condition.reading_interval_min * MINUTE_US
    breaks = np.flatnonzero(np.diff(t_us) > round(COVERS_INTERVALS * interval_us)) + 1
    firsts = t_us[np.concatenate([[0], breaks])]
    lasts = t_us[np.concatenate([breaks, [len(t_us)]]) - 1]
    return [Interval(a - interval_us, b) for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def _days(
    scope: Scope, demanded: Sequence[Interval], covered: Sequence[Interval], judged: _Judged
) -> tuple[int, int, int]:
    """Return how many whole civil days were sober, had drinking in them, and are unknown."""
    zone = scope.rules.time_zone
    counts = [0, 0, 0]
    day = local_datetime(demanded[0].start_us, zone).date()
    last = local_datetime(demanded[-1].stop_us, zone).date()
    while day <= last:
        whole = civil_day_interval(day, day, zone)
        if total_us(intersect_intervals([whole], demanded)) == whole.stop_us - whole.start_us:
            counts[_day(scope, whole, covered, judged)] += 1
        day += dt.timedelta(days=1)
    return counts[0], counts[1], counts[2]


def _day(scope: Scope, whole: Interval, covered: Sequence[Interval], judged: _Judged) -> int:
    for event in judged.events:
        if event.start_us < whole.stop_us and event.last_us >= whole.start_us:
            return 1
    undecided = judged.undecided_us is not None and judged.undecided_us < whole.stop_us
    share = total_us(intersect_intervals([whole], covered)) / (whole.stop_us - whole.start_us)
    return 0 if share >= scope.parameters.alcohol_day_coverage and not undecided else 2
