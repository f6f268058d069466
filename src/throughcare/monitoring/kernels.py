"""The compiled fold: from the items of an activation to presence segments, one watch at a time.

This is the fast path of :mod:`throughcare.monitoring.reference`, which says the same slowly and obviously;
tests hold the two to exact equality. A kernel works on plain arrays: ``marks`` (int64) and ``sums`` (float64)
are a watch's whole state, in the columns named below, and are changed in place by the caller's own copy.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.areas import GRID_CELLS, NOWHERE_M
from throughcare.monitoring.compiled import FAST, INLINE
from throughcare.monitoring.items import FIX
from throughcare.monitoring.membership import (
    KNOTS,
    RADIUS_68,
    U_KNOTS_PER_UNIT,
    U_LIMIT,
    Z_KNOTS_PER_UNIT,
    Z_LIMIT,
)
from throughcare.monitoring.status import StatusKind

# columns of marks: instants are UTC microseconds, NO_TIME_US where there is none
STATE, LAST_FIX, LAST_RADIO, LAST_ANY = 0, 1, 2, 3
SEG_START, SEG_FIRST, SEG_LAST, SEG_DECIDED, SEG_COUNT = 4, 5, 6, 7, 8
DROP_FIRST, DROP_PREV, DROP_COUNT = 9, 10, 11
RISE_FIRST, RISE_PREV, RISE_COUNT = 12, 13, 14
UNIT_MOVED, UNIT_DEAD, STRAP_OPEN = 15, 16, 17
TAG_SPOKE, TAG_DEAD = 18, 19
MARKS = 20
# columns of sums
LOG_ODDS, DROP, RISE, PEAK, FIX_ODDS, RADIO_ODDS = 0, 1, 2, 3, 4, 5
# where the last fix was, in metres on the watch's plane, and its standard error: 0 where it spoke for compliance
AWAY_EAST, AWAY_NORTH, AWAY_SIGMA = 6, 7, 8
SUMS = 9
# columns of the settings that a kernel receives (see settings_array)
(
    S_RULE,
    S_DECORRELATION_US,
    S_MAX_WEIGHT,
    S_OPEN,
    S_CLOSE,
    S_CAP,
    S_MISSED,
    S_POOR_LIMIT,
    S_GAP_US,
    S_GATE_M,
    S_RULE_DWELL_US,
    S_RULE_MIN,
    S_SILENT_US,
    S_TAIL_M,
    S_FLOOR,
    S_MISSED_ALONE,
    S_RADIO,
    S_HOLD,
    S_MISSED_BOUND,
    S_MOVED_GAIN,
    S_MOVED_ERRORS,
    S_MOVED_SCALE_M,
    S_COARSE_M,
) = range(23)
SETTINGS = 23
# why an item counted or did not (trace); the words are in throughcare.monitoring.tracing
(
    WHY_USED,
    WHY_SAME_INSTANT,
    WHY_POOR_CAPPED,
    WHY_STRAP_OPEN,
    WHY_UNIT_NOT_IN_PLACE,
    WHY_NO_RADIO_HERE,
    WHY_GATE,
    WHY_UNIT_EVENT,
    WHY_TAG_SILENT,
    WHY_COARSE,
) = range(10)

REPORT_US = 1_000_000  # a report speaks for its second: that long a segment outlives its last evidence

SEGMENT_INTS = 7  # start, end, state, first, last, decided, count

_HEARD = int(StatusKind.RADIO_HEARD)
_MISSED = int(StatusKind.RADIO_MISSED)
_MOVED = int(StatusKind.UNIT_MOVED)
_IN_PLACE = int(StatusKind.UNIT_IN_PLACE)
_DEAD = int(StatusKind.UNIT_DEAD)
_HEARTBEAT = int(StatusKind.UNIT_HEARTBEAT)
_RESTORED = int(StatusKind.UNIT_POWER_RESTORED)
_STRAP_OPEN = int(StatusKind.STRAP_OPEN)
_STRAP_CLOSED = int(StatusKind.STRAP_CLOSED)
_BATTERY_PERCENT = int(StatusKind.BATTERY_PERCENT)
_BATTERY_DEAD = int(StatusKind.BATTERY_DEAD)
_DEVICE_HEARTBEAT = int(StatusKind.DEVICE_HEARTBEAT)
_NO_POSITION = int(StatusKind.NO_POSITION)


@njit(**INLINE)
def edge_distance2(i, east, north, x, y):  # type: ignore[no-untyped-def]
    """Return the squared distance to the edge that begins at vertex ``i``."""
    x0, y0 = east[i], north[i]
    dx, dy = east[i + 1] - x0, north[i + 1] - y0
    length2 = dx * dx + dy * dy
    t = 0.0 if length2 == 0.0 else ((x - x0) * dx + (y - y0) * dy) / length2
    t = min(1.0, max(0.0, t))
    ex, ey = x - (x0 + t * dx), y - (y0 + t * dy)
    return ex * ex + ey * ey


@njit(**INLINE)
def crossed_oddly(v0, v1, east, north, x, y):  # type: ignore[no-untyped-def]
    """Return whether a ray eastwards crosses a ring an odd number of times."""
    odd = False
    for i in range(v0, v1 - 1):
        x0, y0, x1, y1 = east[i], north[i], east[i + 1], north[i + 1]
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


@njit(**INLINE)
def polygon_distance(part, grow, shape, x, y, far):  # type: ignore[no-untyped-def]
    """Return the signed distance to a polygon; the grid answers what is sure, and names the edges to look at."""
    _, _, ring_range, _, _, grid, sure, near, near_edges, rings, east, north = shape
    across, up = (x - grid[part, 0]) * grid[part, 2], (y - grid[part, 1]) * grid[part, 3]
    known, first, last = 0.0, 0, 0
    if 0.0 <= across < GRID_CELLS and 0.0 <= up < GRID_CELLS:
        column, row = int(across), int(up)
        known = sure[part, row, column]
        if known >= far or known <= -far - grow:
            return known
        cell = row * GRID_CELLS + column
        first, last = near[part, cell], near[part, cell + 1]
    nearest2 = NOWHERE_M * NOWHERE_M
    for place in range(first, last):
        nearest2 = min(nearest2, edge_distance2(near_edges[place], east, north, x, y))
    inside = known > 0.0
    if known == 0.0:
        for ring in range(ring_range[part, 0], ring_range[part, 1]):
            inside = inside != crossed_oddly(rings[ring, 0], rings[ring, 1], east, north, x, y)
    if first == last:  # beyond the grid: every edge
        for ring in range(ring_range[part, 0], ring_range[part, 1]):
            for i in range(rings[ring, 0], rings[ring, 1] - 1):
                nearest2 = min(nearest2, edge_distance2(i, east, north, x, y))
    distance = math.sqrt(nearest2)
    return distance if inside else -distance


@njit(**INLINE)
def part_distance(part, grow, shape, x, y, far):  # type: ignore[no-untyped-def]
    """Return the signed distance to one part; ``-far`` stands for anything farther outside than ``far``."""
    _, _, ring_range, box, circle, _, _, _, _, _, _, _ = shape
    if x < box[part, 0] - far or x > box[part, 2] + far or y < box[part, 1] - far or y > box[part, 3] + far:
        return -far * 1.01 - grow  # the box is grown already
    if ring_range[part, 0] == ring_range[part, 1]:
        dx, dy = x - circle[part, 0], y - circle[part, 1]
        return circle[part, 2] - math.sqrt(dx * dx + dy * dy)
    return polygon_distance(part, grow, shape, x, y, far)


@njit(**INLINE)
def compliance_distance(shape, x, y, far):  # type: ignore[no-untyped-def]
    """Return the compliance distance in metres; beyond ``far`` only its side is exact."""
    role, grow = shape[0], shape[1]
    inside_m = -NOWHERE_M
    clear_m = NOWHERE_M
    forbids = False
    for part in range(len(role)):
        signed = part_distance(part, grow[part], shape, x, y, far) + grow[part]
        if role[part] > 0:
            inside_m = max(inside_m, signed)
        else:
            forbids = True
            clear_m = min(clear_m, -signed)
    return max(inside_m, clear_m) if forbids else inside_m


@njit(**INLINE)
def table_value(z, u, table):  # type: ignore[no-untyped-def]
    """Return the tabulated log-likelihood ratio at ``z`` and ``u``, clipped, bilinear between knots."""
    row = (min(Z_LIMIT, max(-Z_LIMIT, z)) + Z_LIMIT) * Z_KNOTS_PER_UNIT
    column = (min(U_LIMIT, max(-U_LIMIT, u)) + U_LIMIT) * U_KNOTS_PER_UNIT
    i, j = min(int(row), KNOTS - 2), min(int(column), KNOTS - 2)
    down, across = row - i, column - j
    upper = table[i, j] + across * (table[i, j + 1] - table[i, j])
    lower = table[i + 1, j] + across * (table[i + 1, j + 1] - table[i + 1, j])
    return upper + down * (lower - upper)


@njit(**INLINE)
def fix_says(lat, lon, sigma, origin, shape, tail_m, table):  # type: ignore[no-untyped-def]
    """Return (east, north, compliance distance, log-likelihood ratio) of a fix; far away only the side counts."""
    x = (lon - origin[1]) * origin[2]
    y = (lat - origin[0]) * origin[3]
    far = max(Z_LIMIT * sigma, U_LIMIT * tail_m)
    distance = compliance_distance(shape, x, y, far)
    if distance >= far:
        return x, y, distance, table_value(Z_LIMIT, U_LIMIT, table)
    if distance <= -far:
        return x, y, distance, table_value(-Z_LIMIT, -U_LIMIT, table)
    return x, y, distance, table_value(distance / sigma, distance / tail_m, table)


@njit(**FAST)
def emit(marks, sums, end, out_i, out_f, count):  # type: ignore[no-untyped-def]
    """Write the current segment, ending at ``end``, unless it is empty; return the new count."""
    if end <= marks[SEG_START]:
        return count
    if count < len(out_i):
        out_i[count, 0] = marks[SEG_START]
        out_i[count, 1] = end
        out_i[count, 2] = marks[STATE]
        out_i[count, 3] = marks[SEG_FIRST]
        out_i[count, 4] = marks[SEG_LAST]
        out_i[count, 5] = marks[SEG_DECIDED]
        out_i[count, 6] = marks[SEG_COUNT]
        out_f[count] = sums[PEAK]
    return count + 1


@njit(**FAST)
def forget(marks, sums):  # type: ignore[no-untyped-def]
    """Forget accumulated evidence: nothing is known any more."""
    sums[LOG_ODDS] = 0.0
    sums[FIX_ODDS] = 0.0
    sums[RADIO_ODDS] = 0.0
    sums[AWAY_SIGMA] = 0.0
    sums[DROP] = 0.0
    sums[RISE] = 0.0
    marks[DROP_FIRST] = NO_TIME_US
    marks[RISE_FIRST] = NO_TIME_US
    marks[DROP_COUNT] = 0
    marks[RISE_COUNT] = 0
    marks[LAST_FIX] = NO_TIME_US
    marks[LAST_RADIO] = NO_TIME_US
    marks[LAST_ANY] = NO_TIME_US


@njit(**FAST)
def lose(marks, sums, at, out_i, out_f, count):  # type: ignore[no-untyped-def]
    """End the current segment at ``at`` and begin ``unknown`` there; return the new count of segments.

    The segment holds at least its last evidence, so that even one report leaves its trace.
    """
    if marks[STATE] != 0:
        at = max(at, marks[LAST_ANY] + REPORT_US)
        count = emit(marks, sums, at, out_i, out_f, count)
        marks[STATE] = 0
        marks[SEG_START] = at
        marks[SEG_FIRST] = at
        marks[SEG_LAST] = at
        marks[SEG_DECIDED] = at
        marks[SEG_COUNT] = 0
        sums[PEAK] = 0.0
    forget(marks, sums)
    return count


@njit(**FAST)
def turn(marks, sums, state, t, out_i, out_f, count):  # type: ignore[no-untyped-def]
    """Change state at item ``t``, dated back to half-way before the evidence that began the change."""
    against = state < 0 or (state == 0 and marks[STATE] > 0)
    first = marks[DROP_FIRST] if against else marks[RISE_FIRST]
    before = marks[DROP_PREV] if against else marks[RISE_PREV]
    number = marks[DROP_COUNT] if against else marks[RISE_COUNT]
    if first == NO_TIME_US:
        first, before, number = t, marks[LAST_ANY], 1
    boundary = first
    if before != NO_TIME_US:
        boundary = before + (first - before) // 2
    boundary = max(boundary, marks[SEG_START])
    if marks[STATE] != 0:
        marks[SEG_LAST] = max(marks[SEG_FIRST], min(marks[SEG_LAST], boundary))
    count = emit(marks, sums, boundary, out_i, out_f, count)
    marks[STATE] = state
    marks[SEG_START] = boundary
    marks[SEG_FIRST] = boundary if state == 0 else max(first, boundary)
    marks[SEG_LAST] = boundary if state == 0 else t
    marks[SEG_DECIDED] = t
    marks[SEG_COUNT] = 0 if state == 0 else number
    sums[PEAK] = 0.0
    # doubt keeps the run that raised it: what follows is dated back to where it began
    if state != 0 or not against:
        sums[DROP] = 0.0
        marks[DROP_FIRST] = NO_TIME_US
        marks[DROP_COUNT] = 0
    if state != 0 or against:
        sums[RISE] = 0.0
        marks[RISE_FIRST] = NO_TIME_US
        marks[RISE_COUNT] = 0
    return count


@njit(**INLINE)
def run_after(total, first, before, count, t, step, last_any):  # type: ignore[no-untyped-def]
    """Return (total, first, before, count) of a cumulative sum after a step, reset when its turn is undone."""
    total += step
    if total <= 0.0:
        return 0.0, NO_TIME_US, before, 0
    if step > 0.0:
        if first == NO_TIME_US:
            first, before = t, last_any
        count += 1
    return total, first, before, count


@njit(**FAST)
def follow_runs(marks, sums, t, step):  # type: ignore[no-untyped-def]
    """Follow where the evidence turned: one sum of what spoke against, one of what spoke for."""
    last_any = marks[LAST_ANY]
    sums[DROP], marks[DROP_FIRST], marks[DROP_PREV], marks[DROP_COUNT] = run_after(
        sums[DROP], marks[DROP_FIRST], marks[DROP_PREV], marks[DROP_COUNT], t, -step, last_any
    )
    sums[RISE], marks[RISE_FIRST], marks[RISE_PREV], marks[RISE_COUNT] = run_after(
        sums[RISE], marks[RISE_FIRST], marks[RISE_PREV], marks[RISE_COUNT], t, step, last_any
    )


@njit(**FAST)
def count_evidence(marks, sums, t, step, out_i, out_f, count, settings):  # type: ignore[no-untyped-def]
    """Change state where the log-odds say so; count evidence for the state that stands."""
    state = marks[STATE]
    log_odds = sums[LOG_ODDS]
    if state >= 0 and log_odds <= -settings[S_OPEN]:
        count = turn(marks, sums, -1, t, out_i, out_f, count)
    elif state <= 0 and log_odds >= settings[S_CLOSE]:
        count = turn(marks, sums, 1, t, out_i, out_f, count)
    elif (state < 0 and log_odds > -settings[S_HOLD]) or (state > 0 and log_odds <= -settings[S_HOLD]):
        count = turn(marks, sums, 0, t, out_i, out_f, count)
    elif state * step > 0.0:
        marks[SEG_LAST] = t
        marks[SEG_COUNT] += 1
    if marks[STATE] != 0:
        sums[PEAK] = max(sums[PEAK], marks[STATE] * sums[LOG_ODDS])
    return count


@njit(**FAST)
def device_event(marks, t, kind):  # type: ignore[no-untyped-def]
    """Follow the equipment: a unit moved until a person confirms its place, and what is dead until it speaks."""
    if kind == _STRAP_CLOSED:
        marks[STRAP_OPEN] = 0
    elif kind == _BATTERY_DEAD:
        marks[TAG_DEAD] = 1
    elif kind == _BATTERY_PERCENT:
        marks[TAG_DEAD] = 0
    elif kind == _DEVICE_HEARTBEAT or kind == _NO_POSITION:
        marks[TAG_DEAD] = 0
        if marks[TAG_SPOKE] != NO_TIME_US or kind == _NO_POSITION:
            marks[TAG_SPOKE] = t
    elif kind == _MOVED:
        marks[UNIT_MOVED] = 1
    elif kind == _IN_PLACE:
        marks[UNIT_MOVED] = 0
        marks[UNIT_DEAD] = 0
    elif kind == _DEAD:
        marks[UNIT_DEAD] = 1
    else:
        marks[UNIT_DEAD] = 0


@njit(**FAST)
def tag_is_silent(marks, t, settings):  # type: ignore[no-untyped-def]
    """Return whether an unheard poll says nothing: the tag is dead, or silent on its own network too.

    Only a tag that finds positions has a network of its own; of a radio tag a missed poll is all there is.
    """
    if marks[TAG_DEAD] == 1:
        return True
    return marks[TAG_SPOKE] != NO_TIME_US and t - marks[TAG_SPOKE] > settings[S_SILENT_US]


@njit(**INLINE)
def radio_speaks(last_radio, t, settings):  # type: ignore[no-untyped-def]
    """Return whether a home unit told of the tag of late, which says more than a mast does."""
    return last_radio != NO_TIME_US and t - last_radio <= settings[S_GAP_US]


@njit(**FAST)
def unusable(marks, t, what, is_poor, sigma, radio, settings):  # type: ignore[no-untyped-def]
    """Return why a fix or radio report is no evidence here, or WHY_USED where it is."""
    if marks[STRAP_OPEN] == 1:
        return WHY_STRAP_OPEN
    if what != FIX:
        if not radio:
            return WHY_NO_RADIO_HERE
        if marks[UNIT_MOVED] == 1 or marks[UNIT_DEAD] == 1:
            return WHY_UNIT_NOT_IN_PLACE
        if what == _MISSED and tag_is_silent(marks, t, settings):
            return WHY_TAG_SILENT
        if marks[LAST_RADIO] == t:
            return WHY_SAME_INSTANT
        return WHY_GATE if settings[S_RULE] > 0.0 and what == _MISSED else WHY_USED
    if settings[S_RULE] > 0.0 and (is_poor or sigma * RADIUS_68 > settings[S_GATE_M]):
        return WHY_GATE
    if is_poor and radio_speaks(marks[LAST_RADIO], t, settings) and sigma * RADIUS_68 > settings[S_COARSE_M]:
        return WHY_COARSE
    return WHY_SAME_INSTANT if marks[LAST_FIX] == t else WHY_USED


@njit(**INLINE)
def weight(t, last, settings):  # type: ignore[no-untyped-def]
    """Return how much of a witness an item is, by the time since the last of its sort."""
    if last == NO_TIME_US:
        return settings[S_MAX_WEIGHT]
    return min(settings[S_MAX_WEIGHT], (t - last) / settings[S_DECORRELATION_US])


@njit(**INLINE)
def moved_weight(share, east, north, sigma, last_east, last_north, last_sigma, settings):  # type: ignore[no-untyped-def]
    """Return the weight of a fix away that follows a fix away: apart by more than both may err, it counts more.

    One error repeated stays where it is, so a run of distinct positions is no such error.
    """
    if last_sigma == 0.0:
        return share
    across, up = east - last_east, north - last_north
    error = math.sqrt(0.5 * (sigma * sigma + last_sigma * last_sigma))
    beyond = (math.sqrt(across * across + up * up) - settings[S_MOVED_ERRORS] * error) / settings[
        S_MOVED_SCALE_M
    ]
    gain = 1.0 + settings[S_MOVED_GAIN] * min(1.0, max(0.0, beyond))
    return min(settings[S_MAX_WEIGHT], share * gain)


@njit(**FAST)
def take_fix(marks, sums, t, east, north, sigma, distance, own, poor, settings):  # type: ignore[no-untyped-def]
    """Move the log-odds by a fix that by itself says ``own``; return (pull, why).

    They move a share of the way to what the fix says: errors repeat themselves, so that a thousand repetitions
    say no more than one. A poor source goes no further against the wearer than its limit.
    """
    before = sums[FIX_ODDS]
    share = weight(t, marks[LAST_FIX], settings)
    if own >= 0.0 or not poor:  # a poor fix away shows no movement: masts hop
        away = sigma if own < 0.0 and settings[S_MOVED_GAIN] > 0.0 else 0.0
        if away > 0.0:
            last_east, last_north, last_sigma = sums[AWAY_EAST], sums[AWAY_NORTH], sums[AWAY_SIGMA]
            share = moved_weight(share, east, north, sigma, last_east, last_north, last_sigma, settings)
        sums[AWAY_EAST], sums[AWAY_NORTH], sums[AWAY_SIGMA] = east, north, away
    after, pull, why = before + share * (own - before), share * own, WHY_USED
    if settings[S_RULE] > 0.0:
        after = rule_odds(marks, before, t, distance, settings)
        # at a bound the log-odds move no more, but each fix still speaks for its side
        pull = Z_LIMIT * settings[S_CAP] if distance >= 0.0 else -1e-6
    elif poor and after < before and after < -settings[S_POOR_LIMIT]:
        after = min(before, -settings[S_POOR_LIMIT])
        pull, why = after - before, WHY_POOR_CAPPED
    sums[FIX_ODDS] = min(settings[S_CAP], max(-settings[S_FLOOR], after))
    if marks[LAST_RADIO] != NO_TIME_US and t - marks[LAST_RADIO] > settings[S_GAP_US]:
        sums[RADIO_ODDS] = 0.0
    marks[LAST_FIX] = t
    return pull, why


@njit(**FAST)
def rule_odds(marks, before, t, distance, settings):  # type: ignore[no-untyped-def]
    """Return the log-odds after one gated fix under the tuned rule."""
    if distance >= 0.0:
        return settings[S_CAP]
    since_us = 0 if marks[DROP_FIRST] == NO_TIME_US else t - marks[DROP_FIRST]
    if since_us >= settings[S_RULE_DWELL_US] and marks[DROP_COUNT] + 1 >= settings[S_RULE_MIN]:
        return -settings[S_FLOOR]
    return before - 1e-6  # outside, not long enough yet: the run is followed, the state stands


@njit(**FAST)
def take_poll(marks, sums, t, heard, settings):  # type: ignore[no-untyped-def]
    """Move the log-odds by one poll of the home unit; return (what it says by itself, pull).

    Heard beside the unit outweighs everything and undoes any turn. Unheard polls add up, each a little.
    """
    own, pull = settings[S_RADIO], Z_LIMIT * settings[S_RADIO]
    if heard:
        sums[RADIO_ODDS] = settings[S_RADIO]
        sums[FIX_ODDS] = max(sums[FIX_ODDS], settings[S_CAP] if settings[S_RULE] > 0.0 else 0.0)
        sums[AWAY_SIGMA] = 0.0
    else:
        missed, bound = settings[S_MISSED], settings[S_MISSED_BOUND]
        if marks[TAG_SPOKE] == NO_TIME_US:
            missed = settings[S_MISSED_ALONE]
        if marks[LAST_FIX] == NO_TIME_US:
            bound = settings[S_RADIO]
        own, pull = -missed, -missed * weight(t, marks[LAST_RADIO], settings)
        sums[RADIO_ODDS] = max(-bound, min(sums[RADIO_ODDS], 0.0) + pull)
    if marks[LAST_FIX] != NO_TIME_US and t - marks[LAST_FIX] > settings[S_GAP_US]:
        sums[FIX_ODDS] = 0.0
        sums[AWAY_SIGMA] = 0.0
        marks[LAST_FIX] = NO_TIME_US
    marks[LAST_RADIO] = t
    return own, pull


@njit(**INLINE)
def stands(state, log_odds, settings):  # type: ignore[no-untyped-def]
    """Return whether the state stays as it is at these log-odds: the other side of :func:`count_evidence`."""
    if state > 0:
        return log_odds > -settings[S_OPEN] and log_odds > -settings[S_HOLD]
    if state < 0:
        return log_odds < settings[S_CLOSE] and log_odds <= -settings[S_HOLD]
    return -settings[S_OPEN] < log_odds < settings[S_CLOSE]


@njit(**INLINE)
def steady_fix(  # type: ignore[no-untyped-def]
    t, lat, lon, sigma, poor, origin, shape, settings, table,
    fix_odds, radio_odds, last_fix, last_radio, away_east, away_north, away_sigma,
):  # fmt: skip
    """Return what a fix does: :func:`take_fix`.

    That is: whether the whole rules are needed, what it says by itself, fix odds, radio odds, pull; then where it is,
    and its error where it spoke against.
    """
    east, north, _, own = fix_says(lat, lon, sigma, origin, shape, settings[S_TAIL_M], table)
    share, away = weight(t, last_fix, settings), 0.0
    if own < 0.0 and settings[S_MOVED_GAIN] > 0.0:
        away = sigma
        share = moved_weight(share, east, north, sigma, away_east, away_north, away_sigma, settings)
    after, pull = fix_odds + share * (own - fix_odds), share * own
    special = t == last_fix or (poor and (own < 0.0 or radio_speaks(last_radio, t, settings)))
    silent = last_radio != NO_TIME_US and t - last_radio > settings[S_GAP_US]
    bounded = min(settings[S_CAP], max(-settings[S_FLOOR], after))
    return special, own, bounded, 0.0 if silent else radio_odds, pull, east, north, away


@njit(**INLINE)
def steady_poll(t, heard, fix_odds, radio_odds, last_fix, last_radio, spoke, settings):  # type: ignore[no-untyped-def]
    """Return (whether the whole rules are needed, own, fix odds, radio odds, pull) of a poll: :func:`take_poll`."""
    special = t == last_radio or (last_fix != NO_TIME_US and t - last_fix > settings[S_GAP_US])
    own = settings[S_RADIO]
    if heard:
        return special, own, max(fix_odds, 0.0), own, Z_LIMIT * own
    alone = spoke == NO_TIME_US or last_fix == NO_TIME_US
    pull = -settings[S_MISSED] * weight(t, last_radio, settings)
    odds = max(-settings[S_MISSED_BOUND], min(radio_odds, 0.0) + pull)
    special = special or alone or t - spoke > settings[S_SILENT_US]
    return special, -settings[S_MISSED], fix_odds, odds, pull


@njit(**INLINE)
def comes_next(fix, told, fix_us, told_us):  # type: ignore[no-untyped-def]
    """Return whether the next fix comes before the next status: at one instant it does not."""
    return told >= len(told_us) or (fix < len(fix_us) and fix_us[fix] < told_us[told])


@njit(**FAST)
def steady(  # type: ignore[no-untyped-def]
    fix, told, fix_us, lat, lon, sigma, poor, told_us, told_kind, origin, shape, radio,
    settings, table, marks, sums, trace_why, trace_p, trace_l,
):  # fmt: skip
    """Fold from a fix and a status on while nothing turns; return the first two left to the whole rules.

    Most items change no state: this says of them exactly what :func:`fold_watch` does, with a watch's whole state
    in registers. What is rare (a turn, a silence, the equipment, a second report of one instant) stops it untouched.
    """
    polled = radio and marks[UNIT_MOVED] == 0 and marks[UNIT_DEAD] == 0
    state, tracing, spoke = marks[STATE], len(trace_why) > 0, marks[TAG_SPOKE]
    last_fix, last_radio, last_any = marks[LAST_FIX], marks[LAST_RADIO], marks[LAST_ANY]
    fix_odds, radio_odds, log_odds, peak = sums[FIX_ODDS], sums[RADIO_ODDS], sums[LOG_ODDS], sums[PEAK]
    drop, drop_first, drop_prev, drops = sums[DROP], marks[DROP_FIRST], marks[DROP_PREV], marks[DROP_COUNT]
    rise, rise_first, rise_prev, rises = sums[RISE], marks[RISE_FIRST], marks[RISE_PREV], marks[RISE_COUNT]
    seg_last, seg_count = marks[SEG_LAST], marks[SEG_COUNT]
    away_east, away_north, away_sigma = sums[AWAY_EAST], sums[AWAY_NORTH], sums[AWAY_SIGMA]
    while fix < len(fix_us) or told < len(told_us):
        is_fix = comes_next(fix, told, fix_us, told_us)
        if is_fix:
            t = fix_us[fix]
            special, own, next_fix, next_radio, pull, east, north, away = steady_fix(
                t, lat[fix], lon[fix], sigma[fix], poor[fix], origin, shape, settings, table,
                fix_odds, radio_odds, last_fix, last_radio, away_east, away_north, away_sigma,
            )  # fmt: skip
        elif polled and (told_kind[told] == _HEARD or told_kind[told] == _MISSED):
            t = told_us[told]
            special, own, next_fix, next_radio, pull = steady_poll(
                t, told_kind[told] == _HEARD, fix_odds, radio_odds, last_fix, last_radio, spoke, settings
            )
        else:
            break
        if special or t - last_any > settings[S_GAP_US] or not stands(state, next_fix + next_radio, settings):
            break
        fix_odds, radio_odds, log_odds = next_fix, next_radio, next_fix + next_radio
        drop, drop_first, drop_prev, drops = run_after(drop, drop_first, drop_prev, drops, t, -pull, last_any)
        rise, rise_first, rise_prev, rises = run_after(rise, rise_first, rise_prev, rises, t, pull, last_any)
        if state * pull > 0.0:
            seg_last, seg_count = t, seg_count + 1
        if state != 0:
            peak = max(peak, state * log_odds)
        if tracing:
            trace_why[fix + told], trace_p[fix + told], trace_l[fix + told] = WHY_USED, own, log_odds
        last_any = t
        if is_fix:
            last_fix = spoke = t
            away_east, away_north, away_sigma = east, north, away
            fix += 1
        else:
            last_radio = t
            away_sigma = 0.0 if own > 0.0 else away_sigma
            told += 1
    marks[LAST_FIX], marks[LAST_RADIO] = last_fix, last_radio
    marks[LAST_ANY], marks[TAG_SPOKE] = last_any, spoke
    sums[FIX_ODDS], sums[RADIO_ODDS], sums[LOG_ODDS], sums[PEAK] = fix_odds, radio_odds, log_odds, peak
    sums[DROP], marks[DROP_FIRST], marks[DROP_PREV], marks[DROP_COUNT] = drop, drop_first, drop_prev, drops
    sums[RISE], marks[RISE_FIRST], marks[RISE_PREV], marks[RISE_COUNT] = rise, rise_first, rise_prev, rises
    marks[SEG_LAST], marks[SEG_COUNT] = seg_last, seg_count
    sums[AWAY_EAST], sums[AWAY_NORTH], sums[AWAY_SIGMA] = away_east, away_north, away_sigma
    return fix, told


@njit(**FAST)
def whole_rules(  # type: ignore[no-untyped-def]
    t, what, here, origin, shape, radio, settings, table, marks, sums, out_i, out_f, count
):
    """Fold one item; return (number of closed segments, why it counted or not, what it says by itself)."""
    why, own = WHY_UNIT_EVENT, 0.0
    lat, lon, sigma, poor = here
    if what == _STRAP_OPEN:
        marks[STRAP_OPEN] = 1
        silent = marks[LAST_ANY] != NO_TIME_US and t - marks[LAST_ANY] > settings[S_GAP_US]
        return lose(marks, sums, marks[LAST_ANY] if silent else t, out_i, out_f, count), why, own
    if what != FIX and what != _HEARD and what != _MISSED:
        device_event(marks, t, what)
        return count, why, own
    if what == _HEARD:
        marks[UNIT_DEAD] = 0  # a unit that hears is on
    why = unusable(marks, t, what, poor, sigma, radio, settings)
    if what != _MISSED:
        marks[TAG_DEAD] = 0
    if what == FIX:
        marks[TAG_SPOKE] = t
    if why != WHY_USED:
        return count, why, own
    if marks[LAST_ANY] != NO_TIME_US and t - marks[LAST_ANY] > settings[S_GAP_US]:
        count = lose(marks, sums, marks[LAST_ANY], out_i, out_f, count)
    if what == FIX:
        east, north, distance, own = fix_says(lat, lon, sigma, origin, shape, settings[S_TAIL_M], table)
        pull, why = take_fix(marks, sums, t, east, north, sigma, distance, own, poor, settings)
    else:
        own, pull = take_poll(marks, sums, t, what == _HEARD, settings)
    sums[LOG_ODDS] = sums[FIX_ODDS] + sums[RADIO_ODDS]
    follow_runs(marks, sums, t, pull)
    count = count_evidence(marks, sums, t, pull, out_i, out_f, count, settings)
    marks[LAST_ANY] = t
    return count, why, own


@njit(**FAST)
def fold_watch(  # type: ignore[no-untyped-def]
    fix_us, lat, lon, sigma, poor, told_us, told_kind, origin, shape, radio,
    settings, table, marks, sums, out_i, out_f, trace_why, trace_p, trace_l,
):  # fmt: skip
    """Fold the fixes and statuses of one activation into one watch; return the number of closed segments.

    Where the number exceeds ``len(out_i)`` the output was too small and the caller starts again with more.
    """
    count = fix = told = 0
    while True:
        if settings[S_RULE] == 0.0 and marks[STRAP_OPEN] == 0 and marks[TAG_DEAD] == 0:
            fix, told = steady(
                fix, told, fix_us, lat, lon, sigma, poor, told_us, told_kind, origin, shape, radio,
                settings, table, marks, sums, trace_why, trace_p, trace_l,
            )  # fmt: skip
        if fix >= len(fix_us) and told >= len(told_us):
            return count
        if comes_next(fix, told, fix_us, told_us):
            t, what = fix_us[fix], FIX
            here = lat[fix], lon[fix], sigma[fix], poor[fix]
        else:
            t, what, here = told_us[told], told_kind[told], (0.0, 0.0, 0.0, False)
        count, why, own = whole_rules(
            t, what, here, origin, shape, radio, settings, table, marks, sums, out_i, out_f, count
        )
        if len(trace_why) > 0:
            trace_why[fix + told], trace_p[fix + told], trace_l[fix + told] = why, own, sums[LOG_ODDS]
        if what == FIX:
            fix += 1
        else:
            told += 1


def new_marks(start_us: int) -> NDArray[np.int64]:
    """Return the marks of a watch that has seen nothing since ``start_us``. Shape (20,)."""
    marks = np.zeros(MARKS, np.int64)
    marks[[LAST_FIX, LAST_RADIO, LAST_ANY, DROP_FIRST, DROP_PREV, RISE_FIRST, RISE_PREV, TAG_SPOKE]] = (
        NO_TIME_US
    )
    marks[[SEG_START, SEG_FIRST, SEG_LAST, SEG_DECIDED]] = start_us
    return marks
