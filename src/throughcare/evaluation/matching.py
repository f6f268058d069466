"""Matching on the log odds of treatment: one to one, or everybody within a radius.

Comparison people stand in a row sorted by their log odds. One to one: the nearest who is still free on either side is
found by following who was taken (union-find), so that n people take about n log n steps. Within a radius: the row's
places are cut out by bisection, and shares are added up along the row.

References
----------
Rosenbaum and Rubin, American Statistician 39(1), 1985 (caliper of 0.2 standard deviations of the logit); Austin,
Pharmaceutical Statistics 10(2), 2011; Dehejia and Wahba, Review of Economics and Statistics 84(1), 2002 (radius).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from throughcare.evaluation.cohort import Flags, Floats

CALIPER: Final = 0.2  # standard deviations of the log odds

Rows = npt.NDArray[np.int64]
_COMPILED: dict[str, Any] = {"cache": True, "nogil": True}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who was paired with whom.

    Parameters
    ----------
    treated, comparison : int64 (m,)
        Rows of the cohort; each row at most once.
    caliper : float
        The greatest difference of log odds that a pair may have.
    unmatched : int
        Treated people without anybody free within the caliper.
    """

    treated: Rows
    comparison: Rows
    caliper: float
    unmatched: int


@dataclass(frozen=True, slots=True)
class RadiusMatches:
    """Everybody within a radius, with replacement.

    Parameters
    ----------
    matches : int64 (n,)
        How many comparison people each treated person has; nought for the comparison people.
    weights : float64 (n,)
        What each comparison person counts for: 1 / m for each treated person who has m. Nought for the treated.
    caliper : float
    unmatched : int
        Treated people who have nobody.
    """

    matches: Rows
    weights: Floats
    caliper: float
    unmatched: int


def caliper_of(log_odds: Floats, treated: Flags, *, deviations: float = CALIPER) -> float:
    """Return the caliper in log odds: `deviations` of the standard deviation pooled over both arms.

    The standard deviation is that of the log odds, not of the chance: on the chance a caliper lets through people who
    are not alike at all.
    """
    with_variance = float(np.var(log_odds[treated], ddof=1)) if treated.sum() > 1 else 0.0
    without_variance = float(np.var(log_odds[~treated], ddof=1)) if (~treated).sum() > 1 else 0.0
    return float(deviations * np.sqrt((with_variance + without_variance) / 2))


def match_pairs(
    log_odds: Floats,
    treated: Flags,
    *,
    strata: Mapping[str, npt.NDArray[np.int16]] | None = None,
    deviations: float = CALIPER,
) -> Pairs:
    """Pair each treated person with the nearest free comparison person.

    Parameters
    ----------
    log_odds : float64 (n,)
    treated : bool (n,)
    strata : mapping, optional
        Codes within which pairs must stay.
    deviations : float
        The caliper in standard deviations of the log odds.

    Returns
    -------
    Pairs

    Notes
    -----
    Whoever has the highest log odds chooses first, because they have the fewest alike (on equal log odds: who comes
    first in the cohort). Of two at the same distance the one with lower log odds is taken; of several with the same
    log odds the one fewest places away.
    """
    caliper = caliper_of(log_odds, treated, deviations=deviations)
    parts: list[tuple[Rows, Rows]] = []
    for rows in _by_stratum(len(log_odds), strata):
        ours, theirs = rows[treated[rows]], rows[~treated[rows]]
        ours = ours[np.argsort(-log_odds[ours], kind="stable")]
        theirs = theirs[np.argsort(log_odds[theirs], kind="stable")]
        places = _pair(log_odds[ours], log_odds[theirs], caliper)
        found = places >= 0
        parts.append((ours[found], theirs[places[found]]))
    pairs = Pairs(
        treated=np.concatenate([part[0] for part in parts]),
        comparison=np.concatenate([part[1] for part in parts]),
        caliper=caliper,
        unmatched=0,
    )
    return Pairs(pairs.treated, pairs.comparison, caliper, int(treated.sum()) - len(pairs.treated))


def _pair_nearest(choosers: Floats, row: Floats, caliper: float) -> Rows:
    """Return the place in the sorted row that each chooser takes, or -1."""
    size = len(row)
    below = np.arange(
        size + 1
    )  # below[i]: from place i - 1 downwards, where the next free one may be; 0 is none
    above = np.arange(size + 1)  # above[i]: from place i upwards; size is none
    taken = np.full(len(choosers), -1, dtype=np.int64)
    for chooser in range(len(choosers)):
        value = choosers[chooser]
        start = np.searchsorted(row, value)
        left = start
        while below[left] != left:
            below[left] = below[below[left]]
            left = below[left]
        right = start
        while above[right] != right:
            above[right] = above[above[right]]
            right = above[right]
        left_gap = value - row[left - 1] if left > 0 else np.inf
        right_gap = row[right] - value if right < size else np.inf
        place = left - 1 if left_gap <= right_gap else right
        if min(left_gap, right_gap) > caliper:
            continue
        taken[chooser] = place
        below[place + 1] = place
        above[place] = place + 1
    return taken


_pair: Callable[[Floats, Floats, float], Rows] = njit(**_COMPILED)(_pair_nearest)


def match_within_radius(
    log_odds: Floats,
    treated: Flags,
    *,
    strata: Mapping[str, npt.NDArray[np.int16]] | None = None,
    deviations: float = CALIPER,
) -> RadiusMatches:
    """Give each treated person everybody within the caliper, who share that person's weight of 1.

    Parameters
    ----------
    log_odds, treated, strata, deviations : as in `match_pairs`

    Returns
    -------
    RadiusMatches

    Notes
    -----
    Somebody exactly one caliper away is within. Shares are added along the row in extended precision, so that the
    weights are those of the obvious loop to 1e-10 for a million people too.
    """
    caliper = caliper_of(log_odds, treated, deviations=deviations)
    matches = np.zeros(len(log_odds), dtype=np.int64)
    weights = np.zeros(len(log_odds))
    for rows in _by_stratum(len(log_odds), strata):
        ours, theirs = rows[treated[rows]], rows[~treated[rows]]
        theirs = theirs[np.argsort(log_odds[theirs], kind="stable")]
        sorted_odds = log_odds[theirs]
        first = np.searchsorted(sorted_odds, log_odds[ours] - caliper, side="left")
        last = np.searchsorted(sorted_odds, log_odds[ours] + caliper, side="right")
        found = last - first
        share = 1.0 / np.maximum(found, 1) * (found > 0)
        steps = np.bincount(first, share, len(theirs) + 1) - np.bincount(last, share, len(theirs) + 1)
        ends = np.bincount(first[found > 0], minlength=len(theirs) + 1) - np.bincount(
            last[found > 0], minlength=len(theirs) + 1
        )
        matches[ours] = found
        summed = np.cumsum(steps.astype(np.longdouble))[:-1].astype(np.float64)
        weights[theirs] = np.where(
            np.cumsum(ends)[:-1] > 0, summed, 0.0
        )  # nobody's neighbour: nought, not 1e-17
    unmatched = int((matches[treated] == 0).sum())
    return RadiusMatches(matches=matches, weights=weights, caliper=caliper, unmatched=unmatched)


def stratum_codes(count: int, strata: Mapping[str, npt.NDArray[np.int16]] | None) -> Rows:
    """Return one code a person for all strata together (n,)."""
    codes = np.zeros(count, dtype=np.int64)
    for column in (strata or {}).values():
        _, positions = np.unique(column, return_inverse=True)
        codes = codes * (int(positions.max()) + 1) + positions
        codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return codes


def _by_stratum(count: int, strata: Mapping[str, npt.NDArray[np.int16]] | None) -> list[Rows]:
    codes = stratum_codes(count, strata)
    order = np.argsort(codes, kind="stable")
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    return list(np.split(order, cuts))
