"""Episodes: stretches of time found in single facts, such as a silence or a strap that is open.

Two episodes that lie close together are one run, so that a flapping sensor makes one incident and no flood.
A run is *settled* once no later fact can join it: until then its incident stays open, though it may be over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import Ints
from throughcare.kernel.time import SECOND_US, Interval

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch ``[start_us, end_us)``; ``end_us=None`` while it lasts."""

    start_us: int
    end_us: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """Episodes close enough to be one incident, in time order; only the last may last still."""

    episodes: tuple[Episode, ...]
    settled: bool

    @property
    def start_us(self) -> int:
        """Start of the first episode."""
        return self.episodes[0].start_us

    @property
    def end_us(self) -> int | None:
        """End of the last episode; None while it lasts."""
        return self.episodes[-1].end_us

    def stop_us(self, now_us: int) -> int:
        """Return the end, ``now`` while it lasts."""
        return now_us if self.end_us is None else self.end_us


def silences(
    contacts_us: Ints, worn: Interval, *, limit_s: float, now_us: int, whole_from_us: int | None = None
) -> list[Episode]:
    """Return the silences longer than the limit, from the first instant worn on.

    Parameters
    ----------
    contacts_us : int64 array of shape (n,), sorted
        Instants of contact inside ``worn``.
    worn : Interval
        The activation up to now, as :attr:`Scope.interval` gives it.
    limit_s : float, seconds
        A silence that lasts still counts from the instant at which it has lasted this long.
    whole_from_us : int or None
        Silences that ended before it are left out: contact within them may have been cut.
    """
    limit_us = round(limit_s * SECOND_US)
    starts = np.concatenate([[worn.start_us], contacts_us])
    ends = np.concatenate([contacts_us, [worn.stop_us]])
    lasting = worn.stop_us >= now_us
    long = ends - starts > limit_us
    if lasting:
        long[-1] = now_us - starts[-1] >= limit_us
    if whole_from_us is not None:
        long &= ends >= whole_from_us
    found = [Episode(int(starts[i]), int(ends[i])) for i in np.flatnonzero(long)]
    if lasting and long[-1]:
        found[-1] = Episode(found[-1].start_us, None)
    return found


def between(t_us: Ints, begins: Mask, finishes: Mask, *, stop_us: int, now_us: int) -> list[Episode]:
    """Return the episodes that one sort of fact begins and another ends; repeats of either change nothing.

    Parameters
    ----------
    t_us : int64 array of shape (n,), sorted
    begins, finishes : bool arrays of shape (n,)
        A fact that is both finishes.
    stop_us, now_us : int
        End of the activation or now, whichever is first; an episode without an end lasts still, unless the
        activation is over.
    """
    telling = np.flatnonzero(begins | finishes)
    on = ~finishes[telling]
    changes = np.flatnonzero(np.diff(on, prepend=False))
    rows, turned_on = telling[changes], on[changes]
    instants = t_us[rows].tolist()
    found = [Episode(a, b) for a, b in zip(instants[0::2], instants[1::2], strict=False)]
    if len(turned_on) and turned_on[-1]:
        found.append(Episode(instants[-1], None if stop_us >= now_us else stop_us))
    return found


def merge_runs(
    episodes: Sequence[Episode], *, gap_s: float, worn: Interval, now_us: int, quiet_us: int | None = None
) -> list[Run]:
    """Return the episodes as runs: neighbours less than the gap apart are one.

    Parameters
    ----------
    worn : Interval
        The activation up to now; when it is over every run is settled.
    quiet_us : int or None
        The latest instant at which a next episode may begin without having been noticed yet (a silence begins
        at the last contact and is noticed later). None: episodes are noticed as they begin.
    """
    gap_us = round(gap_s * SECOND_US)
    groups: list[list[Episode]] = []
    for episode in episodes:
        last_us = groups[-1][-1].end_us if groups else None
        if last_us is not None and episode.start_us - last_us < gap_us:
            groups[-1].append(episode)
        else:
            groups.append([episode])
    over = worn.stop_us < now_us
    horizon_us = now_us if quiet_us is None else quiet_us
    runs: list[Run] = []
    for position, group in enumerate(groups):
        end_us = group[-1].end_us
        passed = end_us is not None and horizon_us - end_us >= gap_us
        runs.append(Run(tuple(group), settled=over or passed or position < len(groups) - 1))
    return runs
