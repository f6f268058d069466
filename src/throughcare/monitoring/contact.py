"""Loss of contact: how long the tag said nothing, and why that may be. Silence is never absence.

The rule, which ``docs/rules/monitoring-contact.md`` shows as tables:

* Contact is any fix and any status of the tag itself. What the home unit says is not the tag's contact.
* A silence longer than ``no_contact_s`` is an incident from the last contact on, detected when that time has
  passed. Before the first contact it runs from the start of the activation.
* A tag that only its home unit hears is a radio tag: its silence is the home unit's to tell, from the moment
  it is first heard until it first speaks itself.
* The next contact ends it. Silences parted by less than ``merge_gap_s`` of contact are one incident.
* The likely cause is the first that applies of: the tag said that its battery is empty; strap or case opened
  in the 15 minutes before; a fault stands; the battery was at 10 % or would have run out by the deadline; it
  was charging; it could find no position, or the wearer was at a curfew address; its last fixes were poor.
* It adds nothing to the Accumulated Time Violation.
"""

from __future__ import annotations

import numpy as np

from throughcare.kernel.columns import Ints
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import MINUTE_US, SECOND_US, Interval, iso_utc
from throughcare.monitoring.drafting import certain_spell, draft, still_told
from throughcare.monitoring.episodes import Run, merge_runs, silences
from throughcare.monitoring.incidents import AlertCode, Cause, Incident, IncidentKind
from throughcare.monitoring.known import contacts_us, fix_rows, statuses_of
from throughcare.monitoring.membership import is_poor
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.scope import Scope, StatusRows
from throughcare.monitoring.status import StatusKind

LOOK_BACK_US = 120 * MINUTE_US  # the furthest that a cause looks back before the last contact
JUST_BEFORE_US = 15 * MINUTE_US
NEARLY_EMPTY_PERCENT = 10.0
LAST_FIXES = 5
POOR_SHARE = 0.5

_BATTERY = (
    StatusKind.BATTERY_PERCENT,
    StatusKind.CHARGING_STARTED,
    StatusKind.CHARGING_ENDED,
    StatusKind.BATTERY_DEAD,
)
_CAUSES = (
    *_BATTERY,
    StatusKind.STRAP_OPEN,
    StatusKind.CASE_OPEN,
    StatusKind.DEVICE_FAULT,
    StatusKind.DEVICE_FAULT_CLEARED,
    StatusKind.NO_POSITION,
)

Finding = tuple[Cause, Reason]


def loss_of_contact(scope: Scope) -> tuple[Incident, ...]:
    """Return the losses of contact of an activation, by start."""
    worn = scope.interval
    if worn is None:
        return ()
    own = contacts_us(scope)
    runs = [run for run in _runs(scope, worn, own) if still_told(scope, run.end_us)]
    if not runs:
        return ()
    told = statuses_of(scope, _CAUSES)
    since_us = int(own[0]) if len(own) else scope.now_us
    return tuple(_incident(scope, run, told, never=run.start_us < since_us) for run in runs)


def silent_intervals(scope: Scope) -> list[Interval]:
    """Return the silences that are long enough to be a loss of contact; one that lasts still runs to now."""
    worn = scope.interval
    if worn is None:
        return []
    return [
        Interval(item.start_us, scope.now_us if item.end_us is None else item.end_us)
        for run in _runs(scope, worn, contacts_us(scope))
        for item in run.episodes
    ]


def _runs(scope: Scope, worn: Interval, own: Ints) -> list[Run]:
    heard_us = _heard_first(scope, own[0] if len(own) else None)
    contacts = own if heard_us is None else np.concatenate([[heard_us], own])
    found = silences(
        contacts,
        worn,
        limit_s=scope.parameters.no_contact_s,
        now_us=scope.now_us,
        whole_from_us=scope.whole_from_us,
    )
    if heard_us is not None:
        found = [item for item in found if item.start_us != heard_us]
    return merge_runs(
        found,
        gap_s=scope.parameters.merge_gap_s,
        worn=worn,
        now_us=scope.now_us,
        quiet_us=int(own[-1]) if len(own) else None,
    )


def _heard_first(scope: Scope, spoke_us: int | None) -> int | None:
    """Return when the home unit first heard a tag that had not yet spoken itself."""
    if scope.whole_from_us is not None and spoke_us is not None and spoke_us < scope.whole_from_us:
        return None  # it had spoken before the cut: what was heard before that is settled
    heard = statuses_of(scope, (StatusKind.RADIO_HEARD,)).t_us
    if not len(heard) or (spoke_us is not None and heard[0] >= spoke_us):
        return None
    return int(heard[0])


def _incident(scope: Scope, run: Run, told: StatusRows, *, never: bool) -> Incident:
    limit_us = round(scope.parameters.no_contact_s * SECOND_US)
    code = AlertCode.LOSS_OF_CONTACT
    spells = [
        certain_spell(
            start_us=item.start_us, end_us=item.end_us, until_us=scope.now_us, code=code, evidence=0
        )
        for item in run.episodes
    ]
    findings = [] if never else _findings(scope, run.start_us, told)
    silent_s = sum(spell.best_s for spell in spells)
    return draft(
        scope,
        kind=IncidentKind.LOSS_OF_CONTACT,
        code=code,
        closed=run.settled,
        detected_us=run.start_us + limit_us,
        spells=spells,
        unknown_s=silent_s,
        cause=findings[0][0] if findings else Cause.UNKNOWN,
        reasons=[
            _silence_reason(scope, run, never=never),
            *(reason for _, reason in findings),
            *_context(scope, run),
        ],
    )


def _silence_reason(scope: Scope, run: Run, *, never: bool) -> Reason:
    latest_us = run.episodes[-1].start_us  # of several silences the latest says when contact was due
    due_us = latest_us + round(scope.parameters.no_contact_s * SECOND_US)
    facts = {
        "last_contact": None if never and latest_us == run.start_us else iso_utc(latest_us),
        "next_expected_by": iso_utc(due_us),
        "silences": len(run.episodes),
    }
    if never:
        return Reason(
            "never_in_contact",
            "The tag has not been in contact since it was fitted; nothing is known of that time.",
            facts,
        )
    return Reason("no_contact", "The tag was silent; nothing is known of that time, either way.", facts)


def _context(scope: Scope, run: Run) -> list[Reason]:
    reasons: list[Reason] = []
    heard = statuses_of(scope, (StatusKind.RADIO_HEARD,)).t_us
    count = sum(
        int(np.searchsorted(heard, scope.now_us + 1 if item.end_us is None else item.end_us))
        - int(np.searchsorted(heard, item.start_us, side="right"))
        for item in run.episodes
    )
    if count:
        words = "The home unit heard the tag during the silence: it was working and near the unit."
        reasons.append(Reason("heard_by_home_unit", words, {"times": count}))
    if run.end_us is not None and run.end_us == scope.rules.interval.end_us:
        words = "The activation ended during the silence."
        reasons.append(Reason("activation_ended", words, {"ended": iso_utc(run.end_us)}))
    return reasons


def _findings(scope: Scope, start_us: int, told: StatusRows) -> list[Finding]:
    """Return what may explain a silence that began at an instant, the likeliest first."""
    checks = (
        _said_empty(told, start_us),
        _tampered(told, start_us),
        _faulty(told, start_us),
        _nearly_empty(scope, told, start_us),
        _charging(told, start_us),
        _no_position(told, start_us),
        _at_home(scope, start_us),
        _poor_fixes(scope, start_us),
    )
    return [found for found in checks if found is not None]


def _said_empty(told: StatusRows, start_us: int) -> Finding | None:
    t_us = told.last([StatusKind.BATTERY_DEAD], until_us=start_us)
    if t_us is None or t_us < start_us - JUST_BEFORE_US:
        return None
    return Cause.BATTERY, Reason(
        "battery_empty", "The tag said that its battery was empty.", {"t": iso_utc(t_us)}
    )


def _tampered(told: StatusRows, start_us: int) -> Finding | None:
    t_us = told.last([StatusKind.STRAP_OPEN, StatusKind.CASE_OPEN], until_us=start_us)
    if t_us is None or t_us < start_us - JUST_BEFORE_US:
        return None
    words = "The strap or the case was opened shortly before the silence."
    return Cause.TAMPER, Reason("opened_before", words, {"t": iso_utc(t_us)})


def _faulty(told: StatusRows, start_us: int) -> Finding | None:
    fault_us = told.last([StatusKind.DEVICE_FAULT], until_us=start_us)
    cleared_us = told.last([StatusKind.DEVICE_FAULT_CLEARED], until_us=start_us)
    if fault_us is None or (cleared_us is not None and cleared_us >= fault_us):
        return None
    words = "The tag had reported a fault that was not cleared."
    return Cause.DEVICE_FAULT, Reason("fault_stands", words, {"t": iso_utc(fault_us)})


def _nearly_empty(scope: Scope, told: StatusRows, start_us: int) -> Finding | None:
    if _is_charging(told, start_us):
        return None
    changed_us = told.last([StatusKind.CHARGING_ENDED], until_us=start_us)
    from_us = start_us - LOOK_BACK_US if changed_us is None else max(changed_us, start_us - LOOK_BACK_US)
    rows = (told.kind == StatusKind.BATTERY_PERCENT) & (told.t_us <= start_us) & (told.t_us >= from_us)
    t_us, percent = told.t_us[rows], told.value[rows]
    if not len(t_us):
        return None
    facts = {"percent": float(percent[-1]), "t": iso_utc(int(t_us[-1]))}
    if percent[-1] <= NEARLY_EMPTY_PERCENT:
        return Cause.BATTERY, Reason("battery_nearly_empty", "The battery was nearly empty.", facts)
    fallen, passed_us = float(percent[0] - percent[-1]), int(t_us[-1] - t_us[0])
    deadline_us = start_us + scope.parameters.no_contact_s * SECOND_US
    if fallen > 0 and t_us[-1] + percent[-1] / fallen * passed_us <= deadline_us:
        words = "The battery was falling so fast that it would have run out."
        return Cause.BATTERY, Reason("battery_falling", words, {**facts, "fallen_percent": fallen})
    return None


def _charging(told: StatusRows, start_us: int) -> Finding | None:
    if not _is_charging(told, start_us):
        return None
    return Cause.CHARGING, Reason("was_charging", "The tag was charging when it was last in contact.")


def _is_charging(told: StatusRows, at_us: int) -> bool:
    began_us = told.last([StatusKind.CHARGING_STARTED], until_us=at_us)
    ended_us = told.last([StatusKind.CHARGING_ENDED], until_us=at_us)
    return began_us is not None and (ended_us is None or began_us > ended_us)


def _no_position(told: StatusRows, start_us: int) -> Finding | None:
    t_us = told.last([StatusKind.NO_POSITION], until_us=start_us)
    if t_us is None or t_us < start_us - JUST_BEFORE_US:
        return None
    words = "The tag could not find its position shortly before the silence, as happens indoors."
    return Cause.INDOORS, Reason("no_position_before", words, {"t": iso_utc(t_us)})


def _at_home(scope: Scope, start_us: int) -> Finding | None:
    for watch in scope.rules.watches:
        if watch.kind is not IncidentKind.CURFEW_ABSENCE:
            continue
        for segment in scope.segments.get(watch.watch_id, ()):
            ended_before = segment.end_us is not None and segment.end_us < start_us
            if segment.state is Presence.INSIDE and segment.decided_us <= start_us and not ended_before:
                words = "The tag was last known at a curfew address, where a signal may be weak."
                return Cause.INDOORS, Reason("last_at_home", words)
    return None


def _poor_fixes(scope: Scope, start_us: int) -> Finding | None:
    rows = fix_rows(scope, from_us=start_us - JUST_BEFORE_US, until_us=start_us)
    rows = slice(max(rows.start, rows.stop - LAST_FIXES), rows.stop)
    if rows.start >= rows.stop:
        return None
    last = scope.fixes.take(rows)
    wide = np.nan_to_num(last.accuracy_m, nan=0.0) > scope.parameters.wifi_accuracy_m
    poor = int(np.count_nonzero(is_poor(last, scope.parameters) | wide))
    if poor < POOR_SHARE * len(last):
        return None
    words = "The last positions before the silence were poor, as where the signal is weak."
    return Cause.COVERAGE, Reason("poor_positions_before", words, {"poor": poor, "of": len(last)})
