"""A tag's battery: it drains, most people charge it in the evening, some forget, and then it dies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.monitoring.status import StatusKind
from throughcare.simulation.calendar import DAY_S, HOUR_S, Calendar
from throughcare.simulation.movement import Track
from throughcare.simulation.shapes import Floats


@dataclass(frozen=True, slots=True)
class BatteryModel:
    """Every parameter of battery and charging.

    Parameters
    ----------
    drain_pct_per_h : tuple of float
        Low and high of a device's mean drain. Phones on trips: 2 to 4.3 %/h (MobilityNet).
    charge_pct_per_h : float
        About two hours for a full charge.
    charge_hour : tuple of float
        Mean and sd of the hour at which people charge. Our assumption.
    forget_share : tuple of float
        Low and high of how often a person forgets an evening; ``forgetful_share`` of people use the high.
    rescue_share : float
        How often a warning below 20 % makes a person at home charge at once.
    """

    drain_pct_per_h: tuple[float, float] = (2.2, 3.4)
    charge_pct_per_h: float = 48.0
    charge_hour: tuple[float, float] = (20.6, 0.9)
    forget_share: tuple[float, float] = (0.03, 0.3)
    forgetful_share: float = 0.2
    rescue_share: float = 0.75


@dataclass(frozen=True, eq=False)
class BatteryLife:
    """What the battery did: spans (k, 2) in seconds in which the tag was dead or charging, and what it said."""

    dead: Floats
    charging: Floats
    readings: tuple[tuple[float, StatusKind, float], ...]


@dataclass(eq=False)
class _Ledger:
    """Walks the battery from event to event."""

    drain: float
    charge: float
    level: float
    now_s: float
    dead: list[tuple[float, float]]
    charging: list[tuple[float, float]]
    readings: list[tuple[float, StatusKind, float]]

    def drain_until(self, until_s: float) -> None:
        """Lose charge up to a time, saying each hour how much is left; die at nothing."""
        ends_s = self.now_s + self.level / self.drain * HOUR_S
        tell = np.arange(np.ceil(self.now_s / HOUR_S) * HOUR_S, min(until_s, ends_s), HOUR_S)
        for t in tell.tolist():
            left = self.level - (t - self.now_s) / HOUR_S * self.drain
            self.readings.append((t, StatusKind.BATTERY_PERCENT, float(round(left))))
        if ends_s < until_s:
            self.readings.append((ends_s, StatusKind.BATTERY_DEAD, np.nan))
            self.dead.append((ends_s, until_s))
            self.level, self.now_s = 0.0, until_s
            return
        self.level -= (until_s - self.now_s) / HOUR_S * self.drain
        self.now_s = until_s

    def charge_for(self, most_s: float) -> None:
        """Charge until full or until the time is up."""
        full_s = (100.0 - self.level) / self.charge * HOUR_S
        lasts = min(most_s, full_s)
        self.readings.append((self.now_s, StatusKind.CHARGING_STARTED, np.nan))
        self.level += lasts / HOUR_S * self.charge
        self.charging.append((self.now_s, self.now_s + lasts))
        self.now_s += lasts
        self.readings.append((self.now_s, StatusKind.CHARGING_ENDED, np.nan))
        self.readings.append((self.now_s, StatusKind.BATTERY_PERCENT, float(round(self.level))))


def live_battery(
    *,
    rng: np.random.Generator,
    model: BatteryModel,
    calendar: Calendar,
    track: Track,
    from_s: float,
    to_s: float,
) -> BatteryLife:
    """Return a tag's battery over its time on a person who charges at home, more or less regularly."""
    forget = model.forget_share[1 if rng.random() < model.forgetful_share else 0]
    ledger = _Ledger(
        drain=float(rng.uniform(*model.drain_pct_per_h)),
        charge=model.charge_pct_per_h,
        level=float(rng.uniform(75, 100)),
        now_s=from_s,
        dead=[],
        charging=[],
        readings=[],
    )
    for at_s in _wishes(rng, model, calendar, forget):
        begin = max(_home_from(track, at_s), ledger.now_s + 60.0)
        if not from_s < begin < to_s:
            continue
        _rescue(rng, model, ledger, track, begin)
        if begin <= ledger.now_s:
            continue
        ledger.drain_until(begin)
        ledger.charge_for(min(float(rng.uniform(1.2, 3.0)) * HOUR_S, to_s - begin))
    ledger.drain_until(to_s)
    return BatteryLife(_spans(ledger.dead), _spans(ledger.charging), tuple(ledger.readings))


def _wishes(rng: np.random.Generator, model: BatteryModel, calendar: Calendar, forget: float) -> list[float]:
    """Return when the person means to charge, forgotten evenings left out."""
    found = []
    for day in range(calendar.days):
        at = calendar.midnight_s(day) + float(rng.normal(*model.charge_hour)) * HOUR_S
        if rng.random() >= forget:
            found.append(at)
        elif rng.random() < 0.5:
            found.append(calendar.midnight_s(day) + DAY_S + float(rng.uniform(8.5, 13)) * HOUR_S)
    return sorted(found)


def _rescue(
    rng: np.random.Generator, model: BatteryModel, ledger: _Ledger, track: Track, before_s: float
) -> None:
    """Charge at the low-battery warning when that comes first, the person heeds it and is at home."""
    if ledger.level <= 20.0:
        return
    warned = ledger.now_s + (ledger.level - 20.0) / ledger.drain * HOUR_S
    begin = _home_from(track, warned + 600.0)
    if begin < before_s and rng.random() < model.rescue_share:
        ledger.drain_until(begin)
        ledger.charge_for(1.5 * HOUR_S)


def _home_from(track: Track, t_s: float) -> float:
    """Return the first moment from ``t_s`` on at which the person is at home."""
    row = int(track.row(np.array([t_s]))[0])
    if track.place[row] == 0:
        return t_s
    later = np.flatnonzero(track.place[row:] == 0)
    return float(track.t_s[row + int(later[0])]) if len(later) else float("inf")


def _spans(pairs: list[tuple[float, float]]) -> Floats:
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
