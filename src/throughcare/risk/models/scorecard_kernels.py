"""Compiled kernels of the scorecard: the lasso on a Gram matrix, and the search over whole points."""

import numba
import numpy as np


@numba.njit(cache=True)
def lasso(gram, against, weights, penalty):  # type: ignore[no-untyped-def]
    """Descend by coordinate on w'Gw/2 - a'w + penalty * |w|, from `weights` on, in place; the first is free."""
    count = len(weights)
    for _ in range(1000):
        moved = 0.0
        for j in range(count):
            if gram[j, j] <= 0.0:
                continue
            rest = against[j] - (gram[j] * weights).sum() + gram[j, j] * weights[j]
            size = abs(rest) - (penalty if j else 0.0)
            new = 0.0 if size <= 0.0 else np.sign(rest) * size / gram[j, j]
            moved = max(moved, abs(new - weights[j]) * np.sqrt(gram[j, j]))
            weights[j] = new
        if moved < 1e-7:
            break


@numba.njit(cache=True)
def calibrated(scores, target, intercept, scale):  # type: ignore[no-untyped-def]
    """Fit log-odds = intercept + scale * score; return the mean log loss, the intercept and the scale."""
    low = scores.min()
    width = scores.max() - low + 1
    people = np.zeros(width)
    events = np.zeros(width)
    for row in range(len(scores)):
        people[scores[row] - low] += 1.0
        events[scores[row] - low] += target[row]
    for _ in range(30):
        g0, g1, h00, h01, h11 = 0.0, 0.0, 1e-9, 0.0, 1e-9
        for place in range(width):
            if people[place] == 0.0:
                continue
            score = place + low
            p = 1.0 / (1.0 + np.exp(-(intercept + scale * score)))
            off = people[place] * p - events[place]
            curve = people[place] * p * (1.0 - p)
            g0 += off
            g1 += off * score
            h00 += curve
            h01 += curve * score
            h11 += curve * score * score
        determinant = h00 * h11 - h01 * h01
        if determinant <= 1e-12:
            break
        step0 = (h11 * g0 - h01 * g1) / determinant
        step1 = (h00 * g1 - h01 * g0) / determinant
        largest = max(abs(step0) / 2.0, abs(step1) * max(1.0, width / 4.0))
        damp = 1.0 if largest <= 1.0 else 1.0 / largest
        intercept -= damp * step0
        scale -= damp * step1
        if largest < 1e-8:
            break
    loss = 0.0
    for place in range(width):
        if people[place] > 0.0:
            z = intercept + scale * (place + low)
            loss += (
                people[place] * np.log1p(np.exp(-abs(z))) + people[place] * max(z, 0.0) - events[place] * z
            )
    return loss / len(scores), intercept, scale


@numba.njit(cache=True)
def _promising(smooth, base, target, intercept, scale, gains, guesses):  # type: ignore[no-untyped-def]
    """For each line, guess the points that would help most on top of the base scores, and how much."""
    people = len(base)
    off = np.empty(people, dtype=np.float32)
    curve = np.empty(people, dtype=np.float32)
    low = base.min()
    chances = 1.0 / (1.0 + np.exp(-(intercept + scale * np.arange(low, base.max() + 1))))
    g0, h0 = 0.0, 0.0
    for row in range(people):
        p = chances[base[row] - low]
        off[row] = p - target[row]
        curve[row] = p * (1.0 - p)
        g0 += off[row]
        h0 += curve[row]
    slopes = np.dot(smooth, off)
    curves = np.dot(smooth, curve)
    for line in range(len(smooth)):
        g, h = slopes[line], curves[line]
        g_free = g - h * g0 / h0  # the intercept moves with it
        h_free = h - h * h / h0
        if h_free <= 1e-3:
            gains[line], guesses[line] = 0.0, 0.0
            continue
        gains[line] = g_free * g_free / (2.0 * h_free)
        guesses[line] = -g_free / (h_free * scale)


@numba.njit(cache=True)
def replace_line(matrix, smooth, points, scores, target, intercept, scale, out, most, signs, tries):  # type: ignore[no-untyped-def]
    """Take line `out` from the card (-1: none) and put the best line in its place, if that lowers the loss.

    Changes points and scores in place; returns the loss, the intercept and the scale that hold afterwards.
    """
    loss, intercept, scale = calibrated(scores, target, intercept, scale)
    base = scores.copy()
    if out >= 0:
        base -= points[out] * matrix[out]
    gains = np.empty(len(matrix))
    guesses = np.empty(len(matrix))
    _promising(smooth, base, target, intercept, scale, gains, guesses)
    best_line, best_value, best_loss = -1, 0, loss - 1e-9
    for _ in range(min(tries, len(matrix))):
        line = int(np.argmax(gains))
        if gains[line] <= 0.0:
            break
        gains[line] = 0.0
        if points[line] != 0 and line != out:
            continue
        guess = int(np.round(guesses[line]))
        for value in range(max(-most, min(guess - 1, most - 2)), min(most, max(guess + 1, 2 - most)) + 1):
            if value == 0 or value * signs[line] < 0:
                continue
            trial, _, _ = calibrated(base + value * matrix[line], target, intercept, scale)
            if trial < best_loss:
                best_line, best_value, best_loss = line, value, trial
    if best_line < 0:
        return loss, intercept, scale
    if out >= 0:
        points[out] = 0
    points[best_line] = best_value
    scores[:] = base + best_value * matrix[best_line]
    return calibrated(scores, target, intercept, scale)
