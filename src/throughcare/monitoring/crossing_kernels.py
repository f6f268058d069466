"""Compiled code of zone crossings: which zones hold a position, and what changed since the position before.

The plain meaning is in :mod:`throughcare.monitoring.crossing_reference`; tests hold the two to exact equality.
Positions and corners are multiples of 2**-40 degrees (0.1 micrometre), so that differences of two are exact
and the side of an edge on which a position lies is decided without rounding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

OUT, IN, ASK = 0, 1, 2  # of a cell: every point of it is outside, every point is inside, look at the edges
CELLS = 16  # along either side of a polygon's box
SNAP_DEG = 6144.0  # doubles from 4096 to 8192 are 2**-40 apart: adding and taking away rounds to that
SURE = 1e-6  # of a cell: how near an edge may come before the cell beside it must ask too
ROUNDING = 1e-15  # a product's sign is sure beyond this share of its size; four times the worst rounding
SPLIT = 134217729.0  # 2**27 + 1, Dekker's splitter

# Arrays belong to the caller for the whole call and no kernel makes one: see kernels.FAST. Threads share the work.
FAST: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False, "nogil": True}
PART: dict[str, Any] = {
    **FAST,
    "forceinline": True,
}  # else a call passes on every array of the zones, each time


class ZoneArrays(NamedTuple):
    """Zones as a kernel reads them: those of each activation side by side, the shared ones after them.

    Parameters
    ----------
    own_first : int64 array of shape (a + 1,)
        Range of each activation's own zones; the last element is the first shared zone.
    own_bits : int
        Bits kept for own zones; shared zone ``j`` is bit ``own_bits + j`` of everybody.
    box : float64 array of shape (z, 4)
        West, south, east, north in degrees.
    shape : float64 array of shape (z, 5)
        Circle: centre longitude and latitude, metres a degree east and north, squared radius. Polygon: cells a
        degree east and north, three zeros.
    cells : uint8 array of shape (z, 16, 16)
        ``OUT``, ``IN`` or ``ASK`` by cells of the box, north then east; of a circle all ``OUT``, and unused.
    row_first : int64 array of shape (z * 16 + 1,)
        Range in ``edges`` of the edges that touch a row of cells.
    edges : float64 array of shape (e, 4)
        Longitude and latitude of both ends.
    grid : float64 array of shape (4,)
        Of the shared zones: west, south, cells a degree east and north.
    kind : int32 array of shape (rows, columns)
        What a cell of the grid holds: an index into the next two.
    kind_words : int64 array of shape (k, words)
        Bits of the shared zones that hold the whole cell.
    ask_first, ask : int64 arrays of shape (k + 1,) and (n,)
        Range of the shared zones whose boundary may cross the cell; their numbers.
    """

    own_first: NDArray[np.int64]
    own_bits: int
    box: NDArray[np.float64]
    shape: NDArray[np.float64]
    cells: NDArray[np.uint8]
    row_first: NDArray[np.int64]
    edges: NDArray[np.float64]
    grid: NDArray[np.float64]
    kind: NDArray[np.int32]
    kind_words: NDArray[np.int64]
    ask_first: NDArray[np.int64]
    ask: NDArray[np.int64]


@njit(**PART)
def exact_side(a, b, c, d):  # type: ignore[no-untyped-def]
    """Return the sign of ``a * b - c * d``, exactly."""
    left, right = a * b, c * d
    difference = left - right
    if abs(difference) > ROUNDING * (abs(left) + abs(right)):
        return 1 if difference > 0.0 else -1
    low = remainder(a, b, left) - remainder(c, d, right)
    if left != right:
        low += difference  # exact: the two are within a factor of two of each other
    return 1 if low > 0.0 else (-1 if low < 0.0 else 0)


@njit(**FAST)
def remainder(a, b, product):  # type: ignore[no-untyped-def]
    """Return what rounding took from ``a * b`` (Dekker 1971)."""
    high = SPLIT * a
    a1 = high - (high - a)
    high = SPLIT * b
    b1 = high - (high - b)
    a2, b2 = a - a1, b - b1
    return a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2)


@njit(**FAST)
def within_edges(edges, first, last, x, y):  # type: ignore[no-untyped-def]
    """Return whether a position is inside the rings of the edges, or on one of them."""
    inside = False
    for i in range(first, last):
        y0, y1 = edges[i, 1], edges[i, 3]
        if (y0 > y) != (y1 > y):
            x0 = edges[i, 0]
            side = exact_side(edges[i, 2] - x0, y - y0, x - x0, y1 - y0)
            if side == 0:
                return True
            if (side > 0) == (y1 > y0):
                inside = not inside
        elif y0 == y:
            x0, x1 = edges[i, 0], edges[i, 2]
            if x0 == x or (y1 == y and (x0 < x) != (x1 < x)):
                return True
    return inside


@njit(**PART)
def within(zones, z, x, y):  # type: ignore[no-untyped-def]
    """Return whether a zone holds a position; its boundary belongs to it."""
    box = zones.box
    if x < box[z, 0] or x > box[z, 2] or y < box[z, 1] or y > box[z, 3]:
        return False
    shape = zones.shape
    if shape[z, 4] > 0.0:
        east, north = (x - shape[z, 0]) * shape[z, 2], (y - shape[z, 1]) * shape[z, 3]
        return east * east + north * north <= shape[z, 4]
    column = min(int((x - box[z, 0]) * shape[z, 0]), CELLS - 1)
    row = min(int((y - box[z, 1]) * shape[z, 1]), CELLS - 1)
    known = zones.cells[z, row, column]
    if known != ASK:
        return known == IN
    at = z * CELLS + row
    return within_edges(zones.edges, zones.row_first[at], zones.row_first[at + 1], x, y)


@njit(**PART)
def look(zones, activation, x, y, now):  # type: ignore[no-untyped-def]
    """Set the bits of ``now`` to the zones that hold a position."""
    grid, kinds = zones.grid, zones.kind
    column, row = int(np.floor((x - grid[0]) * grid[2])), int(np.floor((y - grid[1]) * grid[3]))
    kind = 0
    if 0 <= row < kinds.shape[0] and 0 <= column < kinds.shape[1]:
        kind = kinds[row, column]
    for word in range(len(now)):
        now[word] = zones.kind_words[kind, word]
    shared = zones.own_first[-1]
    for i in range(zones.ask_first[kind], zones.ask_first[kind + 1]):
        number = zones.ask[i]
        if within(zones, shared + number, x, y):
            bit = zones.own_bits + number
            now[bit >> 6] |= 1 << (bit & 63)
    first = zones.own_first[activation]
    for z in range(first, zones.own_first[activation + 1]):
        if within(zones, z, x, y):
            now[(z - first) >> 6] |= 1 << ((z - first) & 63)


@njit(**PART)
def tell(was, now, at, out_at, out_change, count):  # type: ignore[no-untyped-def]
    """Write what changed, in order of bits, and carry it over; return the new count.

    A change is ``2 * bit + 1`` for an entry, ``2 * bit`` for an exit. Beyond the output's end it is only counted.
    """
    for word in range(len(now)):
        changed = was[word] ^ now[word]
        if changed == 0:
            continue
        for bit in range(64):
            if (changed >> bit) & 1:
                if count < len(out_at):
                    out_at[count] = at
                    out_change[count] = 2 * (64 * word + bit) + ((now[word] >> bit) & 1)
                count += 1
        was[word] = now[word]
    return count


@njit(**FAST)
def follow(key, t_us, lat, lon, zones, state, last_us, now, out_at, out_change):  # type: ignore[no-untyped-def]
    """Follow positions in any order of activations, each activation's in time; return (changes, positions used).

    ``state`` of shape (a, words) and ``last_us`` of shape (a,) are changed in place; ``now`` is working space.
    Where there are more changes than ``len(out_at)`` the caller starts again with more.
    """
    count = used = 0
    for i in range(len(key)):
        activation = key[i]
        x, y = (lon[i] + SNAP_DEG) - SNAP_DEG, (lat[i] + SNAP_DEG) - SNAP_DEG
        if t_us[i] <= last_us[activation] or not (abs(x) <= 180.0 and abs(y) <= 90.0):
            continue
        last_us[activation] = t_us[i]
        used += 1
        look(zones, activation, x, y, now)
        count = tell(state[activation], now, i, out_at, out_change, count)
    return count, used


@njit(**FAST)
def is_in_order(key, t_us):  # type: ignore[no-untyped-def]
    """Return whether positions come activation by activation, each at a later instant than the one before."""
    for i in range(1, len(key)):
        if key[i] < key[i - 1] or (key[i] == key[i - 1] and t_us[i] <= t_us[i - 1]):
            return False
    return True


@njit(**FAST)
def span(low, high, cells):  # type: ignore[no-untyped-def]
    """Return the first cell and the one after the last that a stretch, in cells, touches or nearly touches."""
    first, last = int(np.floor(low - SURE)), int(np.floor(high + SURE))
    return min(max(first, 0), cells - 1), min(max(last, 0), cells - 1) + 1


@njit(**FAST)
def mark_edges(edges, corner, scale, cells, touched):  # type: ignore[no-untyped-def]
    """Mark in ``cells`` every cell that an edge may cross; count in ``touched`` the edges of each row."""
    rows, columns = cells.shape
    for i in range(len(edges)):
        u0, v0 = (edges[i, 0] - corner[0]) * scale[0], (edges[i, 1] - corner[1]) * scale[1]
        u1, v1 = (edges[i, 2] - corner[0]) * scale[0], (edges[i, 3] - corner[1]) * scale[1]
        first, after = span(min(v0, v1), max(v0, v1), rows)
        for row in range(first, after):
            touched[row] += 1
            low, high = min(u0, u1), max(u0, u1)
            if v0 != v1:  # only the piece of the edge that lies in the row
                a = min(max((row - SURE - v0) / (v1 - v0), 0.0), 1.0)
                b = min(max((row + 1 + SURE - v0) / (v1 - v0), 0.0), 1.0)
                low, high = (
                    min(u0 + a * (u1 - u0), u0 + b * (u1 - u0)),
                    max(u0 + a * (u1 - u0), u0 + b * (u1 - u0)),
                )
            west, east = span(low, high, columns)
            for column in range(west, east):
                cells[row, column] = ASK


@njit(**FAST)
def fill_cells(edges, corner, scale, cells):  # type: ignore[no-untyped-def]
    """Decide the cells that no edge crosses: like the neighbour to the west, or by the cell's middle."""
    rows, columns = cells.shape
    for row in range(rows):
        for column in range(columns):
            if cells[row, column] == ASK:
                continue
            if column > 0 and cells[row, column - 1] != ASK:
                cells[row, column] = cells[row, column - 1]
                continue
            x, y = corner[0] + (column + 0.5) / scale[0], corner[1] + (row + 0.5) / scale[1]
            cells[row, column] = IN if within_edges(edges, 0, len(edges), x, y) else OUT


@njit(**FAST)
def sort_edges(edges, corner, scale, room, sorted_edges):  # type: ignore[no-untyped-def]
    """Write the edges of each row of cells from the place that ``room`` names on, and move that place."""
    rows = len(room)
    for i in range(len(edges)):
        v0, v1 = (edges[i, 1] - corner[1]) * scale[1], (edges[i, 3] - corner[1]) * scale[1]
        first, after = span(min(v0, v1), max(v0, v1), rows)
        for row in range(first, after):
            for end in range(4):
                sorted_edges[room[row], end] = edges[i, end]
            room[row] += 1
