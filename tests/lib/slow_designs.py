"""Slow, obvious references of the other designs: life tables day by day, cases one by one, areas one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np


def life_table(
    days: Sequence[float], events: Sequence[int], weights: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Walk through the days: (day, share reoffended, share competed) after each."""
    free, reoffended, competed = 1.0, 0.0, 0.0
    rows = []
    for day in sorted(set(days)):
        at_risk = sum(w for d, w in zip(days, weights, strict=True) if d >= day)
        now = [
            sum(w for d, e, w in zip(days, events, weights, strict=True) if d == day and e == cause)
            for cause in (1, 2)
        ]
        if at_risk > 0:
            reoffended += free * now[0] / at_risk
            competed += free * now[1] / at_risk
            free *= 1.0 - sum(now) / at_risk
        rows.append((day, reoffended, competed))
    return rows


def area_under(rows: Sequence[tuple[float, float, float]], horizon: float) -> tuple[float, float]:
    """Add up rectangles of both shares until the horizon."""
    totals = [0.0, 0.0]
    for at, (day, *shares) in enumerate(rows):
        end = min(rows[at + 1][0] if at + 1 < len(rows) else horizon, horizon)
        if end > day:
            for cause in (0, 1):
                totals[cause] += (end - day) * shares[cause]
    return totals[0], totals[1]


def leniency_one_by_one(
    examiner: Sequence[int], stratum: Sequence[int], tagged: Sequence[bool]
) -> list[float]:
    """Take each case away, and look how much more often its examiner tags the others than their courts do."""
    found = []
    for i in range(len(tagged)):
        others = [k for k in range(len(tagged)) if k != i]
        mine = [k for k in others if examiner[k] == examiner[i]]
        gaps = []
        for k in mine:
            court = [tagged[m] for m in others if stratum[m] == stratum[k]]
            gaps.append(float(tagged[k]) - sum(court) / len(court))
        found.append(sum(gaps) / len(gaps))
    return found


def group_time_effect(
    outcome: Sequence[tuple[int, int, float]], *, group: set[int], beside: set[int], period: int, base: int
) -> float:
    """Compare two changes in the mean, person by person: rows are (area, period, outcome)."""

    def mean(areas: set[int], when: int) -> float:
        values = [y for area, at, y in outcome if area in areas and at == when]
        return sum(values) / len(values)

    return (mean(group, period) - mean(group, base)) - (mean(beside, period) - mean(beside, base))


def chance_of_sum(scores: Sequence[float], *, least: float, chance: float) -> float:
    """Go through every way in which the signs of all pairs can fall."""
    total = 0.0
    for signs in product((0, 1), repeat=len(scores)):
        if sum(s * score for s, score in zip(signs, scores, strict=True)) >= least - 1e-9:
            ups = sum(signs)
            total += chance**ups * (1 - chance) ** (len(scores) - ups)
    return total


def local_polynomial(x: np.ndarray, y: np.ndarray, width: float, order: int) -> float:
    """Return the jump at 0 of two weighted fits by the normal equations."""
    levels = []
    for side in (x < 0, x >= 0):
        near = side & (np.abs(x) < width)
        kernel = np.diag(1 - np.abs(x[near]) / width)
        design = np.stack([x[near] ** power for power in range(order + 1)], axis=1)
        levels.append(np.linalg.solve(design.T @ kernel @ design, design.T @ kernel @ y[near])[0])
    return float(levels[1] - levels[0])
