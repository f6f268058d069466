"""A plot: axes, lines with bands, marks with whiskers. What a colour says, a dash or a letter says too."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from throughcare.adapters.reports.palette import (
    BLUE,
    BROWN,
    GREEN,
    INK,
    LINE,
    NAVY,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
)
from throughcare.adapters.reports.svg import halo_text, path_d, tag, text

WIDTH, HEIGHT = 720.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 560.0, 20.0, 360.0
PAINTS = (BLUE, RED, GREEN, PURPLE, ORANGE, BROWN, NAVY, INK)
DASHES = ("none", "8 4", "2 3", "10 3 2 3", "14 4", "5 2 2 2 2 2", "1 4", "18 6")
MOST_LINES = len(PAINTS)


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers that an axis runs over, with its words and ticks."""

    low: float
    high: float
    words: str
    ticks: tuple[float, ...]
    places: int = 2

    @property
    def length(self) -> float:
        """How much the axis runs over; never nought."""
        return self.high - self.low or 1.0


@dataclass(frozen=True, slots=True)
class Plot:
    """Two axes."""

    across: Span
    up: Span

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pair of numbers is drawn, held within the axes."""
        share_x = min(max((x - self.across.low) / self.across.length, 0.0), 1.0)
        share_y = min(max((y - self.up.low) / self.up.length, 0.0), 1.0)
        return LEFT + share_x * (RIGHT - LEFT), BOTTOM - share_y * (BOTTOM - TOP)

    def axes(self) -> str:
        """Return both axes with ticks and words."""
        parts = []
        for tick in self.up.ticks:
            _, y = self.at(self.across.low, tick)
            parts.append(tag("path", d=path_d(((LEFT, y), (RIGHT, y))), stroke=LINE, stroke_width=0.7))
            parts.append(text(LEFT - 8, y + 4, f"{tick:.{self.up.places}f}", text_anchor="end", fill=QUIET))
        for tick in self.across.ticks:
            x, _ = self.at(tick, self.up.low)
            shown = f"{tick:.{self.across.places}f}"
            parts.append(text(x, BOTTOM + 18, shown, text_anchor="middle", fill=QUIET))
        corner = ((LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM))
        parts.append(tag("path", d=path_d(corner), stroke=INK, fill="none"))
        middle = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2
        parts.append(text(middle[0], BOTTOM + 42, self.across.words, text_anchor="middle"))
        turned = f"rotate(-90 18 {middle[1]:.0f})"
        parts.append(text(18, middle[1], self.up.words, text_anchor="middle", transform=turned))
        return "".join(parts)

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        paint: str,
        dash: str = "none",
        width: float = 2.0,
    ) -> str:
        """Return a line, broken where a number is missing."""
        return "".join(
            tag(
                "path",
                d=path_d(self.at(x, y) for x, y in part),
                stroke=paint,
                stroke_width=width,
                stroke_dasharray=dash,
                fill="none",
            )
            for part in _unbroken(xs, ys)
        )

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], *, paint: str) -> str:
        """Return the band between two lines, left out where either is missing."""
        kept = [
            (x, low, high)
            for x, low, high in zip(xs, lows, highs, strict=True)
            if math.isfinite(low) and math.isfinite(high)
        ]
        if not kept:
            return ""
        corners = [self.at(x, high) for x, _, high in kept] + [
            self.at(x, low) for x, low, _ in reversed(kept)
        ]
        return tag("path", d=path_d(corners, closed=True), fill=paint, fill_opacity="0.12", stroke="none")

    def whisker(self, x: float, low: float, high: float, *, paint: str = INK) -> str:
        """Return an upright line from low to high."""
        ends = (self.at(x, low), self.at(x, high))
        return tag("path", d=path_d(ends), stroke=paint, stroke_width=1.5, fill="none")

    def dot(self, x: float, y: float, *, paint: str = INK, size: float = 4.0) -> str:
        """Return a round mark."""
        across, up = self.at(x, y)
        return tag("circle", cx=across, cy=up, r=size, fill=paint)

    def mark(self, x: float, y: float, words: str) -> str:
        """Return words above a point."""
        across, up = self.at(x, y)
        return halo_text(across, up - 8, words, text_anchor="middle")


def key(names: Sequence[str]) -> str:
    """Return what each line is, at the right of a plot."""
    parts = []
    for place, name in enumerate(names):
        y = TOP + 12.0 + 22.0 * place
        line = ((RIGHT + 12, y), (RIGHT + 46, y))
        paint, dash = PAINTS[place % len(PAINTS)], DASHES[place % len(DASHES)]
        parts.append(
            tag("path", d=path_d(line), stroke=paint, stroke_width=2, stroke_dasharray=dash, fill="none")
        )
        shown = name if len(name) <= 18 else f"{name[:17]}…"
        parts.append(text(RIGHT + 52, y + 4, shown))
    return "".join(parts)


def ticks(low: float, high: float, *, about: int = 5) -> tuple[float, ...]:
    """Return round numbers over a span."""
    span = high - low
    if span <= 0:
        return (low,)
    step = 10.0 ** math.floor(math.log10(span / about))
    step = next(step * factor for factor in (1, 2, 5, 10) if span / (step * factor) <= about)
    first = math.ceil(low / step - 1e-9)
    return tuple(
        round(first * step + k * step, 10) for k in range(int((high - first * step) / step + 1e-9) + 1)
    )


def _unbroken(xs: Sequence[float], ys: Sequence[float]) -> Iterator[list[tuple[float, float]]]:
    part: list[tuple[float, float]] = []
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(x) and math.isfinite(y):
            part.append((x, y))
            continue
        if len(part) > 1:
            yield part
        part = []
    if len(part) > 1:
        yield part
