"""Label placing: a label covers no other label, few dots, or it is left out (the table has every number)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from throughcare.adapters.reports.svg import Point, text_width

Box = tuple[float, float, float, float]
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.75, -0.75), (-0.75, -0.75), (0.75, 0.75), (-0.75, 0.75))


@dataclass(frozen=True, slots=True)
class Placed:
    """A label that found room: baseline start and the box that it covers."""

    x: float
    y: float
    box: Box
    far: bool  # far enough from its dot to need a leader line


def _no_dots() -> NDArray[np.float64]:
    return np.empty((0, 2))


@dataclass(slots=True)
class Placer:
    """Keeps the boxes that are taken inside one frame, and finds room for the next label.

    ``dots`` (shape (n, 2)) are covered only where every other place covers more of them.
    """

    width: float
    height: float
    dots: NDArray[np.float64] = field(default_factory=_no_dots)
    taken: list[Box] = field(default_factory=list)

    def block(self, x: float, y: float, reach: float) -> None:
        """Take the square round a dot."""
        self.taken.append((x - reach, y - reach, x + reach, y + reach))

    def near(self, x: float, y: float, words: str, *, size: float, reach: float = 7.0) -> Placed | None:
        """Return room beside a dot, near first and then with a leader; None where there is none."""
        for far, distance in ((False, reach), (True, reach + 14.0), (True, reach + 26.0)):
            ring = (
                self._beside((x + dx * distance, y + dy * distance), dx, words, size, far=far)
                for dx, dy in _SIDES
            )
            placed = self._best(ring)
            if placed is not None:
                return placed
        return None

    def area(self, bounds: Box, words: str, *, size: float, inside: Point | None = None) -> Placed | None:
        """Return room for an area's label: at a point inside it where one is given, or round its bounds."""
        west, north, east, south = bounds
        middle = (west + east) / 2
        half = text_width(words, size) / 2 + 4
        steps = [
            (middle, north - 10),
            (middle, south + 12),
            (east + half, north - 4),
            (west - half, north - 4),
        ]
        steps += [
            (east + half, south + 4),
            (west - half, south + 4),
            (middle, north - 26),
            (middle, south + 28),
        ]
        if inside is not None:
            steps = [(inside[0], inside[1] + k * (size + 4)) for k in (0, -1, 1, -2, 2, -3, 3, -5, 5)]
        held = ((min(max(x, half), self.width - half), y) for x, y in steps)
        return self._best(self._beside(step, 0, words, size, far=False) for step in held)

    def _best(self, places: Iterable[Placed | None]) -> Placed | None:
        """Take the first place that covers no dot, else the one that covers fewest."""
        best: tuple[int, Placed] | None = None
        for placed in places:
            covered = self._covered(placed.box) if placed is not None else 0
            if placed is not None and (best is None or covered < best[0]):
                best = (covered, placed)
            if best is not None and best[0] == 0:
                break
        if best is None:
            return None
        self.taken.append(best[1].box)
        return best[1]

    def _covered(self, box: Box) -> int:
        x, y = self.dots[:, 0], self.dots[:, 1]
        return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))

    def _beside(self, spot: Point, side: float, words: str, size: float, *, far: bool) -> Placed | None:
        wide = text_width(words, size)
        left = spot[0] if side > 0 else spot[0] - wide if side < 0 else spot[0] - wide / 2
        box = (left - 1.5, spot[1] - size * 0.6, left + wide + 1.5, spot[1] + size * 0.6)
        if box[0] < 2 or box[1] < 2 or box[2] > self.width - 2 or box[3] > self.height - 2:
            return None
        if any(_overlap(box, other) for other in self.taken):
            return None
        return Placed(left, spot[1] + size * 0.36, box, far)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
