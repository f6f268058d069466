"""Nights whose truth is simulated and whose errors are real: sequences of phones laid on the same walks.

At home: the errors of one phone's run at rest, one run a person, in their own order and with the accuracy that the
phone stated. Indoors elsewhere: another run. On the way: distances across the way of phones on scripted trips by
road and on foot, one stretch for each axis. No error is simulated, thinned or scaled. Phones at rest sleep and tags
do not, so a silence longer than five minutes is cut to five. Only distances are read, no coordinate.

MobilityNet, BSD-3-Clause, (c) 2019 e-mission; K. Shankari et al., Climate Change AI, ICLR 2020.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.nights import MINUTES, Bools, Floats, Night, radio, truth

FILE = Path("mobilitynet") / "mobilitynet_errors_no_coordinates.parquet"
MODES = ("WALKING", "BUS", "CAR", "BICYCLING", "ESCOOTER", "E_BIKE")
LONGEST_GAP_S = 300.0
STRETCH_S = 600.0
LEAST_FIXES = 40
LEAST_MINUTES = 10


@dataclass(frozen=True)
class Sequence:
    """A sequence of real errors, a row a minute: metres, stated radius, and whether there was a fix."""

    name: str
    east_m: Floats
    north_m: Floats
    radius_m: Floats
    found: Bools


@dataclass(frozen=True)
class Pool:
    """The sequences: of phones at rest, and on the way."""

    still: tuple[Sequence, ...]
    moving: tuple[Sequence, ...]

    @property
    def still_hours(self) -> float:
        """Hours of real errors at rest; the nights draw from them again and again."""
        return sum(len(sequence.found) for sequence in self.still) / 60.0


def pool(data: Path) -> Pool:
    """Read the sequences."""
    table = pq.read_table(data / FILE)
    still = table.filter(pc.equal(table["kind"], "stationary"))
    moving = table.filter(
        pc.and_(pc.equal(table["kind"], "moving"), pc.is_in(table["mode"], pa.array(MODES, pa.string())))
    )
    return Pool(tuple(_still(still)), tuple(_moving(moving)))


def _groups(table: pa.Table, names: tuple[str, ...]) -> list[tuple[str, pa.Table]]:
    keys = np.array(
        ["|".join(map(str, row)) for row in zip(*(table[n].to_pylist() for n in names), strict=True)]
    )
    return [(str(key), table.filter(pa.array(keys == key)).sort_by("t")) for key in np.unique(keys)]


def _seconds(table: pa.Table) -> Floats:
    return np.asarray(table["t"].to_numpy().astype("datetime64[ms]").astype(np.int64) / 1000.0)


def _by_minute(name: str, t_s: Floats, east: Floats, north: Floats, radius: Floats) -> Sequence:
    """Return the last fix of each minute; long silences are cut."""
    clock_s = np.concatenate([[0.0], np.cumsum(np.minimum(np.diff(t_s), LONGEST_GAP_S))])
    minute = (clock_s // 60).astype(np.int64)
    size = int(minute[-1]) + 1
    row = np.full(size, -1)
    row[minute] = np.arange(len(minute))
    return Sequence(name, east[row], north[row], radius[row], row >= 0)


def _still(table: pa.Table) -> list[Sequence]:
    return [
        _by_minute(
            name,
            _seconds(run),
            run["dE_m"].to_numpy().astype(np.float64),
            run["dN_m"].to_numpy().astype(np.float64),
            run["accuracy"].to_numpy().astype(np.float64),
        )
        for name, run in _groups(table, ("phone", "run"))
        if len(run) >= LEAST_FIXES
    ]


def _moving(table: pa.Table) -> list[Sequence]:
    found: list[Sequence] = []
    for name, trip in _groups(table, ("os", "period", "section", "mode")):
        t_s = _seconds(trip)
        across = trip["xtrack_m"].to_numpy().astype(np.float64)
        radius = trip["accuracy"].to_numpy().astype(np.float64)
        cuts = [0, *(np.flatnonzero(np.diff(t_s) > STRETCH_S) + 1).tolist(), len(t_s)]
        for a, b in itertools.pairwise(cuts):
            stretch = _by_minute(name, t_s[a:b], across[a:b], across[a:b], radius[a:b])
            if len(stretch.found) >= LEAST_MINUTES:
                found.append(stretch)
    return found


def nights(seed: int, source: Pool, *, per_person: int = 56, absent_share: float = 0.2) -> list[Night]:
    """Return nights of as many people as there are runs at rest; ``home_class`` is 0 for Android, 1 for iOS."""
    rng = np.random.default_rng(seed)
    return [
        _night(rng, person, source, home, absent_share)
        for person, home in enumerate(source.still)
        for _ in range(per_person)
    ]


def _night(rng: np.random.Generator, person: int, source: Pool, home: Sequence, absent_share: float) -> Night:
    true_east, true_north, away, indoors, absences = truth(rng, absent_share)
    others = [sequence for sequence in source.still if sequence is not home]
    at_home, elsewhere = _laid(rng, home), _laid(rng, others[int(rng.integers(len(others)))])
    way, second = (_laid(rng, source.moving[int(rng.integers(len(source.moving)))]) for _ in range(2))
    signs = rng.choice((-1.0, 1.0), 2)
    outside = Sequence("", way.east_m * signs[0], second.north_m * signs[1], way.radius_m, way.found)
    chosen = [np.where(away & ~indoors, o, np.where(indoors, i, h)) for o, i, h in zip(
        _columns(outside), _columns(elsewhere), _columns(at_home), strict=True)]  # fmt: skip
    east, north, radius, found = chosen
    heard, up = radio(rng, away)
    return Night(
        person, int("ios" in home.name), true_east + east, true_north + north, radius, found.astype(bool),
        heard, up, absences,
    )  # fmt: skip


def _columns(sequence: Sequence) -> tuple[Floats, Floats, Floats, Bools]:
    return sequence.east_m, sequence.north_m, sequence.radius_m, sequence.found


def _laid(rng: np.random.Generator, sequence: Sequence) -> Sequence:
    """Return a night's length of a sequence from a random minute on, beginning again at its end."""
    rows = (int(rng.integers(len(sequence.found))) + np.arange(MINUTES)) % len(sequence.found)
    return Sequence(sequence.name, *(column[rows] for column in _columns(sequence)))
