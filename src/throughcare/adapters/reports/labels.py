"""Label placing: a label is put where it covers nothing, or it is left out (the table has every number)."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.adapters.reports.svg import text_width

Box = tuple[float, float, float, float]
_STEPS = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.75, -0.75), (-0.75, -0.75), (0.75, 0.75), (-0.75, 0.75))


@dataclass(frozen=True, slots=True)
class Placed:
    """A label that found room: baseline start and the box that it covers."""

    x: float
    y: float
    box: Box
    far: bool  # far enough from its dot to need a leader line


@dataclass(slots=True)
class Placer:
    """Keeps the boxes that are taken inside one frame, and finds room for the next label."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def block(self, x: float, y: float, reach: float) -> None:
        """Take the square round a dot."""
        self.taken.append((x - reach, y - reach, x + reach, y + reach))

    def near(self, x: float, y: float, words: str, *, size: float, reach: float = 7.0) -> Placed | None:
        """Return room beside a dot, near first and then with a leader; None where there is none."""
        for far, distance in ((False, reach), (True, reach + 14.0), (True, reach + 26.0)):
            for dx, dy in _STEPS:
                placed = self._try(x + dx * distance, y + dy * distance, dx, words, size, far=far)
                if placed is not None:
                    return placed
        return None

    def centred(self, x: float, y: float, words: str, *, size: float) -> Placed | None:
        """Return room for an area's label round its middle, moving up and down in steps."""
        for shift in (0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5):
            placed = self._try(x, y + shift * (size + 4), 0, words, size, far=False)
            if placed is not None:
                return placed
        return None

    def _try(self, x: float, y: float, side: float, words: str, size: float, *, far: bool) -> Placed | None:
        wide = text_width(words, size)
        left = x if side > 0 else x - wide if side < 0 else x - wide / 2
        box = (left - 1.5, y - size * 0.6, left + wide + 1.5, y + size * 0.6)
        if box[0] < 2 or box[1] < 2 or box[2] > self.width - 2 or box[3] > self.height - 2:
            return None
        if any(_overlap(box, other) for other in self.taken):
            return None
        self.taken.append(box)
        return Placed(left, y + size * 0.36, box, far)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
