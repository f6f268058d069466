"""Devices: battery, strap, case, faults, and the home unit's place, power and silence.

The rules, which ``docs/rules/monitoring-devices.md`` shows as tables:

* Battery: low (AL21) from the first report at or below ``low_battery_percent`` while not charging until a
  report more than 10 above it; empty (AL23) when the tag says so, and then the one incident carries AL23.
* Strap, case and fault (AL24): from the opening or the fault until the closing or its clearing.
* Home unit moved (AL05): until a person confirms it in its place.
* Home unit power (AL04): from the loss of mains, or from its last words, until power is restored; a unit that
  had gone off and speaks again has power again.
* Home unit silent: no word from it for ``unit_silent_s`` while the activation has one.
* Repeats less than ``merge_gap_s`` apart are one incident. None adds to the Accumulated Time Violation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import SECOND_US, Interval, iso_utc
from throughcare.monitoring.drafting import certain_spell, draft, still_told
from throughcare.monitoring.episodes import Mask, Run, between, merge_runs, silences
from throughcare.monitoring.incidents import AlertCode, Incident, IncidentKind
from throughcare.monitoring.known import HOME_UNIT_KINDS, statuses_of
from throughcare.monitoring.scope import Scope, StatusRows
from throughcare.monitoring.status import StatusKind

CHARGED_ABOVE_LOW_PERCENT = 10.0  # hysteresis: a battery at the threshold makes one incident, not many

_BATTERY = (
    StatusKind.BATTERY_PERCENT,
    StatusKind.CHARGING_STARTED,
    StatusKind.CHARGING_ENDED,
    StatusKind.BATTERY_DEAD,
)
_UNIT_ALIVE = (
    StatusKind.RADIO_HEARD,
    StatusKind.RADIO_MISSED,
    StatusKind.UNIT_HEARTBEAT,
    StatusKind.UNIT_IN_PLACE,
)
_UNIT_POWER = (StatusKind.UNIT_POWER_LOST, StatusKind.UNIT_POWER_RESTORED, StatusKind.UNIT_DEAD)


@dataclass(frozen=True, slots=True)
class Toggle:
    """An incident that one kind of status begins and another ends."""

    kind: IncidentKind
    code: AlertCode
    begins: StatusKind
    ends: StatusKind
    reason: str
    words: str


TOGGLES = (
    Toggle(
        IncidentKind.STRAP_TAMPER,
        AlertCode.STRAP_TAMPER,
        StatusKind.STRAP_OPEN,
        StatusKind.STRAP_CLOSED,
        "strap_opened",
        "The tag reported its strap open; while it is open the tag's place is not taken for the wearer's.",
    ),
    Toggle(
        IncidentKind.CASE_TAMPER,
        AlertCode.CASE_TAMPER,
        StatusKind.CASE_OPEN,
        StatusKind.CASE_CLOSED,
        "case_opened",
        "The tag reported its case open.",
    ),
    Toggle(
        IncidentKind.DEVICE_FAULT,
        AlertCode.DEVICE_FAULT,
        StatusKind.DEVICE_FAULT,
        StatusKind.DEVICE_FAULT_CLEARED,
        "fault_reported",
        "The tag reported a fault of its own.",
    ),
    Toggle(
        IncidentKind.HOME_UNIT_MOVED,
        AlertCode.HOME_UNIT_MOVED,
        StatusKind.UNIT_MOVED,
        StatusKind.UNIT_IN_PLACE,
        "unit_moved",
        "The home unit was moved; until it is confirmed in place its radio does not speak for the address.",
    ),
)


def device_incidents(scope: Scope) -> tuple[Incident, ...]:
    """Return the incidents of the tag and of the home unit, by start and id."""
    worn = scope.interval
    if worn is None:
        return ()
    found = [incident for toggle in TOGGLES for incident in _toggled(scope, worn, toggle)]
    found += _battery(scope, worn)
    found += _unit_power(scope, worn)
    found += _unit_silent(scope, worn)
    return tuple(sorted(found, key=lambda item: (item.start_us, item.incident_id)))


def _runs(scope: Scope, worn: Interval, told: StatusRows, begins: Mask, ends: Mask) -> list[Run]:
    episodes = between(told.t_us, begins, ends, stop_us=worn.stop_us, now_us=scope.now_us)
    runs = merge_runs(episodes, gap_s=scope.parameters.merge_gap_s, worn=worn, now_us=scope.now_us)
    return [run for run in runs if still_told(scope, run.end_us)]


def _drafted(
    scope: Scope, run: Run, kind: IncidentKind, code: AlertCode, reasons: Sequence[Reason]
) -> Incident:
    spells = [
        certain_spell(
            start_us=item.start_us, end_us=item.end_us, until_us=scope.now_us, code=code, evidence=1
        )
        for item in run.episodes
    ]
    return draft(
        scope,
        kind=kind,
        code=code,
        closed=run.settled,
        detected_us=run.start_us,
        spells=spells,
        reasons=reasons,
    )


def _toggled(scope: Scope, worn: Interval, toggle: Toggle) -> list[Incident]:
    told = statuses_of(scope, (toggle.begins, toggle.ends))
    if not len(told.t_us):
        return []
    begins = told.kind == toggle.begins
    return [
        _drafted(
            scope,
            run,
            toggle.kind,
            toggle.code,
            [Reason(toggle.reason, toggle.words, _moments(scope, run, told.t_us[begins]))],
        )
        for run in _runs(scope, worn, told, begins, ~begins)
    ]


def _moments(scope: Scope, run: Run, instants_us: Ints) -> dict[str, object]:
    """Return when a run began and how many reports of it there are."""
    reports = np.searchsorted(instants_us, run.stop_us(scope.now_us), side="right")
    reports -= np.searchsorted(instants_us, run.start_us)
    return {"first": iso_utc(run.start_us), "reports": int(reports), "spells": len(run.episodes)}


def _first_in(scope: Scope, run: Run, instants_us: Ints) -> int | None:
    """Return the place of the first instant inside a run."""
    place = int(np.searchsorted(instants_us, run.start_us))
    inside = place < len(instants_us) and instants_us[place] <= run.stop_us(scope.now_us)
    return place if inside else None


def _battery(scope: Scope, worn: Interval) -> list[Incident]:
    told = statuses_of(scope, _BATTERY)
    if not len(told.t_us):
        return []
    low = scope.parameters.low_battery_percent
    reported = told.kind == StatusKind.BATTERY_PERCENT
    empty = told.kind == StatusKind.BATTERY_DEAD
    percent, charging = _standing(told, reported)
    weighed = reported | (told.kind == StatusKind.CHARGING_ENDED)
    begins = empty | (weighed & ~charging & (percent <= low))
    ends = reported & (told.value > low + CHARGED_ABOVE_LOW_PERCENT)
    low_rows = np.flatnonzero(begins & ~empty)
    lows = StatusRows(told.t_us[low_rows], told.kind[low_rows], percent[low_rows])
    return [
        _battery_incident(scope, run, lows, told.t_us[empty])
        for run in _runs(scope, worn, told, begins, ends)
    ]


def _standing(told: StatusRows, reported: Mask) -> tuple[Floats, Mask]:
    """Return at each status the last percentage reported (NaN before any) and whether the tag charges."""
    rows = np.arange(len(told.t_us))
    last = np.maximum.accumulate(np.where(reported, rows, -1))
    percent = np.where(last >= 0, told.value[last], np.nan)
    plugged = told.kind == StatusKind.CHARGING_STARTED
    switched = np.maximum.accumulate(np.where(plugged | (told.kind == StatusKind.CHARGING_ENDED), rows, -1))
    return percent, (switched >= 0) & plugged[switched]


def _battery_incident(scope: Scope, run: Run, lows: StatusRows, empties_us: Ints) -> Incident:
    reasons: list[Reason] = []
    low = _first_in(scope, run, lows.t_us)
    if low is not None:
        facts = {"code": "AL21", "t": iso_utc(int(lows.t_us[low])), "percent": float(lows.value[low])}
        reasons.append(Reason("battery_low", "The battery was low and the tag was not charging.", facts))
    empty = _first_in(scope, run, empties_us)
    if empty is not None:
        facts = {"code": "AL23", "t": iso_utc(int(empties_us[empty]))}
        reasons.append(Reason("battery_empty", "The tag said that its battery was empty.", facts))
    code = AlertCode.LOW_BATTERY if empty is None else AlertCode.BATTERY_DEAD
    return _drafted(scope, run, IncidentKind.BATTERY, code, reasons)


def _unit_power(scope: Scope, worn: Interval) -> list[Incident]:
    if not len(statuses_of(scope, (StatusKind.UNIT_DEAD, StatusKind.UNIT_POWER_LOST)).t_us):
        return []  # the usual case, without a look at the polls
    told = statuses_of(scope, (*_UNIT_POWER, *_UNIT_ALIVE))
    off = told.kind == StatusKind.UNIT_DEAD
    begins = off | (told.kind == StatusKind.UNIT_POWER_LOST)
    ends = told.kind == StatusKind.UNIT_POWER_RESTORED
    alive = np.flatnonzero(np.isin(told.kind, np.array(_UNIT_ALIVE)))
    back = np.searchsorted(told.t_us[alive], told.t_us[off], side="right")
    ends[alive[back[back < len(alive)]]] = True
    return [
        _drafted(scope, run, IncidentKind.HOME_UNIT_POWER, AlertCode.HOME_UNIT_POWER_OFF, reasons)
        for run in _runs(scope, worn, told, begins, ends)
        for reasons in [_power_reasons(scope, run, told)]
    ]


def _power_reasons(scope: Scope, run: Run, told: StatusRows) -> list[Reason]:
    lost_us = told.t_us[told.kind == StatusKind.UNIT_POWER_LOST]
    offs_us = told.t_us[told.kind == StatusKind.UNIT_DEAD]
    reasons: list[Reason] = []
    if _first_in(scope, run, lost_us) is not None:
        words = "The home unit lost its mains power; it may still listen on its own battery."
        reasons.append(Reason("unit_power_lost", words, _moments(scope, run, lost_us)))
    off = _first_in(scope, run, offs_us)
    if off is not None:
        words = "The home unit said that it was going off; from then on it hears nothing."
        reasons.append(Reason("unit_went_off", words, {"t": iso_utc(int(offs_us[off]))}))
    return reasons


def _unit_silent(scope: Scope, worn: Interval) -> list[Incident]:
    if scope.rules.activation.home_unit_id is None:
        return []
    told = statuses_of(scope, HOME_UNIT_KINDS)
    found = silences(
        told.t_us,
        worn,
        limit_s=scope.parameters.unit_silent_s,
        now_us=scope.now_us,
        whole_from_us=scope.whole_from_us,
    )
    runs = merge_runs(
        found,
        gap_s=scope.parameters.merge_gap_s,
        worn=worn,
        now_us=scope.now_us,
        quiet_us=int(told.t_us[-1]) if len(told.t_us) else None,
    )
    since_us = int(told.t_us[0]) if len(told.t_us) else scope.now_us
    return [
        _silent_incident(scope, run, told, never=run.start_us < since_us)
        for run in runs
        if still_told(scope, run.end_us)
    ]


def _silent_incident(scope: Scope, run: Run, told: StatusRows, *, never: bool) -> Incident:
    limit_us = round(scope.parameters.unit_silent_s * SECOND_US)
    code = AlertCode.HOME_UNIT_SILENT
    spells = [
        certain_spell(
            start_us=item.start_us, end_us=item.end_us, until_us=scope.now_us, code=code, evidence=0
        )
        for item in run.episodes
    ]
    return draft(
        scope,
        kind=IncidentKind.HOME_UNIT_SILENT,
        code=code,
        closed=run.settled,
        detected_us=run.start_us + limit_us,
        spells=spells,
        unknown_s=sum(spell.best_s for spell in spells),
        reasons=_silent_reasons(run, told, limit_us, never=never),
    )


def _silent_reasons(run: Run, told: StatusRows, limit_us: int, *, never: bool) -> list[Reason]:
    latest_us = run.episodes[-1].start_us  # of several silences the latest says when contact was due
    facts = {
        "last_contact": None if never and latest_us == run.start_us else iso_utc(latest_us),
        "next_expected_by": iso_utc(latest_us + limit_us),
        "silences": len(run.episodes),
    }
    words = "The home unit said nothing; whether the tag was near it is not known from radio."
    reasons = [Reason("unit_silent", words, facts)]
    lost_us = told.last([StatusKind.UNIT_POWER_LOST], until_us=run.start_us)
    restored_us = told.last([StatusKind.UNIT_POWER_RESTORED], until_us=run.start_us)
    off_us = told.last([StatusKind.UNIT_DEAD], until_us=run.start_us)
    if lost_us is not None and (restored_us is None or restored_us < lost_us):
        words = "Its mains power was lost before the silence."
        reasons.append(Reason("unit_power_lost", words, {"t": iso_utc(lost_us)}))
    if off_us is not None and off_us == run.start_us:
        words = "Its last words were that it was going off."
        reasons.append(Reason("unit_went_off", words, {"t": iso_utc(off_us)}))
    return reasons
