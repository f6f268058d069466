"""Periods: a score is tried on people later than those it was made from, and only once their follow-up is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.risk.validation.intervals import Bools

Days = npt.NDArray[np.datetime64]
Months = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class TemporalSplit:
    """Which people a model may be made from, which it is tried on, and who is still under way; (n,) each.

    Everybody is in exactly one. A person whose follow-up was not over on the day of the split is under way for
    the development, however early they began: their outcome was not known then.
    """

    development: Bools
    trial: Bools
    under_way: Bools


def follow_up_ends(started_on: Days, *, horizon_months: int) -> Days:
    """Return the day after the last day of each follow-up: the same day of the month, or the month's last day."""
    days = started_on.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    within = (days - month.astype("datetime64[D]")).astype(np.int64)
    later = month + np.timedelta64(horizon_months, "M")
    length = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(later.astype("datetime64[D]") + np.minimum(within, length - 1))


def is_complete(started_on: Days, *, horizon_months: int, known_until: np.datetime64) -> Bools:
    """Return whose follow-up was over, and every outcome known, on a day.

    An event that was seen early does not complete a case: counting events at once and non-events at the end would
    make every recent month look dangerous.
    """
    return np.asarray(follow_up_ends(started_on, horizon_months=horizon_months) <= known_until)


def split_in_time(
    started_on: Days, *, split_at: np.datetime64, horizon_months: int, known_until: np.datetime64
) -> TemporalSplit:
    """Return the split of people by the day on which they were scored.

    Parameters
    ----------
    started_on : datetime64[D] (n,)
        The day of the score, from which the follow-up runs.
    split_at : day
        People scored on or after it are the trial.
    horizon_months : int
    known_until : day
        Outcomes before this day are known.
    """
    over_then = is_complete(started_on, horizon_months=horizon_months, known_until=split_at)
    over_now = is_complete(started_on, horizon_months=horizon_months, known_until=known_until)
    later = started_on >= split_at
    development = ~later & over_then & over_now
    trial = later & over_now
    return TemporalSplit(development, trial, ~(development | trial))


def month_of(days: Days) -> Months:
    """Return the month of each day."""
    return days.astype("datetime64[M]")
