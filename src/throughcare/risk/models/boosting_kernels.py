"""Compiled kernels of the booster: histograms, the best cut, and trees written straight into tables."""

import numba
import numpy as np


@numba.njit(cache=True)
def _some_rows(people, seed, share):  # type: ignore[no-untyped-def]
    """Return each row with the chance `share`; splitmix64 of the seed and the row, so it is the same anywhere."""
    chosen = np.empty(people, dtype=np.bool_)
    for row in range(people):
        mixed = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(row) * np.uint64(
            0xD1342543DE82EF95
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
        chosen[row] = np.float64(mixed >> np.uint64(11)) / 9007199254740992.0 < share
    return np.flatnonzero(chosen)


@numba.njit(cache=True)
def _best_split(sums, curves, counts, size, nominal, rising, min_rows, shrinkage, goes_left):  # type: ignore[no-untyped-def]
    """Find the best cut of one histogram; write into `goes_left` which codes go left; return the gain."""
    total_g = sums[:size].sum()
    total_h = curves[:size].sum()
    total_n = counts[:size].sum()
    parent = total_g * total_g / (total_h + shrinkage)
    known = size - 1
    order = np.arange(known)
    if nominal:
        ratio = np.empty(known)
        for code in range(known):
            ratio[code] = sums[code] / (curves[code] + shrinkage)
        order = np.argsort(ratio)
    best = 0.0
    best_cut = -1
    best_missing_left = False
    for missing_left in (False, True):
        g, h, n = 0.0, 0.0, 0.0
        if missing_left:
            g, h, n = sums[known], curves[known], counts[known]
            if n == 0:
                continue
        for position in range(known):
            code = order[position]
            g += sums[code]
            h += curves[code]
            n += counts[code]
            if n < min_rows or total_n - n < min_rows:
                continue
            left = -g / (h + shrinkage)
            right = -(total_g - g) / (total_h - h + shrinkage)
            if rising != 0 and (right - left) * rising < 0:
                continue
            gain = g * g / (h + shrinkage) + (total_g - g) ** 2 / (total_h - h + shrinkage) - parent
            if gain > best + 1e-12:
                best = gain
                best_cut = position
                best_missing_left = missing_left
    if best_cut >= 0:
        goes_left[:size] = False
        for position in range(best_cut + 1):
            goes_left[order[position]] = True
        goes_left[known] = best_missing_left
    return best


@numba.njit(cache=True)
def _histogram(column, rows, gradient, curvature, sums, curves, counts):  # type: ignore[no-untyped-def]
    sums[:] = 0.0
    curves[:] = 0.0
    counts[:] = 0.0
    for row in rows:
        code = column[row]
        sums[code] += gradient[row]
        curves[code] += curvature[row]
        counts[code] += 1.0


@numba.njit(cache=True)
def _search(  # type: ignore[no-untyped-def]
    codes, rows, drawn, root, allowed, gradient, curvature, sizes, nominal, rising, min_rows, shrinkage
):
    """Return the best feature of `drawn` to cut `rows` by, and its sides; `root` is the tree's first feature."""
    widest = sizes.max()
    sums, curves, counts = np.zeros(widest), np.zeros(widest), np.zeros(widest)
    sides = np.zeros(widest, dtype=np.bool_)
    best_sides = np.zeros(widest, dtype=np.bool_)
    best_gain = 1e-9
    best_feature = -1
    for feature in drawn:
        if root >= 0 and feature != root and not allowed[root, feature]:
            continue
        _histogram(codes[feature], rows, gradient, curvature, sums, curves, counts)
        gain = _best_split(
            sums,
            curves,
            counts,
            sizes[feature],
            nominal[feature],
            rising[feature],
            min_rows,
            shrinkage,
            sides,
        )
        if gain > best_gain:
            best_gain = gain
            best_feature = feature
            best_sides[:] = sides
    return best_feature, best_sides


@numba.njit(cache=True)
def _middle(rows, in_left, gradient, curvature, rate, shrinkage):  # type: ignore[no-untyped-def]
    """Return the step half way between the two sides of the first cut."""
    g = np.zeros(2)
    h = np.zeros(2)
    for position in range(len(rows)):
        side = 0 if in_left[position] else 1
        g[side] += gradient[rows[position]]
        h[side] += curvature[rows[position]]
    steps = -rate * g / (h + shrinkage)
    return (steps[0] + steps[1]) / 2.0


@numba.njit(cache=True)
def _ends(part, codes, child, child_sides, gradient, curvature, rate, shrinkage):  # type: ignore[no-untyped-def]
    """Return the steps of the two ends of one side; without a child all are at the first end."""
    g = np.zeros(2)
    h = np.zeros(2)
    for row in part:
        end = 0
        if child >= 0 and not child_sides[codes[child, row]]:
            end = 1
        g[end] += gradient[row]
        h[end] += curvature[row]
    return -rate * g / (h + shrinkage)


@numba.njit(cache=True)
def _write_side(singles, pairs, sizes, sides, left, root, child, child_sides, step):  # type: ignore[no-untyped-def]
    """Add the steps of one side of a tree to the tables."""
    for code in range(sizes[root]):
        if sides[code] != left:
            continue
        if child < 0:
            singles[root, code] += step[0]
        elif child == root:
            singles[root, code] += step[0] if child_sides[code] else step[1]
        else:
            for other in range(sizes[child]):
                value = step[0] if child_sides[other] else step[1]
                if root < child:
                    pairs[root, child, code, other] += value
                else:
                    pairs[child, root, other, code] += value


@numba.njit(cache=True)
def _move_people(log_odds, codes, sides, left, root, child, child_sides, step):  # type: ignore[no-untyped-def]
    """Add the steps of one side of a tree to everybody's log-odds."""
    for row in range(len(log_odds)):
        if sides[codes[root, row]] != left:
            continue
        end = 0
        if child >= 0 and not child_sides[codes[child, row]]:
            end = 1
        log_odds[row] += step[end]


@numba.njit(cache=True)
def boost(  # type: ignore[no-untyped-def]
    codes,
    target,
    sizes,
    nominal,
    rising,
    allowed,
    draws,
    seeds,
    intercept,
    rate,
    min_rows,
    shrinkage,
    row_share,
):
    """Boost trees of two questions into tables; codes (p, n)."""
    features, people = codes.shape
    widest = sizes.max()
    singles = np.zeros((features, widest))
    pairs = np.zeros((features, features, widest, widest))
    log_odds = np.full(people, intercept)
    for turn in range(len(draws)):
        p = 1.0 / (1.0 + np.exp(-log_odds))
        gradient = p - target
        curvature = p * (1.0 - p)
        drawn = draws[turn]
        rows = _some_rows(people, seeds[turn], row_share)
        root, sides = _search(
            codes, rows, drawn, -1, allowed, gradient, curvature, sizes, nominal, rising, min_rows, shrinkage
        )
        if root < 0:
            continue
        in_left = np.empty(len(rows), dtype=np.bool_)
        for position in range(len(rows)):
            in_left[position] = sides[codes[root, rows[position]]]
        middle = _middle(rows, in_left, gradient, curvature, rate, shrinkage)
        for left in (True, False):
            part = rows[in_left == left]
            child, child_sides = _search(
                codes,
                part,
                drawn,
                root,
                allowed,
                gradient,
                curvature,
                sizes,
                nominal,
                rising,
                min_rows,
                shrinkage,
            )
            step = _ends(part, codes, child, child_sides, gradient, curvature, rate, shrinkage)
            if rising[root] != 0:  # both ends of one side stay on their side of the middle
                step = np.minimum(step, middle) if left == (rising[root] > 0) else np.maximum(step, middle)
            _write_side(singles, pairs, sizes, sides, left, root, child, child_sides, step)
            _move_people(log_odds, codes, sides, left, root, child, child_sides, step)
    return singles, pairs
