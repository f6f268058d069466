"""Counts that may be shown: small cells are suppressed, further cells so that sums cannot give them back, or rounded.

A table with totals is a network in which every cell is an arc: what flows into a row or a column flows out of it.
So what a reader can work out about a suppressed cell, knowing every shown one, is two maximum flows in whole
numbers, and the protection that is promised here is computed exactly and never estimated. The reader is taken not to know
which suppressed cells are the small ones; tables that share totals are protected together by handing on what is hidden
(`hidden`), pair by pair.

References: L. H. Cox, "Suppression methodology and statistical disclosure control", JASA 75 (1980), 377-385;
M. Fischetti and J.-J. Salazar, "Models and algorithms for the 2-dimensional cell suppression problem in statistical
disclosure control", Mathematical Programming 84 (1999), 283-312.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Marks = npt.NDArray[np.int8]

MINIMUM_CELL = 10
"""Fewer people than this are not shown, unless the caller says otherwise."""

_UNBOUNDED = 1 << 60


class Mark(IntEnum):
    """What is done with a cell; both kinds of suppression look the same to a reader."""

    SHOWN = 0
    SMALL = 1
    COMPLEMENTARY = 2


@dataclass(frozen=True, slots=True)
class ProtectedList:
    """A list of counts with its total.

    Parameters
    ----------
    counts : int64 (n,)
        The true counts.
    marks : int8 (n,)
        A `Mark` a count.
    total : int
    total_mark : Mark
    """

    counts: Counts
    marks: Marks
    total: int
    total_mark: Mark

    def shown(self) -> tuple[int | None, ...]:
        """Return the counts as a reader may see them; None where suppressed."""
        return tuple(
            int(count) if mark == Mark.SHOWN else None
            for count, mark in zip(self.counts, self.marks, strict=True)
        )

    @property
    def shown_total(self) -> int | None:
        """The total, or None where it is suppressed."""
        return self.total if self.total_mark is Mark.SHOWN else None


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table with the totals of its rows and columns.

    Parameters
    ----------
    counts : int64 (rows + 1, columns + 1)
        The true counts; the last row and column are the totals, the last of both the grand total.
    marks : int8, same shape
        A `Mark` a cell.
    """

    counts: Counts
    marks: Marks

    def shown(self) -> tuple[tuple[int | None, ...], ...]:
        """Return the table with totals as a reader may see it; None where suppressed."""
        return tuple(
            tuple(int(count) if mark == Mark.SHOWN else None for count, mark in zip(row, marks, strict=True))
            for row, marks in zip(self.counts, self.marks, strict=True)
        )


def protect_list(
    counts: Sequence[int] | Counts,
    *,
    minimum: int = MINIMUM_CELL,
    protection: int | None = None,
    zero_is_safe: bool = True,
    impossible: npt.NDArray[np.bool_] | None = None,
    hidden: npt.NDArray[np.bool_] | None = None,
) -> ProtectedList:
    """Suppress small counts of a list that is shown with its total, and more where the total would give them back.

    Parameters
    ----------
    counts : whole numbers (n,)
    minimum : int
        A count from 1 to ``minimum - 1`` is small.
    protection : int or None
        A reader must not be able to place a small count in a range narrower than this; `minimum` by default.
    zero_is_safe : bool
        False: nought counts as small too (that nobody did something can tell on everybody).
    impossible : bool, shape of the counts, or None
        Cells that everybody knows to be empty: never small, and never used to hide another.
    hidden : bool, shape of the counts (of a table: with its totals), or None
        Cells that are suppressed elsewhere, so that they must be suppressed, and protected, here too.
    """
    values = _checked(counts, dimensions=1)
    arcs = [(0, 1, int(value)) for value in values] + [(1, 0, int(values.sum()))]
    marks = _suppress(
        arcs,
        margins=frozenset({len(values)}),
        rule=_Rule(
            minimum,
            _protection(protection, minimum),
            zero_is_safe,
            _places(impossible, values),
            _forced(hidden, values.shape),
        ),
    )
    return ProtectedList(values, np.array(marks[:-1], np.int8), int(values.sum()), Mark(marks[-1]))


def protect_table(
    counts: Sequence[Sequence[int]] | Counts,
    *,
    minimum: int = MINIMUM_CELL,
    protection: int | None = None,
    zero_is_safe: bool = True,
    impossible: npt.NDArray[np.bool_] | None = None,
    hidden: npt.NDArray[np.bool_] | None = None,
) -> ProtectedTable:
    """Suppress small counts of a table shown with its totals, and more where sums would give them back.

    Parameters
    ----------
    counts : whole numbers (rows, columns)
        Without totals.
    minimum, protection, zero_is_safe, impossible, hidden
        As in `protect_list`. A total that is small is suppressed too.
    """
    values = _checked(counts, dimensions=2)
    full = with_totals(values)
    arcs, margins = _table_arcs(full)
    fixed = _places(impossible, values)
    marks = _suppress(
        arcs,
        margins=margins,
        rule=_Rule(
            minimum, _protection(protection, minimum), zero_is_safe, fixed, _forced(hidden, full.shape)
        ),
    )
    return ProtectedTable(full, np.array(marks, np.int8).reshape(full.shape))


def known_range(table: ProtectedTable, row: int, column: int) -> tuple[int, int | None]:
    """Return the least and most that a reader can know a cell to hold; None where there is no most.

    The reader knows every shown cell, that cells add up to their totals, and that no cell is below nought.
    """
    arcs, _ = _table_arcs(table.counts)
    place = row * table.counts.shape[1] + column
    low, high = _range(arcs, [int(mark) for mark in table.marks.ravel()], place)
    return low, None if high >= _UNBOUNDED else high


def known_range_of_list(found: ProtectedList, place: int) -> tuple[int, int | None]:
    """Return the least and most that a reader can know a count of a list to hold; None where there is no most."""
    arcs = [(0, 1, int(value)) for value in found.counts] + [(1, 0, found.total)]
    low, high = _range(arcs, [*(int(mark) for mark in found.marks), int(found.total_mark)], place)
    return low, None if high >= _UNBOUNDED else high


def with_totals(counts: Counts) -> Counts:
    """Return a table with a last column and a last row of totals."""
    rows = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    return np.asarray(np.concatenate([rows, rows.sum(axis=0, keepdims=True)], axis=0), dtype=np.int64)


def rounded(counts: Sequence[int] | Counts, *, unit: int) -> Counts:
    """Return counts to the nearest multiple of `unit`, halves up.

    Totals are to be rounded by themselves: rounded counts need not add up to them, and a reader is told so.
    """
    if unit < 1:
        raise ValueError("a unit of rounding is a whole number from 1")
    values = np.asarray(counts, dtype=np.int64)
    return np.asarray((2 * values + unit) // (2 * unit) * unit, dtype=np.int64)


def share_may_be_shown(part: int, whole: int, *, minimum: int = MINIMUM_CELL) -> bool:
    """Return whether a share may be shown: those with and those without must each be at least `minimum`.

    A share that says that all, or none, of a group did something tells on everybody in it, so it is not shown either.
    """
    if not 0 <= part <= whole:
        raise ValueError("a part is between nought and its whole")
    return min(part, whole - part) >= minimum


@dataclass(frozen=True, slots=True)
class _Rule:
    minimum: int
    protection: int
    zero_is_safe: bool
    fixed: frozenset[int]
    forced: frozenset[int]

    def is_small(self, place: int, value: int) -> bool:
        if value == 0 and (self.zero_is_safe or place in self.fixed):
            return False
        return value < self.minimum


_Arc = tuple[int, int, int]  # from node, to node, value


def _protection(given: int | None, minimum: int) -> int:
    chosen = minimum if given is None else given
    if minimum < 1 or chosen < 1:
        raise ValueError("a minimum cell and a protection are whole numbers from 1")
    return chosen


def _checked(counts: Any, *, dimensions: int) -> Counts:  # noqa: ANN401 - a nest of numbers or an array
    values = np.asarray(counts)
    if values.ndim != dimensions or values.size == 0:
        raise ValueError(f"expected counts in {dimensions} dimension(s), found the shape {values.shape}")
    if values.dtype.kind not in "iu" or bool(np.any(values < 0)):
        raise ValueError("counts are whole numbers from 0")
    return values.astype(np.int64)


def _places(impossible: npt.NDArray[np.bool_] | None, values: Counts) -> frozenset[int]:
    """Return the impossible cells, and with them totals of nothing else, as places among the arcs."""
    if impossible is None:
        return frozenset()
    marks = np.asarray(impossible, dtype=np.bool_)
    if marks.shape != values.shape or bool(np.any(values[marks] != 0)):
        raise ValueError("an impossible cell is one of the counts, and is nought")
    if values.ndim == 2:
        rows = np.concatenate([marks, marks.all(axis=1, keepdims=True)], axis=1)
        marks = np.concatenate([rows, rows.all(axis=0, keepdims=True)], axis=0)
    return frozenset(int(place) for place in np.flatnonzero(marks))


def _forced(hidden: npt.NDArray[np.bool_] | None, shape: tuple[int, ...]) -> frozenset[int]:
    if hidden is None:
        return frozenset()
    marks = np.asarray(hidden, dtype=np.bool_)
    if marks.shape != shape:
        raise ValueError(f"hidden cells have the shape {shape}")
    return frozenset(int(place) for place in np.flatnonzero(marks))


def _table_arcs(full: Counts) -> tuple[list[_Arc], frozenset[int]]:
    """Return an arc for every cell, totals with it, in reading order, and which of them are totals.

    Nodes: the rows, then the columns; cells flow from row to column, totals back.
    """
    rows, columns = full.shape
    arcs: list[_Arc] = []
    margins: set[int] = set()
    for i in range(rows):
        for j in range(columns):
            last = (i == rows - 1, j == columns - 1)
            forward = last[0] == last[1]  # an inner cell, or the grand total
            pair = (i, rows + j) if forward else (rows + j, i)
            if any(last):
                margins.add(len(arcs))
            arcs.append((*pair, int(full[i, j])))
    return arcs, frozenset(margins)


def _suppress(arcs: Sequence[_Arc], *, margins: frozenset[int], rule: _Rule) -> list[int]:
    marks = [int(Mark.SMALL if rule.is_small(i, arc[2]) else Mark.SHOWN) for i, arc in enumerate(arcs)]
    for i in rule.forced - rule.fixed:
        marks[i] = marks[i] or int(Mark.COMPLEMENTARY)
    dearest = 1 + max(value for *_, value in arcs)
    costs = [value + 1 + (dearest * len(arcs) if i in margins else 0) for i, (*_, value) in enumerate(arcs)]
    kept = (i for i, mark in enumerate(marks) if mark != Mark.SHOWN)
    small = sorted(kept, key=lambda i: -arcs[i][2])
    for place in small:
        while True:
            low, high = _range(arcs, marks, place)
            if high - low >= rule.protection:
                break
            more = _cheapest_cycle(arcs, marks, costs, skipped=rule.fixed | {place}, place=place)
            if not more:
                break  # everything that can be suppressed is
            for i in more:
                marks[i] = int(Mark.COMPLEMENTARY)
    return marks


def _range(arcs: Sequence[_Arc], marks: Sequence[int], place: int) -> tuple[int, int]:
    tail, head, value = arcs[place]
    if marks[place] == Mark.SHOWN:
        return value, value
    others = [i for i, mark in enumerate(marks) if mark != Mark.SHOWN and i != place]
    more = _maximum_flow(arcs, others, source=head, sink=tail, most=_UNBOUNDED)
    less = _maximum_flow(arcs, others, source=tail, sink=head, most=value)
    return value - less, min(value + more, _UNBOUNDED)


def _maximum_flow(arcs: Sequence[_Arc], used: Sequence[int], *, source: int, sink: int, most: int) -> int:
    """Return how much can be moved round the suppressed arcs: up without end, down to nought."""
    room: dict[int, dict[int, int]] = {}
    for i in used:
        tail, head, value = arcs[i]
        room.setdefault(tail, {}).setdefault(head, 0)
        room.setdefault(head, {}).setdefault(tail, 0)
        room[tail][head] += _UNBOUNDED
        room[head][tail] += value
    moved = 0
    while moved < most:
        before = _shortest(room, source, sink)
        if before is None:
            break
        path = [sink]
        while path[-1] != source:
            path.append(before[path[-1]])
        steps = [(b, a) for a, b in pairwise(path)]
        step = min(most - moved, *(room[a][b] for a, b in steps))
        for a, b in steps:
            room[a][b] -= step
            room[b][a] += step
        moved += step
    return moved


def _shortest(room: dict[int, dict[int, int]], source: int, sink: int) -> dict[int, int] | None:
    before = {source: source}
    waiting = deque([source])
    while waiting:
        node = waiting.popleft()
        for other, left in room.get(node, {}).items():
            if left > 0 and other not in before:
                before[other] = node
                if other == sink:
                    return before
                waiting.append(other)
    return None


def _cheapest_cycle(
    arcs: Sequence[_Arc], marks: Sequence[int], costs: Sequence[int], *, skipped: frozenset[int], place: int
) -> tuple[int, ...]:
    """Return the shown arcs of the cheapest way round that lets the cell grow, at least one of them.

    A way that suppressed cells alone offer is used up by what `_range` counts, or is too narrow; so a shown cell
    must be on the way. Arcs are walked forwards at will and backwards where they hold more than nought.
    """
    tail, head, _ = arcs[place]
    edges: dict[int, list[tuple[int, int, int]]] = {}
    for i, (a, b, value) in enumerate(arcs):
        if i in skipped:
            continue
        cost = costs[i] if marks[i] == Mark.SHOWN else 0
        edges.setdefault(a, []).append((b, i, cost))
        if value > 0:
            edges.setdefault(b, []).append((a, i, cost))
    best = _least_cost(edges, marks, head, tail)
    return best or tuple(i for i, mark in enumerate(marks) if mark == Mark.SHOWN and i not in skipped)


def _least_cost(
    edges: dict[int, list[tuple[int, int, int]]], marks: Sequence[int], source: int, sink: int
) -> tuple[int, ...] | None:
    """Dijkstra over nodes and whether a shown arc was already taken."""
    heap: list[tuple[int, int, bool, tuple[int, ...]]] = [(0, source, False, ())]
    done: set[tuple[int, bool]] = set()
    while heap:
        cost, node, newly, taken = heapq.heappop(heap)
        if node == sink and newly:
            return taken
        if (node, newly) in done:
            continue
        done.add((node, newly))
        for other, arc, price in edges.get(node, ()):
            if arc in taken:
                continue
            fresh = marks[arc] == Mark.SHOWN
            heapq.heappush(heap, (cost + price, other, newly or fresh, (*taken, arc) if fresh else taken))
    return None
