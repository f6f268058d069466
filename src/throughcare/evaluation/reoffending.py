"""Proven reoffending of a cohort: from people, index events and offences to an outcome a person.

A proven reoffence is an offence that happens in the twelve months after time zero and is proven, by conviction,
caution, reprimand or warning, in those or in the six months after them. The date of the offence decides whether it
is in the follow-up; the date of proof decides only whether it is proven in time.

Fast path of :mod:`throughcare.evaluation.reoffending_reference`, which says the same one row at a time.

References
----------
Ministry of Justice, Guide to proven reoffending statistics (definition, cohorts of three months since October 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.clock import (
    Clock,
    CohortWindow,
    Maturity,
    ReoffendingRules,
    add_months,
    maturity,
    require_ripe,
)
from throughcare.evaluation.cohort import Outcomes
from throughcare.evaluation.dropout import DropOut, PersonBucket
from throughcare.evaluation.follow_up import (
    Spans,
    Window,
    arms_at_zero,
    drop_out,
    gaps,
    maturity_with_periods,
    periods,
    pseudo_reconvictions,
    sort_people,
    time_in_custody,
)
from throughcare.evaluation.index_events import Checked, choose_events
from throughcare.evaluation.reoffending_tables import Codes, Days, Flags, Ids, Rows
from throughcare.evaluation.window_counts import (
    Countable,
    Floats,
    WindowCounts,
    count_in_windows,
    countable_offences,
)


@dataclass(frozen=True, eq=False)
class Reoffending:
    """One cohort followed up: n people, in the order of the table of people.

    Parameters
    ----------
    window : CohortWindow
    maturity : Maturity
        Whether the data were taken late enough; print its label beside every figure.
    people : (n,)
        Ids.
    person_row, event_row : int64 (n,)
        Rows of the tables that came in.
    treated : int8 (n,)
        The arm on time zero.
    index_on, time_zero : day (n,)
    score : float64 (n,)
    followed : WindowCounts
        The follow-up.
    before : WindowCounts
        As long a time up to time zero, counted alike, the index offence among them: a negative control.
    during, after : WindowCounts or None
        While the tag was on, and as long as the follow-up after it; where the clock has periods.
    pseudo_reconvictions : int32 (n,)
        Offences of before time zero that were proven after it; in no other count of after.
    custody_days, at_risk_days : float64 (n,)
        Days of the follow-up spent in custody; and days at liberty, alive and in the country.
    start_gap_days : float64 (n,)
        Days from time zero to the tag's start where it is later, else 0.
    reoffended_in_gap : bool (n,)
        Whether a proven reoffence happened in those days.
    drop_out : DropOut
        What became of every row.
    """

    window: CohortWindow
    maturity: Maturity
    people: Ids
    person_row: Rows
    event_row: Rows
    treated: Codes
    index_on: Days
    time_zero: Days
    score: Floats
    followed: WindowCounts
    before: WindowCounts
    during: WindowCounts | None
    after: WindowCounts | None
    pseudo_reconvictions: npt.NDArray[np.int32]
    custody_days: Floats
    at_risk_days: Floats
    start_gap_days: Floats
    reoffended_in_gap: Flags
    drop_out: DropOut

    def __len__(self) -> int:
        return len(self.people)

    def outcomes(self) -> Outcomes:
        """Return the columns that estimators take; open them only when the design stands."""
        binary = {"reoffended": self.followed.reoffended, "custody": self.followed.custody > 0}
        counts = {"reoffences": self.followed.offences, "custody_reoffences": self.followed.custody}
        for place, tier in enumerate(("indictable", "either_way", "summary")):
            binary[f"{tier}_reoffended"] = self.followed.tiers[:, place] > 0
            counts[f"{tier}_reoffences"] = self.followed.tiers[:, place]
        days = {"days_without": self.followed.days}
        for name, part in (("before", self.before), ("during", self.during), ("after", self.after)):
            if part is not None:
                binary[f"{name}_reoffended"] = part.reoffended
                counts[f"{name}_reoffences"] = part.offences
        return Outcomes(
            binary={name: column.astype(np.float64) for name, column in binary.items()},
            counts={name: column.astype(np.float64) for name, column in counts.items()},
            days=days,
        )


def proven_reoffending(
    checked: Checked,
    *,
    window: CohortWindow,
    rules: ReoffendingRules | None = None,
    clock: Clock | None = None,
    interim_allowed: bool = False,
) -> Reoffending:
    """Follow a cohort up.

    Parameters
    ----------
    checked : Checked
        From :func:`throughcare.evaluation.index_events.check_tables`.
    window : CohortWindow
        In which the index event lies.
    rules, clock
        The usual ones where not given.
    interim_allowed : bool
        Whether data that were taken too early may be used; the result is then labelled.

    Raises
    ------
    RefusedInput
        If the data are not ripe; if a tag starts after time zero and the clock refuses that or needs its day.
    """
    rules, clock = rules or ReoffendingRules(), clock or Clock()
    ripe = maturity(window, extract_on=checked.extract_on, rules=rules, clock=clock)
    require_ripe(ripe, interim_allowed=interim_allowed)
    chosen = choose_events(checked, window=window, rules=rules)
    countable = countable_offences(checked, rules=rules)
    spans = Spans.of(chosen.on, rules=rules, clock=clock)
    buckets = sort_people(checked, chosen, countable, spans=spans, rules=rules, clock=clock)
    in_cohort = buckets == int(PersonBucket.IN_COHORT)
    rows = np.flatnonzero(in_cohort)
    spans = spans.only(in_cohort)
    in_custody, at_risk, used = time_in_custody(checked, spans)
    gap, in_gap = gaps(checked, countable, spans)
    windows = periods(checked, spans, rules=rules, clock=clock)
    return Reoffending(
        window=window,
        maturity=maturity_with_periods(checked, ripe, windows, rules=rules, interim_allowed=interim_allowed),
        people=checked.people.ids[rows],
        person_row=rows,
        event_row=chosen.row[rows],
        treated=arms_at_zero(checked, spans, clock=clock)[rows],
        index_on=spans.index_on[rows],
        time_zero=spans.zero[rows],
        score=checked.people.score[rows],
        followed=_counted(countable, _follow_up(spans), rows),
        before=_counted(countable, _as_long_before(spans, rules), rows),
        during=_counted(countable, windows[0], rows) if windows else None,
        after=_counted(countable, windows[1], rows) if windows else None,
        pseudo_reconvictions=pseudo_reconvictions(countable, spans)[rows],
        custody_days=in_custody[rows],
        at_risk_days=at_risk[rows],
        start_gap_days=gap[rows],
        reoffended_in_gap=in_gap[rows],
        drop_out=drop_out(checked, chosen, spans, person_bucket=buckets, used_spells=used, rules=rules),
    )


def _follow_up(spans: Spans) -> Window:
    return Window(spans.start, spans.stop, spans.proven_before, origin=spans.zero)


def _as_long_before(spans: Spans, rules: ReoffendingRules) -> Window:
    start = add_months(spans.zero, -rules.follow_up_months)
    return Window(start, spans.zero, add_months(spans.zero, rules.waiting_months), origin=start)


def _counted(countable: Countable, window: Window, rows: Rows) -> WindowCounts:
    return count_in_windows(
        countable,
        start=window.start,
        stop=window.stop,
        proven_before=window.proven_before,
        origin=window.origin,
    ).take(rows)
