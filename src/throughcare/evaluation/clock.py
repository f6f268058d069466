"""The declared clock: when follow-up begins and ends, by when an offence must be proven, when the data are ripe.

Time zero is the same event in both arms. Whoever lets the treated begin when their tag was fitted, and the others
when they were sentenced, gives the treated days on which they could not fail (immortal time): that clock cannot be
declared here. What can be is the index day, or a landmark a stated number of days after it for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from throughcare.evaluation.reoffending_tables import DAY, Days, IndexKind, Proof
from throughcare.kernel.errors import RefusedInput

Day = np.datetime64

PROVEN_BY = frozenset({Proof.CONVICTION, Proof.CAUTION, Proof.REPRIMAND, Proof.WARNING})
_LONGEST_MONTHS = 120


class LateStart(StrEnum):
    """What to do about people whose tag starts after time zero."""

    REPORT = (
        "report"  # they stay in the arm that they were put in: right where the arm was decided by time zero
    )
    REFUSE = "refuse"
    AS_AT_ZERO = "as_at_zero"  # on time zero they were not tagged, so they stand in the comparison


@dataclass(frozen=True, slots=True)
class ReoffendingRules:
    """What counts.

    Parameters
    ----------
    follow_up_months, waiting_months : int
        Calendar months in which an offence must happen, and further ones in which it may be proven.
    lag_months : int
        Months more until the record is complete: data taken earlier are not ripe.
    index_day_counts : bool
        Whether an offence on the day of time zero counts. The follow-up ends on the same day either way.
    kinds : frozenset of IndexKind
        The index events that are studied.
    proven_by : frozenset of Proof
        The outcomes that prove a reoffence; a penalty notice does not, unless it is added.
    leave_out_sexual : bool
        Leave out people with a sexual offence proven by the index day, as the Justice Data Lab does.

    References
    ----------
    Ministry of Justice, Guide to proven reoffending statistics (12 months, a further six, cohorts of three months
    since October 2015; extract in the 21st month). The day of the index event itself is to be verified.
    """

    follow_up_months: int = 12
    waiting_months: int = 6
    lag_months: int = 3
    index_day_counts: bool = False
    kinds: frozenset[IndexKind] = frozenset(IndexKind)
    proven_by: frozenset[Proof] = PROVEN_BY
    leave_out_sexual: bool = False

    def __post_init__(self) -> None:
        _in_range("follow_up_months", self.follow_up_months, least=1)
        _in_range("waiting_months", self.waiting_months, least=0)
        _in_range("lag_months", self.lag_months, least=0)


@dataclass(frozen=True, slots=True)
class Clock:
    """When time zero is, and which periods stand apart.

    Parameters
    ----------
    landmark_days : int
        Time zero is so many days after the index day, for everybody. Whoever reoffended before is set aside, in
        both arms, and counted.
    late_start : LateStart
    period_days : int or None
        The period during which the tag is on, the same number of days from time zero for everybody (the median,
        say); the period after it follows.
    own_periods : bool
        Instead, each person's own dates. Everybody needs them, the comparison too (an order's start and end, say).
    """

    landmark_days: int = 0
    late_start: LateStart = LateStart.REPORT
    period_days: int | None = None
    own_periods: bool = False

    def __post_init__(self) -> None:
        _in_range("landmark_days", self.landmark_days, least=0, most=366)
        if self.period_days is not None:
            _in_range("period_days", self.period_days, least=1, most=3660)
            if self.own_periods:
                raise RefusedInput(
                    where="clock",
                    expected="one period: a number of days, or everybody's own dates",
                    found="both",
                    action="Leave one of them out.",
                )

    @property
    def has_periods(self) -> bool:
        """Whether the time during the tag and the time after it stand apart."""
        return self.own_periods or self.period_days is not None


@dataclass(frozen=True, slots=True)
class CohortWindow:
    """The days ``[first, stop)`` in which an index event must lie."""

    first: Day
    stop: Day

    def __post_init__(self) -> None:
        if np.isnat(self.first) or np.isnat(self.stop) or self.stop <= self.first:
            raise RefusedInput(
                where="cohort window",
                expected="a first day, and a later day before which it stops",
                found=f"{self.first} to {self.stop}",
                action="Mend the two days.",
            )

    @property
    def words(self) -> str:
        """The window as people say it: both days belong to it."""
        return f"{self.first} to {self.stop - np.timedelta64(1, 'D')}"


@dataclass(frozen=True, slots=True)
class Maturity:
    """Whether data were taken late enough to be complete.

    Parameters
    ----------
    ripe_on : day
        The first day on which they may be taken.
    extract_on : day
        The day on which they were.
    """

    ripe_on: Day
    extract_on: Day

    @property
    def is_ripe(self) -> bool:
        """Whether the data are complete."""
        return bool(self.extract_on >= self.ripe_on)

    @property
    def label(self) -> str:
        """What to print beside every figure: nothing, or that it is interim."""
        if self.is_ripe:
            return ""
        return f"interim: data taken on {self.extract_on}, complete from {self.ripe_on}"


def add_months(days: Days, months: int) -> Days:
    """Return the same day of the month some calendar months later, or that month's last day where it has no such.

    29 February and 12 months give 28 February: with half-open periods, the last day that counts is the 27th.

    Parameters
    ----------
    days : day (n,)
        NaT stays NaT.
    months : int
        May be negative.
    """
    days = np.asarray(days, DAY)
    month = days.astype("datetime64[M]")
    within = days - month.astype(DAY)
    target = month + np.timedelta64(months, "M")
    moved = target.astype(DAY) + within
    last = (target + np.timedelta64(1, "M")).astype(DAY) - np.timedelta64(1, "D")
    result: Days = np.minimum(moved, last)
    return result


def cohort_windows(first: Day, stop: Day, *, months: int = 3) -> tuple[CohortWindow, ...]:
    """Return the windows of some months each that fill ``[first, stop)``.

    Raises
    ------
    RefusedInput
        If the last one does not end on ``stop``.
    """
    _in_range("months of a window", months, least=1)
    windows: list[CohortWindow] = []
    begin = first
    while begin < stop:
        end = add_months(np.array([first]), months * (len(windows) + 1))[0]
        windows.append(CohortWindow(begin, end))
        begin = end
    if not windows or begin != stop:
        raise RefusedInput(
            where="cohort windows",
            expected=f"days a whole number of {months} months apart",
            found=f"{first} to {stop}",
            action="Choose the first day and the day before which the last window stops.",
        )
    return tuple(windows)


def maturity(
    window: CohortWindow, *, extract_on: Day, rules: ReoffendingRules, clock: Clock | None = None
) -> Maturity:
    """Return whether the extract is late enough: follow-up, waiting and lag after the last possible time zero.

    References
    ----------
    Ministry of Justice, payment by results: the police national computer is read in the 21st month (12 + 6 + 3).
    """
    months = rules.follow_up_months + rules.waiting_months + rules.lag_months
    stop = window.stop + np.timedelta64(clock.landmark_days if clock else 0, "D")
    return Maturity(ripe_on=add_months(np.array([stop]), months)[0], extract_on=extract_on)


def require_ripe(found: Maturity, *, interim_allowed: bool) -> None:
    """Refuse data that were taken too early, unless an interim figure was asked for (it is then labelled so).

    Raises
    ------
    RefusedInput
        If the data are not ripe and interim figures are not allowed.
    """
    if not found.is_ripe and not interim_allowed:
        raise RefusedInput(
            where="extract",
            expected=f"data taken on {found.ripe_on} or later",
            found=str(found.extract_on),
            action="Take the data again then, or ask for interim figures, which are labelled as such.",
        )


def _in_range(name: str, value: int, *, least: int, most: int = _LONGEST_MONTHS) -> None:
    if not least <= value <= most:
        raise RefusedInput(
            where=name,
            expected=f"a whole number from {least} to {most}",
            found=str(value),
            action="Mend the protocol.",
        )
