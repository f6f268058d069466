"""The truth of a crossing, told by the other receivers that made the same journey.

The receivers of one run were carried together. For each of them the others, pooled, say when an area was
entered and left: at least two agreeing fixes in a row, a median of five against single errors. What the pool
cannot bound to a minute is *unsure* and scores no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.tracks.places import Floats

LONGEST_GAP_S = 180.0
SURE_S = 60.0
MERGE_S = 900.0


@dataclass(frozen=True)
class Track:
    """One receiver's fixes in time order."""

    device: str
    t_s: Floats
    lat_deg: Floats
    lon_deg: Floats
    accuracy_m: Floats

    def between(self, start_s: float, stop_s: float) -> Track:
        """Return the part in a span."""
        rows = (self.t_s >= start_s) & (self.t_s < stop_s)
        return self.take(rows)

    def take(self, rows: np.ndarray) -> Track:
        """Return the chosen rows."""
        return Track(
            self.device, self.t_s[rows], self.lat_deg[rows], self.lon_deg[rows], self.accuracy_m[rows]
        )

    def good(self, most_m: float) -> Track:
        """Return the fixes that claim at most this radius; a receiver that claims nothing is taken whole."""
        return self.take(np.isnan(self.accuracy_m) | (self.accuracy_m <= most_m))


def pool(tracks: Sequence[Track]) -> Track:
    """Return the fixes of several receivers as one track."""
    order = np.argsort(np.concatenate([t.t_s for t in tracks]), kind="stable")
    columns = [
        np.concatenate([getattr(t, name) for t in tracks])[order]
        for name in ("t_s", "lat_deg", "lon_deg", "accuracy_m")
    ]
    return Track("pool", *columns)


@dataclass(frozen=True)
class Visit:
    """One stretch on the wrong side of a boundary, or several close together, in seconds.

    ``inside_s`` is the time on the wrong side, ``longest_s`` its longest single stretch; ``..._doubt_s`` bound
    the error of either end.
    """

    enter_s: float
    leave_s: float
    enter_doubt_s: float
    leave_doubt_s: float
    inside_s: float
    longest_s: float

    @property
    def sure(self) -> bool:
        """Whether both ends are known to a minute."""
        return max(self.enter_doubt_s, self.leave_doubt_s) <= SURE_S

    def cut(self, start_s: float, stop_s: float) -> Visit | None:
        """Return the part within a span, unsure at an end that was cut; None where there is none."""
        if self.leave_s <= start_s or self.enter_s >= stop_s:
            return None
        enter_s, leave_s = max(self.enter_s, start_s), min(self.leave_s, stop_s)
        lost_s = (enter_s - self.enter_s) + (self.leave_s - leave_s)
        return Visit(
            enter_s,
            leave_s,
            self.enter_doubt_s if self.enter_s >= start_s else np.inf,
            self.leave_doubt_s if self.leave_s <= stop_s else np.inf,
            max(0.0, self.inside_s - lost_s),
            max(0.0, self.longest_s - lost_s),
        )


def joined(parts: Sequence[Visit], *, gap_s: float) -> list[Visit]:
    """Return the visits with those joined that are closer together than the gap."""
    found: list[Visit] = []
    for part in parts:
        if found and part.enter_s - found[-1].leave_s < gap_s:
            last = found.pop()
            longest_s = max(last.longest_s, part.longest_s)
            inside_s = last.inside_s + part.inside_s
            found.append(
                Visit(last.enter_s, part.leave_s, last.enter_doubt_s, part.leave_doubt_s, inside_s, longest_s)
            )
        else:
            found.append(part)
    return found


def visits(t_s: Floats, signed_m: Floats) -> list[Visit]:
    """Return the stretches in which a signed distance is positive.

    Parameters
    ----------
    t_s, signed_m : arrays of shape (n,)
        Instants in order; metres on the wrong side of the boundary.
    """
    if len(t_s) < 5:
        return []
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(signed_m, 2, mode="edge"), 5), axis=1)
    edges = np.flatnonzero(np.diff((smooth > 0.0).astype(int), prepend=0, append=0))
    return [_visit(t_s, a, b) for a, b in zip(edges[0::2], edges[1::2], strict=True) if b - a >= 2]


def _visit(t_s: Floats, first: int, end: int) -> Visit:
    """Return the visit of the fixes ``first`` to ``end``; an end that no fix bounds is not known at all."""
    begun, last = float(t_s[first]), float(t_s[end - 1])
    before = float(t_s[first - 1]) if first else -np.inf
    after = float(t_s[end]) if end < len(t_s) else np.inf
    enter_s = (before + begun) / 2 if first else begun
    leave_s = (last + after) / 2 if end < len(t_s) else last
    return Visit(enter_s, leave_s, begun - before, after - last, leave_s - enter_s, leave_s - enter_s)


def longest_gap_s(t_s: Floats, start_s: float, stop_s: float) -> float:
    """Return the longest time without a fix in a span, its ends included."""
    inside = t_s[(t_s > start_s) & (t_s < stop_s)]
    return float(np.diff(np.r_[start_s, inside, stop_s]).max())
