"""The simulated days: seconds since the first midnight, and the civil hour they fall in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.time import SECOND_US, civil_us, local_datetime
from throughcare.simulation.shapes import Floats
from throughcare.simulation.town import TIME_ZONE

HOUR_S = 3600.0
DAY_S = 86_400.0


@dataclass(frozen=True)
class Calendar:
    """``days`` civil days from ``start`` in Europe/London. All ``_s`` are seconds since the first midnight."""

    start: dt.date
    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"expected at least one day; found {self.days}")

    @cached_property
    def start_us(self) -> int:
        """The first midnight as an instant."""
        return civil_us(self.start, dt.time(0), TIME_ZONE)

    @cached_property
    def end_s(self) -> float:
        """Seconds to the midnight that ends the last day: clock changes included."""
        return self.midnight_s(self.days)

    def midnight_s(self, day: int) -> float:
        """Return the civil midnight that begins day number ``day`` (0 is the first)."""
        return self.civil_s(day, dt.time(0))

    def date(self, day: int) -> dt.date:
        """Return the date of day number ``day``."""
        return self.start + dt.timedelta(days=day)

    def civil_s(self, day: int, at: dt.time) -> float:
        """Return a civil time of a day."""
        return self.to_s(civil_us(self.date(day), at, TIME_ZONE))

    def to_s(self, t_us: int) -> float:
        """Return an instant as seconds since the first midnight."""
        return (t_us - self.start_us) / SECOND_US

    def to_us(self, t_s: float) -> int:
        """Return seconds since the first midnight as an instant, to the whole second."""
        return self.start_us + round(t_s) * SECOND_US

    def hour_of_day(self, t_s: Floats | float) -> Floats:
        """Return the civil hour of day, 0 to 24, of each time."""
        offset = self._offsets[np.clip(np.asarray(t_s) // HOUR_S, 0, len(self._offsets) - 1).astype(int)]
        return np.asarray((np.asarray(t_s) + offset) % DAY_S / HOUR_S)

    def weekday(self, t_s: float) -> int:
        """Return the civil day of the week, Monday 0."""
        return local_datetime(self.to_us(t_s), TIME_ZONE).weekday()

    @cached_property
    def _offsets(self) -> NDArray[np.float64]:
        """Seconds to add to make the first midnight's clock read right, hour by hour."""
        hours = range(int(self.end_s // HOUR_S) + 2)
        first = local_datetime(self.start_us, TIME_ZONE).utcoffset()
        offsets = []
        for hour in hours:
            here = local_datetime(self.to_us(hour * HOUR_S), TIME_ZONE).utcoffset()
            assert here is not None
            assert first is not None
            offsets.append((here - first).total_seconds())
        return np.array(offsets)
