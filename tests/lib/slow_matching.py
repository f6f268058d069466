"""Matching as one would do it by hand: every treated person against every comparison person, no sorting tricks."""

from __future__ import annotations

import numpy as np

from throughcare.evaluation.cohort import Flags, Floats


def pairs_by_hand(log_odds: Floats, treated: Flags, caliper: float) -> list[tuple[int, int]]:
    """Return (treated, comparison) pairs: the highest log odds choose first, each the nearest who is free."""
    row = sorted(np.flatnonzero(~treated), key=lambda who: (log_odds[who], who))
    taken: set[int] = set()
    pairs = []
    for chooser in sorted(np.flatnonzero(treated), key=lambda who: (-log_odds[who], who)):
        start = sum(log_odds[who] < log_odds[chooser] for who in row)
        best = None
        for place, who in enumerate(row):
            gap = abs(log_odds[who] - log_odds[chooser])
            if place in taken or gap > caliper:
                continue
            on_the_right = place >= start
            steps = place - start if on_the_right else start - place
            rank = (gap, on_the_right, steps)
            if best is None or rank < best[0]:
                best = (rank, place)
        if best is not None:
            taken.add(best[1])
            pairs.append((int(chooser), int(row[best[1]])))
    return pairs


def radius_weights_by_hand(log_odds: Floats, treated: Flags, caliper: float) -> Floats:
    """Return what each comparison person counts for: 1 / m of each treated person who has m within the caliper."""
    weights = np.zeros(len(log_odds))
    for who in np.flatnonzero(treated):
        low, high = log_odds[who] - caliper, log_odds[who] + caliper
        near = [other for other in np.flatnonzero(~treated) if low <= log_odds[other] <= high]
        for other in near:
            weights[other] += 1.0 / len(near)
    return weights


def clumped(rng: np.random.Generator, count: int) -> tuple[Floats, Flags]:
    """Return log odds with many equal values, and an arm each; both arms are there."""
    log_odds = np.round(rng.normal(0, 1, count), int(rng.integers(0, 4)))
    treated = rng.random(count) < rng.uniform(0.1, 0.8)
    treated[0], treated[1] = True, False
    return log_odds, treated
