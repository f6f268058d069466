"""The time axis of a drawing: local clock times at true distances, right on the nights the clocks change."""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.adapters.reports import words
from throughcare.adapters.reports.palette import INK, LINE, QUIET
from throughcare.adapters.reports.svg import path_d, tag, text, text_width
from throughcare.kernel.time import HOUR_US, MINUTE_US, Interval, local_datetime

WIDTH = 960.0
GUTTER = 150.0
RIGHT = 950.0
_STEPS_US = (
    15 * MINUTE_US,
    30 * MINUTE_US,
    HOUR_US,
    2 * HOUR_US,
    3 * HOUR_US,
    6 * HOUR_US,
    12 * HOUR_US,
    24 * HOUR_US,
)
_LABEL_WIDTH = 46.0
_ONE_DAY_US = 26 * HOUR_US  # a night of 25 hours with its margins is still one night


@dataclass(frozen=True, slots=True)
class Axis:
    """A span of time laid from ``GUTTER`` to ``RIGHT``."""

    start_us: int
    stop_us: int
    zone: str

    @classmethod
    def over(cls, shown: Interval, zone: str) -> Axis:
        """Return the axis of a closed interval."""
        if shown.end_us is None:
            raise ValueError("a drawing needs a closed span of time")
        return cls(shown.start_us, shown.end_us, zone)

    def x(self, t_us: int) -> float:
        """Return the drawing position of an instant, held within the axis."""
        share = (t_us - self.start_us) / (self.stop_us - self.start_us)
        return GUTTER + min(max(share, 0.0), 1.0) * (RIGHT - GUTTER)

    def clip(self, start_us: int, stop_us: int) -> tuple[float, float] | None:
        """Return the drawn part of a span, or None where it lies outside the axis."""
        if stop_us <= self.start_us or start_us >= self.stop_us:
            return None
        return self.x(start_us), self.x(stop_us)

    def covers(self, start_us: int, stop_us: int) -> bool:
        """Return whether the span reaches into the axis."""
        return stop_us > self.start_us and start_us < self.stop_us

    def said(self, t_us: int) -> str:
        """Return the clock time, and the date too where the axis is longer than a day."""
        shown = words.clock(t_us, self.zone)
        if self.stop_us - self.start_us <= _ONE_DAY_US:
            return shown
        local = local_datetime(t_us, self.zone)
        return f"{shown} on {local.day} {local:%B}"

    def ticks_us(self) -> list[int]:
        """Return round local clock times, far enough apart for their labels."""
        wide = _LABEL_WIDTH * (1.6 if words.clock_change_us(self.start_us, self.stop_us, self.zone) else 1.0)
        most = (RIGHT - GUTTER) / wide
        length = self.stop_us - self.start_us
        step = next((s for s in _STEPS_US if length / s <= most), -(-length // int(most)))
        first = self.start_us - self.start_us % MINUTE_US
        quarter = range(first + (-first) % (15 * MINUTE_US), self.stop_us + 1, 15 * MINUTE_US)
        found = [t for t in quarter if _clock_us(t, self.zone) % step == 0 and t >= self.start_us]
        return self._apart(found, wide)

    def _apart(self, ticks: list[int], wide: float) -> list[int]:
        """Leave out ticks whose labels would touch: many days, or the hour that the clocks skip."""
        kept: list[int] = []
        for t_us in ticks:
            if not kept or self.x(t_us) - self.x(kept[-1]) >= wide:
                kept.append(t_us)
        return kept

    def grid(self, *, top: float, bottom: float) -> str:
        """Draw the axis line, its ticks and faint lines down through the rows."""
        parts = [tag("path", d=path_d(((GUTTER, top), (RIGHT, top))), stroke=INK, stroke_width=1)]
        long = self.stop_us - self.start_us > 36 * HOUR_US
        for t_us in self.ticks_us():
            x = self.x(t_us)
            parts.append(tag("path", d=path_d(((x, top - 5), (x, bottom))), stroke=LINE, stroke_width=0.7))
            label = _date(t_us, self.zone) if long else words.clock(t_us, self.zone)
            middle = min(x, WIDTH - 3 - text_width(label, 11.5) / 2)
            parts.append(text(middle, top - 9, label, text_anchor="middle", font_size=11.5, fill=QUIET))
        return "".join(parts)


def _date(t_us: int, zone: str) -> str:
    local = local_datetime(t_us, zone)
    return f"{local.day} {local:%b}" if local.hour == 0 else f"{local:%H:%M}"


def _clock_us(t_us: int, zone: str) -> int:
    local = local_datetime(t_us, zone)
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000
