"""How a tag behaves: when it measures, its battery, how it uploads, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.status import StatusKind
from throughcare.simulation.battery import BatteryLife
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.errors import ErrorModel, Measured, Receiver, Regime, Sky, measure
from throughcare.simulation.movement import Track
from throughcare.simulation.people import HomeClass
from throughcare.simulation.processes import spell_of, spells, within
from throughcare.simulation.shapes import Bools, Floats
from throughcare.simulation.town import PLANE

Reading = tuple[float, StatusKind, float]  # seconds, kind, value


@dataclass(frozen=True, slots=True)
class TagModel:
    """Every parameter of a tag's behaviour except its position error and its battery.

    Parameters
    ----------
    interval_s, violation_interval_s : float
        A position every 60 s, and every 15 s while a geographic rule is broken (Attenti manual, in research).
    upload_every_s, upload_delay_s : float
        Uploads every ten minutes (CDCR practice; MoJ's guide: newest position about 10 min old), and a few seconds.
    blackouts_per_day, blackout_median_s, blackout_spread, blackout_most_s : float
        Spells without a mobile network: positions are stored and come later. Our assumption.
    backlog_after_live : float
        Share of blackouts after which the newest positions are sent before the stored ones.
    duplicate_share : float
        Share of positions that are sent twice. Our assumption.
    straps_per_day, cases_per_day, faults_per_day : float
        Strap openings, case openings and device faults. Our assumption.
    heartbeat_s, no_position_every_s : float
        How often a tag says that it is alive, and that it cannot find its position.
    """

    interval_s: float = 60.0
    violation_interval_s: float = 15.0
    upload_every_s: float = 600.0
    upload_delay_s: float = 6.0
    blackouts_per_day: float = 0.25
    blackout_median_s: float = 1500.0
    blackout_spread: float = 0.9
    blackout_most_s: float = 14_400.0
    backlog_after_live: float = 0.3
    duplicate_share: float = 0.001
    straps_per_day: float = 1 / 220
    cases_per_day: float = 1 / 900
    faults_per_day: float = 1 / 350
    heartbeat_s: float = 1800.0
    no_position_every_s: float = 300.0


@dataclass(frozen=True, eq=False)
class TagRecord:
    """What one tag sent: positions in order of arrival, the truth beside each, and its statuses.

    ``true_east_m``, ``true_north_m`` (metres), ``regime`` and ``sky`` have one row for each position.
    """

    positions: Positions
    true_east_m: Floats
    true_north_m: Floats
    regime: NDArray[np.int64]
    sky: NDArray[np.int64]
    readings: list[Reading]
    received: list[float]


@dataclass(frozen=True, eq=False)
class Wearing:
    """The tag on its person: from when to when, what befell it. Spans are (k, 2) in seconds.

    ``newest_first`` says for each blackout whether the stored positions come after the newest.
    """

    device_id: str
    from_s: float
    to_s: float
    strap: Floats
    case: Floats
    faults: Floats
    blackouts: Floats
    newest_first: Bools
    upload_phase_s: float
    receiver: Receiver


def draw_wearing(
    *,
    rng: np.random.Generator,
    model: TagModel,
    receiver: Receiver,
    device_id: str,
    from_s: float,
    to_s: float,
    certain: Callable[[str], Floats],
) -> Wearing:
    """Return the accidents of one tag's time on one person.

    Parameters
    ----------
    certain : callable
        Gives the spans (k, 2) of an accident by its name (strap, case, faults, blackouts) that happen anyway.
    """

    def accidents(name: str, per_day: float, median_s: float, most_s: float) -> Floats:
        found = spells(rng=rng, end_s=to_s, per_day=per_day, median_s=median_s, spread=0.8, most_s=most_s)
        found = np.vstack([found, certain(name)])
        found = found[np.argsort(found[:, 0], kind="stable")]
        return found[(found[:, 0] > from_s) & (found[:, 1] < to_s)]

    network = spells(
        rng=rng,
        end_s=to_s,
        per_day=model.blackouts_per_day,
        median_s=model.blackout_median_s,
        spread=model.blackout_spread,
        most_s=model.blackout_most_s,
    )
    network = np.vstack([network, certain("blackouts")])
    return Wearing(
        device_id=device_id,
        from_s=from_s,
        to_s=to_s,
        strap=accidents("strap", model.straps_per_day, 900.0, 7200.0),
        case=accidents("case", model.cases_per_day, 600.0, 3600.0),
        faults=accidents("faults", model.faults_per_day, 7200.0, 43_200.0),
        blackouts=network[np.argsort(network[:, 0], kind="stable")],
        newest_first=rng.random(len(network)) < model.backlog_after_live,
        upload_phase_s=float(rng.uniform(0, model.upload_every_s)),
        receiver=receiver,
    )


def record(
    *,
    rng: np.random.Generator,
    model: TagModel,
    errors: ErrorModel,
    calendar: Calendar,
    wearing: Wearing,
    battery: BatteryLife,
    track: Track,
    home_class: HomeClass,
    violations: Floats,
) -> TagRecord:
    """Return everything that a tag sends while it is worn.

    Parameters
    ----------
    violations : float64 array of shape (k, 2), seconds
        When a geographic rule is truly broken: the tag then measures more often.
    """
    t = _due(rng, model, wearing, violations)
    t = t[~within(t, battery.dead) & ~within(t, wearing.faults)]
    if not len(t):
        return _nothing(wearing)
    measured = measure(
        rng=rng, model=errors, receiver=wearing.receiver, home_class=home_class, track=track, t_s=t
    )
    readings = _ordered(
        [*_told(wearing, battery), *_heartbeats(model, t), *_no_position(model, t, measured.found)]
    )
    tag = _Tag(rng, model, errors, calendar, wearing, track)
    return replace(
        tag.sent(t, measured), readings=readings, received=_received(rng, model, wearing, readings)
    )


def record_unlocated(
    *, rng: np.random.Generator, model: TagModel, wearing: Wearing, battery: BatteryLife
) -> TagRecord:
    """Return what a tag without satellites sends: no position, only statuses."""
    t = np.arange(np.ceil(wearing.from_s), wearing.to_s, model.heartbeat_s)
    t = t[~within(t, battery.dead) & ~within(t, wearing.faults)]
    readings = _ordered([*_told(wearing, battery), *_heartbeats(model, t)])
    return replace(_nothing(wearing), readings=readings, received=_received(rng, model, wearing, readings))


def stray(
    *, rng: np.random.Generator, calendar: Calendar, wearing: Wearing, at: tuple[float, float]
) -> TagRecord:
    """Return a few positions of a tag before it was fitted: in a drawer, on nobody, outside every activation."""
    t = np.rint(wearing.from_s - np.sort(rng.uniform(600.0, 7200.0, 3))[::-1])
    lat, lon = PLANE.to_degrees(at[0] + rng.normal(0, 8, 3), at[1] + rng.normal(0, 8, 3))
    t_us = calendar.start_us + t.astype(np.int64) * SECOND_US
    positions = Positions.build(
        key=np.zeros(3, dtype=np.int64),
        keys=(wearing.device_id,),
        t_us=t_us,
        received_us=t_us + 300 * SECOND_US,
        lat_deg=np.round(lat, 6),
        lon_deg=np.round(lon, 6),
        accuracy_m=np.round(rng.uniform(8, 30, 3), 1),
        level=np.full(3, wearing.receiver.level),
        source=np.full(3, int(Source.GNSS)),
    )
    regime = np.full(3, int(Regime.NOT_WORN))
    return TagRecord(positions, np.full(3, at[0]), np.full(3, at[1]), regime, np.full(3, 3), [], [])


def _ordered(readings: list[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda reading: (reading[0], reading[1]))


def _received(
    rng: np.random.Generator, model: TagModel, wearing: Wearing, readings: list[Reading]
) -> list[float]:
    at = np.array([reading[0] for reading in readings])
    found: list[float] = upload_times(rng=rng, model=model, wearing=wearing, t_s=at).tolist()
    return found


def _due(rng: np.random.Generator, model: TagModel, wearing: Wearing, violations: Floats) -> Floats:
    """Return the whole seconds at which a position is due."""
    phase = float(rng.integers(0, int(model.interval_s)))
    usual = np.arange(np.ceil(wearing.from_s) + phase, wearing.to_s, model.interval_s)
    if not len(violations) or model.violation_interval_s >= model.interval_s:
        return usual
    quick = np.arange(np.ceil(wearing.from_s) + phase, wearing.to_s, model.violation_interval_s)
    return np.union1d(usual, quick[within(quick, violations)])


def upload_times(*, rng: np.random.Generator, model: TagModel, wearing: Wearing, t_s: Floats) -> Floats:
    """Return when the service learns of what happened at each time: in batches, and late after a blackout."""
    phase = wearing.upload_phase_s
    ready = np.ceil((t_s - phase) / model.upload_every_s) * model.upload_every_s + phase
    row = spell_of(ready, wearing.blackouts)
    delay = np.where(wearing.newest_first, 1.3 * model.upload_every_s, 0.0)
    held = row >= 0
    ready[held] = wearing.blackouts[row[held], 1] + delay[row[held]]
    _, batch = np.unique(ready, return_inverse=True)
    seconds = model.upload_delay_s * (1 + rng.random(int(batch.max(initial=0)) + 1))
    return np.asarray(np.maximum(ready, t_s) + seconds[batch])


def _told(wearing: Wearing, battery: BatteryLife) -> list[Reading]:
    told = list(battery.readings)
    kinds = (
        (wearing.strap, StatusKind.STRAP_OPEN, StatusKind.STRAP_CLOSED),
        (wearing.case, StatusKind.CASE_OPEN, StatusKind.CASE_CLOSED),
        (wearing.faults, StatusKind.DEVICE_FAULT, StatusKind.DEVICE_FAULT_CLEARED),
    )
    for spans, opened, closed in kinds:
        for start, end in spans.tolist():
            told += [(start, opened, np.nan), (end, closed, np.nan)]
    return [item for item in told if wearing.from_s <= item[0] < wearing.to_s]


def _heartbeats(model: TagModel, t_s: Floats) -> list[Reading]:
    first = np.diff(t_s // model.heartbeat_s, prepend=-1.0) > 0
    return [(t, StatusKind.DEVICE_HEARTBEAT, np.nan) for t in t_s[first].tolist()]


def _no_position(model: TagModel, t_s: Floats, found: Bools) -> list[Reading]:
    lost = t_s[~found]
    first = np.diff(lost // model.no_position_every_s, prepend=-1.0) > 0
    return [(t, StatusKind.NO_POSITION, np.nan) for t in lost[first].tolist()]


@dataclass(frozen=True, eq=False)
class _Tag:
    """One tag on its person, with everything that it takes to write down what it measured."""

    rng: np.random.Generator
    model: TagModel
    errors: ErrorModel
    calendar: Calendar
    wearing: Wearing
    track: Track

    def sent(self, t_s: Floats, measured: Measured) -> TagRecord:
        """Return the positions found, some twice, in order of arrival, with the truth beside them."""
        sent_s = upload_times(rng=self.rng, model=self.model, wearing=self.wearing, t_s=t_s)
        rows = np.flatnonzero(measured.found)
        twice = rows[self.rng.random(len(rows)) < self.model.duplicate_share]
        regime = np.concatenate([measured.regime[rows], measured.regime[twice] | Regime.DUPLICATE])
        received_s = np.concatenate([sent_s[rows], sent_s[twice] + self.rng.uniform(1, 900, len(twice))])
        columns = self._columns(t_s, measured)
        every = np.concatenate([rows, twice])
        order = np.lexsort((t_s[every], received_s))
        every, received_s = every[order], received_s[order]
        start_us = self.calendar.start_us
        positions = Positions.build(
            key=np.zeros(len(every), dtype=np.int64),
            keys=(self.wearing.device_id,),
            t_us=start_us + t_s[every].astype(np.int64) * SECOND_US,
            received_us=start_us + np.rint(received_s).astype(np.int64) * SECOND_US,
            **{name: column[every] for name, column in columns.items()},
        )
        true_east, true_north = self.track.at(t_s[every])
        return TagRecord(positions, true_east, true_north, regime[order], measured.sky[every], [], [])

    def _columns(self, t_s: Floats, measured: Measured) -> dict[str, NDArray[np.generic]]:
        """Return the reported columns of every due time.

        HDOP barely predicts error (Hampshire data, catalogue section 2), and so it does here.
        """
        rng, count = self.rng, len(t_s)
        lat, lon = PLANE.to_degrees(measured.east_m, measured.north_m)
        unreported = rng.random(count) < self.errors.unreported_share
        gnss = measured.source == Source.GNSS
        level = np.where(gnss, self.wearing.receiver.level, 0.68)
        indoors = measured.sky <= Sky.AWAY_INDOORS
        satellites = np.clip(np.round(rng.normal(np.where(indoors, 6.0, 10.5), 1.8)), 4, 20)
        hdop = np.round(np.exp(rng.normal(np.where(indoors, 0.5, 0.05), 0.25)), 1)
        before, after = np.array(self.track.at(t_s - 2.0)), np.array(self.track.at(t_s + 2.0))
        east_mps, north_mps = (after - before) / 4 + rng.normal(0, 0.12, (2, count))
        heading = np.round(np.degrees(np.arctan2(east_mps, north_mps)), 0) % 360.0
        return {
            "lat_deg": np.round(lat, 6),
            "lon_deg": np.round(lon, 6),
            "accuracy_m": np.where(unreported, np.nan, np.round(measured.accuracy_m, 1)),
            "level": np.where(unreported, np.nan, level),
            "source": measured.source,
            "hdop": np.where(gnss, hdop, np.nan),
            "satellites": np.where(gnss, satellites, np.nan),
            "speed_mps": np.where(gnss, np.round(np.hypot(east_mps, north_mps), 2), np.nan),
            "heading_deg": np.where(gnss, heading, np.nan),
        }


def _nothing(wearing: Wearing) -> TagRecord:
    none = np.empty(0)
    positions = Positions.build(key=np.empty(0, np.int64), keys=(wearing.device_id,))
    return TagRecord(positions, none, none, none.astype(np.int64), none.astype(np.int64), [], [])
