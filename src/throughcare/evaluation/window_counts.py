"""Counting proven offences, and days in custody, in a window of time that each person has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.clock import ReoffendingRules
from throughcare.evaluation.dropout import OPEN
from throughcare.evaluation.index_events import Checked
from throughcare.evaluation.reoffending_tables import Codes, Days, Flags, Proof, Rows, Tier

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]

_BLOCK = 1 << 20
_TIERS = (Tier.INDICTABLE_ONLY, Tier.EITHER_WAY, Tier.SUMMARY)


@dataclass(frozen=True, eq=False)
class Countable:
    """The offences that count by what they are, whenever they happened: proven, recordable, no breach.

    Parameters
    ----------
    person : int64 (k,)
        Row of the person.
    on, proven : day (k,)
    tier : int8 (k,)
    in_court, custody : bool (k,)
    """

    person: Rows
    on: Days
    proven: Days
    tier: Codes
    in_court: Flags
    custody: Flags


@dataclass(frozen=True, eq=False)
class WindowCounts:
    """What was proven of n people in ``[start, stop)``, an offence proven before ``proven_before``.

    Parameters
    ----------
    start, stop, proven_before : day (n,)
        NaT for a person without such a window: the counts are then 0 and ``days`` NaN.
    offences : int32 (n,)
        How many.
    days_to_first : float64 (n,)
        Days from the window's origin to the first; NaN where there is none.
    days : float64 (n,)
        The same, or the window's last day's distance where there is none: how long the person went without.
    tiers, court_tiers : int32 (n, 3)
        How many of each tier (indictable only, either way, summary), by any outcome and by conviction.
    most_serious : int8 (n,)
        The tier of the most serious; 0 for none, or none whose tier is known.
    court, custody : int32 (n,)
        How many by conviction, and with custody imposed.
    """

    start: Days
    stop: Days
    proven_before: Days
    offences: Counts
    days_to_first: Floats
    days: Floats
    tiers: npt.NDArray[np.int32]
    court_tiers: npt.NDArray[np.int32]
    most_serious: Codes
    court: Counts
    custody: Counts

    @property
    def reoffended(self) -> Flags:
        """Whether there was any. Shape (n,)."""
        return self.offences > 0

    def take(self, rows: Rows | Flags) -> Self:
        """Return some of the people."""
        names = self.__dataclass_fields__
        return type(self)(**{name: getattr(self, name)[rows] for name in names})


def countable_offences(checked: Checked, *, rules: ReoffendingRules) -> Countable:
    """Return the usable offences that count by what they are."""
    offences = checked.offences
    chosen: list[Rows] = []
    proven_by = np.isin(np.arange(len(Proof)), [int(proof) for proof in rules.proven_by])
    for begin in range(0, len(offences), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        good = (checked.offence_bucket[part] == OPEN) & offences.recordable[part] & ~offences.breach[part]
        good &= proven_by[np.clip(offences.outcome[part], 0, len(Proof) - 1)]
        chosen.append(np.flatnonzero(good) + begin)
    rows = np.concatenate(chosen) if chosen else np.empty(0, np.int64)
    return Countable(
        person=checked.offence_person[rows],
        on=offences.on[rows],
        proven=offences.proven[rows],
        tier=offences.tier[rows],
        in_court=offences.outcome[rows] == int(Proof.CONVICTION),
        custody=offences.custody[rows],
    )


def inside(countable: Countable, *, start: Days, stop: Days, proven_before: Days) -> Rows:
    """Return which offences happened in their person's window and were proven in time.

    Parameters
    ----------
    countable : Countable
    start, stop, proven_before : day (people,)
        NaT for a person who has none.
    """
    chosen: list[Rows] = []
    for begin in range(0, len(countable.person), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        person, on = countable.person[part], countable.on[part]
        good = (on >= start[person]) & (on < stop[person]) & (countable.proven[part] < proven_before[person])
        chosen.append(np.flatnonzero(good) + begin)
    return np.concatenate(chosen) if chosen else np.empty(0, np.int64)


def count_in_windows(
    countable: Countable, *, start: Days, stop: Days, proven_before: Days, origin: Days
) -> WindowCounts:
    """Count what was proven in a window of each person's own.

    Parameters
    ----------
    countable : Countable
    start, stop, proven_before : day (people,)
    origin : day (people,)
        The day from which days are counted.
    """
    size = len(start)
    rows = inside(countable, start=start, stop=stop, proven_before=proven_before)
    person, tier = countable.person[rows], countable.tier[rows]
    in_court = countable.in_court[rows]
    after_days = (countable.on[rows] - origin[person]).astype(np.float64)
    first = np.full(size, np.inf)
    np.minimum.at(first, person, after_days)
    horizon_days = _as_days(stop, origin)
    serious = np.full(size, np.int8(len(Tier)))
    known = tier > 0
    np.minimum.at(serious, person[known], tier[known])
    serious[serious == len(Tier)] = 0
    return WindowCounts(
        start=start,
        stop=stop,
        proven_before=proven_before,
        offences=_count(person, size),
        days_to_first=np.where(np.isfinite(first), first, np.nan),
        days=np.minimum(first, horizon_days),
        tiers=_by_tier(person, tier, size),
        court_tiers=_by_tier(person[in_court], tier[in_court], size),
        most_serious=serious,
        court=_count(person[in_court], size),
        custody=_count(person[countable.custody[rows]], size),
    )


def custody_days(
    person: Rows, begins: Days, ends: Days, *, start: Days, stop: Days
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return how many days of each person's window were spent in custody, overlapping spells counted once.

    Parameters
    ----------
    person : int64 (k,)
    begins, ends : day (k,)
        The day of release is at liberty; NaT for a spell that goes on.
    start, stop : day (people,)

    Returns
    -------
    days : float64 (people,)
    overlaps : bool (k,)
        Whether the spell covers a day of the window at all.
    """
    first = np.fmax(begins, start[person])
    last = np.where(np.isnat(ends), stop[person], np.minimum(ends, stop[person]))
    overlaps = (first < last) & ~np.isnat(start[person])
    rows = np.flatnonzero(overlaps)
    rows = rows[np.lexsort((first[rows], person[rows]))]
    who = person[rows]
    opens, closes = first[rows].astype(np.int64), last[rows].astype(np.int64)
    total = np.zeros(len(start))
    if len(rows):
        lowest = opens.min()
        stride = closes.max() - lowest + 1  # one person's days come after all of the person's before
        covered = np.maximum.accumulate(closes - lowest + who * stride)
        before = np.concatenate(([np.int64(-1)], covered[:-1])) - who * stride + lowest
        fresh = np.maximum(closes - np.maximum(opens, before), 0)
        total += np.bincount(who, weights=fresh, minlength=len(start))
    return total, overlaps


def _count(person: Rows, size: int) -> Counts:
    return np.bincount(person, minlength=size).astype(np.int32)


def _by_tier(person: Rows, tier: Codes, size: int) -> npt.NDArray[np.int32]:
    return np.stack([_count(person[tier == int(each)], size) for each in _TIERS], axis=1)


def _as_days(later: Days, earlier: Days) -> Floats:
    difference = later - earlier
    return np.where(np.isnat(difference), np.nan, difference.astype(np.float64))
